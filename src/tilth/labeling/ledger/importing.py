"""Writing answers that people gave elsewhere: many at once, unpaid, the same ones never twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from tilth.labeling.ledger import tasks as counted
from tilth.labeling.ledger.columns import IMPORTED
from tilth.labeling.ledger.ledger import ACCEPTED, SUBMITTED, WITHDRAWN_ANSWER, Ledger
from tilth.labeling.ledger.lending import ANSWERED
from tilth.labeling.ledger.tasks import GOLDEN, OPEN
from tilth.metadata.schema.labeling import answers, assignments, labelings, tasks
from tilth.metadata.schema.reviewing import answer_imports
from tilth.model.canonical import Json, canonical
from tilth.model.digest import digest_of
from tilth.model.ids import new_id

GUIDELINES = "imported"
"""The guideline version of imported answers: nobody knows what these people were told."""
CHUNK = 500


@dataclass(frozen=True, slots=True)
class ImportedAnswer:
    """One answer from a table: task, worker as named there, canonical result, its digest and meaning, seconds."""

    task: str
    worker: str
    result: str
    body: bytes
    meaning: str
    seconds: float


def worker_name(pipeline: str, name: str) -> str:
    """Return under which name the ledger keeps a worker of an imported table."""
    return f"{IMPORTED}{pipeline}:{name}"


def identity_of(conn: Connection, pipeline: str) -> str:
    """Return the pipeline by which workers of tables are known here: that of which this one is a copy, or itself."""
    known = conn.execute(select(labelings.c.identity).where(labelings.c.pipeline == pipeline)).scalar()
    return known or pipeline


def assignment_id(pipeline: str, task: str, worker: str) -> str:
    """Return the id of an imported answer: of the same task and worker, the same."""
    return digest_of("\0".join(("tilth imported answer", pipeline, task, worker)).encode()).hex()[:32]


def import_id(source: str) -> str:
    """Return the id of an import, by which its answers know it."""
    return digest_of(source.encode()).hex()[:16]


def present(conn: Connection, pipeline: str, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return, of pairs of a task and a worker (as named in a table), those with an answer, and its meaning.

    What was taken back is not there: the same table may be imported again, perhaps read in another way.
    """
    named = identity_of(conn, pipeline)
    wanted = {(task, worker_name(named, worker)): (task, worker) for task, worker in pairs}
    tasks_asked = sorted({task for task, _ in pairs})
    found: dict[tuple[str, str], str] = {}
    for start in range(0, len(tasks_asked), CHUNK):
        query = select(answers.c.task, answers.c.worker, answers.c.meaning).where(
            answers.c.task.in_(tasks_asked[start : start + CHUNK]), answers.c.state != WITHDRAWN_ANSWER
        )
        for task, worker, meaning in conn.execute(query):
            pair = wanted.get((task, worker))
            if pair is not None:
                found[pair] = meaning
    return found


