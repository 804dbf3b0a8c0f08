"""The tree under a table: ranges of rows at level 0, nodes of entries above, until one is left."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from tilth.errors import Corrupt
from tilth.model.digest import Digest
from tilth.storage.cutting import Cutter
from tilth.storage.records import RecordKind
from tilth.storage.rows import DecodedRows, decode_rows, encode_rows, key_list, logical_digest
from tilth.storage.store import Store

_FIELDS: list[pa.Field[Any]] = [
    pa.field("last", pa.binary(), nullable=False),
    pa.field("first", pa.binary(), nullable=False),
    pa.field("digest", pa.binary(32), nullable=False),
    pa.field("rows", pa.uint64(), nullable=False),
]
NODE_SCHEMA = pa.schema(_FIELDS)


class Entry(NamedTuple):
    """How a node names a child: its last and first key, its digest, and how many rows lie under it."""

    last: bytes
    first: bytes
    digest: Digest
    rows: int


class Sink(Protocol):
    """Where newly cut ranges and nodes go."""

    def put(self, level: int, rows: pa.RecordBatch) -> Entry:
        """Take one range or node and return its entry."""


class Tree:
    """Reads the nodes of one table."""

    def __init__(self, store: Store, table: str, root: Digest, schema: pa.Schema | None = None) -> None:
        self._store = store
        self._table = table
        self._schema = schema
        self.root = self.load(root)
        self.root_digest = root

    def load(self, digest: Digest) -> DecodedRows:
        """Return a range or node. Raises NotFound, Corrupt."""
        rows = self._store.decoded.get(digest)
        if rows is None:
            rows = decode_rows(self._store.get(digest))
            self._store.decoded.put(digest, rows, rows.batch.nbytes + 1024)
        if rows.table != self._table:
            raise Corrupt(
                f"Record {digest.hex()} holds rows of table {rows.table!r}, not of {self._table!r}.",
                help="The root given is of another kind of table.",
            )
        expected = NODE_SCHEMA if rows.level else self._schema
        if expected is not None and not rows.batch.schema.equals(expected):
            raise Corrupt(
                f"Record {digest.hex()} holds other columns than table {self._table!r} has.",
                help="Run tilth verify to see what is damaged.",
            )
        return rows

    def root_entry(self) -> Entry:
        """Return the entry that a node above the root would have."""
        return entry_of(self.root.level, self.root.batch, self.root_digest)

    def entries(self, level: int, key: bytes | None = None) -> Iterator[Entry]:
        """Yield the entries of all nodes of a level in order, from the one that holds or would take `key`."""
        if self.root.level == level:
            yield self.root_entry()
        else:
            yield from self._descend(self.root, level, key)

    def _descend(self, node: DecodedRows, level: int, key: bytes | None) -> Iterator[Entry]:
        at = 0 if key is None else min(bisect_left(node.keys, key), len(node.keys) - 1)
        while at < len(node.keys):
            entry = entry_at(node, at)
            if node.level - 1 == level:
                yield entry
            else:
                child = self.load(entry.digest)
                if child.level != node.level - 1 or child.keys[len(child.keys) - 1] != entry.last:
                    raise Corrupt(
                        f"Record {entry.digest.hex()} is not what the node above it says.",
                        help="Run tilth verify to see what is damaged.",
                    )
                yield from self._descend(child, level, key)
            key = None
            at += 1


class NodeWriter:
    """A sink that stores what it gets."""

    def __init__(self, store: Store, table: str) -> None:
        self._store = store
        self._table = table
        self.stored: set[Digest] = set()
        """Digests known to be in the store, which need not be encoded again."""

    def put(self, level: int, rows: pa.RecordBatch) -> Entry:
        """Store one range or node. Raises Unavailable."""
        digest = logical_digest(self._table, level, rows)
        if digest not in self.stored:
            kind = RecordKind.RANGE if level == 0 else RecordKind.NODE
            self._store.put(kind, digest, encode_rows(self._table, level, rows))
        return entry_of(level, rows, digest)


class NodeNamer:
    """A sink that only names what it gets, and remembers it."""

    def __init__(self, table: str) -> None:
        self._table = table
        self.rows: dict[Digest, pa.RecordBatch] = {}

    def put(self, level: int, rows: pa.RecordBatch) -> Entry:
        """Name one range or node."""
        digest = logical_digest(self._table, level, rows)
        self.rows[digest] = rows
        return entry_of(level, rows, digest)


def entry_at(node: DecodedRows, at: int) -> Entry:
    """Return one entry of a node."""
    batch = node.batch
    return Entry(
        node.keys[at], batch.column(1)[at].as_py(), Digest(batch.column(2)[at].as_py()), batch.column(3)[at].as_py()
    )


def entries_in(batch: pa.RecordBatch) -> list[Entry]:
    """Return all entries of a node."""
    columns = [column.to_pylist() for column in batch.columns]
    return [Entry(*values) for values in zip(*columns, strict=True)]


def entries_batch(entries: Sequence[Entry]) -> pa.RecordBatch:
    """Return entries as the rows of a node."""
    columns = list(zip(*entries, strict=True)) if entries else [(), (), (), ()]
    return pa.RecordBatch.from_arrays(
        [pa.array(values, field.type) for values, field in zip(columns, NODE_SCHEMA, strict=True)], schema=NODE_SCHEMA
    )


def entry_of(level: int, rows: pa.RecordBatch, digest: Digest) -> Entry:
    """Return the entry of a range or node."""
    keys = rows.column(0)
    (first,), (last,) = key_list(keys[:1]), key_list(keys[-1:])
    if level == 0:
        return Entry(last, first, digest, rows.num_rows)
    return Entry(last, rows.column(1)[0].as_py(), digest, int(rows.column(3).to_numpy().sum()))


def write_level(sink: Sink, level: int, batches: Iterable[pa.RecordBatch]) -> list[Entry]:
    """Cut all rows of a level and return the entries of what came out."""
    cutter = Cutter(level)
    entries = [sink.put(level, part) for rows in batches for part in cutter.feed(rows)]
    return entries + [sink.put(level, part) for part in cutter.finish()]


def write_above(sink: Sink, level: int, entries: list[Entry]) -> tuple[int, Entry]:
    """Write levels above `entries`, the nodes of `level`, until one is left; return its level and entry."""
    while len(entries) > 1:
        level += 1
        entries = write_level(sink, level, [entries_batch(entries)])
    return level, entries[0]
