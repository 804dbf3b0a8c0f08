"""Uploads: chunks that a user sent and that no commit names yet."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text

from tilth.metadata.schema.definition import metadata

uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("author", Text, nullable=False),
    Column("repo", Text, ForeignKey("repos.id"), nullable=False),
    Column("chunks", LargeBinary, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False, server_default="0"),
    Index("ix_uploads_author", "author", "repo"),
)
"""A row per batch; `chunks` are entries (digest and length), of `size` bytes together.

Kept until a time, for `author` to name in `repo`.
"""
