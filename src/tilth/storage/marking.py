"""Following references from roots to every record that is needed. What nothing reaches is garbage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from tilth.errors import Corrupt, NotFound
from tilth.model.digest import Digest
from tilth.progress import Progress, silent
from tilth.storage.content import STORED_LIST
from tilth.storage.marks import LIVE, Marks
from tilth.storage.rows import decode_rows
from tilth.storage.store import Store

RowReader: TypeAlias = "Callable[[Marker, pa.RecordBatch], None]"
"""Marks what the rows of one range name."""

BlobReader: TypeAlias = "Callable[[Marker, bytes], None]"
"""Marks what a record names."""

_ROWS, _SHAPE, _LIST, _FIRST_BLOB = 2, 4, 8, 16
_LIST_ENTRY = np.dtype([("digest", "V32"), ("length", "<u4")])
_BATCH = 4096


class Marker:
    """Marks records, and follows what they name. Each is read at most once, however many ways lead to it.

    What is to be followed is only gathered at first, so that roots can be named inside one short database snapshot;
    `run` follows. `rows` says by table name what the rows of a table name; ranges of other tables are not read.
    `purged` content is not followed and stays unmarked. Memory: that of `Marks`, and the roots.
    """

    def __init__(
        self,
        store: Store,
        marks: Marks,
        rows: Mapping[str, RowReader],
        *,
        purged: Iterable[bytes] = (),
        progress: Progress = silent,
    ) -> None:
        self.marks = marks
        self._store = store
        self._rows = rows
        self._progress = progress
        self._purged = frozenset(purged)
        self.unreadable: set[bytes] | None = None
        """Gathers what cannot be read where that is not to be an error."""
        self._waiting: list[tuple[int, list[bytes]]] = []
        self._readers: dict[BlobReader, int] = {}

    def records(self, digests: bytes | Iterable[bytes]) -> None:
        """Mark records that name nothing."""
        joined = digests if isinstance(digests, bytes) else b"".join(digests)
        if self._purged:
            joined = b"".join(self._allowed(joined))
        self.marks.keep(joined)

    def table(self, roots: bytes | Iterable[bytes] | None, *, shape: bool = False) -> None:
        """Mark tables and, by the reader of their name, what their rows name. With `shape`, only the tables."""
        if roots is None:
            return
        joined = roots if isinstance(roots, bytes) else b"".join(roots)
        bit = _SHAPE if shape else _ROWS
        self._wait(bit, self.marks.mark(joined, bit))

    def blob(self, digests: bytes | Iterable[bytes], reader: BlobReader) -> None:
        """Mark records that `reader` knows how to read."""
        joined = digests if isinstance(digests, bytes) else b"".join(digests)
        bit = self._readers.setdefault(reader, _FIRST_BLOB << len(self._readers))
        self._wait(bit, self.marks.mark(joined, bit))

    def content(self, digest: bytes, layout: int, chunks: bytes) -> None:
        """Mark the bytes of one file."""
        self.contents(
            pa.array([digest], pa.binary(32)), pa.array([layout], pa.uint8()), pa.array([chunks], pa.binary())
        )

    def contents(self, digests: pa.Array[Any], layouts: pa.Array[Any], chunks: pa.Array[Any]) -> None:
        """Mark the bytes of many files, given the columns of their `Content`."""
        if self._purged:
            kept = pa.array([value not in self._purged for value in digests.to_pylist()], pa.bool_())
            digests, layouts, chunks = digests.filter(kept), layouts.filter(kept), chunks.filter(kept)
        joined = fixed_bytes(digests)
        self.records(joined)
        lists = np.flatnonzero(layouts.to_numpy(zero_copy_only=False) == STORED_LIST)
        if len(lists):
            self._wait(_LIST, self.marks.mark(b"".join(joined[at * 32 : at * 32 + 32] for at in lists.tolist()), _LIST))
        self._chunk_list(value_bytes(chunks))

    def run(self) -> None:
        """Follow everything that waits. Raises Corrupt where a record that is needed cannot be read."""
        while self._waiting:
            bit, digests = self._waiting.pop()
            for digest in digests:
                self._follow(bit, Digest(digest))
            self._progress.advance(len(digests))

    def _wait(self, bit: int, digests: Sequence[bytes]) -> None:
        for start in range(0, len(digests), _BATCH):
            self._waiting.append((bit, list(digests[start : start + _BATCH])))

    def _allowed(self, digests: bytes) -> Iterable[bytes]:
        parts = (digests[at : at + 32] for at in range(0, len(digests), 32))
        return (part for part in parts if part not in self._purged)

    def _follow(self, bit: int, digest: Digest) -> None:
        try:
            data = self._store.get(digest)
        except (NotFound, Corrupt) as error:
            if self.unreadable is not None:
                self.unreadable.add(digest)
                return
            raise Corrupt(
                f"Record {digest.hex()} is needed and cannot be read: {error.message}",
                help="Nothing was deleted. Run tilth verify, restore what is damaged from a backup, then collect.",
                digest=digest.hex(),
            ) from error
        if bit in (_ROWS, _SHAPE):
            self._follow_rows(bit, data)
        elif bit == _LIST:
            self._chunk_list(data)
        else:
            for reader, own in self._readers.items():
                if own == bit:
                    reader(self, data)

    def _follow_rows(self, bit: int, data: bytes) -> None:
        rows = decode_rows(data)
        reader = self._rows.get(rows.table) if bit == _ROWS else None
        if rows.level == 0:
            if reader is not None:
                reader(self, rows.batch)
            return
        children = fixed_bytes(rows.batch.column(2))
        if rows.level == 1 and reader is None:
            self.marks.keep(children)
        else:
            self._wait(bit, self.marks.mark(children, bit))

    def _chunk_list(self, data: bytes) -> None:
        if data:
            self.records(np.frombuffer(data, _LIST_ENTRY)["digest"].tobytes())


def fixed_bytes(column: pa.Array[Any]) -> bytes:
    """Return the valid values of a fixed-size binary column, one after another."""
    if column.null_count:
        column = column.drop_null()
    width = column.type.byte_width
    data = column.buffers()[1]
    start = column.offset * width
    return bytes(memoryview(data)[start : start + len(column) * width]) if data is not None else b""


def value_bytes(column: pa.Array[Any]) -> bytes:
    """Return the values of a binary column, one after another."""
    _, offsets, data = column.buffers()
    if data is None or offsets is None or not len(column):
        return b""
    ends = np.frombuffer(memoryview(offsets), np.int32, len(column) + 1, column.offset * 4)
    return bytes(memoryview(data)[int(ends[0]) : int(ends[-1])])


__all__ = ["LIVE", "BlobReader", "Marker", "Marks", "RowReader"]
