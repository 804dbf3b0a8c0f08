"""Runs batches in slot processes on this machine."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pickle
import shutil
import threading
import time
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tilth.errors import Invalid, Unavailable
from tilth.execution.batch import BatchResult, DatumBatch, DatumTask, Outcome, WorkerKey
from tilth.execution.executor import CANCELLED, Capabilities
from tilth.execution.progress_page import IDLE
from tilth.execution.slot_process import SlotDied, SlotProcess
from tilth.execution.warm_workers import KEPT_WARM
from tilth.storage.store import Store

CANCEL_GRACE_S = 10.0
"""A slot that has not given up a cancelled batch by then is killed."""
_REMEMBERED = 10_000
_LOCK = "lock"


class _Entry:
    """A batch between submit and its result."""

    __slots__ = ("batch", "cancelled_at", "slot")

    def __init__(self, batch: DatumBatch) -> None:
        self.batch = batch
        self.slot: SlotProcess | None = None
        self.cancelled_at: float | None = None


class LocalExecutor:
    """An Executor of `slots` processes on this machine, started when they are first needed.

    `open_store` is called in every slot and worker and must be picklable by name (a function of a module, or a
    partial of one); what it returns is entered for the store and left at the end. `scratch` takes the files of
    running datums; folders that dead executors left in it are removed. `pfs="variable"` forgoes a private `/pfs`.

    One thread per slot, no thread where nothing was submitted. Close it, or use it as a context manager; when the
    process dies without that, its slots end by themselves and take along what they run.
    """

    def __init__(
        self,
        open_store: Callable[[], AbstractContextManager[Store]],
        *,
        slots: int = 2,
        scratch: Path,
        pfs: Literal["auto", "variable"] = "auto",
    ) -> None:
        if slots < 1:
            raise Invalid(f"{slots} slots cannot run anything.", help="Give at least one.")
        self._opening = pickle.dumps(open_store)
        self._slots = slots
        self._scratch = scratch
        self._private = pfs == "auto"
        self._condition = threading.Condition()
        self._queue: deque[_Entry] = deque()
        self._live: dict[tuple[str, int], _Entry] = {}
        self._seen: OrderedDict[tuple[str, int], None] = OrderedDict()
        self._done: deque[BatchResult] = deque()
        self._threads: list[threading.Thread] = []
        self._idle: set[int] = set()
        self._ran: dict[int, OrderedDict[WorkerKey, None]] = {}
        self._hello: tuple[Literal["namespace", "symlink", "variable"], str] | Unavailable | None = None
        self._closing = False
        self._folder: Path | None = None
        self._lock_fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def capabilities(self) -> Capabilities:
        """Tell what the slots can do; starts the first. Raises Unavailable."""
        with self._condition:
            self._start()
            self._condition.wait_for(lambda: self._hello is not None or self._closing)
            hello = self._hello
        if isinstance(hello, Unavailable):
            raise hello
        if hello is None:
            raise Unavailable("The executor is closed.", help="Open another one.")
        kind, note = hello
        return Capabilities(self._slots, 1 if kind == "symlink" else self._slots, kind, note)

    def submit(self, batch: DatumBatch) -> None:
        """Queue a batch. Raises Invalid where two of its datums have one key, Unavailable when closed."""
        name = (batch.id, batch.attempt)
        if len({task.key for task in batch.tasks}) != len(batch.tasks):
            raise Invalid(f"Two datums of batch {batch.id} have the same key.", help="Keys must differ.")
        with self._condition:
            if self._closing:
                raise Unavailable("The executor is closed.", help="Open another one.")
            if name in self._seen:
                return
            self._seen[name] = None
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
            entry = _Entry(batch)
            self._live[name] = entry
            self._queue.append(entry)
            self._start()
            self._condition.notify_all()

    def completed(self, timeout: float | None = None) -> Iterator[BatchResult]:
        """Yield finished batches: wait up to `timeout` seconds for the first, then take what is ready."""
        with self._condition:
            self._condition.wait_for(lambda: self._done or not self._live, timeout)
        while True:
            with self._condition:
                if not self._done:
                    return
                result = self._done.popleft()
            yield result

    def cancel(self, batch_id: str) -> None:
        """Stop all attempts of a batch."""
        with self._condition:
            entries = [entry for (name, _), entry in self._live.items() if name == batch_id]
            for entry in entries:
                self._cancel(entry)

    def close(self, drain: bool = False) -> None:
        """End all slots, after the queue is done with `drain`. Results stay readable by `completed`."""
        with self._condition:
            if drain:
                self._condition.wait_for(lambda: not self._live)
            self._closing = True
            for entry in list(self._live.values()):
                self._cancel(entry)
            self._condition.notify_all()
        for thread in self._threads:
            thread.join()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._lock_fd)
            self._folder = None

    def _cancel(self, entry: _Entry) -> None:
        """Cancel one entry; the condition is held."""
        if entry.cancelled_at is not None:
            return
        entry.cancelled_at = time.monotonic()
        if entry in self._queue:
            self._queue.remove(entry)
            self._finish(entry, {}, CANCELLED)
        elif entry.slot is not None:
            entry.slot.cancel()

    def _finish(self, entry: _Entry, outcomes: dict[str, Outcome], error: str | None) -> None:
        """Make the result of an entry readable; the condition is held."""
        batch = entry.batch
        ordered = tuple(outcomes[task.key] for task in batch.tasks if task.key in outcomes)
        self._live.pop((batch.id, batch.attempt), None)
        self._done.append(BatchResult(batch.id, batch.attempt, ordered, error))
        self._condition.notify_all()

    def _start(self) -> None:
        """Start the threads once; the condition is held."""
        if self._threads or self._closing:
            return
        self._folder, self._lock_fd = _claim_folder(self._scratch)
        for index in range(self._slots):
            thread = threading.Thread(
                target=_SlotThread(self, index, self._folder).run, name=f"tilth-slot-{index}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def take(self, index: int, running: bool) -> _Entry | None:
        """Wait for a batch for slot `index`; None when the executor closes. For the slot threads only.

        A slot whose process does not run yet leaves the work to idle ones that do, and one that has no worker for it
        to an idle one that has: importing a module may take longer than what its functions do.
        """
        with self._condition:
            if running:
                self._idle.add(index)
            try:
                while not self._closing:
                    entry = next((entry for entry in self._queue if self._suits(index, running, entry)), None)
                    if entry is not None:
                        self._queue.remove(entry)
                        self._note_ran(index, entry)
                        # What was left to this slot, which is busy now, is for the others.
                        self._condition.notify_all()
                        return entry
                    self._condition.wait()
                return None
            finally:
                self._idle.discard(index)

    def _suits(self, index: int, running: bool, entry: _Entry) -> bool:
        if index != 0 and entry.batch.transform.kind == "cmd":
            if self._hello is None:
                return False
            if not isinstance(self._hello, Unavailable) and self._hello[0] == "symlink":
                return False
        if entry.batch.transform.kind == "function":
            key = entry.batch.transform.worker_key
            warm = {slot for slot, ran in self._ran.items() if key in ran}
            if index not in warm and warm & self._idle:
                return False
        return running or index == 0 or len(self._queue) > len(self._idle)

    def _note_ran(self, index: int, entry: _Entry) -> None:
        """Remember what a slot has a warm worker for, as far as it keeps them; the condition is held."""
        if entry.batch.transform.kind != "function":
            return
        ran = self._ran.setdefault(index, OrderedDict())
        ran[entry.batch.transform.worker_key] = None
        ran.move_to_end(entry.batch.transform.worker_key)
        while len(ran) > KEPT_WARM:
            ran.popitem(last=False)

    def said_hello(self, index: int, hello: SlotProcess | Unavailable) -> None:
        """Note what slot 0 can do. For the slot threads only."""
        if index == 0:
            with self._condition:
                self._hello = hello if isinstance(hello, Unavailable) else (hello.pfs, hello.note)
                self._condition.notify_all()

    def begin(self, entry: _Entry, slot: SlotProcess | None) -> None:
        """Note which slot runs an entry, so that it can be cancelled. For the slot threads only."""
        with self._condition:
            entry.slot = slot

    def end(self, entry: _Entry, outcomes: dict[str, Outcome], error: str | None) -> None:
        """Hand in the result of an entry. For the slot threads only."""
        with self._condition:
            self._finish(entry, outcomes, error)

    def start_slot(self, folder: Path, index: int) -> SlotProcess:
        """Start a slot process. For the slot threads only. Raises SlotDied, OSError."""
        return SlotProcess(
            self._opening,
            folder / f"slot-{index}-{uuid.uuid4().hex[:8]}",
            may_unshare=self._private,
            may_link=self._private and index == 0,
        )


class _SlotThread:
    """Feeds one slot, restarts it when it dies, and finds out which datum kills it."""

    def __init__(self, executor: LocalExecutor, index: int, folder: Path) -> None:
        self._executor = executor
        self._index = index
        self._folder = folder
        self._slot: SlotProcess | None = None

    def run(self) -> None:
        """Run batches until the executor closes."""
        try:
            if self._index == 0:
                with contextlib.suppress(Unavailable):
                    self._ready_slot()
            while (entry := self._executor.take(self._index, self._slot is not None)) is not None:
                outcomes: dict[str, Outcome] = {}
                try:
                    error = self._run(entry, outcomes)
                except Unavailable as failure:
                    error = str(failure)
                except Exception as failure:  # noqa: BLE001 whatever it is, the batch must have a result
                    error = f"The executor failed: {failure!r}"
                    self._drop()
                self._executor.begin(entry, None)
                self._executor.end(entry, outcomes, error)
        finally:
            if self._slot is not None:
                self._slot.close()

    def _run(self, entry: _Entry, outcomes: dict[str, Outcome]) -> str | None:
        """Run one batch; if the slot dies, run the datum at which it died by itself, after the others.

        A datum at which the slot dies again when it is alone is lost: it is the datum then, and not a neighbour or a
        passing trouble. Where nobody knows at which datum it died, each that is left runs by itself.
        """
        batch = entry.batch
        pending: deque[tuple[DatumTask, ...]] = deque([batch.tasks])
        blamed: set[str] = set()
        while pending:
            tasks = pending.popleft()
            try:
                error = self._run_tasks(entry, tasks, outcomes)
            except SlotDied as death:
                self._drop()
                if entry.cancelled_at is not None:
                    return CANCELLED
                left = [task for task in tasks if task.key not in outcomes]
                if not left:
                    continue
                at = tasks[death.index].key if len(tasks) > 1 and death.index != IDLE else tasks[0].key
                if len(tasks) > 1 and death.index == IDLE:
                    pending.extend((task,) for task in left)
                elif at in blamed and len(tasks) == 1:
                    outcomes[at] = Outcome(at, "lost", (), f"This datum killed the process that ran it: {death}")
                else:
                    blamed.add(at)
                    rest = tuple(task for task in left if task.key != at)
                    if rest:
                        pending.appendleft(rest)
                    pending.extend((task,) for task in left if task.key == at)
                continue
            if entry.cancelled_at is not None:
                return CANCELLED
            if error is not None:
                return error
        return None

    def _run_tasks(self, entry: _Entry, tasks: tuple[DatumTask, ...], outcomes: dict[str, Outcome]) -> str | None:
        slot = self._ready_slot()
        self._executor.begin(entry, slot)
        error: str | None = None

        def tick() -> None:
            if entry.cancelled_at is None:
                return
            # The first request may have come before the slot had the batch.
            slot.cancel()
            if time.monotonic() - entry.cancelled_at > CANCEL_GRACE_S:
                slot.kill()

        if entry.cancelled_at is not None:
            return CANCELLED
        for message in slot.run(entry.batch.transform, tasks, tick):
            if isinstance(message, str):
                error = message
            else:
                outcomes.update((outcome.key, outcome) for outcome in message)
        return error

    def _ready_slot(self) -> SlotProcess:
        if self._slot is None:
            for tries_left in (2, 1, 0):
                try:
                    self._slot = self._executor.start_slot(self._folder, self._index)
                    break
                except SlotDied as death:
                    error = Unavailable(f"A slot process cannot start: {death}", help="See why, and run again.")
                except OSError as failure:
                    error = Unavailable(f"A slot process cannot start: {failure}", help="See why, and run again.")
                if tries_left == 0:
                    self._executor.said_hello(self._index, error)
                    raise error
            assert self._slot is not None
            self._executor.said_hello(self._index, self._slot)
        return self._slot

    def _drop(self) -> None:
        if self._slot is not None:
            self._slot.close(kill=True)
            self._slot = None


def _claim_folder(scratch: Path) -> tuple[Path, int]:
    """Make a locked folder for this executor and remove those whose executor is dead."""
    scratch.mkdir(parents=True, exist_ok=True)
    for old in scratch.glob("run-*"):
        with contextlib.suppress(OSError):
            lock = os.open(old / _LOCK, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(old, ignore_errors=True)
            finally:
                os.close(lock)
    folder = scratch.resolve() / f"run-{uuid.uuid4().hex[:12]}"
    folder.mkdir(mode=0o700)
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock
