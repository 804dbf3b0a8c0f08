"""Error rates from reviewed samples, with intervals. Pure.

In a sample drawn in groups, items of small groups are over-represented; each decided item therefore stands for
N_h / n_h items of its group h (N_h in the population, n_h decided), and a rate is Σ w e / Σ w. Its interval is Wilson's
with Kish's effective size (Σ w)² / Σ w² (Kish 1965, Survey Sampling) for n: equal weights, as in a simple random sample
and within one group, give Wilson's interval itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tilth.crowd.interval import wilson_bounds


@dataclass(frozen=True, slots=True)
class Share:
    """A weighted share of `n` with the ends of its 95 % interval; value None where n is 0."""

    value: float | None
    low: float
    high: float
    n: int
    hits: int


@dataclass(frozen=True, slots=True)
class Sampled:
    """One decided item of a sample drawn at random."""

    review: str
    task: str
    stratum: str
    population: int
    """Items of its stratum when the sample was drawn."""


def share(hits: Sequence[bool], weights: Sequence[float] | None = None) -> Share:
    """Return the share of hits with its interval; without weights, Wilson's."""
    n = len(hits)
    if not n:
        return Share(None, 0.0, 1.0, 0, 0)
    hit = np.asarray(hits, np.float64)
    weight = np.ones(n) if weights is None else np.asarray(weights, np.float64)
    value = float(hit @ weight / weight.sum())
    size = float(weight.sum() ** 2 / (weight @ weight))
    low, high = wilson_bounds(np.array([value * size]), np.array([size]))
    return Share(value, float(low[0]), float(high[0]), n, int(hit.sum()))


def count_share(hits: int, n: int) -> Share:
    """Return hits / n with Wilson's interval."""
    if not n:
        return Share(None, 0.0, 1.0, 0, 0)
    low, high = wilson_bounds(np.array([hits]), np.array([n]))
    return Share(hits / n, float(low[0]), float(high[0]), n, hits)


def weights_of(items: Sequence[Sampled]) -> list[float]:
    """Return how many items each decided one stands for, relative to the others.

    Several reviews are pooled by their sizes, so that two simple random samples weigh as one of both.
    """
    decided = Counter((item.review, item.stratum) for item in items)
    raw = [item.population / decided[item.review, item.stratum] for item in items]
    of_review: dict[str, float] = {}
    size: Counter[str] = Counter()
    for item, weight in zip(items, raw, strict=True):
        of_review[item.review] = of_review.get(item.review, 0.0) + weight
        size[item.review] += 1
    return [weight * size[item.review] / of_review[item.review] for item, weight in zip(items, raw, strict=True)]


def by_group(rows: Iterable[tuple[str, bool, float]]) -> dict[str, Share]:
    """Return group → share of hits from (group, hit, weight), largest groups first."""
    groups: dict[str, tuple[list[bool], list[float]]] = {}
    for name, hit, weight in rows:
        hits, weights = groups.setdefault(name, ([], []))
        hits.append(hit)
        weights.append(weight)
    found = {name: share(hits, weights) for name, (hits, weights) in groups.items()}
    return dict(sorted(found.items(), key=lambda pair: (-pair[1].n, pair[0])))
