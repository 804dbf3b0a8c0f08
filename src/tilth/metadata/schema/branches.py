"""Branches, what feeds them, the log of their heads' moves, and the journal that the store has yet to hear."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, Table, Text

from tilth.metadata.schema.definition import metadata

branches = Table(
    "branches",
    metadata,
    Column("repo", Text, ForeignKey("repos.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("head", Text, ForeignKey("commits.id")),
    Column("owner", Text),
    Column("trains", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

branch_inputs = Table(
    "branch_inputs",
    metadata,
    Column("repo", Text, primary_key=True),
    Column("branch", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("input_repo", Text, nullable=False),
    Column("input_branch", Text, nullable=False),
    Column("kind", Text, nullable=False),
    ForeignKeyConstraint(["repo", "branch"], ["branches.repo", "branches.name"], ondelete="CASCADE"),
    ForeignKeyConstraint(["input_repo", "input_branch"], ["branches.repo", "branches.name"]),
)

Index("ix_branch_inputs_input", branch_inputs.c.input_repo, branch_inputs.c.input_branch)

moves = Table(
    "moves",
    metadata,
    Column("repo", Text, ForeignKey("repos.id"), primary_key=True),
    Column("branch", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("change", Text, nullable=False, index=True),
    Column("old", Text, ForeignKey("commits.id")),
    Column("new", Text, ForeignKey("commits.id")),
    Column("at_ms", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("message", Text, nullable=False),
)
"""One row per move of a head, append-only; `position` is the move's position in the feed."""

journal = Table(
    "journal",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("facts", Text, nullable=False),
)
"""What happened to repos, branches and heads and is not yet durable as a HEADS record in the store."""
