"""Experts' rulings: final until reopened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from tilth.errors import Conflict, NotFound
from tilth.labeling.ledger.ledger import Ledger
from tilth.labeling.ledger.tasks import GOLDEN
from tilth.metadata.schema.labeling import rulings, task_sources, tasks
from tilth.model.canonical import Json, canonical
from tilth.model.ids import new_id


def rule(
    ledger: Ledger, key: str, expert: str, result: Sequence[Mapping[str, Json]], meaning: str, *, reason: str
) -> str:
    """Decide what an item is. Returns its task. Raises NotFound, or Conflict for a known-answer item."""
    text = canonical(list(result)).decode()
    return _decide(ledger, key, expert, text, meaning, reason)


def reopen(ledger: Ledger, key: str, expert: str, *, reason: str) -> str:
    """Take a ruling back: the crowd's answers hold again, and missing ones are asked for."""
    return _decide(ledger, key, expert, None, None, reason)


def restore(ledger: Ledger, key: str, expert: str, before: Mapping[str, str] | None, *, reason: str) -> str:
    """Let what was ruled before (`result` and `meaning`; None: nothing) hold again."""
    result, meaning = (before["result"], before["meaning"]) if before is not None else (None, None)
    return _decide(ledger, key, expert, result, meaning, reason)


@dataclass(frozen=True, slots=True)
class Act:
    """One item of an act that ruled, to be undone."""

    key: str
    made: int
    """Where the ledger was when the act was done: its ruling is the last one up to there."""
    seen: int
    """Where it was when the item was decided last by whoever undoes; a later ruling is somebody else's."""
    repeats: bool
    """Whether what held before said the same as the act."""


def take_back(ledger: Ledger, acts: Sequence[Act], expert: str, *, reason: str) -> dict[str, str | None]:
    """Let what was ruled before some acts hold again; return key → its meaning, None where answers count again.

    What was taken back for the same `reason` already stays so: who was interrupted does it again. Items that are asked
    about no more are left out. Raises Conflict, before anything is changed, naming the items that were ruled since.
    """
    found: dict[str, tuple[dict[str, str] | None, bool]] = {}
    since = []
    for act in acts:
        state, rows = _ruled(ledger, act.key)
        if not rows or state == GOLDEN:
            continue
        own = max((at for at, row in enumerate(rows) if row.sequence <= act.made), default=-1)
        before = own - 1
        while before >= 0 and not act.repeats and _same(rows[before], rows[own]):
            before -= 1  # the same act, interrupted and done again, or done to an equal item
        held = rows[before] if 0 <= before < own and rows[before].result is not None else None
        done = rows[-1].reason == reason and rows[-1].expert == expert
        if rows[-1].sequence > act.seen and not done:
            since.append(act.key)
        found[act.key] = ({"result": held.result, "meaning": held.meaning} if held is not None else None, done)
    if since:
        raise Conflict(
            f"Ruled again since: {', '.join(sorted(since)[:10])}.",
            help="Decide these items anew instead.",
            keys=sorted(since)[:1000],
        )
    for key, (earlier, done) in found.items():
        if not done:
            restore(ledger, key, expert, earlier, reason=reason)
    return {key: earlier["meaning"] if earlier is not None else None for key, (earlier, _) in found.items()}


def _ruled(ledger: Ledger, key: str) -> tuple[str, Sequence[Any]]:
    """Return the state of an item's task and its rulings in their order."""
    query = (
        select(
            tasks.c.state, rulings.c.sequence, rulings.c.expert, rulings.c.result, rulings.c.meaning, rulings.c.reason
        )
        .join(task_sources, tasks.c.task == task_sources.c.task)
        .join(rulings, rulings.c.task == tasks.c.task)
        .where(task_sources.c.pipeline == ledger.pipeline, task_sources.c.key == key, task_sources.c.active.is_(True))
        .order_by(rulings.c.sequence)
    )
    rows = ledger.conn.execute(query).all()
    return (rows[0].state if rows else ""), rows


def _same(one: Any, other: Any) -> bool:
    return bool((one.expert, one.meaning, one.reason) == (other.expert, other.meaning, other.reason))


def _decide(ledger: Ledger, key: str, expert: str, result: str | None, meaning: str | None, reason: str) -> str:
    task = ledger.conn.execute(
        select(task_sources.c.task).where(task_sources.c.pipeline == ledger.pipeline, task_sources.c.key == key)
    ).scalar()
    if task is None:
        raise NotFound(
            f"{ledger.pipeline} has no item {key[:200]!r}.",
            help="List them with `tilth labeling labels`.",
            key=key[:200],
        )
    counts = ledger.task(task)
    if counts.state == GOLDEN:
        raise Conflict(f"{key!r} has a known answer.", help="Change it in the file of known answers.", key=key)
    ledger.conn.execute(
        insert(rulings).values(
            id=new_id(),
            pipeline=ledger.pipeline,
            task=task,
            expert=expert,
            result=result,
            meaning=meaning,
            reason=reason,
            sequence=ledger.next_sequence(),
            at_ms=ledger.now_ms,
        )
    )
    ledger.conn.execute(update(tasks).where(tasks.c.task == task).values(final=result))
    counts.final = result is not None
    if result is None:
        counts.unsure = 0
    ledger.save_tasks([counts], touch=True)
    return str(task)
