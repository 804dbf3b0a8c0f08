"""A zip archive that is made while it is sent: what is kept in memory does not grow with the files, nor their number.

Sizes and checksums stand in front of every file (so that readers which stream can read it), and what readers of large
archives need (Zip64) is written where it is needed. Equal files give equal bytes: no times are recorded.
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from tilth.errors import Corrupt

PIECE = 1 << 20
READ_ONCE = 8 << 20
"""A stored file up to this size is read once and held; a larger one is read twice, first for its checksum."""

_LIMIT32 = 0xFFFF_FFFF
_LIMIT16 = 0xFFFF
_UTF8 = 1 << 11
_STORED, _DEFLATED = 0, 8
_DATE = (1980 - 1980) << 9 | 1 << 5 | 1
PLAIN = 0o100644
"""The mode of a file that nothing else is said about."""

Read = Callable[[], Iterator[bytes]]


class Zip:
    """An archive that is being written. Each method yields bytes to send on, in order; `finish` comes last."""

    def __init__(self, *, limit: int = _LIMIT32) -> None:
        """`limit` is where 32 bits end (lower in tests)."""
        self._limit = limit
        self._at = 0
        self._count = 0
        self._directory = tempfile.SpooledTemporaryFile(max_size=PIECE)  # noqa: SIM115 (lives as long as the archive)

    def whole(self, name: str, data: bytes, *, mode: int = PLAIN) -> Iterator[bytes]:
        """Add a small file (or by its `mode` a link), compressed where that saves something."""
        packed = _deflate(data)
        if len(packed) < len(data):
            yield from self._entry(name, _DEFLATED, zlib.crc32(data), len(data), len(packed), iter([packed]), mode)
        else:
            yield from self._entry(name, _STORED, zlib.crc32(data), len(data), len(data), iter([data]), mode)

    def stored(self, name: str, size: int, read: Read, *, mode: int = PLAIN) -> Iterator[bytes]:
        """Add a file as it is (images are compressed already). Raises Corrupt when it is not `size` bytes long."""
        if size <= READ_ONCE:
            data = b"".join(read())
            if len(data) != size:
                raise Corrupt(f"{name} has {len(data):,} bytes and not {size:,}.", help="Run `tilth verify`.")
            yield from self._entry(name, _STORED, zlib.crc32(data), size, size, iter([data]), mode)
            return
        crc = 0
        for piece in read():
            crc = zlib.crc32(piece, crc)
        yield from self._entry(name, _STORED, crc, size, size, read(), mode)

    def written(self, name: str, write: Callable[[IO[bytes]], None], *, compress: bool) -> Iterator[bytes]:
        """Add a file that `write` writes; it waits on disk, for its size stands before it."""
        with tempfile.SpooledTemporaryFile(max_size=READ_ONCE) as spool:
            target = _Measured(spool, compress=compress)
            write(target)  # type: ignore[arg-type]  # a file as far as it is written to
            packed = target.end()
            spool.seek(0)
            method = _DEFLATED if compress else _STORED
            yield from self._entry(name, method, target.crc, target.size, packed, iter(lambda: spool.read(PIECE), b""))

    def finish(self) -> Iterator[bytes]:
        """End the archive with the list of its files."""
        start, size = self._at, self._directory.tell()
        self._directory.seek(0)
        yield from iter(lambda: self._directory.read(PIECE), b"")
        self._directory.close()
        if self._count > _LIMIT16 - 1 or start >= self._limit or size >= self._limit:
            yield struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, self._count, self._count, size, start)
            yield struct.pack("<4sIQI", b"PK\x06\x07", 0, start + size, 1)
        few = min(self._count, _LIMIT16)
        yield struct.pack(
            "<4sHHHHIIH",
            b"PK\x05\x06",
            0,
            0,
            few,
            few,
            size if size < self._limit else _LIMIT32,
            start if start < self._limit else _LIMIT32,
            0,
        )

    def _entry(
        self, name: str, method: int, crc: int, size: int, packed: int, content: Iterator[bytes], mode: int = PLAIN
    ) -> Iterator[bytes]:
        encoded = name.encode()
        offset = self._at
        large = size >= self._limit or packed >= self._limit
        far = offset >= self._limit
        extra = struct.pack("<HHQQ", 1, 16, size, packed) if large else b""
        short_size, short_packed = (_LIMIT32, _LIMIT32) if large else (size, packed)
        needs = 45 if large or far else 20
        yield self._sent(
            struct.pack(
                "<4sHHHHHIIIHH",
                b"PK\x03\x04",
                needs,
                _UTF8,
                method,
                0,
                _DATE,
                crc,
                short_packed,
                short_size,
                len(encoded),
                len(extra),
            )
            + encoded
            + extra
        )
        sent = 0
        for piece in content:
            sent += len(piece)
            yield self._sent(piece)
        if sent != packed:
            raise Corrupt(f"{name} has {sent:,} bytes and not {packed:,}.", help="Run `tilth verify`.")
        fields = (struct.pack("<QQ", size, packed) if large else b"") + (struct.pack("<Q", offset) if far else b"")
        extra = struct.pack("<HH", 1, len(fields)) + fields if fields else b""
        self._directory.write(
            struct.pack(
                "<4sHHHHHHIIIHHHHHII",
                b"PK\x01\x02",
                3 << 8 | 45,
                needs,
                _UTF8,
                method,
                0,
                _DATE,
                crc,
                short_packed,
                short_size,
                len(encoded),
                len(extra),
                0,
                0,
                0,
                mode << 16,
                _LIMIT32 if far else offset,
            )
            + encoded
            + extra
        )
        self._count += 1

    def _sent(self, piece: bytes) -> bytes:
        self._at += len(piece)
        return piece


class _Measured:
    """A file to write to, which measures and compresses what passes."""

    def __init__(self, target: IO[bytes], *, compress: bool) -> None:
        self._target = target
        self._packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS) if compress else None
        self.crc = 0
        self.size = 0
        self._packed = 0
        self.closed = False

    def write(self, data: bytes) -> int:
        """Take bytes."""
        view = memoryview(data)
        self.crc = zlib.crc32(view, self.crc)
        self.size += view.nbytes
        self._put(self._packer.compress(view) if self._packer is not None else bytes(view))
        return view.nbytes

    def end(self) -> int:
        """Take no more; return how many bytes they became."""
        if self._packer is not None:
            self._put(self._packer.flush())
        return self._packed

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self.size

    def flush(self) -> None:
        """Do nothing: `end` does."""

    def close(self) -> None:
        """Do nothing: `end` does."""

    def writable(self) -> bool:
        """Return True."""
        return True

    def readable(self) -> bool:
        """Return False."""
        return False

    def seekable(self) -> bool:
        """Return False."""
        return False

    def _put(self, data: bytes) -> None:
        self._packed += len(data)
        self._target.write(data)


def _deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()
