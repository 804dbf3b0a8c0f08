"""Trees: the files of one commit, as a versioned table of paths."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyarrow as pa

from tilth.errors import Conflict, NotFound
from tilth.late_arrow import pc
from tilth.model.digest import Digest
from tilth.model.entry import Entry, FileKind, link_bytes
from tilth.model.names import check_path
from tilth.storage.content import Content, open_content, read_content, write_content
from tilth.storage.store import Store
from tilth.storage.tables import Table
from tilth.versioning.edits import ROOT, TREE, Edits, entry_of_row
from tilth.versioning.glob import compile_glob, literal_prefix, matching

_LOOKUP_COST = 20
"""How many rows can be read as columns in the time of one lookup."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder in a one-level list; folders exist because of the files below them."""

    path: str


@dataclass(frozen=True, slots=True)
class Growth:
    """What edits changed in a tree: the rows put that differ from before, of which `added` have paths that were not
    there; the paths that went; and the bytes gained."""

    put: pa.Table
    gone: Sequence[str]
    size: int
    added: int


@dataclass(frozen=True, slots=True)
class Tree:
    """An immutable set of paths. Two trees with equal rows have equal roots, whatever their history; None is empty."""

    store: Store
    root: Digest | None = None

    @property
    def table(self) -> Table:
        """The rows, in the order of the paths' bytes."""
        return Table(self.store, TREE, self.root)

    def __len__(self) -> int:
        return len(self.table)

    def stat(self, path: str) -> Entry | None:
        """Return the file or link at `path`, None when there is none (a folder is none). O(log n)."""
        row = self.table.get(check_path(path))
        return entry_of(row) if row is not None else None

    def is_folder(self, path: str) -> bool:
        """Tell whether files lie below `path`. O(log n)."""
        clean = folder_path(path)
        return next(self.walk(clean, limit=1), None) is not None if not clean else bool(self._folders_among([clean]))

    def open(self, path: str) -> BinaryIO:
        """Open a file for seekable reading. Raises NotFound."""
        return open_content(self.store, content_of(self.need(path)))

    def read(self, path: str) -> bytes:
        """Return the whole content of a file. Raises NotFound."""
        return b"".join(read_content(self.store, content_of(self.need(path))))

    def need(self, path: str) -> Entry:
        """Return the entry at `path`. Raises NotFound."""
        entry = self.stat(path)
        if entry is None:
            what = "is a folder" if self.is_folder(path) else "does not exist in this commit"
            raise NotFound(f"{path} {what}.", help="`tilth ls` shows what is there.", path=path)
        return entry

    def list(self, folder: str = "", after: str | None = None, limit: int | None = None) -> Iterator[Entry | Folder]:
        """Yield one level of a folder, behind the path `after`: its entries and folders by path.

        Seeks past the inside of every folder, so the cost follows what is yielded.
        """
        prefix = folder_path(folder)
        prefix = f"{prefix}/" if prefix else ""
        stop = _end_of(prefix)
        start: str | None = prefix or None
        if after is not None:
            after = after.rstrip("/")
            start = f"{after}\x01" if self.stat(after) is not None else f"{after}0"
        left = limit
        while left is None or left > 0:
            skip_to: str | None = None
            for batch in self.table.scan(start, stop):
                paths = _paths_of(batch)
                index = 0
                while index < len(paths):
                    name, slash, _ = paths[index][len(prefix) :].partition("/")
                    if slash:
                        yield Folder(prefix + name)
                        skip_to = f"{prefix}{name}0"  # "0" follows "/": behind everything in that folder
                        index = bisect_left(paths, skip_to, index)
                    else:
                        yield _entry_at(batch, index)
                        skip_to = None
                        index += 1
                    if left is not None:
                        left -= 1
                        if left == 0:
                            return
                if skip_to is not None:
                    break  # the rest of the folder may be long: seek instead of reading on
            else:
                return
            start = skip_to

    def walk(self, prefix: str = "", after: str | None = None, limit: int | None = None) -> Iterator[Entry]:
        """Yield the entry at `prefix` and all below it, by path, behind the path `after`."""
        left = limit
        for batch in self.batches(prefix, after):
            rows = batch if left is None else batch.slice(0, left)
            for index in range(rows.num_rows):
                yield _entry_at(rows, index)
            if left is not None:
                left -= rows.num_rows
                if left <= 0:
                    return

    def batches(self, prefix: str = "", after: str | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the same rows as `walk`, as columns of the TREE schema."""
        clean = folder_path(prefix)
        behind = f"{after}\x01" if after is not None else None  # no path holds a character below \x20
        if not clean:
            yield from self.table.scan(behind, None)
            return
        if behind is None or behind <= clean:
            found = self.table.get_many([clean])
            yield from found.to_batches()
        start = f"{clean}/"
        yield from self.table.scan(max(start, behind) if behind is not None else start, _end_of(start))

    def glob(self, pattern: str, after: str | None = None) -> Iterator[Entry]:
        """Yield the entries whose path matches `pattern` (`*`, `**`, `?`, `[a-z]`, `{a,b}`), by path."""
        pattern = pattern.lstrip("/")
        compiled = compile_glob(pattern)
        literal = literal_prefix(pattern)
        start = max(literal, f"{after}\x01" if after is not None else "")
        for batch in self.table.scan(start or None, _after_prefix(literal)):
            for index in matching(batch.column("path"), compiled):
                yield _entry_at(batch, index)

    def entries(self, paths: Sequence[str]) -> dict[str, Entry]:
        """Return those of `paths`, which are in the order of their bytes, that are files or links here, by path."""
        if self.root is None or not paths:
            return {}
        wanted = pa.array(paths, pa.string())
        rows = self._rows_of(pa.chunked_array([wanted]))
        rows = rows.filter(pc.is_in(rows.column(0), value_set=wanted))
        return {
            entry.path: entry
            for batch in rows.to_batches()
            for entry in (_entry_at(batch, index) for index in range(batch.num_rows))
        }

    def folders_of(self, paths: Sequence[str]) -> Iterator[tuple[str, Iterator[str]]]:
        """Yield those of `paths` that are folders here, each with the paths below it."""
        for path in self._folders_among(paths):
            yield path, (each for batch in self.table.scan(f"{path}/", f"{path}0") for each in _paths_of(batch))

    def apply(self, edits: Edits) -> Tree:
        """Return the tree with `edits` made. Raises Conflict when a path would be both a file and a folder.

        Costs O(edits); a deleted folder costs what is below it.
        """
        return self.grow(edits)[0]

    def grow(self, edits: Edits) -> tuple[Tree, Growth | None]:
        """Return what `apply` does, and what that changed; None where all before was deleted."""
        puts, deletes = edits.settled()
        if ROOT in deletes:
            return Tree(self.store)._with(puts, [])[0], None
        gone = self._expand(deletes) if self.root is not None else []
        return self._with(puts, gone)

    def _with(self, puts: pa.Table, gone: Sequence[str]) -> tuple[Tree, Growth]:
        base = self.table
        replaced = 0
        put = puts.column(0)
        fresh = put
        if self.root is not None and puts.num_rows:
            found = self._rows_of(put)
            if not gone and puts.equals(found):  # a folder put again as it was: nothing below need load
                return self, Growth(puts.slice(0, 0), [], 0, 0)
            before = _aligned(puts, found)
            changed, known = _compare(puts, before)
            replaced = _bytes_of(before.filter(changed))
            fresh = put.filter(pc.invert(known))
            puts = puts.filter(changed)
        self._check_collisions(put, _strings(fresh), set(gone))
        deletes = list(gone)
        if gone:
            gone_paths = pa.array(gone, pa.string())
            deletes = _strings(gone_paths.filter(pc.invert(pc.is_in(gone_paths, value_set=put.combine_chunks()))))
        if not puts.num_rows and not deletes:
            return self, Growth(puts, [], 0, 0)
        size = _bytes_of(puts) - replaced - (_bytes_of(base.get_many(deletes)) if deletes else 0)
        tree = Tree(self.store, base.update(puts if puts.num_rows else None, deletes).root)
        return tree, Growth(puts, deletes, size, len(fresh))

    def _rows_of(self, paths: pa.ChunkedArray[Any]) -> pa.Table:
        """Return rows that hold all of those sorted `paths` that are here: by lookups for few, by columns for many."""
        if len(paths) * _LOOKUP_COST < len(self):
            return self.table.get_many(_strings(paths))
        batches = self.table.scan(paths[0].as_py(), f"{paths[-1].as_py()}\x01")
        return pa.Table.from_batches(list(batches), schema=TREE.arrow)

    def _check_collisions(self, paths: pa.ChunkedArray[Any], fresh: Sequence[str], gone: set[str]) -> None:
        """Raise Conflict when one of `fresh` (paths not in the tree before) meets a folder, or a file above it."""
        folders: dict[str, str] = {}
        for path in fresh:
            folder = path.rpartition("/")[0]
            while folder and folder not in folders:
                folders[folder] = path
                folder = folder.rpartition("/")[0]
        if folders:
            for path in _strings(paths.filter(pc.is_in(paths, value_set=pa.array(folders, pa.string())))):
                raise _collision(path, folders[path])
        if self.root is None:
            return
        for path in _paths_of(self.table.get_many(sorted(folders))) if folders else []:
            if path not in gone:
                raise _collision(path, folders[path])
        for path in self._folders_among(fresh):
            for batch in self.table.scan(f"{path}/", f"{path}0"):
                for below in _paths_of(batch):
                    if below not in gone:
                        raise _collision(path, below)

    def _expand(self, deletes: Sequence[str]) -> Sequence[str]:
        """Return the paths that deleting `deletes` removes: themselves, and all below those that are folders."""
        gone = _paths_of(self.table.get_many(deletes)) if deletes else []
        for folder in self._folders_among(deletes):
            for batch in self.table.scan(f"{folder}/", f"{folder}0"):
                gone.extend(_paths_of(batch))
        return gone

    def _folders_among(self, paths: Sequence[str]) -> Sequence[str]:
        """Return those of `paths` that have rows below them.

        One seek answers for all of them up to the row it finds, and one batch for all of them within it, so a
        thousand new files in one place cost about one read.
        """
        wanted = sorted(f"{path}/" for path in paths)
        found = []
        index = 0
        while index < len(wanted) and self.root is not None:
            batch = next(self.table.scan(wanted[index], None), None)
            if batch is None or not batch.num_rows:
                break
            rows = _paths_of(batch)
            while index < len(wanted):
                at = bisect_left(rows, wanted[index])
                if at == len(rows):
                    break
                if rows[at].startswith(wanted[index]):
                    found.append(wanted[index][:-1])
                index += 1
        return found


def folder_path(path: str) -> str:
    """Return a checked folder path without slashes around it; "" is the root."""
    return "" if path in ("", "/") else check_path(path.rstrip("/"))


def content_of(entry: Entry) -> Content:
    """Return where an entry's bytes lie."""
    return Content(entry.size, entry.digest, entry.layout, entry.chunks)


def write_entry(
    store: Store,
    path: str,
    source: bytes | BinaryIO,
    *,
    attributes: dict[str, str] | None = None,
) -> Entry:
    """Store `source` and return its entry at `path`; it is durable after the store's next flush."""
    return entry_for(check_path(path), write_content(store, source), attributes=attributes)


def write_link(store: Store, path: str, target: str) -> Entry:
    """Store a symbolic link and return its entry at `path`. Raises Invalid for a target that no link can have."""
    content = write_content(store, link_bytes(path, target))
    return entry_for(check_path(path), content, kind=FileKind.LINK)


def entry_for(
    path: str, content: Content, *, kind: FileKind = FileKind.FILE, attributes: dict[str, str] | None = None
) -> Entry:
    """Return the entry that puts stored `content` at `path`."""
    return Entry(path, kind, content.size, content.digest, content.layout, content.chunks, attributes or {})


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return the entry of a row of the table."""
    return entry_of_row(
        row["path"], row["kind"], row["size"], row["digest"], row["layout"], row["chunks"], row["attributes"]
    )


def _entry_at(batch: pa.RecordBatch, index: int) -> Entry:
    return entry_of_row(*(column[index].as_py() for column in batch.columns))


def _paths_of(rows: pa.Table | pa.RecordBatch) -> list[str]:
    return _strings(rows.column(0))


def _strings(column: Any) -> list[str]:
    texts: list[str] = column.to_pylist()
    return texts


def _aligned(puts: pa.Table, found: pa.Table) -> pa.Table:
    """Return for each row of `puts` the row of its path in `found`, all null where there is none."""
    paths = puts.column(0).combine_chunks()
    there = found.column(0).combine_chunks()
    return found if paths.equals(there) else found.take(pc.index_in(paths, value_set=there))


def _compare(puts: pa.Table, before: pa.Table) -> tuple[Any, Any]:
    """Return which rows of `puts` differ from those before, and which there were before."""
    known: Any = pc.is_valid(before.column(0))
    same = known
    for name in TREE.arrow.names[1:]:
        equal: Any = pc.fill_null(pc.equal(puts.column(name), before.column(name)), pa.scalar(False))
        same = pc.and_(same, equal)
    return pc.invert(same), known


def _bytes_of(rows: pa.Table) -> int:
    total: int | None = pc.sum(rows.column("size")).as_py()
    return total or 0


def _collision(path: str, below: str) -> Conflict:
    return Conflict(
        f"{path} is a file, and {below} needs it to be a folder.",
        help="Rename one of them, or delete the one that is there.",
        file=path,
        below=below,
    )


def _end_of(prefix: str) -> str | None:
    return f"{prefix[:-1]}0" if prefix else None


def _after_prefix(literal: str) -> str | None:
    if not literal:
        return None
    last = ord(literal[-1])
    return literal[:-1] + chr(0xE000 if last == 0xD7FF else last + 1) if last < 0x10FFFF else None
