"""How large an image is, from its first bytes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

from PIL import Image

MOST = 4 << 20
"""Bytes after which a header is given up."""
_TURNED = (5, 6, 7, 8)
_ORIENTATION = 0x0112


def image_size(pieces: Iterator[bytes]) -> tuple[int, int] | None:
    """Return width and height in pixels as shown (turned as the camera says), None for what is no image.

    Reads no further than needed; decodes no pixels.
    """
    head = b""
    tried = 0
    for piece in pieces:
        head += piece
        if len(head) < 2 * tried:
            continue
        tried = len(head)
        found = _size(head)
        if found is not None or len(head) > MOST:
            return found
    return _size(head) if len(head) > tried else None


def _size(head: bytes) -> tuple[int, int] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(head)) as image:
                width, height = image.size
                # Only of these it is known without decoding the pixels.
                turned = image.format in ("JPEG", "MPO") and image.getexif().get(_ORIENTATION) in _TURNED
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, ArithmeticError, LookupError):
        return None
    return (height, width) if turned else (width, height)
