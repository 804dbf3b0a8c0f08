"""A real server for tests: a process of its own on a free loopback port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from tilth.errors import Unavailable
from tilth.versioning.backend import open_backend
from tilth.workspace import access_ledger

START_S = 60.0


class ServerProcess:
    """`python -m tilth.server` on a workspace folder; can be killed and started again on the same port."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self.folder = folder
        self.port = port
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process's id, to measure it by. Only while it runs."""
        assert self._process is not None, "it runs"
        return self._process.pid

    def start(self) -> float:
        """Start it and return after how many seconds it answered. Raises Unavailable when it does not."""
        began = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tilth.server", str(self.folder), "--port", str(self.port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        )
        assert self._process.stdout is not None, "a pipe was asked for"
        line = self._process.stdout.readline()
        if not line.startswith("http"):
            rest = self._process.stdout.read()
            self.kill()
            raise Unavailable(f"The server did not start: {line}{rest}", help="See what it said.")
        self.port = int(line.split()[0].rpartition(":")[2])
        return time.monotonic() - began

    def kill(self) -> None:
        """End it at once with SIGKILL, as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(how)
        code = self._process.wait(timeout=60)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None
        return code

    def __enter__(self) -> ServerProcess:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def owner_token(folder: Path) -> str:
    """Make a token of the folder's owner."""
    with open_backend(folder) as backend:
        owner = access_ledger.owner(backend.database)
        return access_ledger.create_token(backend.database, owner.name, by=owner.name).token
