"""Input files on disk, for commands."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tilth.errors import Invalid
from tilth.execution.batch import InputFile, TaskInput
from tilth.model.canonical import canonical
from tilth.model.names import NAME_PATTERN, check_path
from tilth.storage.content import Content, read_content
from tilth.storage.store import Store

ROW_FILE = "row.json"
OUT = "out"
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Placed:
    """An input file as it was put on disk; it is unchanged while inode, size and change time are the same."""

    content: Content
    mark: tuple[int, int, int]


def mark_of(found: os.stat_result) -> tuple[int, int, int]:
    """Return what tells a changed file. A program cannot set the change time, so it cannot hide a change."""
    return found.st_ino, found.st_size, found.st_ctime_ns


def place_inputs(
    store: Store, inputs: Sequence[TaskInput], root: str, *, between: Callable[[], None]
) -> dict[str, Placed]:
    """Write all inputs below `root` (no more than empty folders before) and return the files by their path below it.

    `between` is called before every file and chunk and may raise to stop. Raises Invalid for a name or path that
    cannot be a file, or two that collide; NotFound and Corrupt from the store; OSError from the disk.
    """
    placed: dict[str, Placed] = {}
    names: set[str] = set()
    for source in inputs:
        if not NAME_PATTERN.fullmatch(source.name) or source.name == OUT:
            raise Invalid(f"{source.name!r} cannot name an input.", help="Use letters, digits, '-' or '_'; not `out`.")
        folder = os.path.join(root, source.name)
        if source.name in names:
            raise Invalid(f"Two inputs are named {source.name!r}.", help="Name one of them differently.")
        names.add(source.name)
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder)
        made: set[str] = {""}
        for file in source.files:
            between()
            path = check_path(file.path)
            placed[f"{source.name}/{path}"] = _place(store, file, path, folder, made, between)
        if source.row is not None:
            _write_row(os.path.join(folder, ROW_FILE), canonical(source.row), source.name)
    return placed


def _place(
    store: Store, file: InputFile, path: str, folder: str, made: set[str], between: Callable[[], None]
) -> Placed:
    parent = path.rpartition("/")[0]
    target = f"{folder}/{path}"
    try:
        if parent not in made:
            os.makedirs(f"{folder}/{parent}", exist_ok=True)
            made.add(parent)
        fd = os.open(target, _FLAGS, 0o755 if file.mode & stat.S_IXUSR else 0o644)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise Invalid(
            f"Input file {path!r} collides with another of the same input: a file and a folder have one name.",
            help="Rename one of them.",
            path=path,
        ) from None
    try:
        for chunk in read_content(store, file.content):
            between()
            view = memoryview(chunk)
            while view:
                view = view[os.write(fd, view) :]
        return Placed(file.content, mark_of(os.fstat(fd)))
    finally:
        os.close(fd)


def _write_row(path: str, data: bytes, name: str) -> None:
    try:
        fd = os.open(path, _FLAGS, 0o644)
    except (FileExistsError, IsADirectoryError):
        raise Invalid(f"Input {name!r} has both a row and a file {ROW_FILE!r}.", help="Rename the file.") from None
    with os.fdopen(fd, "wb") as file:
        file.write(data)


def input_paths(inputs: Sequence[TaskInput], seen: str) -> dict[str, str]:
    """Return the variable `<input>` = path of its first file (or of its row) for every input that has one."""
    paths: dict[str, str] = {}
    for source in inputs:
        if source.files:
            paths[source.name] = f"{seen}/{source.name}/{source.files[0].path.removeprefix('/')}"
        elif source.row is not None:
            paths[source.name] = f"{seen}/{source.name}/{ROW_FILE}"
    return paths
