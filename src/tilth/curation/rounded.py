"""Rounded vectors: a byte per number, to look through many with, and a bound on what the rounding hides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_AT_ONCE = 16_384
_LEVELS = 127


@dataclass(frozen=True, slots=True, eq=False)
class Rounded:
    """Vectors x_i as scale_i · codes_i (int8, n × dimensions), with error_i ≥ |x_i − scale_i · codes_i|.

    `longest` is the greatest length |x_i|. All are float32 but the codes.
    """

    codes: NDArray[np.int8]
    scale: NDArray[np.float32]
    error: NDArray[np.float32]
    longest: float

    def __len__(self) -> int:
        return len(self.codes)

    def products(self, query: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return between what (least, most) the product of each vector with `query` is, as `product_of` counts it.

        With q̂ the rounded query: q·x = q̂·x̂ + q̂·(x − x̂) + (q − q̂)·x, and by Cauchy and Schwarz the last two are at
        most |q̂| error + |q − q̂| |x|. Cost: one pass over the codes, a quarter of the bytes of the vectors.
        """
        from simsimd import cdist

        exact = query.astype(np.float64)
        step = float(np.abs(exact).max(initial=0.0)) / _LEVELS or 1.0
        code = np.rint(exact / step).astype(np.int8)
        length = float(np.linalg.norm(code * step))
        # What is lost by rounding the query, and what counting in 32 bits may add.
        apart = float(np.linalg.norm(exact - code * step))
        apart += 4 * len(query) * float(np.finfo(np.float32).eps) * float(np.linalg.norm(exact))
        counted: Any = np.asarray(cdist(code[None], self.codes, metric="dot"))[0]
        middle = counted.astype(np.float32)
        middle *= self.scale
        middle *= np.float32(step)
        margin = self.error * np.float32(length)
        margin += np.float32(apart * self.longest + 1e-12)
        least: NDArray[np.float32] = middle - margin
        middle += margin
        return least, middle


def round_vectors(vectors: NDArray[np.float32]) -> Rounded:
    """Round vectors (n × dimensions). Cost: one pass over them."""
    codes = np.empty(vectors.shape, np.int8)
    scale, error = np.empty(len(vectors), np.float32), np.empty(len(vectors), np.float32)
    longest = 0.0
    for start in range(0, len(vectors), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        some = np.asarray(vectors[rows])
        step = np.maximum(np.abs(some).max(axis=1), np.float32(1e-30)) / np.float32(_LEVELS)
        scaled = some / step[:, None]
        np.rint(scaled, out=scaled)
        codes[rows], scale[rows] = scaled, step
        longest = max(longest, float(np.sqrt(np.einsum("ij,ij->i", some, some).max())))
        scaled *= step[:, None]
        np.subtract(some, scaled, out=scaled)
        error[rows] = np.sqrt(np.einsum("ij,ij->i", scaled, scaled))
    # Upwards, by more than 32 bits can be wrong here.
    error *= np.float32(1.001)
    error += np.float32(1e-6 * longest)
    return Rounded(codes, scale, error, longest * 1.001)
