"""Texts as numbers: hashed words and pieces of words, projected to few dimensions; and a MinHash signature."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import numpy as np
import xxhash
from numpy.typing import NDArray

from .vectors import Floats32

DIMENSIONS = 512
LONGEST = 200_000
"""Characters of a text that are looked at."""
HASHES = 64
"""Hash functions of a signature; two equal places out of 64 are evidence of 1/64 of Jaccard similarity."""
_WORD = re.compile(r"\w+|[^\w\s]")


def describe_text(text: str) -> tuple[Floats32, bytes]:
    """Return 512 numbers of length 1 (0 for no text) and the MinHash signature of a text.

    Feature hashing (Weinberger et al. 2009) of words, pairs of words and pieces of 3 to 5 letters, each spread over
    four dimensions with signs from its hash (sparse random projection, Achlioptas 2003): inner products keep.
    """
    words = _WORD.findall(text[:LONGEST].casefold())
    counts: dict[int, float] = {}
    for word in words:
        # Short words are frequent in most languages and say little.
        _add(counts, f"w{word}", min(len(word), 8) / 4)
        padded = f" {word} "
        for size in (3, 4, 5):
            for start in range(len(padded) - size + 1):
                _add(counts, f"c{padded[start : start + size]}", 0.25)
    for pair in pairwise(words):
        _add(counts, f"p{pair[0]} {pair[1]}", min(len(pair[0]) + len(pair[1]), 12) / 10)
    vector = np.zeros(DIMENSIONS)
    if counts:
        hashes = np.fromiter(counts, np.uint64, len(counts))
        weights = np.sqrt(np.fromiter(counts.values(), np.float64, len(counts)))
        for turn in range(4):
            bits = (hashes >> np.uint64(16 * turn)) & np.uint64(0xFFFF)
            signs = np.where(bits >> np.uint64(15), 1.0, -1.0)
            np.add.at(vector, (bits % np.uint64(DIMENSIONS)).astype(np.int64), signs * weights)
    length = float(np.linalg.norm(vector))
    return (vector / length if length else vector).astype(np.float32), minhash(words)


def minhash(words: list[str]) -> bytes:
    """Return the MinHash (Broder 1997) of the pairs of words that follow one another, 64 x uint32; b"" for no words."""
    if not words:
        return b""
    shingles = {xxhash.xxh32_intdigest(f"{a} {b}".encode()) for a, b in zip(["", *words], [*words, ""], strict=True)}
    values = np.fromiter(shingles, np.uint64, len(shingles))
    factors, terms = _permutations()
    with np.errstate(over="ignore"):
        mixed = (values[:, None] * factors[None, :] + terms[None, :]) >> np.uint64(32)
    return bytes(mixed.min(axis=0).astype("<u4").tobytes())


def _add(counts: dict[int, float], feature: str, weight: float) -> None:
    hashed = xxhash.xxh3_64_intdigest(feature.encode())
    counts[hashed] = counts.get(hashed, 0.0) + weight


@lru_cache(maxsize=1)
def _permutations() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    rng = np.random.default_rng(20260731)
    factors = rng.integers(1, 2**63, HASHES, np.uint64) * np.uint64(2) + np.uint64(1)
    return factors, rng.integers(0, 2**63, HASHES, np.uint64)
