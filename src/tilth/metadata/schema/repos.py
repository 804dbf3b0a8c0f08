"""Repos. A deleted repo keeps its row, so that lineage can still name it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text, func

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
    Column("kind", Text, nullable=False, server_default="data"),
)

# Live ones have unique names. Not a partial index, which SQLAlchemy only makes with every database's dialect loaded.
Index(
    "ux_repos_live",
    repos.c.project,
    repos.c.name,
    func.coalesce(repos.c.deleted_ms, 0),
    unique=True,
)
