"""Turning tables of log scores (tasks × classes) into probabilities, fast for few classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tilth.crowd.answers import Codes, Floats

BLOCK = 2048
"""Tasks at a time."""
REACH = 600.0
"""Log scores up to here are exponentiated as they are; e^709 is too large for a float, and e^-709 is almost none."""


@dataclass(frozen=True, slots=True)
class Relative:
    """Probabilities of tasks × classes before they are multiplied out: q_t(c) = score_tc · share_c · scale_t.

    The steps of an estimation ask for sums of q only, and in these the class shares and the scales of tasks are factors
    that go with something smaller than the table; so the table is divided once, at the end.
    """

    score: Floats
    share: Floats
    scale: Floats

    @classmethod
    def of(cls, posterior: Floats) -> Relative:
        """Return probabilities as they are. The table is not copied."""
        return cls(posterior, np.ones(posterior.shape[1]), np.ones(len(posterior)))

    def clamp(self, truth: Codes) -> None:
        """Make the rows of known tasks (code ≥ 0) certain, in place."""
        known = np.flatnonzero(truth >= 0)
        self.score[known] = 0.0
        self.score[known, truth[known]] = 1.0 / self.share[truth[known]]
        self.scale[known] = 1.0

    def class_sums(self) -> Floats:
        """Return Σ_t q_t."""
        found: Floats = self.share * np.einsum("i,ij->j", self.scale, self.score)
        return found

    def posterior(self) -> Floats:
        """Multiply out, in the table's own memory."""
        np.multiply(self.score, self.share, out=self.score)
        np.multiply(self.score, self.scale[:, None], out=self.score)
        return self.score


def exponentiate(score: Floats, share: Floats, *, reach: float) -> tuple[Relative, Floats]:
    """Turn log scores into probabilities, in place; return them, and of each task the log of Σ_c share_c exp(score_c).

    `reach` is how far from 0 any score may be: up to REACH nothing vanishes or overflows; beyond, each row's best is
    taken off first. Cost O(tasks · classes), of which the exponentials are most.
    """
    peak = None
    if reach > REACH:
        peak = _peaks(score)
        score -= peak[:, None]
    np.exp(score, out=score)
    total = np.einsum("ij,j->i", score, share)  # not by @, which wakes all processors for it
    evidence = np.log(total)
    if peak is not None:
        evidence += peak
    return Relative(score, share, 1.0 / total), evidence


def _peaks(score: Floats) -> Floats:
    # Turned, and in blocks that stay in the cache: numpy's reductions over a short last axis are many times slower.
    peaks = np.empty(len(score))
    for start in range(0, len(score), BLOCK):
        np.ascontiguousarray(score[start : start + BLOCK].T).max(axis=0, out=peaks[start : start + BLOCK])
    return peaks


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
