"""10,000 one-file commits on one branch: the cost of a commit stays flat, and so does the number of objects."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.folders import scale
from benchmarks.peers import stored_bytes
from benchmarks.report import Report
from tilth.versioning.backend import open_backend
from tilth.versioning.commits import commit_edits
from tilth.versioning.edits import Edits
from tilth.versioning.repos import create_repo
from tilth.versioning.trees import write_entry

COMMITS = int(10_000 * scale())
PART = max(1, COMMITS // 10)


def run(report: Report) -> None:
    """Commit from one process; compare the first tenth with the last."""
    spent: list[float] = []
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as scratch:
        folder = Path(scratch) / "w"
        with open_backend(folder) as backend:
            create_repo(backend, "files")
            for number in range(COMMITS):
                started = time.process_time()
                edits = Edits()
                edits.put(write_entry(backend.store, f"{number % 100:02d}/{number:06d}.txt", b"file %d" % number))
                commit_edits(backend, "default/files", "main", edits, author="bench")
                spent.append(time.process_time() - started)
        files = sum(len(names) for _, _, names in os.walk(folder))
        size = stored_bytes(folder)
    first, last = statistics.median(spent[:PART]) * 1000, statistics.median(spent[-PART:]) * 1000
    report.row(
        f"{COMMITS:,} one-file commits: the last tenth beside the first",
        f"{last:.2f} cpu-ms each",
        f"the first tenth: {first:.2f} cpu-ms each",
        last / first,
    )
    report.row(f"{COMMITS:,} one-file commits: files in the workspace", f"{files:,}, {size / 1e6:.0f} MB")
