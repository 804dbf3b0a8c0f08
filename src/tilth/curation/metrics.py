"""Metrics of a classifier on items with known truth; every number with its sample size and interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tilth.crowd.interval import Interval, wilson
from tilth.curation.classes import encode
from tilth.errors import Invalid

Floats: TypeAlias = NDArray[np.float64]

MOST_CLASSES = 2_000
"""Labels and predictions with more values than this are texts and no classes: a table of them would not fit."""
_DRAWN = 4_000_000
"""Numbers drawn at a time for an interval, and ten times as many in all."""


@dataclass(frozen=True, slots=True, eq=False)
class ConfusionMatrix:
    """Counts of items, rows = true class, columns = predicted class, both in the order of `labels`."""

    labels: tuple[str, ...]
    counts: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.counts.shape != (len(self.labels), len(self.labels)):
            raise Invalid(
                f"A confusion matrix over {len(self.labels)} classes cannot have shape {self.counts.shape}.",
                help="Give a square matrix with one row and column per label.",
            )

    @property
    def n(self) -> int:
        """Return the number of items."""
        return int(self.counts.sum())

    @classmethod
    def of_cells(cls, true: Sequence[str], predicted: Sequence[str], counts: Sequence[int]) -> ConfusionMatrix:
        """Build from (true, predicted, count) columns, as a dataset view counts them; classes are sorted."""
        names, codes = encode([true, predicted])
        check_classes(len(names))
        matrix = np.zeros((len(names), len(names)), np.int64)
        np.add.at(matrix, (codes[0], codes[1]), np.asarray(counts, np.int64))
        return cls(names, matrix)

    def __add__(self, other: ConfusionMatrix) -> ConfusionMatrix:
        """Pool two matrices over the same classes."""
        if self.labels != other.labels:
            raise Invalid("Confusion matrices over different classes cannot be added.", help="Use the same labels.")
        return ConfusionMatrix(self.labels, self.counts + other.counts)


def confusion_matrix(truth: Any, predicted: Any, *, labels: Sequence[str] | None = None) -> ConfusionMatrix:
    """Count (true, predicted) pairs of two label columns. Raises Invalid as `encode` does. Cost O(items)."""
    names, codes = encode([truth, predicted], labels)
    size = len(names)
    check_classes(size)
    cells = np.bincount(codes[0].astype(np.int64) * size + codes[1], minlength=size * size)
    return ConfusionMatrix(names, cells.reshape(size, size))


def check_classes(count: int) -> None:
    """Raise Invalid for more classes than a table of them can have."""
    if count > MOST_CLASSES:
        raise Invalid(
            f"Labels and predictions have {count:,} different values, which are too many for classes.",
            help=f"Scores are for up to {MOST_CLASSES:,} classes; label by a column with fewer values.",
        )


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class: precision (n = predicted as it), recall (n = truly it = support), F1 (n = either)."""

    label: str
    precision: Interval
    recall: Interval
    f1: Interval

    @property
    def support(self) -> int:
        """Return how many items truly are of this class."""
        return self.recall.n


@dataclass(frozen=True, slots=True)
class Scores:
    """All metrics of one set of predictions. Macro numbers average the classes that occur (truly or predicted)."""

    n: int
    accuracy: Interval
    classes: tuple[ClassScore, ...]
    macro_precision: Interval
    macro_recall: Interval
    macro_f1: Interval

    def of(self, label: str) -> ClassScore:
        """Return the score of one class. Raises Invalid if there is no such class."""
        for score in self.classes:
            if score.label == label:
                return score
        raise Invalid(
            f"There is no class {label!r}.", help=f"The classes are {', '.join(s.label for s in self.classes)}."
        )


def score(matrix: ConfusionMatrix, *, level: float = 0.95, resamples: int = 1000, seed: int = 0) -> Scores:
    """Compute accuracy, precision, recall and F1 per class, and their macro means.

    Proportions carry Wilson intervals. F1 = 2J / (1 + J) is monotone in J = TP / (TP + FP + FN), so its interval is
    the image of J's. Macro means carry percentile bootstrap intervals (resampling items; seeded).
    Cost O(classes² + cells · resamples), cells being the pairs of classes that occur; of very many, fewer are drawn.
    """
    counts = matrix.counts
    hits = counts.diagonal()
    said, true = counts.sum(axis=0), counts.sum(axis=1)
    classes = tuple(
        ClassScore(
            label,
            wilson(int(hits[i]), int(said[i]), level=level),
            wilson(int(hits[i]), int(true[i]), level=level),
            _f1(wilson(int(hits[i]), int(said[i] + true[i] - hits[i]), level=level)),
        )
        for i, label in enumerate(matrix.labels)
    )
    drawn = _resample(counts, resamples, seed) if matrix.n else None
    tail = (1 - level) / 2

    def macro(of: Callable[[Floats, Floats, Floats], Floats]) -> Interval:
        low, high = np.nanquantile(of(*drawn), [tail, 1 - tail]) if drawn is not None else (0.0, 1.0)
        value = of(*(np.asarray(each, np.float64)[None] for each in (hits, said, true)))[0]
        return Interval(float(value), float(low), float(high), matrix.n, level)

    return Scores(
        matrix.n,
        wilson(int(hits.sum()), matrix.n, level=level),
        classes,
        macro(_mean_precision),
        macro(_mean_recall),
        macro(_mean_f1),
    )


