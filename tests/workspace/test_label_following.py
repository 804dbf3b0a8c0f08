"""New labels of people come into a large view by what differs, and it is as if it had been made anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tilth.contract.workspace import Workspace
from tilth.datasets import parts
from tilth.datasets.part_changes import PartChanges, parts_in
from tilth.datasets.parts import build_parts
from tilth.model.commit import Derivation
from tilth.versioning.commits import commit_edits, read_head
from tilth.versioning.edits import Edits
from tilth.versioning.trees import Tree, write_entry
from tilth.workspace import dataset_views, label_following
from tilth.workspace.local import open as open_local

ITEMS = 300
Row = tuple[str, float, bool]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(dataset_views, "ON_DISK", 10)
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


def shown(workspace: Workspace) -> list[Any]:
    info = workspace.datasets.get("large")
    items = workspace.datasets.items("large", limit=1000).items
    return [info.items, info.labeled, info.classes, info.unmatched, items, workspace.datasets.columns("large")]


@pytest.mark.parametrize("noted", [False, True], ids=["compared", "as noted"])
@pytest.mark.parametrize("strangers", [False, True], ids=["all are items", "some are no items"])
def test_labels_that_changed_came_and_went_are_as_in_a_view_made_anew(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noted: bool, strangers: bool
) -> None:
    random = np.random.default_rng(0)
    labels: dict[str, Row] = {f"r{n}": ("ab"[n % 2], n / ITEMS, n % 7 == 0) for n in range(0, ITEMS, 2)}
    publish(workspace, labels)
    workspace.datasets.define(
        "large",
        {
            "items": {"from": "rows@main:rows.csv", "key": "id"},
            "labels": {"from": "ask@main:labels", "key": "key", "column": "label", "pipeline": "ask"},
        },
    )
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
        found = shown(workspace)
        assert bool(read) == (strangers or not noted), "parts are compared only where that is needed"
        assert made == [], "no source was read as a whole"
        if turn % 2 == 0:
            continue  # the next labels are brought into the view of two publications before
        views = workspace.datasets._opened.resources.dataset_views  # type: ignore[attr-defined]
        views._kept.clear()
        views._opened.clear()
        shutil.rmtree(tmp_path / "w" / "scratch" / "views")
        assert shown(workspace) == found
        assert made.pop() == 1
        assert found != before
