"""Local files as edits: reads only what has changed since it was last read."""

from __future__ import annotations

import io
import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa

from tilth.errors import Invalid, NotFound, Unavailable
from tilth.model.digest import Digest, digest_of
from tilth.model.entry import FileKind
from tilth.model.names import check_path
from tilth.progress import Progress, silent
from tilth.storage.content import INLINE_LIST, ONE_CHUNK, WHOLE_FILE, Content, write_content
from tilth.storage.records import RecordKind
from tilth.storage.store import Store
from tilth.versioning.backend import Backend
from tilth.versioning.edits import KIND_CODES, TREE, Edits, attributes_text
from tilth.versioning.trees import folder_path

RACY_NS = 2_000_000_000
"""A file modified this shortly before it was read may change again within one tick of the file system's clock."""

CACHE_FOLDER = "ingest"

_SMALL = WHOLE_FILE // 2
_BATCH_BYTES = 8 << 20
_BATCH_FILES = 1024
_FILE = KIND_CODES[FileKind.FILE]
_EXECUTABLE = attributes_text({"mode": "755"})

_CACHE_FIELDS: list[pa.Field[Any]] = [
    TREE.arrow.field(0),
    *(pa.field(name, pa.int64()) for name in ("mode", "file_size", "mtime_ns", "ctime_ns", "inode")),
    *list(TREE.arrow)[1:],
]
_CACHE_SCHEMA = pa.schema(_CACHE_FIELDS)


class _Found(NamedTuple):
    """One file that the scan found."""

    path: str
    real: str
    mode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


_Row: TypeAlias = tuple[int, int, bytes, int, bytes, str]
"""A tree row behind its path: kind, size, digest, layout, chunks, attributes."""


def ingest_folder(
    backend: Backend, folder: Path, *, into: str = "", mirror: bool = False, progress: Progress = silent
) -> Edits:
    """Store every file below `folder` and return the edits that put them under the path `into`.

    With `mirror` the edits also delete what is under `into` and not in the folder. Symbolic links are stored as links
    and never followed. Raises Invalid for a name that cannot be a path and for sockets, pipes and devices, naming the
    file. The workspace's own folder is left out. A file whose size, times and inode are those of the last
    time is not read again. What was stored is durable after the store's next flush (`commit_edits` does it).
    """
    prefix = folder_path(into)
    root = os.path.realpath(folder)
    if not os.path.isdir(root):
        raise (Invalid if os.path.exists(root) else NotFound)(
            f"{folder} is not a folder.", help="Name a folder, or put the file itself."
        )
    now_ns = time.time_ns()
    found = list(_scan(root, os.path.realpath(backend.folder)))
    cache_file = _cache_file(backend, root)
    cache = _load_cache(cache_file)
    rows = _rows(backend.store, found, cache, progress)
    if len(cache) != len(found) or any(each.path not in cache or cache[each.path][0] != each[2:] for each in found):
        _save_cache(cache_file, found, rows, now_ns)
    edits = Edits()
    if mirror:
        edits.delete(prefix)
    if prefix and rows.num_rows:
        check_path(f"{prefix}/{max((each.path for each in found), key=lambda path: len(path.encode()))}")
        paths = pa.array([f"{prefix}/{each.path}" for each in found], type=pa.string())
        rows = rows.set_column(0, "path", paths)
    edits.put_rows(rows)
    return edits


def ingest_file(backend: Backend, file: Path, path: str) -> Edits:
    """Store one local file (or link) and return the edit that puts it at `path`. Raises NotFound, Invalid."""
    try:
        found = _found(check_path(path), str(file), os.lstat(file))
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"There is no file {file}.", help="Check its name.") from None
    except OSError as error:
        raise _unreadable(file, error) from error
    edits = Edits()
    edits.put_rows(_rows(backend.store, [found], {}, silent))
    return edits


def _scan(root: str, workspace: str) -> Iterator[_Found]:
    folders = [(root, "")]  # a stack, not recursion: folders may nest deeper than calls may
    while folders:
        folder, prefix = folders.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            raise _unreadable(folder, error) from error
        for entry in entries:
            path = prefix + entry.name
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
                status = None if is_folder else entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # deleted since the listing
            except OSError as error:
                raise _unreadable(entry.path, error) from error
            if status is not None:
                yield _found(check_path(path), entry.path, status)
            elif entry.path != workspace:
                folders.append((entry.path, f"{path}/"))


def _unreadable(path: str | Path, error: OSError) -> Unavailable:
    return Unavailable(f"Cannot read {path}: {error.strerror}.", help="Check its owner and mode, and try again.")


