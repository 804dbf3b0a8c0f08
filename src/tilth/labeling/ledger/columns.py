"""Reading answers in bulk, for what looks at all of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from tilth.metadata.schema.labeling import answers, rulings

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
    """Return the answers touched after `since`, each as the columns above. Cost: O(those)."""
    query = select(*_COLUMNS).where(answers.c.pipeline == pipeline, answers.c.touched > since)
    return list(conn.execute(query))


def rulings_now(conn: Connection, pipeline: str) -> list[tuple[str, str, str]]:
    """Return (task, result, meaning) of the rulings that hold. Cost: O(rulings ever)."""
    query = (
        select(rulings.c.task, rulings.c.result, rulings.c.meaning)
        .where(rulings.c.pipeline == pipeline)
        .order_by(rulings.c.sequence)
    )
    last = {row[0]: row for row in conn.execute(query)}
    return [(row[0], row[1], row[2]) for row in last.values() if row[1] is not None]
