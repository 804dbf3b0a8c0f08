"""Where ranges and nodes of a table end: by hash of the key, so that equal rows are cut alike whatever came before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from xxhash import xxh64_intdigest

from tilth.storage.rows import join_batches, key_list, row_sizes

# A row weighs 1 per 128 bytes, at least 1, so one rule bounds rows and bytes: target 1,024 rows or 128 KB,
# least 128 rows or 16 KB, most 8,192 rows or 1 MB. These numbers are part of the format.
ROW_UNIT_BITS = 7
LEAST = 128
TARGET = 1024
MOST = 8192
# Chance that a row of weight 1 ends its range, in units of 2^-32: before the target 1/1536, after it 1/384; the mean
# range is then 1,021. Two chances rather than one rising curve: a strict cut is a cut wherever the range began, so cuts
# meet again soon after an edit.
STRICT = (1 << 32) // 1536
LOOSE = (1 << 32) // 384


class Cutter:
    """Cut a stream of sorted rows of one level into ranges. A cut depends only on the rows since the last cut."""

    def __init__(self, level: int) -> None:
        self._level = level
        self._least_rows = 1 if level == 0 else 2  # a node of one entry would let the tree grow for ever
        self._rows: pa.RecordBatch | None = None
        self._hashes = np.empty(0, np.uint64)
        self._weights = np.empty(0, np.uint64)

    @property
    def at_boundary(self) -> bool:
        """Tell whether the rows so far ended with a cut."""
        return self._rows is None

    def feed(self, rows: pa.RecordBatch) -> list[pa.RecordBatch]:
        """Take more rows and return the ranges now complete."""
        if rows.num_rows == 0:
            return []
        hashes, weights = measure(rows, self._level)
        if self._rows is not None:
            rows = join_batches([self._rows, rows])
            hashes = np.concatenate([self._hashes, hashes])
            weights = np.concatenate([self._weights, weights])
        start = 0
        complete = []
        for end in cut_points(hashes, weights, self._least_rows):
            complete.append(rows.slice(start, end - start))
            start = end
        self._rows = rows.slice(start) if start < rows.num_rows else None
        self._hashes, self._weights = hashes[start:], weights[start:]
        return complete

    def finish(self) -> list[pa.RecordBatch]:
        """Return the last range, which ends because the rows end, if any rows are left."""
        rest = [] if self._rows is None else [self._rows]
        self._rows = None
        return rest


def measure(rows: pa.RecordBatch, level: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Return per row the hash of its key (the high 32 bits of xxh64 seeded by level) and its weight."""
    keys = key_list(rows.column(0))
    hashes = np.fromiter((xxh64_intdigest(key, level) for key in keys), np.uint64, len(keys)) >> np.uint64(32)
    weights = np.maximum(row_sizes(rows) >> ROW_UNIT_BITS, 1).astype(np.uint64)
    return hashes, weights


def cut_points(hashes: npt.NDArray[np.uint64], weights: npt.NDArray[np.uint64], least_rows: int) -> list[int]:
    """Return the ends (exclusive) of the ranges that are complete within these rows, which begin a range.

    Row i ends its range when the range, i included, weighs MOST, or weighs LEAST and hash < weight × chance. It never
    does with fewer than `least_rows` rows.
    """
    strict = np.flatnonzero(hashes < weights * np.uint64(STRICT))
    loose = np.flatnonzero(hashes < weights * np.uint64(LOOSE))
    sums = np.cumsum(weights)
    count = len(sums)
    ends: list[int] = []
    start = base = 0
    while start < count:
        first = start + least_rows - 1
        least, target, most = (
            max(first, int(i))
            for i in np.searchsorted(sums, np.array([base + LEAST, base + TARGET, base + MOST], np.uint64))
        )
        at = int(np.searchsorted(strict, least))
        cut = int(strict[at]) if at < len(strict) else count
        if cut >= target:
            at = int(np.searchsorted(loose, max(least, target)))
            cut = int(loose[at]) if at < len(loose) else count
        cut = min(cut, most)
        if cut >= count:
            break
        ends.append(cut + 1)
        start, base = cut + 1, int(sums[cut])
    return ends
