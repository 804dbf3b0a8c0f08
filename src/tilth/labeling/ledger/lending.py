"""Lending tasks: the next one for a worker, leases that run out, and tasks given back."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update

from tilth.errors import Conflict, Denied, NotFound
from tilth.labeling.ledger.banning import apply_rules
from tilth.labeling.ledger.ledger import Ledger, WorkerRow
from tilth.labeling.ledger.tasks import GOLDEN
from tilth.labeling.rules import golden_is_due
from tilth.metadata.schema.labeling import assignments, tasks, worker_marks
from tilth.model.ids import AssignmentId, TaskId, new_id

LEASED, ANSWERED, SKIPPED, EXPIRED, REVOKED = "leased", "answered", "skipped", "expired", "revoked"
ALL_DONE = "every task is done"
NOTHING_NEW = "there is no open task that is new to you"
HELD_MOST = 4
"""Tasks a worker may hold at once: enough to have the next one ready, too few to keep work from others."""
EXPIRED_AT_ONCE = 50
"""Leases returned by one act, so that no single one pays for all."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Why no task is lent now: `state` is finished, nothing_new, closed, paused, budget or preparing."""

    state: str
    reason: str


FINISHED = Wait("finished", ALL_DONE)


@dataclass(frozen=True, slots=True)
class Lent:
    """One lease."""

    assignment: AssignmentId
    task: TaskId
    guideline_version: str
    expires_ms: int
    price_micros: int


_ADD, _ADD_MARK = insert(assignments), insert(worker_marks)
_HELD = select(assignments).where(
    assignments.c.worker == bindparam("of_worker"),
    assignments.c.pipeline == bindparam("in_pipeline"),
    assignments.c.state == LEASED,
)
_HELD_IN_ORDER = _HELD.order_by(assignments.c.leased_ms, assignments.c.id)
_OVERDUE = (
    select(assignments.c.id, assignments.c.task, assignments.c.price_micros)
    .where(
        assignments.c.pipeline == bindparam("in_pipeline"),
        assignments.c.state == LEASED,
        assignments.c.expires_ms <= bindparam("now"),
    )
    .order_by(assignments.c.expires_ms)
    .limit(EXPIRED_AT_ONCE)
)
_SET_STATE = (
    update(assignments).where(assignments.c.id == bindparam("of_assignment")).values(state=bindparam("new_state"))
)
_MARKS = select(worker_marks.c.slots, worker_marks.c.stamp).where(
    worker_marks.c.pipeline == bindparam("in_pipeline"), worker_marks.c.worker == bindparam("of_worker")
)
_MOVE_MARK = (
    update(worker_marks)
    .where(
        worker_marks.c.pipeline == bindparam("in_pipeline"),
        worker_marks.c.worker == bindparam("of_worker"),
        worker_marks.c.slots == bindparam("of_slots"),
    )
    .values(stamp=bindparam("new_stamp"))
)
_NEXT_CLASS = select(func.min(tasks.c.slots)).where(
    tasks.c.pipeline == bindparam("in_pipeline"), tasks.c.slots > bindparam("above")
)
# A lease that ran out does not count: where few people work, the task would wait for somebody new for ever.
_UNSEEN = ~exists().where(
    assignments.c.task == tasks.c.task,
    assignments.c.worker == bindparam("of_worker"),
    assignments.c.state != EXPIRED,
)
_RAN_OUT = select(assignments.c.id).where(
    assignments.c.task == bindparam("of_task"), assignments.c.worker == bindparam("of_worker")
)
_NEXT_ITEM = (
    select(tasks.c.task, tasks.c.stamp)
    .where(
        tasks.c.pipeline == bindparam("in_pipeline"),
        tasks.c.slots == bindparam("of_slots"),
        tasks.c.stamp > bindparam("behind"),
        _UNSEEN,
    )
    .order_by(tasks.c.stamp)
    .limit(1)
)
_NEXT_GOLDEN = (
    select(tasks.c.task)
    .where(
        tasks.c.pipeline == bindparam("in_pipeline"),
        tasks.c.state == GOLDEN,
        _UNSEEN,
    )
    .order_by(tasks.c.answered)
    .limit(1)
)


