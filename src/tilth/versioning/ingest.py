"""Local files as edits: reads only what has changed since it was last read."""

from __future__ import annotations

import io
import os
import stat
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tilth.errors import Invalid, NotFound
from tilth.model.digest import Digest, digest_of
from tilth.model.entry import FileKind
from tilth.model.names import check_path
from tilth.progress import Progress, silent
from tilth.storage.content import INLINE_LIST, ONE_CHUNK, WHOLE_FILE, ChunkSink, Content, write_content
from tilth.storage.file_process import CORES, MANY_FILES, FileProcess, file_processes
from tilth.storage.gathering import Gathered, Gatherer, no_file, room_for
from tilth.storage.store import Store
from tilth.versioning.backend import Backend
from tilth.versioning.edits import KIND_CODES, TREE, Edits, attributes_text
from tilth.versioning.scan import MODE, SIZE, Scan, scan_file, scan_folder, unreadable
from tilth.versioning.stat_cache import StatCache
from tilth.versioning.trees import folder_path

CACHE_FOLDER = "ingest"

_SMALL = WHOLE_FILE // 2
_BATCH_BYTES = 4 << 20
_BATCH_FILES = 512
_ROOM = room_for(_BATCH_FILES, _BATCH_BYTES + _SMALL)
_MANY_BYTES = 128 << 20
"""From how many bytes in small files on processes are worth their start, however few the files."""

_ENTRY_SIZE = 36  # of a chunk list: a digest and a length
_FILE = KIND_CODES[FileKind.FILE]
_EXECUTABLE = attributes_text({"mode": "755"})

_Row: TypeAlias = tuple[int, int, bytes, int, bytes, str]
"""A tree row behind its path: kind, size, digest, layout, chunks, attributes."""

_Free: TypeAlias = "SimpleQueue[Gatherer | FileProcess]"
"""What reads small files and does nothing now."""

Places: TypeAlias = npt.NDArray[np.int64]
"""For each file of a scan where its row is, -1 for a file that is to be read."""

_Batch: TypeAlias = list[int]
"""Places in the scan of files that one reader reads in one go."""


class Sink(ChunkSink, Protocol):
    """Where the chunks of files go: a store, or nowhere when only names are wanted."""

    @property
    def compresses(self) -> bool:
        """Whether chunks are to come compressed."""

    def put_packed(self, area: memoryview, digests: Sequence[Digest], lengths: Sequence[int]) -> None:
        """Take chunks that lie in `area` as records."""


def ingest_folder(
    backend: Backend, folder: Path, *, into: str = "", mirror: bool = False, progress: Progress = silent
) -> Edits:
    """Store every file below `folder` and return the edits that put them under the path `into`.

    With `mirror` the edits also delete what is under `into` and not in the folder. Symbolic links are stored as links
    and never followed. Raises Invalid for a name that cannot be a path and for sockets, pipes and devices, naming the
    file. The workspace's own folder is left out. A file whose size, times and inode are those of the last
    time is not read again. What was stored is durable after the store's next flush (`commit_edits` does it).
    Cost: a stat per file, and the reading of those that changed, on all cores.
    """
    prefix = folder_path(into)
    store = backend.store
    scan, rows = read_folder(
        store,
        folder,
        cache=backend.scratch / CACHE_FOLDER,
        leave_out=backend.folder,
        still=lambda places, cached: _still_stored(store, places, cached),
        progress=progress,
    )
    edits = Edits()
    if mirror:
        edits.delete(prefix)
    if prefix and rows.num_rows:
        check_path(f"{prefix}/{max(scan.paths, key=lambda path: len(path.encode()))}")
        rows = rows.set_column(0, "path", pa.array([f"{prefix}/{path}" for path in scan.paths], type=pa.string()))
    edits.put_rows(rows, ordered=True)
    return edits


def read_folder(
    sink: Sink,
    folder: Path,
    *,
    cache: Path,
    leave_out: Path | None = None,
    still: Callable[[Places, pa.Table], Places] = lambda places, _: places,
    progress: Progress = silent,
) -> tuple[Scan, pa.Table]:
    """Put every file below `folder` into `sink` and return what was found with its tree rows, by path.

    A file is passed over that is as it was when a call with this `cache` (a folder) read it, unless `still` takes that
    back. Raises as `ingest_folder`.
    """
    root = os.path.realpath(folder)
    if not os.path.isdir(root):
        raise (Invalid if os.path.exists(root) else NotFound)(
            f"{folder} is not a folder.", help="Name a folder, or put the file itself."
        )
    began_ns = time.time_ns()
    scan = scan_folder(root, os.path.realpath(leave_out) if leave_out is not None else "")
    known = StatCache(cache / f"{digest_of(os.fsencode(root)).hex()[:32]}.arrow")
    places, cached = known.known(scan)
    places = still(places, cached)
    rows = _rows(sink, scan, places, cached, progress)
    if not known.covers(scan, places):
        known.save(scan, rows, began_ns)
    return scan, rows


