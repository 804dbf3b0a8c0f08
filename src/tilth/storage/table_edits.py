"""Edits to a table, in key order, and how they enter a range."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tilth.late_arrow import pc
from tilth.storage.rows import DecodedRows, join_batches, key_list

_FEW = 32


@dataclass(frozen=True, slots=True)
class Edits:
    """Sorted unique keys; `places` says which row of `rows` each key gets, -1 to delete it."""

    keys: list[bytes]
    places: npt.NDArray[np.int64]
    rows: pa.RecordBatch


def make_edits(upserts: pa.RecordBatch, deletes: Sequence[bytes]) -> Edits:
    """Put edits in order. Of several rows with one key the last wins; a key in both is an upsert."""
    order = pc.sort_indices(upserts.column(0).cast(pa.binary())).to_numpy()
    rows = upserts if np.array_equal(order, np.arange(len(order))) else upserts.take(order)
    keys = key_list(rows.column(0))
    if len(set(keys)) < len(keys):
        kept = [i for i in range(len(keys)) if i + 1 == len(keys) or keys[i] != keys[i + 1]]
        rows = rows.take(kept)
        keys = [keys[i] for i in kept]
    if not deletes:
        return Edits(keys, np.arange(len(keys)), rows)
    places = dict.fromkeys(deletes, -1)
    places.update(zip(keys, range(len(keys)), strict=True))
    ordered = sorted(places)
    return Edits(ordered, np.fromiter((places[key] for key in ordered), np.int64, len(ordered)), rows)


def merge_edits(old: DecodedRows, edits: Edits, start: int, stop: int) -> pa.RecordBatch:
    """Return the rows of `old` with edits [start, stop) applied."""
    many = stop - start > _FEW
    have: Sequence[bytes] = key_list(old.batch.column(0)) if many else old.keys
    count = len(have)
    positions = np.empty(stop - start, np.int64)
    replaced = []
    at = 0
    for i in range(start, stop):
        key = edits.keys[i]
        at = bisect_left(have, key, at)
        positions[i - start] = at
        if at < count and have[at] == key:
            replaced.append(at)
    kept = np.delete(np.arange(count), replaced)
    places = edits.places[start:stop]
    new = places >= 0
    if not new.any():
        return old.batch if len(kept) == count else old.batch.take(kept)
    # New rows come before the old row at their position, which is greater, or is the one they replace.
    ranks = np.concatenate([kept * 2 + 1, positions[new] * 2])
    low, high = int(places[new].min()), int(places[new].max()) + 1
    sources = np.concatenate([kept, places[new] - low + count])
    both = join_batches([old.batch, edits.rows.slice(low, high - low)])
    return both.take(sources[np.argsort(ranks, kind="stable")])
