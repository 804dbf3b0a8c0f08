"""10,000 image-like files of 60-140 KB: first commit and checkout beside cp, borg and restic."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.folders import SETTLED_S, images, scale
from benchmarks.measure import Cost, median
from benchmarks.peers import BORG, CP, CP_B3SUM, RESTIC, tilth
from benchmarks.report import Report

FILES = int(10_000 * scale())
ROUNDS = int(os.environ.get("TILTH_BENCH_ROUNDS", "3"))
PEERS = (CP, CP_B3SUM, BORG, RESTIC)
FIRST, CHECKOUT = "first commit", "checkout"


def run(report: Report) -> None:
    """Time all tools, interleaved, and report medians."""
    costs: dict[tuple[str, str], list[Cost]] = {}
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as folder:
        scratch = Path(folder)
        source, out = scratch / "source", scratch / "out"
        images(source, FILES)
        time.sleep(SETTLED_S)
        for number in range(ROUNDS):
            workspace = scratch / "workspace"
            tilth(workspace, "repo", "create", "files")
            costs.setdefault(("Tilth", FIRST), []).append(tilth(workspace, "put", "files", str(source)))
            costs.setdefault(("Tilth", CHECKOUT), []).append(tilth(workspace, "get", "files", str(out)))
            shutil.rmtree(out)
            shutil.rmtree(workspace)
            for tool in PEERS:
                if not tool.here or (number and tool is RESTIC):
                    continue
                home = scratch / "home"
                home.mkdir()
                tool.run(tool.prepare(source, home))
                costs.setdefault((tool.name, FIRST), []).append(tool.run(tool.take(source, home)))
                if tool.give is not None:
                    costs.setdefault((tool.name, CHECKOUT), []).append(tool.run(tool.give(source, home, out)))
                    shutil.rmtree(out)
                shutil.rmtree(home)
    for (name, act), found in costs.items():
        if name == "Tilth":
            continue
        mine, peer = median(costs["Tilth", act]), median(found)
        report.row(
            f"images: {act}",
            f"{mine.cpu_s:.2f} cpu-s, {mine.peak_mb:.0f} MB",
            f"{name}: {peer.cpu_s:.2f} cpu-s, {peer.peak_mb:.0f} MB",
            mine.cpu_s / peer.cpu_s,
        )
