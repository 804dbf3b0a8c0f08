"""A worker process: the Python functions of one code snapshot, loaded once, called for many datums.

    python -m tilth.execution.worker FD

Its slot speaks with it over the socket FD. It prints into the log file that it was started with.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from types import TracebackType
from typing import Any

from tilth.errors import TilthError, Unavailable
from tilth.execution import linux
from tilth.execution.batch import DatumTask, Outcome, OutputFile
from tilth.execution.channel import Channel, Closed
from tilth.execution.datum import Datum, Stage
from tilth.execution.log import Log, store_log
from tilth.execution.progress_page import IDLE, ProgressPage
from tilth.storage.sessions import one_act, take_stored
from tilth.storage.store import Store

REPORT_EVERY_S = 1.0
"""A worker makes finished datums durable and reports them at least this often."""

Function = Callable[[Datum], object]


class Worker:
    """Runs datums by functions of one snapshot and reports outcomes in groups, each after its outputs are durable."""

    def __init__(self, channel: Channel, store: Store, folder: str) -> None:
        self._channel = channel
        self._store = store
        self._function: Function = _no_function
        self._stage = Stage(os.path.join(folder, "stage"))
        self._log = Log(os.path.join(folder, "log"))
        self._page = ProgressPage(os.path.join(folder, "progress"))

    def serve(self) -> None:
        """Run what the slot sends until it closes the channel."""
        while True:
            name, *rest = self._channel.receive()
            if name == "load":
                self._load(*rest)
                continue
            indexes, payload = rest
            try:
                with one_act():
                    self._run(indexes, pickle.loads(payload))
            except (Unavailable, OSError) as error:
                self._stage.clear()
                self._channel.send("stopped", str(error))

    def _load(self, function_name: str) -> None:
        try:
            self._function = load_function(function_name)
        except (Exception, SystemExit) as error:  # noqa: BLE001 the user's module may raise anything
            self._channel.send("broken", f"Function {function_name} cannot be loaded.\n{_load_reason(error)}")
            return
        self._channel.send("ready")

    def _run(self, indexes: Sequence[int] | None, tasks: Sequence[DatumTask]) -> None:
        order = range(len(tasks)) if indexes is None else indexes
        done: list[Outcome] = []
        reported = time.monotonic()
        for index in order:
            now = time.monotonic()
            if now - reported >= REPORT_EVERY_S and done:
                self._report("part", done)
                done = []
                reported = now = time.monotonic()
            self._page.set(index, now)
            done.append(self._run_one(tasks[index]))
        self._page.set(IDLE, 0.0)
        self._report("done", done)

    def _report(self, name: str, done: list[Outcome]) -> None:
        self._store.flush()
        self._channel.send(name, len(done), pickle.dumps(done, protocol=5))

    def _run_one(self, task: DatumTask) -> Outcome:
        wall, cpu, below = time.perf_counter(), time.process_time(), _cpu_below()
        reason = ""
        outputs: tuple[OutputFile, ...] = ()
        take_stored()  # of nobody
        try:
            datum = Datum(self._store, task, self._stage)
            outputs = datum.finish(self._function(datum))
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 the user's code may raise anything
            reason = _reason_of(error)
        finally:
            self._stage.clear()
        stored = take_stored()
        _flush_streams()
        log = self._log.take()
        wall_s = time.perf_counter() - wall
        cpu_s = time.process_time() - cpu + _cpu_below() - below
        if reason:
            # The traceback ends the log; what was printed before it stays in the log and out of the reason.
            log = log + (b"" if not log or log.endswith(b"\n") else b"\n") + reason.encode("utf-8", "replace")
            return Outcome(task.key, "failed", (), reason, store_log(self._store, log), wall_s, cpu_s, stored=stored)
        return Outcome(task.key, "success", outputs, "", store_log(self._store, log), wall_s, cpu_s, stored=stored)


def _cpu_below() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _flush_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()


def _reason_of(error: BaseException) -> str:
    """Say what was raised and where, without the frames of this program."""
    if isinstance(error, Unavailable):
        raise error
    if isinstance(error, TilthError) and _is_ours(error.__traceback__):
        return str(error)
    lines = traceback.format_exception(type(error), error, _users_part(error.__traceback__))
    text = "".join(lines).rstrip()
    if isinstance(error, SystemExit):
        text = f"The function ended its process by exit({error.code!r}); return instead.\n{text}"
    return text if len(text) <= 4000 else f"[...]\n{text[-4000:]}"


def _users_part(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def _is_ours(trace: TracebackType | None) -> bool:
    """Tell whether the user's code was not yet, or no longer, on the stack."""
    rest = _users_part(trace)
    return rest is None or rest.tb_frame.f_globals.get("__name__") == "tilth.execution.datum"


def load_function(name: str) -> Function:
    """Import `module:name`. Raises what the import raises; TypeError when it is not callable."""
    module, _, attribute = name.partition(":")
    function: Any = getattr(import_module(module), attribute)
    if not callable(function):
        raise TypeError(f"{name} is a {type(function).__name__}, not a function")
    return function  # type: ignore[no-any-return]


def main() -> None:
    """Serve one slot until it goes."""
    channel = Channel.inherited(int(sys.argv[1]))
    linux.die_with_parent(signal.SIGKILL)
    name, paths, folder, code, opening = channel.receive()
    assert name == "open"
    sys.path[:] = [*([code] if code else []), *paths]
    try:
        opened: AbstractContextManager[Store] = pickle.loads(opening)()
    except (Exception, SystemExit):  # noqa: BLE001 whatever it is, nothing can run here
        channel.send("stopped", f"A worker cannot open the store.\n{traceback.format_exc()[-4000:]}")
        return
    with opened as store, contextlib.suppress(Closed):
        Worker(channel, store, folder).serve()


def _no_function(datum: Datum) -> object:
    raise RuntimeError("No function was loaded.")


def _load_reason(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and (
        trace.tb_frame.f_code.co_filename == __file__ or "importlib" in trace.tb_frame.f_code.co_filename
    ):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace)).rstrip()[-4000:]


if __name__ == "__main__":
    main()
