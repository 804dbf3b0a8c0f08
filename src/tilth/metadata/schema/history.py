"""Which commits touched which path, along the lines that commits form."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, Table, Text

from tilth.metadata.schema.definition import metadata

lines = Table(
    "lines",
    metadata,
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("repo", Text, ForeignKey("repos.id"), nullable=False),
    Column("parent_line", BigInteger),
    Column("parent_generation", BigInteger),
)
"""A line is a chain of first parents. A second commit on one parent begins a line of its own, which says where it left
the other; so the first parents of a commit are the ends of a few lines. A commit's generation is one more than the
largest of its parents', so it rises along a line and along every way to a parent."""

touches = Table(
    "touches",
    metadata,
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("path", LargeBinary, primary_key=True),
    Column("generation", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary),
    Column("size", BigInteger),
    sqlite_with_rowid=False,
)
"""One row per path that a commit put (with its digest and size) or deleted (without), and per folder above one. `path`
is 16 bytes of the BLAKE3 of the path, of a folder's with a slash behind it: it is looked up and never listed."""

wide_commits = Table(
    "wide_commits",
    metadata,
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("generation", BigInteger, primary_key=True, autoincrement=False),
    Column("settled", Boolean, nullable=False),
)
"""Commits without rows in `touches`: they changed so many paths that asking their trees is cheaper (settled), or are
older than that table."""
