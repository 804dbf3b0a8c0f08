"""What the suites give to a workspace and how they look at it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

from tilth.contract.entry import FileInfo
from tilth.contract.paging import Page
from tilth.contract.tasks import AssignmentInfo, Tasks
from tilth.contract.workspace import Workspace

AsUser = Callable[[str], Workspace]
"""Opens the same workspace as the holder of a token."""

CONFIG = (
    '<View><Text name="text" value="$headline"/><Choices name="kind" toName="text" choice="single">'
    '<Choice value="bait"/><Choice value="news"/></Choices></View>'
)
RUN_S = 120.0
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A picture of one pixel, as PNG."""


class Watched:
    """Progress that remembers that it was told something."""

    def __init__(self) -> None:
        self.begun = False

    def begin(self, what: str, total: int | None = None, unit: str = "items") -> None:
        """Remember it."""
        self.begun = True

    def advance(self, amount: int = 1) -> None:
        """Ignore it."""

    def end(self) -> None:
        """Ignore it."""


def every(page: Callable[[str | None], Page[Any]]) -> list[Any]:
    """Return all items of a list, page by page."""
    found: list[Any] = []
    after: str | None = None
    while True:
        one = page(after)
        found.extend(one.items)
        if one.next is None:
            return found
        after = one.next


def read_file(workspace: Workspace, reference: str) -> bytes:
    """Return the bytes of a file."""
    return b"".join(workspace.files.read(reference))


def paths_below(workspace: Workspace, reference: str) -> list[str]:
    """Return the paths below a reference."""
    files: Iterator[FileInfo] = iter(workspace.files.walk(reference).items)
    return [info.path for info in files]


def choosing(value: str) -> list[Any]:
    """Return a Label Studio result that chooses `value`."""
    return [{"from_name": "kind", "to_name": "text", "type": "choices", "value": {"choices": [value]}}]


def answer_all(tasks: Tasks, pipeline: str, opinion: Callable[[str], str]) -> int:
    """Answer tasks until there are none; return how many there were."""
    count = 0
    while True:
        lent: AssignmentInfo | None = tasks.next(pipeline)
        if lent is None:
            return count
        tasks.submit(lent.id, choosing(opinion(str(lent.data["headline"]))))
        count += 1


def doubling(name: str) -> dict[str, Any]:
    """Return a spec that writes every file of a repo doubled."""
    return {
        "pipeline": {"name": f"{name}-up"},
        "input": {"pfs": {"repo": name, "glob": "/*", "name": "in"}},
        "transform": {
            "cmd": ["sh"],
            "stdin": ["for f in /pfs/in/*; do cat $f $f > /pfs/out/$(basename $f); done"],
        },
    }


def make_pipeline(workspace: Workspace, name: str) -> str:
    """Make a repo and a pipeline that doubles its files; return that."""
    workspace.repos.create(name)
    return workspace.pipelines.create(doubling(name)).name


def asking(name: str, *, overlap: int = 1) -> dict[str, Any]:
    """Return a spec that asks people about the headlines of a repo."""
    return {
        "pipeline": {"name": f"{name}-ask"},
        "input": {"pfs": {"repo": name, "glob": "/pool.csv", "rows": True, "key": "headline"}},
        "labeling": {
            "config": CONFIG,
            "guidelines": {"text": "Is it bait?", "version": "1"},
            "overlap": overlap,
            "publish": "complete",
        },
    }


def make_labeling(workspace: Workspace, name: str, *, overlap: int) -> str:
    """Make a repo of three headlines and a pipeline that asks people about them; return that."""
    workspace.repos.create(name)
    workspace.files.put(f"{name}:pool.csv", b"headline\nWow!\nYou must see this!\nRain tomorrow\n")
    made = workspace.pipelines.create(asking(name, overlap=overlap))
    workspace.maintenance.run(timeout_s=RUN_S)
    return made.name


def make_labeler(workspace: Workspace, as_user: AsUser, user: str, pipeline: str) -> Workspace:
    """Make a user who may label for one pipeline and return the workspace as they see it."""
    workspace.access.create_user(user, "labeler", labels=[pipeline])
    return as_user(workspace.access.create_token(user).token)


def make_headlines(workspace: Workspace, name: str) -> None:
    """Make the dataset `name` of four headlines, `1` and `3` of them bait."""
    workspace.repos.create(f"{name}-rows")
    lines = "".join(f"{number},line {number},{('news', 'bait')[number % 2]}\n" for number in range(4))
    workspace.files.put(f"{name}-rows:rows.csv", f"id,headline,label\n{lines}".encode())
    definition = {
        "media": {"kind": "text", "column": "headline"},
        "items": {"from": f"{name}-rows@main:rows.csv", "key": "id"},
        "labels": {"column": "label"},
    }
    workspace.datasets.define(name, definition)


def make_numbers(workspace: Workspace, name: str) -> str:
    """Make a dataset of nine words, odd and even, and return its name."""
    workspace.repos.create(name)
    rows = "".join(f"k{n},{n},word {n},{'odd' if n % 2 else 'even'}\n" for n in range(9))
    workspace.files.put(f"{name}:t.csv", f"key,n,word,label\n{rows}".encode())
    definition = {
        "items": {"from": f"{name}:t.csv", "key": "key"},
        "media": {"kind": "text", "column": "word"},
        "labels": {"column": "label"},
    }
    return workspace.datasets.define(f"{name}-set", definition, description="numbers").name
