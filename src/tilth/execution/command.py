"""One datum run by a command."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import stat
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tilth.errors import TilthError, Unavailable
from tilth.execution.batch import DatumTask, Outcome, OutputFile, State, Transform
from tilth.execution.inputs import OUT, Placed, input_paths, place_inputs
from tilth.execution.log import Log, reason_with, store_log
from tilth.execution.outputs import collect_outputs
from tilth.execution.private_pfs import PrivatePfs
from tilth.execution.process_tree import HAS_PROC, ChildWatch, cpu_seconds, kill_children, kill_group
from tilth.storage.sessions import take_stored
from tilth.storage.store import Store

LOOK_S = 0.25
"""How often a running command's log is cut down."""
_MACHINE_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE})
_RESET = [number for number in (signal.SIGPIPE, getattr(signal, "SIGXFSZ", None)) if number is not None]


@dataclass(frozen=True, slots=True)
class _Ending:
    """How one process ended. `problem` is empty when it did what it should."""

    problem: str
    exit_code: int | None
    timed_out: bool
    cpu_s: float


class CommandRunner:
    """Runs commands for the datums of one slot, one at a time.

    `attend` is called between files, and while a command runs when `control_fd` is ready or some time has passed; it
    raises to stop everything (cancelled, or the executor is gone). `spare` tells the slot's warm workers, which are
    never killed here.
    """

    def __init__(
        self,
        store: Store,
        folder: str,
        pfs: PrivatePfs,
        environment: Mapping[str, str],
        *,
        attend: Callable[[], None],
        control_fd: int,
        spare: Callable[[], frozenset[int]],
    ) -> None:
        self._store = store
        self._pfs = pfs
        self._attend = attend
        self._control_fd = control_fd
        self._spare = spare
        self._work = os.path.join(folder, "work")
        self._temporary = os.path.join(folder, "tmp")
        self._stdin = os.path.join(folder, "stdin")
        self._trash = os.path.join(folder, "trash")
        for path in (self._work, self._temporary, self._trash):
            os.makedirs(path, exist_ok=True)
        self._log = Log(os.path.join(folder, "log"))
        self._environment = {**environment, "PFS": pfs.seen, "TMPDIR": self._temporary}
        self._found: dict[tuple[str, str], str] = {}

    def run(self, transform: Transform, task: DatumTask, code: str | None) -> Outcome:
        """Run one datum and return its outcome; outputs are put but not flushed.

        `code` is the folder of the unpacked snapshot. Leaves no process and no file. Raises Unavailable where the
        machine (disk full, no descriptors) and not the datum is at fault, and what `attend` raises.
        """
        start = time.perf_counter()
        ending = _Ending("", None, False, 0.0)
        outputs: tuple[OutputFile, ...] = ()
        recovered = False
        take_stored()  # of nobody
        try:
            self._make_out(task)
            environment = self._environment_of(transform, task, code)
            problem = ""
            try:
                placed = place_inputs(self._store, task.inputs, self._pfs.folder, between=self._attend)
            except (TilthError, OSError) as error:
                problem = _as_problem(error, "The inputs cannot be placed")
            if not problem:
                ending = self._spawn(transform, transform.cmd, transform.stdin, environment, code)
                problem = ending.problem
                if not problem:
                    outputs, problem = self._collect(placed)
            if problem and transform.err_cmd:
                again = self._spawn(transform, transform.err_cmd, transform.err_stdin, environment, code)
                ending = replace(ending, cpu_s=ending.cpu_s + again.cpu_s)
                recovered = not again.problem
                if again.problem:
                    problem = f"{problem} The error command failed too: {again.problem}"
            log = self._log.take()
        finally:
            self._tidy()
        wall_s = time.perf_counter() - start
        stored = take_stored()
        if problem:
            state: State = "recovered" if recovered else "timeout" if ending.timed_out else "failed"
            reason = reason_with(problem, log)
            return Outcome(
                task.key, state, (), reason, store_log(self._store, log), wall_s, ending.cpu_s, ending.exit_code, stored
            )
        kept = store_log(self._store, log)
        return Outcome(task.key, "success", outputs, "", kept, wall_s, ending.cpu_s, ending.exit_code, stored)

    def close(self) -> None:
        """Kill what runs and release the log."""
        self._kill_rest()
        self._log.close()

    def _environment_of(self, transform: Transform, task: DatumTask, code: str | None) -> dict[str, str]:
        environment = {**self._environment, **input_paths(task.inputs, self._pfs.seen), **transform.env, **task.env}
        environment.setdefault("TILTH_IDEMPOTENCY_KEY", task.identity.hex())
        if code is not None:
            environment["TILTH_CODE"] = code
        return environment

    def _collect(self, placed: Mapping[str, Placed]) -> tuple[tuple[OutputFile, ...], str]:
        try:
            folder = os.path.join(self._pfs.folder, OUT)
            roots = (self._pfs.folder, self._pfs.seen)
            outputs = collect_outputs(self._store, folder, roots=roots, placed=placed, between=self._attend)
        except (TilthError, OSError) as error:
            return (), _as_problem(error, "The outputs cannot be stored")
        return outputs, ""

    def _spawn(
        self, transform: Transform, argv: tuple[str, ...], stdin: str, environment: dict[str, str], code: str | None
    ) -> _Ending:
        argv = tuple(part.replace("{pfs}", self._pfs.seen) for part in argv)
        try:
            os.chdir(self._folder_of(transform, code))
            program = self._find(argv[0], environment)
            actions: list[tuple[int, int, int] | tuple[int, int, str, int, int]] = [
                (os.POSIX_SPAWN_OPEN, 0, self._stdin_path(stdin), os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, self._log.fd, 1),
                (os.POSIX_SPAWN_DUP2, self._log.fd, 2),
            ]
            # posix_spawn and not fork: a fork of this process costs five times as much. setsid gives the command its
            # own group; the reset undoes the signals that Python ignores.
            pid = os.posix_spawn(program, argv, environment, file_actions=actions, setsid=True, setsigdef=_RESET)
        except OSError as error:
            if error.errno in _MACHINE_ERRORS:
                raise Unavailable(f"A command cannot be started: {error.strerror}.") from error
            return _Ending(_start_problem(argv[0], error), None, False, 0.0)
        return self._wait(pid, argv, transform)

    def _wait(self, pid: int, argv: tuple[str, ...], transform: Transform) -> _Ending:
        deadline = None if transform.timeout_s is None else time.monotonic() + transform.timeout_s
        cpu_s = 0.0
        timed_out = False
        watch = ChildWatch(pid, (self._control_fd,))
        try:
            while watch.status is None:
                now = time.monotonic()
                if deadline is not None and now >= deadline:
                    timed_out = True
                    break
                rest = LOOK_S if deadline is None else min(LOOK_S, deadline - now)
                watch.wait(rest)
                self._attend()
                if watch.status is None:
                    self._log.trim()
        finally:
            watch.close()
            if watch.status is None or not HAS_PROC:
                kill_group(pid)
            cpu_s += self._kill_rest()
        if timed_out:
            return _Ending(f"{_show(argv)} took longer than {transform.timeout_s:g} s.", None, True, cpu_s)
        assert watch.status is not None
        if watch.usage is not None:
            cpu_s += cpu_seconds(watch.usage)
        accepted = watch.status == 0 or watch.status in transform.accept_return_code
        return _Ending("" if accepted else _exit_problem(argv, watch.status), watch.status, False, cpu_s)

    def _folder_of(self, transform: Transform, code: str | None) -> str:
        base = code or self._work
        if transform.working_dir is None:
            return base
        return os.path.join(base, transform.working_dir.replace("{pfs}", self._pfs.seen))

    def _find(self, name: str, environment: Mapping[str, str]) -> str:
        if "/" in name:
            return name
        search = environment.get("PATH", os.defpath)
        found = self._found.get((name, search)) or shutil.which(name, path=search)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "not found", name)
        self._found[name, search] = found
        return found

    def _stdin_path(self, text: str) -> str:
        if not text:
            return os.devnull
        with open(self._stdin, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return self._stdin

    def _kill_rest(self) -> float:
        return kill_children(spare=self._spare())

    def _make_out(self, task: DatumTask) -> None:
        """Make `out`, and remove the empty input folders of the datum before that this one does not have."""
        wanted = {OUT, *(source.name for source in task.inputs)}
        for entry in os.scandir(self._pfs.folder):
            if entry.name not in wanted:
                os.rmdir(entry.path)
        with contextlib.suppress(FileExistsError):
            os.mkdir(os.path.join(self._pfs.folder, OUT))

    def _tidy(self) -> None:
        """Leave empty folders only. Those of the inputs and `out` stay: the next datum most often has the same."""
        os.chdir("/")  # not in a folder that is about to go
        for folder in (self._work, self._temporary):
            self._empty(folder)
        for entry in os.scandir(self._pfs.folder):
            found = entry.stat(follow_symlinks=False)
            if stat.S_IMODE(found.st_mode) == 0o755 and stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
                self._empty(entry.path)
            else:
                self._remove(entry.path)

    def _empty(self, folder: str) -> None:
        try:
            entries = list(os.scandir(folder))
        except OSError:
            self._remove(folder)
            os.makedirs(folder, exist_ok=True)
            return
        for entry in entries:
            self._remove(entry.path)

    def _remove(self, path: str) -> None:
        """Remove a file or folder, also one that user code made unreadable; put it aside if even that fails."""
        try:
            if stat.S_ISDIR(os.lstat(path).st_mode):
                shutil.rmtree(path)
            else:
                os.unlink(path)
            return
        except OSError:
            pass
        for here, _, _ in os.walk(path, onerror=None):
            with contextlib.suppress(OSError):
                os.chmod(here, 0o700)
        shutil.rmtree(path, ignore_errors=True)
        if os.path.lexists(path):
            os.rename(path, os.path.join(self._trash, f"{time.monotonic_ns()}"))


def _as_problem(error: TilthError | OSError, what: str) -> str:
    """Turn an error that this datum caused into words; raise Unavailable if the machine caused it."""
    if isinstance(error, Unavailable):
        raise error
    if isinstance(error, TilthError):
        return f"{error.message} {error.help}".rstrip()
    if error.errno in _MACHINE_ERRORS:
        raise Unavailable(f"{what}: {error.strerror}.", help="Free some space and run again.") from error
    return f"{what}: {error.strerror} ({error.filename!r})."


def _start_problem(name: str, error: OSError) -> str:
    if error.errno == errno.ENOENT:
        if error.filename == name and "/" not in name:
            return f"Command not found: {name!r} is not on the PATH."
        return f"Command {name!r} cannot be started: it, its interpreter or its working folder does not exist."
    if error.errno == errno.ENOEXEC:
        return f"Command {name!r} cannot be started: it is no program and has no #! line."
    return f"Command {name!r} cannot be started: {error.strerror}."


def _exit_problem(argv: tuple[str, ...], status: int) -> str:
    if status >= 0:
        return f"{_show(argv)} ended with exit code {status}."
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    more = " (often: out of memory)" if -status == signal.SIGKILL else ""
    return f"{_show(argv)} was killed by {name}{more}."


def _show(argv: tuple[str, ...]) -> str:
    text = " ".join(argv)
    text = text if len(text) <= 80 else text[:77] + "..."
    return f"Command {text!r}"
