"""Committing 20,000 small files, and again after 10 changed, beside `cp -r` + `b3sum` of the same files.

All figures are CPU seconds (user + system) of whole processes, the command line's own start included, and fsync too.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Report

FILES = 20_000
CHANGED = 10
ROUNDS = 3
WORDS = [f"w{index:x}" for index in range(5000)]


def run(report: Report) -> None:
    """Time both, interleaved, and report medians."""
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as scratch:
        source = Path(scratch) / "source"
        _generate(source)
        first: list[float] = []
        again: list[float] = []
        nothing: list[float] = []
        peer: list[float] = []
        for number in range(ROUNDS):
            peer.append(_copy_and_hash(source, Path(scratch) / f"copy-{number}"))
            workspace = Path(scratch) / f"workspace-{number}"
            first.append(_tilth(workspace, "repo", "create", "files") + _tilth(workspace, "put", "files", str(source)))
            nothing.append(_tilth(workspace, "put", "files", str(source)))
            _change(source, number)
            again.append(_tilth(workspace, "put", "files", str(source)))
            shutil.rmtree(workspace)
        copied = statistics.median(peer)
        hashed = "b3sum" if shutil.which("b3sum") else "BLAKE3 in Python (b3sum is not installed)"
        report.row(
            f"commit of {FILES:,} small files, zstd and fsync included",
            f"{statistics.median(first):.2f} cpu-s",
            f"cp -r + {hashed}: {copied:.2f} cpu-s",
            statistics.median(first) / copied,
        )
        report.row(
            f"re-commit after {CHANGED} changes",
            f"{statistics.median(again):.2f} cpu-s",
            f"cp -r + {hashed}: {copied:.2f} cpu-s",
            statistics.median(again) / copied,
        )
        report.row(
            "re-commit after no change",
            f"{statistics.median(nothing):.2f} cpu-s",
            f"cp -r + {hashed}: {copied:.2f} cpu-s",
            statistics.median(nothing) / copied,
        )


def _generate(folder: Path) -> None:
    draw = random.Random(0)
    for index in range(FILES):
        path = folder / f"{index // 100:03d}" / f"{index:05d}.txt"
        if index % 100 == 0:
            path.parent.mkdir(parents=True)
        path.write_text(" ".join(draw.choices(WORDS, k=draw.randint(200, 4000))))
    # Files younger than two seconds are read again to be safe: let the first commit find settled ones.
    time.sleep(2.1)


def _change(folder: Path, number: int) -> None:
    for index in random.Random(number).sample(range(FILES), CHANGED):
        (folder / f"{index // 100:03d}" / f"{index:05d}.txt").write_text(f"changed in round {number}")
    time.sleep(2.1)


def _copy_and_hash(source: Path, copy: Path) -> float:
    if shutil.which("b3sum"):
        hashing = f"find {source} -type f -print0 | xargs -0 b3sum --num-threads 1 > {copy}.sums"
    else:
        loop = "import sys, blake3\nfor p in sys.stdin: blake3.blake3(open(p[:-1], 'rb').read()).hexdigest()"
        hashing = f'find {source} -type f | {sys.executable} -c "{loop}"'
    seconds = _cpu(["sh", "-c", f"cp -r {source} {copy} && {hashing}"])
    shutil.rmtree(copy)
    return seconds


def _tilth(workspace: Path, *words: str) -> float:
    tilth = Path(sys.executable).with_name("tilth")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return _cpu([str(tilth), "-w", str(workspace), *words], environment)


def _cpu(command: list[str], environment: dict[str, str] | None = None) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
