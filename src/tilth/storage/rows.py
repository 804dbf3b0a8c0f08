"""Rows as records: their logical digest, their size, their bytes.

A range or node of a table is named by what its rows say, never by how Arrow happens to hold them: slices share their
parent's buffers, and equal rows have different buffers after a filter or a concatenation.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, TypeAlias, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from blake3 import blake3

from tilth.errors import Corrupt, Invalid
from tilth.model.digest import Digest

ROWS_CONTEXT = "tilth 2026 table rows"
Row: TypeAlias = dict[str, Any]
"""One row by field name."""

Column: TypeAlias = "pa.Array[Any]"

MAX_LEVELS = 64
"""More levels than any table has: a node has two entries or more."""

_TABLE = b"tilth.table"
_LEVEL = b"tilth.level"


class Keys(Sequence[bytes]):
    """A column of strings or binaries seen as a sequence of bytes; made for `bisect`."""

    __slots__ = ("_data", "_offsets")

    def __init__(self, column: Column) -> None:
        self._offsets, data = _offsets_and_data(column)
        self._data = memoryview(data) if data is not None else memoryview(b"")

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> list[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | list[bytes]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        if at < 0:
            at += len(self)
        if not 0 <= at < len(self):
            raise IndexError(at)
        return bytes(self._data[self._offsets[at] : self._offsets[at + 1]])


class DecodedRows:
    """A decoded range (level 0) or node (level 1 and up) of a table."""

    __slots__ = ("batch", "keys", "level", "table")

    def __init__(self, table: str, level: int, batch: pa.RecordBatch) -> None:
        self.table = table
        self.level = level
        self.batch = batch
        self.keys = Keys(batch.column(0))


def key_list(column: Column) -> list[bytes]:
    """Return a key column as bytes."""
    if not pa.types.is_binary(column.type):
        column = column.view(pa.binary()) if pa.types.is_string(column.type) else column.cast(pa.binary())
    keys: list[Any] = column.to_pylist()
    return keys


def join_batches(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """Return the rows of several batches of one schema as one batch."""
    schema = batches[0].schema
    columns = [pa.concat_arrays([batch.column(i) for batch in batches]) for i in range(len(schema))]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def check_type(kind: pa.DataType) -> None:
    """Raise Invalid for a type that tables do not hold."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        check_type(kind.value_type)
    elif pa.types.is_map(kind):
        check_type(kind.key_type)
        check_type(kind.item_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            check_type(field.type)
    elif not (_is_text(kind) or pa.types.is_boolean(kind) or _width(kind)):
        raise Invalid(
            f"A table cannot hold values of type {kind}.",
            help="Use numbers, booleans, times, strings, binaries, or lists, maps and structs of them.",
        )


def logical_digest(table: str, level: int, batch: pa.RecordBatch) -> Digest:
    """Return the digest of rows: over table name, level, counts, and per column validity and the valid values.

    Equal rows give equal digests however their buffers lie.
    """
    hasher = blake3(derive_key_context=ROWS_CONTEXT)
    name = table.encode()
    hasher.update(struct.pack("<I", len(name)) + name + struct.pack("<IQI", level, batch.num_rows, batch.num_columns))
    for column in batch.columns:
        _hash(hasher, column)
    return Digest(hasher.digest())


def row_sizes(batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """Return the size of each row in bytes, by its values alone."""
    total = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        total += _sizes(column)
    return total


def encode_rows(table: str, level: int, batch: pa.RecordBatch) -> bytes:
    """Return rows as an Arrow IPC stream that says of which table and level they are. The store compresses it."""
    schema = batch.schema.with_metadata({_TABLE: table.encode(), _LEVEL: str(level).encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    return sink.getvalue().to_pybytes()


def decode_rows(data: bytes) -> DecodedRows:
    """Return what `encode_rows` was given. Raises Corrupt."""
    try:
        reader = pa.ipc.open_stream(pa.py_buffer(data))
        batch = reader.read_next_batch()
        facts = reader.schema.metadata or {}
        name, level = facts[_TABLE].decode(), int(facts[_LEVEL])
        # Offsets of damaged rows may point anywhere, and Arrow would follow them.
        batch.validate(full=True)
    except (pa.ArrowException, OSError, KeyError, ValueError, StopIteration, MemoryError) as error:
        raise _unreadable(str(error)) from error
    if not batch.num_rows or not batch.num_columns:
        raise _unreadable("there are none")
    key = batch.column(0)
    if not (pa.types.is_string(key.type) or pa.types.is_binary(key.type)) or key.null_count:
        raise _unreadable("they have no key")
    if not 0 <= level < MAX_LEVELS:
        raise _unreadable(f"their level is {level}")
    try:
        bare = pa.RecordBatch.from_arrays(batch.columns, schema=batch.schema.remove_metadata())
    except UnicodeDecodeError as error:  # the name of a column, which nothing has read before
        raise _unreadable(str(error)) from error
    return DecodedRows(name, level, bare)


def check_rows(data: bytes) -> Digest:
    """Return the digest that stored rows must have. Raises Corrupt."""
    rows = decode_rows(data)
    try:
        for field in rows.batch.schema:
            check_type(field.type)
    except Invalid as error:
        raise _unreadable(error.message) from error
    return logical_digest(rows.table, rows.level, rows.batch)


def _unreadable(why: str) -> Corrupt:
    return Corrupt(f"Stored rows cannot be read: {why}.", help="Run tilth verify to see what is damaged.")


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_large_binary(kind)
    )


def _width(kind: pa.DataType) -> int:
    if pa.types.is_dictionary(kind):
        return 0
    try:
        return int(kind.bit_width) // 8
    except ValueError:
        return 0


def _offsets_and_data(column: Column) -> tuple[npt.NDArray[np.int64], pa.Buffer | None]:
    """Return absolute offsets (one more than rows) and the data buffer of a string or binary column."""
    large = pa.types.is_large_string(column.type) or pa.types.is_large_binary(column.type)
    _, offsets, data = column.buffers()
    if offsets is None or len(column) == 0:
        return np.zeros(len(column) + 1, np.int64), data
    width = np.dtype(np.int64 if large else np.int32)
    view = np.frombuffer(memoryview(offsets), width, len(column) + 1, column.offset * width.itemsize)
    return view.astype(np.int64), data


def _children(column: Column) -> tuple[npt.NDArray[np.int64], list[Column]]:
    """Return offsets from 0 and the child values of a list or map column, whatever slice it is."""
    nested: Any = column
    offsets = nested.offsets.to_numpy(zero_copy_only=False).astype(np.int64)
    if not len(offsets):
        offsets = np.zeros(1, np.int64)
    start, stop = int(offsets[0]), int(offsets[-1])
    if pa.types.is_map(column.type):
        parts = [nested.keys, nested.items]
    else:
        parts = [nested.values]
    return offsets - start, [part.slice(start, stop - start) for part in parts]


def _hash(hasher: blake3, column: Column) -> None:
    if column.null_count:
        valid = column.is_valid().to_numpy(zero_copy_only=False)
        hasher.update(b"\x01" + np.packbits(valid, bitorder="little").tobytes())
        # What lies under a null is anything; only valid values are hashed.
        column = column.drop_null()
    else:
        hasher.update(b"\x00")
    kind = column.type
    nested: Any = column  # the stubs know the methods of nested columns on their own classes only
    if _is_text(kind):
        offsets, data = _offsets_and_data(column)
        hasher.update(np.diff(offsets).astype("<u4").tobytes())
        if data is not None:
            hasher.update(memoryview(data)[int(offsets[0]) : int(offsets[-1])])
    elif pa.types.is_boolean(kind):
        hasher.update(np.packbits(column.to_numpy(zero_copy_only=False), bitorder="little").tobytes())
    elif pa.types.is_struct(kind):
        for i in range(kind.num_fields):
            _hash(hasher, nested.field(i))
    elif pa.types.is_fixed_size_list(kind):
        _hash(hasher, nested.flatten())
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        offsets, parts = _children(column)
        hasher.update(np.diff(offsets).astype("<u4").tobytes())
        for part in parts:
            _hash(hasher, part)
    else:
        width = _width(kind)
        data = column.buffers()[1]
        if data is not None:
            hasher.update(memoryview(data)[column.offset * width : (column.offset + len(column)) * width])


def _sizes(column: Column) -> npt.NDArray[np.int64]:
    kind = column.type
    nested: Any = column
    count = len(column)
    if _is_text(kind):
        sizes: npt.NDArray[np.int64] = np.diff(_offsets_and_data(column)[0])
    elif pa.types.is_struct(kind):
        sizes = np.zeros(count, np.int64)
        for i in range(kind.num_fields):
            sizes += _sizes(nested.field(i))
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        offsets, parts = _children(column)
        sizes = np.zeros(count, np.int64)
        for part in parts:
            sums = np.concatenate([[0], np.cumsum(_sizes(part))])
            sizes += np.diff(sums[offsets])
    elif pa.types.is_fixed_size_list(kind):
        if column.null_count:
            sizes = np.zeros(count, np.int64)
            valid = column.is_valid().to_numpy(zero_copy_only=False)
            sizes[valid] = _sizes(column.drop_null())
        else:
            sizes = _sizes(nested.flatten()).reshape(count, kind.list_size).sum(axis=1)
    else:
        return np.full(count, max(1, _width(kind)), np.int64)
    if column.null_count:
        sizes = np.where(column.is_valid().to_numpy(zero_copy_only=False), sizes, 0)
    return sizes + 4
