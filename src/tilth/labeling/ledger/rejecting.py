"""Rejecting the answers to one item and asking it again; and taking that back."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, select, update

from tilth.errors import Conflict
from tilth.labeling.ledger.ledger import ACCEPTED, REJECTED, STANDING, Ledger
from tilth.metadata.schema.labeling import answers

_ANSWERS = select(
    answers.c.assignment,
    answers.c.worker,
    answers.c.state,
    answers.c.unsure,
    answers.c.price_micros,
    answers.c.touched,
).where(answers.c.task == bindparam("of_task"), answers.c.golden.is_(False))
_SET = (
    update(answers)
    .where(answers.c.assignment == bindparam("of_assignment"))
    .values(state=bindparam("new_state"), reason=bindparam("new_reason"), touched=bindparam("new_touched"))
)


def reject_answers(ledger: Ledger, task: str, reason: str) -> dict[str, str]:
    """Reject the standing answers to a task, unpaid, so that other people are asked; return answer → state before.

    Raises Conflict where no answer stands.
    """
    standing = [row for row in ledger.conn.execute(_ANSWERS, {"of_task": task}).all() if row.state in STANDING]
    if not any(not row.unsure for row in standing):
        raise Conflict(
            "This item has no answers that could be rejected.", help="Correct its label, or skip it.", task=task
        )
    counts = ledger.task(task)
    sequence = ledger.next_sequence()
    for row in standing:
        ledger.conn.execute(
            _SET,
            {
                "of_assignment": row.assignment,
                "new_state": REJECTED,
                "new_reason": reason,
                "new_touched": sequence,
            },
        )
        if row.unsure:
            counts.unsure -= 1
            continue
        counts.answered -= 1
        counts.rejected += 1
        _count(ledger, row.worker, row.state, row.price_micros, sign=1)
    ledger.save_tasks([counts], touch=True)
    return {row.assignment: row.state for row in standing}


def restore_answers(ledger: Ledger, task: str, before: Mapping[str, str], reason: str) -> int:
    """Let answers rejected with this reason count again, but those of workers banned since; return how many."""
    counts = ledger.task(task)
    sequence = ledger.next_sequence()
    restored = 0
    for row in ledger.conn.execute(_ANSWERS.add_columns(answers.c.reason), {"of_task": task}).all():
        if row.assignment not in before or row.state != REJECTED or row.reason != reason:
            continue
        if ledger.worker(row.worker).state == "banned":
            continue
        state = before[row.assignment]
        ledger.conn.execute(
            _SET,
            {"of_assignment": row.assignment, "new_state": state, "new_reason": "", "new_touched": sequence},
        )
        restored += 1
        if row.unsure:
            counts.unsure += 1
            continue
        counts.answered += 1
        counts.rejected -= 1
        _count(ledger, row.worker, state, row.price_micros, sign=-1)
    ledger.save_tasks([counts], touch=True)
    return restored


def _count(ledger: Ledger, worker: str, state: str, micros: int, *, sign: int) -> None:
    """Count an answer as rejected (sign 1) or as standing again (−1), in the pipeline and for its worker."""
    ledger.counters.answers -= sign
    ledger.counters.rejected += sign
    person = ledger.worker(worker)
    person.rejected += sign
    if state == ACCEPTED:
        ledger.counters.spent_micros -= sign * micros
        person.earned_micros -= sign * micros
    else:
        ledger.counters.reserved_micros -= sign * micros
    ledger.save_worker(person)
