"""Bringing over what was bought in another project: answers, workers' standing and rulings for the same tasks.

`BEGIN` gives a copied pipeline all that its origin has; `RETURN` gives an origin what was answered in the copy. Both
are done in steps, each in one transaction that notes how far it has come, so that a large ledger keeps nobody waiting
and a process that dies leaves nothing to mend. What comes over is paid where it was bought and costs nothing here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, insert, select, tuple_, update

from tilth.labeling.identity import TaskNames
from tilth.labeling.ledger import tasks as counted
from tilth.labeling.ledger.intake import insert_tasks, new_task
from tilth.labeling.ledger.ledger import REJECTED, STANDING, Ledger
from tilth.labeling.ledger.lending import ANSWERED, SKIPPED
from tilth.labeling.ledger.tasks import TaskCounts
from tilth.metadata.schema.labeling import (
    answers,
    assignments,
    labeling_workers,
    labelings,
    restrictions,
    rulings,
    tasks,
)
from tilth.metadata.schema.reviewing import answer_imports
from tilth.model.canonical import canonical
from tilth.model.ids import new_id

BEGIN, RETURN = "begin", "return"
AT_ONCE = 500
"""Tasks, or answers, of one step."""


@dataclass(slots=True)
class Errand:
    """What is to be brought over, and how far that has come."""

    source: str
    how: str
    stage: str = "people"
    """people, tasks or answers, rulings."""
    behind: list[Any] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return it as the ledger keeps it."""
        return {"from": self.source, "how": self.how, "stage": self.stage, "behind": self.behind}


def errands(text: str) -> list[Errand]:
    """Read what `labelings.carry` says."""
    return [Errand(each["from"], each["how"], each["stage"], each["behind"]) for each in json.loads(text)]


def add_errand(conn: Connection, pipeline: str, source: str, how: str) -> None:
    """Note that what `source` has is to be brought over to `pipeline`, from the beginning."""
    text = conn.execute(select(labelings.c.carry).where(labelings.c.pipeline == pipeline)).scalar_one()
    kept = [each for each in errands(text) if (each.source, each.how) != (source, how)]
    _write(conn, pipeline, [*kept, Errand(source, how)])


def carry_step(conn: Connection, ledger: Ledger) -> bool:
    """Do one step of the first errand, in the caller's transaction; False when there is none."""
    waiting = errands(ledger.row.carry)
    if not waiting:
        return False
    errand = waiting[0]
    there = _names_of(conn, errand.source)
    over = there is None or _step(ledger, there, errand)
    _write(conn, ledger.pipeline, waiting[1:] if over else waiting)
    return True


def count_owed(conn: Connection, source: str, target: str) -> int:
    """Count the answers of a copy that its origin does not have and would take. Cost: O(answers of the copy)."""
    there, here = _names_of(conn, source), _names_of(conn, target)
    if there is None or here is None:
        return 0
    query = _owed(select(answers.c.assignment, answers.c.task, answers.c.worker), source, target)
    query = query.order_by(answers.c.assignment).limit(AT_ONCE)
    count, last = 0, ""
    while rows := conn.execute(query.where(answers.c.assignment > last)).all():
        own = {row.task: here.own(there.shared(row.task)) for row in rows}
        pairs = _lent(conn, own.values())
        count += sum((own[row.task], row.worker) not in pairs for row in rows)
        last = rows[-1].assignment
    return count


def owes_rulings(conn: Connection, source: str, target: str) -> bool:
    """Tell whether an expert decided an item in a copy that nobody decided in its origin. Cost: O(decided items)."""
    return bool(_decided(conn, source) - _decided(conn, target))


def _decided(conn: Connection, pipeline: str) -> set[str]:
    """Return the items that an expert decided, by the names that copies share."""
    names = _names_of(conn, pipeline)
    if names is None:
        return set()
    query = (
        select(rulings.c.task)
        .join(tasks, tasks.c.task == rulings.c.task)
        .where(rulings.c.pipeline == pipeline, tasks.c.final.is_not(None))
    )
    return {names.shared(task) for task in conn.execute(query.distinct()).scalars()}


