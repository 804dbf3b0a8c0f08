"""Compare two models on 1,000,000 items: server CPU per question, once their predictions have been read.

The promise is at most 150 ms of CPU for every question of a person; the first one also reads predictions and labels.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.report import Report
from tilth.contract.workspace import Workspace
from tilth.workspace.local import open as open_local
from tilth.workspace.warming import judge_ahead

ITEMS = 1_000_000
CLASSES = 10
CALLS = 5
PROMISE_MS = 150.0


def run(report: Report) -> None:
    """Make a dataset and two versions of a model, then ask as the pages do."""
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as scratch, open_local(Path(scratch) / "w") as workspace:
        rng = np.random.default_rng(0)
        keys = pa.array([f"photos/{number:07}.png" for number in range(ITEMS)])
        names = pa.array([f"class-{number}" for number in range(CLASSES)])
        truth = rng.integers(0, CLASSES, ITEMS)
        columns = {"key": keys, "label": names.take(pa.array(truth)), "night": pa.array(rng.random(ITEMS))}
        _put(workspace, Path(scratch), "rows", "rows.parquet", pa.table(columns))
        workspace.datasets.define(
            "million", {"items": {"from": "rows@main:rows.parquet", "key": "key"}, "labels": {"column": "label"}}
        )
        follows = {"predictions": "said@main:said.parquet", "match": "path"}
        for right in (0.8, 0.9):
            wrong = (truth + rng.integers(1, CLASSES, ITEMS)) % CLASSES
            said = np.where(rng.random(ITEMS) < right, truth, wrong)
            columns = {"key": keys, "prediction": names.take(pa.array(said)), "confidence": pa.array(rng.random(ITEMS))}
            _put(workspace, Path(scratch), "said", "said.parquet", pa.table(columns))
        started = time.process_time()
        workspace.models.register("model", {"dataset": "million", "follows": follows})
        report.row(f"open {ITEMS:,} items and judge two versions, once", f"{time.process_time() - started:.1f} cpu-s")
        pair = ("model@1", "model@2")
        models = workspace.models
        wrong = (truth + rng.integers(1, CLASSES, ITEMS)) % CLASSES
        said = np.where(rng.random(ITEMS) < 0.85, truth, wrong)
        columns = {"key": keys, "prediction": names.take(pa.array(said)), "confidence": pa.array(rng.random(ITEMS))}
        _put(workspace, Path(scratch), "said", "said.parquet", pa.table(columns))
        started = time.process_time()
        judge_ahead(workspace.datasets._opened, lambda: False)  # type: ignore[attr-defined]
        report.row("judge new predictions, as a server does ahead", f"{time.process_time() - started:.1f} cpu-s")
        _once(report, "list models, first after new predictions", models.list)
        workspace.datasets.fix("million", "class-1", keys=["photos/0000001.png"])
        _once(report, "list models, first after a fix", models.list)
        _ask(report, "compare two versions", lambda: models.compare(*pair))
        _ask(report, "compare where night > 0.9", lambda: models.compare(*pair, where="night > 0.9"))
        _ask(report, "first page of broken items", lambda: models.compared(*pair, "broken", limit=60))
        _ask(report, "page 1,000 of fixed items", lambda: models.compared(*pair, "fixed", after="60000", limit=60))
        models.set_test("model", "night", {"at_least": 0.5, "where": "night > 0.5"})
        models.set_test("model", "class", {"metric": "recall", "class": "class-3", "not_worse_than": "1"})
        _ask(report, "run two tests on one version", lambda: models.board("model", version="2"))
        _ask(report, "list versions", lambda: models.versions("model"))


def _put(workspace: Workspace, folder: Path, repo: str, path: str, table: pa.Table) -> None:
    pq.write_table(table, folder / path)
    if repo not in {each.name for each in workspace.repos.list().items}:
        workspace.repos.create(repo)
    workspace.files.put_many(repo, [(path, folder / path)])


def _once(report: Report, what: str, call: Callable[[], object]) -> None:
    started = time.process_time()
    call()
    spent = (time.process_time() - started) * 1000
    report.row(f"{what}, {ITEMS:,} items", f"{spent:.0f} ms CPU", f"<= {PROMISE_MS:.0f} ms", spent / PROMISE_MS)


def _ask(report: Report, what: str, call: Callable[[], object]) -> None:
    call()
    times = []
    for _ in range(CALLS):
        started = time.process_time()
        call()
        times.append((time.process_time() - started) * 1000)
    report.row(f"{what}, {ITEMS:,} items", f"p50 {np.median(times):.0f} ms CPU", f"<= {PROMISE_MS:.0f} ms")
