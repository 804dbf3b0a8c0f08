"""Near-duplicates: the same picture saved twice, the same text with a word changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .near import Ints, nearest, pairs_by_hash
from .text import HASHES
from .vectors import Floats32

BITS = 7
"""Bits in which the hashes of two near-duplicate images may differ."""
ALIKE = {"image": 0.985, "text": 0.9, "audio": 0.995}
"""How alike (cosine) the vectors of near-duplicates must be as well: a hash of 64 bits alone mixes up simple images."""
JACCARD = 0.6
BANDS = 16
_CROWD = 64


def near_duplicates(media: str, vectors: Floats32, signatures: Sequence[bytes]) -> Ints:
    """Return per item the first item that it nearly repeats, or −1; see `near_pairs`.

    Groups do not chain: each of its members repeats the first one itself.
    """
    return first_of(len(vectors), near_pairs(media, vectors, signatures))


def near_pairs(media: str, vectors: Floats32, signatures: Sequence[bytes]) -> Ints:
    """Return pairs i < j of items that nearly repeat one another, [pairs x 2].

    Images: perceptual hashes within 7 of 64 bits; texts: MinHash similarity of at least 0.6, found by 16 bands of four
    (a pair of similarity 0.8 is found with probability .9998, of 0.6 with .89); sounds: nearest vectors. All of them
    with alike vectors. Items without a vector or a signature repeat nothing. Of many equal ones not every pair is
    named, but they hang together.
    """
    usable = np.linalg.norm(vectors, axis=1) > 0.5
    if media == "image":
        pairs = _image_pairs(signatures, usable)
    elif media == "text":
        pairs = text_pairs(signatures, usable)
    else:
        found, _ = nearest(vectors, vectors, 10, own=np.arange(len(vectors)))
        rows = np.repeat(np.arange(len(vectors)), found.shape[1])
        pairs = np.stack([rows, found.ravel()], axis=1)
        pairs = np.unique(np.sort(pairs[(pairs[:, 1] >= 0) & usable[rows]], axis=1), axis=0)
    alike = np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), 100_000):
        block = pairs[start : start + 100_000]
        alike[start : start + 100_000] = np.einsum("ij,ij->i", vectors[block[:, 0]], vectors[block[:, 1]])
    return pairs[alike >= ALIKE[media]]


def families(count: int, pairs: Ints) -> Ints:
    """Return per item the number of its family: whoever is reached by a chain of pairs, as frames of a film are.

    What must not be on both sides of a fold is a whole family: the ends of a chain may differ, its links do not.
    """
    ones = np.ones(len(pairs), np.int8)
    _, family = connected_components(
        coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(count, count)), directed=False
    )
    return np.asarray(family, np.int64)


def first_of(count: int, pairs: Ints) -> Ints:
    """Return per item the first one of its group, or −1: in order, an item joins the first head that it pairs with."""
    heads = np.full(count, -1, np.int64)
    order = np.lexsort((pairs[:, 0], pairs[:, 1])) if len(pairs) else np.empty(0, np.int64)
    for first, second in pairs[order].tolist():
        if heads[second] < 0 and heads[first] < 0:
            heads[second] = first
    return heads


def _image_pairs(signatures: Sequence[bytes], usable: NDArray[np.bool_]) -> Ints:
    rows = np.array([row for row, signature in enumerate(signatures) if usable[row] and len(signature) == 8], np.int64)
    hashes = np.frombuffer(b"".join(signatures[row] for row in rows), ">u8").astype(np.uint64)
    pairs = pairs_by_hash(hashes, BITS)
    return rows[pairs] if len(pairs) else pairs


def text_pairs(signatures: Sequence[bytes], usable: NDArray[np.bool_]) -> Ints:
    """Return pairs i < j of items whose MinHash signatures agree in at least 0.6 of their places."""
    rows = np.array(
        [row for row, signature in enumerate(signatures) if usable[row] and len(signature) == 4 * HASHES], np.int64
    )
    if len(rows) < 2:
        return np.empty((0, 2), np.int64)
    matrix = np.frombuffer(b"".join(signatures[row] for row in rows), "<u4").reshape(-1, HASHES)
    width = HASHES // BANDS
    found = []
    for band in range(BANDS):
        part = np.ascontiguousarray(matrix[:, band * width : (band + 1) * width]).view(f"V{4 * width}").ravel()
        _, bucket = np.unique(part, return_inverse=True)
        order = np.argsort(bucket, kind="stable")
        ordered = bucket[order]
        # In a bucket every item is set against the ones before it; in a crowd against the first ones only.
        for step in range(1, _CROWD):
            same = np.flatnonzero(ordered[step:] == ordered[:-step])
            if not len(same):
                break
            found.append(np.stack([order[same], order[same + step]], axis=1))
        starts = np.concatenate([[0], np.flatnonzero(np.diff(ordered)) + 1])
        first = np.repeat(starts, np.diff([*starts, len(ordered)]))
        far = np.flatnonzero(np.arange(len(ordered)) - first >= _CROWD)
        found.append(np.stack([order[first[far]], order[far]], axis=1))
    pairs = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    close = np.empty(len(pairs), bool)
    for start in range(0, len(pairs), 100_000):
        block = pairs[start : start + 100_000]
        close[start : start + 100_000] = (matrix[block[:, 0]] == matrix[block[:, 1]]).mean(axis=1) >= JACCARD
    return rows[pairs[close]]
