"""Taking in what the input shows now: tasks are created, found again, or withdrawn. Costs what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from tilth.labeling.ledger import tasks as counted
from tilth.labeling.ledger.ledger import Ledger
from tilth.labeling.ledger.tasks import GOLDEN, OPEN, TaskCounts
from tilth.metadata.schema.labeling import task_sources, tasks

CHUNK = 500


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One input key and what it shows now; `task` None: the key is gone."""

    key: str
    path: str
    digest: str
    task: str | None
    content: str


@dataclass(frozen=True, slots=True)
class KnownItem:
    """One known-answer task."""

    task: str
    content: str
    known: str
    meaning: str


@dataclass(slots=True)
class Tally:
    """What an intake did."""

    created: int = 0
    reused: int = 0
    withdrawn: int = 0


def take_in(ledger: Ledger, items: Sequence[ShownItem], tally: Tally) -> None:
    """Make the ledger agree with these keys (each named once). Repeating it changes nothing."""
    for start in range(0, len(items), CHUNK):
        _take_chunk(ledger, items[start : start + CHUNK], tally)


def _take_chunk(ledger: Ledger, items: Sequence[ShownItem], tally: Tally) -> None:
    conn, pipeline = ledger.conn, ledger.pipeline
    sources = {
        row.key: row
        for row in conn.execute(
            select(task_sources).where(
                task_sources.c.pipeline == pipeline, task_sources.c.key.in_([item.key for item in items])
            )
        )
    }
    wanted = {item.task for item in items if item.task} | {row.task for row in sources.values()}
    found = {task.task: task for task in counted.load_many(conn, sorted(wanted))}
    fresh: dict[str, TaskCounts] = {}
    content: dict[str, str] = {}
    changed: dict[str, TaskCounts] = {}
    added: list[dict[str, object]] = []
    moved: list[dict[str, object]] = []
    for item in items:
        row = sources.get(item.key)
        shows = row.task if row is not None and row.active else None
        if row is None and item.task is None:
            continue
        if row is not None and shows == item.task and (item.task is None or row.path == item.path):
            continue
        sequence = ledger.next_sequence()
        if shows is not None and shows != item.task:
            changed[shows] = found.get(shows) or fresh[shows]
            changed[shows].sources -= 1
        if item.task is not None and item.task != shows:
            if item.task in found:
                tally.reused += 1
                changed[item.task] = found[item.task]
            elif item.task in fresh:
                tally.reused += 1
            else:
                tally.created += 1
                fresh[item.task] = new_task(item.task, ledger.spec.overlap.minimum)
                content[item.task] = item.content
            (found.get(item.task) or fresh[item.task]).sources += 1
        values: dict[str, object] = {
            "pipeline": pipeline,
            "key": item.key,
            "task": item.task or (row.task if row is not None else ""),
            "path": item.path or (row.path if row is not None else ""),
            "digest": item.digest or (row.digest if row is not None else ""),
            "active": item.task is not None,
            "touched": sequence,
        }
        (added if row is None else moved).append(values)
    insert_tasks(ledger, list(fresh.values()), content)
    withdrawn_before = ledger.counters.withdrawn
    # What was answered elsewhere was news there, and all of it comes at once.
    ledger.save_tasks(list(changed.values()), touch=True, tell=not ledger.row.identity)
    tally.withdrawn += max(ledger.counters.withdrawn - withdrawn_before, 0)
    if added:
        conn.execute(insert(task_sources), added)
    for values in moved:
        conn.execute(
            update(task_sources)
            .where(task_sources.c.pipeline == pipeline, task_sources.c.key == values["key"])
            .values({name: value for name, value in values.items() if name not in ("pipeline", "key")})
        )


def new_task(task: str, wanted: int) -> TaskCounts:
    """Return the counters of a task that nobody has seen."""
    return TaskCounts(task, OPEN, False, 0, wanted, 0, 0, 0, 0, 0, 0, 0)


def insert_tasks(ledger: Ledger, fresh: Sequence[TaskCounts], content: Mapping[str, str]) -> None:
    """Write new tasks."""
    if not fresh:
        return
    ledger.settle_tasks(fresh, touch=True)
    ledger.conn.execute(
        insert(tasks),
        [
            {
                "task": task.task,
                "pipeline": ledger.pipeline,
                "state": task.state,
                "content": content[task.task],
                "sources": task.sources,
                "wanted": task.wanted,
                "leased": task.leased,
                "answered": task.answered,
                "rejected": task.rejected,
                "unsure": task.unsure,
                "slots": task.slots,
                "stamp": task.stamp,
                "touched": task.touched,
            }
            for task in fresh
        ],
    )


def set_known(ledger: Ledger, items: Sequence[KnownItem]) -> None:
    """Make exactly these the pipeline's known-answer tasks."""
    conn = ledger.conn
    wanted = {item.task: item for item in items}
    query = select(tasks.c.task, tasks.c.known_meaning).where(
        tasks.c.pipeline == ledger.pipeline, tasks.c.state == GOLDEN
    )
    before = {row[0]: row[1] for row in conn.execute(query)}
    dropped = counted.load_many(conn, sorted(set(before) - set(wanted)))
    for task in dropped:
        task.state = OPEN
    found = {task.task: task for task in counted.load_many(conn, sorted(wanted))}
    fresh = [new_task(task, ledger.spec.overlap.minimum) for task in wanted if task not in found]
    for task in [*fresh, *found.values()]:
        task.state = GOLDEN
    insert_tasks(ledger, fresh, {item.task: item.content for item in items})
    ledger.save_tasks([*dropped, *(task for task in found.values() if task.before != GOLDEN)], touch=True)
    for task in dropped:
        conn.execute(update(tasks).where(tasks.c.task == task.task).values(known=None, known_meaning=None))
    for item in wanted.values():
        conn.execute(
            update(tasks).where(tasks.c.task == item.task).values(known=item.known, known_meaning=item.meaning)
        )
    said_else = [
        task.task
        for task in found.values()
        if before.get(task.task, wanted[task.task].meaning) != wanted[task.task].meaning
    ]
    if said_else:
        # Their state is as it was, so nothing else tells who looks at changes only.
        sequence = ledger.next_sequence()
        for start in range(0, len(said_else), CHUNK):
            some = said_else[start : start + CHUNK]
            conn.execute(update(tasks).where(tasks.c.task.in_(some)).values(touched=sequence))


def set_wanted(ledger: Ledger) -> None:
    """Bring every task in line with a changed overlap or retry limit. Cost: O(tasks); only after a spec update."""
    ids = (
        ledger.conn.execute(select(tasks.c.task).where(tasks.c.pipeline == ledger.pipeline, tasks.c.state != GOLDEN))
        .scalars()
        .all()
    )
    low, high = ledger.spec.overlap.minimum, ledger.spec.overlap.maximum
    for start in range(0, len(ids), CHUNK):
        changed = counted.load_many(ledger.conn, ids[start : start + CHUNK])
        for task in changed:
            task.wanted = min(max(task.wanted, low), high)
        ledger.save_tasks(changed, touch=False)
