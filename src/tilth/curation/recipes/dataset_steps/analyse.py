"""Analyse a saved dataset as a whole: a map, near-duplicates, doubtful labels, outliers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.execution.datum import Datum

from .duplicates import families, first_of, near_pairs
from .items import Items, read_items, write_table
from .layout import lay_out, principal
from .near import nearest
from .suspects import find_suspects
from .vectors import Floats32

NEIGHBOURS = 10


def analyse(datum: Datum) -> None:
    """Write `items/part*.parquet` with key, x, y, suspect, suggested, duplicate_of, outlier, and `summary.json`.

    x, y: place on the map, −1 to 1. suspect: doubt about the label, 0 to 1; suggested: the likelier class, only where
    there is one. duplicate_of: key of the item that it nearly repeats. outlier: how far its neighbours are, as a
    multiple of what is usual here (1 = as usual). All are missing for an item that could not be read.
    """
    items = read_items(datum)
    media = str(datum.parameters["media"])
    described = items.described
    rows = np.flatnonzero(described)
    print(f"{len(rows):,} of {len(items.keys):,} items have a vector")
    vectors = items.vectors[rows]
    pairs = near_pairs(media, vectors, [items.signatures[row] for row in rows])
    heads = first_of(len(rows), pairs)
    print(f"{int((heads >= 0).sum()):,} near-duplicates")
    points = principal(vectors)
    places = lay_out(points)
    far = _outliers(points)
    keys = np.array(items.keys, object)
    columns = {
        "key": pa.array(items.keys, pa.string()),
        "x": _spread(rows, places[:, 0], len(keys)),
        "y": _spread(rows, places[:, 1], len(keys)),
    }
    suspect, suggested, labeled, likely = _judge(items, rows, vectors, points, families(len(rows), pairs))
    columns["suspect"] = _spread(labeled, suspect, len(keys))
    columns["suggested"] = _texts(labeled, suggested, len(keys))
    repeats = np.flatnonzero(heads >= 0)
    columns["duplicate_of"] = _texts(rows[repeats], [str(keys[rows[head]]) for head in heads[repeats]], len(keys))
    columns["outlier"] = _spread(rows, far, len(keys))
    write_table(datum, "items", columns)
    summary = {
        "items": len(items.keys),
        "described": len(rows),
        "labeled": len(labeled),
        "suspects": sum(name is not None for name in suggested),
        "likely_wrong": likely,
        "near_duplicates": len(repeats),
    }
    datum.write("summary.json", json.dumps(summary, indent=1))
    print(json.dumps(summary))


def _judge(
    items: Items, rows: np.ndarray, vectors: Floats32, points: Floats32, family: np.ndarray
) -> tuple[np.ndarray, list[str | None], np.ndarray, int]:
    """Return doubt and suggestion per labeled item, and which items these are."""
    has = np.array([items.labels[row] is not None for row in rows], bool)
    within = np.flatnonzero(has)
    given = [str(items.labels[row]) for row in rows[within]]
    classes = sorted(set(given))
    if len(classes) < 2:
        return np.empty(0), [], np.empty(0, np.int64), 0
    code = {name: number for number, name in enumerate(classes)}
    codes = np.array([code[name] for name in given], np.int64)
    found = find_suspects(vectors[within], points[within], codes, classes, family[within])
    names = [classes[code] if code >= 0 else None for code in found.suggested.tolist()]
    return found.doubt, names, rows[within], found.likely


def _outliers(points: Floats32) -> np.ndarray:
    """Return the mean distance to the ten nearest others as a multiple of the median of all."""
    found, distances = nearest(points, points, NEIGHBOURS, own=np.arange(len(points)))
    known = found >= 0
    total = np.where(known, distances, 0).sum(axis=1, dtype=np.float64)
    mean = total / np.maximum(known.sum(axis=1), 1)
    usual = float(np.median(mean)) if len(mean) else 0.0
    return mean / usual if usual > 1e-9 else np.ones(len(mean))


def _spread(rows: np.ndarray, values: np.ndarray, count: int) -> pa.Array[Any]:
    """Return a column of `count` numbers with `values` at `rows` and nothing elsewhere."""
    whole = np.zeros(count)
    whole[rows] = values
    missing = np.ones(count, bool)
    missing[rows] = False
    return pa.array(whole, pa.float64(), mask=missing)


def _texts(rows: np.ndarray, values: list[str | None], count: int) -> pa.Array[Any]:
    whole: list[str | None] = [None] * count
    for row, value in zip(rows.tolist(), values, strict=True):
        whole[row] = value
    return pa.array(whole, pa.string())
