"""Archives that others made, as files to put: tar (plain, gzip, bzip2, xz, zstd) and zip, read as they stream.

A member is refused by name when its path or its link leaves the archive, when it is a device, pipe or hard link, when
it comes twice, or when the archive is larger than `Limits` allow. Nothing of a refused archive is committed.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from tilth.contract.archive import Header
from tilth.contract.entry import Executable, FileSource, Link
from tilth.errors import Invalid
from tilth.exchange.limits import Counted, Gate, Limits, Metered, reading
from tilth.exchange.zips import members_of_zip

ENDINGS = (".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".zip")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_BUFFER = 1 << 18
_SPOOL = 16 << 20
_DECODER_MEMORY = 256 << 20


def looks_packed(name: str) -> bool:
    """Tell whether a file's name is that of an archive."""
    return name.lower().endswith(ENDINGS)


def unpack(
    source: BinaryIO | Path, *, into: str = "", limits: Limits | None = None
) -> Iterator[tuple[str, FileSource]]:
    """Yield the files of an archive with paths below `into`; each is to be read before the next is asked for.

    What kind of archive it is shows by its first bytes. A tar is read as it comes; a zip has its list at the end, so
    that of a stream that cannot be rewound is first kept in a temporary file. Raises Invalid, Conflict.
    """
    prefix = f"{into.strip('/')}/" if into.strip("/") else ""
    gate = Gate(limits or Limits())
    if isinstance(source, Path):
        with source.open("rb") as stream:
            if stream.read(4) in _ZIP:
                gate.packed = source.stat().st_size
                yield from _below(prefix, members_of_zip(stream, gate))
                return
            stream.seek(0)
            yield from _below(prefix, _members(stream, gate))
    else:
        yield from _below(prefix, _members(source, gate))


def _below(prefix: str, members: Iterator[tuple[str, FileSource]]) -> Iterator[tuple[str, FileSource]]:
    for path, source in members:
        yield prefix + path, source


def _members(source: BinaryIO, gate: Gate) -> Iterator[tuple[str, FileSource]]:
    packed = io.BufferedReader(Counted(source, gate), _BUFFER)
    if packed.peek(4)[:4] in _ZIP:
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spool:
            shutil.copyfileobj(packed, _Bounded(cast(BinaryIO, spool), gate.limits.size), _BUFFER)
            yield from members_of_zip(cast(BinaryIO, spool), gate)
        return
    with reading():
        yield from _members_of_tar(_decompressed(packed), gate)


class _Bounded:
    """A file that takes no more than it may."""

    def __init__(self, target: BinaryIO, most: int) -> None:
        self._target, self._left = target, most

    def write(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise Invalid("The archive itself is larger than archives may be.", help="Send it in parts.")
        return self._target.write(data)


def _decompressed(packed: io.BufferedReader[Any]) -> BinaryIO:
    head = packed.peek(6)[:6]
    if head.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.GzipFile(fileobj=packed, mode="rb"))
    if head.startswith(b"BZh"):
        return cast(BinaryIO, bz2.BZ2File(packed, "rb"))
    if head.startswith(b"\xfd7zXZ\x00"):
        return cast(BinaryIO, io.BufferedReader(_Xz(packed), _BUFFER))
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        decompressor = zstandard.ZstdDecompressor(max_window_size=_DECODER_MEMORY)
        return cast(BinaryIO, decompressor.stream_reader(packed, read_across_frames=True))
    return cast(BinaryIO, packed)


class _Xz(io.RawIOBase):
    """xz with a bound on the memory that its header may ask for, which `lzma.open` does not give."""

    def __init__(self, packed: io.BufferedReader[Any]) -> None:
        self._packed = packed
        self._new: Callable[[], lzma.LZMADecompressor] = lambda: lzma.LZMADecompressor(memlimit=_DECODER_MEMORY)
        self._decoder = self._new()

    def readable(self) -> bool:
        return True

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        while True:
            if self._decoder.eof:
                rest = self._decoder.unused_data.lstrip(b"\0") or self._packed.read(_BUFFER).lstrip(b"\0")
                if not rest:
                    return 0
                self._decoder = self._new()
            elif self._decoder.needs_input:
                rest = self._packed.read(_BUFFER)
                if not rest:
                    raise EOFError("the compressed stream ends too early")
            else:
                rest = b""
            data = self._decoder.decompress(rest, len(target))
            if data:
                target[: len(data)] = data
                return len(data)


def _members_of_tar(stream: BinaryIO, gate: Gate) -> Iterator[tuple[str, FileSource]]:
    tar = tarfile.open(fileobj=stream, mode="r|", tarinfo=Header, errorlevel=2)  # noqa: SIM115 (the generator's life)
    while (member := tar.next()) is not None:
        if member.isreg():
            path = gate.admit(member.name, member.size)
            content = cast(BinaryIO, Metered(cast(BinaryIO, tar.extractfile(member)), member.name, gate))
            yield path, Executable(content) if member.mode & 0o100 else content
        elif member.issym():
            path = gate.admit(member.name, 0)
            yield path, Link(gate.link(member.name, path, member.linkname))
        elif not member.isdir():
            what = "a hard link" if member.islnk() else "neither a file nor a link"
            raise Invalid(
                f"{member.name!r} in the archive is {what}.",
                help="Devices and pipes cannot be put; pack with --hard-dereference where files are hard links.",
                path=member.name,
            )
        tar.members.clear()  # type: ignore[attr-defined]  # else tarfile remembers every header it ever read
