"""Streams whose reading is told: how much of how much, so that rate and time left can be."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from tilth.progress import Progress


def watched(stream: BinaryIO | io.RawIOBase, progress: Progress, what: str, total: int | None = None) -> BinaryIO:
    """Return a stream that tells `progress` of the bytes read from it, as a step that ends where the stream does."""
    return cast(BinaryIO, io.BufferedReader(_Watched(stream, progress, what, total), 1 << 20))


class _Watched(io.RawIOBase):
    def __init__(self, stream: BinaryIO | io.RawIOBase, progress: Progress, what: str, total: int | None) -> None:
        self._stream, self._progress = stream, progress
        self._ended = False
        progress.begin(what, total, "bytes")

    def readable(self) -> bool:
        return True

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(target)) or b""
        target[: len(data)] = data
        if data:
            self._progress.advance(len(data))
        elif not self._ended:
            self._ended = True
            self._progress.end()
        return len(data)
