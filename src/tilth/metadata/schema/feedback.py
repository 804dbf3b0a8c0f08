"""Feedback edges: declared ways for curated items to go back into a source repo, each with a budget."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, Text

from tilth.metadata.schema.definition import metadata

feedback_edges = Table(
    "feedback_edges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("from_repo", Text, ForeignKey("repos.id"), nullable=False),
    Column("from_branch", Text, nullable=False),
    Column("from_path", Text, nullable=False, server_default=""),
    Column("to_repo", Text, ForeignKey("repos.id"), nullable=False),
    Column("to_branch", Text, nullable=False),
    Column("to_path", Text, nullable=False, server_default=""),
    Column("trigger", Text, nullable=False),
    Column("budget", BigInteger, nullable=False),
    Column("spent", BigInteger, nullable=False),
    Column("max_rounds", Integer, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("ended", Text),
    Column("declared_by", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

feedback_rounds = Table(
    "feedback_rounds",
    metadata,
    Column("edge", Text, ForeignKey("feedback_edges.id"), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("commit", Text, ForeignKey("commits.id")),
    Column("items", BigInteger, nullable=False),
    Column("fired_by", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
