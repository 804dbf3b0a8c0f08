"""What was once found out about objects of a store: by key, ETag and size, so that it need not be found out again.

A file of lines that is only appended to, so that what an interrupted transfer learned is there for the next one. It may
be lost or damaged at any time: then things are looked at anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from blake3 import blake3

_SPARE = 1000


def cache_folder() -> Path:
    """Return where a user's programs keep what may be lost: `$XDG_CACHE_HOME/tilth`, else `~/.cache/tilth`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tilth"


def memory_file(folder: Path, *about: str) -> Path:
    """Return the file below `folder` of what is remembered about something, named by all of its names."""
    return folder / blake3("\0".join(about).encode(errors="surrogateescape")).hexdigest(length=16)


class Remembered:
    """Values (short bytes) by key, each good for one ETag and size. Of one thread."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._values: dict[str, tuple[str, int, bytes]] = {}
        self._fresh: list[str] = []
        lines = 0
        try:
            with file.open(encoding="utf-8", errors="surrogateescape") as stream:
                for line in stream:
                    lines += 1
                    self._take(line)
        except OSError:
            pass
        if lines > 2 * len(self._values) + _SPARE:
            self._write_anew()

    def get(self, key: str, etag: str, size: int) -> bytes | None:
        """Return what is known about this very object, None where nothing is."""
        known = self._values.get(key)
        return known[2] if known is not None and etag and known[:2] == (etag, size) else None

    def add(self, key: str, etag: str, size: int, value: bytes) -> None:
        """Note something for the next `save`. Without an ETag there is nothing to know an object again by."""
        if etag:
            self._values[key] = (etag, size, value)
            self._fresh.append(_line(key, etag, size, value))

    def save(self) -> None:
        """Append what was noted since the last time. Failing to is no error."""
        fresh, self._fresh = self._fresh, []
        if fresh:
            self._append(self._file, fresh)

    def _append(self, file: Path, lines: Iterable[str]) -> bool:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as stream:
                stream.write("".join(lines).encode(errors="surrogateescape"))
        except OSError:
            return False
        return True

    def _write_anew(self) -> None:
        beside = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        if self._append(beside, (_line(key, *value) for key, value in self._values.items())):
            os.replace(beside, self._file)

    def _take(self, line: str) -> None:
        try:
            key, etag, size, value = json.loads(line)
            self._values[str(key)] = (str(etag), int(size), bytes.fromhex(value))
        except (ValueError, TypeError):
            pass  # the end of a write that was cut off


def _line(key: str, etag: str, size: int, value: bytes) -> str:
    return json.dumps([key, etag, size, value.hex()]) + "\n"
