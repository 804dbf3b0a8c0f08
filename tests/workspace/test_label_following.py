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
from tilth.datasets.parts import build_parts
from tilth.model.commit import Derivation
from tilth.versioning.commits import commit_edits
from tilth.versioning.edits import Edits
from tilth.versioning.trees import write_entry
from tilth.workspace import dataset_views
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


def publish(workspace: Workspace, labels: dict[str, Row]) -> None:
    """Publish labels as the labeling stage does: a table in parts, with a derivation."""
    backend: Any = workspace.repos._backend  # type: ignore[attr-defined]
    table = pa.table(
        {
            "key": list(labels),
            "label": [each[0] for each in labels.values()],
            "confidence": [each[1] for each in labels.values()],
            "expert": [each[2] for each in labels.values()],
        }
    )
    edits = Edits()
    edits.delete("labels")
    for name, data in build_parts(table, key="key").items():
        edits.put(write_entry(backend.store, f"labels/{name}", data))
    derivation = Derivation("default/ask", facts={"ledger_sequence": 1})
    commit_edits(backend, "default/ask", "main", edits, author="x", derivation=derivation)


def shown(workspace: Workspace) -> list[Any]:
    info = workspace.datasets.get("large")
    items = workspace.datasets.items("large", limit=1000).items
    return [info.items, info.labeled, info.classes, info.unmatched, items, workspace.datasets.columns("large")]


def test_labels_that_changed_came_and_went_are_as_in_a_view_made_anew(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
    for turn in range(4):
        some = list(labels)
        del labels[some[int(random.integers(len(some)))]]
        labels[f"r{2 * int(random.integers(ITEMS // 2)) + 1}"] = ("a", 0.5, False)
        labels[some[3]] = (f"new {turn}", 0.9, True)
        labels[f"unknown {turn}"] = ("a", 0.1, False)
        publish(workspace, labels)
        found = shown(workspace)
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
