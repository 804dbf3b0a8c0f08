"""Suspects: labels that both a model and the nearest items contradict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tilth.curation.confident import find_label_issues

from .model import Codes, Floats, out_of_fold
from .near import Ints, nearest
from .vectors import Floats32

NEIGHBOURS = 10
CLEAR = 0.65
"""Doubt from which another class is suggested: on hard images most labels with less are right after all."""


@dataclass(frozen=True, slots=True)
class Suspects:
    """Per labeled item: how doubtful its label is (0 to 1), and the other class (code) if clearly likelier, else −1.

    Needs two classes or more. likely: how many labels are wrong by the rule of confident learning.
    """

    doubt: Floats
    suggested: Codes
    likely: int


def find_suspects(
    vectors: Floats32, points: Floats32, codes: Codes, classes: Sequence[str], groups: Ints, *, seed: int = 0
) -> Suspects:
    """Judge the labels of n items (class codes) by their vectors, and by neighbours in `points` (principal components).

    q = ½ (out-of-fold probability of a logistic regression) + ½ (share of each class among the 10 nearest items
    that are not near-duplicates); doubt = (1 + greatest q of another class − q of the given one) / 2, so above ½
    another class is likelier; it is suggested from CLEAR on. Measured on handwritten digits with flipped labels in
    tests/curation/recipes/test_suspects.py.
    """
    names = tuple(classes)
    probabilities = out_of_fold(vectors, codes, names, groups, seed=seed)
    votes = neighbour_shares(points, codes, len(names), groups)
    heard = votes.sum(axis=1) > 0
    q = np.where(heard[:, None], (probabilities + votes) / 2, probabilities)
    rows = np.arange(len(codes))
    others = q.copy()
    others[rows, codes] = -1.0
    best = others.argmax(axis=1)
    doubt = (1 + others[rows, best] - q[rows, codes]) / 2
    given = [names[code] for code in codes]
    likely = len(find_label_issues(given, q, labels=names, rule="both"))
    return Suspects(doubt, np.where(doubt >= CLEAR, best, -1), likely)


def neighbour_shares(
    points: Floats32, codes: Codes, classes: int, groups: Ints, k: int = NEIGHBOURS
) -> NDArray[np.float64]:
    """Return the share of each class among the k nearest others outside an item's own group, [n x classes]."""
    found, _ = nearest(points, points, 2 * k, own=np.arange(len(points)))
    counts = (found >= 0) & (groups[found] != groups[:, None])
    counts &= np.cumsum(counts, axis=1) <= k
    votes = np.zeros((len(codes), classes))
    rows, places = np.nonzero(counts)
    np.add.at(votes, (rows, codes[found[rows, places]]), 1.0)
    total = votes.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = np.divide(votes, total, out=np.zeros_like(votes), where=total > 0)
    return shares
