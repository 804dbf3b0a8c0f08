"""Similarity: more items like some, in an order that learns from what a person accepts and discards."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tilth.curation.rounded import Rounded
from tilth.errors import Invalid

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]

LEAST = 3
"""Examples and decisions together from which on the order is learned."""
BACKGROUND = 300
"""Random items that count as discarded, lightly: what is looked for is rare."""
SAME = 0.985
"""Cosine from which two items show nearly the same thing."""
FEW = 2_000
"""Rows that are counted exactly without looking at bounds first."""
_AT_ONCE = 8_192
"""Rows that are counted exactly at a time."""


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
    rounded: Rounded | None = None,
) -> Ranked:
    """Rank the rows of `vectors` (n × dimensions, of length 1) by how much they are like `wanted` ones.

    With fewer than three rows by nearest similarity: greatest cosine to a wanted row, less half of that to an unwanted
    one. Else by a logistic regression of wanted against unwanted and, lightly, random rows: on drawings, digits,
    photographs and headlines that found more than waiting for five decisions of either kind did. Rows already decided,
    outside `candidates` or without a vector are left out; with `diverse` also those nearly the same as a better one.
    Equal arguments give an equal order, with `rounded` (the vectors rounded) or without. Cost O(n · dimensions): of
    bytes with `rounded`, else of floats. Raises Invalid without a wanted row.
    """
    if not len(wanted):
        raise Invalid("There is nothing to compare with.", help="Choose at least one item that shows what is wanted.")
    good, bad = np.asarray(wanted, np.int64), np.asarray(unwanted, np.int64)
    open_ = np.ones(len(vectors), bool) if candidates is None else candidates.copy()
    open_[good] = open_[bad] = False
    learns = len(good) + len(bad) >= LEAST
    score = learned_score(vectors, good, bad) if learns else Score(_rows_of(vectors, good), _rows_of(vectors, bad))
    by: Literal["similarity", "learned"] = "learned" if learns else "similarity"
    rows, best = best_rows(vectors, score, open_, 5 * limit if diverse else limit, rounded)
    if diverse:
        apart = _apart(vectors, rows, limit)
        rows, best = rows[apart], best[apart]
    shown = 1 / (1 + np.exp(-np.clip(best, -30, 30))) if learns else np.clip((best + 1) / 2, 0, 1)
    return Ranked(rows, shown, by)


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """What rows are ranked by: the greatest product with a row of `towards`, less half the greatest with one of `away`
    that is above 0, and `more`. Both are k × dimensions."""

    towards: Vectors
    away: Vectors
    more: float = 0.0

    def of(self, vectors: Vectors) -> NDArray[np.float32]:
        """Return the score of every row of `vectors`, whatever rows stand beside it."""
        return self._joined(
            [product_of(vectors, each) for each in self.towards], [product_of(vectors, each) for each in self.away]
        )

    def bounds(self, rounded: Rounded) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return between what the score of every row is."""
        towards = [rounded.products(each) for each in self.towards]
        away = [rounded.products(each) for each in self.away]
        least = self._joined([low for low, _ in towards], [high for _, high in away])
        return least, self._joined([high for _, high in towards], [low for low, _ in away])

    def _joined(
        self, towards: Sequence[NDArray[np.float32]], away: Sequence[NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        """Join products, each step of which keeps order: so bounds of products give bounds of scores."""
        score = towards[0]
        for each in towards[1:]:
            score = np.maximum(score, each)
        if away:
            most = away[0]
            for each in away[1:]:
                most = np.maximum(most, each)
            score = np.asarray(score - np.float32(0.5) * np.maximum(most, np.float32(0)), np.float32)
        return score + np.float32(self.more) if self.more else score


def product_of(vectors: Vectors, query: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the product of each row with `query`.

    Not by a matrix product, whose last bits depend on where a row stands among others: equal rows are equal here.
    """
    result: NDArray[np.float32] = np.einsum("ij,j->i", vectors, query)
    return result


def best_rows(
    vectors: Vectors, score: Score, open_: NDArray[np.bool_], wide: int, rounded: Rounded | None = None
) -> tuple[Rows, NDArray[np.float64]]:
    """Return the `wide` open rows of greatest score, and their scores; equal ones in order.

    With `rounded` all are looked at by bounds first, and only those counted that can be among the best: the answer is
    the same. Cost: a pass over what is looked at; and over the vectors of as many rows as the bounds do not tell apart.
    """
    rows: Rows = np.flatnonzero(open_)
    if rounded is not None and 0 < wide < len(rows) and len(rows) > FEW:
        least, most = score.bounds(rounded)
        least[~open_] = -np.inf
        enough = np.partition(least, len(least) - wide)[len(least) - wide]
        rows = np.flatnonzero(open_ & (most >= enough))
    found = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        found[some] = score.of(np.asarray(vectors[rows[some]]))
    if len(rows) > wide > 0:
        enough = np.partition(found, len(found) - wide)[len(found) - wide]
        rows, found = rows[found >= enough], found[found >= enough]
    order = np.lexsort((rows, -found))[: max(wide, 0)]
    return rows[order], found[order].astype(np.float64)


def learned_score(vectors: Vectors, good: Rows, bad: Rows) -> Score:
    """Return the log odds of being wanted as a score, by logistic regression on the decisions."""
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
    learned = np.asarray(model.coef_, np.float32)
    return Score(learned, learned[:0], float(model.intercept_[0]))


def nearest_rows(vectors: Vectors, row: int, *, limit: int, rounded: Rounded | None = None) -> Ranked:
    """Return the rows nearest to one, itself left out. Cost O(n · dimensions)."""
    open_ = np.ones(len(vectors), bool)
    open_[row] = False
    near = _rows_of(vectors, [row])
    rows, best = best_rows(vectors, Score(near, near[:0]), open_, limit, rounded)
    return Ranked(rows, np.clip((best + 1) / 2, 0, 1), "similarity")


def _rows_of(vectors: Vectors, rows: Any) -> Vectors:
    return np.array(vectors[rows], np.float32).reshape(len(rows), vectors.shape[1])


def _apart(vectors: Vectors, rows: Rows, limit: int) -> list[int]:
    """Return the places of the first `limit` rows that are not nearly the same as one before them."""
    near = np.asarray(vectors[rows])
    alike = near @ near.T >= SAME
    taken: list[int] = []
    for place in range(len(rows)):
        if len(taken) == limit:
            break
        if not alike[place, taken].any():
            taken.append(place)
    return taken
