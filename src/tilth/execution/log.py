"""The file that takes what user code prints, and its end as a record."""

from __future__ import annotations

import os

from tilth.model.digest import Digest
from tilth.storage.records import RecordKind
from tilth.storage.store import Store

KEPT = 1 << 20
"""Bytes of a log that are stored."""
TRIM_ABOVE = 16 << 20
LAST_LINES = 10
LAST_BYTES = 2000
_CUT = b"[...]\n"


class Log:
    """An append-only file that user code has as its stdout and stderr; emptied after every datum."""

    __slots__ = ("fd", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        # O_APPEND: after a cut the writer goes on at the new end.
        self.fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)

    def trim(self) -> None:
        """Keep only the end when it has grown large, so that endless printing cannot fill the disk."""
        size = os.fstat(self.fd).st_size
        if size > TRIM_ABOVE:
            tail = os.pread(self.fd, KEPT, size - KEPT)
            os.ftruncate(self.fd, 0)
            os.write(self.fd, tail)

    def take(self) -> bytes:
        """Return the last megabyte, beginning with `[...]` if something was cut, and empty the file."""
        size = os.fstat(self.fd).st_size
        if not size:
            return b""
        data = os.pread(self.fd, KEPT, max(0, size - KEPT))
        os.ftruncate(self.fd, 0)
        return _CUT + data[data.find(b"\n") + 1 :] if size > KEPT else data

    def close(self) -> None:
        """Close the file."""
        os.close(self.fd)


def store_log(store: Store, data: bytes) -> Digest | None:
    """Store a log as a BLOB record; an empty one is None."""
    return store.put_bytes(RecordKind.BLOB, data) if data else None


def last_lines(data: bytes) -> str:
    """Return the last lines of a log as text fit to show, at most 10 lines and 2,000 bytes."""
    text = data[-LAST_BYTES:].decode("utf-8", "replace").rstrip()
    return "\n".join(text.splitlines()[-LAST_LINES:])


def reason_with(summary: str, log: bytes) -> str:
    """Join what happened and the last lines of the log."""
    lines = last_lines(log)
    return f"{summary}\n{lines}" if lines else summary
