"""New labels of people come into a large view by what differs, and it is as if it had been made anew."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tilth.contract.workspace import Workspace
from tilth.datasets import parts
from tilth.datasets.part_changes import PartChanges, parts_in
from tilth.datasets.parts import build_parts
from tilth.metadata import feed
from tilth.model.commit import Derivation
from tilth.versioning.commits import commit_edits, read_head
from tilth.versioning.edits import Edits
from tilth.versioning.trees import Tree, write_entry
from tilth.workspace import dataset_views, kept_views, label_following
from tilth.workspace.local import open as open_local

ITEMS = 300
Row = tuple[str, float, bool]
DEFINITION = {
    "items": {"from": "rows@main:rows.csv", "key": "id"},
    "labels": {"from": "ask@main:labels", "key": "key", "column": "label", "pipeline": "ask"},
}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(kept_views, "ON_DISK", 10)
    monkeypatch.setattr(parts, "SPLIT_ABOVE", 8)
    with open_local(tmp_path / "w") as opened:
        opened.repos.create("rows")
        opened.repos.create("ask")
        rows = "id,n\n" + "".join(f"r{number},{number}\n" for number in range(ITEMS))
        opened.files.put("rows@main:rows.csv", rows.encode())
        yield opened


def table_of(labels: dict[str, Row]) -> pa.Table:
    return pa.table(
        {
            "key": pa.array(list(labels), pa.string()),
            "label": pa.array([each[0] for each in labels.values()], pa.string()),
            "confidence": pa.array([each[1] for each in labels.values()], pa.float64()),
            "expert": pa.array([each[2] for each in labels.values()], pa.bool_()),
        }
    )


def publish(workspace: Workspace, labels: dict[str, Row], before: dict[str, Row] | None = None) -> None:
    """Publish labels as the labeling stage does: a table in parts, with a derivation; with `before` noting changes."""
    backend: Any = workspace.repos._backend  # type: ignore[attr-defined]
    table = table_of(labels)
    edits = Edits()
    edits.delete("labels")
    for name, data in build_parts(table, key="key").items():
        edits.put(write_entry(backend.store, f"labels/{name}", data))
    if before is not None:
        old = Tree(backend.store, read_head(backend, "default/ask", "main").commit.tree)
        changed = {key: row for key, row in labels.items() if before.get(key) != row}
        PartChanges(backend.scratch / "views").note(
            parts_in(old, "labels"),
            parts_in(old.apply(edits), "labels"),
            table_of(changed),
            [key for key in before if key not in labels],
        )
    derivation = Derivation("default/ask", facts={"ledger_sequence": 1})
    commit_edits(backend, "default/ask", "main", edits, author="x", derivation=derivation)


def views_of(workspace: Workspace) -> Any:
    return workspace.datasets._opened.resources.dataset_views  # type: ignore[attr-defined]


def shown(workspace: Workspace) -> list[Any]:
    info = workspace.datasets.get("large")
    items = workspace.datasets.items("large", limit=1000).items
    return [info.items, info.labeled, info.classes, info.unmatched, items, workspace.datasets.columns("large")]


@pytest.mark.parametrize("reopened", [False, True], ids=["into the open view", "into its file"])
@pytest.mark.parametrize("noted", [False, True], ids=["compared", "as noted"])
@pytest.mark.parametrize("strangers", [False, True], ids=["all are items", "some are no items"])
def test_labels_that_changed_came_and_went_are_as_in_a_view_made_anew(
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    noted: bool,
    strangers: bool,
    reopened: bool,
) -> None:
    random = np.random.default_rng(0)
    labels: dict[str, Row] = {f"r{n}": ("ab"[n % 2], n / ITEMS, n % 7 == 0) for n in range(0, ITEMS, 2)}
    publish(workspace, labels)
    workspace.datasets.define("large", DEFINITION)
    before = shown(workspace)
    workspace.datasets.fix("large", "b", keys=["r1"])
    made = []
    real = dataset_views.assemble
    monkeypatch.setattr(dataset_views, "assemble", lambda *given: made.append(1) or real(*given))  # type: ignore[func-returns-value]
    read = []
    real_read = label_following.read_table
    monkeypatch.setattr(
        label_following,
        "read_table",
        lambda *given, **more: read.append(1) or real_read(*given, **more),  # type: ignore[func-returns-value]
    )
    for turn in range(4):
        earlier = dict(labels)
        some = list(labels)
        del labels[some[int(random.integers(len(some)))]]
        labels[f"r{2 * int(random.integers(ITEMS // 2)) + 1}"] = ("a", 0.5, False)
        labels[some[3]] = (f"new {turn}", 0.9, True)
        labels[some[5]] = ("b", turn / 4, False)  # again and again
        if turn == 1:
            labels[next(iter(labels.keys() - set(some)))] = ("b", 0.25, True)
        if strangers:
            labels[f"unknown {turn}"] = ("a", 0.1, False)
        publish(workspace, labels, earlier if noted else None)
        read.clear()
        views = views_of(workspace)
        if reopened:
            views.kept.clear()
            views._opened.clear()
        found = shown(workspace)
        assert bool(read) == (strangers or not noted), "parts are compared only where that is needed"
        assert made == [], "no source was read as a whole"
        if turn % 2 == 0:
            continue  # the next labels are brought into the view of two publications before
        views.kept.clear()
        views._opened.clear()
        shutil.rmtree(tmp_path / "w" / "scratch" / "views")
        assert shown(workspace) == found
        assert made.pop() == 1
        assert found != before


def test_who_asks_while_labels_are_published_sees_what_was_published_and_never_goes_back(workspace: Workspace) -> None:
    labels: dict[str, Row] = {"r0": ("000", 0.5, False), "r1": ("a", 0.5, False)}
    publish(workspace, labels)
    workspace.datasets.define("large", DEFINITION)
    over = threading.Event()
    turns = 12

    def watch() -> list[tuple[int, str]]:
        """Ask again and again: the last publication that was over by then, and what is seen."""
        seen = []
        while not over.is_set():
            done = len(published)
            item = workspace.datasets.items("large", where="key = 'r0'").items[0]
            seen.append((done, str(item.label)))
        return seen

    published: list[str] = []
    with ThreadPoolExecutor(3) as pool:
        watchers = [pool.submit(watch) for _ in range(3)]
        for turn in range(1, turns):
            earlier = dict(labels)
            labels["r0"] = (f"{turn:03}", 0.5, False)
            publish(workspace, labels, earlier if turn % 2 else None)
            published.append(labels["r0"][0])
            if turn % 3 == 0:
                workspace.datasets.fix("large", "b", keys=["r1"], reason=str(turn))
        over.set()
        told = [each.result() for each in watchers]
    for seen in told:
        names = [name for _, name in seen]
        assert names == sorted(names)
        assert all(int(name) >= done for done, name in seen), "what was published before one asked is there"
    assert len(views_of(workspace).kept) == 1, "one view went along with all publications"


def test_who_asks_of_an_earlier_moment_does_not_take_labels_back(workspace: Workspace) -> None:
    labels: dict[str, Row] = {"r0": ("a", 0.5, False)}
    publish(workspace, labels)
    workspace.datasets.define("large", DEFINITION)
    views = views_of(workspace)
    with views._backend.database.read() as conn:
        position, found = feed.last(conn), views.sources.find(conn, "default/large", None, None)
    workspace.datasets.items("large")
    publish(workspace, {"r0": ("b", 0.5, False)}, labels)
    now = workspace.datasets.items("large", limit=1).items[0]
    assert now.label == "b"
    assert views._made(found, None, position) is None
    assert workspace.datasets.items("large", limit=1).items[0] == now


def test_a_model_is_judged_by_the_labels_that_were_published_last(workspace: Workspace) -> None:
    labels: dict[str, Row] = {f"r{number}": ("a", 0.5, False) for number in range(10)}
    publish(workspace, labels)
    workspace.datasets.define("large", DEFINITION)
    workspace.repos.create("out")
    said = "key,prediction\n" + "".join(f"r{number},{'ab'[number % 2]}\n" for number in range(10))
    workspace.files.put("out@main:p.csv", said.encode())
    workspace.models.register("judge", {"dataset": "large", "follows": {"predictions": "out@main:p.csv"}})

    def right() -> list[float]:
        compared = workspace.models.compare("judge", "judge")
        listed = workspace.models.versions("judge").items[0]
        cells = workspace.datasets.metrics("large", "judge")
        return [compared.second.accuracy.value, listed.accuracy.value, cells.accuracy.value]

    assert right() == [0.5] * 3
    earlier = dict(labels)
    labels |= {f"r{number}": ("b", 0.5, False) for number in (1, 3, 5)}
    publish(workspace, labels, earlier)
    assert right() == [0.8] * 3
