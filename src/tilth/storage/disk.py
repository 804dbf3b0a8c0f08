"""Writing to a folder so that it lasts, and saying plainly when the disk is full."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tilth.errors import Unavailable

_FULL = {errno.ENOSPC, errno.EDQUOT}
_PARTS_AT_ONCE = 512  # the system takes 1,024


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a full disk under `folder` into Unavailable, and any other failure to write too."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Unavailable(
                f"The disk is full: nothing more can be written to {folder}.",
                help="Free some space there (or raise the quota) and try again; everything acknowledged is intact.",
                folder=str(folder),
            ) from error
        raise Unavailable(
            f"Cannot write to {folder}: {error.strerror or error}.",
            help="Check that the folder exists, is writable and its disk works, then try again.",
            folder=str(folder),
        ) from error


def write_all(fd: int, data: bytes | memoryview, offset: int) -> None:
    """Write all of `data` at `offset`; a short write goes on where it stopped."""
    view = memoryview(data)
    while view:
        done = os.pwrite(fd, view, offset)
        view = view[done:]
        offset += done


def write_parts(fd: int, parts: Sequence[bytes | memoryview], offset: int) -> None:
    """Write all parts one behind the other from `offset` on, without joining them in memory."""
    for start in range(0, len(parts), _PARTS_AT_ONCE):
        some = parts[start : start + _PARTS_AT_ONCE]
        whole = sum(map(len, some))
        done = os.pwritev(fd, some, offset)
        if done < whole:
            write_all(fd, memoryview(b"".join(some))[done:], offset + done)
        offset += whole


def read_into(fd: int, area: memoryview, offset: int) -> int:
    """Read from `offset` on as many bytes as `area` holds, fewer only at the end of the file; return how many.

    Into memory that is there already: new memory for every megabyte costs as much as reading it.
    """
    done = 0
    while done < len(area):
        count = os.preadv(fd, (area[done:],), offset + done)
        if not count:
            break
        done += count
    return done


def sync_folder(folder: Path) -> None:
    """Make new and removed names in `folder` durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
