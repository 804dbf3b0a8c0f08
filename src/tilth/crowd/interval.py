"""Intervals of a proportion: how far a share counted on n may be from the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betaincinv, ndtri

from tilth.crowd.answers import Floats
from tilth.errors import Invalid


@dataclass(frozen=True, slots=True)
class Interval:
    """A number with its sample size and the ends of its confidence interval at `level`."""

    value: float
    low: float
    high: float
    n: int
    level: float = 0.95

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f}, n={self.n})"


def wilson(hits: int, n: int, *, level: float = 0.95) -> Interval:
    """Return hits / n with Wilson's score interval (Wilson 1927); n = 0 gives nan in (0, 1).

    With p = hits / n and z the normal quantile: (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n).
    Raises Invalid unless 0 ≤ hits ≤ n.
    """
    if not 0 <= hits <= n:
        raise Invalid(f"{hits} of {n} is not a proportion.", help="Give 0 ≤ hits ≤ n.")
    low, high = wilson_bounds(np.array([hits]), np.array([n]), level=level)
    return Interval(hits / n if n else float("nan"), float(low[0]), float(high[0]), int(n), level)


def wilson_bounds(hits: Any, n: Any, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the lower and upper ends of `wilson` for arrays of hits and sizes."""
    z = float(ndtri(0.5 + level / 2))
    empty = np.asarray(n) == 0
    size = np.where(empty, 1.0, np.asarray(n, np.float64))
    share = np.asarray(hits, np.float64) / size
    centre = share + z * z / (2 * size)
    half = z * np.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    scale = 1 + z * z / size
    low = np.where(empty, 0.0, np.clip((centre - half) / scale, 0.0, 1.0))
    high = np.where(empty, 1.0, np.clip((centre + half) / scale, 0.0, 1.0))
    return low, high


def beta_bounds(
    hits: Any, n: Any, *, prior: tuple[float, float] = (0.5, 0.5), level: float = 0.95
) -> tuple[Floats, Floats]:
    """Return the equal-tailed interval of the Beta(hits + a, n − hits + b) posterior (Jeffreys: a = b = ½)."""
    tail = (1 - level) / 2
    right = np.asarray(hits, np.float64) + prior[0]
    wrong = np.asarray(n, np.float64) - np.asarray(hits, np.float64) + prior[1]
    low: Floats = np.asarray(betaincinv(right, wrong, tail), np.float64)
    high: Floats = np.asarray(betaincinv(right, wrong, 1 - tail), np.float64)
    return low, high
