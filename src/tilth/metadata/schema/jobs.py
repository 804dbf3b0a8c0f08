"""Pipelines and their versions, jobs, tries, and the workspace-wide cache of results."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from tilth.metadata.schema.definition import metadata

pipelines = Table(
    "pipelines",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("repo", Text, ForeignKey("repos.id"), nullable=False),
    Column("branch", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("deleted_ms", BigInteger),
    Column("paused_ms", BigInteger),
    Column("paused_by", Text),
)
"""`repo` and `branch` are what it writes, `position` in the feed is where it begins. A paused one gets no jobs. A
deleted pipeline keeps its row, so that its jobs can name it."""

# Live ones have unique names; see `repos`.
Index(
    "ux_pipelines_live",
    pipelines.c.project,
    pipelines.c.name,
    func.coalesce(pipelines.c.deleted_ms, 0),
    unique=True,
)

pipeline_versions = Table(
    "pipeline_versions",
    metadata,
    Column("pipeline", Text, ForeignKey("pipelines.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("spec", Text, nullable=False),
    Column("recipe", LargeBinary, nullable=False),
    Column("code", LargeBinary),
    Column("keep_outputs", Boolean, nullable=False),
    Column("author", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""`code` is the digest of the code folder's archive in the store."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pipeline", Text, ForeignKey("pipelines.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("reprocess", Boolean, nullable=False),
    Column("stop", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("started_ms", BigInteger),
    Column("ended_ms", BigInteger),
    Column("inputs", Text),
    Column("plan", Text),
    Column("output", Text, ForeignKey("commits.id")),
    Column("published", Boolean, nullable=False),
    Column("partial", LargeBinary),
    Column("total", BigInteger, nullable=False),
    Column("run", BigInteger, nullable=False),
    Column("reused", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("recovered", BigInteger, nullable=False),
    Column("cpu_s", Float, nullable=False),
    Column("wall_s", Float, nullable=False),
    Column("failed_datum", Text),
    Column("failed_lines", Text),
    UniqueConstraint("pipeline", "change"),
)
"""One row per pipeline and change. `position` is the change's place in the feed and `rank` the pipeline's place in
topological order; jobs run in that order. `output` is the commit that holds after the job (its own when `published`),
`plan` the roots of its tables, `partial` the tree of what a failed job could make."""

Index("ix_jobs_order", jobs.c.state, jobs.c.position, jobs.c.rank)
Index("ix_jobs_pipeline_position", jobs.c.pipeline, jobs.c.position)
Index("ix_jobs_change", jobs.c.change)
Index("ix_jobs_pipeline_id", jobs.c.pipeline, jobs.c.id)

job_tries = Table(
    "job_tries",
    metadata,
    Column("job", Text, ForeignKey("jobs.id"), primary_key=True),
    Column("datum", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("try", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("log", LargeBinary),
    Column("wall_s", Float, nullable=False),
    Column("cpu_s", Float, nullable=False),
    Column("exit_code", Integer),
)
"""Tries that did not succeed, and what came of each; the last try of every datum is in the job's datum table."""

job_items = Table(
    "job_items",
    metadata,
    Column("job", Text, ForeignKey("jobs.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("items", Text, nullable=False),
)
"""Groups of items of a job that runs, as JSON: what failed, what is being worked on, what was done last. Gone when it
ends: then its datum table says it."""

results = Table(
    "results",
    metadata,
    Column("identity", LargeBinary, primary_key=True),
    Column("manifest", LargeBinary, nullable=False),
    Column("log", LargeBinary),
    Column("at_ms", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)
"""What a datum's identity came to, for every pipeline and branch of the workspace; `size` is that of its files."""