def ingest_file(backend: Backend, file: Path, path: str, *, progress: Progress = silent) -> Edits:
    """Store one local file (or link) and return the edit that puts it at `path`. Raises NotFound, Invalid."""
    try:
        scan = scan_file(file, path)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"There is no file {file}.", help="Check its name.") from None
    except OSError as error:
        raise unreadable(file, error) from error
    edits = Edits()
    edits.put_rows(_rows(backend.store, scan, np.array([-1]), TREE.arrow.empty_table(), progress))
    return edits


def _still_stored(store: Store, places: Places, cached: pa.Table) -> Places:
    """Return `places`, -1 also for rows whose chunks are no longer stored.

    The cache may outlive what was put and never committed, and what was collected since.
    """
    if not (places >= 0).any():
        return places
    layouts = cached.column("layout").combine_chunks().to_numpy()
    stored = store.present(_bytes_of(cached.column("digest")))
    for row in np.flatnonzero(layouts == INLINE_LIST).tolist():
        chunks: bytes = cached.column("chunks")[row].as_py()
        digests = b"".join(chunks[at : at + 32] for at in range(0, len(chunks), _ENTRY_SIZE))
        stored[row] = bool(store.present(digests).all())
    return np.where((places >= 0) & stored[places], places, -1)


def _bytes_of(digests: pa.ChunkedArray[Any]) -> memoryview:
    column = digests.combine_chunks()
    data = column.buffers()[1]
    assert data is not None, "no digest is null"
    return memoryview(data)[column.offset * 32 : (column.offset + len(column)) * 32]


def _rows(store: Sink, scan: Scan, places: npt.NDArray[np.int64], cached: pa.Table, progress: Progress) -> pa.Table:
    """Return the tree rows of all files: cached ones from their places, the others read."""
    unread = np.flatnonzero(places < 0)
    if not len(unread) and len(places) == cached.num_rows:
        return cached
    progress.begin("read", int(scan.stamps[unread, SIZE].sum()), "bytes")
    fresh = _read(store, scan, unread, progress)
    progress.end()
    columns = list(zip(*fresh, strict=True)) or [()] * 6
    arrays: list[Any] = [pa.array([scan.paths[index] for index in unread.tolist()], type=pa.string())]
    for column, field in zip(columns, list(TREE.arrow)[1:], strict=True):
        arrays.append(pa.array(column, type=field.type))
    read = pa.Table.from_arrays(arrays, schema=TREE.arrow)
    if len(unread) == len(scan):
        return read
    order = places.copy()
    order[unread] = np.arange(len(unread)) + cached.num_rows
    return pa.concat_tables([cached, read]).take(order)


def _read(store: Sink, scan: Scan, unread: npt.NDArray[np.int64], progress: Progress) -> list[_Row]:
    """Store the files at these places of the scan, several at once, and return their rows in the same order."""
    rows: list[_Row] = []
    batches = _batches(scan, unread)
    with _gatherers(store, scan.stamps[unread, SIZE]) as free:
        first = next(batches, [])
        second = next(batches, None)
        if second is None:
            rows = _read_batch(store, scan, first, free, progress)
            _tell(scan, first, progress)
            return rows
        with ThreadPoolExecutor(CORES, "read") as readers:
            waiting: deque[tuple[_Batch, Future[list[_Row]]]] = deque()
            try:
                for batch in chain((first, second), batches):
                    # In this thread's context, so that what they store belongs to its act.
                    work = readers.submit(copy_context().run, _read_batch, store, scan, batch, free, progress)
                    waiting.append((batch, work))
                    if len(waiting) > 2 * CORES:
                        _take(waiting, scan, rows, progress)
                while waiting:
                    _take(waiting, scan, rows, progress)
            finally:
                for _, future in waiting:
                    future.cancel()
    return rows


@contextmanager
def _gatherers(store: Sink, sizes: npt.NDArray[np.int64]) -> Iterator[_Free]:
    """Yield what reads small files: processes, one per core, where there is enough to do for them to be worth it."""
    free: _Free = SimpleQueue()
    small = sizes[sizes <= _SMALL]
    many = bool(len(small) >= MANY_FILES or small.sum() >= _MANY_BYTES)
    with file_processes(many, room=_ROOM, compressed=store.compresses) as processes:
        for process in processes:
            free.put(process)
        if not processes:
            room = _ROOM if small.sum() > _BATCH_BYTES else room_for(min(len(small), _BATCH_FILES), int(small.sum()))
            free.put(Gatherer(memoryview(bytearray(room)), compressed=store.compresses))
        yield free


