"""What a ban does: no more tasks, earlier answers rejected and unpaid, their tasks asked again."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from tilth.labeling.ledger import tasks as counted
from tilth.labeling.ledger.ledger import ACCEPTED, REJECTED, STANDING, Ledger, WorkerRow
from tilth.labeling.rules import judge
from tilth.metadata.schema.labeling import answers, restrictions
from tilth.model.ids import new_id

LIFTED = "lifted"
"""The rule under which a ban is taken back."""

_STANDING = select(
    answers.c.assignment, answers.c.task, answers.c.state, answers.c.unsure, answers.c.price_micros
).where(
    answers.c.pipeline == bindparam("in_pipeline"),
    answers.c.worker == bindparam("of_worker"),
    answers.c.state.in_(STANDING),
)
_REJECT = (
    update(answers)
    .where(answers.c.assignment == bindparam("of_assignment"))
    .values(state=REJECTED, reason=bindparam("new_reason"), touched=bindparam("new_touched"))
)


def apply_rules(ledger: Ledger, person: WorkerRow) -> bool:
    """Ban the worker if the rules say so; tell whether they did. The caller takes back what the worker holds."""
    verdict = judge(ledger.spec.rules, person.history)
    if verdict is None or person.state == "banned":
        return False
    ban(ledger, person, rule=verdict.rule, reason=verdict.reason)
    return True


def ban(ledger: Ledger, person: WorkerRow, *, rule: str, reason: str) -> None:
    """Ban the worker from this pipeline. Cost: O(answers of the worker)."""
    sequence = _restrict(ledger, person, rule, reason)
    ledger.counters.banned += 1
    person.state, person.reason = "banned", reason
    rejected = ledger.conn.execute(_STANDING, {"in_pipeline": ledger.pipeline, "of_worker": person.worker}).all()
    if rejected:
        ledger.conn.execute(
            _REJECT,
            [{"of_assignment": row.assignment, "new_reason": reason, "new_touched": sequence} for row in rejected],
        )
    by_task = {task.task: task for task in counted.load_many(ledger.conn, [row.task for row in rejected])}
    for row in rejected:
        task = by_task[row.task]
        if row.unsure:
            task.unsure -= 1
            continue
        task.answered -= 1
        task.rejected += 1
        ledger.counters.answers -= 1
        ledger.counters.rejected += 1
        if row.state == ACCEPTED:
            ledger.counters.spent_micros -= row.price_micros
        else:
            ledger.counters.reserved_micros -= row.price_micros
        person.rejected += 1
    person.earned_micros = 0
    ledger.save_worker(person)
    ledger.save_tasks(list(by_task.values()), touch=True)


def lift(ledger: Ledger, person: WorkerRow, *, reason: str) -> None:
    """Let a banned worker label again. Answers that the ban rejected stay rejected: others were asked instead.

    What the rules look back on begins anew, or the next answer would bring the ban back.
    """
    _restrict(ledger, person, LIFTED, reason)
    ledger.counters.banned -= 1
    person.state, person.reason = "active", ""
    person.skips_in_row = 0
    person.recent_golden.clear()
    person.recent_seconds.clear()
    person.forgiven = (person.golden_right, person.golden_total)
    ledger.save_worker(person)


def _restrict(ledger: Ledger, person: WorkerRow, rule: str, reason: str) -> int:
    """Note what was decided about the worker, and return its place in the ledger's order."""
    sequence = ledger.next_sequence()
    ledger.conn.execute(
        insert(restrictions).values(
            id=new_id(),
            pipeline=ledger.pipeline,
            worker=person.worker,
            rule=rule,
            reason=reason,
            sequence=sequence,
            at_ms=ledger.now_ms,
        )
    )
    return sequence
