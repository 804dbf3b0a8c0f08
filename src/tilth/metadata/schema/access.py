"""Users, their tokens and sessions, invites, and S3 keys. Of tokens and invites only the hash is kept."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table, Text

from tilth.metadata.schema.definition import metadata

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("worker", Text, nullable=False, unique=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("display", Text, nullable=False, server_default=""),
    Column("disabled_ms", BigInteger),
    Column("invite", Text),
)
"""`labels` is a JSON list of the labeling pipelines that a labeler or reviewer may work on, empty for all; `worker` the
opaque id under which its answers are kept; `display` what a person who joined by an invite calls itself."""

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user", Text, ForeignKey("users.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="token"),
    Column("parent", Text),
    Column("expires_ms", BigInteger),
    Column("used_ms", BigInteger),
    Column("note", Text, nullable=False, server_default=""),
    Column("origin", Text, nullable=False, server_default=""),
)
"""`hash` is the BLAKE3 of the token: 256 random bits need no slow hash. A browser's session is a token of kind
"session"; `parent` is the token that opened it, and it ends with that one."""

invites = Table(
    "invites",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("pipeline", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("max_uses", Integer, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("revoked_ms", BigInteger),
)

s3_keys = Table(
    "s3_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user", Text, ForeignKey("users.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("used_ms", BigInteger),
)
"""A key's secret is kept nowhere: it is derived from its id with the key file of the workspace."""
