"""Many files in one stream: the tar form in which folders cross a door.

Deletes travel in front of the files, in a global extended header. Only regular files are carried; a stream with
links, devices or paths that leave the folder is refused. Memory does not grow with the size of the files.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from tilth.errors import Invalid
from tilth.model.names import check_path

MEDIA_TYPE = "application/x-tar"
DELETES = "TILTH.deletes"
_PIECE = 1 << 20
_SPOOL = 8 << 20
_MAX_HEADER = 16 << 20
_BLOCK = 512


class _Header(tarfile.TarInfo):
    """A tar header that refuses extended headers large enough to fill the memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        header = super().frombuf(buf, encoding, errors)
        special = header.type in (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
        if special and header.size > _MAX_HEADER:
            raise Invalid(
                f"The archive has an extended header of {header.size} bytes.", help="Send fewer deletes at once."
            )
        return header


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that is being read: what to delete first, then the files in stream order, each to be read at once."""

    deletes: Sequence[str]
    files: Iterator[tuple[str, BinaryIO]]


def pack(files: Iterable[tuple[str, bytes | BinaryIO | Path]], *, deletes: Iterable[str] = ()) -> Iterator[bytes]:
    """Yield the archive of `files` (path, bytes or stream or local file)."""
    gone = list(deletes)
    if gone:
        yield tarfile.TarInfo.create_pax_global_header({DELETES: json.dumps(gone)})
    root = tarfile.TarInfo(".")
    root.type = tarfile.DIRTYPE
    yield root.tobuf(tarfile.PAX_FORMAT)
    for path, source in files:
        if isinstance(source, bytes):
            yield from _member(path, io.BytesIO(source), len(source), 0o644)
        elif isinstance(source, Path):
            with source.open("rb") as stream:
                status = os.fstat(stream.fileno())
                yield from _member(path, stream, status.st_size, status.st_mode & 0o777)
        else:
            yield from _stream_member(path, source)
    yield bytes(2 * _BLOCK)


def unpack(stream: IO[bytes]) -> Archive:
    """Read an archive as it arrives. Raises Invalid when it is not one, or holds more than files and folders."""
    try:
        tar = tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header, errorlevel=2)  # noqa: SIM115 (lives as long as the result)
        first = tar.next()
    except (tarfile.TarError, UnicodeError, ValueError) as error:
        raise _broken(error) from error
    deletes = json.loads(tar.pax_headers.get(DELETES, "[]"))
    if not isinstance(deletes, list) or not all(isinstance(path, str) for path in deletes):
        raise Invalid("The deletes of the archive are not a list of paths.")
    return Archive([check_path(path.rstrip("/")) for path in deletes], _members(tar, first))


def _members(tar: tarfile.TarFile, member: tarfile.TarInfo | None) -> Iterator[tuple[str, BinaryIO]]:
    while member is not None:
        if member.isreg():
            content = tar.extractfile(member)
            assert content is not None, "regular members have content"
            yield check_path(member.name), content  # type: ignore[misc]
        elif not member.isdir():
            raise Invalid(
                f"{member.name!r} in the archive is neither a file nor a folder.",
                help="Links and devices do not travel; send the files they stand for.",
                path=member.name,
            )
        tar.members.clear()  # type: ignore[attr-defined]  # else tarfile remembers every header it ever read
        try:
            member = tar.next()
        except (tarfile.TarError, UnicodeError, ValueError) as error:
            raise _broken(error) from error


def _broken(error: Exception) -> Invalid:
    return Invalid(f"The body is not a tar archive: {error}", help="Send a plain tar stream.")


def _stream_member(path: str, source: BinaryIO) -> Iterator[bytes]:
    with suppress(OSError, ValueError, AttributeError):
        start = source.tell()
        size = source.seek(0, io.SEEK_END) - start
        source.seek(start)
        yield from _member(path, source, size, 0o644)
        return
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spool:
        while piece := source.read(_PIECE):
            spool.write(piece)
        size = spool.tell()
        spool.seek(0)
        yield from _member(path, spool, size, 0o644)


def _member(path: str, stream: IO[bytes], size: int, mode: int) -> Iterator[bytes]:
    header = tarfile.TarInfo(path)
    header.size = size
    header.mode = mode
    yield header.tobuf(tarfile.PAX_FORMAT)
    left = size
    while left:
        piece = stream.read(min(left, _PIECE))
        if not piece:
            raise Invalid(
                f"{path!r} became shorter while it was read.", help="Try again when nothing writes it.", path=path
            )
        left -= len(piece)
        yield piece
    if size % _BLOCK:
        yield bytes(_BLOCK - size % _BLOCK)
