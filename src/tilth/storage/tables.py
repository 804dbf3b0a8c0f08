"""Versioned tables: sorted rows as an immutable value, where a new version costs what changed.

A table is a tree of Arrow ranges cut by the hash of their keys. Equal rows have equal roots whatever the history.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from tilth.errors import Corrupt, Invalid
from tilth.model.digest import Digest
from tilth.storage.cutting import Cutter
from tilth.storage.nodes import (
    Entry,
    NodeNamer,
    NodeWriter,
    Tree,
    entries_batch,
    write_above,
    write_level,
)
from tilth.storage.rows import DecodedRows, Row, check_type, logical_digest
from tilth.storage.store import Store
from tilth.storage.table_diff import diff_trees
from tilth.storage.table_edits import Edits, make_edits, merge_edits

Key = str | bytes
_BUILD_ROWS = 1 << 16


@dataclass(frozen=True)
class TableSchema:
    """What the rows of a table are. `name` goes into every digest, so a changed schema needs a changed name.

    The first field is the key: a string or binary, never null, unique, ordered by its bytes. Raises Invalid.
    """

    name: str
    arrow: pa.Schema

    def __post_init__(self) -> None:
        key = self.arrow.field(0).type if len(self.arrow) else None
        if key not in (pa.string(), pa.binary()):
            raise Invalid(
                f"Table {self.name} has a key of type {key}.", help="Make its first field a string or a binary."
            )
        for field in self.arrow:
            check_type(field.type)

    def key_bytes(self, key: Key) -> bytes:
        """Return the bytes by which a key is ordered. Raises Invalid for a key of the wrong type."""
        text = self.arrow.field(0).type == pa.string()
        if text and isinstance(key, str):
            return key.encode()
        if not text and isinstance(key, bytes):
            return key
        raise Invalid(f"{key!r} is not a key of table {self.name}.", help="Keys are str or bytes, as the schema says.")

    def key_value(self, key: bytes) -> Key:
        """Return the key that the bytes stand for."""
        return key.decode() if self.arrow.field(0).type == pa.string() else key


@dataclass(frozen=True)
class Table:
    """One version of a table; `root` None is the empty one. Not durable until `store.flush`.

    Reads raise NotFound or Corrupt where stored ranges are missing or damaged.
    """

    store: Store
    schema: TableSchema
    root: Digest | None = None

    def __len__(self) -> int:
        tree = self._tree()
        return tree.root_entry().rows if tree else 0

    def get(self, key: Key) -> Row | None:
        """Return the row of a key. Cost: one range and the nodes above it."""
        wanted = self.schema.key_bytes(key)
        tree = self._tree()
        if tree is None:
            return None
        rows = tree.load(next(tree.entries(0, wanted)).digest)
        at = bisect_left(rows.keys, wanted)
        if at == len(rows.keys) or rows.keys[at] != wanted:
            return None
        return dict(rows.batch.slice(at, 1).to_pylist()[0])

    def get_many(self, keys: Iterable[Key]) -> pa.Table:
        """Return the rows of those keys that are here, in key order. Cost: the ranges that hold them."""
        tree = self._tree()
        wanted = sorted({self.schema.key_bytes(key) for key in keys})
        found = []
        at = 0
        while tree is not None and at < len(wanted) and wanted[at] <= tree.root_entry().last:
            entry = next(tree.entries(0, wanted[at]))
            rows = tree.load(entry.digest)
            if not wanted[at] <= entry.last == rows.keys[len(rows.keys) - 1]:
                raise Corrupt(
                    f"Record {entry.digest.hex()} is not where its table says.",
                    help="Run tilth verify to see what is damaged.",
                )
            picks = []
            while at < len(wanted) and wanted[at] <= entry.last:
                place = bisect_left(rows.keys, wanted[at])
                if rows.keys[place] == wanted[at]:
                    picks.append(place)
                at += 1
            if picks:
                found.append(rows.batch.take(picks))
        return pa.Table.from_batches(found, schema=self.schema.arrow.remove_metadata())

    def scan(self, start: Key | None = None, stop: Key | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows with start <= key < stop in key order, range by range. Seeks; reads only what it yields."""
        low = None if start is None else self.schema.key_bytes(start)
        high = None if stop is None else self.schema.key_bytes(stop)
        return self._scan(low, high)

    def prefix(self, prefix: Key) -> Iterator[pa.RecordBatch]:
        """Yield the rows whose key begins with `prefix`, in key order. Seeks."""
        low = self.schema.key_bytes(prefix)
        return self._scan(low, after_prefix(low))

    def update(self, upserts: pa.Table | pa.RecordBatch | None, deletes: Iterable[Key] = ()) -> Table:
        """Return the table with rows put and keys deleted. k edits rewrite about k ranges and the nodes above.

        Edits come in any order; of several rows with one key the last wins; a key in both is put; deleting a key that
        is not here does nothing. Raises Invalid where rows do not fit the schema, Unavailable on a full disk.
        """
        edits = make_edits(self._fit(upserts), [self.schema.key_bytes(key) for key in deletes])
        if not edits.keys:
            return self
        writer = NodeWriter(self.store, self.schema.name)
        tree = self._tree()
        if tree is None:
            nodes = write_level(writer, 0, _slices(edits.rows))
            return self._with_root(writer, 0, nodes)
        removed, added = _rewrite(tree, writer, 0, edits)
        for level in range(1, tree.root.level + 1):
            # What came out as it was is no edit above. Not so on the top level, where `added` must be all nodes.
            same = set(removed) & set(added)
            above = make_edits(
                entries_batch([entry for entry in added if entry not in same]),
                [entry.last for entry in removed if entry not in same],
            )
            if not above.keys:
                return self
            removed, added = _rewrite(tree, writer, level, above)
        return self._with_root(writer, tree.root.level, added)

    def fold(self, start: Key | None = None, stop: Key | None = None) -> tuple[Digest, int]:
        """Return digest and count of the rows with start <= key < stop.

        The digest is the root that a table of just these rows would have, so it depends on nothing else. Nothing is
        written. Cost: the rows are cut anew from `start` until the cuts meet the stored ones (a few ranges, and a few
        nodes on each level above); from there to `stop` stored nodes stand for their rows.
        """
        low = None if start is None else self.schema.key_bytes(start)
        high = None if stop is None else self.schema.key_bytes(stop)
        tree = self._tree()
        if tree is None:
            return self._empty_digest(), 0
        return _Fold(tree, self.schema.name, low, high).run() or (self._empty_digest(), 0)

    def _tree(self) -> Tree | None:
        return None if self.root is None else Tree(self.store, self.schema.name, self.root, self.schema.arrow)

    def _empty_digest(self) -> Digest:
        return logical_digest(self.schema.name, 0, _empty(self.schema.arrow))

    def _scan(self, start: bytes | None, stop: bytes | None) -> Iterator[pa.RecordBatch]:
        tree = self._tree()
        if tree is None:
            return
        for entry in tree.entries(0, start):
            if stop is not None and entry.first >= stop:
                return
            batch = clip(tree.load(entry.digest), start, stop)
            if batch.num_rows:
                yield batch

    def _fit(self, upserts: pa.Table | pa.RecordBatch | None) -> pa.RecordBatch:
        schema = self.schema.arrow.remove_metadata()
        if upserts is None:
            return _empty(schema)
        table = pa.Table.from_batches([upserts]) if isinstance(upserts, pa.RecordBatch) else upserts
        columns = []
        for field in schema:
            if field.name not in table.column_names:
                raise Invalid(f"Rows for table {self.schema.name} lack the column {field.name!r}.", help="Add it.")
            try:
                column = table.column(field.name).cast(field.type).combine_chunks()
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                raise Invalid(
                    f"Column {field.name!r} does not fit table {self.schema.name}: {error}.",
                    help=f"Give values of type {field.type}.",
                ) from error
            if isinstance(column, pa.ChunkedArray):
                column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], field.type)
            columns.append(column)
        if columns[0].null_count:
            raise Invalid(f"A row for table {self.schema.name} has no key.", help="Give every row a key.")
        for field, column in zip(schema, columns, strict=True):
            if not field.nullable and column.null_count:
                raise Invalid(f"Column {field.name!r} of table {self.schema.name} has a null.", help="Give a value.")
        return pa.RecordBatch.from_arrays(columns, schema=schema)

    def _with_root(self, writer: NodeWriter, level: int, nodes: list[Entry]) -> Table:
        if not nodes:
            return Table(self.store, self.schema, None)
        level, top = write_above(writer, level, nodes)
        root = top.digest
        while level:
            rows = Tree(self.store, self.schema.name, root, self.schema.arrow).root
            if rows.batch.num_rows > 1:
                break
            root = Digest(rows.batch.column(2)[0].as_py())  # one node is the root; none stands above it
            level -= 1
        return Table(self.store, self.schema, root)


