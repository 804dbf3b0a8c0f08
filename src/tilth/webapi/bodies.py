"""Request bodies as files that a thread can read while they arrive."""

from __future__ import annotations

import io
import time
from collections.abc import AsyncIterator, Callable
from contextvars import copy_context
from typing import TypeVar
from weakref import WeakValueDictionary

import anyio
import anyio.from_thread
import anyio.to_thread
from fastapi import Request
from starlette.requests import ClientDisconnect

from tilth.errors import TilthError, Unavailable
from tilth.exchange.pieces import PieceReader

T = TypeVar("T")

UPLOADS = 16
UPLOADS_OF_ONE = 6
"""How many of them one user may hold: uploads that never end stop those of their sender, not everybody's."""
DRAIN_BYTES = 1 << 30
DRAIN_S = 20.0
SILENCE_S = 60.0
"""How long an upload may send nothing: it holds one of few threads."""


class BodyStream(PieceReader):
    """The body of a request, pulled by the worker thread that reads it: never more than a piece is in memory."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._silent = False
        # What the loop does for the reader is no part of the reader's act: a connection that begins to read again would
        # keep its context, and later requests on it would put things into an act that is over.
        self._outside = copy_context()

    async def _next(self) -> bytes | None:
        with anyio.fail_after(SILENCE_S):
            return await anext(self._pieces, None)

    def drain(self) -> None:
        """Read on to the end, or until it has taken too much or too long."""
        left, until = DRAIN_BYTES, time.monotonic() + DRAIN_S
        waste = bytearray(1 << 18)
        while not self._silent and left > 0 and time.monotonic() < until and (size := self.readinto(waste)):
            left -= size

    def next_piece(self) -> bytes | None:
        """Return the next piece, waiting for it."""
        try:
            return self._outside.run(anyio.from_thread.run, self._next)
        except TimeoutError as error:
            self._silent = True
            raise Unavailable(
                f"Nothing of the body arrived for {SILENCE_S:.0f} s.", help="Send it again, without a pause."
            ) from error
        except ClientDisconnect as error:
            raise Unavailable("The client left before the body was complete.", help="Send it again.") from error


async def with_body(request: Request, act: Callable[[io.BufferedReader], T]) -> T:
    """Run `act` in a worker thread with the body of `request` as a file.

    Uploads have threads of their own, so that slow ones leave those of the other routes free. When `act` refuses, the
    rest of the body is taken off the wire (within bounds): a client that still sends would not read why.
    """
    stream = BodyStream(request.stream())
    slots: _Slots | None = getattr(request.app.state, "uploads", None)
    if slots is None:
        slots = request.app.state.uploads = _Slots()

    def run() -> T:
        try:
            return act(io.BufferedReader(stream, 1 << 18))
        except TilthError:
            stream.drain()
            raise

    async with slots.of(request.state.caller):
        return await anyio.to_thread.run_sync(run, limiter=slots.all)


class _Slots:
    """The threads of uploads. Lives on one event loop."""

    def __init__(self) -> None:
        self.all = anyio.CapacityLimiter(UPLOADS)
        self._of_one: WeakValueDictionary[str, anyio.Semaphore] = WeakValueDictionary()

    def of(self, caller: str) -> anyio.Semaphore:
        """Return the share of one user."""
        return self._of_one.setdefault(caller, anyio.Semaphore(UPLOADS_OF_ONE))
