"""Dispatch: datums to an executor in batches, again while they have tries left, and what became of them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

from tilth.errors import Unavailable
from tilth.execution.batch import BatchResult, DatumBatch, DatumTask, Outcome, Transform
from tilth.execution.executor import CANCELLED, Executor
from tilth.pipelines.tasks import Work

MAX_BATCH = 500
TARGET_S = 0.4
"""How long a batch should run: long enough to cost little, short enough to spread well and be lost cheaply."""
FIRST_BATCH = 2
BATCHES_PER_SLOT = 4
MAX_FAILED = 20
"""After so many datums that failed for good nothing more is started: the code is broken, not the datum."""
POLL_S = 0.25
TELL_EVERY_S = 0.2
"""Outcomes are handed on in groups this far apart, because keeping them costs a transaction."""
DRAIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Finished:
    """One datum that will not run again in this job. `tries` counts all runs; costs add up over them."""

    work: Work
    outcome: Outcome
    tries: int
    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Failure:
    """One run of a datum that did not succeed; `number` counts from 1."""

    key: str
    number: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Running:
    """A datum that the executor has now. `tries` counts its runs before this one."""

    key: str
    tries: int


@dataclass(frozen=True, slots=True)
class Progressed:
    """What became of datums since the last time, and which ones the executor has now."""

    finished: tuple[Finished, ...]
    failures: tuple[Failure, ...]
    running: tuple[Running, ...]


@dataclass(slots=True)
class _Live:
    work: Work
    task: DatumTask
    tries: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0


class Stopped(Exception):
    """The job was asked to stop, or ran out of time; `reason` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Dispatcher:
    """Runs the datums of one job attempt. `name` must be unique to it; `slots` bounds what runs at once."""

    def __init__(
        self, executor: Executor, transform: Transform, *, name: str, tries: int, slots: int, all_slots: int
    ) -> None:
        self._executor = executor
        self._transform = transform
        self._name = name
        self._tries = tries
        self._slots = max(1, min(slots, all_slots) if slots else all_slots)
        # With fewer slots wanted than there are, what is in flight must not exceed them.
        self._window = self._slots if self._slots < all_slots else BATCHES_PER_SLOT * self._slots
        self._size = FIRST_BATCH
        self._number = 0
        self._flying: dict[str, list[_Live]] = {}
        self._again: deque[_Live] = deque()
        self._failed = 0
        self._finished: list[Finished] = []
        self._failures: list[Failure] = []
        self._last = time.monotonic()
        self._told_batches: frozenset[str] = frozenset()
        self.left = 0
        """How many of the datums that were asked for were not started, because too many had failed."""

    def run(
        self,
        source: Iterator[Sequence[Work]],
        make: Callable[[Sequence[Work]], list[DatumTask]],
        stop: Callable[[], str | None],
    ) -> Generator[Progressed, None, None]:
        """Run every datum that `source` yields (in groups) and yield what became of them as it is known.

        `stop` is asked now and then; a reason ends the run with Stopped, once nothing runs any more.
        Raises Unavailable when the executor cannot run anything.
        """
        ready: deque[Work] = deque()
        exhausted = False
        try:
            while True:
                reason = stop()
                if reason is not None:
                    yield from self._told()
                    raise Stopped(reason)
                while len(self._flying) < self._window and self._failed < MAX_FAILED:
                    if not ready and not exhausted:
                        group = next(source, None)
                        exhausted = group is None
                        ready.extend(group or ())
                        if not exhausted:
                            continue
                    if not self._submit(ready, make):
                        break
                if not self._flying:
                    yield from self._told()
                    self.left = len(ready) + len(self._again) + len(next(source, ()))
                    return
                self._collect()
                if time.monotonic() - self._last >= TELL_EVERY_S:
                    yield from self._told()
        finally:
            self._cancel()

    def _told(self) -> Iterator[Progressed]:
        """Yield what has come since the last time, if anything."""
        flying = frozenset(self._flying)
        if self._finished or self._failures or flying != self._told_batches:
            running = tuple(Running(live.task.key, live.tries) for lives in self._flying.values() for live in lives)
            yield Progressed(tuple(self._finished), tuple(self._failures), running)
            self._finished, self._failures, self._told_batches = [], [], flying
        self._last = time.monotonic()

    def _submit(self, ready: deque[Work], make: Callable[[Sequence[Work]], list[DatumTask]]) -> bool:
        spread = -(-(len(ready) + len(self._again)) // self._slots)
        size = max(1, min(self._size, spread))
        lives: list[_Live] = []
        while self._again and len(lives) < size:
            lives.append(self._again.popleft())
        fresh = [ready.popleft() for _ in range(min(size - len(lives), len(ready)))]
        lives += [_Live(work, task) for work, task in zip(fresh, make(fresh), strict=True)] if fresh else []
        if not lives:
            return False
        self._number += 1
        name = f"{self._name}-{self._number}"
        self._executor.submit(DatumBatch(name, 1, self._transform, tuple(live.task for live in lives)))
        self._flying[name] = lives
        return True

    def _collect(self) -> None:
        for result in self._executor.completed(POLL_S):
            lives = self._flying.pop(result.id, None)
            if lives is not None:
                self._settle(result, lives)

    def _settle(self, result: BatchResult, lives: list[_Live]) -> None:
        outcomes = {outcome.key: outcome for outcome in result.outcomes}
        if result.error is not None and result.error != CANCELLED and not outcomes:
            raise Unavailable(f"No datum can be run: {result.error}", help="See to it and run the job again.")
        for live in lives:
            outcome = outcomes.get(live.task.key) or Outcome(
                live.task.key, "lost", reason=result.error or "Its process vanished."
            )
            live.tries += 1
            live.wall_s += outcome.wall_s
            live.cpu_s += outcome.cpu_s
            if outcome.state != "success":
                self._failures.append(Failure(live.task.key, live.tries, outcome))
            if outcome.state in ("success", "recovered") or live.tries >= self._tries:
                self._finished.append(Finished(live.work, outcome, live.tries, live.wall_s, live.cpu_s))
                self._failed += outcome.state not in ("success", "recovered")
            else:
                self._again.append(live)
        mean = sum(outcome.wall_s for outcome in result.outcomes) / max(1, len(result.outcomes))
        # Batches grow on success only: broken code should be found out by few datums.
        growth = 4 if any(outcome.state == "success" for outcome in result.outcomes) else 1
        self._size = max(1, min(int(TARGET_S / max(mean, 1e-6)), self._size * growth, MAX_BATCH))

    def _cancel(self) -> None:
        """Cancel what is in flight and wait until the executor has let go of it."""
        for name in self._flying:
            self._executor.cancel(name)
        end = time.monotonic() + DRAIN_S
        while self._flying and (now := time.monotonic()) < end:
            results = list(self._executor.completed(POLL_S))
            for result in results:
                self._flying.pop(result.id, None)
            if not results and time.monotonic() - now < POLL_S / 2:
                return  # it says at once that nothing is in flight
