"""Taking answers: once each, whatever the network repeats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, insert, select, update

from tilth.errors import Conflict, Denied
from tilth.labeling.ledger.banning import apply_rules
from tilth.labeling.ledger.ledger import ACCEPTED, SUBMITTED, Ledger
from tilth.labeling.ledger.lending import ANSWERED, EXPIRED, LEASED, find, hold, revoke_held
from tilth.labeling.ledger.tasks import OPEN
from tilth.metadata.schema.labeling import answers, assignments, tasks
from tilth.model.canonical import Json, canonical
from tilth.model.digest import digest_of

TOLD_EVERY: Final = 20
"""A worker is told how their known answers came out once per so many answers of theirs, known or not: said after each,
a score that moves would tell which tasks have a known answer."""


@dataclass(frozen=True, slots=True)
class Given:
    """A checked answer, ready to be written."""

    result: Sequence[Mapping[str, Json]]
    meaning: str
    unsure: bool
    held_ms: int = 0
    """How long it waited at the worker's before it was sent, so that it could be taken back; as the worker says."""

    @property
    def body(self) -> bytes:
        """Digest of what was sent: equal bodies are one answer."""
        return digest_of(canonical({"result": list(self.result), "unsure": self.unsure}))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an answer."""

    state: str
    worker_state: str
    reason: str


_ANSWER = select(answers.c.body, answers.c.state, answers.c.reason).where(
    answers.c.assignment == bindparam("of_assignment")
)
_KNOWN = select(tasks.c.known_meaning).where(tasks.c.task == bindparam("of_task"))
_ADD = insert(answers)
_SET_ANSWERED = update(assignments).where(assignments.c.id == bindparam("of_assignment")).values(state=ANSWERED)


def submit(ledger: Ledger, assignment: str, worker: str, given: Given) -> Verdict:
    """Write one answer.

    The same assignment and body again give the same acknowledgement; another body raises Conflict. After the lease
    has run out the answer is still taken if nobody else took the slot, else Conflict. Raises Denied for a banned
    worker, NotFound for somebody else's assignment.
    """
    row = find(ledger.conn, assignment, worker)
    person = ledger.worker(worker)
    if row.state == ANSWERED:
        answer = ledger.conn.execute(_ANSWER, {"of_assignment": assignment}).one()
        if answer.body != given.body:
            raise Conflict(
                "This task has another answer of yours already.", help="Ask for the next one.", assignment=assignment
            )
        return Verdict(answer.state, person.state, answer.reason or person.reason)
    if person.state == "banned":
        raise Denied(
            f"Answers of yours to {ledger.pipeline} are no longer taken: {person.reason}.",
            help="Ask those who run it if you think that this is wrong.",
            reason=person.reason,
        )
    if row.state == EXPIRED:
        _take_again(ledger, row.task, row.golden, row.price_micros)
    elif row.state != LEASED:
        raise Conflict(f"This task was {row.state}.", help="Ask for the next one.", assignment=assignment)

    right: bool | None = None
    if row.golden and not given.unsure:
        right = ledger.conn.execute(_KNOWN, {"of_task": row.task}).scalar() == given.meaning
        person.golden_total += 1
        person.golden_right += right
        person.recent_golden.append(right)
    # A task that was held ready is begun when the one before it is through. The rules look at when answers come, which
    # only the server can tell; what is written is when they were given, which lies can move but not make longer in all.
    seen = max(ledger.now_ms - max(row.leased_ms, person.last_seen_ms), 0) / 1000
    begun_ms = min(max(row.leased_ms, person.last_given_ms), ledger.now_ms)
    given_ms = max(ledger.now_ms - max(given.held_ms, 0), begun_ms)
    seconds = (given_ms - begun_ms) / 1000
    person.last_seen_ms, person.last_given_ms = ledger.now_ms, given_ms
    ledger.conn.execute(_SET_ANSWERED, {"of_assignment": assignment})
    ledger.conn.execute(
        _ADD,
        {
            "assignment": assignment,
            "pipeline": ledger.pipeline,
            "task": row.task,
            "worker": worker,
            "golden": row.golden,
            "right": right,
            "unsure": given.unsure,
            "state": ACCEPTED if row.golden and not given.unsure else SUBMITTED,
            "reason": "",
            "result": canonical(list(given.result)).decode(),
            "body": given.body,
            "meaning": given.meaning,
            "seconds": seconds,
            "price_micros": 0 if given.unsure else row.price_micros,
            "guideline_version": row.guideline_version,
            "at_ms": ledger.now_ms,
            "touched": ledger.next_sequence(),
        },
    )
    person.recent_seconds.append(seen)
    person.seconds += seconds
    counts = ledger.task(row.task)
    counts.leased -= 1
    ledger.counters.leased -= 1
    if given.unsure:
        counts.unsure += 1
        person.skipped += 1
        person.skips_in_row += 1
        ledger.counters.reserved_micros -= row.price_micros
    else:
        counts.answered += 1
        person.answers += 1
        person.skips_in_row = 0
        if person.answers % TOLD_EVERY == 0:
            person.told = (person.golden_right, person.golden_total)
            person.told_answers = person.answers
        ledger.counters.answers += 1
    if row.golden and not given.unsure:
        ledger.counters.reserved_micros -= row.price_micros
        ledger.counters.spent_micros += row.price_micros
        person.earned_micros += row.price_micros
    ledger.save_worker(person)
    ledger.save_tasks([counts], touch=True)
    person = ledger.worker(worker)
    if apply_rules(ledger, person):
        revoke_held(ledger, worker)
    final = ledger.conn.execute(_ANSWER, {"of_assignment": assignment}).one()
    return Verdict(final.state, person.state, final.reason or person.reason)


def _take_again(ledger: Ledger, task: str, golden: bool, price_micros: int) -> None:
    counts = ledger.task(task)
    if not golden and (counts.state != OPEN or counts.slots <= 0):
        raise Conflict(
            "The time for this task ran out and others have answered it.", help="Ask for the next one.", task=task
        )
    reason = ledger.budget_reason
    if reason:
        raise Conflict(f"The time for this task ran out, and {reason}.", help="Ask those who run it.", task=task)
    hold(ledger, task, price_micros)
