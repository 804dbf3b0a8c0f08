"""A lock on a file that belongs to the process and ends with it."""

from __future__ import annotations

import fcntl
import threading
from pathlib import Path
from typing import IO, ClassVar, Self


class FileTurn:
    """A lock of this process on a file. Not of the open file (flock), which forked workers would keep alive.

    POSIX takes such a lock away when the process closes any descriptor of the file, so while it is held nothing here
    opens the file again.
    """

    _held: ClassVar[set[str]] = set()
    _guard: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, key: str, file: IO[bytes]) -> None:
        self._key = key
        self._file = file

    @classmethod
    def take(cls, path: Path) -> Self | None:
        """Take the lock; None when it is held."""
        key = str(path.resolve())
        with cls._guard:
            if key in cls._held:
                return None
            file = path.open("ab")
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                return None
            cls._held.add(key)
            return cls(key, file)

    def release(self) -> None:
        """Free the lock."""
        with self._guard:
            self._held.discard(self._key)
            self._file.close()
