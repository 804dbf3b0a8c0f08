"""A workspace with a labeling pipeline, a clock that only tests move, and short ways to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tilth.labeling.service import LabelingDesk
from tilth.labeling.stage import LabelingStage
from tilth.model.canonical import Json
from tilth.model.commit import Commit, InputKind
from tilth.model.ids import ChangeId, WorkerId, new_id
from tilth.model.labeling import Assignment, NoTask, Receipt
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.commits import commit_edits
from tilth.versioning.edits import Edits
from tilth.versioning.provenance import declare_inputs
from tilth.versioning.repos import create_repo
from tilth.versioning.trees import write_entry

CHOICES = (
    '<View><Text name="t" value="$text"/><Choices name="c" toName="t" required="true">'
    '<Choice value="cat"/><Choice value="dog"/></Choices></View>'
)
PIPELINE = "default/label"


class FakeClock:
    """Milliseconds that only tests move."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now += int(seconds * 1000)


def choose(label: str) -> list[dict[str, Json]]:
    """Return the result list that chooses `label`."""
    return [{"from_name": "c", "to_name": "t", "type": "choices", "value": {"choices": [label]}}]


@dataclass
class Shop:
    """One workspace with one labeling pipeline."""

    backend: Backend
    clock: FakeClock
    desk: LabelingDesk
    stage: LabelingStage
    spec: dict[str, Any] = field(default_factory=dict)

    def commit(self, repo: str, files: Mapping[str, bytes | None]) -> Commit:
        """Put (or with None delete) files in one commit."""
        edits = Edits()
        for path, data in files.items():
            if data is None:
                edits.delete(path)
            else:
                edits.put(write_entry(self.backend.store, path, data))
        return commit_edits(self.backend, repo, "main", edits, author="test")

    def declare(self, *, input: Mapping[str, Json], reask: bool = False, **spec: Any) -> None:
        """Make or change the pipeline `default/label`."""
        self.spec = {"config": CHOICES, **spec}
        with self.backend.database.transaction() as conn:
            self.stage.declare(
                conn,
                PIPELINE,
                repo=PIPELINE,
                branch="main",
                spec=self.spec,
                input=input,
                change=ChangeId(new_id()),
                reask=reask,
            )

    def next(self, worker: str) -> Assignment | NoTask:
        """Ask for a task."""
        return self.desk.next(PIPELINE, WorkerId(worker))

    def take(self, worker: str) -> Assignment:
        """Ask for a task that must be there."""
        assignment = self.next(worker)
        assert isinstance(assignment, Assignment), assignment
        return assignment

    def answer(self, worker: str, label: str | Callable[[Assignment], str], *, seconds: float = 5) -> Receipt | None:
        """Take a task, let time pass, answer it; None when there is no task."""
        assignment = self.next(worker)
        if isinstance(assignment, NoTask):
            return None
        self.clock.forward(seconds)
        said = label if isinstance(label, str) else label(assignment)
        return self.desk.submit(assignment.id, WorkerId(worker), choose(said))

    def answer_all(self, worker: str, label: str | Callable[[Assignment], str], *, seconds: float = 5) -> int:
        """Answer until there is no task."""
        count = 0
        while self.answer(worker, label, seconds=seconds) is not None:
            count += 1
        return count


FILES = {"pfs": {"repo": "items", "glob": "/*.txt", "name": "text"}}
ROWS = {"pfs": {"repo": "items", "glob": "/pool.csv", "rows": True, "key": "id"}}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """An empty workspace with repos `items`, `known` and the output repo `label`."""
    backend = open_backend(tmp_path / "workspace")
    clock = FakeClock()
    for name in ("items", "known", "label"):
        create_repo(backend, name)
    with backend.database.transaction() as conn:
        declare_inputs(
            conn,
            PIPELINE,
            "main",
            [("default/items", "main", InputKind.DATA), ("default/known", "main", InputKind.REFERENCE)],
            owner=PIPELINE,
        )
    yield Shop(backend, clock, LabelingDesk(backend, clock=clock), LabelingStage(backend, clock=clock))
    backend.close()
