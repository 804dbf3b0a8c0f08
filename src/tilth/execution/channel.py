"""Framed pickled messages between an executor, its slots and their workers.

Both ends are this program under this user, joined by a socket pair that nobody else can open, so pickle is safe
here; nothing that users wrote is pickled by name.
"""

from __future__ import annotations

import os
import pickle
import select
import socket
from multiprocessing.connection import Connection
from typing import Any


class Closed(Exception):
    """The other end is gone."""


class Channel:
    """One end of a two-way stream of messages. A message is a tuple whose first item names it."""

    __slots__ = ("_connection", "_poll")

    def __init__(self, fd: int) -> None:
        self._connection = Connection(fd)
        self._poll = select.poll()
        self._poll.register(fd, select.POLLIN)

    @classmethod
    def pair(cls) -> tuple[Channel, socket.socket]:
        """Return this end, and the other end as a socket to be handed to a child."""
        here, there = socket.socketpair()
        return cls(here.detach()), there

    @classmethod
    def inherited(cls, fd: int) -> Channel:
        """Take over the other end in the child, and keep it from the child's own children."""
        os.set_inheritable(fd, False)
        return cls(fd)

    def send(self, *message: Any) -> None:
        """Send one message. Raises Closed."""
        try:
            self._connection.send_bytes(pickle.dumps(message, protocol=5))
        except OSError as error:
            raise Closed from error

    def receive(self) -> tuple[Any, ...]:
        """Wait for one message. Raises Closed."""
        try:
            data = self._connection.recv_bytes()
        except (OSError, EOFError) as error:
            raise Closed from error
        message: tuple[Any, ...] = pickle.loads(data)
        return message

    def ready(self, seconds: float = 0.0) -> bool:
        """Tell whether a message, or the end of the stream, waits."""
        return bool(self._poll.poll(seconds * 1000))

    def fileno(self) -> int:
        """Return the descriptor, to wait on."""
        return self._connection.fileno()

    def close(self) -> None:
        """Close this end; the other end gets Closed."""
        self._connection.close()
