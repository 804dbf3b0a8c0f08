"""The model of the built-in recipe: logistic regression on vectors, kept as plain arrays."""

from __future__ import annotations

import io
import json
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from .vectors import Floats32

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

FOLDS = 5
MOST_ROWS = 20_000
"""Rows that one fit looks at; more cost time and hardly change a linear model of so few numbers."""
STRENGTH = 10.0
"""Inverse of the penalty (C); vectors have length 1."""


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Class names, weights [classes x dimensions] and bias [classes]."""

    classes: tuple[str, ...]
    weights: Floats
    bias: Floats

    def probabilities(self, vectors: Floats32) -> Floats:
        """Return class probabilities, [n x classes]."""
        scores = vectors @ self.weights.T + self.bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
        return np.asarray(scores / scores.sum(axis=1, keepdims=True))

    def encode(self) -> bytes:
        """Encode as an uncompressed NumPy archive that is read without running code."""
        buffer = io.BytesIO()
        names = np.frombuffer(json.dumps(self.classes).encode(), np.uint8)
        np.savez(buffer, classes=names, weights=self.weights, bias=self.bias)
        return buffer.getvalue()

    @classmethod
    def decode(cls, data: bytes) -> LinearModel:
        """Decode what `encode` wrote; nothing in it is executed."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return cls(tuple(json.loads(arrays["classes"].tobytes())), arrays["weights"], arrays["bias"])


def fit(vectors: Floats32, codes: Codes, classes: tuple[str, ...], *, seed: int = 0) -> LinearModel:
    """Train on rows with class codes; classes that no row has get probability 0. Equal rows give an equal model."""
    if len(codes) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(len(codes), MOST_ROWS, replace=False))
        vectors, codes = vectors[rows], codes[rows]
    weights, bias = np.zeros((len(classes), vectors.shape[1])), np.full(len(classes), -1e9)
    present = np.unique(codes)
    if len(present) == 1:
        bias[present] = 0.0
        return LinearModel(classes, weights, bias)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not converged to the last digit is good enough
        linear = LogisticRegression(C=STRENGTH, max_iter=200).fit(vectors.astype(np.float64), codes)
    if len(present) == 2:
        weights[present] = np.vstack([-linear.coef_[0] / 2, linear.coef_[0] / 2])
        bias[present] = np.array([-linear.intercept_[0] / 2, linear.intercept_[0] / 2])
    else:
        weights[present], bias[present] = linear.coef_, linear.intercept_
    return LinearModel(classes, weights, bias)


def out_of_fold(vectors: Floats32, codes: Codes, classes: tuple[str, ...], groups: Codes, *, seed: int = 0) -> Floats:
    """Return class probabilities of every row from a model that saw neither it nor its group, [n x classes].

    `groups` holds near-duplicates together: a copy in the training rows would give the answer away. Rows that no
    model can judge (all others are of one class only, or too few) get the share of each class.
    """
    shares = np.bincount(codes, minlength=len(classes)) / max(len(codes), 1)
    probabilities = np.tile(shares, (len(codes), 1))
    _, group = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(seed).permutation(int(group.max()) + 1 if len(group) else 0)
    fold = order[group] % FOLDS
    for number in range(FOLDS):
        left = fold == number
        if left.any() and len(np.unique(codes[~left])) > 1:
            probabilities[left] = fit(vectors[~left], codes[~left], classes, seed=seed).probabilities(vectors[left])
    return probabilities
