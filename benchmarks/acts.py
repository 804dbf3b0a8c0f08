"""What people do to 1,000,000 items at once: relabel all of them, undo it, keep a third as a slice and work in it.

An act by hand (a status, a comment) is promised at most 150 ms of CPU; one about everything takes seconds, not minutes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.asking import PROMISE_MS
from benchmarks.datasets import DEFINITION, ITEMS, fill, generate
from benchmarks.report import Report
from tilth.workspace.local import open as open_local


def run(report: Report) -> None:
    """Fill a workspace, and act."""
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as scratch:
        folder = Path(scratch)
        generate(folder)
        with open_local(folder / "w") as workspace:
            fill(workspace, folder)
            datasets, slices = workspace.datasets, workspace.slices
            datasets.define("million", DEFINITION)
            datasets.items("million")
            _once(report, f"relabel {ITEMS:,} items", lambda: datasets.fix("million", "class 05", where=""))
            _once(report, "the page after it", lambda: datasets.items("million"))
            relabeled = datasets.acts("million", limit=1).items[0].commit
            _once(report, f"undo the label of {ITEMS:,} items", lambda: datasets.undo("million", relabeled))
            _once(report, "the page after that", lambda: datasets.items("million"))
            where = "length < 1346"  # a third
            made: list[str] = []
            _once(report, "make a slice of a third of them", lambda: slices.create("million", "third", where=where))
            _once(report, "the page after it, which shows the slice", lambda: datasets.items("million"))
            made += [each.key for each in datasets.items("million", where="slice.third = true", limit=200).items]
            worst = 0.0
            for what, act in (
                (
                    "set the status of an item in it",
                    lambda key: slices.set_items("million", "third", keys=[key], status="done"),
                ),
                ("take an item out of it", lambda key: slices.set_items("million", "third", remove=[key])),
                ("say something about it", lambda key: slices.comment("million", "third", key)),
            ):
                spent = []
                for _ in range(7):
                    key = made.pop()
                    started = time.process_time()
                    act(key)
                    datasets.items("million")
                    spent.append((time.process_time() - started) * 1e3)
                worst = max(worst, sorted(spent)[3])
                report.row(f"{what}, and the page again", f"{sorted(spent)[3]:.0f} cpu-ms")
            report.row(
                f"promise: at most {PROMISE_MS:.0f} cpu-ms by hand", f"worst {worst:.0f}", ratio=worst / PROMISE_MS
            )


def _once(report: Report, what: str, act: Callable[[], object]) -> None:
    started = time.process_time()
    act()
    report.row(f"{what}, once", f"{time.process_time() - started:.2f} cpu-s")
