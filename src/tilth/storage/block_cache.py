"""A read cache on the local disk, with a size bound, shared by the processes of one folder."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

BLOCK = 1 << 20
"""Objects are fetched and kept in blocks of this size."""

_TOUCH_S = 60
_LEAST_SWEEP = 16 << 20


class BlockCache:
    """Files below one folder: blocks of packs, whole packs, index shards. What is here can be lost at any time.

    The files used longest ago go when all together are larger than `capacity`, which may be passed by a tenth between
    two sweeps. A file is written whole beside its place and then renamed, so no reader sees half of one; after a power
    cut one may hold anything, which the records' checksums tell. A full disk only makes reads slower.
    """

    def __init__(self, folder: Path, capacity: int) -> None:
        self.folder = folder
        self._capacity = capacity
        self._since = 0
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._sweep()

    def path(self, name: str) -> Path:
        """Return where the file of that name is, if it is here."""
        return self.folder / name

    def read(self, name: str, offset: int, length: int) -> bytes | None:
        """Return that part of a file; None where it is not here."""
        try:
            fd = os.open(self.folder / name, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            self._touch(fd)
            return os.pread(fd, length, offset)
        finally:
            os.close(fd)

    def put(self, name: str, data: bytes | memoryview) -> Path | None:
        """Keep a file and return its path; None where there is no room for it."""
        path = self.folder / name
        fresh = path.with_name(f"{name}.{os.getpid()}-{threading.get_ident()}.part")
        try:
            with fresh.open("wb") as file:
                file.write(data)
            os.replace(fresh, path)
        except OSError:
            with suppress(OSError):
                fresh.unlink()
            return None
        self._added(len(data))
        return path

    def take(self, name: str, path: Path, size: int) -> None:
        """Keep a file that is here already, by renaming it; delete it where it is too large for the cache."""
        if size * 4 > self._capacity:
            path.unlink(missing_ok=True)
            return
        os.replace(path, self.folder / name)
        self._added(size)

    def used(self, name: str) -> None:
        """Say that a file was just used."""
        with suppress(OSError):
            os.utime(self.folder / name)

    def drop(self, prefix: str) -> None:
        """Forget all files whose names begin so."""
        for entry in self._files():
            if entry.name.startswith(prefix):
                with suppress(OSError):
                    os.unlink(entry.path)

    def _touch(self, fd: int) -> None:
        if time.time() - os.fstat(fd).st_mtime > _TOUCH_S:
            with suppress(OSError):
                os.utime(fd)

    def _added(self, size: int) -> None:
        with self._lock:
            self._since += size
            if self._since < max(_LEAST_SWEEP, self._capacity // 10) and self._since < self._capacity:
                return
            self._since = 0
        self._sweep()

    def _sweep(self) -> None:
        files = []
        for entry in self._files():
            with suppress(OSError):
                stat = entry.stat()
                files.append((stat.st_mtime, stat.st_size, entry.path))
        held = sum(size for _, size, _ in files)
        if held <= self._capacity:
            return
        for _, size, path in sorted(files):
            with suppress(OSError):
                os.unlink(path)
            held -= size
            if held <= self._capacity * 9 // 10:
                return

    def _files(self) -> Iterator[os.DirEntry[str]]:
        with os.scandir(self.folder) as entries:
            yield from (entry for entry in entries if entry.is_file(follow_symlinks=False))
