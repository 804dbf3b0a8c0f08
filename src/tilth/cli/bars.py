"""Progress for people: bars with rate and time left on a terminal, a line every five seconds elsewhere.

All of it goes to stderr, and only for work that takes longer than a second.
"""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from tilth.cli.wording import number, safe, seconds, size

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

PATIENCE_S = 1.0
LINE_EVERY_S = 5.0
MIN_SHARE = 0.01
"""Below this share of the work nothing is said about the time left: it would be a guess."""


@dataclass(slots=True, eq=False)
class _Step:
    what: str
    total: int | None
    unit: str
    started: float
    done: int = 0
    thread: int = field(default_factory=threading.get_ident)
    drawn: TaskID | None = None

    def line(self, now: float) -> str:
        spent = max(now - self.started, 1e-9)
        rate = self.done / spent
        parts = [f"{self.what}: {self.amount()}"]
        if self.done:
            parts.append(f"{size(rate)}/s" if self.unit == "bytes" else f"{rate:,.1f} {self.unit}/s")
        if self.total and MIN_SHARE <= self.done / self.total < 1:
            parts.append(f"{seconds((self.total - self.done) / rate)} left")
        return ", ".join(parts)

    def amount(self) -> str:
        done, total = (size, size) if self.unit == "bytes" else (number, number)
        unit = "" if self.unit == "bytes" else f" {self.unit}"
        if self.total is None:
            return f"{done(self.done)}{unit}"
        share = f" ({100 * self.done / self.total:.0f} %)" if self.total else ""
        return f"{done(self.done)} of {total(self.total)}{unit}{share}"


class Bars:
    """Progress that people see. Use it in a `with` block; any thread may advance it; steps may nest.

    Steps of several threads stand side by side; a thread without a step of its own advances the newest.
    """

    def __init__(self, *, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._quiet = quiet
        self._stream = stream or sys.stderr
        self._drawing = not quiet and self._stream.isatty()
        self._steps: list[_Step] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._rich: RichProgress | None = None

    def __enter__(self) -> Bars:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
        if self._rich is not None:
            self._rich.stop()

    def begin(self, what: str, total: int | None = None, unit: str = "items") -> None:
        """Start a step."""
        if self._quiet:
            return
        with self._lock:
            self._steps.append(_Step(safe(what), total, unit, time.monotonic()))
            if self._thread is None:
                self._thread = threading.Thread(target=self._tick, name="progress", daemon=True)
                self._thread.start()

    def advance(self, amount: int = 1) -> None:
        """Say that `amount` more units of the current step are done."""
        with self._lock:
            step = self._current()
            if step is not None:
                step.done += amount

    def end(self) -> None:
        """End the current step."""
        with self._lock:
            step = self._current()
            if step is None:
                return
            self._steps.remove(step)
            if self._rich is not None and step.drawn is not None:
                self._rich.remove_task(step.drawn)

    def _current(self) -> _Step | None:
        """Return the step that a call of this thread is about; the lock is held."""
        mine = threading.get_ident()
        newest = self._steps[-1] if self._steps else None
        return next((step for step in reversed(self._steps) if step.thread == mine), newest)

    def _tick(self) -> None:
        if self._closed.wait(PATIENCE_S):
            return
        while True:
            if self._drawing:
                self._draw()
            else:
                self._write_line()
            if self._closed.wait(0.1 if self._drawing else LINE_EVERY_S):
                return

    def _write_line(self) -> None:
        with self._lock:
            # The innermost of each thread: what it is doing right now.
            lines = [step.line(time.monotonic()) for step in {step.thread: step for step in self._steps}.values()]
        for line in lines:
            print(line, file=self._stream, flush=True)

    def _draw(self) -> None:
        with self._lock:
            if self._rich is None and self._steps:
                self._rich = self._bars()
                self._rich.start()
            if self._rich is None:
                return
            now = time.monotonic()
            for step in self._steps:
                if step.drawn is None and now - step.started >= PATIENCE_S:
                    step.drawn = self._rich.add_task(step.what, total=step.total, facts=step.line(now))
                if step.drawn is not None:
                    self._rich.update(step.drawn, completed=step.done, total=step.total, facts=step.line(now))

    def _bars(self) -> RichProgress:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        return Progress(
            SpinnerColumn(),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[facts]}", markup=False),
            console=Console(file=self._stream),
            transient=True,
        )
