"""What tasks show, for those who run a pipeline and did not get them lent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from tilth.errors import NotFound
from tilth.labeling.content import ShownFile, TaskContent
from tilth.labeling.ledger import reports
from tilth.labeling.ledger.ledger import WITHDRAWN_ANSWER
from tilth.labeling.service import LabelingDesk
from tilth.metadata.schema.labeling import answers, people, tasks
from tilth.model.canonical import Json
from tilth.storage.content import read_content
from tilth.versioning.backend import Backend


@dataclass(frozen=True, slots=True)
class Shown:
    """One task: where it stands in the input now (empty: nowhere), its data, and which variables are media."""

    task: str
    key: str
    path: str
    data: Mapping[str, Json]
    media: Mapping[str, str]


def shown_tasks(backend: Backend, desk: LabelingDesk, task_ids: Sequence[str]) -> dict[str, Shown]:
    """Return task → what it shows. Cost: O(those tasks), and reading the texts that they show."""
    if not task_ids:
        return {}
    with backend.database.read() as conn:
        contents = {row[0]: row[1] for row in conn.execute(_contents(task_ids))}
        places = reports.places_of(conn, sorted(contents))
    found: dict[str, Shown] = {}
    for task, text in contents.items():
        content = TaskContent.from_text(text)
        key, path = places.get(task, ("", ""))
        media = {name: shown.content_type for name, shown in content.files.items() if not shown.as_text}
        found[task] = Shown(task, key, path, desk.data(content), media)
    return found


def media_of(backend: Backend, pipeline: str, task: str, variable: str) -> tuple[ShownFile, Iterator[bytes]]:
    """Return a file that a task of the pipeline shows, and its bytes. Raises NotFound."""
    with backend.database.read() as conn:
        text = conn.execute(select(tasks.c.content).where(tasks.c.task == task, tasks.c.pipeline == pipeline)).scalar()
    shown = TaskContent.from_text(text).files.get(variable) if text is not None else None
    if shown is None:
        raise NotFound(
            f"Task {task[:64]!r} of {pipeline} shows no file as {variable[:64]!r}.",
            help="Read the variables that the task names under media.",
        )
    return shown, read_content(backend.store, shown.content)


def answers_of(conn: Connection, task_ids: Sequence[str]) -> dict[str, list[Any]]:
    """Return task → its answers but those taken back, with the workers' public ids, first answered first."""
    found: dict[str, list[Any]] = {task: [] for task in task_ids}
    query = (
        select(answers, people.c.public)
        .join(people, people.c.worker == answers.c.worker)
        .where(answers.c.task.in_(list(task_ids)), answers.c.state != WITHDRAWN_ANSWER)
        .order_by(answers.c.at_ms, answers.c.assignment)
    )
    for row in conn.execute(query):
        found[row.task].append(row)
    return found


def answers_named(conn: Connection, ids: Sequence[str]) -> list[Any]:
    """Return answers with the workers' public ids, in the order named."""
    query = (
        select(answers, people.c.public)
        .join(people, people.c.worker == answers.c.worker)
        .where(answers.c.assignment.in_(list(ids)))
    )
    by_id = {row.assignment: row for row in conn.execute(query)}
    return [by_id[id] for id in ids if id in by_id]


def _contents(task_ids: Sequence[str]) -> Any:
    return select(tasks.c.task, tasks.c.content).where(tasks.c.task.in_(list(task_ids)))
