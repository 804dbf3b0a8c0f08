"""Batches of datums: what an executor takes, and what comes back."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from tilth.errors import Invalid
from tilth.model.canonical import Json
from tilth.model.digest import Digest
from tilth.storage.content import Content

State = Literal["success", "failed", "recovered", "timeout", "lost"]
"""How a datum ended. `recovered`: it failed and the error command succeeded; `lost`: its process vanished."""

FUNCTION_PATTERN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)


WorkerKey: TypeAlias = tuple[Digest | None, tuple[tuple[str, str], ...], str | None]


@dataclass(frozen=True, slots=True)
class Transform:
    """What runs for every datum of a batch: a command or a Python function.

    Command: `cmd` is an argv, not a shell line. `{pfs}` in an argument and in `working_dir` becomes the folder
    that holds the inputs and `out` (`/pfs` wherever the machine allows it). A relative `working_dir` is below
    the unpacked `code`, or below an empty private folder when there is no code.

    Function: `function` is `module:name`, found in the unpacked `code` first, then among installed modules.

    `code` names a record made by `tilth.execution.code.store_code`. `timeout_s` bounds one run of one datum.
    """

    kind: Literal["cmd", "function"]
    cmd: tuple[str, ...] = ()
    stdin: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    working_dir: str | None = None
    function: str | None = None
    code: Digest | None = None
    err_cmd: tuple[str, ...] = ()
    err_stdin: str = ""
    accept_return_code: tuple[int, ...] = ()
    timeout_s: float | None = None

    def __post_init__(self) -> None:
        if self.kind == "cmd":
            if not self.cmd or not self.cmd[0]:
                raise Invalid("A command transform has no command.", help='Give `cmd`, such as ["python3", "run.py"].')
            if self.function is not None:
                raise Invalid("A transform has both a command and a function.", help="Give one of them.")
        elif self.function is None or not FUNCTION_PATTERN.fullmatch(self.function):
            raise Invalid(
                f"{self.function!r} does not name a function.",
                help="Write `module:name`, such as `steps.clean:clean_one`.",
                function=self.function,
            )
        elif self.cmd or self.err_cmd:
            raise Invalid("A transform has both a function and a command.", help="Give one of them.")
        if self.timeout_s is not None and not (self.timeout_s > 0 and math.isfinite(self.timeout_s)):
            raise Invalid(f"{self.timeout_s!r} is not a timeout.", help="Give seconds above zero.")
        if any("=" in name or not name for name in self.env):
            raise Invalid("An environment variable's name is empty or holds '='.", help="Write {NAME: value}.")
        for text in (*self.cmd, *self.err_cmd, *self.env, *self.env.values()):
            if "\0" in text:
                raise Invalid(f"{text!r} holds a NUL character.", help="Remove it from the command or environment.")

    @property
    def worker_key(self) -> WorkerKey:
        """What transforms must have in common for their functions to run in one process."""
        return (self.code, tuple(sorted(self.env.items())), self.working_dir)


@dataclass(frozen=True, slots=True)
class InputFile:
    """One input file: `path` is relative to `/pfs/<input>`."""

    path: str
    content: Content
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class TaskInput:
    """One named input of a datum: files, or a row of a table (a command finds it as `/pfs/<name>/row.json`)."""

    name: str
    files: tuple[InputFile, ...] = ()
    row: Json = None


@dataclass(frozen=True, slots=True)
class DatumTask:
    """One datum to run. `env` holds what only the caller knows (job and datum ids, input commits)."""

    key: str
    identity: Digest
    inputs: tuple[TaskInput, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DatumBatch:
    """Datums for one slot, run one after another. (id, attempt) names the batch; keys are unique within it."""

    id: str
    attempt: int
    transform: Transform
    tasks: tuple[DatumTask, ...]


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One file that a datum wrote: `path` is relative to `/pfs/out`; `mode` is 0o644 or 0o755."""

    path: str
    content: Content
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one datum ended.

    Outputs are sorted by path, durable in the store, and there only on success. `reason` says in words why it
    did not succeed and ends with the last lines of the log. `log` names a BLOB record: the last 1 MB that the
    user's code printed. `exit_code` is negative for a signal, None when nothing was started or for a function.
    `stored` is what of the outputs was not stored before, in bytes as it lies on disk.
    """

    key: str
    state: State
    outputs: tuple[OutputFile, ...] = ()
    reason: str = ""
    log: Digest | None = None
    wall_s: float = 0.0
    cpu_s: float = 0.0
    exit_code: int | None = None
    stored: int = 0

    def __post_init__(self) -> None:
        if not self.reason.isascii():
            # The words of user code may hold half a character, which no database takes.
            object.__setattr__(self, "reason", self.reason.encode("utf-8", "replace").decode())


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The end of a batch. With an `error` (cancelled, no slot could start) some datums have no outcome."""

    id: str
    attempt: int
    outcomes: tuple[Outcome, ...]
    error: str | None = None
