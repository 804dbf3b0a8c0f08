"""The handwriting scans inside scikit-learn, as the image files of an imaginary scanner."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits


@dataclass(frozen=True, slots=True)
class Scan:
    """One 8 x 8 grey PNG and, for scoring and simulation only, the digit that was written."""

    name: str
    png: bytes
    digit: str


@lru_cache(maxsize=1)
def all_scans() -> tuple[Scan, ...]:
    """Return the 1,797 scans of the UCI test set of handwritten digits, in their order; equal images are kept once.

    Two scans with the same pixels would be one task to Tilth (a task is its content), so a digit told apart only by
    its file name could not be asked twice.
    """
    source = load_digits()
    scans: dict[bytes, Scan] = {}
    for index, (pixels, digit) in enumerate(zip(source.images, source.target, strict=True)):
        png = encode(np.asarray(pixels * 255 / 16))
        scans.setdefault(png, Scan(f"{index:04d}", png, str(digit)))
    return tuple(scans.values())


def encode(pixels: np.ndarray) -> bytes:
    """Encode grey values (0 to 255, height x width) as a PNG."""
    buffer = io.BytesIO()
    Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8), mode="L").save(buffer, "PNG")
    return buffer.getvalue()


def inverted(png: bytes) -> bytes:
    """Return the scan with ink and paper swapped: what a careless export does."""
    with Image.open(io.BytesIO(png)) as image:
        return encode(255 - np.asarray(image, dtype=np.float64))


def retouched(png: bytes) -> bytes:
    """Return the scan with its first pixel changed by one grey value."""
    with Image.open(io.BytesIO(png)) as image:
        pixels = np.asarray(image, dtype=np.float64).copy()
    pixels[0, 0] += 1 if pixels[0, 0] < 255 else -1
    return encode(pixels)
