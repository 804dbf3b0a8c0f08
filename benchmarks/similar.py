"""Find similar items among 1,000,000 described pictures, and draw their map: server CPU of what the console asks.

The pictures are one picture under a million names; their vectors are drawn at random around 500 centres, as long as
those that Tilth describes pictures by, and committed as its describing pipeline commits them. Promise: 150 ms of CPU.
"""

from __future__ import annotations

import io
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from benchmarks.asking import PROMISE_MS, answer, cpu_ms, spent_since
from benchmarks.report import Report
from tilth.contract.analysis import Analysis
from tilth.contract.workspace import Workspace
from tilth.curation.recipes.dataset_steps.image import DIMENSIONS
from tilth.curation.recipes.dataset_steps.vectors import pack, path_of_file
from tilth.datasets.parts import build_parts
from tilth.model.entry import Entry
from tilth.versioning.branches import get_branch
from tilth.versioning.commits import commit_edits
from tilth.versioning.edits import Edits
from tilth.versioning.trees import write_entry
from tilth.workspace.local import open as open_local

ITEMS = 1_000_000
CENTRES = 500
CLASSES = 20
_AT_ONCE = 20_000


def run(report: Report) -> None:
    """Make the dataset, then ask."""
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as scratch, open_local(Path(scratch) / "w") as workspace:
        paths = [f"class {number % CLASSES:02}/{number:07}.png" for number in range(ITEMS)]
        _fill(workspace, paths)
        _measure(report, workspace, paths)


def _fill(workspace: Workspace, paths: list[str]) -> None:
    picture = io.BytesIO()
    Image.effect_noise((32, 32), 60).save(picture, "PNG")
    workspace.repos.create("pictures")
    backend = workspace.repos._backend  # type: ignore[attr-defined]
    one = write_entry(backend.store, "one.png", picture.getvalue())
    edits = Edits(())
    for path in paths:
        edits.put(_named(one, path))
    commit_edits(backend, "default/pictures", "main", edits, author="bench")
    workspace.datasets.define(
        "million",
        {"items": {"from": "pictures@main"}, "media": {"kind": "image"}, "labels": {"from_folder": True}},
    )
    workspace.analysis.start("million")  # makes the two pipelines; nothing runs them here
    random = np.random.default_rng(0)
    centres = random.standard_normal((CENTRES, DIMENSIONS), np.float32)
    edits = Edits(())
    for start in range(0, ITEMS, _AT_ONCE):
        some = paths[start : start + _AT_ONCE]
        vectors = centres[random.integers(0, CENTRES, len(some))]
        vectors += random.standard_normal(vectors.shape, np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        for path, vector in zip(some, vectors, strict=True):
            edits.put(write_entry(backend.store, path_of_file(path), pack(vector)))
    _publish(workspace, "million-embed", edits)
    places = random.normal(size=(2, ITEMS))
    edits = Edits(())
    table = pa.table({"key": paths, "x": places[0], "y": places[1], "suspect": random.random(ITEMS)})
    for name, data in build_parts(table, key="key").items():
        edits.put(write_entry(backend.store, f"items/{name}", data))
    _publish(workspace, "million-analysis", edits)


def _publish(workspace: Workspace, pipeline: str, edits: Edits) -> None:
    """Commit as the pipeline's stage would."""
    backend = workspace.repos._backend  # type: ignore[attr-defined]
    owner = get_branch(backend, f"default/{pipeline}", "main").owner
    commit_edits(backend, f"default/{pipeline}", "main", edits, author="bench", stage=owner)


def _named(entry: Entry, path: str) -> Entry:
    return Entry(path, entry.kind, entry.size, entry.digest, entry.layout, entry.chunks, entry.attributes)


def _measure(report: Report, workspace: Workspace, paths: list[str]) -> None:
    analysis = workspace.analysis
    seeds = paths[5_000:5_001]
    started, wall = time.process_time(), time.perf_counter()
    workspace.datasets.items("million")
    report.row(f"similar: open {ITEMS:,} files, once", spent_since(started, wall))
    started, wall = time.process_time(), time.perf_counter()
    analysis.similar("million", seeds)
    report.row(f"similar: gather {ITEMS:,} vectors of {DIMENSIONS} numbers, once", spent_since(started, wall))
    shown = [each.item.key for each in analysis.similar("million", seeds).items]
    decided: dict[str, Any] = {"accepted": shown[:20], "discarded": shown[30:40]}
    worst = 0.0
    questions: list[tuple[str, str, dict[str, Any]]] = [
        ("like one item", "similar", {"seeds": seeds}),
        ("like ten, none of them decided", "similar", {"seeds": shown[:10]}),
        ("learned from 20 accepted and 10 discarded", "similar", {"seeds": seeds, **decided}),
        ("the same, filtered", "similar", {"seeds": seeds, **decided, "where": "label = 'class 03'"}),
        ("what one item's page shows beside it", "neighbours", {"key": paths[7_000]}),
        ("the map, coloured by label", "map", {"colour": "label"}),
        ("the map, filtered, coloured by a number", "map", {"colour": "suspect", "where": "suspect > 0.8"}),
    ]
    for what, method, given in questions:
        spent = cpu_ms(partial(answer, Analysis, analysis, method, dataset="million", **given))
        worst = max(worst, spent)
        report.row(f"similar: {what}", f"{spent:.1f} cpu-ms")
    report.row(f"similar, promise: at most {PROMISE_MS:.0f} cpu-ms", f"worst {worst:.1f}", ratio=worst / PROMISE_MS)
