"""Sixteen shared bytes that tell which datum a worker runs, and since when."""

from __future__ import annotations

import mmap
import os
import struct

_PAGE = struct.Struct("<qd")
IDLE = -1


class ProgressPage:
    """Written by a worker before every datum, read by its slot; no message and no lock."""

    __slots__ = ("_page",)

    def __init__(self, path: str) -> None:
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(fd, mmap.PAGESIZE)
            self._page = mmap.mmap(fd, mmap.PAGESIZE)
        finally:
            os.close(fd)

    def set(self, index: int, begun: float) -> None:
        """Say that datum `index` began at `begun` on the monotonic clock."""
        _PAGE.pack_into(self._page, 0, index, begun)

    def get(self) -> tuple[int, float]:
        """Return what was set last; read twice, so that half a write is never believed."""
        while True:
            seen = _PAGE.unpack_from(self._page)
            if seen == _PAGE.unpack_from(self._page):
                return seen

    def close(self) -> None:
        """Unmap it."""
        self._page.close()
