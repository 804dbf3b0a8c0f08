"""Predictions laid beside the labels of a dataset's items: as codes, one per item, so that questions are arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Codes = NDArray[np.int32]
NONE = -1
"""The code of an item without a label, or without a prediction."""


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """One class per item, in the items' order: `codes` into `names`, NONE where there is none."""

    names: tuple[str, ...]
    codes: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """A model's predictions in the items' order. `confidence` is nan where there is no prediction or it has none."""

    predicted: Coded
    confidence: NDArray[np.float32]


def coded(column: Any) -> Coded:
    """Return a column of texts (or nulls) as codes; the names are sorted. Cost O(items)."""
    texts: Any = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(texts.type):
        texts = texts.dictionary_decode()
    encoded: Any = texts.cast(pa.string()).dictionary_encode()
    names = encoded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.empty(len(names) + 1, np.int32)
    place[order] = np.arange(len(names), dtype=np.int32)
    place[len(names)] = NONE
    indices = pc.fill_null(encoded.indices, len(names)).to_numpy(zero_copy_only=False)
    return Coded(tuple(names[index] for index in order), place[indices])


def align(keys: Any, predictions: pa.Table) -> Aligned:
    """Lay predictions (columns key, prediction and perhaps confidence) beside the items `keys`.

    Of rows with equal key the first counts; items that share a key share its row. Cost O(items + rows).
    """
    items = keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
    place: Any = pc.index_in(items, value_set=predictions["key"].combine_chunks())
    there = pc.is_valid(place).to_numpy(zero_copy_only=False)
    rows = pc.fill_null(place, 0).to_numpy(zero_copy_only=False)[there]
    given = coded(predictions["prediction"])
    codes = np.full(len(items), NONE, np.int32)
    codes[there] = given.codes[rows]
    confidence = np.full(len(items), np.nan, np.float32)
    if "confidence" in predictions.schema.names:
        said: Any = predictions["confidence"].combine_chunks().cast(pa.float32())
        confidence[there] = pc.fill_null(said, float("nan")).to_numpy(zero_copy_only=False)[rows]
    confidence[codes == NONE] = np.nan
    return Aligned(Coded(given.names, codes), confidence)


def shared(columns: Sequence[Coded]) -> tuple[tuple[str, ...], list[Codes]]:
    """Return all class names of the columns, sorted, and each column's codes into them. Cost O(items)."""
    names = tuple(sorted({name for column in columns for name in column.names}))
    known = {name: index for index, name in enumerate(names)}
    recoded = []
    for column in columns:
        # One entry more, so that the code NONE finds itself at the end.
        into = np.array([*(known[name] for name in column.names), NONE], np.int32)
        recoded.append(column.codes if column.names == names else into[column.codes])
    return names, recoded
