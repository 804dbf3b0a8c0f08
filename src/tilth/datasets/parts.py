"""Parts: a table in a repo as a folder of Parquet files, cut by the hash of the key, so that edits stay local.

The parts are the leaves of a binary trie over xxh3-64 of the key's bytes: a set of keys with a common hash prefix is
one part while it holds at most SPLIT_ABOVE rows, else it is two. So the files follow from the rows alone, whatever the
history, and a change of k rows rewrites about k files (a split or a merge touches its two halves only). A part is
named by its hash prefix: `part.parquet` is everything, `part-0.parquet` and `part-1.parquet` its halves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xxhash
from numpy.typing import NDArray

from tilth.errors import Corrupt, Invalid

SPLIT_ABOVE = 12_288
"""Rows above which a part is split; so full parts hold 6,144 to 12,288 rows, about 8k."""

Read: TypeAlias = Callable[[str], bytes]
Hashes: TypeAlias = NDArray[np.uint64]

_NAME = re.compile(r"part(?:-([01]{1,64}))?\.parquet")


def part_path(prefix: str) -> str:
    """Return the file name of the part with a hash prefix ("" or binary digits, most significant first)."""
    return f"part-{prefix}.parquet" if prefix else "part.parquet"


def prefixes_of(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the hash prefixes of part file names, in key-hash order. Raises Invalid for any other name."""
    found = []
    for path in paths:
        match = _NAME.fullmatch(path)
        if match is None:
            raise Invalid(f"{path!r} is not a part of a table.", help="Parts are named part-0101.parquet.")
        found.append(match.group(1) or "")
    return tuple(sorted(found))


def plan_parts(paths: Iterable[str], keys: Sequence[str]) -> dict[str, list[int]]:
    """Return which part each key lives in: part name → positions in `keys`. A name may be of a part still empty.

    Cost O(keys), on columns.
    """
    grouped = _by_leaf(_hashes(keys), prefixes_of(paths))
    return {part_path(prefix): positions.tolist() for prefix, positions in grouped.items()}


def write_parts(
    read: Read,
    paths: Iterable[str],
    upserts: pa.Table | None,
    deletes: Sequence[str] = (),
    *,
    key: str,
    schema: pa.Schema | None = None,
) -> dict[str, bytes | None]:
    """Change rows of a table: return part name → new bytes, or None for a part that goes.

    `paths` names the parts there are, `read` gives the bytes of one. `upserts` replace rows of equal key or add them;
    a key in both is an upsert; deleting what is not there is nothing. `schema` is needed only to make an empty table.
    Only parts whose bytes change are returned. Raises Invalid for a key column that is missing, not text, null or
    twice in `upserts`, and for a schema that differs from the table's (rewrite it whole with `build_parts`).
    Cost O(touched parts); a part that shrinks also reads the part beside it.
    """
    prefixes = prefixes_of(paths)
    shape = upserts.schema if upserts is not None else schema
    if shape is None:
        if not prefixes:
            raise Invalid("A new table needs rows or a schema.", help="Give upserts or schema.")
        if not deletes:
            return {}
        shape = _parse(read(part_path(prefixes[0])), part_path(prefixes[0]), key).schema
    shape = table_schema(shape, key)
    fresh = shape.empty_table() if upserts is None else _checked(upserts, shape, key)
    trie = _Trie(read, prefixes, shape, key)
    trie.edit(fresh, sorted(set(deletes).difference(_texts(fresh[key]))) if len(deletes) else [])
    return trie.changes()


def build_parts(table: pa.Table, *, key: str) -> dict[str, bytes]:
    """Return all parts of a new table: part name → bytes. Raises Invalid as `write_parts`."""
    written = write_parts(_nothing, (), table, key=key)
    return {path: data for path, data in written.items() if data is not None}


