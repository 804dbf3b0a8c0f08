"""Turning tables of log scores (tasks × classes) into probabilities, fast for few classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tilth.crowd.answers import Floats

BLOCK = 2048
"""Tasks at a time."""


def column_sums(matrix: Floats) -> Floats:
    """Return the sum of each class."""
    return np.array([column.sum() for column in matrix.T])


def normalise(score: Floats, log_share: Floats) -> Floats:
    """Add the log class shares and turn log scores into probabilities in place; return the log of each row's sum."""
    evidence = np.empty(len(score))
    for start in range(0, len(score), BLOCK):
        _normalise_block(score[start : start + BLOCK], log_share, evidence[start : start + BLOCK])
    return evidence


def _normalise_block(score: Floats, log_share: Floats, evidence: Floats) -> None:
    # Turned so that classes are rows: numpy's reductions over a short last axis are many times slower. And in blocks
    # that stay in the processor's cache, for they are read several times.
    turned = np.ascontiguousarray(score.T)
    turned += log_share[:, None]
    peak = turned.max(axis=0)
    turned -= peak
    np.exp(turned, out=turned)
    total = turned.sum(axis=0)
    turned /= total
    score[:] = turned.T
    np.log(total, out=total)
    np.add(peak, total, out=evidence)


def row_sums(matrix: Floats) -> Floats:
    """Return the sum of each task."""
    total: Floats = np.einsum("ij->i", matrix)
    return total


def best_of_rows(matrix: Floats, within: float) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return of each task the first class that is `within` of the best, and whether there are several."""
    label, tie = np.zeros(len(matrix), np.int32), np.zeros(len(matrix), np.bool_)
    for start in range(0, len(matrix), BLOCK):
        turned = np.ascontiguousarray(matrix[start : start + BLOCK].T)
        equals = turned >= turned.max(axis=0) - within
        label[start : start + BLOCK] = equals.argmax(axis=0)
        tie[start : start + BLOCK] = equals.sum(axis=0) > 1
    return label, tie
