"""What a Python function gets: one datum, its inputs as streams, and a place to write."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from tilth.errors import Failed, NotFound
from tilth.execution.batch import DatumTask, InputFile, OutputFile, TaskInput
from tilth.execution.outputs import collect_outputs
from tilth.model.canonical import Json
from tilth.model.names import check_path
from tilth.storage.content import Content, open_content, read_content, write_content
from tilth.storage.store import Store

PARAMETERS = "TILTH_PARAMETERS"
"""The environment variable that holds the pipeline's parameters as one JSON object."""
Writable: TypeAlias = bytes | bytearray | memoryview | str | BinaryIO


class File:
    """One input file. Nothing is read before it is asked for."""

    __slots__ = ("_content", "_stage", "_store", "path")

    def __init__(self, store: Store, file: InputFile, stage: Stage, name: str) -> None:
        self.path = file.path
        self._content = file.content
        self._store = store
        self._stage = (stage, name)

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self._content.size

    @property
    def digest(self) -> bytes:
        """BLAKE3 digest that names the content: equal digests, equal bytes."""
        return self._content.digest

    def open(self) -> BinaryIO:
        """Open as a seekable binary stream that reads from the store as it goes."""
        return open_content(self._store, self._content)

    def read_bytes(self) -> bytes:
        """Return the whole content."""
        return b"".join(read_content(self._store, self._content))

    def read_text(self, encoding: str = "utf-8") -> str:
        """Return the whole content as text."""
        return self.read_bytes().decode(encoding)

    def local_path(self) -> Path:
        """Copy the file to this machine and return where, for libraries that want a file name.

        The copy lives until the function returns.
        """
        stage, name = self._stage
        target = stage.folder("in") / name / check_path(self.path)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                file.writelines(read_content(self._store, self._content))
        return target

    def __repr__(self) -> str:
        return f"File({self.path!r}, {self.size} bytes)"


class Input:
    """One named input of the datum: its files, or the row of a table."""

    __slots__ = ("files", "name", "row")

    def __init__(self, store: Store, source: TaskInput, stage: Stage) -> None:
        self.name = source.name
        self.files = [File(store, file, stage, source.name) for file in source.files]
        self.row: Json = source.row

    @property
    def file(self) -> File:
        """The only file of this input. Raises NotFound where there is none or more than one."""
        if len(self.files) != 1:
            raise NotFound(f"Input {self.name!r} has {len(self.files)} files, not one.", help="Use `.files`.")
        return self.files[0]

    def __repr__(self) -> str:
        return f"Input({self.name!r}, {len(self.files)} files)"


class Stage:
    """A folder of this machine for one datum at a time, made only when it is used."""

    __slots__ = ("_root", "_used")

    def __init__(self, root: str) -> None:
        self._root = root
        self._used = False

    def folder(self, name: str) -> Path:
        """Return an existing folder `name`."""
        self._used = True
        path = Path(self._root, name)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def existing(self, name: str) -> str | None:
        """Return the folder `name` if it was made."""
        path = os.path.join(self._root, name)
        return path if self._used and os.path.lexists(path) else None

    @property
    def root(self) -> str:
        """Where the folders are."""
        return self._root

    def clear(self) -> None:
        """Remove everything."""
        if self._used:
            shutil.rmtree(self._root, ignore_errors=True)
            self._used = False


class Datum:
    """What a pipeline function is called with.

    `key` names the datum within its job, `inputs` maps input names to Input, `env` holds what the command
    contract puts into the environment (job and datum ids, input commits, TILTH_IDEMPOTENCY_KEY). Results are
    written with `write`, into the folder `out`, or returned as a mapping of path to bytes or text.
    """

    __slots__ = ("_outputs", "_stage", "_store", "env", "inputs", "key")

    def __init__(self, store: Store, task: DatumTask, stage: Stage) -> None:
        self.key = task.key
        self.env: Mapping[str, str] = {"TILTH_IDEMPOTENCY_KEY": task.identity.hex(), **task.env}
        self.inputs = {source.name: Input(store, source, stage) for source in task.inputs}
        self._store = store
        self._stage = stage
        self._outputs: dict[str, Content] = {}

    @property
    def idempotency_key(self) -> str:
        """Equal for every run of the same work: give it to services that must not act twice."""
        return self.env["TILTH_IDEMPOTENCY_KEY"]

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the spec gives under `parameters`."""
        found: Mapping[str, Any] = json.loads(self.env.get(PARAMETERS) or os.environ.get(PARAMETERS) or "{}")
        return found

    @property
    def out(self) -> Path:
        """A folder of this machine; every file in it becomes an output when the function returns."""
        return self._stage.folder("out")

    def write(self, path: str, data: Writable) -> None:
        """Store `data` (bytes, text as UTF-8, or a binary stream) as the output file `path`; the last write wins.

        Raises Invalid for a bad path.
        """
        clean = check_path(path)
        if isinstance(data, str):
            data = data.encode()
        if isinstance(data, (bytearray, memoryview)):
            data = bytes(data)
        if not isinstance(data, bytes) and not hasattr(data, "read"):
            raise Failed(
                f"Output {clean!r} is a {type(data).__name__}.", help="Write bytes, text or an open binary file."
            )
        self._outputs[clean] = write_content(self._store, data)

    def finish(self, returned: object) -> tuple[OutputFile, ...]:
        """Take the function's return value and the files in `out`; return all outputs sorted by path."""
        if isinstance(returned, Mapping):
            for path, data in returned.items():
                self.write(path, data)
        elif returned is not None:
            raise Failed(
                f"The function returned a {type(returned).__name__}.",
                help="Return None, or a mapping of path to bytes or text.",
            )
        found = {path: OutputFile(path, content) for path, content in self._outputs.items()}
        folder = self._stage.existing("out")
        if folder is not None:
            root = self._stage.root
            for file in collect_outputs(self._store, folder, roots=(root,), placed={}, between=_go_on):
                found[file.path] = file
        return tuple(found[path] for path in sorted(found))


def _go_on() -> None:
    """Nothing interrupts a function but the end of its process."""
