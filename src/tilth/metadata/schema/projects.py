"""Project branches: copies of whole projects, and up to where they and what they were copied from agree."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, ForeignKeyConstraint, Integer, Table, Text

from tilth.metadata.schema.definition import metadata

project_branches = Table(
    "project_branches",
    metadata,
    Column("name", Text, primary_key=True),
    Column("origin", Text, nullable=False, index=True),
    Column("author", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)
"""`origin` is the project that it was copied from."""

branch_bases = Table(
    "branch_bases",
    metadata,
    Column("repo", Text, primary_key=True),
    Column("branch", Text, primary_key=True),
    Column("origin_repo", Text, ForeignKey("repos.id"), nullable=False),
    Column("origin_branch", Text, nullable=False),
    Column("ours", Text, ForeignKey("commits.id")),
    Column("theirs", Text, ForeignKey("commits.id")),
    ForeignKeyConstraint(["repo", "branch"], ["branches.repo", "branches.name"], ondelete="CASCADE"),
)
"""One row per branch that was copied with its project. Up to the commit `ours` of the copy, `theirs` of the origin has
all of it: what the copy was made with, later what was promoted last. None: there was no commit."""

pipeline_bases = Table(
    "pipeline_bases",
    metadata,
    Column("pipeline", Text, ForeignKey("pipelines.id"), primary_key=True),
    Column("origin", Text, ForeignKey("pipelines.id"), nullable=False),
    Column("ours", Integer, nullable=False),
    Column("theirs", Integer, nullable=False),
)
"""One row per pipeline that was copied with its project: up to which versions of both the copy and its origin agree."""
