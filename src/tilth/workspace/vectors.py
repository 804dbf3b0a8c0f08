"""Vectors of a dataset's items as one matrix on disk, brought forward by what changed."""

from __future__ import annotations

import os
import threading
import uuid
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as feather

from tilth.curation.recipe_specs import described
from tilth.curation.recipes.dataset_steps.vectors import path_of_file, path_of_row, unpack
from tilth.curation.rounded import Rounded, round_vectors
from tilth.curation.similarity import even_out
from tilth.errors import NotFound
from tilth.model.digest import Digest
from tilth.storage.content import Content, read_content
from tilth.versioning.backend import Backend
from tilth.versioning.trees import Tree

if TYPE_CHECKING:
    from tilth.datasets.items import ItemView
    from tilth.workspace.dataset_views import OpenDataset

KEPT = 4
"""Matrices open at a time (mapped from disk), and kept on disk per pipeline."""
ROUNDED_FROM = 50_000
"""Vectors from which on a rounded copy is kept beside them, to look through first."""
_FOLDERS = ("files", "rows")
_ENDINGS = ("arrow", "raw.npy", "even.npy", "codes.npy", "bounds.npy")


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """All vectors of one commit of NAME-embed: `paths[i]` has `vectors[i]` (n × dimensions, float32, length 1).

    `rounded` are the same, where they are many.
    """

    paths: pa.Array[Any]
    vectors: Any
    rounded: Rounded | None = None

    def __len__(self) -> int:
        return len(self.paths)


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """The vectors of a view's items: item at place p (in key order) has row `rows[p]` of the matrix, −1 for none."""

    keys: pa.Array[Any]
    rows: Any
    matrix: Matrix
    places: Any
    """Row of the matrix → place of its item, −1 for none."""