def lend(ledger: Ledger, worker: str, limit: int = 1) -> tuple[list[Lent], Wait | None]:
    """Return up to `limit` tasks that the worker holds, longest held first, and why there are not more.

    What is held already is held on to; what is missing is lent. Known answers come at their places in the order of
    lending, so holding several tells nothing of them. Raises Denied, with the reason, for a banned worker. Cost: a few
    index seeks per task; tasks that the worker has seen are passed once and then remembered by `worker_marks`.
    """
    return_overdue(ledger)
    person = ledger.worker(worker)
    if person.state == "banned":
        raise Denied(
            f"You get no more tasks of {ledger.pipeline}: {person.reason}.",
            help="Ask those who run it if you think that this is wrong.",
            reason=person.reason,
        )
    rows = ledger.conn.execute(_HELD_IN_ORDER, {"of_worker": worker, "in_pipeline": ledger.pipeline}).all()
    held = [Lent(row.id, row.task, row.guideline_version, row.expires_ms, row.price_micros) for row in rows]
    at_ms = max(ledger.now_ms, rows[-1].leased_ms if rows else 0)
    while len(held) < limit:
        lent, at_ms = _lend_one(ledger, person, at_ms)
        if isinstance(lent, Wait):
            return held, lent
        held.append(lent)
    return held[:limit], None


def _lend_one(ledger: Ledger, person: WorkerRow, at_ms: int) -> tuple[Lent | Wait, int]:
    """Lend a task, at or behind `at_ms`, and return it with the time of its lending."""
    found, worker = _to_lend(ledger, person), person.worker
    if isinstance(found, Wait):
        return found, at_ms
    task, golden = found
    again = ledger.conn.execute(_RAN_OUT, {"of_task": task, "of_worker": worker}).scalar()
    at_ms += again is not None  # its id is of the first time, and in one millisecond would order it before others
    lent = Lent(
        AssignmentId(again or new_id()),
        TaskId(task),
        ledger.spec.guidelines.version,
        ledger.now_ms + int(ledger.spec.lease_seconds * 1000),
        ledger.spec.price_micros,
    )
    lease: dict[str, object] = {
        "golden": golden,
        "state": LEASED,
        "price_micros": lent.price_micros,
        "guideline_version": lent.guideline_version,
        "leased_ms": at_ms,
        "expires_ms": lent.expires_ms,
    }
    if again is None:
        named: dict[str, object] = {"id": lent.assignment, "pipeline": ledger.pipeline, "task": task, "worker": worker}
        ledger.conn.execute(_ADD, named | lease)
    else:
        ledger.conn.execute(update(assignments).where(assignments.c.id == again).values(**lease))
    hold(ledger, task, lent.price_micros)
    person.issued += 1
    ledger.save_worker(person)
    return lent, at_ms


def _to_lend(ledger: Ledger, person: WorkerRow) -> tuple[str, bool] | Wait:
    """Return the task that the worker shall have next and whether its answer is known, or why there is none."""
    worker = person.worker
    if ledger.row.state != "open":
        return Wait("closed", str(ledger.row.reason or "the pipeline is closed"))
    if ledger.row.paused:
        return Wait("paused", str(ledger.row.paused))
    if ledger.row.golden_state == "waiting":
        why = ledger.row.golden_reason or "waiting for their first commit"
        return Wait("preparing", f"known answers are not loaded yet: {why}")
    reason = ledger.budget_reason
    if reason:
        return Wait("budget", reason)
    task, golden = _next_item(ledger, worker), False
    if task is None:
        return FINISHED if ledger.counters.open == 0 else Wait("nothing_new", NOTHING_NEW)
    known = ledger.spec.golden
    if known and golden_is_due(ledger.pipeline, worker, person.issued, known.every):
        found = ledger.conn.execute(_NEXT_GOLDEN, {"in_pipeline": ledger.pipeline, "of_worker": worker}).scalar()
        if found is not None:
            task, golden = found, True
    return task, golden


def hold(ledger: Ledger, task: str, price_micros: int) -> None:
    """Take one slot of a task and reserve its price."""
    counts = ledger.task(task)
    counts.leased += 1
    ledger.counters.leased += 1
    ledger.counters.reserved_micros += price_micros
    ledger.save_tasks([counts], touch=False)


def release(ledger: Ledger, assignment: str, task: str, price_micros: int, state: str) -> None:
    """End a lease without an answer: the slot is free again and nothing is paid."""
    ledger.conn.execute(_SET_STATE, {"of_assignment": assignment, "new_state": state})
    counts = ledger.task(task)
    counts.leased -= 1
    ledger.counters.leased -= 1
    ledger.counters.reserved_micros -= price_micros
    ledger.save_tasks([counts], touch=False)


