"""One pipeline's ledger, open within one transaction: its counters, and what every act has in common."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Connection, bindparam, insert, select, update

from tilth.errors import Conflict, NotFound
from tilth.labeling.ledger import tasks as counted
from tilth.labeling.ledger.tasks import DONE, ESCALATED, GOLDEN, OPEN, WITHDRAWN, TaskCounts
from tilth.labeling.rules import WorkerHistory, accuracy_of, label_confidence
from tilth.labeling.spec import LabelingSpec, parse_spec
from tilth.metadata import feed
from tilth.metadata.schema.labeling import answers, labeling_workers, labelings, people
from tilth.model.canonical import Json
from tilth.model.ids import ChangeId, new_id

SUBMITTED, ACCEPTED, REJECTED, WITHDRAWN_ANSWER = "submitted", "accepted", "rejected", "withdrawn"
_FEW = 20
STANDING = (SUBMITTED, ACCEPTED)
"""States of answers that count: neither rejected nor taken back with the import that they came with."""


@lru_cache(maxsize=256)
def spec_of(text: str) -> LabelingSpec:
    """Parse a stored spec; parsed ones are kept."""
    return parse_spec(json.loads(text))


@dataclass(slots=True)
class Counters:
    """The numbers of a `labelings` row that acts change."""

    sequence: int
    changed: int
    stamp: int
    open: int
    done: int
    escalated: int
    withdrawn: int
    golden: int
    leased: int
    answers: int
    rejected: int
    reserved_micros: int
    spent_micros: int
    workers: int
    banned: int
    settled: int


_COUNTERS = tuple(field.name for field in fields(Counters))


@dataclass(slots=True)
class WorkerRow:
    """One worker in this pipeline, to be changed and saved within one transaction."""

    worker: str
    state: str
    reason: str
    issued: int
    answers: int
    rejected: int
    skipped: int
    skips_in_row: int
    golden_right: int
    golden_total: int
    earned_micros: int
    seconds: float
    recent_seconds: list[float]
    recent_golden: list[bool]
    last_seen_ms: int = 0
    """When an answer or a skip of theirs last came."""
    last_given_ms: int = 0
    """When they gave it, as they say; not later than it came."""
    told: tuple[int, int] = (0, 0)
    """Right and all known answers, as far as the worker is told (`answering.TOLD_EVERY`)."""
    told_answers: int = 0
    """How many answers they had given by then."""
    forgiven: tuple[int, int] = (0, 0)
    """Known answers (right, all) given before a ban was lifted: they show in the score, the rules pass over them."""

    @property
    def history(self) -> WorkerHistory:
        """Return what the rules look at."""
        return WorkerHistory(
            self.golden_right - self.forgiven[0],
            self.golden_total - self.forgiven[1],
            tuple(self.recent_golden),
            tuple(self.recent_seconds),
            self.skips_in_row,
        )


_WORKER = select(labeling_workers).where(
    labeling_workers.c.pipeline == bindparam("in_pipeline"), labeling_workers.c.worker == bindparam("of_worker")
)
_WORKER_FIELDS = (
    "state",
    "reason",
    "issued",
    "answers",
    "rejected",
    "skipped",
    "skips_in_row",
    "golden_right",
    "golden_total",
    "earned_micros",
    "seconds",
    "recent",
    "touched",
)
_SAVE_WORKER = (
    update(labeling_workers)
    .where(labeling_workers.c.pipeline == bindparam("in_pipeline"), labeling_workers.c.worker == bindparam("of_worker"))
    .values({name: bindparam(f"new_{name}") for name in _WORKER_FIELDS})
)
_EARN = (
    update(labeling_workers)
    .where(labeling_workers.c.pipeline == bindparam("in_pipeline"), labeling_workers.c.worker == bindparam("of_worker"))
    .values(earned_micros=labeling_workers.c.earned_micros + bindparam("more"))
)
# Not the whole row: what an intake keeps there may be long, and this is read by every act.
_ROW = (
    select(
        *(
            labelings.c[name]
            for name in (
                "pipeline",
                "spec",
                "state",
                "reason",
                "paused",
                "change",
                "golden_state",
                "golden_reason",
                "identity",
                "carry",
                *_COUNTERS,
            )
        )
    )
    .where(labelings.c.pipeline == bindparam("in_pipeline"))
    .with_for_update()
)
_SAVE_ROW = (
    update(labelings)
    .where(labelings.c.pipeline == bindparam("in_pipeline"))
    .values({name: bindparam(f"new_{name}") for name in _COUNTERS})
)
_WAITING = select(answers.c.assignment, answers.c.worker, answers.c.price_micros).where(
    answers.c.task == bindparam("of_task"), answers.c.state == SUBMITTED
)
_ACCEPT = (
    update(answers)
    .where(answers.c.assignment == bindparam("of_assignment"))
    .values(state=ACCEPTED, touched=bindparam("new_touched"))
)
_VOTES = (
    select(
        answers.c.meaning,
        labeling_workers.c.golden_right,
        labeling_workers.c.golden_total,
    )
    .join(
        labeling_workers,
        (labeling_workers.c.pipeline == answers.c.pipeline) & (labeling_workers.c.worker == answers.c.worker),
    )
    .where(answers.c.task == bindparam("of_task"), answers.c.state.in_(STANDING), answers.c.unsure.is_(False))
)


class Spending(Protocol):
    """What has been spent and promised."""

    @property
    def reserved_micros(self) -> int:
        """Money promised to leases and to answers not accepted yet."""

    @property
    def spent_micros(self) -> int:
        """Money paid."""

    @property
    def leased(self) -> int:
        """Tasks lent now."""

    @property
    def answers(self) -> int:
        """Answers that are not rejected."""


def budget_reason(spec: LabelingSpec, now: Spending) -> str | None:
    """Say why one more answer cannot be paid for; None when it can."""
    budget = spec.budget
    if budget.micros is not None and now.reserved_micros + now.spent_micros + spec.price_micros > budget.micros:
        spent, limit = now.spent_micros / 1e6, budget.micros / 1e6
        return f"the budget of {limit:g} is used up ({spent:g} spent, the rest promised to work in progress)"
    if budget.answers is not None and now.leased + now.answers >= budget.answers:
        return f"the budget of {budget.answers:,} answers is used up"
    return None


class Ledger:
    """One pipeline's ledger. Acts change its counters in memory; `open_ledger` writes them once at the end."""

    def __init__(self, conn: Connection, row: Any, now_ms: int) -> None:
        self.conn = conn
        self.now_ms = now_ms
        self.pipeline: str = row.pipeline
        self.spec = spec_of(row.spec)
        self.row = row
        self.counters = Counters(*(getattr(row, name) for name in _COUNTERS))
        self._before = replace(self.counters)

    def next_sequence(self) -> int:
        """Count one thing that happened and that a publication may have to show."""
        self.counters.sequence += 1
        self.counters.changed = self.counters.sequence
        return self.counters.sequence

    def reach(self, sequence: int) -> None:
        """Count on to a sequence at which this was promised to end. Raises Conflict when it is past."""
        if self.counters.sequence > sequence:
            raise Conflict(f"Much happened in {self.pipeline} meanwhile.", help="Try again.", pipeline=self.pipeline)
        self.counters.sequence = self.counters.changed = sequence

    def next_stamp(self) -> int:
        """Return a place at the end of the queue."""
        self.counters.stamp += 1
        return self.counters.stamp

    @property
    def budget_reason(self) -> str | None:
        """Say why one more answer cannot be paid for; None when it can."""
        return budget_reason(self.spec, self.counters)

    # Tasks

    def task(self, task: str) -> TaskCounts:
        """Load one task for changing."""
        return counted.load(self.conn, task)

    def save_tasks(self, changed: Sequence[TaskCounts], *, touch: bool, tell: bool = True) -> None:
        """Settle changed tasks, count what became of them, and write them; `touch`: a publication must show it.

        Answers of tasks that are no longer open are accepted, which is when they are paid. `tell` as for
        `settle_tasks`.
        """
        moved = self.settle_tasks(changed, touch=touch, tell=tell)
        counted.save(self.conn, changed)
        closed = [task.task for task in (changed if touch else moved) if task.state not in (OPEN, GOLDEN)]
        for id in closed if len(closed) < _FEW else self._waiting_among(closed):
            self.accept_waiting(id)

    def _waiting_among(self, ids: Sequence[str]) -> list[str]:
        """Return those of many tasks that have answers to accept: mostly none, so they are found in bulk."""
        found: list[str] = []
        for start in range(0, len(ids), 500):
            some = answers.c.task.in_(list(ids[start : start + 500]))
            found += self.conn.execute(
                select(answers.c.task).distinct().where(some, answers.c.state == SUBMITTED)
            ).scalars()
        return sorted(found)

    def settle_tasks(self, changed: Sequence[TaskCounts], *, touch: bool, tell: bool = True) -> list[TaskCounts]:
        """Do what `save_tasks` does to values and counters, without writing; return tasks whose state changed.

        `tell` False leaves the news of each settled task to the caller, who has one for all of them.
        """
        moved: list[TaskCounts] = []
        for task in changed:
            before_slots = task.slots
            counted.settle(task, self.spec, self._is_confident)
            if touch or task.state != task.before:
                task.touched = self.next_sequence()
            if task.slots != before_slots:
                task.stamp = self.next_stamp()
            if task.state != task.before:
                self._moved(task, tell)
                moved.append(task)
            task.before = task.state
        return moved

    def _moved(self, task: TaskCounts, tell: bool) -> None:
        counters = self.counters
        for state, sign in ((task.before, -1), (task.state, 1)):
            if state == OPEN:
                counters.open += sign
            elif state == DONE:
                counters.done += sign
            elif state == ESCALATED:
                counters.escalated += sign
            elif state == WITHDRAWN:
                counters.withdrawn += sign
            elif state == GOLDEN:
                counters.golden += sign
        if task.state in (DONE, ESCALATED) and task.before not in (DONE, ESCALATED):
            counters.settled += 1
            if tell:
                self.tell("answer.settled", {"task": task.task, "state": task.state})

    def tell(self, kind: str, facts: Mapping[str, Json]) -> None:
        """Add news of this pipeline to the feed."""
        feed.append(self.conn, kind, ChangeId(self.row.change), {"pipeline": self.pipeline, **facts})

    def _is_confident(self, task: TaskCounts) -> bool:
        wanted = self.spec.overlap.confidence
        if wanted is None:
            return True
        rows = self.conn.execute(_VOTES, {"of_task": task.task}).all()
        if not rows:
            return False
        votes = [(row.meaning, accuracy_of(row.golden_right, row.golden_total)) for row in rows]
        return label_confidence(votes, len(self.spec.config.labels()))[1] >= wanted

    def accept_waiting(self, task: str) -> None:
        """Accept the submitted answers of a task: from here on they are paid."""
        for row in self.conn.execute(_WAITING, {"of_task": task}).all():
            self.conn.execute(_ACCEPT, {"of_assignment": row.assignment, "new_touched": self.next_sequence()})
            self.pay(row.worker, row.price_micros)

    def pay(self, worker: str, micros: int) -> None:
        """Turn reserved money into spent money."""
        self.counters.reserved_micros -= micros
        self.counters.spent_micros += micros
        if micros:
            self.conn.execute(_EARN, {"in_pipeline": self.pipeline, "of_worker": worker, "more": micros})

    # Workers

    def worker(self, worker: str) -> WorkerRow:
        """Load a worker of this pipeline, new or known."""
        row = self.conn.execute(_WORKER, {"in_pipeline": self.pipeline, "of_worker": worker}).first()
        if row is None:
            return self._new_worker(worker)
        recent = json.loads(row.recent)
        return WorkerRow(
            worker,
            row.state,
            row.reason,
            row.issued,
            row.answers,
            row.rejected,
            row.skipped,
            row.skips_in_row,
            row.golden_right,
            row.golden_total,
            row.earned_micros,
            row.seconds,
            recent["seconds"],
            recent["golden"],
            recent.get("seen_ms", 0),
            recent.get("given_ms", 0),
            tuple(recent.get("told", (0, 0))),
            recent.get("told_answers", 0),
            tuple(recent.get("forgiven", (0, 0))),
        )

    def _new_worker(self, worker: str) -> WorkerRow:
        known = self.conn.execute(select(people.c.public).where(people.c.worker == worker)).first()
        if known is None:
            # From randomness alone, so that nobody can tell the person from the id, nor the ids' order from time.
            self.conn.execute(insert(people).values(worker=worker, public="w" + new_id()[-12:]))
        self.conn.execute(
            insert(labeling_workers).values(
                pipeline=self.pipeline,
                worker=worker,
                state="active",
                reason="",
                seconds=0.0,
                recent='{"golden":[],"seconds":[]}',
            )
        )
        self.counters.workers += 1
        return WorkerRow(worker, "active", "", 0, 0, 0, 0, 0, 0, 0, 0, 0.0, [], [])

    def save_worker(self, person: WorkerRow) -> None:
        """Write a changed worker, keeping only what the rules look back on."""
        keep = self.spec.rules.memory
        recent: dict[str, object] = {
            "golden": person.recent_golden[-keep:],
            "seconds": [round(seconds, 3) for seconds in person.recent_seconds[-keep:]],
            "seen_ms": person.last_seen_ms,
            "given_ms": person.last_given_ms,
            "told": person.told,
            "told_answers": person.told_answers,
        }
        if person.forgiven != (0, 0):
            recent["forgiven"] = list(person.forgiven)
        self.conn.execute(
            _SAVE_WORKER,
            {
                "in_pipeline": self.pipeline,
                "of_worker": person.worker,
                "new_state": person.state,
                "new_reason": person.reason,
                "new_issued": person.issued,
                "new_answers": person.answers,
                "new_rejected": person.rejected,
                "new_skipped": person.skipped,
                "new_skips_in_row": person.skips_in_row,
                "new_golden_right": person.golden_right,
                "new_golden_total": person.golden_total,
                "new_earned_micros": person.earned_micros,
                "new_seconds": person.seconds,
                "new_recent": json.dumps(recent, separators=(",", ":")),
                "new_touched": self.counters.sequence,
            },
        )

    def close(self) -> None:
        """Write the counters, if an act has changed them."""
        if self.counters == self._before:
            return
        values: dict[str, object] = {f"new_{name}": getattr(self.counters, name) for name in _COUNTERS}
        self.conn.execute(_SAVE_ROW, {"in_pipeline": self.pipeline, **values})


@contextmanager
def open_ledger(conn: Connection, pipeline: str, now_ms: int) -> Iterator[Ledger]:
    """Open a pipeline's ledger in a write transaction; its counters are written on exit. Raises NotFound."""
    row = conn.execute(_ROW, {"in_pipeline": pipeline}).first()
    if row is None:
        raise NotFound(f"There is no labeling pipeline {pipeline!r}.", help="List them with `tilth labeling list`.")
    ledger = Ledger(conn, row, now_ms)
    yield ledger
    ledger.close()
