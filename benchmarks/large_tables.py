"""A tree of up to 10 million rows: 100 scattered edits, the difference of the two versions, prefix list, point read.

The same at 100,000 and 1 million rows, in one plot: cost follows what changed and the depth of the tree, k + log n.
There is no peer that holds such a tree in one process; the peer column is a full rewrite or scan of the same rows.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from benchmarks.folders import scale
from benchmarks.peers import stored_bytes
from benchmarks.report import Report
from tilth.storage.catalogue import MemoryCatalogue
from tilth.storage.store import Store
from tilth.storage.tables import Table, diff_tables
from tilth.versioning.edits import TREE
from tilth.versioning.trees import Tree

SIZES = tuple(int(rows * scale()) for rows in (100_000, 1_000_000, 10_000_000))
EDITS = 100
ROUNDS = 5
READS = 200
PER_FOLDER = 10_000

T = TypeVar("T")


def run(report: Report) -> None:
    """Build each tree once, then measure every act several times."""
    curves: dict[str, list[float]] = {}
    for rows in SIZES:
        with tempfile.TemporaryDirectory(prefix="tilth-bench-") as folder:
            for act, value in _measure(report, Path(folder), rows).items():
                curves.setdefault(act, []).append(value)
    for act, values in curves.items():
        report.row(f"tables: {act} as rows grow 100-fold", _bars(values), "", values[-1] / values[0])


def _measure(report: Report, folder: Path, rows: int) -> dict[str, float]:
    catalogue = MemoryCatalogue()
    with Store.open(folder, catalogue) as store:
        built, base = _cpu(lambda: _build(store, rows))
    edits, grown, diffs = [], [], []
    for number in range(ROUNDS):
        with Store.open(folder, catalogue) as store:  # a fresh store has nothing decoded: all reads are cold
            before = stored_bytes(folder)
            spent, changed = _cpu(lambda n=number: _edit(store, Table(store, TREE, base.root), rows, n))  # type: ignore[misc]
            edits.append(spent)
            grown.append((stored_bytes(folder) - before) / 1e6)
        with Store.open(folder, catalogue) as store:
            old, new = Table(store, TREE, base.root), Table(store, TREE, changed.root)
            spent, found = _cpu(lambda old=old, new=new: sum(1 for _ in diff_tables(old, new)))  # type: ignore[misc]
            diffs.append(spent)
            assert found == EDITS, "a difference has as many rows as there were edits"
    lists = [_list(folder, catalogue, base, rows, number) for number in range(ROUNDS)]
    reads = _reads(folder, catalogue, base, rows)
    commit, diff = statistics.median(edits), statistics.median(diffs)
    listing, read = statistics.median(lists) * 1000, statistics.median(reads) * 1000
    full = rows == SIZES[-1]
    promise = (lambda text: f" (promise: {text})") if full else (lambda text: "")
    name = f"tables, {rows:,} rows"
    report.row(
        f"{name}: {EDITS} scattered edits{promise('0.3 s')}", f"{commit:.3f} cpu-s", "building anew", commit / built
    )
    report.row(f"{name}: written by them{promise('10 MB')}", f"{statistics.median(grown):.1f} MB")
    report.row(f"{name}: difference of the two{promise('0.2 s')}", f"{diff:.3f} cpu-s")
    report.row(f"{name}: list of {min(PER_FOLDER, rows):,} below a prefix{promise('10 ms')}", f"{listing:.1f} cpu-ms")
    report.row(f"{name}: point read, cold{promise('1 ms')}", f"{read:.2f} cpu-ms")
    return {"edits (ms)": commit * 1000, "difference (ms)": diff * 1000, "prefix list (ms)": listing, "read (ms)": read}


def _path(index: int) -> str:
    return f"{index // PER_FOLDER:06d}/{index:09d}.jpg"


def _rows(start: int, stop: int, version: int = 0) -> pa.Table:
    count = stop - start
    draw = np.random.default_rng((start, version))
    return pa.table(
        [
            pa.array([_path(index) for index in range(start, stop)], pa.string()),
            pa.array(np.zeros(count, np.uint8)),
            pa.array(draw.integers(60_000, 140_000, count)),
            pa.FixedSizeBinaryArray.from_buffers(pa.binary(32), count, [None, pa.py_buffer(draw.bytes(32 * count))]),
            pa.array(np.zeros(count, np.uint8)),
            pa.array([b""] * count, pa.binary()),
            pa.array([""] * count, pa.string()),
        ],
        schema=TREE.arrow,
    )


def _build(store: Store, rows: int) -> Table:
    table = Table(store, TREE)
    for start in range(0, rows, 1_000_000):
        table = table.update(_rows(start, min(start + 1_000_000, rows)))
    store.flush()
    return table


def _edit(store: Store, table: Table, rows: int, number: int) -> Table:
    chosen = np.sort(np.random.default_rng(number).choice(rows, EDITS, replace=False)).tolist()
    changed = pa.concat_tables([_rows(index, index + 1, number + 1) for index in chosen])
    table = table.update(changed)
    store.flush()
    return table


def _list(folder: Path, catalogue: MemoryCatalogue, base: Table, rows: int, number: int) -> float:
    at = int(np.random.default_rng(number).integers(0, max(1, rows // PER_FOLDER)))
    with Store.open(folder, catalogue) as store:
        tree = Tree(store, base.root)

        def read() -> int:
            return sum(batch.num_rows for batch in tree.batches(f"{at:06d}"))

        spent, found = _cpu(read)
        assert found == min(PER_FOLDER, rows), "the folder has all its files"
    return spent


def _reads(folder: Path, catalogue: MemoryCatalogue, base: Table, rows: int) -> Iterator[float]:
    """Yield the cost of single reads, each by a store that has read nothing yet but the root."""
    for number in range(READS):
        with Store.open(folder, catalogue) as store:
            table = Table(store, TREE, base.root)
            len(table)
            wanted = _path(int(np.random.default_rng(number).integers(0, rows)))
            spent, row = _cpu(lambda: table.get(wanted))  # noqa: B023 - called at once
            assert row is not None, "every path is there"
            yield spent


def _cpu(act: Callable[[], T]) -> tuple[float, T]:
    started = time.process_time()
    result = act()
    return time.process_time() - started, result


def _bars(values: list[float]) -> str:
    blocks = "▁▂▃▄▅▆▇█"
    most = max(values) or 1.0
    drawn = "".join(blocks[min(7, int(value / most * 7.99))] for value in values)
    return f"{drawn} {' → '.join(f'{value:.2f}' for value in values)}"
