"""The executor's end of one slot process."""

from __future__ import annotations

import contextlib
import pickle
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tilth.execution.batch import DatumTask, Outcome, Transform
from tilth.execution.channel import Channel, Closed
from tilth.execution.log import last_lines
from tilth.execution.process_tree import kill_marked
from tilth.execution.progress_page import IDLE, ProgressPage
from tilth.execution.slot_loop import MARK, PAGE

HELLO_S = 120.0
END_S = 15.0


class SlotDied(Exception):
    """The slot process is gone; what it had not reported must run again. `index` tells the datum that it ran."""

    def __init__(self, reason: str, index: int = IDLE) -> None:
        super().__init__(reason)
        self.index = index


class SlotProcess:
    """Starts a slot, sends it batches, and removes all traces of it when it ends."""

    def __init__(self, opening: bytes, folder: Path, *, may_unshare: bool, may_link: bool) -> None:
        """Start the process and wait until it says what it can do. Raises SlotDied, OSError."""
        self.folder = folder
        folder.mkdir(parents=True)
        self._mark = uuid.uuid4().hex
        self._errors = folder / "slot.log"
        self._page = ProgressPage(str(folder / PAGE))
        self._page.set(IDLE, 0.0)
        self._channel, theirs = Channel.pair()
        with theirs, self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "tilth.execution.slot", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self.pid = self._process.pid
        self._number = 0
        self._sending = threading.Lock()
        try:
            self._channel.send("setup", sys.path, str(folder), may_unshare, may_link, self._mark, opening)
            if not self._channel.ready(HELLO_S):
                raise Closed
            _, self.pfs, self.note = self._channel.receive()
        except Closed:
            reason = self._end_words(0.5)
            self.close(kill=True)
            raise SlotDied(reason) from None

    def run(
        self, transform: Transform, tasks: Sequence[DatumTask], tick: Callable[[], None]
    ) -> Iterator[list[Outcome] | str]:
        """Run tasks and yield lists of outcomes, then at most one error text. Calls `tick` about once a second.

        Raises SlotDied.
        """
        payload = pickle.dumps(tasks, protocol=5)
        try:
            with self._sending:
                self._number += 1
                self._channel.send("batch", self._number, transform, len(tasks), payload)
            while True:
                while not self._channel.ready(1.0):
                    tick()
                    if self._process.poll() is not None and not self._channel.ready():
                        raise Closed
                message: tuple[Any, ...] = self._channel.receive()
                if message[1] != self._number:
                    continue
                if message[0] == "outcomes":
                    yield pickle.loads(message[2])
                else:
                    if message[2] is not None:
                        yield message[2]
                    return
        except Closed:
            raise SlotDied(self._end_words(END_S), self._page.get()[0]) from None

    def cancel(self) -> None:
        """Ask for the end of what runs, if anything does; safe from another thread."""
        with contextlib.suppress(Closed), self._sending:
            self._channel.send("cancel", self._number)

    def kill(self) -> None:
        """Kill the process; `run` then raises SlotDied."""
        self._process.kill()

    def close(self, *, kill: bool = False) -> None:
        """End the process, gently at first unless `kill`, and everything that it started; remove its folder."""
        self._channel.close()
        if kill:
            self._process.kill()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.returncode != 0:
            kill_marked(MARK, self._mark)
        self._page.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end_words(self, seconds: float) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        status = self._process.returncode
        how = (
            "did not end" if status is None else f"killed by signal {-status}" if status < 0 else f"exit code {status}"
        )
        return f"{how}. {self._last_words()}".strip()

    def _last_words(self) -> str:
        try:
            return last_lines(self._errors.read_bytes()[-(1 << 16) :])
        except OSError:
            return ""
