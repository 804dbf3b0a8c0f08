"""Experts' rulings: final until reopened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