def diff_tables(
    old: Table, new: Table, start: Key | None = None, stop: Key | None = None
) -> Iterator[tuple[Key, Row | None, Row | None]]:
    """Yield (key, old row, new row) where start <= key < stop and the rows differ, in key order.

    Reads only ranges whose digests differ and the nodes above them. Raises Invalid for tables of two kinds.
    """
    if old.schema.name != new.schema.name:
        raise Invalid(
            f"Tables {old.schema.name} and {new.schema.name} cannot be compared.", help="Compare versions of one."
        )
    low = None if start is None else new.schema.key_bytes(start)
    high = None if stop is None else new.schema.key_bytes(stop)
    if old.root == new.root:
        return
    for key, before, after in diff_trees(old._tree(), new._tree(), low, high):
        yield new.schema.key_value(key), before, after


def after_prefix(prefix: bytes) -> bytes | None:
    """Return the least bytes greater than everything that begins with `prefix`; None where there are none."""
    stem = prefix.rstrip(b"\xff")
    return stem[:-1] + bytes([stem[-1] + 1]) if stem else None


def clip(rows: DecodedRows, start: bytes | None, stop: bytes | None) -> pa.RecordBatch:
    """Return the rows with start <= key < stop."""
    low = 0 if start is None else bisect_left(rows.keys, start)
    high = len(rows.keys) if stop is None else bisect_left(rows.keys, stop)
    return rows.batch.slice(low, max(0, high - low))


