"""How much an archive may hold before it is refused as a bomb."""

from __future__ import annotations

import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import xxhash
import zstandard

from tilth.errors import Conflict, Invalid
from tilth.model.names import check_path


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may be at most. `ratio` is of unpacked to packed bytes, and holds beyond `free` bytes."""

    members: int = 5_000_000
    size: int = 1 << 40
    member_size: int = 1 << 40
    ratio: int = 1000
    free: int = 256 << 20
    depth: int = 128


@contextmanager
def reading() -> Iterator[None]:
    """Raise what the decoders say about a damaged archive as Invalid."""
    try:
        yield
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        gzip.BadGzipFile,
        zlib.error,
        lzma.LZMAError,
        zstandard.ZstdError,
        EOFError,
    ) as error:
        raise Invalid(f"This is not a whole tar or zip archive: {error}.", help="Check that all of it came.") from error
    except (UnicodeError, RecursionError, OverflowError, ValueError, NotImplementedError) as error:
        raise Invalid(f"The archive cannot be read: {error}.", help="Pack it anew.") from error


class Gate:
    """Checks members as they come: names, duplicates, sizes. Raises Invalid or Conflict that names the member."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.packed = 0
        """How many packed bytes were read so far; who reads them counts."""
        self._unpacked = 0
        self._members = 0
        self._seen: set[int] = set()

    def admit(self, name: str, size: int) -> str:
        """Return the path of a member that is a file or link."""
        path = name
        while path.startswith("./"):
            path = path[2:]
        if path.startswith("/"):
            raise Invalid(f"{name!r} in the archive is an absolute path.", help="Pack paths relative to a folder.")
        try:
            check_path(path)
        except Invalid as error:
            raise Invalid(f"{name!r} in the archive is refused: {error.message}", help=error.help, path=name) from error
        if path.count("/") >= self.limits.depth:
            raise self._refused(name, f"lies deeper than {self.limits.depth} folders")
        self._members += 1
        if self._members > self.limits.members:
            raise self._refused(name, f"is one more than the {self.limits.members:,} members that are allowed")
        if size > self.limits.member_size:
            raise self._refused(name, f"unpacks to {size:,} bytes; {self.limits.member_size:,} are allowed")
        mark = xxhash.xxh3_128_intdigest(path.encode())
        if mark in self._seen:
            raise Conflict(f"{name!r} is in the archive twice.", help="Pack every path once.", path=path)
        self._seen.add(mark)
        return path

    def link(self, name: str, path: str, target: str) -> str:
        """Return the target of a link that stays within the archive."""
        inside = not target.startswith("/") and bool(target) and "\0" not in target and len(target) <= 4096
        depth = path.count("/")
        for part in target.split("/"):
            if part == "..":
                depth -= 1
            elif part not in ("", "."):
                depth += 1
            inside = inside and depth >= 0
        if not inside:
            raise Invalid(
                f"The link {name!r} in the archive leads out of it, to {target!r}.",
                help="Pack the file itself, or leave the link out.",
                path=path,
            )
        return target

    def spend(self, name: str, count: int) -> None:
        """Count unpacked bytes of a member."""
        self._unpacked += count
        if self._unpacked > self.limits.size:
            raise self._refused(name, f"takes the archive over {self.limits.size:,} unpacked bytes")
        if self._unpacked > self.limits.free and self._unpacked > self.limits.ratio * max(self.packed, 1):
            raise self._refused(name, f"unpacks to over {self.limits.ratio:,} times its size: a bomb")

    def _refused(self, name: str, why: str) -> Invalid:
        return Invalid(f"{name!r} in the archive {why}.", help="Unpack it yourself if you trust it.", path=name)


class Metered(io.RawIOBase):
    """The bytes of one member, counted as they are read."""

    def __init__(self, source: BinaryIO, name: str, gate: Gate) -> None:
        self._source, self._name, self._gate = source, name, gate

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill `target` with the next bytes."""
        with reading():
            data = self._source.read(len(target))
        self._gate.spend(self._name, len(data))
        target[: len(data)] = data
        return len(data)


class Counted(io.RawIOBase):
    """A packed stream whose bytes are counted as they are read."""

    def __init__(self, source: BinaryIO, gate: Gate) -> None:
        self._source, self._gate = source, gate

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill `target` with what there is."""
        data = self._source.read(len(target))
        target[: len(data)] = data
        self._gate.packed += len(data)
        return len(data)
