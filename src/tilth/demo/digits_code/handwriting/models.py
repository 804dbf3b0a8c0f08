"""The demo's model: several seeds of kernel features and logistic regression, kept as plain arrays.

Arrays rather than pickles: a model file can be read without running code, and equal training data gives equal bytes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]

GAMMA = 0.05
CLASSES = 10


@dataclass(frozen=True, slots=True)
class Member:
    """One seed's model: RBF features against `landmarks` (m x 64), then a linear layer (10 classes)."""

    landmarks: Floats
    whiten: Floats
    weights: Floats
    bias: Floats

    def probabilities(self, features: Floats) -> Floats:
        """Return class probabilities, [n x 10]."""
        squared = (features**2).sum(1)[:, None] - 2 * features @ self.landmarks.T + (self.landmarks**2).sum(1)[None, :]
        scores = np.exp(-GAMMA * np.maximum(squared, 0)) @ self.whiten.T @ self.weights.T + self.bias
        scores = np.exp(scores - scores.max(1, keepdims=True))
        return np.asarray(scores / scores.sum(1, keepdims=True))


def fit(features: Floats, labels: NDArray[np.int64], seed: int) -> Member:
    """Train one member: Nystroem features (at most 150 landmarks) and logistic regression (C = 10)."""
    kernel = Nystroem(gamma=GAMMA, n_components=min(len(labels), 150), random_state=seed)
    mapped = kernel.fit_transform(features)
    linear = LogisticRegression(C=10.0, max_iter=500).fit(mapped, labels)
    weights = np.zeros((CLASSES, mapped.shape[1]))
    bias = np.full(CLASSES, -1e9)
    if len(linear.classes_) == 2:
        weights[linear.classes_] = np.vstack([-linear.coef_[0] / 2, linear.coef_[0] / 2])
        bias[linear.classes_] = np.array([-linear.intercept_[0] / 2, linear.intercept_[0] / 2])
    else:
        weights[linear.classes_] = linear.coef_
        bias[linear.classes_] = linear.intercept_
    return Member(kernel.components_, kernel.normalization_, weights, bias)


def save(members: list[Member]) -> bytes:
    """Encode the members as an uncompressed NumPy archive."""
    buffer = io.BytesIO()
    arrays = {
        f"{index}-{name}": getattr(member, name)
        for index, member in enumerate(members)
        for name in ("landmarks", "whiten", "weights", "bias")
    }
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def load(data: bytes) -> list[Member]:
    """Decode what `save` wrote; nothing in it is executed."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        count = len(arrays.files) // 4
        return [
            Member(*(arrays[f"{index}-{name}"] for name in ("landmarks", "whiten", "weights", "bias")))
            for index in range(count)
        ]
