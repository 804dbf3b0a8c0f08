"""Intervals by resampling: how sure one metric is, and whether two sets of predictions really differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tilth.crowd.interval import Interval, wilson
from tilth.curation.classes import encode
from tilth.curation.metrics import METRICS, Floats
from tilth.errors import Invalid

__all__ = ["Difference", "Interval", "bootstrap", "paired_bootstrap", "wilson"]


@dataclass(frozen=True, slots=True)
class Difference:
    """The metric of `second` minus that of `first` on the same n items, averaged over `seeds` trained models each."""

    value: float
    low: float
    high: float
    n: int
    seeds: int
    level: float = 0.95

    @property
    def verdict(self) -> str:
        """Return "better" or "worse" where the interval excludes 0, else "within noise"."""
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "within noise"

    def __str__(self) -> str:
        return f"{self.value:+.3f} ({self.low:+.3f} – {self.high:+.3f}, n={self.n}, {self.verdict})"


def bootstrap(
    truth: Any,
    predictions: Sequence[Any],
    *,
    metric: str = "accuracy",
    labels: Sequence[str] | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Return a metric averaged over several prediction sets (one per training seed) of the same items.

    Percentile bootstrap (Efron and Tibshirani 1993, ch. 13): each of `resamples` draws takes n items and, where there
    is more than one set, as many sets, with replacement. Raises Invalid for no sets, no items or an unknown metric.
    Cost O(patterns · resamples), where patterns ≤ n are the distinct rows (truth, prediction per set).
    """
    value, draws, n = _draw(truth, [predictions], metric, labels, resamples, seed)
    low, high = np.nanquantile(draws[0], [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(value[0]), float(low), float(high), n, level)


def paired_bootstrap(
    truth: Any,
    first: Sequence[Any],
    second: Sequence[Any],
    *,
    metric: str = "accuracy",
    labels: Sequence[str] | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Difference:
    """Return how much `second` beats `first` on the same items, each a list of prediction sets (one per seed).

    Set i of both lists is a pair (same seed) and drawn together, and each draw uses the same items for both, so
    what is hard for both cancels (Koehn 2004, "Statistical significance tests for MT evaluation"). Raises Invalid
    unless both have the same, positive number of sets. Cost as `bootstrap`.
    """
    if len(first) != len(second):
        raise Invalid(
            f"A paired comparison needs pairs, got {len(first)} and {len(second)} prediction sets.",
            help="Give one prediction set per seed for both.",
        )
    value, draws, n = _draw(truth, [first, second], metric, labels, resamples, seed)
    low, high = np.nanquantile(draws[1] - draws[0], [(1 - level) / 2, (1 + level) / 2])
    return Difference(float(value[1] - value[0]), float(low), float(high), n, len(first), level)


def _draw(
    truth: Any, arms: Sequence[Sequence[Any]], metric: str, labels: Sequence[str] | None, resamples: int, seed: int
) -> tuple[Floats, Floats, int]:
    """Return per arm the metric (arms) and its resampled values (arms × resamples), and the number of items."""
    if metric not in METRICS:
        raise Invalid(f"There is no metric {metric!r}.", help=f"Choose one of {', '.join(METRICS)}.")
    seeds = len(arms[0])
    if not seeds or not len(truth):
        raise Invalid("There are no predictions to resample.", help="Give at least one item and one prediction set.")
    names, codes = encode([truth, *(column for arm in arms for column in arm)], labels)
    # Items with the same truth and predictions are interchangeable: draw how often each pattern comes, not items.
    patterns, counts = np.unique(codes, axis=1, return_counts=True)
    n = codes.shape[1]
    rng = np.random.default_rng(seed)
    items = rng.multinomial(n, counts / n, size=resamples).astype(np.float64)
    picks = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=resamples) / seeds
    value, draws = np.empty(len(arms)), np.zeros((len(arms), resamples))
    for arm in range(len(arms)):
        whole = np.empty(seeds)
        for run in range(seeds):
            cells = patterns[0].astype(np.int64) * len(names) + patterns[1 + arm * seeds + run]
            whole[run] = _metric(metric, counts[None].astype(np.float64), cells, len(names))[0]
            draws[arm] += picks[:, run] * _metric(metric, items, cells, len(names))
        value[arm] = whole.mean()
    return value, draws, n


def _metric(metric: str, weights: Floats, cells: NDArray[np.int64], classes: int) -> Floats:
    """Compute the metric for each row of pattern weights (draws × patterns), a slice of draws at a time."""
    into = sparse.csr_array((np.ones(len(cells)), (np.arange(len(cells)), cells)), shape=(len(cells), classes**2))
    step = max(1, 4_000_000 // classes**2)
    parts = [
        METRICS[metric](np.asarray(weights[at : at + step] @ into).reshape(-1, classes, classes))
        for at in range(0, len(weights), step)
    ]
    return np.concatenate(parts)
