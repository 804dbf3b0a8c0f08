"""Users and their tokens. Of a token only the hash is kept."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Table, Text

from tilth.metadata.schema.definition import metadata

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("worker", Text, nullable=False, unique=True),
    Column("created_ms", BigInteger, nullable=False),
)
"""`labels` is a JSON list of the labeling pipelines that a labeler may work on, empty for all; `worker` the opaque id
under which its answers are kept."""

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user", Text, ForeignKey("users.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
)
"""`hash` is the BLAKE3 of the token: 256 random bits need no slow hash."""
