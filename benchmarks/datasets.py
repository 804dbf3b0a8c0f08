"""A dataset of 1,000,000 items with predictions: server CPU of what the console asks, answers encoded as JSON.

The items are rows of Parquet files (text, label, six fields), the predictions another table. A call is what the server
does for it but for HTTP: finding the heads, the question, the encoding. The promise is at most 150 ms of CPU each,
warm. Beside it the same question to plain DuckDB over the same Parquet files, which knows nothing of keys and pages.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.asking import PROMISE_MS, answer, cpu_ms, spent_since
from benchmarks.report import Report
from tilth.contract.datasets import Datasets
from tilth.contract.workspace import Workspace
from tilth.versioning.repos import MODEL, create_repo
from tilth.workspace.local import open as open_local

ITEMS = 1_000_000
FILES = 8
CLASSES = 20
FIELDS = ("source", "region", "length", "score", "age", "flag")
_TEXT = "Item about w{} and w{}, w{}, w{} with w{} or w{}"
DEFINITION = {
    "items": {"from": "rows@main:items", "key": "id"},
    "media": {"kind": "text", "column": "text"},
    "labels": {"column": "label"},
}


def run(report: Report) -> None:
    """Generate, open, ask."""
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as scratch:
        folder = Path(scratch)
        generate(folder)
        with open_local(folder / "w") as workspace:
            fill(workspace, folder)
            _measure(report, workspace, folder)


def generate(folder: Path) -> None:
    """Write items and predictions as Parquet files."""
    random = np.random.default_rng(0)
    classes = np.array([f"class {number:02}" for number in range(CLASSES)])
    size = ITEMS // FILES
    for number in range(FILES):
        ids = [f"item-{each:08}" for each in range(number * size, (number + 1) * size)]
        truth = random.integers(0, CLASSES, size)
        said = np.where(random.random(size) < 0.9, truth, random.integers(0, CLASSES, size))
        words = random.integers(0, 5000, (size, 6))
        items = pa.table(
            {
                "id": ids,
                "text": [
                    f"Item about w{a} and w{b}, w{c}, w{d} with w{e} or w{f}" for a, b, c, d, e, f in words.tolist()
                ],
                "label": classes[truth],
                "source": np.array([f"source {each}" for each in range(12)])[random.integers(0, 12, size)],
                "region": np.array([f"region {each:03}" for each in range(300)])[random.integers(0, 300, size)],
                "length": random.integers(20, 4000, size),
                "score": random.normal(size=size),
                "age": random.exponential(40, size),
                "flag": random.random(size) < 0.3,
            }
        )
        predictions = pa.table({"key": ids, "prediction": classes[said], "confidence": random.random(size)})
        pq.write_table(items, folder / f"items-{number}.parquet")
        pq.write_table(predictions, folder / f"predictions-{number}.parquet")


def fill(workspace: Workspace, folder: Path) -> None:
    """Put what `generate` wrote into repos, with a model."""
    for repo, kind, into in (("rows", "items", "items"), ("out", "predictions", "predictions")):
        workspace.repos.create(repo)
        files = [(f"{into}/part-{n}.parquet", folder / f"{kind}-{n}.parquet") for n in range(FILES)]
        workspace.files.put_many(f"{repo}@main", files)
    create_repo(workspace.repos._backend, "judge", kind=MODEL)  # type: ignore[attr-defined]
    document = {"dataset": "million", "follows": {"predictions": "out@main:predictions"}}
    workspace.files.put("judge@main:model.json", json.dumps(document).encode())


def _measure(report: Report, workspace: Workspace, folder: Path) -> None:
    datasets = workspace.datasets
    started, wall = time.process_time(), time.perf_counter()
    datasets.define("million", DEFINITION)
    report.row(f"define and open {ITEMS:,} rows, once", spent_since(started, wall))
    started, wall = time.process_time(), time.perf_counter()
    answer(Datasets, datasets, "columns", name="million", model="judge")
    report.row("open with a model's predictions, once", spent_since(started, wall))
    asked = {"name": "million", "model": "judge"}
    where = "label = 'class 03' and confidence < 0.5 and correct = false"
    page = datasets.items("million", model="judge", sort="confidence", limit=100)
    deep = datasets.items("million", model="judge", where="confidence > 0.8", sort="confidence", limit=1000).next
    peer = _peer(folder)
    columns = "i.id, i.text, i.label, i.source, i.region, i.length, i.score, i.age, i.flag, p.prediction, p.confidence"
    joined = "items i JOIN predictions p ON p.key = i.id"
    questions: list[tuple[str, str, dict[str, Any], str]] = [
        ("first page", "items", {}, f"SELECT {columns} FROM {joined} ORDER BY i.id LIMIT 100"),
        (
            "filter by three columns, and page",
            "items",
            {"where": where},
            f"SELECT {columns} FROM {joined} WHERE i.label = 'class 03' AND p.confidence < 0.5 "
            "AND p.prediction <> i.label ORDER BY i.id LIMIT 100",
        ),
        (
            "filter by a word in the text, and page",
            "items",
            {"where": "text contains 'w4999,'"},
            f"SELECT {columns} FROM {joined} WHERE contains(lower(i.text), 'w4999,') ORDER BY i.id LIMIT 100",
        ),
        ("deep page by key", "items", {"after": "item-00900000"}, ""),
        (
            "page sorted by confidence",
            "items",
            {"sort": "confidence", "descending": True},
            f"SELECT {columns} FROM {joined} ORDER BY p.confidence DESC, i.id LIMIT 100",
        ),
        ("next page of it", "items", {"sort": "confidence", "after": page.next}, ""),
        ("deep page, sorted and filtered", "items", {"sort": "confidence", "where": where, "after": deep}, ""),
        ("page sorted by text", "items", {"sort": "text"}, ""),
        ("jump into the middle, sorted by text", "items", {"sort": "text", "skip": ITEMS // 2}, ""),
        ("jump into the middle, sorted by loss", "items", {"sort": "loss", "skip": ITEMS // 2}, ""),
        (
            "jump near the end, sorted by confidence and filtered",
            "items",
            {"sort": "confidence", "skip": 850_000, "where": "confidence < 0.9", "descending": True},
            "",
        ),
        ("page sorted by loss", "items", {"sort": "loss", "descending": True}, ""),
        ("count", "count_items", {"where": where}, ""),
        (
            "six histograms, filtered",
            "histograms",
            {"columns": FIELDS, "where": "confidence > 0.2"},
            "",
        ),
        ("six histograms, filtered by a word", "histograms", {"columns": FIELDS, "where": "text contains 'w49'"}, ""),
        ("typeahead in labels", "values", {"column": "label", "prefix": "class 1"}, ""),
        ("typeahead in 1,000,000 texts", "values", {"column": "text", "prefix": "item about w4"}, ""),
        (
            "metrics and confusion matrix",
            "metrics",
            {"threshold": 0.3},
            f"SELECT i.label, p.prediction, count(*) FROM {joined} WHERE p.confidence >= 0.3 GROUP BY 1, 2",
        ),
        ("metrics of a filter", "metrics", {"threshold": 0.3, "where": "flag = true and length > 1000"}, ""),
        ("one item with its history", "item", {"key": "item-00500000"}, ""),
        ("columns", "columns", {}, ""),
        ("the dataset", "get", {}, ""),
    ]
    worst = 0.0
    for what, method, more, sql in questions:
        given = {"name": "million"} if method == "get" else {**asked, **more}
        ours = cpu_ms(lambda method=method, given=given: answer(Datasets, datasets, method, **given))  # type: ignore[misc]
        theirs = cpu_ms(lambda sql=sql: peer.sql(sql).to_arrow_table(), calls=3) if sql else None  # type: ignore[misc]
        worst = max(worst, ours)
        report.row(
            what, f"{ours:.1f} cpu-ms", f"{theirs:.0f} DuckDB" if theirs else "", ours / theirs if theirs else None
        )
    for what, count in (("one fix, then the page again", 1), ("1,000 fixes, then the page again", 1000)):
        numbers = iter(range(0, ITEMS, 977))
        spent = cpu_ms(lambda count=count, numbers=numbers: _fix(datasets, asked, numbers, count), calls=3)  # type: ignore[misc]
        worst = max(worst, spent if count == 1 else 0.0)
        report.row(what, f"{spent:.1f} cpu-ms")
    report.row("mark one, then the page again", f"{cpu_ms(lambda: _mark(datasets, asked)):.1f} cpu-ms")
    report.row("undo it, then the page again", f"{cpu_ms(lambda: _undo(datasets, asked), calls=3):.1f} cpu-ms")
    for what, method, more, _ in questions[1:6:4] + questions[13:14] + questions[17:18]:
        given = {**asked, **more}
        spent = cpu_ms(lambda method=method, given=given: answer(Datasets, datasets, method, **given))  # type: ignore[misc]
        worst = max(worst, spent)
        report.row(f"{what}, after these fixes", f"{spent:.1f} cpu-ms")
    started, wall = time.process_time(), time.perf_counter()
    datasets.save_version("million")
    report.row(f"save {ITEMS:,} items as the first version, once", spent_since(started, wall))
    datasets.fix("million", "class 00", keys=["item-00000007"])
    started, wall = time.process_time(), time.perf_counter()
    datasets.save_version("million")
    report.row("save a version after one fix", spent_since(started, wall))
    report.row(f"promise: at most {PROMISE_MS:.0f} cpu-ms each, warm", f"worst {worst:.1f}", ratio=worst / PROMISE_MS)


def _fix(datasets: Datasets, asked: dict[str, Any], numbers: Iterator[int], count: int) -> None:
    keys = [f"item-{next(numbers):08}" for _ in range(1)] if count == 1 else [f"item-{n:08}" for n in range(count)]
    datasets.fix("million", "class 07", keys=keys, reason=str(time.monotonic()))
    answer(Datasets, datasets, "items", **asked)


def _mark(datasets: Datasets, asked: dict[str, Any]) -> None:
    datasets.mark("million", "ambiguous", ["item-00700000"], reason=str(time.monotonic()))
    answer(Datasets, datasets, "items", **asked)


def _undo(datasets: Datasets, asked: dict[str, Any]) -> None:
    datasets.undo("million", datasets.acts("million", limit=1).items[0].commit)
    answer(Datasets, datasets, "items", **asked)


def _peer(folder: Path) -> Any:
    con = duckdb.connect()
    for name in ("items", "predictions"):
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{name}-*.parquet')")
    return con
