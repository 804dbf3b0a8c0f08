"""Collecting garbage: a workspace of 100,000 files of which a tenth is dropped, and 10,000 commits of one file each.

    python -m benchmarks.collecting [files] [commits]

CPU seconds (user + system) of this process. Each of the small commits opens and closes the workspace, as a process of
its own would, and so leaves a pack of its own.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from tilth.versioning.backend import open_backend
from tilth.versioning.catalogue import SqlCatalogue
from tilth.versioning.commits import commit_edits
from tilth.versioning.edits import Edits
from tilth.versioning.garbage import collect
from tilth.versioning.repos import create_repo, delete_repo
from tilth.versioning.trees import write_entry
from tilth.workspace.kept import kept


def _edits(backend: object, seed: int, names: range) -> Edits:
    draw = random.Random(seed)
    edits = Edits()
    for number in names:
        data = draw.randbytes(draw.randrange(500, 3000))
        edits.put(write_entry(backend.store, f"d{number // 100:05}/{number}", data))  # type: ignore[attr-defined]
    return edits


def many_files(folder: Path, files: int) -> None:
    """Drop a repo with a tenth of the files, and collect."""
    with open_backend(folder) as backend:
        for name, count in (("kept", files * 9 // 10), ("dropped", files // 10)):
            create_repo(backend, name)
            with backend.act():
                edits = _edits(backend, len(name), range(count))
                commit_edits(backend, name, "main", edits, author="b")
        delete_repo(backend, "dropped")
    before = _peak()
    with open_backend(folder) as backend:
        for what in ("first collection", "nothing to collect"):
            start = time.process_time()
            report = collect(backend, kept())
            print(
                f"{what}: {time.process_time() - start:.2f} cpu-s, {report.records:,} records, "
                f"{report.freed / 1e6:.1f} MB freed, peak memory +{(_peak() - before) / 1024:.0f} MB",
                flush=True,
            )


def many_commits(folder: Path, commits: int) -> None:
    """Commit one file at a time, then merge the packs."""
    with open_backend(folder) as backend:
        create_repo(backend, "small")
    step = max(1, commits // 5)
    start = time.process_time()
    for number in range(commits):
        _one(folder, number)
        if (number + 1) % step == 0:
            each = (time.process_time() - start) / step
            print(f"commits to {number + 1:,}: {each * 1000:.2f} cpu-ms each, {_objects(folder)}", flush=True)
            start = time.process_time()
    with open_backend(folder) as backend:
        start = time.process_time()
        collect(backend, kept())
        print(f"merging: {time.process_time() - start:.2f} cpu-s, {_objects(folder)}")
    start = time.process_time()
    for number in range(commits, commits + 200):
        _one(folder, number)
    print(f"commits after it: {(time.process_time() - start) / 200 * 1000:.2f} cpu-ms each, {_objects(folder)}")


def _one(folder: Path, number: int) -> None:
    with open_backend(folder) as backend, backend.act():
        edits = Edits()
        edits.put(write_entry(backend.store, f"{number % 100:02}/{number}", f"file {number}".encode() * 20))
        commit_edits(backend, "small", "main", edits, author="b")


def _objects(folder: Path) -> str:
    with open_backend(folder) as backend:
        packs = SqlCatalogue(backend.database).packs()
    shards = len(list((folder / "index").iterdir()))
    return f"{len(packs):,} packs, {sum(pack.length for pack in packs) / 1e6:.1f} MB, {shards} shards"


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Print the figures."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    commits = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        if files:
            many_files(Path(folder) / "files", files)
        if commits:
            many_commits(Path(folder) / "commits", commits)


if __name__ == "__main__":
    main()