def _rewrite(tree: Tree, writer: NodeWriter, level: int, edits: Edits) -> tuple[list[Entry], list[Entry]]:
    """Apply edits to the rows of one level; return the nodes that went and those that came.

    Each region begins at a node that takes an edit, which begins at a cut that no edit moves, and goes on until a new
    cut falls on the end of an old node: from there on the old cuts hold.
    """
    removed: list[Entry] = []
    added: list[Entry] = []
    end_of_level = tree.root_entry().last
    at = 0
    while at < len(edits.keys):
        cutter = Cutter(level)
        for entry in tree.entries(level, edits.keys[at]):
            final = entry.last == end_of_level
            upto = len(edits.keys) if final else bisect_left(edits.keys, entry.last, at)
            if not final and upto < len(edits.keys) and edits.keys[upto] == entry.last:
                upto += 1
            old = tree.load(entry.digest)
            rows = merge_edits(old, edits, at, upto) if upto > at else old.batch
            at = upto
            removed.append(entry)
            writer.stored.add(entry.digest)
            added += [writer.put(level, part) for part in cutter.feed(rows)]
            if final:
                added += [writer.put(level, part) for part in cutter.finish()]
            if cutter.at_boundary:
                break
    return removed, added


class _Fold:
    """Names the tree that the rows of a key range would make, level by level.

    On each level the nodes of that tree are: `head`, cut anew; then the stored nodes with `seam` < last < stop; then
    `tail`. Once `seam` is None the head is the whole level.
    """

    def __init__(self, tree: Tree, table: str, start: bytes | None, stop: bytes | None) -> None:
        self._tree = tree
        self._namer = NodeNamer(table)
        self._start = start
        self._stop = stop
        self._end = tree.root_entry().last

    def run(self) -> tuple[Digest, int] | None:
        head: list[Entry] = []
        tail: list[Entry] = []
        seam: bytes | None = None
        for level in range(self._tree.root.level + 1):
            head, seam, tail = self._level(level, head, seam, tail)
            if seam is None:
                return self._top(level, head)
        raise AssertionError("the root is the last node of its level, so its level is whole")

    def _level(
        self, level: int, head: list[Entry], seam: bytes | None, tail: list[Entry]
    ) -> tuple[list[Entry], bytes | None, list[Entry]]:
        cutter = Cutter(level)
        parts = cutter.feed(entries_batch(head)) if level else []
        low = self._start if level == 0 else _after(seam)
        for entry in self._tree.entries(level, low):
            parts += cutter.feed(clip(self._tree.load(entry.digest), low, self._stop))
            last = entry.last == self._end or (self._stop is not None and entry.last >= self._stop)
            if last:
                if level:
                    parts += cutter.feed(entries_batch(tail))
                parts += cutter.finish()
                return self._put(level, parts), None, []
            if cutter.at_boundary:
                return self._put(level, parts), entry.last, self._tail(level, tail)
        raise AssertionError("the last node of a level ends it")

    def _tail(self, level: int, tail: list[Entry]) -> list[Entry]:
        if self._stop is None or self._stop > self._end:
            return []
        entry = next(self._tree.entries(level, self._stop))
        cutter = Cutter(level)
        parts = cutter.feed(clip(self._tree.load(entry.digest), None, self._stop))
        if level:
            parts += cutter.feed(entries_batch(tail))
        return self._put(level, parts + cutter.finish())

    def _put(self, level: int, parts: list[pa.RecordBatch]) -> list[Entry]:
        return [self._namer.put(level, part) for part in parts]

    def _top(self, level: int, nodes: list[Entry]) -> tuple[Digest, int] | None:
        if not nodes:
            return None
        level, top = write_above(self._namer, level, nodes)
        root, count = top.digest, top.rows
        while level:
            rows = self._namer.rows.get(root)
            batch = self._tree.load(root).batch if rows is None else rows
            if batch.num_rows > 1:
                break
            root = Digest(batch.column(2)[0].as_py())
            level -= 1
        return root, count


def _after(key: bytes | None) -> bytes | None:
    return None if key is None else key + b"\x00"


def _slices(rows: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    for start in range(0, rows.num_rows, _BUILD_ROWS):
        yield rows.slice(start, _BUILD_ROWS)


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    plain = schema.remove_metadata()
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in plain], schema=plain)
