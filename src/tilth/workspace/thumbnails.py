"""Small pictures of image items. What is decoded is hostile: formats, bytes and pixels are bounded."""

from __future__ import annotations

import io
import threading
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tilth.contract.datasets import MediaInfo
from tilth.errors import Invalid, Unavailable
from tilth.model.digest import Digest
from tilth.model.entry import Entry
from tilth.storage.content import read_content
from tilth.versioning import releasing, revisions
from tilth.versioning.trees import Tree, content_of
from tilth.workspace.opened import Opened

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SIZES = (16, 1024)
MAX_BYTES = 64 << 20
"""Bytes of a picture that is decoded."""
MAX_PIXELS = 100_000_000
"""Pixels that are in memory at once, of one picture and of all: a file of 200 KB may hold as many."""
WAIT_S = 10.0
"""How long a picture waits for the others to be done."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM")
CACHED_BYTES = 64 << 20
_QUALITY = 85
_LOOK = "Look at the file."


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


class Room:
    """Lets so many pixels be decoded at once. Thread-safe."""

    def __init__(self, pixels: int = MAX_PIXELS, wait_s: float = WAIT_S) -> None:
        self._free, self._wait_s = pixels, wait_s
        self._changed = threading.Condition()

    @contextmanager
    def of(self, pixels: int) -> Iterator[None]:
        """Hold room for so many pixels. Raises Unavailable when there is none for long."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._free >= pixels, self._wait_s):
                raise Unavailable("Many large pictures are being made small just now.", help="Try again soon.")
            self._free -= pixels
        try:
            yield
        finally:
            with self._changed:
                self._free += pixels
                self._changed.notify_all()


_room = Room()


def thumbnail(opened: Opened, media: MediaInfo, size: int) -> bytes:
    """Return a picture of at most `size` pixels on a side as PNG or JPEG, upright.

    Raises Invalid for an item that is no picture, one that cannot be decoded, or is too large to be.
    """
    if media.kind != "image" or media.reference is None:
        raise Invalid("This item is no picture.", help="Only items of datasets of images have thumbnails.")
    asked = revisions.parse(media.reference)
    tree = Tree(opened.backend.store, releasing.readable(opened.backend, asked).tree)
    return thumbnail_of(opened, tree.need(asked.path or ""), size)


def thumbnail_of(opened: Opened, entry: Entry, size: int) -> bytes:
    """Return a small picture of a file, as `thumbnail` does. Raises Purged for one whose bytes were taken away."""
    if not SIZES[0] <= size <= SIZES[1]:
        raise Invalid(f"A thumbnail of {size} pixels is not possible.", help=f"Ask for {SIZES[0]} to {SIZES[1]}.")
    opened.backend.store.refused((entry.digest,))  # another process may have purged what this one keeps a picture of
    kept = opened.resources.thumbnails
    found = kept.get((entry.digest, size))
    if found is None:
        if entry.size > MAX_BYTES:
            raise Invalid(
                f"{entry.path} has {entry.size:,} bytes; pictures up to {MAX_BYTES:,} are shown.",
                help="Make it smaller.",
            )
        found = shrink(b"".join(read_content(opened.backend.store, content_of(entry))), size, name=entry.path)
        kept.put((entry.digest, size), found)
    return found


def shrink(data: bytes, size: int, *, name: str = "The picture") -> bytes:
    """Return a picture scaled down to `size` pixels, turned as its camera says; PNG where it has an alpha channel."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # loads slowly, and few commands need it

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
                with _room.of(picture.width * picture.height):
                    upright = ImageOps.exif_transpose(_reduced(picture, size))
                if upright.mode.startswith(("I", "F")):  # more than 8 bits: from black to its brightest
                    upright = Image.fromarray(_levelled(np.asarray(upright, np.float64)))
                clear = _is_clear(upright)
                upright.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
                sink = io.BytesIO()
                if clear or (upright.width * upright.height <= 4096):
                    upright.save(sink, "PNG", optimize=False)
                else:
                    upright.convert("RGB").save(sink, "JPEG", quality=_QUALITY)
    except Invalid:
        raise
    except UnidentifiedImageError as problem:  # an OSError that names an object of this process
        raise Invalid(f"{name} cannot be shown: it is none of {', '.join(FORMATS)}.", help=_LOOK) from problem
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError, Image.DecompressionBombError) as problem:
        raise Invalid(f"{name} cannot be shown: {problem}", help=_LOOK) from problem
    return sink.getvalue()


def _reduced(picture: Picture, size: int) -> Picture:
    """Return a picture in a mode that can be scaled, at no more than about twice the size that is wanted.

    All that follows works on few pixels: in floating point those of a large picture would take gigabytes.
    """
    picture.load()
    kept: Picture = picture
    if kept.mode.startswith("I;"):
        kept = kept.convert("I")
    elif kept.mode not in ("RGB", "RGBA", "L", "I", "F"):
        kept = kept.convert("RGBA" if _is_clear(kept) else "RGB")
    factor = max(kept.width, kept.height) // (size * 2)
    by = min(factor, kept.width), min(factor, kept.height)
    if factor > 1:
        reduced = kept.reduce((max(by[0], 1), max(by[1], 1)))
        reduced.info = dict(picture.info)
        if exif := picture.getexif():
            reduced.getexif().update(exif)
        return reduced
    return kept


def _is_clear(picture: Picture) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info


def _levelled(levels: NDArray[np.float64]) -> NDArray[np.uint8]:
    known = np.nan_to_num(levels, posinf=0.0, neginf=0.0)
    low, high = float(known.min()), float(known.max())
    return ((known - low) * (255.0 / max(high - low, 1e-9))).astype(np.uint8)