def _found(path: str, real: str, status: os.stat_result) -> _Found:
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
        raise Invalid(
            f"{real} is neither a file nor a link, so it cannot be stored.",
            help="Move the pipe, socket or device out of the folder.",
            path=real,
        )
    return _Found(path, real, status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _rows(store: Store, found: list[_Found], cache: dict[str, tuple[_Stamp, _Row]], progress: Progress) -> pa.Table:
    """Return the tree rows of all files, reading those that the cache does not know."""
    rows: list[_Row | None] = _known(store, found, cache)
    unread = [index for index, row in enumerate(rows) if row is None]
    progress.begin("read", sum(found[index].size for index in unread), "bytes")
    small: list[tuple[int, bytes]] = []
    gathered = 0
    for index in unread:
        each = found[index]
        if stat.S_ISLNK(each.mode):
            rows[index] = _row(FileKind.LINK, write_content(store, _read_link(each)), "")
        elif each.size > _SMALL:
            rows[index] = _row(FileKind.FILE, _read_large(store, each), _attributes(each))
        else:
            data = _read_small(each)
            if len(data) > WHOLE_FILE:
                rows[index] = _row(FileKind.FILE, _read_large(store, each), _attributes(each))
            else:
                small.append((index, data))
                gathered += len(data)
            if gathered > _BATCH_BYTES or len(small) == _BATCH_FILES:
                _put_small(store, found, small, rows)
                small, gathered = [], 0
        progress.advance(each.size)
    _put_small(store, found, small, rows)
    progress.end()
    columns = list(zip(*[row for row in rows if row is not None], strict=True)) or [()] * 6
    arrays: list[Any] = [pa.array([each.path for each in found], type=pa.string())]
    for column, field in zip(columns, list(TREE.arrow)[1:], strict=True):
        arrays.append(pa.array(column, type=field.type))
    return pa.Table.from_arrays(arrays, schema=TREE.arrow)


def _put_small(store: Store, found: list[_Found], small: list[tuple[int, bytes]], rows: list[_Row | None]) -> None:
    """Store many whole files with one lookup and one lock; each is one chunk, named by its own digest."""
    records = [(digest_of(data), data) for _, data in small]
    store.put_many(RecordKind.CHUNK, records)
    for (index, data), (digest, _) in zip(small, records, strict=True):
        rows[index] = (_FILE, len(data), digest, ONE_CHUNK, b"", _attributes(found[index]))


def _read_link(each: _Found) -> bytes:
    try:
        return os.fsencode(os.readlink(each.real))
    except OSError as error:
        raise _unreadable(each.real, error) from error


def _read_small(each: _Found) -> bytes:
    with _opened(each) as file:
        return file.read(WHOLE_FILE + 1)


def _read_large(store: Store, each: _Found) -> Content:
    with _opened(each) as file:
        return write_content(store, file)


@contextmanager
def _opened(each: _Found) -> Iterator[io.FileIO]:
    """Open what was a regular file when it was scanned. Only reading may fail: the store has its own errors."""
    try:
        # If a link or a pipe has taken its place since, do not follow or wait for it.
        with io.FileIO(os.open(each.real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            yield file
    except OSError as error:
        raise _unreadable(each.real, error) from error


def _row(kind: FileKind, content: Content, attributes: str) -> _Row:
    return (KIND_CODES[kind], content.size, content.digest, content.layout, content.chunks, attributes)


def _attributes(each: _Found) -> str:
    # Like git: only whether it can be executed. The other bits follow each person's umask, and would make the same
    # folder a different tree on every machine.
    return _EXECUTABLE if each.mode & stat.S_IXUSR else ""


_Stamp: TypeAlias = tuple[int, int, int, int, int]
"""What tells that a file is as it was: mode, size, mtime_ns, ctime_ns, inode."""


def _known(store: Store, found: list[_Found], cache: dict[str, tuple[_Stamp, _Row]]) -> list[_Row | None]:
    """Return for each file its row from the cache, None where it must be read.

    A row counts only if its chunks are still in the store: the cache may outlive what was put and never committed.
    """
    rows: list[_Row | None] = []
    for each in found:
        hit = cache.get(each.path)
        rows.append(hit[1] if hit is not None and hit[0] == each[2:] else None)
    if any(row is not None for row in rows):
        needs = [(index, digest) for index, row in enumerate(rows) if row is not None for digest in _chunks(row)]
        present = store.has_many([digest for _, digest in needs])
        for (index, _), here in zip(needs, present, strict=True):
            if not here:
                rows[index] = None
    return rows


def _chunks(row: _Row) -> list[Digest]:
    if row[3] == INLINE_LIST:
        return [Digest(row[4][at : at + 32]) for at in range(0, len(row[4]), 36)]
    return [Digest(row[2])]


def _cache_file(backend: Backend, root: str) -> Path:
    return backend.scratch / CACHE_FOLDER / f"{digest_of(os.fsencode(root)).hex()[:32]}.arrow"


def _load_cache(file: Path) -> dict[str, tuple[_Stamp, _Row]]:
    """Return the cached rows by path; nothing when there are none or the file is damaged."""
    try:
        with pa.memory_map(str(file)) as source, pa.ipc.open_file(source) as reader:
            table = reader.read_all()
        if table.schema != _CACHE_SCHEMA:
            return {}
        columns: list[list[Any]] = [column.to_pylist() for column in table.columns]
    except (OSError, pa.ArrowException):
        return {}
    return dict(
        zip(columns[0], zip(zip(*columns[1:6], strict=True), zip(*columns[6:], strict=True), strict=True), strict=True)
    )


def _save_cache(file: Path, found: list[_Found], rows: pa.Table, now_ns: int) -> None:
    """Remember the rows of files that were last touched well before the scan began. Failing to is no error."""
    arrays: list[Any] = [rows.column(0).combine_chunks()]
    for index in range(2, 7):
        arrays.append(pa.array([each[index] for each in found], type=pa.int64()))
    arrays += [column.combine_chunks() for column in rows.columns[1:]]
    table = pa.Table.from_arrays(arrays, schema=_CACHE_SCHEMA)
    settled = now_ns - RACY_NS
    table = table.filter(
        pa.array([each.mtime_ns < settled and each.ctime_ns < settled for each in found], type=pa.bool_())
    )
    fresh = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with pa.OSFile(str(fresh), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        os.replace(fresh, file)
    except OSError:
        fresh.unlink(missing_ok=True)
