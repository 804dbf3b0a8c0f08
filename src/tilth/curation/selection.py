"""Selection: which items to send to people next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from tilth.curation.metrics import Floats
from tilth.errors import Invalid

Doubt: TypeAlias = Literal["margin", "entropy", "least_confident"]
Strategy: TypeAlias = Literal["uncertain_diverse", "sampled", "uncertain", "random"]


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Chosen items (positions in the pool, in order of choice) and per chosen item its doubt and its distance.

    distance: to the nearest labeled or earlier chosen item at the moment of choice (inf for a first one, nan where
    the strategy does not look).
    """

    strategy: Strategy
    items: NDArray[np.int64]
    doubt: Floats
    distance: Floats

    def __len__(self) -> int:
        return len(self.items)


def uncertainty(probabilities: Any, *, doubt: Doubt = "margin") -> Floats:
    """Return per row of class probabilities how unsure it is, from 0 (sure) to 1 (all classes equal).

    margin: 1 − (p₁ − p₂) of the two likeliest; entropy: −Σ p log p / log K; least_confident: (1 − p₁) K / (K − 1)
    (Settles 2009, "Active Learning Literature Survey", §3.1). Raises Invalid for fewer than two classes.
    """
    p = np.asarray(probabilities, np.float64)
    if p.ndim != 2 or p.shape[1] < 2:
        raise Invalid(f"Class probabilities cannot have shape {p.shape}.", help="Give items × two or more classes.")
    if doubt == "entropy":
        logs = np.log(np.where(p > 0, p, 1.0))
        unsure = -(p * logs).sum(axis=1) / np.log(p.shape[1])
    elif doubt == "least_confident":
        unsure = (1 - p.max(axis=1)) * p.shape[1] / (p.shape[1] - 1)
    elif doubt == "margin":
        two = np.partition(p, p.shape[1] - 2, axis=1)[:, -2:]
        unsure = 1 - (two[:, 1] - two[:, 0])
    else:
        raise Invalid(f"There is no measure of doubt {doubt!r}.", help=f"Choose one of {', '.join(get_args(Doubt))}.")
    clipped: Floats = np.clip(unsure, 0.0, 1.0)
    return clipped


def select(
    budget: int,
    *,
    strategy: Strategy = "uncertain_diverse",
    probabilities: Any | None = None,
    embeddings: Any | None = None,
    labeled: Any | None = None,
    pool: int | None = None,
    doubt: Doubt = "margin",
    seed: int = 0,
) -> Selection:
    """Choose up to `budget` items of a pool of n, none twice; equal arguments give equal choices.

    With u_i the doubt about item i (`probabilities`, n × classes; all 1 without) and d_i its Euclidean distance to the
    nearest labeled (`labeled`, m × dimensions) or already chosen item (`embeddings`, n × dimensions):
      uncertain_diverse  take the greatest u_i d_i one after another (greedy k-center, Sener and Savarese 2018,
                         weighted by doubt);
      sampled            draw i with probability ∝ u_i d_i² one after another (k-means++ seeding, Arthur and
                         Vassilvitskii 2007, weighted by doubt; cf. BADGE, Ash et al. 2020): less drawn to outliers;
      uncertain          take the greatest u_i;  random  draw uniformly (`pool` = n suffices).
    Raises Invalid where a strategy lacks its input or sizes differ. Cost O(n · (m + budget) · dimensions).
    """
    points = None if embeddings is None else np.asarray(embeddings, np.float32)
    doubts = None if probabilities is None else uncertainty(probabilities, doubt=doubt)
    n = _pool_size(pool, points, doubts)
    _check(strategy, budget, points, doubts)
    unsure = np.ones(n) if doubts is None else doubts
    rng = np.random.default_rng(seed)
    count = min(budget, n)
    if strategy in ("random", "uncertain"):
        if strategy == "random":
            items = rng.permutation(n)[:count].astype(np.int64)
        else:
            items = np.argsort(-unsure, kind="stable")[:count]
        return Selection(strategy, items, unsure[items], np.full(count, np.nan))
    assert points is not None
    nearest = np.full(n, np.inf)
    squares = np.einsum("ij,ij->i", points, points, dtype=np.float64)
    for point in [] if labeled is None else np.asarray(labeled, np.float32):
        np.minimum(nearest, _squared_distances(points, squares, point), out=nearest)
    items = np.empty(count, np.int64)
    distance = np.empty(count)
    left = np.ones(n, bool)
    for turn in range(count):
        if np.isinf(nearest[0]):
            weight = unsure.copy()
        else:
            weight = unsure * (nearest if strategy == "sampled" else np.sqrt(nearest))
        weight[~left] = 0.0
        if not weight.any():
            # Only duplicates of chosen items or sure ones are left: they are equally good.
            weight[left] = 1.0
        if strategy == "sampled":
            ladder = np.cumsum(weight)
            chosen = int(np.searchsorted(ladder, rng.random() * ladder[-1], side="right"))
        else:
            chosen = int(weight.argmax())
        items[turn], distance[turn] = chosen, np.sqrt(nearest[chosen])
        left[chosen] = False
        np.minimum(nearest, _squared_distances(points, squares, points[chosen]), out=nearest)
    return Selection(strategy, items, unsure[items], distance)


def _squared_distances(points: NDArray[np.float32], squares: Floats, centre: NDArray[np.float32]) -> Floats:
    """Return |x − c|² for all points by one product: |x|² − 2 x·c + |c|²."""
    result: Floats = squares - 2.0 * (points @ centre).astype(np.float64) + float(centre.astype(np.float64) @ centre)
    # Rounding leaves duplicates a hair above or below nought.
    result[result < 1e-6 * (squares + 1e-12)] = 0.0
    return result


def _pool_size(pool: int | None, points: Any, doubts: Any) -> int:
    sizes = {len(given) for given in (points, doubts) if given is not None} | ({pool} if pool is not None else set())
    if len(sizes) != 1:
        raise Invalid(
            f"The pool has no one size: {sorted(sizes)}." if sizes else "The pool is not given.",
            help="Give probabilities and embeddings of the same items, or the size of the pool.",
        )
    return int(sizes.pop())


def _check(strategy: str, budget: int, points: Any, doubts: Any) -> None:
    if strategy not in get_args(Strategy):
        raise Invalid(f"There is no strategy {strategy!r}.", help=f"Choose one of {', '.join(get_args(Strategy))}.")
    if budget < 0:
        raise Invalid(f"A budget of {budget} items makes no sense.", help="Give 0 or more.")
    if strategy in ("uncertain_diverse", "sampled") and points is None:
        raise Invalid(f"Strategy {strategy!r} needs embeddings.", help="Give embeddings, or use 'uncertain'.")
    if strategy == "uncertain" and doubts is None:
        raise Invalid("Strategy 'uncertain' needs class probabilities.", help="Give probabilities.")
