"""Repos. A deleted repo keeps its row, so that lineage can still name it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from tilth.metadata.schema.definition import metadata

repos = Table(
    "repos",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("held_out", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("deleted_ms", BigInteger),
)

Index(
    "ux_repos_live",
    repos.c.project,
    repos.c.name,
    unique=True,
    sqlite_where=repos.c.deleted_ms.is_(None),
    postgresql_where=repos.c.deleted_ms.is_(None),
)
