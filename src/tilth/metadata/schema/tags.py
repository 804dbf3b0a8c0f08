"""Tags: names for commits that never move."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from tilth.metadata.schema.definition import metadata

tags = Table(
    "tags",
    metadata,
    Column("repo", Text, ForeignKey("repos.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("commit", Text, ForeignKey("commits.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("message", Text, nullable=False),
)

Index("ix_tags_commit", tags.c.commit)
