"""Reading the ledger: progress, workers, labels as they stand. Nothing here writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from tilth.labeling.ledger.ledger import STANDING, budget_reason, spec_of
from tilth.labeling.ledger.tasks import DONE, ESCALATED, GOLDEN
from tilth.metadata.schema.labeling import (
    answers,
    assignments,
    labeling_workers,
    labelings,
    people,
    task_sources,
    tasks,
)
from tilth.model.ids import WorkerId
from tilth.model.labeling import LabelingProgress, WorkerStats


def progress_of(row: Any) -> LabelingProgress:
    """Return a pipeline's progress from its row."""
    spec = spec_of(row.spec)
    reason = row.reason
    state = "paused" if row.state == "open" and row.paused else row.state
    if state == "paused":
        reason = row.paused
    elif row.state == "open" and row.golden_state == "waiting":
        reason = f"known answers are not loaded yet: {row.golden_reason or 'waiting for their first commit'}"
    elif row.state == "open":
        problems = json.loads(row.problems)
        told = [budget_reason(spec, row) or ""] if row.open else []
        if problems:
            key, why = next(iter(problems.items()))
            told.append(f"{len(problems):,} items cannot be shown: {key}: {why}")
        reason = "; ".join(part for part in told if part)
    return LabelingProgress(
        pipeline=row.pipeline,
        state=state,
        reason=reason,
        tasks=row.open + row.done + row.escalated,
        open=row.open,
        done=row.done,
        escalated=row.escalated,
        withdrawn=row.withdrawn,
        golden=row.golden,
        leased=row.leased,
        answers=row.answers,
        rejected=row.rejected,
        reserved_micros=row.reserved_micros,
        spent_micros=row.spent_micros,
        budget_micros=spec.budget.micros,
        budget_answers=spec.budget.answers,
        workers=row.workers,
        banned=row.banned,
        overlap=spec.overlap.minimum,
        guideline_version=spec.guidelines.version,
        config=spec.config.text,
        guidelines=spec.guidelines.text,
        method=spec.method,
        published_sequence=row.published_sequence,
        published_commit=row.published_commit,
        ledger_sequence=row.sequence,
        blocked=row.golden_reason if row.golden_state == "waiting" else "",
        taking_in=row.state == "open" and row.taken == "{}",
        currency=spec.currency,
    )


_WORKERS = select(labeling_workers, people.c.public).join(people, people.c.worker == labeling_workers.c.worker)


def workers(conn: Connection, pipeline: str, *, after: str | None = None, limit: int = 100) -> list[WorkerStats]:
    """Return workers by public id, behind `after`."""
    query = _WORKERS.where(labeling_workers.c.pipeline == pipeline).order_by(people.c.public).limit(limit)
    if after is not None:
        query = query.where(people.c.public > after)
    return [_stats(row) for row in conn.execute(query)]


def all_workers(conn: Connection, pipeline: str) -> list[WorkerStats]:
    """Return all workers by public id."""
    query = _WORKERS.where(labeling_workers.c.pipeline == pipeline).order_by(people.c.public)
    return [_stats(row) for row in conn.execute(query)]


def worker(conn: Connection, pipeline: str, name: str) -> WorkerStats | None:
    """Return one worker; None for one who has not come yet."""
    row = conn.execute(
        _WORKERS.where(labeling_workers.c.pipeline == pipeline, labeling_workers.c.worker == name)
    ).first()
    return _stats(row) if row is not None else None


def worker_by_public(conn: Connection, pipeline: str, public: str) -> WorkerStats | None:
    """Return the worker with a public id; None for one who has not come yet."""
    row = conn.execute(_WORKERS.where(labeling_workers.c.pipeline == pipeline, people.c.public == public)).first()
    return _stats(row) if row is not None else None


def _stats(row: Any) -> WorkerStats:
    given = row.answers + row.skipped
    return WorkerStats(
        WorkerId(row.worker),
        row.public,
        row.state,
        row.reason,
        row.issued,
        row.answers,
        row.rejected,
        row.skipped,
        row.golden_right,
        row.golden_total,
        row.seconds / given if given else 0.0,
        row.earned_micros,
    )


def told(conn: Connection, pipeline: str, name: str) -> tuple[int, int, int]:
    """Return what a worker is told of their known answers: right, all, and how many answers they had given by then."""
    text = conn.execute(
        select(labeling_workers.c.recent).where(
            labeling_workers.c.pipeline == pipeline, labeling_workers.c.worker == name
        )
    ).scalar()
    kept = json.loads(text) if text else {}
    right, total = kept.get("told", (0, 0))
    return right, total, kept.get("told_answers", 0)


