"""Bytes that arrive in pieces, as a file."""

from __future__ import annotations

import io
from abc import abstractmethod
from collections.abc import Iterator


class PieceReader(io.RawIOBase):
    """Reads pieces one behind the other; never more than one is in memory."""

    _rest = memoryview(b"")

    @abstractmethod
    def next_piece(self) -> bytes | None:
        """Return what comes next, None at the end."""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill `target` with what has arrived, waiting for the next piece when nothing has."""
        while not self._rest:
            piece = self.next_piece()
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(self._rest), len(target))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


class Received(PieceReader):
    """A streamed answer as a file."""

    def __init__(self, received: Iterator[bytes]) -> None:
        self._received = received

    def next_piece(self) -> bytes | None:
        """Return what has arrived next."""
        return next(self._received, None)
