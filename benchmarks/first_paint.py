"""The first screen of a dataset of 1,000,000 items in a real browser: until its items are painted.

Cold is right after the server's start, with what it keeps on disk and the browser's cache empty; warm is the page
again. Needs Chromium, and the console's modules (`npm ci` in frontend/). Promise: less than a second by the clock. The
server's part of it is also told in CPU seconds, which other programs on the machine do not change.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.datasets import DEFINITION, ITEMS, fill, generate
from benchmarks.report import Report
from tilth.testing.serving import ServerProcess, owner_token
from tilth.workspace.local import open as open_local

FRONTEND = Path(__file__).parent.parent / "frontend"
PROMISE_S = 1.0


def run(report: Report) -> None:
    """Fill a workspace, close it, serve it, and look."""
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as scratch:
        folder = Path(scratch)
        generate(folder)
        with open_local(folder / "w") as workspace:
            fill(workspace, folder)
            workspace.datasets.define("million", DEFINITION)
            workspace.datasets.items("million")
        with _Browser(folder / "session.json") as browser:
            with ServerProcess(folder / "w") as server:
                browser.ask(f"sign-in {server.url}/?token={owner_token(folder / 'w')}")
                port = server.port
            server = ServerProcess(folder / "w", port=port)
            began = _started(server)
            try:
                found = browser.ask(f"open {server.url}/datasets/million")
                spent = _cpu_s(server.pid)
                again = browser.ask(f"open {server.url}/datasets/million")
                warm_s = _cpu_s(server.pid) - spent
            finally:
                server.stop()
        if found["troubles"] or again["troubles"]:
            raise RuntimeError(f"the page reported {[*found['troubles'], *again['troubles']][:3]}")
        cold = found["took"][0] / 1e3
        warm = sorted([*found["took"][1:], *again["took"]])
        middle = warm[len(warm) // 2] / 1e3
        report.row(
            f"first paint of {ITEMS:,} items, right after the server's start",
            f"{cold:.2f} s",
            f"of the server, start, that page and two more: {spent:.2f} cpu-s ({began:.2f} until it answered)",
            cold / PROMISE_S,
        )
        report.row("the page again", f"{middle:.2f} s", f"of the server: {warm_s / 3:.3f} cpu-s", middle / PROMISE_S)


class _Browser:
    """A browser that waits for what to open, so that its own start is not counted."""

    def __init__(self, state: Path) -> None:
        self._process = subprocess.Popen(
            ["node", "tests/paint.mjs", str(state)],
            cwd=FRONTEND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._told()

    def ask(self, line: str) -> dict[str, Any]:
        """Say what to do, and return the answer."""
        assert self._process.stdin is not None, "a pipe was asked for"
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._told()

    def _told(self) -> dict[str, Any]:
        assert self._process.stdout is not None, "a pipe was asked for"
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the browser ended; see what it said")
        told: dict[str, Any] = json.loads(line)
        return told

    def __enter__(self) -> _Browser:
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._process.stdin is not None, "a pipe was asked for"
        self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _started(server: ServerProcess) -> float:
    """Start a server, and return the CPU seconds until it answered."""
    server.start()
    return _cpu_s(server.pid)
