"""New labels from people for 1,000,000 items: the first page after a labeling pipeline published k of them.

The labels are a table in parts, committed as the labeling stage does. Making the view anew takes about 2 cpu-s; the
promise for a normal publication is that of every page, 150 ms of CPU.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.asking import spent_since
from benchmarks.datasets import CLASSES, DEFINITION, ITEMS, fill, generate
from benchmarks.report import Report
from tilth.contract.workspace import Workspace
from tilth.datasets.part_changes import PartChanges, parts_in
from tilth.datasets.parts import build_parts, write_parts
from tilth.model.commit import Derivation
from tilth.versioning.commits import commit_edits, read_head
from tilth.versioning.edits import Edits
from tilth.versioning.trees import Tree, write_entry
from tilth.workspace.local import open as open_local

PROMISE_MS = 150.0


def run(report: Report) -> None:
    """Publish labels of all items, then of some again and again."""
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as scratch:
        folder = Path(scratch)
        generate(folder)
        with open_local(folder / "w") as workspace:
            fill(workspace, folder)
            workspace.repos.create("ask")
            random = np.random.default_rng(0)
            _publish(workspace, _labels(random, np.arange(ITEMS)))
            labels = {"from": "ask@main:labels", "key": "key", "column": "label", "pipeline": "ask"}
            workspace.datasets.define("million", {**DEFINITION, "labels": labels})
            started, wall = time.process_time(), time.perf_counter()
            workspace.datasets.items("million")
            report.row("labels: open with the labels of people, once", spent_since(started, wall))
            worst = 0.0
            for count in (1, 100, 1_000, 10_000):
                spent = []
                for _ in range(3):
                    _publish(workspace, _labels(random, random.choice(ITEMS, count, replace=False)))
                    begun = time.process_time()
                    workspace.datasets.items("million")
                    spent.append((time.process_time() - begun) * 1e3)
                middle = sorted(spent)[1]
                worst = max(worst, middle if count <= 1_000 else 0.0)
                report.row(f"labels: the page after {count:,} new ones", f"{middle:.0f} cpu-ms")
            report.row(
                f"labels, promise: {PROMISE_MS:.0f} cpu-ms for up to 1,000",
                f"worst {worst:.0f}",
                ratio=worst / PROMISE_MS,
            )


def _labels(random: Any, items: Any) -> pa.Table:
    return pa.table(
        {
            "key": [f"item-{each:08}" for each in items.tolist()],
            "label": np.array([f"class {each:02}" for each in range(CLASSES)])[random.integers(0, CLASSES, len(items))],
            "confidence": random.random(len(items)),
            "expert": random.random(len(items)) < 0.01,
        }
    )


def _publish(workspace: Workspace, labels: pa.Table) -> None:
    backend = workspace.repos._backend  # type: ignore[attr-defined]
    head = read_head(backend, "default/ask", "main").commit
    tree = Tree(backend.store, head.tree if head is not None else None)
    names = [entry.path.removeprefix("labels/") for entry in tree.walk("labels")]
    written: dict[str, Any] = dict(
        write_parts(lambda name: tree.read(f"labels/{name}"), names, labels, key="key")
        if names
        else build_parts(labels, key="key")
    )
    edits = Edits()
    for name, data in written.items():
        if data is None:
            edits.delete(f"labels/{name}")
        else:
            edits.put(write_entry(backend.store, f"labels/{name}", data))
    before, after = parts_in(tree, "labels"), parts_in(tree.apply(edits), "labels")
    PartChanges(backend.scratch / "views").note(before, after, labels, [])  # as the labeling stage does
    derivation = Derivation("default/ask", facts={"ledger_sequence": 1})
    commit_edits(backend, "default/ask", "main", edits, author="bench", derivation=derivation)