def read_parts(read: Read, paths: Iterable[str], *, key: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Return all rows of a table in key order. Raises Invalid where there are no parts, Corrupt for a broken one."""
    parts = list(scan_parts(read, paths, key=key, columns=columns))
    if not parts:
        raise Invalid("There are no parts to read.", help="A table has at least part.parquet.")
    whole = pa.concat_tables(parts)
    return whole.take(pc.sort_indices(whole[key]))


def scan_parts(
    read: Read, paths: Iterable[str], *, key: str, columns: Sequence[str] | None = None
) -> Iterator[pa.Table]:
    """Yield the parts one by one, each in key order; only one is in memory at a time."""
    wanted = None if columns is None else [key, *(name for name in columns if name != key)]
    for prefix in prefixes_of(paths):
        part = _parse(read(part_path(prefix)), part_path(prefix), key)
        yield part if wanted is None else part.select(wanted)


def table_schema(schema: pa.Schema, key: str) -> pa.Schema:
    """Return the schema of the parts: no metadata, dictionary columns as values. Raises Invalid for the key."""
    if key not in schema.names:
        raise Invalid(f"The table has no key column {key!r}.", help=f"Its columns are {', '.join(schema.names)}.")
    if len(set(schema.names)) != len(schema.names):
        raise Invalid("The table names a column twice.", help="Give every column its own name.")
    fields = []
    for field in schema:
        kind: Any = field.type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
            kind = pa.string()
        if field.name == key and not pa.types.is_string(kind):
            raise Invalid(f"The key column {key!r} is {kind}, not text.", help="Cast the keys to strings.")
        fields.append(pa.field(field.name, kind, nullable=field.name != key))
    return pa.schema(fields)


def encode_part(table: pa.Table, key: str) -> bytes:
    """Return a part's bytes: rows in key order, one row group, zstd. Equal rows give equal bytes (for one pyarrow)."""
    ordered = table.take(pc.sort_indices(table[key])).combine_chunks()
    sink = pa.BufferOutputStream()
    pq.write_table(
        ordered,
        sink,
        compression="zstd",
        compression_level=3,
        version="2.6",
        data_page_version="1.0",
        use_dictionary=True,
        write_statistics=True,
        row_group_size=max(len(ordered), 1),
        store_schema=True,
    )
    return sink.getvalue().to_pybytes()


class _Trie:
    """The leaves of one table during one edit; leaves are read when first needed and written out by `changes`."""

    def __init__(self, read: Read, prefixes: Iterable[str], schema: pa.Schema, key: str) -> None:
        self._read, self._schema, self._key = read, schema, key
        self._old = frozenset(prefixes)
        self._leaves = set(self._old)
        self._bytes: dict[str, bytes] = {}
        self._rows: dict[str, pa.Table] = {}

    def edit(self, upserts: pa.Table, deletes: Sequence[str]) -> None:
        """Apply rows and deletions (disjoint keys) by leaf, then split and merge what became too large or small."""
        keys = upserts[self._key].combine_chunks() if len(upserts) else pa.array([], pa.string())
        put = _by_leaf(_hashes(_texts(keys)), self._leaves)
        gone = _by_leaf(_hashes(deletes), self._leaves)
        dropped = pa.array(deletes, pa.string())
        none = np.empty(0, np.int64)
        touched = sorted({*put, *gone, *(() if self._leaves else ("",))})
        shrunk = []
        for prefix in touched:
            before = self._table(prefix)
            positions = put.get(prefix, none)
            replaced = pa.concat_arrays([keys.take(positions), dropped.take(gone.get(prefix, none))])
            kept = before.filter(pc.invert(pc.is_in(before[self._key], value_set=replaced)))
            after = pa.concat_tables([kept, upserts.take(positions)])
            self._leaves.add(prefix)
            self._rows[prefix] = after
            if len(after) < len(before) or not len(after):
                shrunk.append(prefix)
        for prefix in touched:
            if len(self._rows[prefix]) > SPLIT_ABOVE:
                self._leaves.discard(prefix)
                hashes = _hashes(_texts(self._rows[prefix][self._key]))
                self._split(prefix, self._rows.pop(prefix), hashes)
        for prefix in shrunk:
            self._merge(prefix)

    def changes(self) -> dict[str, bytes | None]:
        """Return the bytes of the leaves that differ from before, and None for those that are gone."""
        alive = {leaf for leaf in self._leaves if leaf not in self._rows or len(self._rows[leaf])}
        if not alive:
            alive = {""}
            self._rows.setdefault("", self._schema.empty_table())
        result: dict[str, bytes | None] = {part_path(prefix): None for prefix in sorted(self._old - alive)}
        for prefix in sorted(alive & self._rows.keys()):
            data = encode_part(self._rows[prefix], self._key)
            if self._bytes.get(prefix) != data:
                result[part_path(prefix)] = data
        return result

    def _table(self, prefix: str) -> pa.Table:
        """Return the rows of a leaf now; a half without a file is empty."""
        if prefix in self._rows:
            return self._rows[prefix]
        if prefix not in self._old:
            return self._schema.empty_table()
        path = part_path(prefix)
        self._bytes[prefix] = self._read(path)
        table = _parse(self._bytes[prefix], path, self._key)
        if table.schema != self._schema:
            raise Invalid(
                f"The rows have columns {_columns(self._schema)}, but the table has {_columns(table.schema)}.",
                help="Give rows of the table's schema, or rewrite the whole table.",
            )
        self._rows[prefix] = table
        return table

    def _split(self, prefix: str, table: pa.Table, hashes: Hashes) -> None:
        """Make leaves of `table` under a prefix, none of them empty."""
        if len(table) <= SPLIT_ABOVE or len(prefix) == 64:
            if len(table):
                self._leaves.add(prefix)
                self._rows[prefix] = table
            return
        high = (hashes >> np.uint64(63 - len(prefix))) & np.uint64(1) == 1
        for digit, half in (("0", ~high), ("1", high)):
            self._split(prefix + digit, table.filter(pa.array(half)), hashes[half])

    def _merge(self, prefix: str) -> None:
        """Join a leaf with the half beside it, and so on upwards, as long as both together are small enough."""
        while prefix and prefix in self._leaves:
            beside = prefix[:-1] + ("1" if prefix[-1] == "0" else "0")
            if any(leaf.startswith(beside) and leaf != beside for leaf in self._leaves):
                return
            halves = [self._table(half) for half in (prefix, beside) if half in self._leaves]
            if sum(map(len, halves)) > SPLIT_ABOVE:
                return
            for half in (prefix, beside):
                self._leaves.discard(half)
                self._rows.pop(half, None)
            prefix = prefix[:-1]
            self._leaves.add(prefix)
            self._rows[prefix] = pa.concat_tables(halves)


def _hashes(keys: Sequence[str]) -> Hashes:
    return np.fromiter((xxhash.xxh3_64_intdigest(key.encode()) for key in keys), np.uint64, len(keys))


def _by_leaf(hashes: Hashes, leaves: Iterable[str]) -> dict[str, NDArray[np.int64]]:
    """Return leaf → positions of the hashes that are in it, in their order. A half without a file is a leaf, too."""
    if not len(hashes):
        return {}
    known = set(leaves)
    inner = {leaf[:size] for leaf in known for size in range(len(leaf))}  # the nodes that are split
    halves = {prefix + digit for prefix in inner for digit in "01"}
    whole = sorted((known | halves) - inner) or [""]  # one beside the other, they are all hashes there are
    starts = np.array([int(prefix.ljust(64, "0"), 2) for prefix in whole], np.uint64)
    place = np.searchsorted(starts, hashes, side="right") - 1
    order = np.argsort(place, kind="stable")
    cuts = np.flatnonzero(np.diff(place[order])) + 1
    return {whole[place[some[0]]]: some for some in np.split(order, cuts)}


def _checked(table: pa.Table, schema: pa.Schema, key: str) -> pa.Table:
    keys = table[key]
    if keys.null_count:
        raise Invalid(f"{keys.null_count} rows have no key.", help=f"Fill the column {key!r}.")
    if len(pc.unique(keys)) != len(keys):
        counted: Any = pc.value_counts(keys)
        twice = counted.filter(pc.greater(counted.field("counts"), pa.scalar(1, pa.int64()))).field("values")[0].as_py()
        raise Invalid(f"The key {twice!r} comes twice.", help="Give one row per key.")
    return table.cast(schema)


def _parse(data: bytes, path: str, key: str) -> pa.Table:
    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as problem:
        raise Corrupt(f"Part {path} is not readable as Parquet: {problem}", help="Run tilth verify.") from problem
    if key not in table.schema.names:
        raise Invalid(f"Part {path} has no key column {key!r}.", help=f"Its columns: {', '.join(table.schema.names)}.")
    return table.replace_schema_metadata(None)


def _texts(column: Any) -> list[str]:
    texts: list[str] = column.to_pylist()
    return texts


def _columns(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name} {field.type}" for field in schema)


def _nothing(path: str) -> bytes:
    raise Corrupt(f"{path} does not exist.", help="A new table has no parts.")