def _f1(jaccard: Interval) -> Interval:
    value, low, high = (2 * j / (1 + j) for j in (jaccard.value, jaccard.low, jaccard.high))
    return Interval(value, low, high, jaccard.n, jaccard.level)


def _resample(counts: NDArray[np.int64], resamples: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Draw resampled items; return hits, guesses and truths per class, each resamples × classes.

    Metrics depend on the cells alone, so drawing those that are not empty is the same as drawing items.
    """
    total, size = int(counts.sum()), len(counts)
    cells = np.flatnonzero(counts)
    true, said = np.divmod(cells, size)
    resamples = max(20, min(resamples, 10 * _DRAWN // len(cells)))
    rows = np.arange(len(cells))
    right = true == said

    def by_class(of: NDArray[np.int64], where: NDArray[np.bool_]) -> Any:
        return sparse.csr_array((np.ones(int(where.sum())), (rows[where], of[where])), shape=(len(cells), size))

    everywhere = np.ones(len(cells), bool)
    into = by_class(true, right), by_class(said, everywhere), by_class(true, everywhere)
    rng = np.random.default_rng(seed)
    parts: tuple[list[Floats], list[Floats], list[Floats]] = ([], [], [])
    at_once = max(1, _DRAWN // len(cells))
    for start in range(0, resamples, at_once):
        drawn = rng.multinomial(total, counts.ravel()[cells] / total, size=min(at_once, resamples - start))
        for part, each in zip(parts, into, strict=True):
            part.append(np.asarray(drawn.astype(np.float64) @ each))
    hits, guesses, truths = (np.concatenate(part) for part in parts)
    return hits, guesses, truths


def _ratio(above: Floats, below: Floats) -> Floats:
    full = np.full(np.broadcast(above, below).shape, np.nan)
    ratio: Floats = np.divide(above, below, out=full, where=below > 0)
    return ratio


def _mean_of_occurring(values: Floats, occurs: NDArray[np.bool_]) -> Floats:
    """Average over classes that occur; an undefined ratio of an occurring class counts as 0, as is customary."""
    filled = np.where(occurs, np.nan_to_num(values, nan=0.0), 0.0)
    return _ratio(filled.sum(axis=-1), occurs.sum(axis=-1).astype(np.float64))


def _mean_precision(hits: Floats, said: Floats, true: Floats) -> Floats:
    return _mean_of_occurring(_ratio(hits, said), (said + true) > 0)


def _mean_recall(hits: Floats, said: Floats, true: Floats) -> Floats:
    return _mean_of_occurring(_ratio(hits, true), (said + true) > 0)


def _mean_f1(hits: Floats, said: Floats, true: Floats) -> Floats:
    return _mean_of_occurring(_ratio(2 * hits, said + true), (said + true) > 0)


def _parts(counts: Any) -> tuple[Floats, Floats, Floats]:
    matrix = np.asarray(counts, np.float64)
    return np.diagonal(matrix, axis1=-2, axis2=-1), matrix.sum(axis=-2), matrix.sum(axis=-1)


def accuracy(counts: Any) -> Floats:
    """Return accuracy for an array of confusion matrices, shape … × classes × classes (nan for empty ones)."""
    hits, said, _ = _parts(counts)
    return _ratio(hits.sum(axis=-1), said.sum(axis=-1))


def macro_precision(counts: Any) -> Floats:
    """Return macro precision for an array of confusion matrices, shape … × classes × classes."""
    return _mean_precision(*_parts(counts))


def macro_recall(counts: Any) -> Floats:
    """Return macro recall for an array of confusion matrices, shape … × classes × classes."""
    return _mean_recall(*_parts(counts))


def macro_f1(counts: Any) -> Floats:
    """Return macro F1 for an array of confusion matrices, shape … × classes × classes."""
    return _mean_f1(*_parts(counts))


METRICS = {
    "accuracy": accuracy,
    "macro_precision": macro_precision,
    "macro_recall": macro_recall,
    "macro_f1": macro_f1,
}
"""Metrics by name, each over an array of confusion matrices (… × classes × classes)."""