def has_overdue(conn: Connection, pipeline: str, now_ms: int) -> bool:
    """Tell whether a lease of the pipeline has run out and holds its slot still."""
    return conn.execute(_OVERDUE, {"in_pipeline": pipeline, "now": now_ms}).first() is not None


def return_overdue(ledger: Ledger) -> None:
    """Return the slots of leases that have run out."""
    overdue = ledger.conn.execute(_OVERDUE, {"in_pipeline": ledger.pipeline, "now": ledger.now_ms}).all()
    for row in overdue:
        release(ledger, row.id, row.task, row.price_micros, EXPIRED)


def revoke_held(ledger: Ledger, worker: str) -> None:
    """Take back what the worker holds."""
    for row in ledger.conn.execute(_HELD, {"of_worker": worker, "in_pipeline": ledger.pipeline}).all():
        release(ledger, row.id, row.task, row.price_micros, REVOKED)


def skip(ledger: Ledger, assignment: str, worker: str) -> tuple[str, str]:
    """Give a task back for good. Returns the worker's state and the reason. Raises NotFound, Conflict."""
    row = find(ledger.conn, assignment, worker)
    person = ledger.worker(worker)
    if row.state == ANSWERED:
        raise Conflict("This task is answered already.", help="Ask for the next one.", assignment=assignment)
    if row.state == LEASED:
        release(ledger, row.id, row.task, row.price_micros, SKIPPED)
        person.skipped += 1
        person.skips_in_row += 1
        person.last_seen_ms = person.last_given_ms = ledger.now_ms
        ledger.save_worker(person)
        if apply_rules(ledger, person):
            revoke_held(ledger, worker)
    elif row.state == EXPIRED:
        ledger.conn.execute(_SET_STATE, {"of_assignment": assignment, "new_state": SKIPPED})
    return person.state, person.reason


def give_back(ledger: Ledger, assignment: str, worker: str) -> str:
    """End a lease as if its time had run out, and return the assignment's state. Raises NotFound."""
    row = find(ledger.conn, assignment, worker)
    if row.state != LEASED:
        return row.state
    release(ledger, row.id, row.task, row.price_micros, EXPIRED)
    return EXPIRED


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One assignment as the ledger has it."""

    id: str
    pipeline: str
    task: str
    golden: bool
    state: str
    price_micros: int
    guideline_version: str
    leased_ms: int
    expires_ms: int


_FIND = select(assignments).where(
    assignments.c.id == bindparam("of_assignment"), assignments.c.worker == bindparam("of_worker")
)


def find(conn: Connection, assignment: str, worker: str) -> AssignmentRow:
    """Return a worker's own assignment. Raises NotFound, for somebody else's too."""
    row = conn.execute(_FIND, {"of_assignment": assignment, "of_worker": worker}).first()
    if row is None:
        raise NotFound(
            f"You have no assignment {assignment[:64]!r}.", help="Ask for the next task.", assignment=assignment[:64]
        )
    return AssignmentRow(*(getattr(row, field.name) for field in fields(AssignmentRow)))


def _next_item(ledger: Ledger, worker: str) -> str | None:
    """Find the task nearest to done that the worker has not seen; remember how far the search was in vain."""
    conn, scope = ledger.conn, {"in_pipeline": ledger.pipeline, "of_worker": worker}
    marks: dict[int, int] = {row.slots: row.stamp for row in conn.execute(_MARKS, scope)}
    slots = conn.execute(_NEXT_CLASS, {"in_pipeline": ledger.pipeline, "above": 0}).scalar()
    while slots is not None:
        mark = marks.get(slots, 0)
        found = conn.execute(_NEXT_ITEM, {**scope, "of_slots": slots, "behind": mark}).first()
        # Whatever enters this class later gets a higher stamp, so nothing new to the worker lies at or before it.
        passed = found.stamp - 1 if found is not None else ledger.counters.stamp
        if passed > mark:
            moved = conn.execute(_MOVE_MARK, {**scope, "of_slots": slots, "new_stamp": passed}).rowcount
            if not moved:
                mark_row = {"pipeline": ledger.pipeline, "worker": worker, "slots": slots, "stamp": passed}
                conn.execute(_ADD_MARK, mark_row)
        if found is not None:
            return str(found.task)
        slots = conn.execute(_NEXT_CLASS, {"in_pipeline": ledger.pipeline, "above": slots}).scalar()
    return None