def _names_of(conn: Connection, pipeline: str) -> TaskNames | None:
    row = conn.execute(
        select(labelings.c.pipeline, labelings.c.identity).where(labelings.c.pipeline == pipeline)
    ).first()
    return TaskNames.of(row.pipeline, row.identity) if row is not None else None


def _write(conn: Connection, pipeline: str, waiting: Sequence[Errand]) -> None:
    text = canonical([each.to_json() for each in waiting]).decode()
    conn.execute(update(labelings).where(labelings.c.pipeline == pipeline).values(carry=text))


def _step(ledger: Ledger, there: TaskNames, errand: Errand) -> bool:
    """Do one step; tell whether it was the last."""
    if errand.stage == "people":
        _bring_imports(ledger, there.pipeline)
        if errand.how == BEGIN:
            _bring_people(ledger, there.pipeline)
        errand.stage, errand.behind = ("tasks" if errand.how == BEGIN else "answers"), []
        return False
    if errand.stage == "tasks":
        page = _page(ledger, _TASKS.where(tasks.c.pipeline == there.pipeline), (tasks.c.touched, tasks.c.task), errand)
        _bring(ledger, there, [row.task for row in page], begin=True)
        return len(page) < AT_ONCE
    if errand.stage == "answers":
        wanted = _owed(_ANSWERS, there.pipeline, ledger.pipeline)
        page = _page(ledger, wanted, (answers.c.touched, answers.c.assignment), errand)
    else:
        wanted = _RULINGS.where(rulings.c.pipeline == there.pipeline)
        page = _page(ledger, wanted, (rulings.c.sequence, rulings.c.id), errand)
    _bring(ledger, there, sorted({row.task for row in page}), begin=False)
    if len(page) == AT_ONCE:
        return False
    if errand.stage == "answers":
        errand.stage, errand.behind = "rulings", []
        return False
    return True


_TASKS: Select[Any] = select(tasks.c.touched, tasks.c.task)
_ANSWERS: Select[Any] = select(answers.c.touched, answers.c.assignment, answers.c.task)
_RULINGS: Select[Any] = select(rulings.c.sequence, rulings.c.id, rulings.c.task)


def _page(ledger: Ledger, query: Select[Any], order: tuple[Any, Any], errand: Errand) -> Sequence[Any]:
    if errand.behind:
        query = query.where(tuple_(*order) > tuple_(*errand.behind))
    rows = ledger.conn.execute(query.order_by(*order).limit(AT_ONCE)).all()
    if rows:
        errand.behind = [rows[-1][0], rows[-1][1]]
    return rows


def _owed(query: Select[Any], source: str, target: str) -> Select[Any]:
    """Keep the answers of `source` that `target` has neither bought nor been given, by people not banned there."""
    other = answers.alias("other")
    known: ColumnElement[Any] = func.coalesce(answers.c.shared, answers.c.assignment)
    given = exists().where(other.c.pipeline == target, other.c.shared == known)
    bought = exists().where(other.c.assignment == known, other.c.pipeline == target)
    banned = exists().where(
        labeling_workers.c.pipeline == target,
        labeling_workers.c.worker == answers.c.worker,
        labeling_workers.c.state == "banned",
    )
    return query.select_from(answers).where(answers.c.pipeline == source, ~given, ~bought, ~banned)


def _lent(conn: Connection, ids: Iterable[str]) -> set[tuple[str, str]]:
    """Return who was ever lent which of these tasks: whoever was is asked or heard about it once."""
    query = select(assignments.c.task, assignments.c.worker).where(assignments.c.task.in_(sorted(ids)))
    return {(row.task, row.worker) for row in conn.execute(query)}


