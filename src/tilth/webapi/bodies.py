"""Request bodies as files that a thread can read while they arrive."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import anyio.from_thread
import anyio.to_thread
from fastapi import Request
from starlette.requests import ClientDisconnect

from tilth.errors import Unavailable

T = TypeVar("T")


class BodyStream(io.RawIOBase):
    """The body of a request, pulled by the worker thread that reads it: never more than a piece is in memory."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    async def _next(self) -> bytes | None:
        return await anext(self._pieces, None)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill `target` with what has arrived, waiting for the next piece when nothing has."""
        while not self._rest:
            try:
                piece = anyio.from_thread.run(self._next)
            except ClientDisconnect as error:
                raise Unavailable("The client left before the body was complete.", help="Send it again.") from error
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(self._rest), len(target))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


async def with_body(request: Request, act: Callable[[io.BufferedReader], T]) -> T:
    """Run `act` in a worker thread with the body of `request` as a file."""
    stream = BodyStream(request.stream())
    return await anyio.to_thread.run_sync(lambda: act(io.BufferedReader(stream, 1 << 18)))
