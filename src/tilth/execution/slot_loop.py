"""What a slot does with the batches it is sent."""

from __future__ import annotations

import contextlib
import os
import pickle
import shutil
import time
import traceback
from collections import OrderedDict
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from tilth.errors import TilthError
from tilth.execution import linux
from tilth.execution.batch import Outcome, Transform
from tilth.execution.channel import Channel, Closed
from tilth.execution.code import unpack_code
from tilth.execution.command import CommandRunner
from tilth.execution.executor import CANCELLED
from tilth.execution.private_pfs import PrivatePfs, protect_folder
from tilth.execution.process_tree import kill_children
from tilth.execution.progress_page import IDLE, ProgressPage
from tilth.execution.warm_workers import WarmWorkers, tasks_of
from tilth.execution.worker import REPORT_EVERY_S
from tilth.model.digest import Digest
from tilth.storage.sessions import one_act
from tilth.storage.store import Store

MARK = "TILTH_SLOT"
"""Variable that tells every process which slot it was started by."""
PAGE = "progress"
"""File in the slot's folder that tells which datum runs."""
_PARENT_LOOK_S = 5.0
_CODES_KEPT = 16


class _Cancelled(Exception):
    """The batch that runs is no longer wanted."""


class SlotLoop:
    """Runs one batch at a time and reports every outcome once its outputs are durable.

    Messages in: ("batch", number, transform, count, pickled tasks), ("cancel", number). Messages out:
    ("outcomes", number, pickled list), any number of times, then ("done", number, error or None).
    """

    def __init__(self, channel: Channel, folder: str, pfs: PrivatePfs, opening: bytes, mark: str) -> None:
        self._channel = channel
        self._folder = folder
        self._pfs = pfs
        self._opening = opening
        self._page = ProgressPage(os.path.join(folder, PAGE))
        self._number = -1
        self._parent = os.getppid()
        self._stack = ExitStack()
        self._opened: Store | None = None
        self._runner: CommandRunner | None = None
        self._codes: OrderedDict[Digest, str] = OrderedDict()
        # Settings of Tilth itself (addresses, tokens) are not for user code.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TILTH_")}
        self._environment = {**inherited, MARK: mark}
        self._workers = WarmWorkers(
            self._store,
            folder,
            self._environment,
            opening,
            attend=self._attend,
            control_fd=channel.fileno(),
        )

    def serve(self) -> None:
        """Run batches until the executor closes the channel or dies; leave no process behind."""
        gone = False
        try:
            while not gone:
                gone = not self._serve_one()
        except Closed:
            gone = True
            self._workers.close(kill=True)
        finally:
            self._workers.close(kill=not gone)
            kill_children()
            self._stack.close()

    def _serve_one(self) -> bool:
        while not self._channel.ready(_PARENT_LOOK_S):
            if os.getppid() != self._parent:
                return False
        try:
            message = self._channel.receive()
        except Closed:
            return False
        if message[0] == "batch":
            _, self._number, transform, count, payload = message
            error = self._run(transform, count, payload)
            self._channel.send("done", self._number, error)
            self._number = -1
        return True

    def _run(self, transform: Transform, count: int, payload: bytes) -> str | None:
        try:
            with one_act():
                self._run_transform(transform, count, payload)
        except _Cancelled:
            if transform.kind == "function":
                self._workers.stop_running()
            return CANCELLED
        except TilthError as error:
            return str(error)
        except Closed:
            raise
        except Exception:  # noqa: BLE001 one batch must not end the slot
            return f"The slot failed.\n{traceback.format_exc()[-4000:]}"
        return None

    def _run_transform(self, transform: Transform, count: int, payload: bytes) -> None:
        code = self._code_folder(transform.code) if transform.code is not None else None
        if transform.kind == "function":
            self._workers.run(transform, payload, count, code, self._report)
            kill_children(spare=self._workers.pids())  # what functions left behind
        else:
            self._run_commands(transform, payload, code)

    def _run_commands(self, transform: Transform, payload: bytes, code: str | None) -> None:
        store = self._store()
        if self._runner is None:
            self._runner = CommandRunner(
                store,
                self._folder,
                self._pfs,
                self._environment,
                attend=self._attend,
                control_fd=self._channel.fileno(),
                spare=self._workers.pids,
            )
            self._stack.callback(self._runner.close)
        done: list[Outcome] = []
        reported = time.monotonic()
        try:
            for index, task in enumerate(tasks_of(payload)):
                self._page.set(index, time.monotonic())
                done.append(self._runner.run(transform, task, code))
                if time.monotonic() - reported >= REPORT_EVERY_S:
                    ready, done = done, []
                    store.flush()
                    self._report(pickle.dumps(ready, protocol=5))
                    reported = time.monotonic()
        finally:
            self._page.set(IDLE, 0.0)
            # Also when cancelled: what is finished is not done twice.
            if done:
                store.flush()
                self._report(pickle.dumps(done, protocol=5))

    def _report(self, outcomes: bytes) -> None:
        self._channel.send("outcomes", self._number, outcomes)

    def _attend(self) -> None:
        """Look whether the executor wants something else. Raises _Cancelled, Closed."""
        while self._channel.ready():
            message = self._channel.receive()
            if message[0] == "cancel" and message[1] == self._number:
                raise _Cancelled
        if os.getppid() != self._parent:
            raise Closed

    def _store(self) -> Store:
        if self._opened is None:
            opening: AbstractContextManager[Store] = pickle.loads(self._opening)()
            self._opened = self._stack.enter_context(opening)
        return self._opened

    def _code_folder(self, code: Digest) -> str:
        folder = self._codes.get(code)
        if folder is None:
            folder = os.path.join(self._folder, "code", code.hex()[:32])
            unpack_code(self._store().get(code), Path(folder))
            if self._pfs.kind == "namespace":
                protect_folder(folder)
            self._codes[code] = folder
            for oldest in list(self._codes)[:-_CODES_KEPT]:
                self._forget(oldest)
        self._codes.move_to_end(code)
        return folder

    def _forget(self, code: Digest) -> None:
        folder = self._codes[code]
        if self._pfs.kind == "namespace":
            with contextlib.suppress(OSError):  # not mounted where the machine could not protect it
                linux.unmount(folder)
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            del self._codes[code]
