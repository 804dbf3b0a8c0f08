"""Worker processes that stay warm inside a slot: one per code snapshot, environment and folder.

The functions of one snapshot share a process, as the modules of one program do: what they import is imported once.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from tilth.errors import Unavailable
from tilth.execution import linux
from tilth.execution.batch import DatumTask, Outcome, State, Transform, WorkerKey
from tilth.execution.channel import Channel, Closed
from tilth.execution.log import Log, reason_with, store_log
from tilth.execution.process_tree import ChildWatch, kill_children, kill_trees
from tilth.execution.progress_page import IDLE, ProgressPage
from tilth.storage.store import Store

KEPT_WARM = 8
"""Workers that a slot keeps: a chain of pipelines that differ in parameters finds each of its own again."""
KEPT_WARM_SHORT = 2
"""As many while memory is short."""
LEAST_FREE = 0.25
"""Memory is short when less than this part of it is free."""
LOOK_S = 0.25
GRACE_S = 5.0

Report: TypeAlias = Callable[[bytes], None]
"""Takes pickled lists of outcomes that are durable."""


class _Worker:
    """The slot's end of one worker process."""

    def __init__(
        self,
        key: WorkerKey,
        folder: str,
        code: str | None,
        *,
        working_dir: str,
        environment: Mapping[str, str],
        opening: bytes,
    ) -> None:
        self.key = key
        self.folder = folder
        self.log = Log(os.path.join(folder, "log"))
        self.page = ProgressPage(os.path.join(folder, "progress"))
        self.page.set(IDLE, 0.0)
        self.channel, theirs = Channel.pair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "tilth.execution.worker", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=self.log.fd,
                stderr=self.log.fd,
                pass_fds=(theirs.fileno(),),
                cwd=working_dir,
                env=dict(environment),
                start_new_session=True,
            )
        self.pid = self._process.pid
        self.loaded = ""
        self.status: int | None = None
        with contextlib.suppress(Closed):
            self.channel.send("open", sys.path, folder, code, opening)

    def alive(self) -> bool:
        """Tell whether the process runs."""
        return self._process.poll() is None

    def messages(
        self, look: Callable[[], float | None], attend: Callable[[], None], control_fd: int
    ) -> Iterator[tuple[Any, ...]]:
        """Yield what the worker sends; end when it is dead, or when `look`, the seconds left, falls to zero."""
        watch = ChildWatch(self.pid, (self.channel.fileno(), control_fd))
        try:
            while True:
                left = look()
                ended = watch.status is not None or (left is not None and left <= 0)
                if not ended:
                    watch.wait(LOOK_S if left is None else min(LOOK_S, left))
                    attend()
                # What it said before its end still counts.
                while self.channel.ready():
                    try:
                        message = self.channel.receive()
                    except Closed:
                        watch.wait_end(GRACE_S)
                        ended = True
                        break
                    yield message
                if ended:
                    self.status = watch.status
                    return
                self.log.trim()
        finally:
            watch.close()

    def close(self, *, kill: bool) -> None:
        """End the process and all below it: let it seal its pack within a grace time, or kill it at once."""
        self.channel.close()
        if not kill:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_S)
        kill_trees([self.pid])
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_S)
        self.page.close()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class _Ended(Exception):
    """A worker is gone, by itself or because its datum took too long."""

    def __init__(self, index: int, *, timed_out: bool, status: int | None) -> None:
        super().__init__()
        self.index = index
        self.timed_out = timed_out
        self.status = status


class _Broken(Exception):
    """The function cannot be loaded."""

    def __init__(self, reason: str, log: bytes) -> None:
        super().__init__(reason)
        self.log = log


class _DiedLoading(_Broken):
    """The process ended while it loaded the function, by itself or killed from outside."""


