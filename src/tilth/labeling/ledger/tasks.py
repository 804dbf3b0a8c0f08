"""Tasks in the ledger: their counters, the state that follows from them, and how they are loaded and saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from tilth.labeling.spec import LabelingSpec
from tilth.metadata.schema.labeling import tasks

OPEN, DONE, ESCALATED, WITHDRAWN, GOLDEN = "open", "done", "escalated", "withdrawn", "golden"


@dataclass(slots=True)
class TaskCounts:
    """One task's counters, to be changed and saved within one transaction."""

    task: str
    state: str
    final: bool
    sources: int
    wanted: int
    leased: int
    answered: int
    rejected: int
    unsure: int
    slots: int
    stamp: int
    touched: int
    before: str = ""
    """The state in which the counters have it; empty for a new one."""

    @classmethod
    def from_row(cls, row: Any) -> TaskCounts:
        """Read one from a row of `COLUMNS`."""
        return cls(
            row.task,
            row.state,
            row.final is not None,
            row.sources,
            row.wanted,
            row.leased,
            row.answered,
            row.rejected,
            row.unsure,
            row.slots,
            row.stamp,
            row.touched,
            row.state,
        )


COLUMNS = (
    tasks.c.task,
    tasks.c.state,
    tasks.c.final,
    tasks.c.sources,
    tasks.c.wanted,
    tasks.c.leased,
    tasks.c.answered,
    tasks.c.rejected,
    tasks.c.unsure,
    tasks.c.slots,
    tasks.c.stamp,
    tasks.c.touched,
)

_LOAD = select(*COLUMNS).where(tasks.c.task == bindparam("task_id")).with_for_update()
_LOAD_MANY = select(*COLUMNS).where(tasks.c.task.in_(bindparam("task_ids", expanding=True))).with_for_update()
_SAVE = (
    update(tasks)
    .where(tasks.c.task == bindparam("task_id"))
    .values(
        state=bindparam("new_state"),
        sources=bindparam("new_sources"),
        wanted=bindparam("new_wanted"),
        leased=bindparam("new_leased"),
        answered=bindparam("new_answered"),
        rejected=bindparam("new_rejected"),
        unsure=bindparam("new_unsure"),
        slots=bindparam("new_slots"),
        stamp=bindparam("new_stamp"),
        touched=bindparam("new_touched"),
    )
)


def load(conn: Connection, task: str) -> TaskCounts:
    """Load one task for changing."""
    return TaskCounts.from_row(conn.execute(_LOAD, {"task_id": task}).one())


def load_many(conn: Connection, ids: Sequence[str]) -> list[TaskCounts]:
    """Load tasks for changing, 500 per query."""
    found: list[TaskCounts] = []
    for start in range(0, len(ids), 500):
        rows = conn.execute(_LOAD_MANY, {"task_ids": list(ids[start : start + 500])})
        found += [TaskCounts.from_row(row) for row in rows]
    return found


def save(conn: Connection, changed: Iterable[TaskCounts]) -> None:
    """Write changed tasks back."""
    rows = [
        {
            "task_id": task.task,
            "new_state": task.state,
            "new_sources": task.sources,
            "new_wanted": task.wanted,
            "new_leased": task.leased,
            "new_answered": task.answered,
            "new_rejected": task.rejected,
            "new_unsure": task.unsure,
            "new_slots": task.slots,
            "new_stamp": task.stamp,
            "new_touched": task.touched,
        }
        for task in changed
    ]
    if rows:
        conn.execute(_SAVE, rows if len(rows) > 1 else rows[0])


def settle(task: TaskCounts, spec: LabelingSpec, confident: Callable[[TaskCounts], bool]) -> None:
    """Bring `state`, `wanted` and `slots` in line with the counters.

    `confident` is asked only for a task that has all the answers wanted so far while the overlap may still grow.
    """
    task.state = _state(task, spec, confident)
    task.slots = max(task.wanted - task.leased - task.answered, 0) if task.state == OPEN else 0


def _state(task: TaskCounts, spec: LabelingSpec, confident: Callable[[TaskCounts], bool]) -> str:
    if task.state == GOLDEN:
        return GOLDEN
    if task.sources == 0:
        return WITHDRAWN
    if task.final:
        return DONE
    if task.unsure >= spec.escalate_after or task.rejected > spec.retry:
        return ESCALATED
    if task.answered < task.wanted:
        return OPEN
    if task.wanted < spec.overlap.maximum and not confident(task):
        task.wanted += 1
        return OPEN
    return DONE
