"""Write a tree, or a part of it, into a local folder."""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from operator import eq
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeAlias

import pyarrow as pa

from tilth.errors import Conflict, Invalid, Unavailable
from tilth.model.digest import Digest
from tilth.model.entry import FileKind, check_link
from tilth.model.names import check_paths
from tilth.progress import Progress, silent
from tilth.storage.content import ONE_CHUNK, Content, chunks_of, read_content
from tilth.storage.file_process import CORES, MANY_FILES, FileProcess, file_processes
from tilth.storage.packs import Pack
from tilth.storage.spreading import Spreader, SpreadFiles, fresh_name, replace, write_file
from tilth.storage.store import Store
from tilth.versioning.edits import KIND_CODES, attributes_text
from tilth.versioning.trees import Tree, folder_path

_PART_BYTES = 4 << 20
_LINK = KIND_CODES[FileKind.LINK]
_PLAIN = attributes_text({})

_Free: TypeAlias = "SimpleQueue[FileProcess] | None"
"""Processes that write small files and do nothing now; None where this process writes them itself."""


@dataclass(slots=True)
class _Files:
    """Files and links to write, as columns: a hundred thousand objects would take longer than the writing."""

    targets: list[str]
    sizes: list[int]
    digests: bytes
    """32 bytes for each, one behind the other."""
    layouts: list[int]
    chunks: list[bytes]
    modes: list[int]
    alone: list[bool]
    """Whether its folder was made just now, so nothing can stand in its way."""

    def __len__(self) -> int:
        return len(self.targets)

    def digest(self, index: int) -> Digest:
        """Return the digest of one."""
        return Digest(self.digests[32 * index : 32 * index + 32])

    def content(self, index: int) -> Content:
        """Return where the bytes of one lie."""
        return Content(self.sizes[index], self.digest(index), self.layouts[index], self.chunks[index])

    def some(self, indexes: Sequence[int]) -> _Files:
        """Return some of them, in this order."""
        if len(indexes) == len(self) and all(map(eq, indexes, range(len(self)))):
            return self
        pick = list(indexes)
        return _Files(
            [self.targets[at] for at in pick],
            [self.sizes[at] for at in pick],
            b"".join([self.digests[32 * at : 32 * at + 32] for at in pick]),
            [self.layouts[at] for at in pick],
            [self.chunks[at] for at in pick],
            [self.modes[at] for at in pick],
            [self.alone[at] for at in pick],
        )


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
    links: list[tuple[_Files, int]] = []
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
                    found, kinds = _files(batch, clean, cut, folders)
                    if _LINK in kinds:
                        linked = found.some([at for at, kind in enumerate(kinds) if kind == _LINK])
                        links += [(linked, at) for at in range(len(linked))]
                        found = found.some([at for at, kind in enumerate(kinds) if kind != _LINK])
                    for part in _parts(found):
                        waiting.append(writers.submit(_write_files, tree.store, part, free))
                    while len(waiting) > 4 * CORES:
                        count += _done(waiting, progress)
                while waiting:
                    count += _done(waiting, progress)
            finally:
                for future in waiting:
                    future.cancel()
        for linked, at in links:
            try:
                _link(tree.store, linked.targets[at], linked.content(at))
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


def _parts(files: _Files) -> Iterator[_Files]:
    """Yield files in parts that each take about as long."""
    first = size = 0
    for index, each in enumerate(files.sizes):
        size += each
        if size > _PART_BYTES:
            yield files.some(range(first, index + 1))
            first, size = index + 1, 0
    if first < len(files):
        yield files.some(range(first, len(files)))


def _files(batch: pa.RecordBatch, clean: str, cut: int, folders: _Folders) -> tuple[_Files, list[int]]:
    """Return what to write for each row, having made the folders for it, and its kind."""
    columns: list[list[Any]] = [column.to_pylist() for column in batch.columns]
    paths, kinds, sizes, digests, layouts, chunks, attributes = columns
    relative = [path[cut:] if path != clean else path.rpartition("/")[2] for path in paths] if clean else paths
    check_paths(relative)
    targets, alone = folders.places(relative)
    modes = [0o777 if said != _PLAIN and '"mode":"755"' in said else 0o666 for said in attributes]
    return _Files(targets, sizes, b"".join(digests), layouts, chunks, modes, alone), kinds


class _Folders:
    """Makes folders below a destination, none of them through a symbolic link."""

    def __init__(self, destination: Path) -> None:
        destination.mkdir(parents=True, exist_ok=True)
        self._root = str(destination)
        self._known: dict[str, bool] = {"": False}  # whether it was made here

    def places(self, relative: Sequence[str]) -> tuple[list[str], list[bool]]:
        """Return where paths lie, their folders made, and whether each folder is new, so that nothing was in it."""
        known = self._known
        alone = []
        for path in relative:
            folder = path.rpartition("/")[0]
            new = known.get(folder)
            alone.append(self._make(folder) if new is None else new)
        return [f"{self._root}/{path}" for path in relative], alone

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


def _write_files(store: Store, files: _Files, free: _Free) -> int:
    """Write files: those of one chunk in the order in which they lie in packs, and behind them whatever is left."""
    whole = all(layout == ONE_CHUNK for layout in files.layouts)
    single = files if whole else files.some([at for at, layout in enumerate(files.layouts) if layout == ONE_CHUNK])
    left = [] if whole else [(files, at) for at, layout in enumerate(files.layouts) if layout != ONE_CHUNK]
    missing = set(range(len(single)))
    for pack, places in store.in_packs(single.digests):
        offsets, lengths, indexes = zip(*places, strict=True)
        missing.difference_update(indexes)
        some = single.some(indexes)
        wanted = SpreadFiles(offsets, lengths, some.sizes, some.digests, some.targets, some.modes, some.alone)
        left += [(some, at) for at in _spread(pack, wanted, free)]
    for batch, at in [*((single, at) for at in sorted(missing)), *left]:
        chunks = chunks_of(store, batch.content(at))
        write_file(chunks, batch.targets[at], batch.digest(at), batch.modes[at], batch.alone[at])
    return len(files)


def _spread(pack: Pack, files: SpreadFiles, free: _Free) -> list[int]:
    if free is None or pack.file is None:
        return Spreader().spread(pack.read_into, files)
    process = free.get()
    try:
        return process.spread(pack.file, files)
    finally:
        free.put(process)


def _link(store: Store, path: str, content: Content) -> None:
    fresh = fresh_name(path, content.digest)
    try:
        target = check_link(path, b"".join(read_content(store, content)))
    except Invalid as error:
        raise Invalid(
            f"{error.message[:-1]}, so it was not made; all else was written.",
            help="Delete the link from the branch, or get the other paths by name.",
            path=path,
        ) from error
    os.symlink(target, os.fsencode(fresh))
    replace(fresh, path)
