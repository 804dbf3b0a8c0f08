"""Confusions: which class is taken for which, worst first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tilth.crowd.interval import Interval, wilson
from tilth.curation.metrics import ConfusionMatrix


@dataclass(frozen=True, slots=True)
class Confusion:
    """Items of class `true` that were predicted as `predicted`; `rate` is their share of all items of class `true`."""

    true: str
    predicted: str
    count: int
    rate: Interval


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """Two classes taken for one another, in either direction; `rate` is the share of the items of both."""

    first: str
    second: str
    count: int
    forward: int
    backward: int
    rate: Interval


def worst_confusions(matrix: ConfusionMatrix, *, limit: int = 10) -> tuple[Confusion, ...]:
    """Return the cells beside the diagonal that hold errors, most first (equals in class order)."""
    counts = matrix.counts.copy()
    np.fill_diagonal(counts, 0)
    support = matrix.counts.sum(axis=1)
    order = np.argsort(-counts, axis=None, kind="stable")[:limit]
    cells = [divmod(int(cell), len(matrix.labels)) for cell in order]
    return tuple(
        Confusion(matrix.labels[i], matrix.labels[j], int(counts[i, j]), wilson(int(counts[i, j]), int(support[i])))
        for i, j in cells
        if counts[i, j] > 0
    )


def worst_pairs(matrix: ConfusionMatrix, *, limit: int = 10) -> tuple[ConfusedPair, ...]:
    """Return the pairs of classes with most errors between them, most first (equals in class order).

    `forward` counts items of `first` predicted as `second`, `backward` the opposite.
    """
    counts = matrix.counts
    both = np.triu(counts + counts.T, 1)
    support = counts.sum(axis=1)
    order = np.argsort(-both, axis=None, kind="stable")[:limit]
    cells = [divmod(int(cell), len(matrix.labels)) for cell in order]
    return tuple(
        ConfusedPair(
            matrix.labels[i],
            matrix.labels[j],
            int(both[i, j]),
            int(counts[i, j]),
            int(counts[j, i]),
            wilson(int(both[i, j]), int(support[i] + support[j])),
        )
        for i, j in cells
        if both[i, j] > 0
    )
