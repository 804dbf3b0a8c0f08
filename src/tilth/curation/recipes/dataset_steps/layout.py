"""Layout: a flat map on which near items lie near one another."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn.manifold import TSNE

from .near import nearest
from .vectors import Floats32

LANDMARKS = 5_000
"""Items that are laid out by t-SNE; the others are placed among their nearest landmarks."""
KEPT = 64


def principal(vectors: Floats32, kept: int = KEPT) -> Floats32:
    """Return the vectors along their `kept` directions of greatest variance, [items x at most kept].

    Directions come from at most 20,000 items; signs are fixed, so that equal data give equal maps.
    """
    if not len(vectors):
        return np.zeros((0, 2), np.float32)
    sample = vectors
    if len(vectors) > 20_000:
        sample = vectors[np.sort(np.random.default_rng(0).choice(len(vectors), 20_000, replace=False))]
    centre = sample.mean(axis=0)
    spread = (sample - centre).astype(np.float64)
    _, directions = np.linalg.eigh(spread.T @ spread)
    directions = directions[:, ::-1][:, :kept]
    strongest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[strongest, np.arange(directions.shape[1])])
    turned: Floats32 = ((vectors - centre) @ directions.astype(np.float32)).astype(np.float32)
    return turned


def lay_out(points: Floats32, seed: int = 0) -> NDArray[np.float64]:
    """Return places in the square from −1 to 1 for principal components, [items x 2].

    t-SNE (van der Maaten and Hinton 2008; Barnes-Hut) on at most 5,000 landmarks, begun at the first two components;
    every other item lies at the mean of its three nearest landmarks, weighted by closeness. Fewer than ten items are
    laid out by the first two components.
    """
    n = len(points)
    if n == 0:
        return np.zeros((0, 2))
    flat = np.zeros((n, 2))
    flat[:, : min(2, points.shape[1])] = points[:, :2]
    if n < 10 or not np.ptp(points, axis=0).any():
        return _square(flat)
    chosen = np.arange(n)
    if n > LANDMARKS:
        chosen = np.sort(np.random.default_rng(seed).choice(n, LANDMARKS, replace=False))
    begin = flat[chosen] / max(float(flat[chosen, 0].std()), 1e-12) * 1e-4
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        places = TSNE(
            perplexity=min(30.0, (len(chosen) - 1) / 3),
            init=begin.astype(np.float32),
            learning_rate="auto",
            max_iter=600,
            random_state=seed,
            n_jobs=1,
        ).fit_transform(points[chosen])
    if n == len(chosen):
        return _square(places.astype(np.float64))
    all_places = np.empty((n, 2))
    all_places[chosen] = places
    others = np.setdiff1d(np.arange(n), chosen)
    around, distances = nearest(points[others], points[chosen], 3)
    weights = 1 / np.maximum(distances.astype(np.float64), 1e-6)
    weights /= weights.sum(axis=1, keepdims=True)
    spread = (places[around] * weights[:, :, None]).sum(axis=1)
    # Items between the same landmarks would hide one another.
    spread += np.random.default_rng(seed).normal(0, float(places.std()) / 150, spread.shape)
    all_places[others] = spread
    return _square(all_places)


def _square(places: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = places.min(axis=0), places.max(axis=0)
    half = max(float((high - low).max()) / 2, 1e-12)
    squared: NDArray[np.float64] = np.clip((places - (low + high) / 2) / half, -1, 1)
    return squared
