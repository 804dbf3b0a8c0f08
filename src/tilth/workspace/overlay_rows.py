"""Rows of a dataset's overlays (fixes, rulings, marks), in the parts that they lie in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tilth.datasets.overlays import SCHEMAS, changed_rows, overlay_rows
from tilth.datasets.parts import encode_part, plan_parts, write_parts
from tilth.storage.store import Store
from tilth.versioning.diff import diff_trees
from tilth.versioning.edits import Edits
from tilth.versioning.trees import Tree, write_entry


def changes_between(old: Tree, new: Tree, folder: str) -> tuple[pa.Table, pa.Table]:
    """Return the rows of an overlay that differ between two trees: as they were, as they are. Reads what differs."""
    before, after = [SCHEMAS[folder].empty_table()], [SCHEMAS[folder].empty_table()]
    for each in diff_trees(old, new, folder):
        if each.old is not None:
            before.append(_read(old, each.path, folder))
        if each.new is not None:
            after.append(_read(new, each.path, folder))
    return changed_rows(pa.concat_tables(before), pa.concat_tables(after))


def rows_in(tree: Tree, folder: str, keys: Sequence[str]) -> pa.Table:
    """Return the rows of some keys. Reads the parts that they are in."""
    names = _part_names(tree, folder) if len(keys) else []
    wanted = pa.array(keys, pa.string())
    found = [SCHEMAS[folder].empty_table()]
    for name, positions in plan_parts(names, keys).items() if names else ():
        if name in names:
            table = _read(tree, f"{folder}/{name}", folder)
            here = wanted.take(pa.array(positions, pa.int64()))  # of all keys, each part would make a set anew
            found.append(table.filter(pc.is_in(table["key"], value_set=here)))
    return pa.concat_tables(found)


def rows_by_key(table: pa.Table) -> dict[str, dict[str, Any]]:
    """Return few rows as Python has them."""
    return {str(row["key"]): row for row in table.to_pylist()}


def keys_of(table: pa.Table) -> list[str]:
    """Return the keys of rows."""
    keys: list[Any] = table["key"].to_pylist()
    return keys


def overlay_table(rows: Sequence[Mapping[str, Any]], folder: str) -> pa.Table:
    """Return rows as a table of an overlay."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMAS[folder])


def part_edits(
    store: Store, tree: Tree, folder: str, rows: pa.Table | None, deletes: Sequence[str], edits: Edits
) -> None:
    """Add to `edits` what makes rows of a table in parts be `rows`, without those of `deletes`. Costs O(parts met)."""
    names = _part_names(tree, folder)
    if (rows is None or not len(rows)) and (not deletes or not names):
        return

    def part(name: str) -> bytes:
        data = tree.read(f"{folder}/{name}")
        if pq.read_schema(pa.BufferReader(data)).names == SCHEMAS[folder].names:
            return data
        return encode_part(overlay_rows(data, folder), "key")  # written before there were all of its columns

    written = write_parts(part, names, rows, deletes, key="key", schema=SCHEMAS[folder])
    for name, data in written.items():
        if data is None:
            edits.delete(f"{folder}/{name}")
        else:
            edits.put(write_entry(store, f"{folder}/{name}", data))


def _part_names(tree: Tree, folder: str) -> list[str]:
    return [entry.path.rpartition("/")[2] for entry in tree.list(folder)] if tree.root is not None else []


def _read(tree: Tree, path: str, folder: str) -> pa.Table:
    return overlay_rows(tree.read(path), folder)