class WarmWorkers:
    """Runs batches of functions for one slot in its most recently used workers.

    `attend` is called when `control_fd` is ready and raises to stop everything.
    """

    def __init__(
        self,
        store: Callable[[], Store],
        folder: str,
        environment: Mapping[str, str],
        opening: bytes,
        *,
        attend: Callable[[], None],
        control_fd: int,
    ) -> None:
        self._store = store
        self._folder = folder
        self._environment = environment
        self._opening = opening
        self._attend = attend
        self._control_fd = control_fd
        self._workers: OrderedDict[WorkerKey, _Worker] = OrderedDict()
        self._made = 0

    def pids(self) -> frozenset[int]:
        """Return the processes that belong to no single datum."""
        return frozenset(worker.pid for worker in self._workers.values())

    def run(self, transform: Transform, payload: bytes, count: int, code: str | None, report: Report) -> None:
        """Run all datums of `payload`, a pickled sequence of `count` tasks, and report every outcome once.

        A datum whose worker dies is run again alone, in a fresh worker: if that dies too it is lost, else its
        neighbour was at fault. A datum that takes too long loses its worker; the others go on in a new one.
        Raises Unavailable when the store cannot take outputs.
        """
        waiting: Sequence[int] = range(count)
        suspects: list[int] = []
        idle_deaths = 0
        while waiting or suspects:
            alone = not waiting
            order = [suspects.pop(0)] if alone else waiting
            done = 0
            whole = len(order) == count and not alone
            try:
                worker = self._worker_for(transform, code)
                try:
                    for finished, outcomes in self._drive(worker, transform, payload, None if whole else order, count):
                        done += finished
                        report(outcomes)
                except _Ended as end:
                    log = worker.log.take()
                    self._drop(worker)
                    left = list(order[done:])
                    index = end.index
                    if index == IDLE and left:
                        # It died before it began, perhaps killed from outside; but not for ever.
                        idle_deaths += 1
                        index = left[0] if idle_deaths > 2 else IDLE
                    if index in left:
                        left.remove(index)
                        if end.timed_out:
                            reason = f"The function took longer than {transform.timeout_s:g} s."
                            report(self._ended(tasks_of(payload)[index], "timeout", reason, log))
                        elif alone:
                            report(self._ended(tasks_of(payload)[index], "lost", _death(end.status), log))
                        else:
                            suspects.append(index)
                    if alone and left:
                        suspects.insert(0, left.pop())
                    waiting = left
                    continue
            except _Broken as broken:
                if isinstance(broken, _DiedLoading) and idle_deaths < 2:
                    idle_deaths += 1
                    suspects = [*order, *suspects] if alone else suspects
                    continue
                tasks = tasks_of(payload)
                for index in (*order, *suspects):
                    report(self._ended(tasks[index], "failed", str(broken), broken.log))
                return
            waiting = ()

    def close(self, *, kill: bool) -> None:
        """End all workers."""
        while self._workers:
            self._workers.popitem()[1].close(kill=kill)

    def stop_running(self) -> None:
        """Kill the worker that was used last; for a batch that is cancelled while it runs."""
        if self._workers:
            self._workers.popitem()[1].close(kill=True)
        kill_children(spare=self.pids())

    def _worker_for(self, transform: Transform, code: str | None) -> _Worker:
        assert transform.function is not None
        key = transform.worker_key
        worker = self._workers.get(key)
        if worker is not None and not worker.alive():
            self._drop(worker)
            worker = None
        if worker is None:
            keep = KEPT_WARM if linux.free_memory() >= LEAST_FREE else KEPT_WARM_SHORT
            while len(self._workers) >= keep:
                self._workers.popitem(last=False)[1].close(kill=False)
            worker = self._start(key, transform, code)
        self._workers.move_to_end(key)
        if worker.loaded != transform.function:
            self._load(worker, transform.function)
        return worker

    def _start(self, key: WorkerKey, transform: Transform, code: str | None) -> _Worker:
        self._made += 1
        folder = os.path.join(self._folder, f"worker-{self._made}")
        base = code or os.path.join(folder, "work")
        os.makedirs(os.path.join(folder, "work"))
        working_dir = os.path.join(base, transform.working_dir) if transform.working_dir else base
        try:
            worker = _Worker(
                key,
                folder,
                code,
                working_dir=working_dir,
                environment={**self._environment, **transform.env},
                opening=self._opening,
            )
        except (FileNotFoundError, NotADirectoryError):
            raise _Broken(f"The working folder {transform.working_dir!r} does not exist.", b"") from None
        except OSError as error:
            raise Unavailable(f"A worker cannot be started: {error.strerror}.") from error
        self._workers[key] = worker
        return worker

    def _load(self, worker: _Worker, function: str) -> None:
        with contextlib.suppress(Closed):
            worker.channel.send("load", function)
        for message in worker.messages(_no_limit, self._attend, self._control_fd):
            if message[0] == "ready":
                worker.loaded = function
                return
            if message[0] == "stopped":
                self._drop(worker)
                raise Unavailable(message[1])
            if message[0] == "broken":
                log = worker.log.take()
                self._drop(worker)
                raise _Broken(message[1], log)
        log = worker.log.take()
        self._drop(worker)
        raise _DiedLoading(f"The process died while it loaded {function}. {_death(worker.status)}", log)

    def _drive(
        self, worker: _Worker, transform: Transform, payload: bytes, order: Sequence[int] | None, count: int
    ) -> Iterator[tuple[int, bytes]]:
        """Send the datums and yield (number, outcomes) as they finish, in order. Raises _Ended, Unavailable."""
        worker.page.set(IDLE, 0.0)
        overdue: list[int] = []

        def look() -> float | None:
            if transform.timeout_s is None:
                return None
            index, begun = worker.page.get()
            if index == IDLE:
                return None
            rest = begun + transform.timeout_s - time.monotonic()
            if rest <= 0:
                overdue.append(index)
            return rest

        with contextlib.suppress(Closed):
            worker.channel.send("run", order, payload)
        for message in worker.messages(look, self._attend, self._control_fd):
            if message[0] == "stopped":
                raise Unavailable(message[1])
            yield message[1], message[2]
            if message[0] == "done":
                return
        raise _Ended(overdue[0] if overdue else worker.page.get()[0], timed_out=bool(overdue), status=worker.status)

    def _ended(self, task: DatumTask, state: State, reason: str, log: bytes) -> bytes:
        """Return, ready to report, the outcome of a datum that cannot speak for itself."""
        store = self._store()
        outcome = Outcome(task.key, state, (), reason_with(reason, log), store_log(store, log))
        store.flush()
        return pickle.dumps([outcome], protocol=5)

    def _drop(self, worker: _Worker) -> None:
        self._workers.pop(worker.key, None)
        worker.close(kill=True)
        kill_children(spare=self.pids())


def tasks_of(payload: bytes) -> Sequence[DatumTask]:
    """Unpickle the datums of a batch."""
    tasks: Sequence[DatumTask] = pickle.loads(payload)
    return tasks


def _no_limit() -> None:
    """Loading a module may take as long as it likes; only a cancel ends it."""


def _death(status: int | None) -> str:
    if status is None:
        return "The process of this datum vanished."
    if status >= 0:
        return f"The function ended its process with exit code {status}; return instead."
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    more = " (often: out of memory)" if -status == signal.SIGKILL else ""
    return f"The process of this datum was killed by {name}{more}."