def promised(conn: Connection, pipeline: str, name: str) -> int:
    """Return what a worker has earned or will, if the answers that wait are accepted, in millionths.

    Cost: O(the worker's answers). Answers to known-answer tasks are paid at once, others when their task is done: what
    is paid so far would tell them apart.
    """
    query = select(func.coalesce(func.sum(answers.c.price_micros), 0)).where(
        answers.c.pipeline == pipeline, answers.c.worker == name, answers.c.state.in_(STANDING)
    )
    return int(conn.execute(query).scalar_one())


_SHOWN_BY = (
    select(assignments.c.task, assignments.c.pipeline, assignments.c.state, tasks.c.content, labelings.c.spec)
    .join(tasks, tasks.c.task == assignments.c.task)
    .join(labelings, labelings.c.pipeline == assignments.c.pipeline)
    .where(assignments.c.id == bindparam("of_assignment"), assignments.c.worker == bindparam("of_worker"))
)


def shown_by(conn: Connection, assignment: str, worker: str) -> Any | None:
    """Return task, pipeline, state, content and the pipeline's spec of a worker's own assignment."""
    return conn.execute(_SHOWN_BY, {"of_assignment": assignment, "of_worker": worker}).first()


_AWAITED = select(
    labelings.c.open, labelings.c.leased, labelings.c.state, labelings.c.golden_state, labelings.c.pipeline
).where(labelings.c.pipeline == bindparam("in_pipeline"))


def all_done(conn: Connection, pipeline: str) -> bool:
    """Tell whether nothing is open or lent, nor being waited for."""
    row = conn.execute(_AWAITED, {"in_pipeline": pipeline}).first()
    return row is not None and (row.open, row.leased, row.state) == (0, 0, "open") and row.golden_state != "waiting"


def spec_text(conn: Connection, pipeline: str) -> str:
    """Return the spec of a pipeline as it is stored."""
    return str(conn.execute(select(labelings.c.spec).where(labelings.c.pipeline == pipeline)).scalar_one())


_CONTENT = select(tasks.c.content).where(tasks.c.task == bindparam("of_task"))


def content(conn: Connection, task: str) -> str:
    """Return the content of a task."""
    return str(conn.execute(_CONTENT, {"of_task": task}).scalar_one())


def done_content(conn: Connection, pipeline: str, task: str) -> str | None:
    """Return the content of a task that is done; None for every other, known answers included."""
    query = select(tasks.c.content).where(tasks.c.task == task, tasks.c.pipeline == pipeline, tasks.c.state == DONE)
    return conn.execute(query).scalar()


_SHOWN = select(
    task_sources.c.key,
    task_sources.c.path,
    task_sources.c.digest,
    task_sources.c.active,
    task_sources.c.touched.label("moved"),
    task_sources.c.task,
    tasks.c.state,
    tasks.c.final,
    tasks.c.known,
    tasks.c.known_meaning,
    tasks.c.answered,
    tasks.c.content,
).join(tasks, tasks.c.task == task_sources.c.task)


def items(conn: Connection, pipeline: str, *, after: str | None = None, limit: int = 100) -> list[Any]:
    """Return what the input shows now, by key: key, path, digest, active, task, state, final, known, answered."""
    query = _SHOWN.where(task_sources.c.pipeline == pipeline, task_sources.c.active.is_(True))
    if after is not None:
        query = query.where(task_sources.c.key > after)
    return list(conn.execute(query.order_by(task_sources.c.key).limit(limit)))


def items_named(conn: Connection, pipeline: str, keys: Sequence[str]) -> list[Any]:
    """Return the items of these keys, by key, as `items` does."""
    found: list[Any] = []
    for start in range(0, len(keys), 500):
        named = task_sources.c.key.in_(list(keys[start : start + 500]))
        found += conn.execute(_SHOWN.where(task_sources.c.pipeline == pipeline, named))
    return sorted(found, key=lambda row: str(row.key))


def progress_among(conn: Connection, pipeline: str, keys: Sequence[str]) -> tuple[int, int, int]:
    """Count, of the items of these keys: those that are asked, have an answer that counts, have a label that holds."""
    asked = answered = settled = 0
    for start in range(0, len(keys), 500):
        query = (
            select(tasks.c.state, tasks.c.answered, tasks.c.final)
            .join(task_sources, tasks.c.task == task_sources.c.task)
            .where(
                task_sources.c.pipeline == pipeline,
                task_sources.c.key.in_(list(keys[start : start + 500])),
                task_sources.c.active.is_(True),
            )
        )
        for row in conn.execute(query):
            asked += 1
            answered += row.answered > 0
            settled += row.final is not None or row.state in (DONE, GOLDEN)
    return asked, answered, settled


def item(conn: Connection, pipeline: str, key: str) -> Any | None:
    """Return one item as `items` does, active or not."""
    return conn.execute(_SHOWN.where(task_sources.c.pipeline == pipeline, task_sources.c.key == key)).first()


