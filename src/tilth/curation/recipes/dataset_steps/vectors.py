"""Vectors: what `embed` writes per item, one small file each, so that a changed item changes one file."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from tilth.model.digest import digest_of

SUFFIX = ".vector"
_MAGIC = b"TVEC"
_HEAD = struct.Struct("<4sHH")

Floats32 = NDArray[np.float32]


def path_of_file(path: str) -> str:
    """Return where the vector of the media file at `path` is."""
    return f"files/{path}{SUFFIX}"


def path_of_row(key: str) -> str:
    """Return where the vector of the row with that key is. Keys may be any text, paths may not."""
    name = quote(key, safe=" ")
    if not key or len(name) > 200 or not name.strip(". "):
        name = f"~{digest_of(key.encode()).hex()}"
    return f"rows/{name}{SUFFIX}"


def pack(vector: Floats32, signature: bytes = b"") -> bytes:
    """Encode a vector and the signature by which near-duplicates are found."""
    values = np.ascontiguousarray(vector, np.dtype("<f4"))
    return _HEAD.pack(_MAGIC, len(values), len(signature)) + values.tobytes() + signature


def unpack(data: bytes) -> tuple[Floats32, bytes]:
    """Decode what `pack` wrote. Raises ValueError for anything else."""
    if len(data) < _HEAD.size:
        raise ValueError("this is not a vector: it is too short")
    magic, count, size = _HEAD.unpack_from(data)
    if magic != _MAGIC or len(data) != _HEAD.size + 4 * count + size:
        raise ValueError("this is not a vector")
    return np.frombuffer(data, np.dtype("<f4"), count, _HEAD.size), data[_HEAD.size + 4 * count :]


def unit(blocks: Iterable[tuple[NDArray[np.floating], float]]) -> Floats32:
    """Join blocks, each scaled to its weight, into one vector of length 1 (or 0, where all are nought)."""
    scaled = []
    for block, weight in blocks:
        length = float(np.linalg.norm(block))
        scaled.append(block.ravel() * (weight / length if length > 1e-12 else 0.0))
    whole = np.concatenate(scaled)
    length = float(np.linalg.norm(whole))
    return (whole / length if length > 1e-12 else whole).astype(np.float32)
