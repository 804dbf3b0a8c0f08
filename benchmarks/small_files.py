"""100,000 text files of 1-20 KB: first commit, again after nothing and after 100 changed, checkout; beside the peers.

All figures are CPU seconds (user + system) of whole processes, the command line's start and fsync included. Where the
figures lie depends on the disk under TMPDIR; all tools of one run use the same.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.folders import SETTLED_S, change_texts, scale, texts
from benchmarks.measure import Cost, command, median
from benchmarks.peers import BORG, CP, CP_B3SUM, DVC, GIT, OXEN, RESTIC, RSYNC, TILTH, Tool, stored_bytes, tilth
from benchmarks.report import Report

FILES = int(100_000 * scale())
CHANGED = 100
ROUNDS = int(os.environ.get("TILTH_BENCH_ROUNDS", "3"))
SLOW = {"dvc add", "oxen", "restic (zstd, encrypts)"}
"""One round only: each takes half a minute to more than a minute of CPU."""

FIRST, NOTHING, CHANGE, CHECKOUT = "first commit", "again, nothing changed", f"again, {CHANGED} changed", "checkout"
PEERS = (CP, CP_B3SUM, RSYNC, GIT, BORG, RESTIC, DVC, OXEN)


def run(report: Report) -> None:
    """Time all tools, interleaved, and report medians."""
    costs: dict[str, dict[str, list[Cost]]] = {}
    sizes: dict[str, float] = {}
    walls: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as folder:
        scratch = Path(folder)
        source = scratch / "source"
        texts(source, FILES)
        time.sleep(SETTLED_S)
        for number in range(ROUNDS):
            for compression in ("none", "zstd"):
                name = f"Tilth ({compression})"
                acts = _ours(scratch, source, number, compression)
                sizes[name] = acts.pop("size").cpu_s
                _note(costs, name, acts)
            for tool in PEERS:
                if not tool.here or (number and tool.name in SLOW):
                    continue
                acts = _theirs(tool, scratch, source, number)
                sizes[tool.name] = acts.pop("size").cpu_s
                _note(costs, tool.name, acts)
            for cores in walls:
                workspace = scratch / "cores"
                tilth(workspace, "repo", "create", "files")
                words = [TILTH, "-w", str(workspace), "put", "files", str(source)]
                walls[cores].append(command(words, cores=cores).wall_s)
                shutil.rmtree(workspace)
    _report(report, costs, sizes)
    one, two = sorted(walls[1])[len(walls[1]) // 2], sorted(walls[2])[len(walls[2]) // 2]
    report.row(
        "small files: wall time of the first commit on 2 cores", f"{two:.1f} s", f"on 1 core: {one:.1f} s", two / one
    )
    for tool in PEERS:
        if not tool.here:
            report.row(f"small files: {tool.name}", "", "not installed")


def _note(costs: dict[str, dict[str, list[Cost]]], name: str, acts: dict[str, Cost]) -> None:
    for act, cost in acts.items():
        costs.setdefault(name, {}).setdefault(act, []).append(cost)


def _report(report: Report, costs: dict[str, dict[str, list[Cost]]], sizes: dict[str, float]) -> None:
    bars = {
        ("none", FIRST, CP_B3SUM.name): 1.3,
        ("zstd", FIRST, BORG.name): 1 / 1.5,
        ("zstd", FIRST, DVC.name): 1 / 3,
        ("none", CHECKOUT, CP.name): 1.3,
    }
    for compression in ("none", "zstd"):
        ours = costs[f"Tilth ({compression})"]
        for act in (FIRST, NOTHING, CHANGE, CHECKOUT):
            mine = median(ours[act])
            for name, theirs in costs.items():
                if name.startswith("Tilth") or act not in theirs:
                    continue
                peer = median(theirs[act])
                bar = bars.get((compression, act, name))
                if act in (NOTHING, CHANGE) and name == GIT.name:
                    bar = (1.5 * peer.cpu_s + 0.3) / peer.cpu_s
                promise = f"small files, {compression}: {act}" + (f" (promise: {bar:.2f})" if bar else "")
                report.row(
                    promise,
                    f"{mine.cpu_s:.2f} cpu-s, {mine.peak_mb:.0f} MB",
                    f"{name}: {peer.cpu_s:.2f} cpu-s, {peer.peak_mb:.0f} MB",
                    mine.cpu_s / peer.cpu_s,
                )
    for name, size in sizes.items():
        report.row("small files: stored after two commits", f"{size / 1e6:.0f} MB", name)


def _ours(scratch: Path, source: Path, number: int, compression: str) -> dict[str, Cost]:
    workspace, out = scratch / "workspace", scratch / "out"
    setting = {"TILTH_COMPRESSION": compression}
    tilth(workspace, "repo", "create", "files")
    acts = {FIRST: tilth(workspace, "put", "files", str(source), **setting)}
    acts[NOTHING] = tilth(workspace, "put", "files", str(source), **setting)
    change_texts(source, FILES, CHANGED, number)
    acts[CHANGE] = tilth(workspace, "put", "files", str(source), **setting)
    acts[CHECKOUT] = tilth(workspace, "get", "files", str(out))
    acts["size"] = Cost(stored_bytes(workspace / "packs"), 0, 0)
    shutil.rmtree(out)
    shutil.rmtree(workspace)
    return acts


def _theirs(tool: Tool, scratch: Path, source: Path, number: int) -> dict[str, Cost]:
    home, out = scratch / "home", scratch / "out"
    data = source
    home.mkdir()
    if tool.inside:
        data = home / "inside" / "data"
        shutil.copytree(source, data)
        time.sleep(SETTLED_S)
    tool.run(tool.prepare(data, home))
    acts = {FIRST: tool.run(tool.take(data, home))}
    if tool in (RSYNC, GIT, BORG, RESTIC, DVC, OXEN):
        acts[NOTHING] = tool.run(tool.take(data, home))
        change_texts(data, FILES, CHANGED, number + 1000)
        acts[CHANGE] = tool.run(tool.take(data, home))
    if tool.give is not None:
        acts[CHECKOUT] = tool.run(tool.give(data, home, out))
        shutil.rmtree(out)
    stored = stored_bytes(home) - (stored_bytes(data) if tool.inside and tool is not GIT else 0)
    if tool is GIT:
        stored = stored_bytes(data / ".git")
    acts["size"] = Cost(stored, 0, 0)
    shutil.rmtree(home)
    return acts