def changed_items(conn: Connection, pipeline: str, since: int) -> list[Any]:
    """Return the items (gone ones too) whose source or task was touched after `since`. Cost: O(those)."""
    by_source = _SHOWN.where(task_sources.c.pipeline == pipeline, task_sources.c.touched > since)
    by_task = _SHOWN.where(tasks.c.pipeline == pipeline, tasks.c.touched > since)
    found = {row.key: row for query in (by_source, by_task) for row in conn.execute(query)}
    return [found[key] for key in sorted(found)]


def votes(conn: Connection, task_ids: Sequence[str]) -> dict[str, list[Any]]:
    """Return the answers to some tasks that count: neither rejected nor unsure, by task."""
    found: dict[str, list[Any]] = {}
    for start in range(0, len(task_ids), 500):
        query = (
            select(answers.c.task, answers.c.worker, answers.c.meaning, answers.c.result, answers.c.guideline_version)
            .where(
                answers.c.task.in_(list(task_ids[start : start + 500])),
                answers.c.state.in_(STANDING),
                answers.c.unsure.is_(False),
            )
            .order_by(answers.c.assignment)
        )
        for row in conn.execute(query):
            found.setdefault(row.task, []).append(row)
    return found


def all_votes(conn: Connection, pipeline: str) -> list[tuple[str, str, str]]:
    """Return (task, worker, meaning) of all answers of a pipeline that count."""
    query = select(answers.c.task, answers.c.worker, answers.c.meaning).where(
        answers.c.pipeline == pipeline, answers.c.state.in_(STANDING), answers.c.unsure.is_(False)
    )
    return [(row[0], row[1], row[2]) for row in conn.execute(query)]


def known_meanings(conn: Connection, pipeline: str) -> dict[str, str]:
    """Return known-answer task → meaning."""
    query = select(tasks.c.task, tasks.c.known_meaning).where(tasks.c.pipeline == pipeline, tasks.c.state == GOLDEN)
    return {row[0]: row[1] for row in conn.execute(query) if row[1] is not None}


def ruled_meanings(conn: Connection, pipeline: str) -> dict[str, str]:
    """Return task → the result that an expert ruled, for tasks that have one."""
    query = select(tasks.c.task, tasks.c.final).where(tasks.c.pipeline == pipeline, tasks.c.final.is_not(None))
    return {row[0]: row[1] for row in conn.execute(query)}


def changed_answers(conn: Connection, pipeline: str, since: int, task_ids: Sequence[str]) -> list[Any]:
    """Return the answers touched after `since`, and those of the tasks named, with the worker's public id."""
    query = select(answers, people.c.public).join(people, people.c.worker == answers.c.worker)
    found = {
        row.assignment: row
        for row in conn.execute(query.where(answers.c.pipeline == pipeline, answers.c.touched > since))
    }
    for start in range(0, len(task_ids), 500):
        part = list(task_ids[start : start + 500])
        found |= {row.assignment: row for row in conn.execute(query.where(answers.c.task.in_(part)))}
    return [found[key] for key in sorted(found)]


def places_of(conn: Connection, task_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return task → (key, path) of the first item, by key, that shows it now."""
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(task_ids), 500):
        query = (
            select(task_sources.c.task, task_sources.c.key, task_sources.c.path)
            .where(task_sources.c.task.in_(list(task_ids[start : start + 500])), task_sources.c.active.is_(True))
            .order_by(task_sources.c.key)
        )
        for row in conn.execute(query):
            found.setdefault(row.task, (row.key, row.path))
    return found


def escalated(conn: Connection, pipeline: str, *, after: str | None = None, limit: int = 100) -> list[Any]:
    """Return task, unsure, rejected of what waits for an expert. Cost: O(those escalated), by index."""
    query = select(tasks.c.task, tasks.c.unsure, tasks.c.rejected).where(
        tasks.c.pipeline == pipeline, tasks.c.state == ESCALATED
    )
    if after is not None:
        query = query.where(tasks.c.task > after)
    return list(conn.execute(query.order_by(tasks.c.task).limit(limit)))


def places(conn: Connection, pipeline: str) -> list[tuple[str, str, str]]:
    """Return (key, path, task) of all that the input shows."""
    query = select(task_sources.c.key, task_sources.c.path, task_sources.c.task).where(
        task_sources.c.pipeline == pipeline, task_sources.c.active.is_(True)
    )
    return [(row[0], row[1], row[2]) for row in conn.execute(query)]


def active_keys(conn: Connection, pipeline: str) -> list[str]:
    """Return all keys that the input shows, for an intake from nothing."""
    query = select(task_sources.c.key).where(task_sources.c.pipeline == pipeline, task_sources.c.active.is_(True))
    return list(conn.execute(query).scalars())
