"""Nearest neighbours and near-duplicates among many vectors, in plain NumPy, without an index to keep."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .vectors import Floats32

Ints = NDArray[np.int64]

EXACT_UP_TO = 20_000
"""Items up to which every pair is compared; beyond, items are compared with those of the nearest clusters."""
PROBES = 8
_BLOCK = 1024
BAND_BITS = 16
_BITS = np.array([value.bit_count() for value in range(1 << 16)], np.uint8)


def nearest(points: Floats32, base: Floats32, k: int, *, own: Ints | None = None) -> tuple[Ints, Floats32]:
    """Return the k nearest of `base` for each of `points` and their Euclidean distances, nearest first.

    `own` names per point the position in `base` that is the point itself and does not count (−1: none). Where there
    are fewer than k others, places are −1 at distance inf. Exact for a base of up to 20,000; beyond that it looks in
    the 8 nearest of √n clusters only: about 0.95 of the true neighbours on clustered data.
    Cost O(points · base · dimensions), or O(points · √base · 8 · dimensions).
    """
    count = min(k, len(base))
    found = np.full((len(points), k), -1, np.int64)
    distances = np.full((len(points), k), np.inf, np.float32)
    if not count or not len(points):
        return found, distances
    own = np.full(len(points), -1, np.int64) if own is None else own
    if len(base) <= EXACT_UP_TO:
        everything = np.arange(len(base))
        for start in range(0, len(points), _BLOCK):
            rows = np.arange(start, min(start + _BLOCK, len(points)))
            _search(points, rows, base, everything, own, found, distances)
        return found, distances
    centres = _centres(base, int(np.sqrt(len(base))))
    members = _members(_assign(base, centres), len(centres))
    asked = _members(_assign(points, centres), len(centres))
    closest = np.argsort(_squares(centres, centres), axis=1, kind="stable")[:, :PROBES]
    for cluster, rows in enumerate(asked):
        candidates = np.concatenate([members[near] for near in closest[cluster]])
        for start in range(0, len(rows), _BLOCK):
            _search(points, rows[start : start + _BLOCK], base, candidates, own, found, distances)
    return found, distances


def _search(
    points: Floats32,
    rows: Ints,
    base: Floats32,
    candidates: Ints,
    own: Ints,
    found: Ints,
    distances: Floats32,
) -> None:
    """Fill in the neighbours of `rows` among `candidates`."""
    squares = _squares(points[rows], base[candidates])
    squares[candidates[None, :] == own[rows][:, None]] = np.inf
    k = min(found.shape[1], len(candidates))
    some = (
        np.argpartition(squares, k - 1, axis=1)[:, :k] if k < len(candidates) else np.tile(np.arange(k), (len(rows), 1))
    )
    values = np.take_along_axis(squares, some, axis=1)
    order = np.lexsort((candidates[some], values), axis=1)
    values = np.take_along_axis(values, order, axis=1)
    places = candidates[np.take_along_axis(some, order, axis=1)]
    found[rows[:, None], np.arange(k)] = np.where(np.isfinite(values), places, -1)
    distances[rows[:, None], np.arange(k)] = np.sqrt(values)


def _squares(points: Floats32, base: Floats32) -> Floats32:
    squares: Floats32 = (
        np.einsum("ij,ij->i", points, points)[:, None]
        - 2 * points @ base.T
        + np.einsum("ij,ij->i", base, base)[None, :]
    )
    return np.maximum(squares, 0, out=squares)


def _centres(base: Floats32, count: int) -> Floats32:
    """Return centres of clusters by a few turns of k-means on a sample (seeded)."""
    rng = np.random.default_rng(0)
    sample = base[np.sort(rng.choice(len(base), min(len(base), 20 * count), replace=False))]
    centres = sample[np.sort(rng.choice(len(sample), count, replace=False))].copy()
    for _ in range(5):
        nearest_centre = _assign(sample, centres)
        sums = np.zeros((count, base.shape[1]))
        np.add.at(sums, nearest_centre, sample)
        sizes = np.bincount(nearest_centre, minlength=count)
        filled = sizes > 0
        centres[filled] = (sums[filled] / sizes[filled, None]).astype(np.float32)
    return centres


def _assign(points: Floats32, centres: Floats32) -> Ints:
    assigned = np.empty(len(points), np.int64)
    for start in range(0, len(points), 16 * _BLOCK):
        block = slice(start, start + 16 * _BLOCK)
        assigned[block] = _squares(points[block], centres).argmin(axis=1)
    return assigned


def _members(assigned: Ints, count: int) -> list[Ints]:
    order = np.argsort(assigned, kind="stable")
    return np.split(order, np.cumsum(np.bincount(assigned, minlength=count))[:-1])


def pairs_by_hash(hashes: NDArray[np.uint64], within: int = 7) -> Ints:
    """Return all pairs i < j of 64-bit hashes that differ in at most `within` bits (0 to 7), sorted, [pairs x 2].

    Exact: of four bands of 16 bits, one differs in at most one bit, so looking up each band and its 16 neighbours
    finds every pair. Cost O(n · 68 lookups + pairs looked at); hashes that crowd in few values cost more.
    """
    if not 0 <= within <= 7:
        raise ValueError(f"within {within} bits cannot be answered by four bands: 0 to 7")
    shape, places = np.unique(hashes, return_inverse=True)
    close = list(_banded(shape, within)) if len(shape) > 1 else []
    members = _members(places.astype(np.int64), len(shape)) if len(shape) else []
    found = []
    for group in members:
        if len(group) > 1:  # equal hashes: every one with the first suffices, they all stand for one another
            found.append(np.stack([np.full(len(group) - 1, group[0]), group[1:]], axis=1))
    for first, second in close:
        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            left, right = members[a], members[b]
            grid = np.stack(np.meshgrid(left, right, indexing="ij"), axis=-1).reshape(-1, 2)
            found.append(np.sort(grid, axis=1))
    if not found:
        return np.empty((0, 2), np.int64)
    return np.unique(np.concatenate(found), axis=0)


def bits(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Count the bits that are set in each value."""
    counted: Ints = _BITS[np.ascontiguousarray(values).view(np.uint16)].reshape(-1, 4).sum(axis=1, dtype=np.int64)
    return counted


def _banded(shape: NDArray[np.uint64], within: int) -> Iterator[tuple[Ints, Ints]]:
    masks = np.concatenate([[0], 1 << np.arange(BAND_BITS)]).astype(np.int64)
    for band in range(4):
        part = ((shape >> np.uint64(BAND_BITS * band)) & np.uint64(0xFFFF)).astype(np.int64)
        order = np.argsort(part, kind="stable")
        starts = np.searchsorted(part[order], np.arange((1 << BAND_BITS) + 1))
        for mask in masks:
            wanted = part ^ mask
            sizes = starts[wanted + 1] - starts[wanted]
            for rows in _portions(sizes):
                left = np.repeat(rows, sizes[rows])
                steps = np.arange(len(left)) - np.repeat(np.cumsum(sizes[rows]) - sizes[rows], sizes[rows])
                right = order[starts[wanted[left]] + steps]
                once = left < right
                left, right = left[once], right[once]
                close = bits(shape[left] ^ shape[right]) <= within
                yield left[close], right[close]


def _portions(sizes: Ints, most: int = 4_000_000) -> Iterator[Ints]:
    """Yield runs of rows whose sizes add up to about `most`, so that memory stays bounded."""
    rows = np.flatnonzero(sizes)
    if not len(rows):
        return
    portion = np.cumsum(sizes[rows]) // most
    yield from np.split(rows, np.flatnonzero(np.diff(portion)) + 1)