def _bring_imports(ledger: Ledger, source: str) -> None:
    """Let lineage name the tables that gave answers there."""
    here = set(
        ledger.conn.execute(
            select(answer_imports.c.source).where(answer_imports.c.pipeline == ledger.pipeline)
        ).scalars()
    )
    rows = ledger.conn.execute(select(answer_imports).where(answer_imports.c.pipeline == source)).all()
    new = [{**row._mapping, "pipeline": ledger.pipeline} for row in rows if row.source not in here]
    if new:
        ledger.conn.execute(insert(answer_imports), new)


def _bring_people(ledger: Ledger, source: str) -> None:
    """Let those who are known there be known here as they are: what they could, and whether they are banned."""
    conn = ledger.conn
    here = set(
        conn.execute(select(labeling_workers.c.worker).where(labeling_workers.c.pipeline == ledger.pipeline)).scalars()
    )
    rows = conn.execute(select(labeling_workers).where(labeling_workers.c.pipeline == source)).all()
    sequence = ledger.next_sequence()
    new = [
        {**row._mapping, "pipeline": ledger.pipeline, "earned_micros": 0, "touched": sequence}
        for row in rows
        if row.worker not in here
    ]
    if new:
        conn.execute(insert(labeling_workers), new)
        ledger.counters.workers += len(new)
        ledger.counters.banned += sum(each["state"] == "banned" for each in new)
    if not here:
        why = conn.execute(select(restrictions).where(restrictions.c.pipeline == source)).all()
        said = [{**row._mapping, "id": new_id(), "pipeline": ledger.pipeline, "sequence": sequence} for row in why]
        if said:
            conn.execute(insert(restrictions), said)


def _bring(ledger: Ledger, there: TaskNames, ids: Sequence[str], *, begin: bool) -> None:
    """Bring the answers and rulings of some tasks over. Doing it again changes nothing.

    With `begin` the tasks' and workers' counters are taken as they are there; else what comes is counted.
    """
    if not ids:
        return
    conn, here = ledger.conn, TaskNames.of(ledger.pipeline, ledger.row.identity)
    rows = conn.execute(select(tasks).where(tasks.c.task.in_(list(ids)))).all()
    own = {row.task: here.own(there.shared(row.task)) for row in rows}
    counts: dict[str, TaskCounts] = {task.task: task for task in counted.load_many(conn, sorted(own.values()))}
    known = set(counts)
    finals = {row.task for row in rows if row.final is not None}
    for row in rows:
        if own[row.task] in known:
            continue
        fresh = new_task(own[row.task], ledger.spec.overlap.minimum)
        if begin:
            fresh.wanted = row.wanted
            fresh.answered, fresh.rejected, fresh.unsure = row.answered, row.rejected, row.unsure
        counts[fresh.task] = fresh
    ruled = {task for task in finals if not counts[own[task]].final}
    for task in ruled:
        counts[own[task]].final = True
    # Nobody may answer what has no row yet, so the rows of new tasks come first, at what they count in the end.
    brought = _answers_to_bring(ledger, own, skips=begin)
    for row in brought:
        task = counts[own[row.task]]
        _count(ledger, task, row, anew=not begin or task.task in known)
    content: dict[str, str] = {own[row.task]: row.content for row in rows}
    insert_tasks(ledger, [task for id, task in counts.items() if id not in known], content)
    changed = [counts[id] for id in sorted(known)]
    _write_answers(ledger, own, brought)
    _write_rulings(ledger, own, ruled)
    ledger.settle_tasks(changed, touch=bool(brought or ruled), tell=False)
    counted.save(conn, changed)
    for task in changed:
        if task.state != "open":
            ledger.accept_waiting(task.task)
    if not begin:
        _count_people(ledger, brought)
    if brought or ruled:
        ledger.tell("answers.imported", {"answers": len(brought)})


