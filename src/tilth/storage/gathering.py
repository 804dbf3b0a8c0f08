"""Many small files read in one go: each becomes one record, and all of them lie as they will stand in a pack."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass

from blake3 import blake3

from tilth.errors import Invalid
from tilth.storage.records import HEADER_SIZE, Codec, RecordKind, compress, pack_header_into

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""What was a file when it was listed may be a link or a pipe by now: neither follow nor wait for it."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read of some files, in their order: digest (None: it grew and was left), bytes, bytes of its record."""

    digests: list[bytes | None]
    sizes: list[int]
    lengths: list[int]


class Gatherer:
    """Reads small files into `area`, one record behind the other, as chunks named by their digests.

    The area is used again for the next files. One thread at a time.
    """

    def __init__(self, area: memoryview, *, compressed: bool) -> None:
        self.area = area
        self._compressed = compressed
        self._raw = memoryview(bytearray(len(area) if compressed else 0))

    def gather(self, paths: Sequence[str], sizes: Sequence[int]) -> Gathered:
        """Read files of about these sizes, which the area holds together with `room_for` them.

        Raises OSError, and Invalid for what is no file any more.

        A file that has grown since is left, for it may be of any size by now.
        """
        area, raw, compressed = self.area, self._raw, self._compressed
        opened, preadv, close = os.open, os.preadv, os.close
        digests: list[bytes | None] = []
        read: list[int] = []
        lengths: list[int] = []
        at = 0
        for path, size in zip(paths, sizes, strict=True):
            start = at + HEADER_SIZE
            into = raw[: size + 1] if compressed else area[start : start + size + 1]
            fd = opened(path, _OPEN)
            try:
                # One byte more than there was, to see that it did not grow. At an offset, which a pipe does not have; a
                # device has none of the size or no end: so most files cost no further look.
                count = preadv(fd, (into,), 0)
                if (count != size or not size) and not stat.S_ISREG(os.fstat(fd).st_mode):
                    raise no_file(path)
            except OSError as error:
                if error.errno == errno.ESPIPE:
                    raise no_file(path) from None
                error.filename = path
                raise
            finally:
                close(fd)
            read.append(count)
            if count > size:
                digests.append(None)
                lengths.append(0)
                continue
            data = into[:count]
            digest = blake3(data).digest()
            codec, stored = Codec.RAW, count
            if compressed:
                codec, payload = compress(data)
                stored = len(payload)
                area[start : start + stored] = payload
            pack_header_into(area, at, RecordKind.CHUNK, codec, count, stored, digest)
            digests.append(digest)
            lengths.append(HEADER_SIZE + stored)
            at = start + stored
        return Gathered(digests, read, lengths)


def no_file(path: str) -> Invalid:
    """Return the error to raise for what was a file when it was listed and is something else by now."""
    return Invalid(
        f"{path} is no file any more: something else took its place while it was put.",
        help="Move the pipe, socket or device out of the way and try again.",
        path=path,
    )


def room_for(files: int, size: int) -> int:
    """Return how large an area must be for so many files of so many bytes together."""
    return files * HEADER_SIZE + size + 1
