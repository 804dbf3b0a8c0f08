"""Small pictures of image items. What is decoded is hostile: formats, bytes and pixels are bounded."""

from __future__ import annotations

import io
import threading
import warnings
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from tilth.contract.datasets import MediaInfo
from tilth.errors import Invalid
from tilth.model.digest import Digest
from tilth.storage.content import read_content
from tilth.versioning import revisions
from tilth.versioning.trees import Tree, content_of
from tilth.workspace.opened import Opened

SIZES = (16, 1024)
MAX_BYTES = 64 << 20
"""Bytes of a picture that is decoded."""
MAX_PIXELS = 100_000_000
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM")
CACHED_BYTES = 64 << 20
_QUALITY = 85


class Thumbnails:
    """The small pictures made last, by content and size. Thread-safe."""

    def __init__(self, limit: int = CACHED_BYTES) -> None:
        self._lock = threading.Lock()
        self._limit = limit
        self._bytes = 0
        self._kept: OrderedDict[tuple[Digest, int], bytes] = OrderedDict()

    def get(self, key: tuple[Digest, int]) -> bytes | None:
        """Return a picture that is kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[Digest, int], data: bytes) -> None:
        """Keep a picture, and let go of the oldest beyond the limit."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = data
                self._bytes += len(data)
            while self._bytes > self._limit and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= len(gone)


def thumbnail(opened: Opened, media: MediaInfo, size: int) -> bytes:
    """Return a picture of at most `size` pixels on a side as PNG or JPEG, upright.

    Raises Invalid for an item that is no picture, one that cannot be decoded, or is too large to be.
    """
    if not SIZES[0] <= size <= SIZES[1]:
        raise Invalid(f"A thumbnail of {size} pixels is not possible.", help=f"Ask for {SIZES[0]} to {SIZES[1]}.")
    if media.kind != "image" or media.reference is None:
        raise Invalid("This item is no picture.", help="Only items of datasets of images have thumbnails.")
    asked = revisions.parse(media.reference)
    backend = opened.backend
    entry = Tree(backend.store, revisions.resolve(backend, asked).tree).need(asked.path or "")
    kept = opened.resources.thumbnails
    found = kept.get((entry.digest, size))
    if found is None:
        if entry.size > MAX_BYTES:
            raise Invalid(
                f"{entry.path} has {entry.size:,} bytes; pictures up to {MAX_BYTES:,} are shown.",
                help="Make it smaller.",
            )
        found = shrink(b"".join(read_content(backend.store, content_of(entry))), size, name=entry.path)
        kept.put((entry.digest, size), found)
    return found


def shrink(data: bytes, size: int, *, name: str = "The picture") -> bytes:
    """Return a picture scaled down to `size` pixels, turned as its camera says; PNG where it has an alpha channel."""
    from PIL import Image, ImageOps  # loads slowly, and few commands need it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise Invalid(
                        f"{name} has {picture.width:,} x {picture.height:,} pixels; up to {MAX_PIXELS:,} are shown.",
                        help="Make it smaller.",
                    )
                picture.draft("RGB", (size * 2, size * 2))
                picture.load()
                upright = ImageOps.exif_transpose(picture)
                if upright.mode.startswith(("I", "F")):  # more than 8 bits: from black to its brightest
                    upright = Image.fromarray(_levelled(np.asarray(upright, np.float64)))
                clear = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
                if upright.mode not in ("RGB", "RGBA", "L"):
                    upright = upright.convert("RGBA" if clear else "RGB")
                upright.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
                sink = io.BytesIO()
                if clear or (upright.width * upright.height <= 4096):
                    upright.save(sink, "PNG", optimize=False)
                else:
                    upright.convert("RGB").save(sink, "JPEG", quality=_QUALITY)
    except Invalid:
        raise
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError, Image.DecompressionBombError) as problem:
        raise Invalid(f"{name} cannot be shown: {problem}", help="Look at the file.") from problem
    return sink.getvalue()


def _levelled(levels: NDArray[np.float64]) -> NDArray[np.uint8]:
    known = np.nan_to_num(levels, posinf=0.0, neginf=0.0)
    low, high = float(known.min()), float(known.max())
    return ((known - low) * (255.0 / max(high - low, 1e-9))).astype(np.uint8)
