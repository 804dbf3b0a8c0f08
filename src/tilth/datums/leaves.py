"""The cut of one pfs input: versioned tables of its items, brought forward by what changed in the tree.

`items` maps an item to the digest of its content; keys are `/path`, or `/path<tab>row key`. Below a join or a group
there is also `index`, the same rows under `join key<tab>item key`. Both depend on the tree alone, so a cut brought
forward equals a cut from scratch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from tilth.datums.datum import UNSEEN, Member, escape_key, unescape_key
from tilth.datums.globs import Glob, compile_glob
from tilth.datums.inputs import Pfs
from tilth.datums.rows import read_rows
from tilth.model.digest import Digest, digest_of
from tilth.storage.content import Content, open_content
from tilth.storage.store import Store
from tilth.storage.tables import Table, TableSchema, diff_tables
from tilth.versioning.edits import TREE

BATCH = 20_000
"""Changed paths handled at once, which bounds memory."""

_FIELDS: list[pa.Field[Any]] = [
    pa.field("key", pa.string(), nullable=False),
    pa.field("digest", pa.binary(32), nullable=False),
    pa.field("row", pa.binary(), nullable=True),
]
ITEMS = TableSchema("datum-items-0", pa.schema(_FIELDS))
INDEX = TableSchema("datum-index-0", pa.schema(_FIELDS))

_Row = tuple[Digest, bytes | None]


@dataclass(frozen=True, slots=True)
class LeafState:
    """The roots of one leaf's tables; None is an empty table."""

    items: Digest | None = None
    index: Digest | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One pfs input in its place: `label` tells apart inputs of one name, `template` is its join or group key."""

    pfs: Pfs
    label: str
    template: str | None

    @property
    def glob(self) -> Glob:
        """The compiled glob."""
        return compile_glob(self.pfs.glob)


def advance_leaf(store: Store, leaf: Leaf, old: Digest | None, new: Digest | None, state: LeafState) -> LeafState:
    """Return the tables of `leaf` for the tree `new`, given those for the tree `old`.

    Reads the changed paths, the folders above them that are items, and changed table files. Raises Invalid for a
    broken table file, naming file and line. Cost: O(changed paths × log n), and changed table files.
    """
    if old == new:
        return state
    before, after = Table(store, TREE, old), Table(store, TREE, new)
    items = Table(store, ITEMS, state.items)
    index = Table(store, INDEX, state.index)
    glob = leaf.glob
    if glob.depth == 0:
        batches: Iterable[_Change] = [_root_change(after, leaf)]
    elif leaf.pfs.rows:
        batches = _row_changes(store, before, after, items, leaf)
    else:
        batches = _path_changes(before, after, glob)
    for upserts, deletes in batches:
        if leaf.pfs.reference:
            upserts = {key: (UNSEEN, row) for key, (_, row) in upserts.items()}
        if leaf.template is not None:
            index = _advance_index(leaf, items, index, upserts, deletes)
        items = _update(items, upserts, deletes)
    return LeafState(items.root, index.root)


_Change = tuple[dict[str, _Row], list[str]]


def _root_change(after: Table, leaf: Leaf) -> _Change:
    if after.root is None:
        return {}, ["/"]
    return {"/": (after.root, None)}, []


def _path_changes(before: Table, after: Table, glob: Glob) -> Iterator[_Change]:
    """Yield the items whose content may differ, with their digests in the new tree."""
    for changed in _batches(before, after, glob):
        files: dict[str, _Row] = {}
        folders: set[str] = set()
        for path, row in changed:
            for candidate in glob.candidates(path):
                if candidate == path and row is not None:
                    files[candidate] = (_file_digest(row), None)
                else:
                    folders.add(candidate)
        upserts = {f"/{path}": row for path, row in files.items()}
        gone: list[str] = []
        for folder in sorted(folders - files.keys()):
            digest, count = after.fold(f"{folder}/", f"{folder}0")
            if count:
                upserts[f"/{folder}"] = (digest, None)
            else:
                gone.append(folder)
        # What is no folder any more may have become a file, which another batch has told of.
        still = set(after.get_many(gone).column(0).to_pylist()) if gone else set()
        yield upserts, [f"/{path}" for path in gone if path not in still]


def _row_changes(store: Store, before: Table, after: Table, items: Table, leaf: Leaf) -> Iterator[_Change]:
    """Yield the rows that differ in changed table files, one file at a time."""
    glob, pfs = leaf.glob, leaf.pfs
    for changed in _batches(before, after, glob):
        for path, entry in changed:
            if not glob.matches(path):
                continue
            old = {
                name: (Digest(digest), row)
                for batch in items.prefix(f"/{path}\t")
                for name, digest, row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
            }
            new: dict[str, _Row] = {}
            if entry is not None:
                content = Content(entry["size"], Digest(entry["digest"]), entry["layout"], entry["chunks"])
                with open_content(store, content) as stream:
                    for row in read_rows(stream, f"{pfs.repo}:{path}", pfs.key):
                        new[f"/{path}\t{escape_key(row.key)}"] = (row.digest, row.encoded)
            upserts = {name: row for name, row in new.items() if old.get(name) != row}
            yield upserts, [name for name in old if name not in new]


def _batches(before: Table, after: Table, glob: Glob) -> Iterator[list[tuple[str, dict[str, Any] | None]]]:
    """Yield (changed path, its new row or None) in batches, only of paths that begin as the glob does."""
    start = glob.prefix or None
    changes = ((str(path), row) for path, _, row in diff_tables(before, after, start, after_prefix(glob.prefix)))
    while batch := list(islice(changes, BATCH)):
        yield batch


def _file_digest(row: Mapping[str, Any]) -> Digest:
    """Return the digest of a file as user code sees it: content, and whether it is a link or executable."""
    digest = Digest(row["digest"])
    mode = str(json.loads(row["attributes"]).get("mode", "")) if row["attributes"] else ""
    if not row["kind"] and mode in ("", "644"):
        return digest
    return digest_of(f"{row['kind']} {mode}\0".encode() + digest)


def _advance_index(
    leaf: Leaf, items: Table, index: Table, upserts: Mapping[str, _Row], deletes: Sequence[str]
) -> Table:
    """Bring the index by join key forward; `items` are the items before the same change."""
    stale: list[str] = []
    found = items.get_many({*upserts, *deletes})
    for key, row in zip(found.column(0).to_pylist(), found.column(2).to_pylist(), strict=True):
        stale.append(_index_key(leaf, str(key), row))
    fresh = {_index_key(leaf, key, row[1]): row for key, row in upserts.items()}
    return _update(index, fresh, [key for key in stale if key not in fresh])


def _index_key(leaf: Leaf, key: str, row: bytes | None) -> str:
    path = key[1:].partition("\t")[0]
    columns = json.loads(row) if row is not None else None
    return f"{escape_key(leaf.glob.fill(leaf.template or '', path, columns))}\t{key}"


def _update(table: Table, upserts: Mapping[str, _Row], deletes: Sequence[str]) -> Table:
    if not upserts and not deletes:
        return table
    rows = None
    if upserts:
        digests, encoded = zip(*upserts.values(), strict=True)
        rows = pa.table([list(upserts), list(digests), list(encoded)], schema=table.schema.arrow)
    return table.update(rows, deletes)


def after_prefix(prefix: str) -> str | None:
    """Return the least text behind everything that begins with `prefix`; None where there is none."""
    for end in range(len(prefix), 0, -1):
        code = ord(prefix[end - 1])
        if code < 0x10FFFF:
            return prefix[: end - 1] + chr(0xE000 if code == 0xD7FF else code + 1)
    return None


def member_of(leaf: Leaf, key: str, digest: bytes, row: bytes | None, join_key: str | None = None) -> Member:
    """Return the member that a row of `items` stands for."""
    path, tab, row_key = key[1:].partition("\t")
    pfs = leaf.pfs
    return Member(
        pfs.name, pfs.repo, pfs.branch, path, Digest(digest), unescape_key(row_key) if tab else None, row, join_key
    )
