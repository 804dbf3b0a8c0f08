"""Many small files written in one go: chunks that lie together in a pack are read together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from tilth.errors import Conflict
from tilth.storage.records import chunk_in

_RUN = 1 << 20
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class SpreadFiles(NamedTuple):
    """Files to be made of one chunk each, as columns in the order in which their records lie in one pack.

    Columns, because they travel to other processes, and a hundred thousand objects would take longer than the writing.
    """

    offsets: Sequence[int]
    lengths: Sequence[int]
    sizes: Sequence[int]
    digests: bytes
    """32 bytes for each, one behind the other."""
    targets: Sequence[str]
    modes: Sequence[int]
    alone: Sequence[bool]
    """Whether its folder was made just now, so nothing can stand in its way."""


class Spreader:
    """Writes files from packs, reading into memory that it uses again. One thread at a time."""

    def __init__(self) -> None:
        self._area = memoryview(b"")

    def spread(self, read_into: Callable[[memoryview, int], int], files: SpreadFiles) -> list[int]:
        """Write files from the pack that `read_into` (area, offset) reads; return which were left.

        Those are left whose records are not there or not what they must be. Raises OSError and Conflict for what stands
        in the way. What a killed process leaves unfinished is under another name, or in a folder that was not there
        before.
        """
        offsets, lengths, sizes, digests, targets, modes, alone = files
        left: list[int] = []
        for first, last in _runs(offsets, lengths):
            begin = offsets[first]
            try:
                data = self._read(read_into, begin, offsets[last - 1] + lengths[last - 1] - begin)
            except FileNotFoundError:
                left += range(first, last)
                continue
            for index in range(first, last):
                start = offsets[index] - begin
                digest = digests[32 * index : 32 * index + 32]
                chunk = chunk_in(data[start : start + lengths[index]], digest, sizes[index])
                if chunk is None:
                    left.append(index)
                else:
                    write_file((chunk,), targets[index], digest, modes[index], alone[index])
        return left

    def _read(self, read_into: Callable[[memoryview, int], int], offset: int, size: int) -> memoryview:
        if size > len(self._area):
            self._area = memoryview(bytearray(max(size, _RUN)))
        return self._area[: read_into(self._area[:size], offset)]


def write_file(chunks: Iterable[bytes | memoryview], target: str, digest: bytes, mode: int, alone: bool) -> None:
    """Write a file of these chunks: at once under its name where it is `alone`, else it appears there when whole."""
    if alone:
        try:
            _write(chunks, target, mode)
            return
        except FileExistsError:
            pass  # two names that this file system takes for one
    fresh = fresh_name(target, digest)
    _write(chunks, fresh, mode)
    replace(fresh, target)


def fresh_name(target: str, digest: bytes) -> str:
    """Return a name beside `target` that nobody else uses."""
    folder, _, name = target.rpartition("/")
    return f"{folder}/.tilth-{os.getpid()}-{hash(name) & 0xFFFFFFFF:x}-{digest.hex()[:16]}"


def replace(fresh: str, target: str) -> None:
    """Give a file its name, in the place of any other. Raises Conflict where a folder is in the way."""
    try:
        os.replace(fresh, target)
    except IsADirectoryError:
        os.unlink(fresh)
        raise Conflict(
            f"{target} is in the way: it is a folder.", help="Move it away, or choose another folder."
        ) from None
    except BaseException:
        with suppress(OSError):
            os.unlink(fresh)
        raise


def _runs(offsets: Sequence[int], lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield from where to where files lie one behind the other in the pack, in parts of about a megabyte."""
    first = 0
    end = stop = -1
    for index, (offset, length) in enumerate(zip(offsets, lengths, strict=True)):
        if offset != end or end >= stop:
            if index:
                yield first, index
            first, stop = index, offset + _RUN
        end = offset + length
    if offsets:
        yield first, len(offsets)


def _write(chunks: Iterable[bytes | memoryview], target: str, mode: int) -> None:
    fd = os.open(target, _NEW, mode)
    try:
        try:
            for chunk in chunks:
                done = os.write(fd, chunk)
                while done < len(chunk):
                    done += os.write(fd, memoryview(chunk)[done:])
        finally:
            os.close(fd)
    except BaseException:
        with suppress(OSError):
            os.unlink(target)
        raise
