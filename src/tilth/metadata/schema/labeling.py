"""Labeling pipelines and their ledger: tasks, assignments, answers, workers, restrictions, rulings.

Money is in millionths. `sequence` counts everything that happens in a pipeline's ledger; a row's `touched` is the
sequence at which it last changed in a way that a publication must show. `stamp` orders the queue: a task gets a new,
higher one whenever its number of open slots changes.
"""

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
)

from tilth.metadata.schema.definition import metadata


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


labelings = Table(
    "labelings",
    metadata,
    Column("pipeline", Text, primary_key=True),
    Column("repo", Text, nullable=False),
    Column("branch", Text, nullable=False),
    Column("spec", Text, nullable=False),
    Column("input", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("paused", Text, nullable=False, server_default=""),
    Column("change", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("taken", Text, nullable=False),
    Column("intake", Text),
    Column("problems", Text, nullable=False, server_default="{}"),
    Column("golden_state", Text, nullable=False),
    Column("golden_reason", Text, nullable=False),
    Column("golden_taken", Text, nullable=False),
    _count("sequence"),
    _count("changed"),
    _count("stamp"),
    _count("open"),
    _count("done"),
    _count("escalated"),
    _count("withdrawn"),
    _count("golden"),
    _count("leased"),
    _count("answers"),
    _count("rejected"),
    _count("reserved_micros"),
    _count("spent_micros"),
    _count("workers"),
    _count("banned"),
    _count("settled"),
    _count("published_sequence"),
    _count("published_ms"),
    Column("published_commit", Text),
    Column("identity", Text, nullable=False, server_default=""),
    Column("carry", Text, nullable=False, server_default="[]"),
)
"""One row per labeling pipeline (`PROJECT/NAME`), with its counters.

`identity` is the pipeline under whose name its tasks are known, "" for its own: that of the project which this one was
branched from. `carry` JSON: the pipelines whose answers are still to be brought over, and how far that has come.

`epoch` is the last breaking guideline version; `taken` the inputs' commits last taken in; `golden_state` is none,
waiting or ready; `paused` why nothing is lent, if so; `problems` why items cannot be shown, by key. `answers` counts
those not rejected, known-answer ones included; `settled` tasks since the last publication.
"""

tasks = Table(
    "tasks",
    metadata,
    Column("task", Text, primary_key=True),
    Column("pipeline", Text, ForeignKey("labelings.pipeline"), nullable=False),
    Column("state", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("known", Text),
    Column("known_meaning", Text),
    Column("final", Text),
    _count("sources"),
    _count("wanted"),
    _count("leased"),
    _count("answered"),
    _count("rejected"),
    _count("unsure"),
    _count("slots"),
    _count("stamp"),
    _count("touched"),
)
"""One row per thing shown. `state` is open, done, escalated, withdrawn (no input shows it any more) or golden.

`slots` is how many more people may take it now; 0 unless it is open. `final` is an expert's result. Golden tasks
(whose answer is `known`) have no slots: they go to everybody.
"""

Index("ix_tasks_queue", tasks.c.pipeline, tasks.c.slots, tasks.c.stamp, tasks.c.task)
Index("ix_tasks_state", tasks.c.pipeline, tasks.c.state, tasks.c.answered)
Index("ix_tasks_touched", tasks.c.pipeline, tasks.c.touched)

task_sources = Table(
    "task_sources",
    metadata,
    Column("pipeline", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("task", Text, ForeignKey("tasks.task"), nullable=False),
    Column("path", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("touched", BigInteger, nullable=False),
)
"""Which input key shows which task now; not `active`: the input no longer has the key."""

Index("ix_task_sources_task", task_sources.c.task)
Index("ix_task_sources_touched", task_sources.c.pipeline, task_sources.c.touched)

assignments = Table(
    "assignments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pipeline", Text, nullable=False),
    Column("task", Text, ForeignKey("tasks.task"), nullable=False),
    Column("worker", Text, nullable=False),
    Column("golden", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("price_micros", BigInteger, nullable=False),
    Column("guideline_version", Text, nullable=False),
    Column("leased_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    UniqueConstraint("task", "worker"),
)
"""One row per task lent to a worker, ever. `state` is leased, answered, skipped, expired or revoked."""

Index("ix_assignments_expiry", assignments.c.pipeline, assignments.c.state, assignments.c.expires_ms)
Index("ix_assignments_worker", assignments.c.worker, assignments.c.pipeline, assignments.c.state)

answers = Table(
    "answers",
    metadata,
    Column("assignment", Text, ForeignKey("assignments.id"), primary_key=True),
    Column("pipeline", Text, nullable=False),
    Column("task", Text, ForeignKey("tasks.task"), nullable=False),
    Column("worker", Text, nullable=False),
    Column("golden", Boolean, nullable=False),
    Column("right", Boolean),
    Column("unsure", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("meaning", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("price_micros", BigInteger, nullable=False),
    Column("guideline_version", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("touched", BigInteger, nullable=False),
    Column("source", Text),
    Column("shared", Text),
    Column("carried_micros", BigInteger),
)
"""One row per answer; never deleted. `state` is submitted, accepted, rejected, or withdrawn (its import was taken
back); `body` the digest of what was sent; `source` the id of the import that it came with. One that was bought in
another project has its id there in `shared`, and in `carried_micros` what it cost there."""

Index("ix_answers_task", answers.c.task)
Index("ix_answers_worker", answers.c.pipeline, answers.c.worker)
Index("ix_answers_touched", answers.c.pipeline, answers.c.touched)
Index(
    "ix_answers_source",
    answers.c.pipeline,
    answers.c.source,
    sqlite_where=answers.c.source.is_not(None),
    postgresql_where=answers.c.source.is_not(None),
)
Index(
    "ix_answers_shared",
    answers.c.pipeline,
    answers.c.shared,
    sqlite_where=answers.c.shared.is_not(None),
    postgresql_where=answers.c.shared.is_not(None),
)

people = Table(
    "people",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("public", Text, nullable=False, unique=True),
)
"""The opaque id under which published answers name a worker."""

labeling_workers = Table(
    "labeling_workers",
    metadata,
    Column("pipeline", Text, primary_key=True),
    Column("worker", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _count("issued"),
    _count("answers"),
    _count("rejected"),
    _count("skipped"),
    _count("skips_in_row"),
    _count("golden_right"),
    _count("golden_total"),
    _count("earned_micros"),
    Column("seconds", Float, nullable=False),
    Column("recent", Text, nullable=False),
    _count("touched"),
)
"""One worker in one pipeline. `seconds` is the sum over answers, `recent` what the rules look back on."""

worker_marks = Table(
    "worker_marks",
    metadata,
    Column("pipeline", Text, primary_key=True),
    Column("worker", Text, primary_key=True),
    Column("slots", Integer, primary_key=True),
    Column("stamp", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Per number of open slots: no task up to this stamp is new to the worker, so the search starts behind it."""

restrictions = Table(
    "restrictions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pipeline", Text, nullable=False),
    Column("worker", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

Index("ix_restrictions_pipeline", restrictions.c.pipeline, restrictions.c.worker)

rulings = Table(
    "rulings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pipeline", Text, nullable=False),
    Column("task", Text, ForeignKey("tasks.task"), nullable=False),
    Column("expert", Text, nullable=False),
    Column("result", Text),
    Column("meaning", Text),
    Column("reason", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""An expert's decisions, append-only; without a result: the task was reopened."""

Index("ix_rulings_task", rulings.c.task, rulings.c.sequence)
