"""Reading answers in bulk, for what looks at all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from tilth.labeling.ledger.tasks import DONE, GOLDEN
from tilth.metadata.schema.labeling import answers, rulings, tasks

IMPORTED = "imported:"
"""How the names of workers begin whose answers were imported."""

_COLUMNS = (
    answers.c.assignment,
    answers.c.task,
    answers.c.worker,
    answers.c.meaning,
    answers.c.golden,
    answers.c.right,
    answers.c.unsure,
    answers.c.state,
    answers.c.seconds,
    answers.c.at_ms,
)


def touched(conn: Connection, pipeline: str, since: int) -> list[Any]:
    """Return the answers touched after `since`, each as the columns above, as plain tuples. Cost: O(those)."""
    query = select(*_COLUMNS).where(answers.c.pipeline == pipeline, answers.c.touched > since)
    return _plain(conn, query)


def tasks_touched(conn: Connection, pipeline: str, since: int) -> list[tuple[str, bool, str | None, str | None]]:
    """Return the tasks touched after `since`: task, whether the crowd has settled it, its known answer, what an expert
    ruled. Cost: O(those).
    """
    query = select(tasks.c.task, tasks.c.state, tasks.c.known_meaning, tasks.c.final.is_not(None)).where(
        tasks.c.pipeline == pipeline, tasks.c.touched > since
    )
    rows = _plain(conn, query)
    ruled = rulings_of(conn, [row[0] for row in rows if row[3]])
    return [(row[0], row[1] == DONE, row[2] if row[1] == GOLDEN else None, ruled.get(row[0])) for row in rows]


def rulings_of(conn: Connection, task_ids: Sequence[str]) -> dict[str, str]:
    """Return task → what was ruled last, for tasks that are ruled."""
    found: dict[str, str] = {}
    for start in range(0, len(task_ids), 500):
        query = (
            select(rulings.c.task, rulings.c.meaning)
            .where(rulings.c.task.in_(list(task_ids[start : start + 500])), rulings.c.meaning.is_not(None))
            .order_by(rulings.c.sequence)
        )
        found |= {row[0]: row[1] for row in _plain(conn, query)}
    return found


def are_all(conn: Connection, pipeline: str, count: int, last: str) -> bool:
    """Tell whether a pipeline has just so many answers, and one with the id `last`. Cost: one count over an index."""
    found = conn.execute(select(func.count()).select_from(answers).where(answers.c.pipeline == pipeline)).scalar()
    there = select(answers.c.task).where(answers.c.assignment == last, answers.c.pipeline == pipeline)
    return found == count and (not count or conn.execute(there).first() is not None)


def _plain(conn: Connection, query: Select[Any]) -> list[Any]:
    # Not SQLAlchemy's rows, which cost as much again: there may be all answers of a pipeline.
    cursor = conn.execute(query).cursor
    assert cursor is not None, "a select has rows"
    return list(cursor.fetchall())
