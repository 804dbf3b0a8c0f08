"""Bytes to standard output, all of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable


def write_out(pieces: Iterable[bytes]) -> None:
    """Write all pieces to stdout. Raises BrokenPipeError when the reader went away."""
    out = sys.stdout.buffer
    for piece in pieces:
        rest = memoryview(piece)
        # Unbuffered (PYTHONUNBUFFERED), a write may take only a part, and says so.
        while rest:
            rest = rest[out.write(rest) :]
    out.flush()
