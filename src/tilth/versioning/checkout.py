"""Write a tree, or a part of it, into a local folder."""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa

from tilth.errors import Conflict, Invalid, Unavailable
from tilth.model.digest import Digest
from tilth.model.entry import FileKind, check_link
from tilth.model.names import check_paths
from tilth.progress import Progress, silent
from tilth.storage.content import ONE_CHUNK, Content, chunks_of, read_content
from tilth.storage.file_process import CORES, MANY_FILES, FileProcess, file_processes
from tilth.storage.packs import Pack
from tilth.storage.spreading import SpreadFile, fresh_name, replace, spread, write_file
from tilth.storage.store import Store
from tilth.versioning.edits import KIND_CODES, attributes_text
from tilth.versioning.trees import Tree, folder_path

_PART_BYTES = 4 << 20
_LINK = KIND_CODES[FileKind.LINK]
_PLAIN = attributes_text({})

_Free: TypeAlias = "SimpleQueue[FileProcess] | None"
"""Processes that write small files and do nothing now; None where this process writes them itself."""


class _File(NamedTuple):
    """One file or link to write; `alone`: its folder was made just now, so nothing can stand in its way."""

    target: str
    size: int
    digest: Digest
    layout: int
    chunks: bytes
    mode: int
    alone: bool

    @property
    def content(self) -> Content:
        """Where its bytes lie."""
        return Content(self.size, self.digest, self.layout, self.chunks)


def checkout(tree: Tree, destination: Path, *, prefix: str = "", progress: Progress = silent) -> int:
    """Write the files at and below `prefix` into `destination` and return how many.

    Below a folder prefix paths are relative to it; a file prefix is written as `destination/NAME`. Files there are
    replaced, each at once; others stay. Nothing is ever written outside `destination`: paths are checked again, no
    symbolic link is followed, and links of the tree are made last. Executable files become executable.
    Raises Conflict where something that is no folder stands in the way, Unavailable on a full disk, and Invalid behind
    all else for a link that no file system can hold (stored before such were refused).
    Works on all cores; memory holds a few files of each, and of large ones a chunk.
    """
    clean = folder_path(prefix)
    cut = len(clean) + 1 if clean else 0
    links: list[_File] = []
    folders = _Folders(destination)
    files = len(tree) if not clean else None
    count = 0
    failure: Invalid | None = None
    progress.begin("get", files, "files")
    waiting: deque[Future[int]] = deque()
    try:
        with (
            file_processes(files is not None and files >= MANY_FILES) as processes,
            ThreadPoolExecutor(CORES, "write") as writers,
        ):
            free = _free(processes)
            try:
                for batch in tree.batches(clean):
                    found = _files(batch, clean, cut, folders)
                    links += [file for kind, file in found if kind == _LINK]
                    plain = [file for kind, file in found if kind != _LINK]
                    for part in _parts(plain):
                        waiting.append(writers.submit(_write_files, tree.store, part, free))
                    while len(waiting) > 4 * CORES:
                        count += _done(waiting, progress)
                while waiting:
                    count += _done(waiting, progress)
            finally:
                for future in waiting:
                    future.cancel()
        for link in links:
            try:
                _link(tree.store, link)
            except Invalid as error:
                failure = failure or error
                continue
            count += 1
            progress.advance()
        if failure is not None:
            raise failure
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


def _free(processes: list[FileProcess]) -> _Free:
    if not processes:
        return None
    free: SimpleQueue[FileProcess] = SimpleQueue()
    for process in processes:
        free.put(process)
    return free


def _parts(files: list[_File]) -> Iterator[list[_File]]:
    """Yield files in parts that each take about as long."""
    first = size = 0
    for index, file in enumerate(files):
        size += file.size
        if size > _PART_BYTES:
            yield files[first : index + 1]
            first, size = index + 1, 0
    if first < len(files):
        yield files[first:]


def _files(batch: pa.RecordBatch, clean: str, cut: int, folders: _Folders) -> list[tuple[int, _File]]:
    """Return (kind, file to write) for each row, having made the folders for them."""
    columns: list[list[Any]] = [column.to_pylist() for column in batch.columns]
    paths, kinds, sizes, digests, layouts, chunks, attributes = columns
    relative = [path[cut:] if path != clean else path.rpartition("/")[2] for path in paths]
    check_paths(relative)
    found = []
    for path, kind, size, digest, layout, listed, said in zip(
        relative, kinds, sizes, digests, layouts, chunks, attributes, strict=True
    ):
        target, alone = folders.place(path)
        executable = said != _PLAIN and '"mode":"755"' in said
        mode = 0o777 if executable else 0o666
        found.append((kind, _File(target, size, digest, layout, listed, mode, alone)))
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


def _write_files(store: Store, files: list[_File], free: _Free) -> int:
    """Write files: those of one chunk in the order in which they lie in packs, and behind them whatever is left."""
    single = [file for file in files if file.layout == ONE_CHUNK]
    left = [file for file in files if file.layout != ONE_CHUNK]
    missing = set(range(len(single)))
    for pack, places in store.in_packs(b"".join([file.digest for file in single])):
        missing -= {index for _, _, index in places}
        wanted = []
        for offset, length, index in places:
            target, size, digest, _, _, mode, alone = single[index]
            wanted.append(SpreadFile(offset, length, size, digest, target, mode, alone))
        left += [single[places[at][2]] for at in _spread(pack, wanted, free)]
    for file in [*(single[index] for index in sorted(missing)), *left]:
        chunks = chunks_of(store, file.content)
        write_file(chunks, file.target, file.digest, file.mode, file.alone)
    return len(files)


def _spread(pack: Pack, files: list[SpreadFile], free: _Free) -> list[int]:
    if free is None or pack.file is None:
        return spread(pack.read, files)
    process = free.get()
    try:
        return process.spread(pack.file, files)
    finally:
        free.put(process)


def _link(store: Store, file: _File) -> None:
    fresh = fresh_name(file.target, file.digest)
    try:
        target = check_link(file.target, b"".join(read_content(store, file.content)))
    except Invalid as error:
        raise Invalid(
            f"{error.message[:-1]}, so it was not made; all else was written.",
            help="Delete the link from the branch, or get the other paths by name.",
            path=file.target,
        ) from error
    os.symlink(target, os.fsencode(fresh))
    replace(fresh, file.target)
