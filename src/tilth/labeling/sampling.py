"""Drawing the items of a review: seeded, at random, equally from groups, or the least confident first. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RANDOM, BY_CLASS, BY_WORKER, UNSURE = "random", "class", "worker", "unsure"
KINDS = (RANDOM, BY_CLASS, BY_WORKER, UNSURE)


def draw(count: int, size: int, seed: int) -> NDArray[np.int64]:
    """Return `size` of the numbers 0 … count − 1, each subset and order equally likely."""
    chosen: NDArray[np.int64] = np.random.default_rng(seed).permutation(count)[:size].astype(np.int64)
    return chosen


def draw_equally(strata: NDArray[np.int64], size: int, seed: int) -> NDArray[np.int64]:
    """Return `size` positions, equally many of each stratum (a number from 0 on) as far as it has them, in random
    order."""
    codes = np.unique(strata)
    order = np.argsort(strata, kind="stable")
    ends = np.searchsorted(strata[order], codes, side="right")
    starts = np.searchsorted(strata[order], codes)
    shares = allocate((ends - starts).tolist(), size)
    rng = np.random.default_rng(seed)
    parts = [rng.permutation(order[start:end])[:share] for start, end, share in zip(starts, ends, shares, strict=True)]
    chosen = np.concatenate(parts) if parts else np.empty(0, np.int64)
    drawn: NDArray[np.int64] = rng.permutation(chosen).astype(np.int64)
    return drawn


def allocate(sizes: Sequence[int], total: int) -> list[int]:
    """Share `total` among groups as equally as their sizes allow; the first groups get what does not divide."""
    shares = [0] * len(sizes)
    left = min(total, sum(sizes))
    while left:
        open_groups = [group for group, size in enumerate(sizes) if shares[group] < size]
        each = max(left // len(open_groups), 1)
        for group in open_groups:
            more = min(each, sizes[group] - shares[group], left)
            shares[group] += more
            left -= more
    return shares


def least_confident(confidence: NDArray[np.float64], size: int, seed: int) -> NDArray[np.int64]:
    """Return the `size` positions with the lowest confidence, lowest first; equals in random order."""
    noise = np.random.default_rng(seed).random(len(confidence))
    first: NDArray[np.int64] = np.lexsort((noise, confidence))[:size].astype(np.int64)
    return first
