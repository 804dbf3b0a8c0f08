"""Write a tree, or a part of it, into a local folder."""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from tilth.errors import Conflict, Unavailable
from tilth.model.digest import Digest
from tilth.model.entry import FileKind
from tilth.model.names import check_paths
from tilth.progress import Progress, silent
from tilth.storage.content import Content, read_content
from tilth.storage.store import Store
from tilth.versioning.edits import KIND_CODES, attributes_text
from tilth.versioning.trees import Tree, folder_path

_WRITERS = min(os.cpu_count() or 1, 8)
_PART = 128
_LINK = KIND_CODES[FileKind.LINK]
_PLAIN = attributes_text({})


class _File(NamedTuple):
    """One file or link to write; `alone`: its folder was made just now, so nothing can stand in its way."""

    target: str
    content: Content
    mode: int
    alone: bool


def checkout(tree: Tree, destination: Path, *, prefix: str = "", progress: Progress = silent) -> int:
    """Write the files at and below `prefix` into `destination` and return how many.

    Below a folder prefix paths are relative to it; a file prefix is written as `destination/NAME`. Files there are
    replaced, each at once; others stay. Nothing is ever written outside `destination`: paths are checked again, no
    symbolic link is followed, and links of the tree are made last. Executable files become executable.
    Raises Conflict where something that is no folder stands in the way, Unavailable on a full disk.
    Works on all cores; memory holds a few files of each, and of large ones a chunk.
    """
    clean = folder_path(prefix)
    cut = len(clean) + 1 if clean else 0
    links: list[_File] = []
    folders = _Folders(destination)
    count = 0
    progress.begin("get", len(tree) if not clean else None, "files")
    waiting: deque[Future[int]] = deque()
    try:
        with ThreadPoolExecutor(_WRITERS, "write") as writers:
            try:
                for batch in tree.batches(clean):
                    files = _files(batch.to_pydict(), clean, cut, folders)
                    links += [file for kind, file in files if kind == _LINK]
                    plain = [file for kind, file in files if kind != _LINK]
                    for start in range(0, len(plain), _PART):
                        waiting.append(writers.submit(_write_files, tree.store, plain[start : start + _PART]))
                    while len(waiting) > 4 * _WRITERS:
                        count += _done(waiting, progress)
                while waiting:
                    count += _done(waiting, progress)
            finally:
                for future in waiting:
                    future.cancel()
        for link in links:
            _link(tree.store, link)
            count += 1
            progress.advance()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unavailable(f"The disk of {destination} is full.", help="Free some space and try again.") from error
        raise Unavailable(
            f"Cannot write {error.filename or destination}: {error.strerror}.",
            help="Check the folder's owner and mode.",
        ) from error
    progress.end()
    return count


def _done(waiting: deque[Future[int]], progress: Progress) -> int:
    count = waiting.popleft().result()
    progress.advance(count)
    return count


def _files(rows: dict[str, list[Any]], clean: str, cut: int, folders: _Folders) -> list[tuple[int, _File]]:
    """Return (kind, file to write) for each row, having made the folders for them."""
    paths: list[str] = rows["path"]
    relative = [path[cut:] if path != clean else path.rpartition("/")[2] for path in paths]
    check_paths(relative)
    found = []
    for path, kind, size, digest, layout, chunks, attributes in zip(relative, *list(rows.values())[1:], strict=True):
        target, alone = folders.place(path)
        executable = attributes != _PLAIN and '"mode":"755"' in attributes
        mode = 0o777 if executable else 0o666
        found.append((kind, _File(target, Content(size, Digest(digest), layout, chunks), mode, alone)))
    return found


class _Folders:
    """Makes folders below a destination, none of them through a symbolic link."""

    def __init__(self, destination: Path) -> None:
        destination.mkdir(parents=True, exist_ok=True)
        self._root = str(destination)
        self._known: dict[str, bool] = {"": False}  # whether it was made here

    def place(self, relative: str) -> tuple[str, bool]:
        """Return where a path lies, its folder made, and whether that folder is new, so that nothing was in it."""
        folder = relative.rpartition("/")[0]
        new = self._known.get(folder)
        if new is None:
            new = self._make(folder)
        return f"{self._root}/{relative}", new

    def _make(self, folder: str) -> bool:
        missing = []
        while folder not in self._known:
            missing.append(folder)
            folder = folder.rpartition("/")[0]
        for folder in reversed(missing):
            place = f"{self._root}/{folder}"
            try:
                os.mkdir(place)
                self._known[folder] = True
            except FileExistsError:
                if not stat.S_ISDIR(os.lstat(place).st_mode):
                    raise Conflict(
                        f"{place} is in the way: it is not a folder.", help="Move it away, or choose another folder."
                    ) from None
                self._known[folder] = False
        return self._known[folder]


def _write_files(store: Store, files: list[_File]) -> int:
    for file in files:
        if file.alone:
            # What a killed process leaves unfinished lies in a folder that was not there before.
            with suppress(FileExistsError):  # two names that this file system takes for one
                _write(store, file, file.target)
                continue
        fresh = _fresh_name(file)
        _write(store, file, fresh)
        _replace(fresh, file.target)
    return len(files)


def _write(store: Store, file: _File, target: str) -> None:
    fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, file.mode)
    try:
        try:
            for chunk in read_content(store, file.content):
                rest = memoryview(chunk)
                while rest:
                    rest = rest[os.write(fd, rest) :]
        finally:
            os.close(fd)
    except BaseException:
        with suppress(OSError):
            os.unlink(target)
        raise


def _link(store: Store, file: _File) -> None:
    fresh = _fresh_name(file)
    os.symlink(b"".join(read_content(store, file.content)), os.fsencode(fresh))
    _replace(fresh, file.target)


def _fresh_name(file: _File) -> str:
    folder, _, name = file.target.rpartition("/")
    return f"{folder}/.tilth-{os.getpid()}-{hash(name) & 0xFFFFFFFF:x}-{file.content.digest.hex()[:16]}"


def _replace(fresh: str, target: str) -> None:
    try:
        os.replace(fresh, target)
    except IsADirectoryError:
        os.unlink(fresh)
        raise Conflict(
            f"{target} is in the way: it is a folder.", help="Move it away, or choose another folder."
        ) from None
    except BaseException:
        with suppress(OSError):
            os.unlink(fresh)
        raise