def _answers_to_bring(ledger: Ledger, own: dict[str, Any], *, skips: bool) -> list[Any]:
    """Return the answers (and with `skips` what was given back for good) that are not here, oldest first.

    Left out is what somebody has in hand or has answered here too, and what banned people said.
    """
    conn = ledger.conn
    states = (ANSWERED, SKIPPED) if skips else (ANSWERED,)
    query = (
        select(
            assignments.c.id,
            assignments.c.task,
            assignments.c.worker,
            assignments.c.golden.label("lent_golden"),
            assignments.c.state.label("lent"),
            assignments.c.guideline_version.label("lent_version"),
            assignments.c.leased_ms,
            assignments.c.expires_ms,
            *(column for column in answers.c if column.name not in ("task", "worker", "pipeline")),
        )
        .outerjoin(answers, answers.c.assignment == assignments.c.id)
        .where(assignments.c.task.in_(list(own)), assignments.c.state.in_(states))
        .order_by(assignments.c.id)
    )
    rows = conn.execute(query).all()
    pairs = _lent(conn, own.values())
    banned = select(labeling_workers.c.worker).where(
        labeling_workers.c.pipeline == ledger.pipeline, labeling_workers.c.state == "banned"
    )
    out = set() if skips else set(conn.execute(banned).scalars())
    return [row for row in rows if (own[row.task], row.worker) not in pairs and row.worker not in out]


def _count(ledger: Ledger, task: TaskCounts, row: Any, *, anew: bool) -> None:
    if row.assignment is None:
        return
    standing = row.state in STANDING
    if anew:
        task.unsure += bool(row.unsure) and standing
        task.answered += not row.unsure and standing
        task.rejected += not row.unsure and row.state == REJECTED
    if not row.unsure:
        ledger.counters.answers += standing
        ledger.counters.rejected += row.state == REJECTED


def _write_answers(ledger: Ledger, own: dict[str, Any], brought: Sequence[Any]) -> None:
    if not brought:
        return
    sequence = ledger.next_sequence()
    # In the order in which they were given: of what was said equally often, the first holds.
    ids = sorted(new_id() for _ in brought)
    lent = [
        {
            "id": id,
            "pipeline": ledger.pipeline,
            "task": own[row.task],
            "worker": row.worker,
            "golden": row.lent_golden,
            "state": row.lent,
            "price_micros": 0,
            "guideline_version": row.lent_version,
            "leased_ms": row.leased_ms,
            "expires_ms": row.expires_ms,
        }
        for id, row in zip(ids, brought, strict=True)
    ]
    same = ("golden", "right", "unsure", "state", "reason", "result", "body", "meaning", "seconds", "at_ms", "source")
    said = [
        {
            **{name: row._mapping[name] for name in same},
            "assignment": id,
            "pipeline": ledger.pipeline,
            "task": own[row.task],
            "worker": row.worker,
            "price_micros": 0,
            "guideline_version": row.guideline_version,
            "touched": sequence,
            "shared": row.shared or row.assignment,
            "carried_micros": row.carried_micros if row.carried_micros is not None else row.price_micros,
        }
        for id, row in zip(ids, brought, strict=True)
        if row.assignment is not None
    ]
    ledger.conn.execute(insert(assignments), lent)
    if said:
        ledger.conn.execute(insert(answers), said)


def _write_rulings(ledger: Ledger, own: dict[str, Any], ruled: set[str]) -> None:
    if not ruled:
        return
    query = select(rulings).where(rulings.c.task.in_(sorted(ruled))).order_by(rulings.c.sequence)
    last = {row.task: row for row in ledger.conn.execute(query) if row.result is not None}
    sequence = ledger.next_sequence()
    for task, row in last.items():
        words = {**row._mapping, "id": new_id(), "pipeline": ledger.pipeline, "task": own[task], "sequence": sequence}
        ledger.conn.execute(insert(rulings).values(**words))
        ledger.conn.execute(update(tasks).where(tasks.c.task == own[task]).values(final=row.result))


def _count_people(ledger: Ledger, brought: Sequence[Any]) -> None:
    for row in brought:
        person = ledger.worker(row.worker)
        person.issued += 1
        person.seconds += row.seconds
        if row.unsure:
            person.skipped += 1
        else:
            person.answers += 1
            person.rejected += row.state == REJECTED
        if row.right is not None:
            person.golden_total += 1
            person.golden_right += bool(row.right)
        ledger.save_worker(person)