def import_answers(ledger: Ledger, given: Sequence[ImportedAnswer], source: str) -> int:
    """Write the answers that are not there yet; return how many. No rule bans anybody for them: they happened before.

    `source` is the id of the import.

    Cost: O(answers + their tasks and workers).
    """
    pipeline = ledger.pipeline
    named = {answer.worker: worker_name(ledger.row.identity or pipeline, answer.worker) for answer in given}
    there = present(ledger.conn, pipeline, [(answer.task, answer.worker) for answer in given])
    new = [answer for answer in given if (answer.task, answer.worker) not in there]
    fresh = list(zip(_ids(ledger, new), new, strict=True))
    if not fresh:
        return 0
    counts = {task.task: task for task in counted.load_many(ledger.conn, sorted({answer.task for _, answer in fresh}))}
    known = _known(ledger.conn, [task.task for task in counts.values() if task.state == GOLDEN])
    people = {name: ledger.worker(full) for name, full in named.items()}
    banned = {name for name, person in people.items() if person.state == "banned"}
    fresh = [(id, answer) for id, answer in fresh if answer.worker not in banned]
    sequence = ledger.next_sequence()
    lent: list[dict[str, object]] = []
    said: list[dict[str, object]] = []
    for id, answer in fresh:
        golden = answer.task in known
        right = known[answer.task] == answer.meaning if golden else None
        lent.append(
            {
                "id": id,
                "pipeline": pipeline,
                "task": answer.task,
                "worker": named[answer.worker],
                "golden": golden,
                "state": ANSWERED,
                "price_micros": 0,
                "guideline_version": GUIDELINES,
                "leased_ms": ledger.now_ms,
                "expires_ms": ledger.now_ms,
            }
        )
        said.append(
            {
                "assignment": id,
                "pipeline": pipeline,
                "task": answer.task,
                "worker": named[answer.worker],
                "golden": golden,
                "right": right,
                "unsure": False,
                "state": ACCEPTED,
                "reason": "",
                "result": answer.result,
                "body": answer.body,
                "meaning": answer.meaning,
                "seconds": answer.seconds,
                "price_micros": 0,
                "guideline_version": GUIDELINES,
                "at_ms": ledger.now_ms,
                "touched": sequence,
                "source": source,
            }
        )
        counts[answer.task].answered += 1
        person = people[answer.worker]
        person.issued += 1
        person.answers += 1
        person.seconds += answer.seconds
        person.recent_seconds.append(answer.seconds)
        if right is not None:
            person.golden_total += 1
            person.golden_right += right
            person.recent_golden.append(right)
    if not said:
        return 0
    ledger.conn.execute(insert(assignments), lent)
    ledger.conn.execute(insert(answers), said)
    ledger.counters.answers += len(said)
    for name in {answer.worker for _, answer in fresh}:
        ledger.save_worker(people[name])
    changed = list(counts.values())
    ledger.settle_tasks(changed, touch=True, tell=False)
    counted.save(ledger.conn, changed)
    _accept(ledger, [task.task for task in changed if task.state not in (OPEN, GOLDEN)])
    ledger.tell("answers.imported", {"answers": len(said)})
    return len(said)


def note_import(
    ledger: Ledger, *, source: str, commit: str, mapping: Mapping[str, Json], count: int, author: str
) -> None:
    """Note that a table gave so many more answers."""
    here = (answer_imports.c.pipeline == ledger.pipeline, answer_imports.c.source == source)
    before = ledger.conn.execute(select(answer_imports.c.answers).where(*here)).scalar()
    if before is None:
        ledger.conn.execute(
            insert(answer_imports).values(
                pipeline=ledger.pipeline,
                source=source,
                commit=commit,
                mapping=canonical(dict(mapping)).decode(),
                answers=count,
                author=author,
                at_ms=ledger.now_ms,
            )
        )
    elif count:
        ledger.conn.execute(update(answer_imports).where(*here).values(answers=before + count))


def sources(conn: Connection, pipeline: str) -> list[str]:
    """Return the commits whose tables gave answers, oldest import first."""
    query = (
        select(answer_imports.c.commit)
        .where(answer_imports.c.pipeline == pipeline, answer_imports.c.answers > 0)
        .order_by(answer_imports.c.at_ms, answer_imports.c.source)
    )
    return list(dict.fromkeys(conn.execute(query).scalars()))


def _ids(ledger: Ledger, given: Sequence[ImportedAnswer]) -> list[str]:
    """Return ids for answers; another one where an answer that was taken back has the usual one."""
    ids = [assignment_id(ledger.pipeline, answer.task, answer.worker) for answer in given]
    here = answer_imports.c.pipeline == ledger.pipeline
    if ledger.conn.execute(select(answer_imports.c.source).where(here, answer_imports.c.taken_back_ms > 0)).first():
        taken: set[str] = set()
        for start in range(0, len(ids), CHUNK):
            query = select(assignments.c.id).where(assignments.c.id.in_(ids[start : start + CHUNK]))
            taken.update(ledger.conn.execute(query).scalars())
        return [new_id() if id in taken else id for id in ids]
    return ids


def _known(conn: Connection, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(ids), CHUNK):
        query = select(tasks.c.task, tasks.c.known_meaning).where(tasks.c.task.in_(ids[start : start + CHUNK]))
        found |= {row[0]: row[1] for row in conn.execute(query)}
    return found


def _accept(ledger: Ledger, ids: Sequence[str]) -> None:
    """Accept the answers that waited for these tasks to be settled; mostly none, so they are found in bulk."""
    for start in range(0, len(ids), CHUNK):
        query = (
            select(answers.c.task)
            .distinct()
            .where(answers.c.task.in_(ids[start : start + CHUNK]), answers.c.state == SUBMITTED)
        )
        for task in ledger.conn.execute(query).scalars().all():
            ledger.accept_waiting(task)
