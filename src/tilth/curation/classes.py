"""Classes: label columns as codes of one shared, ordered list of class names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tilth.errors import Invalid


def encode(columns: Sequence[Any], labels: Sequence[str] | None = None) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Return the class names and the codes of `columns` (equally long label columns), shape columns × items.

    Labels are taken as text; without `labels` the classes are all that occur, sorted. Raises Invalid for unequal
    lengths, a missing label, or one outside `labels`.
    """
    sizes = {len(column) for column in columns}
    if len(sizes) > 1:
        raise Invalid(
            f"Label columns have different lengths: {sorted(sizes)}.", help="Give one label per item in every column."
        )
    texts = [_text(column) for column in columns]
    if labels is None:
        found: set[str] = set()
        for text in texts:
            found.update(pc.unique(text).to_pylist())
        names = tuple(sorted(found))
    else:
        names = tuple(labels)
    known = pa.array(names, pa.string())
    codes = np.empty((len(texts), sizes.pop() if sizes else 0), np.int32)
    for row, text in enumerate(texts):
        place: Any = pc.index_in(text, value_set=known)
        if place.null_count:
            strange = text.filter(pc.is_null(place))[0].as_py()
            raise Invalid(f"{strange!r} is not one of the classes.", help=f"The classes are {', '.join(names)}.")
        codes[row] = place.to_numpy(zero_copy_only=False)
    return names, codes


def _text(column: Any) -> Any:
    values: Any = column if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if values.null_count:
        raise Invalid(f"A label column has {values.null_count} missing values.", help="Drop these items.")
    return values.cast(pa.string())
