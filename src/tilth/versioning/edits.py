"""Edits: an ordered list of puts and deletes that makes one tree from another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.errors import Corrupt
from tilth.late_arrow import pc
from tilth.model.canonical import canonical
from tilth.model.digest import DIGEST_SIZE, Digest
from tilth.model.entry import Entry, FileKind
from tilth.model.names import check_path
from tilth.storage.tables import TableSchema

_FIELDS: list[pa.Field[Any]] = [
    pa.field("path", pa.string()),
    pa.field("kind", pa.uint8()),
    pa.field("size", pa.int64()),
    pa.field("digest", pa.binary(32)),
    pa.field("layout", pa.uint8()),
    pa.field("chunks", pa.binary()),
    pa.field("attributes", pa.string()),
]

TREE = TableSchema("tree-0", pa.schema(_FIELDS))
"""The rows of a file tree; `attributes` are canonical JSON, or "" for none; `kind` is 0 for a file, 1 for a link."""

KIND_CODES = {FileKind.FILE: 0, FileKind.LINK: 1}
KINDS = (FileKind.FILE, FileKind.LINK)

ROOT = ""
"""The path of everything, for `Edits.delete`."""


@dataclass(frozen=True, slots=True)
class Put:
    """One put, as `Edits` iterates it."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Delete:
    """One delete of a file, or of a folder and all below."""

    path: str


class Edits:
    """Puts and deletes in the order in which they were made; a later one wins.

    Kept as columns, so that a hundred thousand puts cost a hundred thousand list items and not as many objects.
    """

    def __init__(self, edits: Iterable[Put | Delete] = ()) -> None:
        self._paths: list[str] = []
        self._kinds: list[int] = []
        self._sizes: list[int] = []
        self._digests: list[bytes] = []
        self._layouts: list[int] = []
        self._chunks: list[bytes] = []
        self._attributes: list[str] = []
        self._deletes: list[tuple[int, str]] = []  # (number of puts before it, path)
        self._rows: pa.Table | None = None  # rows put first, kept as they came until something is put or deleted behind
        self._ordered = False
        for edit in edits:
            if isinstance(edit, Put):
                self.put(edit.entry)
            else:
                self.delete(edit.path)

    def __len__(self) -> int:
        return len(self._paths) + len(self._deletes) + (self._rows.num_rows if self._rows is not None else 0)

    def put(self, entry: Entry) -> None:
        """Add or replace a file or link. Raises Invalid for a bad path."""
        self._spread()
        self._paths.append(check_path(entry.path))
        self._kinds.append(KIND_CODES[entry.kind])
        self._sizes.append(entry.size)
        self._digests.append(entry.digest)
        self._layouts.append(entry.layout)
        self._chunks.append(entry.chunks)
        self._attributes.append(attributes_text(entry.attributes))

    def put_rows(self, rows: pa.Table | pa.RecordBatch, *, ordered: bool = False) -> None:
        """Add rows of the TREE schema whose paths are known to be good (they were checked when first put).

        `ordered`: they are known to be sorted by path, each path once.
        """
        if not self._paths and self._rows is None:
            self._rows = pa.Table.from_batches([rows]) if isinstance(rows, pa.RecordBatch) else rows
            self._ordered = ordered
        else:
            self._spread()
            self._extend(rows)

    def delete(self, path: str) -> None:
        """Delete a file, or a folder and all below; "" or "/" is everything. What is not there is no error."""
        self._spread()
        self._deletes.append((len(self._paths), ROOT if path in ("", "/") else check_path(path.rstrip("/"))))

    def __iter__(self) -> Iterator[Put | Delete]:
        self._spread()
        waiting = iter(self._deletes)
        next_delete = next(waiting, None)
        for index in range(len(self._paths) + 1):
            while next_delete is not None and next_delete[0] == index:
                yield Delete(next_delete[1])
                next_delete = next(waiting, None)
            if index < len(self._paths):
                yield Put(
                    entry_of_row(
                        self._paths[index],
                        self._kinds[index],
                        self._sizes[index],
                        self._digests[index],
                        self._layouts[index],
                        self._chunks[index],
                        self._attributes[index],
                    )
                )

    def settled(self) -> tuple[pa.Table, list[str]]:
        """Return the same edits as (rows to put, sorted by path; paths to delete before them).

        A put that a later delete covers is gone; of two puts of one path the later stays.
        """
        if self._rows is not None:
            return self._rows if self._ordered else _in_order(self._rows), sorted({path for _, path in self._deletes})
        last: dict[str, int] = {}
        for index, path in enumerate(self._paths):
            last[path] = index
        deleted: dict[str, int] = {}
        for before, path in self._deletes:
            deleted[path] = before
        if deleted:
            last = {path: index for path, index in last.items() if not _covered(path, index, deleted)}
        order = [last[path] for path in sorted(last)]
        columns = [[column[index] for index in order] for column in self._columns()]
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, TREE.arrow, strict=True)]
        return pa.Table.from_arrays(arrays, schema=TREE.arrow), sorted(deleted)

    def _spread(self) -> None:
        """Turn rows kept as they came into items of the lists, because something follows them."""
        if self._rows is not None:
            rows, self._rows = self._rows, None
            self._extend(rows)

    def _extend(self, rows: pa.Table | pa.RecordBatch) -> None:
        columns: list[list[Any]] = [column.to_pylist() for column in rows.columns]
        for mine, theirs in zip(self._columns(), columns, strict=True):
            mine.extend(theirs)

    def _columns(self) -> tuple[list[Any], ...]:
        return (
            self._paths,
            self._kinds,
            self._sizes,
            self._digests,
            self._layouts,
            self._chunks,
            self._attributes,
        )


def attributes_text(attributes: Mapping[str, str]) -> str:
    """Return attributes as they stand in a tree row."""
    return canonical(attributes).decode() if attributes else ""


def entry_of_row(path: str, kind: int, size: int, digest: bytes, layout: int, chunks: bytes, attributes: str) -> Entry:
    """Return the entry of one tree row. Raises Corrupt where it cannot be one."""
    try:
        said = json.loads(attributes) if attributes else {}
        if isinstance(said, dict) and size >= 0 and len(digest) == DIGEST_SIZE:
            return Entry(path, KINDS[kind], size, Digest(digest), layout, chunks, said)
    except (ValueError, IndexError, TypeError, RecursionError):
        pass
    raise Corrupt(f"The row of {path!r} in a tree is damaged.", help="Run tilth verify to see what else is.")


def _in_order(rows: pa.Table) -> pa.Table:
    """Return rows sorted by path; of several with one path the last."""
    paths = rows.column(0).combine_chunks()
    if rows.num_rows < 2 or pc.all(pc.less(paths[:-1], paths[1:])).as_py():
        return rows
    order = pc.sort_indices(paths).to_numpy()  # stable
    rows = rows.take(order)
    paths = rows.column(0).combine_chunks()
    last = pc.not_equal(paths[:-1], paths[1:]).to_numpy(zero_copy_only=False)
    return rows.filter(np.append(last, True))


def _covered(path: str, index: int, deleted: dict[str, int]) -> bool:
    if deleted.get(ROOT, -1) > index:
        return True
    while path:
        if deleted.get(path, -1) > index:
            return True
        path = path.rpartition("/")[0]
    return False
