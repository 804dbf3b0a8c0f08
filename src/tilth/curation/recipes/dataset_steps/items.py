"""The inputs of steps over a whole dataset: its saved items, and the vectors that `embed` wrote for them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tilth.datasets.parts import build_parts
from tilth.execution.datum import Datum, File, Input

from .vectors import Floats32, path_of_file, path_of_row, unpack

HELD_BACK = frozenset(
    {"test", "val", "valid", "validation", "dev", "eval", "holdout", "hold-out", "held-out", "heldout"}
)
"""Values of the field `split` that are never trained on."""


@dataclass(frozen=True, slots=True)
class Items:
    """A saved version of a dataset in key order, with one vector per item (zeros where it has none)."""

    keys: list[str]
    labels: list[str | None]
    splits: list[str | None]
    vectors: Floats32
    signatures: list[bytes]

    @property
    def described(self) -> Any:
        """Which items have a vector, [items]."""
        return np.linalg.norm(self.vectors, axis=1) > 0.5

    def held_back(self) -> Any:
        """Which items are set apart for testing, [items]."""
        return np.array([(split or "").strip().casefold() in HELD_BACK for split in self.splits], bool)


def read_items(datum: Datum) -> Items:
    """Read the inputs `dataset` and `vectors`. Raises ValueError for a dataset without items.

    The parameter `vectors` says by what items find their vectors: `file` (the column `media` names the file) or `row`
    (the column `key`).
    """
    table = _table(datum.inputs["dataset"])
    if not len(table):
        raise ValueError("the dataset has no items yet: add some, then run the analysis again")
    table = table.take(pc.sort_indices(table["key"]))
    keys = [str(key) for key in table["key"].to_pylist()]
    by_row = str(datum.parameters.get("vectors", "file")) == "row"
    names = [path_of_row(key) for key in keys] if by_row else _files(table)
    files = {file.path: file for file in datum.inputs["vectors"].files}
    vectors, signatures = _vectors(names, files)
    return Items(keys, _texts(table, "label"), _texts(table, "split"), vectors, signatures)


def write_table(datum: Datum, folder: str, columns: Mapping[str, Any]) -> None:
    """Write a table keyed by item as parts below `folder`."""
    for path, data in build_parts(pa.table(columns), key="key").items():
        datum.write(f"{folder}/{path}", data)


def _table(source: Input) -> pa.Table:
    parts = [
        pq.read_table(io.BytesIO(file.read_bytes()))
        for file in source.files
        if file.path.startswith("items/") and file.path.endswith(".parquet")
    ]
    if not parts:
        raise ValueError("no version of the dataset was saved yet: save one, then run this again")
    return pa.concat_tables(parts, promote_options="permissive")


def _files(table: pa.Table) -> list[str]:
    named = table["media"] if "media" in table.schema.names else table["key"]
    return [path_of_file(str(path)) for path in named.to_pylist()]


def _texts(table: pa.Table, column: str) -> list[str | None]:
    if column not in table.schema.names:
        return [None] * len(table)
    return [None if value is None else str(value) for value in table[column].to_pylist()]


def _vectors(names: list[str], files: Mapping[str, File]) -> tuple[Floats32, list[bytes]]:
    signatures = [b""] * len(names)
    matrix = np.zeros((len(names), 1), np.float32)
    for row, name in enumerate(names):
        file = files.get(name)
        if file is None:
            continue
        vector, signatures[row] = unpack(file.read_bytes())
        if matrix.shape[1] == 1:
            matrix = np.zeros((len(names), len(vector)), np.float32)
        matrix[row] = vector
    return matrix, signatures
