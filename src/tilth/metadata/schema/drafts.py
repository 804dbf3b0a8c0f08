"""Drafts: edits that wait to be committed, one row per path."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table, Text

from tilth.metadata.schema.definition import metadata

drafts = Table(
    "drafts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("repo", Text, ForeignKey("repos.id"), nullable=False),
    Column("branch", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False, server_default="0"),
)
"""`stored` counts the bytes of files that were new to the store when they were put."""

draft_edits = Table(
    "draft_edits",
    metadata,
    Column("draft", Text, ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("path", Text, nullable=False),
    Column("kind", Text),
    Column("size", BigInteger),
    Column("digest", LargeBinary),
    Column("layout", Integer),
    Column("chunks", LargeBinary),
    Column("attributes", Text),
)
"""In order of `sequence`; a row without `kind` deletes its path and all below."""