class Vectors:
    """The matrices that were asked for last. Thread-safe; what lies on disk may be deleted at any time."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._folder = backend.scratch / "vectors"
        self._lock = threading.Lock()
        self._open: OrderedDict[Digest, Matrix] = OrderedDict()
        self._aligned: WeakKeyDictionary[ItemView, Aligned] = WeakKeyDictionary()

    def at(self, repo: str, tree: Digest) -> Matrix:
        """Return the matrix of one commit's tree. `repo` (its id) tells which earlier matrices may lend rows.

        Costs reading the vectors that no matrix on disk has yet, and one pass over all; later calls nothing.
        """
        with self._lock:
            if tree not in self._open:
                self._open[tree] = self._read(repo, tree) or self._make(repo, tree)
                while len(self._open) > KEPT:
                    self._open.popitem(last=False)
            self._open.move_to_end(tree)
            return self._open[tree]

    def align(self, found: OpenDataset, matrix: Matrix) -> Aligned:
        """Return which row of the matrix belongs to each item of a dataset's view. Kept with the view."""
        known = self._aligned.get(found.view)
        if known is not None and known.matrix is matrix:
            return known
        column = found.media_column
        table = found.view.table(columns=["key"] if column == "key" else ["key", column])
        keys = _array(table["key"].cast(pa.string()))
        rows: Any = pc.index_in(_paths(found, keys, _array(table[column].cast(pa.string()))), matrix.paths)
        rows = rows.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        places = np.full(len(matrix), -1, np.int64)
        has = np.flatnonzero(rows >= 0)
        places[rows[has]] = has
        aligned = Aligned(keys, rows, matrix, places)
        self._aligned[found.view] = aligned
        return aligned

    def _read(self, repo: str, tree: Digest) -> Matrix | None:
        folder = self._folder / repo
        try:
            table = feather.read_table(folder / f"{tree.hex()}.arrow", columns=["path"])
            vectors = np.load(folder / f"{tree.hex()}.even.npy", mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, pa.ArrowException):
            return None
        paths = _array(table["path"])
        return Matrix(paths, vectors, self._rounded(repo, tree, vectors)) if len(paths) == len(vectors) else None

    def _rounded(self, repo: str, tree: Digest, vectors: Any) -> Rounded | None:
        """Return the vectors rounded, from disk where they lie there; None where they are few."""
        if len(vectors) < ROUNDED_FROM:
            return None
        names = [self._folder / repo / f"{tree.hex()}.{ending}" for ending in ("codes.npy", "bounds.npy")]
        with suppress(OSError, ValueError):
            codes = np.load(names[0], mmap_mode="r", allow_pickle=False)
            scale, error, longest = np.load(names[1], allow_pickle=False)
            if codes.shape == vectors.shape and len(scale) == len(vectors):
                return Rounded(codes, scale, error, float(longest[0]))
        rounded = round_vectors(vectors)
        bounds = np.stack([rounded.scale, rounded.error, np.full(len(rounded), rounded.longest, np.float32)])
        with suppress(OSError):  # a full disk is no reason to fail
            for name, array in zip(names, (rounded.codes, bounds), strict=True):
                _save(name, array)
        return rounded

    def _make(self, repo: str, tree: Digest) -> Matrix:
        listed = [batch for folder in _FOLDERS for batch in Tree(self._backend.store, tree).batches(folder)]
        if not sum(batch.num_rows for batch in listed):
            raise NotFound("No item has a vector yet.", help="Analyse the dataset first.")
        entries: Any = pa.Table.from_batches(listed).select(["path", "size", "digest", "layout", "chunks"])
        entries = entries.sort_by("path").combine_chunks()
        digests: Any = pc.binary_join_element_wise(entries["digest"].cast(pa.binary()), b"", b"")
        raw = self._lent(repo, digests, len(entries))
        missing = np.flatnonzero(np.isnan(raw[:, 0])) if raw is not None else np.arange(len(entries))
        rows = entries.take(pa.array(missing)).to_pylist()
        for place, row in zip(missing.tolist(), rows, strict=True):
            content = Content(row["size"], Digest(row["digest"]), row["layout"], row["chunks"])
            vector, _ = unpack(b"".join(read_content(self._backend.store, content)))
            if raw is None or raw.shape[1] != len(vector):
                raw = np.zeros((len(entries), len(vector)), np.float32)
            raw[place] = vector
        assert raw is not None, "there is at least one entry"
        even = even_out(raw)
        self._keep(repo, tree, entries["path"], digests, raw, even)
        return Matrix(_array(entries["path"]), even, self._rounded(repo, tree, even))

    def _lent(self, repo: str, digests: Any, count: int) -> Any:
        """Return a matrix with the rows that the newest one on disk has, the others NaN; None where there is none."""
        newest = self._on_disk(repo)
        for name in newest[:1]:
            try:
                known = _array(feather.read_table(self._folder / repo / f"{name}.arrow", columns=["digest"])["digest"])
                raw = np.load(self._folder / repo / f"{name}.raw.npy", mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError, pa.ArrowException):
                continue
            at: Any = pc.index_in(_array(digests), known)
            rows = at.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
            result = np.full((count, raw.shape[1]), np.nan, np.float32)
            result[rows >= 0] = raw[rows[rows >= 0]]
            return result
        return None

    def _keep(self, repo: str, tree: Digest, paths: Any, digests: Any, raw: Any, even: Any) -> None:
        """Write a matrix for the next process. A full disk is no reason to fail: it is only made again."""
        folder = self._folder / repo
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _save(folder / f"{tree.hex()}.raw.npy", raw)
            _save(folder / f"{tree.hex()}.even.npy", even)
            part = folder / f"{uuid.uuid4().hex}.part"
            feather.write_feather(pa.table({"path": paths, "digest": digests}), str(part))
            os.replace(part, folder / f"{tree.hex()}.arrow")
            for name in self._on_disk(repo)[KEPT:]:
                for ending in _ENDINGS:
                    (folder / f"{name}.{ending}").unlink(missing_ok=True)
        except OSError:
            return

    def _on_disk(self, repo: str) -> list[str]:
        folder = self._folder / repo
        found: list[Path] = sorted(folder.glob("*.arrow"), key=lambda path: path.stat().st_mtime, reverse=True)
        return [path.stem for path in found]


def _save(path: Path, array: Any) -> None:
    """Write an array so that nobody sees half of it."""
    part = path.with_name(f"{uuid.uuid4().hex}.part.npy")  # NumPy adds this ending where it is missing
    np.save(part, array)
    os.replace(part, path)


def _paths(found: OpenDataset, keys: Any, shown: Any) -> Any:
    """Return where the vector of each item is."""
    if described(found.document).key is not None:
        return pa.array([path_of_row(key) for key in keys.to_pylist()], pa.string())
    head, tail = path_of_file("\n").split("\n")
    return _array(pc.binary_join_element_wise(head, found.media_paths(shown), tail, ""))


def _array(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
