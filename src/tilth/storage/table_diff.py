"""What differs between two tables, reading only ranges whose digests differ."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tilth.late_arrow import pc
from tilth.storage.nodes import Entry, Tree, entries_in
from tilth.storage.rows import Keys, Row, key_list

RowChange = tuple[bytes, Row | None, Row | None]
"""Key, old row, new row."""


class Cursor:
    """Walks a tree from its root; what is equal on the other side is passed over whole."""

    def __init__(self, tree: Tree | None, start: bytes | None, stop: bytes | None) -> None:
        self._tree = tree
        self._start = start
        self._stop = stop
        self._stack: list[tuple[int, Entry]] = []
        if tree is not None:
            self._push(tree.root.level, [tree.root_entry()])

    def _push(self, level: int, entries: list[Entry]) -> None:
        for entry in reversed(entries):
            inside = (self._start is None or entry.last >= self._start) and (
                self._stop is None or entry.first < self._stop
            )
            if inside:
                self._stack.append((level, entry))

    def peek(self) -> tuple[int, Entry] | None:
        """Return level and entry of what comes next."""
        return self._stack[-1] if self._stack else None

    def skip(self) -> None:
        """Pass over what comes next."""
        self._stack.pop()

    def expand(self) -> None:
        """Replace the next node by its children."""
        assert self._tree is not None
        level, entry = self._stack.pop()
        self._push(level - 1, entries_in(self._tree.load(entry.digest).batch))

    def take(self) -> Pending:
        """Read the next range and step behind it."""
        assert self._tree is not None
        _, entry = self._stack.pop()
        rows = self._tree.load(entry.digest)
        low = 0 if self._start is None else bisect_left(rows.keys, self._start)
        high = len(rows.keys) if self._stop is None else bisect_left(rows.keys, self._stop)
        return Pending(rows.batch.slice(low, max(0, high - low)))


class Pending:
    """Rows of a range that are not compared yet; `keys` sees their keys in place."""

    __slots__ = ("batch", "keys")

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.batch = batch
        self.keys = Keys(batch.column(0))

    def split(self, bound: bytes) -> tuple[Pending, Pending | None]:
        """Return the rows up to `bound` and the rest."""
        at = bisect_left(self.keys, bound)
        at += at < len(self.keys) and self.keys[at] == bound
        if at == len(self.keys):
            return self, None
        return Pending(self.batch.slice(0, at)), Pending(self.batch.slice(at))


def diff_trees(old: Tree | None, new: Tree | None, start: bytes | None, stop: bytes | None) -> Iterator[RowChange]:
    """Yield the rows that differ in [start, stop), in key order. Cost: the ranges that differ and the nodes above."""
    left, right = Cursor(old, start, stop), Cursor(new, start, stop)
    a: Pending | None = None
    b: Pending | None = None
    while True:
        if a is not None and not a.keys:
            a = None
        if b is not None and not b.keys:
            b = None
        if a is not None and b is not None:
            bound = min(a.keys[-1], b.keys[-1])
            part_a, a = a.split(bound)
            part_b, b = b.split(bound)
            yield from compare(part_a, part_b)
        elif a is not None:
            b = _meet(right, a)
            if b is None:
                yield from compare(a, _nothing(a))
                a = None
        elif b is not None:
            a = _meet(left, b)
            if a is None:
                yield from compare(_nothing(b), b)
                b = None
        else:
            x, y = left.peek(), right.peek()
            if x is None and y is None:
                return
            if x is not None and y is not None and x[1].digest == y[1].digest:
                left.skip()
                right.skip()
                continue
            go_left = x is not None and (y is None or x[1].first <= y[1].last)
            go_right = y is not None and (x is None or y[1].first <= x[1].last)
            if go_left and go_right and x is not None and y is not None and x[0] != y[0]:
                go_left, go_right = x[0] > y[0], y[0] > x[0]
            if go_left and x is not None:
                a = _step(left, x[0])
            if go_right and y is not None:
                b = _step(right, y[0])


def compare(old: Pending, new: Pending) -> Iterator[RowChange]:
    """Yield the rows that differ between two runs of rows."""
    if old.batch.column(0).equals(new.batch.column(0)):
        at_old = at_new = np.flatnonzero(rows_differ(old.batch, new.batch))
        gone = fresh = np.empty(0, np.int64)
    else:
        places = {key: i for i, key in enumerate(key_list(new.batch.column(0)))}
        match = np.fromiter((places.get(key, -1) for key in key_list(old.batch.column(0))), np.int64, len(old.keys))
        gone = np.flatnonzero(match < 0)
        both_old = np.flatnonzero(match >= 0)
        both_new = match[both_old]
        fresh = np.setdiff1d(np.arange(len(new.keys)), both_new)
        differs = rows_differ(old.batch.take(both_old), new.batch.take(both_new))
        at_old, at_new = both_old[differs], both_new[differs]
    changes: list[RowChange] = []
    for i, row in zip(gone.tolist(), _rows(old, gone), strict=True):
        changes.append((old.keys[i], row, None))
    for i, row in zip(fresh.tolist(), _rows(new, fresh), strict=True):
        changes.append((new.keys[i], None, row))
    for i, before, after in zip(at_old.tolist(), _rows(old, at_old), _rows(new, at_new), strict=True):
        changes.append((old.keys[i], before, after))
    changes.sort(key=lambda change: change[0])
    yield from changes


def rows_differ(old: pa.RecordBatch, new: pa.RecordBatch) -> npt.NDArray[np.bool_]:
    """Tell for each pair of rows whether any value differs; nulls are equal, and so are NaNs of equal bits."""
    differs = np.zeros(old.num_rows, np.bool_)
    pairs_of_columns: Iterator[tuple[Any, Any]] = zip(old.columns, new.columns, strict=True)
    for left, right in pairs_of_columns:
        kind = left.type
        if pa.types.is_floating(kind):
            bits = {16: pa.uint16(), 32: pa.uint32(), 64: pa.uint64()}[kind.bit_width]
            left, right = left.view(bits), right.view(bits)
        if left.equals(right):
            continue  # one pass, where nearly all columns of nearly all edits are equal
        if pa.types.is_nested(kind):
            pairs = zip(left.to_pylist(), right.to_pylist(), strict=True)
            differs |= np.fromiter((x != y for x, y in pairs), np.bool_, old.num_rows)
            continue
        equal = pc.fill_null(pc.equal(left, right), False).to_numpy(zero_copy_only=False)
        absent = [side.is_null().to_numpy(zero_copy_only=False) for side in (left, right)]
        differs |= ~(equal | (absent[0] & absent[1]))
    return differs


def _meet(cursor: Cursor, other: Pending) -> Pending | None:
    """Read the cursor's next range where it begins within the other side's rows."""
    while (item := cursor.peek()) is not None and item[1].first <= other.keys[-1]:
        if item[0] == 0:
            return cursor.take()
        cursor.expand()
    return None


def _step(cursor: Cursor, level: int) -> Pending | None:
    if level == 0:
        return cursor.take()
    cursor.expand()
    return None


def _nothing(like: Pending) -> Pending:
    return Pending(like.batch.slice(0, 0))


def _rows(pending: Pending, at: npt.NDArray[np.int64]) -> list[Row]:
    return pending.batch.take(at).to_pylist() if len(at) else []
