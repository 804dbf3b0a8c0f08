"""A commit, folder or file as one archive, made while it is sent."""

from __future__ import annotations

import io
import stat
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from typing import BinaryIO, cast

import zstandard

from tilth.contract import archive
from tilth.contract.entry import Executable, FileInfo, FileSource, Link
from tilth.contract.files import Files
from tilth.datasets.exports.zips import PLAIN, READ_ONCE, Zip
from tilth.errors import Invalid
from tilth.exchange.pieces import PieceReader

FORMATS = ("tar", "tgz", "tzst", "zip")
ENDINGS = {".tar": "tar", ".tgz": "tgz", ".tar.gz": "tgz", ".tzst": "tzst", ".tar.zst": "tzst", ".zip": "zip"}
_PAGE = 1000


def format_of(name: str) -> str | None:
    """Return the format that a file's name asks for, None when it asks for none."""
    return next((format for ending, format in ENDINGS.items() if name.lower().endswith(ending)), None)


def packed(files: Files, pinned: str, top: str, format: str) -> Iterator[bytes]:
    """Yield the archive of what is at `top` in the commit `pinned` (`repo@commit`), with paths relative to it."""
    if format not in FORMATS:
        raise Invalid(f"{format!r} is no form of archive.", help=f"Take one of {', '.join(FORMATS)}.")
    found = files_below(files, pinned, top)
    if format == "zip":
        return _zip(files, pinned, found)
    tar = archive.pack((path, content_of(files, pinned, info)) for path, info in found)
    if format == "tgz":
        return _gzip(tar)
    return _zstd(tar) if format == "tzst" else tar


def files_below(files: Files, pinned: str, top: str) -> Iterator[tuple[str, FileInfo]]:
    """Yield the files below `top`, by path relative to it."""
    top = top.strip("/")
    if top:
        info = files.stat(f"{pinned}:{top}")
        if info.kind != "folder":
            yield top.rpartition("/")[2], info
            return
    after: str | None = None
    while True:
        page = files.walk(f"{pinned}:{top}", after=after, limit=_PAGE)
        for info in page.items:
            yield info.path[len(top) + 1 :] if top else info.path, info
        if page.next is None:
            return
        after = page.next


def content_of(files: Files, pinned: str, info: FileInfo) -> FileSource:
    """Return a stored file as something to put elsewhere; it is read when it is its turn."""
    reference = f"{pinned}:{info.path}"
    if info.kind == "link":
        return Link(b"".join(files.read(reference)).decode(errors="surrogateescape"))
    content = cast(BinaryIO, _Content(files, reference, info.size))
    return Executable(content) if info.attributes.get("mode") == "755" else content


def _zip(files: Files, pinned: str, found: Iterable[tuple[str, FileInfo]]) -> Iterator[bytes]:
    target = Zip()
    for path, info in found:
        read = partial(files.read, f"{pinned}:{info.path}")
        mode = stat.S_IFLNK | 0o777 if info.kind == "link" else PLAIN
        if info.attributes.get("mode") == "755":
            mode = stat.S_IFREG | 0o755
        if info.size <= READ_ONCE:
            yield from target.whole(path, b"".join(read()), mode=mode)
        else:
            yield from target.stored(path, info.size, read, mode=mode)
    yield from target.finish()


def _gzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for piece in pieces:
        if data := packer.compress(piece):
            yield data
    yield packer.flush()


def _zstd(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    for piece in pieces:
        if data := packer.compress(piece):
            yield data
    yield packer.flush()


class _Content(PieceReader):
    """A stored file of known size, opened when it is first read."""

    def __init__(self, files: Files, reference: str, size: int) -> None:
        self._open = partial(files.read, reference)
        self._pieces: Iterator[bytes] | None = None
        self._size = size
        self._at = 0

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to the start or the end, which is how its size is asked for."""
        self._at = self._size if whence == io.SEEK_END else offset
        return self._at

    def next_piece(self) -> bytes | None:
        if self._pieces is None:
            self._pieces = self._open()
        return next(self._pieces, None)
