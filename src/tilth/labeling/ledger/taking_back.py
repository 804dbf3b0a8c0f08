"""Taking an import of answers back: they stay in the ledger, withdrawn, and count as if they had never come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from tilth.labeling.ledger import tasks as counted
from tilth.labeling.ledger.importing import CHUNK, import_id
from tilth.labeling.ledger.ledger import REJECTED, WITHDRAWN_ANSWER, Ledger
from tilth.labeling.ledger.lending import REVOKED
from tilth.labeling.ledger.tasks import DONE, TaskCounts
from tilth.labeling.spec import LabelingSpec
from tilth.metadata.schema.labeling import answers, assignments
from tilth.metadata.schema.reviewing import answer_imports

REASON = "its import was taken back"


@dataclass(frozen=True, slots=True)
class AnswerImport:
    """One import: its id, the table (`PROJECT/REPO@COMMIT:PATH`), how many of its answers are there, who and when."""

    id: str
    source: str
    answers: int
    author: str
    at_ms: int
    taken_back_ms: int | None
    taken_back_by: str | None


@dataclass(slots=True)
class Loss:
    """What goes with answers: how many, to how many items; how many of those lose their label, and are asked again of
    `slots` people in all (at most, where the overlap grows until the answers are sure)."""

    answers: int = 0
    items: int = 0
    unlabeled: int = 0
    slots: int = 0


def imports(conn: Connection, pipeline: str) -> list[AnswerImport]:
    """Return the imports of a pipeline, newest first."""
    query = (
        select(answer_imports)
        .where(answer_imports.c.pipeline == pipeline)
        .order_by(answer_imports.c.at_ms.desc(), answer_imports.c.source)
    )
    return [
        AnswerImport(
            import_id(row.source),
            row.source,
            row.answers,
            row.author,
            row.at_ms,
            row.taken_back_ms,
            row.taken_back_by,
        )
        for row in conn.execute(query)
    ]


def foresee(conn: Connection, pipeline: str, spec: LabelingSpec, id: str) -> Loss:
    """Tell what taking an import back would lose, without doing it. Cost: O(its answers)."""
    query = (
        select(answers.c.task, answers.c.state, func.count())
        .where(answers.c.pipeline == pipeline, answers.c.source == id, answers.c.state != WITHDRAWN_ANSWER)
        .group_by(answers.c.task, answers.c.state)
    )
    rows = conn.execute(query).all()
    loss = Loss(answers=sum(row[2] for row in rows))
    columns = select(*counted.COLUMNS)
    names = sorted({row[0] for row in rows})
    tasks: dict[str, TaskCounts] = {}
    for start in range(0, len(names), CHUNK):
        found = conn.execute(columns.where(counted.COLUMNS[0].in_(names[start : start + CHUNK])))
        tasks |= {row.task: TaskCounts.from_row(row) for row in found}
    loss.items = len(tasks)
    for task, state, count in rows:
        _uncount(tasks[task], state, count)
    for counts in tasks.values():
        had, before = counts.state == DONE, counts.slots
        counted.settle(counts, spec, lambda _: True)
        loss.unlabeled += had and counts.state != DONE
        loss.slots += max(counts.slots - before, 0)
    return loss


def take_back(ledger: Ledger, id: str, *, most: int, author: str) -> tuple[Loss, int]:
    """Withdraw up to `most` answers of an import; return what went, and how many are left.

    Withdrawn answers that were rejected are not rejected any more: nothing brings them back. Cost: O(most).
    """
    conn, pipeline = ledger.conn, ledger.pipeline
    standing = (answers.c.pipeline == pipeline, answers.c.source == id, answers.c.state != WITHDRAWN_ANSWER)
    columns = ("assignment", "task", "worker", "state", "right", "seconds")
    rows = conn.execute(
        select(*(answers.c[name] for name in columns)).where(*standing).order_by(answers.c.assignment).limit(most)
    ).all()
    if not rows:
        return Loss(), 0
    sequence = ledger.next_sequence()
    conn.execute(_WITHDRAW, [{"of_assignment": row.assignment, "new_touched": sequence} for row in rows])
    conn.execute(_LET_GO, [{"of_assignment": row.assignment} for row in rows])
    tasks = {task.task: task for task in counted.load_many(conn, sorted({row.task for row in rows}))}
    before = {name: (task.state, task.slots) for name, task in tasks.items()}
    for row in rows:
        _uncount(tasks[row.task], row.state, 1)
        if row.state == REJECTED:
            ledger.counters.rejected -= 1
        else:
            ledger.counters.answers -= 1
    _forget(ledger, rows)
    ledger.settle_tasks(list(tasks.values()), touch=True, tell=False)
    counted.save(conn, tasks.values())
    left: int = conn.execute(select(func.count()).select_from(answers).where(*standing)).scalar_one()
    conn.execute(
        update(answer_imports)
        .where(answer_imports.c.pipeline == pipeline, answer_imports.c.source == source_of(conn, pipeline, id))
        .values(answers=left, taken_back_ms=ledger.now_ms, taken_back_by=author)
    )
    ledger.tell("answers.taken_back", {"answers": len(rows)})
    return (
        Loss(
            len(rows),
            len(tasks),
            sum(before[name][0] == DONE != task.state for name, task in tasks.items()),
            sum(max(task.slots - before[name][1], 0) for name, task in tasks.items()),
        ),
        left,
    )


def source_of(conn: Connection, pipeline: str, id: str) -> str | None:
    """Return the table that an import took; None where there is no such import."""
    return next((each.source for each in imports(conn, pipeline) if each.id == id), None)


def _uncount(task: TaskCounts, state: str, count: int) -> None:
    if state == REJECTED:
        task.rejected -= count
    else:
        task.answered -= count


def _forget(ledger: Ledger, rows: Sequence[Any]) -> None:
    """Let the numbers of those who gave the answers be as they were before."""
    by_worker: dict[str, list[Any]] = {}
    for row in rows:
        by_worker.setdefault(row.worker, []).append(row)
    for worker, given in by_worker.items():
        person = ledger.worker(worker)
        told = Counter(bool(row.right) for row in given if row.right is not None)
        person.issued -= len(given)
        person.answers -= len(given)
        person.rejected -= sum(row.state == REJECTED for row in given)
        person.seconds = max(person.seconds - sum(row.seconds for row in given), 0.0)
        person.golden_total -= told.total()
        person.golden_right -= told[True]
        person.recent_seconds.clear()
        person.recent_golden.clear()
        ledger.save_worker(person)


_WITHDRAW = (
    update(answers)
    .where(answers.c.assignment == bindparam("of_assignment"))
    .values(state=WITHDRAWN_ANSWER, reason=REASON, touched=bindparam("new_touched"))
)
# The same person may answer the same item again: the assignment gives up its place under another name.
_LET_GO = (
    update(assignments)
    .where(assignments.c.id == bindparam("of_assignment"))
    .values(state=REVOKED, worker=assignments.c.worker + "#" + assignments.c.id)
)