def _take(waiting: deque[tuple[_Batch, Future[list[_Row]]]], scan: Scan, rows: list[_Row], progress: Progress) -> None:
    batch, future = waiting.popleft()
    rows += future.result()
    _tell(scan, batch, progress)


def _tell(scan: Scan, batch: _Batch, progress: Progress) -> None:
    sizes = scan.stamps[batch, SIZE]
    progress.advance(int(sizes[sizes <= _SMALL].sum()))  # large ones have told of themselves


def _batches(scan: Scan, unread: npt.NDArray[np.int64]) -> Iterator[_Batch]:
    batch: _Batch = []
    gathered = 0
    for index, size in zip(unread.tolist(), scan.stamps[unread, SIZE].tolist(), strict=True):
        batch.append(index)
        gathered += size
        if gathered > _BATCH_BYTES or len(batch) == _BATCH_FILES:
            yield batch
            batch, gathered = [], 0
    if batch:
        yield batch


def _read_batch(store: Sink, scan: Scan, batch: _Batch, free: _Free, progress: Progress) -> list[_Row]:
    """Store some files. Small ones are gathered: each is one chunk, named by its own digest. Tells of large ones."""
    stamps = scan.stamps[batch]
    modes, sizes = stamps[:, MODE].tolist(), stamps[:, SIZE].tolist()
    rows: list[_Row | None] = [None] * len(batch)
    small: list[int] = []
    for at, (index, mode, size) in enumerate(zip(batch, modes, sizes, strict=True)):
        if stat.S_ISLNK(mode):
            rows[at] = _row(FileKind.LINK, write_content(store, _read_link(scan.real(index))), "")
        elif size <= _SMALL:
            small.append(at)
        else:
            rows[at] = _row(FileKind.FILE, _read_large(store, scan.real(index), progress), _attributes(mode))
    if small:
        gathered = _gather(store, [scan.real(batch[at]) for at in small], [sizes[at] for at in small], free)
        for at, digest, size in zip(small, gathered.digests, gathered.sizes, strict=True):
            if digest is not None:
                rows[at] = (_FILE, size, digest, ONE_CHUNK, b"", _attributes(modes[at]))
            else:
                rows[at] = _row(FileKind.FILE, _read_large(store, scan.real(batch[at])), _attributes(modes[at]))
    return [row for row in rows if row is not None]


def _gather(store: Sink, files: list[str], sizes: list[int], free: _Free) -> Gathered:
    gatherer = free.get()
    try:
        gathered = gatherer.gather(files, sizes)
        # Before anyone else reads into the same area.
        store.put_packed(
            gatherer.area,
            [Digest(digest) for digest in gathered.digests if digest is not None],
            [length for length in gathered.lengths if length],
        )
        return gathered
    except OSError as error:
        raise unreadable(error.filename, error) from error
    finally:
        free.put(gatherer)


def _read_link(real: str) -> bytes:
    try:
        return os.fsencode(os.readlink(real))
    except OSError as error:
        raise unreadable(real, error) from error


def _read_large(store: Sink, real: str, progress: Progress = silent) -> Content:
    with _opened(real) as file:
        return write_content(store, _Told(file, progress))


class _Told:
    """A file whose reading is told as it goes on: a large one may take minutes."""

    def __init__(self, file: io.FileIO, progress: Progress) -> None:
        self._file, self._progress = file, progress

    def read(self, size: int, /) -> bytes:
        """Read up to `size` bytes."""
        data = self._file.read(size)
        self._progress.advance(len(data))
        return data

    def readinto(self, target: memoryview, /) -> int:
        """Read into `target`."""
        size = self._file.readinto(target)
        self._progress.advance(size)
        return size


@contextmanager
def _opened(real: str) -> Iterator[io.FileIO]:
    """Open what was a regular file when it was scanned, and still must be: a device could be read for ever.

    Only reading may fail: the store has its own errors.
    """
    try:
        # If a link or a pipe has taken its place since, do not follow or wait for it.
        with io.FileIO(os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise no_file(real)
            yield file
    except OSError as error:
        raise unreadable(real, error) from error


def _row(kind: FileKind, content: Content, attributes: str) -> _Row:
    return (KIND_CODES[kind], content.size, content.digest, content.layout, content.chunks, attributes)


def _attributes(mode: int) -> str:
    # Like git: only whether it can be executed. The other bits follow each person's umask, and would make the same
    # folder a different tree on every machine.
    return _EXECUTABLE if mode & stat.S_IXUSR else ""
