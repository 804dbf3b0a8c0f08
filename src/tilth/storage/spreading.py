"""Many small files written in one go: chunks that lie together in a pack are read together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from tilth.errors import Conflict
from tilth.model.digest import Digest
from tilth.storage.records import chunk_in

_RUN = 1 << 20
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class SpreadFile(NamedTuple):
    """A file to be made of the one chunk in the record at `offset` of a pack.

    `alone`: its folder was made just now, so nothing can stand in its way.
    """

    offset: int
    length: int
    size: int
    digest: Digest
    target: str
    mode: int
    alone: bool


def spread(read: Callable[[int, int], bytes], files: Sequence[SpreadFile]) -> list[int]:
    """Write files, ordered by their places in the pack that `read` (offset, length) reads; return which were left.

    Those are left whose records are not there or not what they must be. Raises OSError and Conflict for what stands in
    the way. What a killed process leaves unfinished is under another name, or in a folder that was not there before.
    """
    left: list[int] = []
    for first, last in _runs(files):
        begin = files[first].offset
        try:
            data = memoryview(read(begin, files[last - 1].offset + files[last - 1].length - begin))
        except FileNotFoundError:
            left += range(first, last)
            continue
        for index in range(first, last):
            offset, length, size, digest, target, mode, alone = files[index]
            chunk = chunk_in(data[offset - begin : offset - begin + length], digest, size)
            if chunk is None:
                left.append(index)
            else:
                write_file((chunk,), target, digest, mode, alone)
    return left


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


def _runs(files: Sequence[SpreadFile]) -> Iterator[tuple[int, int]]:
    """Yield from where to where files lie one behind the other in the pack, in parts of about a megabyte."""
    first = 0
    end = stop = -1
    for index, file in enumerate(files):
        if file.offset != end or end >= stop:
            if index:
                yield first, index
            first, stop = index, file.offset + _RUN
        end = file.offset + file.length
    if files:
        yield first, len(files)


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
