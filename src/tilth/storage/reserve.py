"""A reserve: a file that holds some space, let go when the disk is full, so that what must go on can."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tilth.errors import Unavailable

RESERVE_FILE = "reserve"
_LEAST = 64 << 10


class Reserve:
    """`size` bytes in the file `reserve` of a folder; 0: none. Any number of processes share one.

    While it is held, files are taken until the disk has a quarter of its size left besides. What else is written
    (commits that delete, forgetting, collecting, answers, the database) goes on, and lets go of it when that has run
    low, too: the file is cut to nothing, which is how every process knows. It is made again once there is room for it.
    """

    def __init__(self, folder: Path, size: int, *, free: Callable[[Path], int] | None = None) -> None:
        self.folder = folder
        self.size = size
        self._path = folder / RESERVE_FILE
        self._free = free or _free
        self._margin = max(_LEAST, size // 4)
        self._least = max(_LEAST, size // 16)
        self.step = size // 64
        """How many bytes may be stored between two looks at the space that is left."""

    def keep(self) -> bool:
        """Make the file where it is not there and there is room for it; tell whether it is there."""
        if not self.size:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
            return False
        if self._held() == self.size:
            return True
        try:
            if self._free(self.folder) < self.size + 2 * self._margin:  # twice, so that it does not come and go
                return False
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                os.posix_fallocate(fd, 0, self.size)
                os.ftruncate(fd, self.size)  # a larger one, from before the setting was changed
            except OSError:
                os.ftruncate(fd, 0)
                return False
            finally:
                os.close(fd)
        except OSError:
            return False
        return True

    def make_room(self) -> bool:
        """Let it go where less than a sixteenth of it is free besides; tell whether it was let go now. Never raises."""
        try:
            if not self.size or self._free(self.folder) >= self._least or not self._held():
                return False
            os.truncate(self._path, 0)
        except OSError:
            return False
        return True

    def check(self) -> None:
        """Raise Unavailable where the space that is left is not for more files.

        A reserve that was never made holds nothing up: the disk may be smaller than it.
        """
        if not self.size:
            return
        held = self._held()
        if held is None:
            return
        free = self._free(self.folder)
        if (held and free >= self._margin) or (not held and self.keep()):
            return
        raise Unavailable(
            f"The disk of {self.folder} is full: {(free + held) >> 10:,} KB are left, which are kept so that data can "
            "still be read, let go and collected.",
            help="Free space on that disk; or let data go (`tilth drop`, `tilth forget`, `tilth repo delete`) and run "
            "`tilth gc`. Everything acknowledged is intact.",
            folder=str(self.folder),
        )

    def _held(self) -> int | None:
        """Return the size of the file: 0 after it was let go, None where there never was one."""
        try:
            return os.stat(self._path).st_size
        except OSError:
            return None


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
