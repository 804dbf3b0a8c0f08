"""Similarity: more items like some, in an order that learns from what a person accepts and discards."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tilth.errors import Invalid

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]

LEAST = 3
"""Examples and decisions together from which on the order is learned."""
BACKGROUND = 300
"""Random items that count as discarded, lightly: what is looked for is rare."""
SAME = 0.985
"""Cosine from which two items show nearly the same thing."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Rows, best first, with scores of 0 to 1, and what they were ranked by."""

    rows: Rows
    scores: NDArray[np.float64]
    by: Literal["similarity", "learned"]

    def __len__(self) -> int:
        return len(self.rows)


def even_out(vectors: Vectors) -> Vectors:
    """Return vectors in which no property of the whole data set drowns the others, of length 1 again (0 stays 0).

    Each dimension, less its mean, is divided by the root of its standard deviation. Measured on images with a rare
    kind among them (tests/curation/test_similarity.py): without it one finds two thirds as many.
    """
    known = np.linalg.norm(vectors, axis=1) > 0.5
    if not known.any():
        return vectors
    some = vectors[known]
    spread = some.std(axis=0)
    scale = 1 / np.sqrt(np.maximum(spread, 1e-3 * max(float(spread.max()), 1e-9)))
    even = (some - some.mean(axis=0)) * scale.astype(np.float32)
    length = np.linalg.norm(even, axis=1, keepdims=True)
    result = np.zeros_like(vectors)
    # Where all are the same, as they were: one item is like itself.
    result[known] = np.where(length > 1e-9, even / np.maximum(length, 1e-9), some)
    return result


def rank_similar(
    vectors: Vectors,
    wanted: Sequence[int],
    unwanted: Sequence[int] = (),
    *,
    candidates: NDArray[np.bool_] | None = None,
    limit: int = 60,
    diverse: bool = True,
) -> Ranked:
    """Rank the rows of `vectors` (n × dimensions, of length 1) by how much they are like `wanted` ones.

    With fewer than three rows by nearest similarity: greatest cosine to a wanted row, less half of that to an unwanted
    one. Else by a logistic regression of wanted against unwanted and, lightly, random rows: on drawings, digits,
    photographs and headlines that found more than waiting for five decisions of either kind did. Rows already decided,
    outside `candidates` or without a vector are left out; with `diverse` also those nearly the same as a better one.
    Equal arguments give an equal order. Cost O(n · dimensions). Raises Invalid without a wanted row.
    """
    if not len(wanted):
        raise Invalid("There is nothing to compare with.", help="Choose at least one item that shows what is wanted.")
    good, bad = np.asarray(wanted, np.int64), np.asarray(unwanted, np.int64)
    open_ = np.ones(len(vectors), bool) if candidates is None else candidates.copy()
    open_[good] = open_[bad] = False
    learns = len(good) + len(bad) >= LEAST
    score = learned_scores(vectors, good, bad) if learns else _nearness(vectors, good, bad)
    by: Literal["similarity", "learned"] = "learned" if learns else "similarity"
    score[~open_] = -np.inf
    picked = _best(vectors, score, limit, diverse)
    best = score[picked].astype(np.float64)
    shown = 1 / (1 + np.exp(-np.clip(best, -30, 30))) if learns else np.clip((best + 1) / 2, 0, 1)
    return Ranked(picked, shown, by)


def learned_scores(vectors: Vectors, good: Rows, bad: Rows) -> NDArray[np.float32]:
    """Return the log odds of being wanted for every row, by logistic regression on the decisions."""
    from sklearn.linear_model import LogisticRegression  # loads scikit-learn

    rng = np.random.default_rng(0)
    background = rng.choice(len(vectors), min(BACKGROUND, len(vectors)), replace=False)
    background = np.setdiff1d(background, np.concatenate([good, bad]))
    rows = np.concatenate([good, bad, background])
    target = np.concatenate([np.ones(len(good)), np.zeros(len(bad) + len(background))])
    light = (len(bad) / 4 + 1) / max(len(background), 1)
    weights = np.concatenate([np.ones(len(good) + len(bad)), np.full(len(background), light)])
    weights[: len(good)] *= weights[len(good) :].sum() / len(good)
    weights *= (len(good) + len(bad)) / weights.sum()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # With this intercept_scaling the intercept is as good as free; the other solvers take five times as long.
        model = LogisticRegression(C=100.0, max_iter=100, solver="liblinear", intercept_scaling=10.0, random_state=0)
        model.fit(vectors[rows], target, sample_weight=weights)
    scores = vectors @ model.coef_[0].astype(np.float32) + np.float32(model.intercept_[0])
    return np.asarray(scores, np.float32)


def nearest_rows(vectors: Vectors, row: int, *, limit: int) -> Ranked:
    """Return the rows nearest to one, itself left out. Cost O(n · dimensions)."""
    score = vectors @ np.array(vectors[row])
    score[row] = -np.inf
    picked = _best(vectors, score, limit, diverse=False)
    return Ranked(picked, np.clip((score[picked].astype(np.float64) + 1) / 2, 0, 1), "similarity")


def _nearness(vectors: Vectors, good: Rows, bad: Rows) -> NDArray[np.float32]:
    # One by one: a product of many with two takes twice as long as two products with one.
    nearest = _greatest(vectors, good)
    if len(bad):
        nearest -= np.float32(0.5) * np.maximum(_greatest(vectors, bad), 0)
    return nearest


def _greatest(vectors: Vectors, rows: Rows) -> NDArray[np.float32]:
    result: NDArray[np.float32] = vectors @ np.array(vectors[rows[0]])
    for row in rows[1:]:
        np.maximum(result, vectors @ np.array(vectors[row]), out=result)
    return result


def _best(vectors: Vectors, score: Any, limit: int, diverse: bool) -> Rows:
    """Return the rows of greatest score, equal ones in order; with `diverse` none nearly the same as a better one."""
    wide = min(len(score), 5 * limit if diverse else limit)
    if wide <= 0:
        return np.empty(0, np.int64)
    top: Rows = np.argpartition(-score, wide - 1)[:wide]
    top = top[np.isfinite(score[top])]
    top = top[np.lexsort((top, -score[top]))]
    if not diverse:
        return top[:limit]
    near = np.asarray(vectors[top])
    alike = near @ near.T >= SAME
    taken: list[int] = []
    for place in range(len(top)):
        if len(taken) == limit:
            break
        if not alike[place, taken].any():
            taken.append(place)
    apart: Rows = top[taken]
    return apart
