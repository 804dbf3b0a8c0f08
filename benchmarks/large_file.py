"""2 GB that do not compress, and the same with 1 MiB inserted in its middle: first, second, growth, restore."""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.folders import SETTLED_S, insert_in_middle, large_file, scale
from benchmarks.measure import Cost, median
from benchmarks.peers import BORG, CP, DVC, HF_XET, OXEN, RESTIC, Tool, stored_bytes, tilth
from benchmarks.report import Report

SIZE = int((2 << 30) * scale())
INSERTED = 1 << 20
ROUNDS = int(os.environ.get("TILTH_BENCH_ROUNDS", "3"))
PEERS = (CP, HF_XET, BORG, RESTIC, OXEN, DVC)
SLOW = {DVC.name, RESTIC.name, OXEN.name}
FIRST, SECOND, RESTORE = "first", "with 1 MiB inserted", "restore"


def run(report: Report) -> None:
    """Time all tools, interleaved, and report medians."""
    costs: dict[str, dict[str, list[Cost]]] = {}
    growth: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as folder:
        scratch = Path(folder)
        before, after = scratch / "before", scratch / "after"
        large_file(before, SIZE)
        insert_in_middle(before, after, INSERTED)
        _use_memory(scratch, before)
        time.sleep(SETTLED_S)
        for number in range(ROUNDS):
            _note(costs, growth, "Tilth", *_ours(scratch, before, after))
            for tool in PEERS:
                if tool.here and not (number and tool.name in SLOW):
                    _note(costs, growth, tool.name, *_theirs(tool, scratch, before, after))
    for act, bar in ((FIRST, 3.5), (SECOND, None), (RESTORE, 1.5)):
        mine = median(costs["Tilth"][act])
        for name, theirs in costs.items():
            if name == "Tilth" or act not in theirs:
                continue
            peer = median(theirs[act])
            promised = f" (promise: {bar})" if bar and name == CP.name else ""
            report.row(
                f"large file: {act}{promised}",
                f"{mine.cpu_s:.2f} cpu-s, {mine.peak_mb:.0f} MB",
                f"{name}: {peer.cpu_s:.2f} cpu-s, {peer.peak_mb:.0f} MB",
                mine.cpu_s / peer.cpu_s,
            )
    for name, size in growth.items():
        promised = " (promise: 4 MB)" if name == "Tilth" else ""
        report.row(f"large file: growth by 1 MiB inserted{promised}", f"{size / 1e6:.1f} MB", name)
    for tool in PEERS:
        if not tool.here:
            report.row(f"large file: {tool.name}", "", "not installed")


def _use_memory(scratch: Path, data: Path) -> None:
    """Write and delete as much as a round does.

    In a virtual machine, on tmpfs, the first who writes to memory that was never in use pays several times over.
    """
    copies = [scratch / f"copy{number}" for number in range(3)]
    for copy in copies:
        shutil.copyfile(data, copy)
    for copy in copies:
        copy.unlink()


def _note(
    costs: dict[str, dict[str, list[Cost]]], growth: dict[str, float], name: str, acts: dict[str, Cost], grown: float
) -> None:
    growth[name] = grown
    for act, cost in acts.items():
        costs.setdefault(name, {}).setdefault(act, []).append(cost)


def _ours(scratch: Path, before: Path, after: Path) -> tuple[dict[str, Cost], float]:
    workspace, out = scratch / "workspace", scratch / "out"
    tilth(workspace, "repo", "create", "files")
    acts = {FIRST: tilth(workspace, "put", "files:blob", str(before))}
    size = stored_bytes(workspace / "packs")
    acts[SECOND] = tilth(workspace, "put", "files:blob", str(after))
    grown = stored_bytes(workspace / "packs") - size
    out.mkdir()
    acts[RESTORE] = tilth(workspace, "get", "files:blob", str(out))
    if not filecmp.cmp(out / "blob", after, shallow=False):
        raise RuntimeError("what came back is not what went in")
    shutil.rmtree(out)
    shutil.rmtree(workspace)
    return acts, grown


def _theirs(tool: Tool, scratch: Path, before: Path, after: Path) -> tuple[dict[str, Cost], float]:
    home, out = scratch / "home", scratch / "out"
    data = home / "inside" / "data"
    data.mkdir(parents=True)
    shutil.copyfile(before, data / "blob")
    single = tool is HF_XET
    tool.run(tool.prepare(data, home))
    acts = {FIRST: tool.run(tool.take(data / "blob" if single else data, home))}
    size = stored_bytes(home)
    shutil.copyfile(after, data / "blob")
    if tool is CP:
        shutil.rmtree(home / "copy")
    acts[SECOND] = tool.run(tool.take(data / "blob" if single else data, home))
    grown = stored_bytes(home) - size - INSERTED
    if tool.give is not None:
        acts[RESTORE] = tool.run(tool.give(data, home, out))
        shutil.rmtree(out)
    shutil.rmtree(home)
    return acts, grown
