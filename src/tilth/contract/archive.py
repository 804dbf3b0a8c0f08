"""Many files in one stream: the tar form in which folders cross a door.

Deletes travel in front of the files, in a global extended header. Only files and symbolic links are carried; a stream
with devices or paths that leave the folder is refused. Memory does not grow with the size of the files.
"""

from __future__ import annotations

import io
import json
import os
import stat
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from tilth.contract.entry import Executable, FileSource, Link
from tilth.errors import Invalid
from tilth.model.entry import link_bytes
from tilth.model.names import MAX_PATH_BYTES, check_path

MEDIA_TYPE = "application/x-tar"
DELETES = "TILTH.deletes"
_PIECE = 1 << 20
_SPOOL = 8 << 20
_MAX_HEADER = 16 << 20
_BLOCK = 512


class Header(tarfile.TarInfo):
    """A tar header that refuses extended headers large enough to fill the memory, and to stop before the end mark.

    tarfile takes a damaged header, or none at all, for the end of the archive: what follows would be lost unsaid.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Header:
        """Parse one block. Raises Invalid."""
        try:
            header = super().frombuf(buf, encoding, errors)
        except (tarfile.EmptyHeaderError, tarfile.TruncatedHeaderError, tarfile.InvalidHeaderError) as error:  # type: ignore[attr-defined]
            raise Invalid(
                f"The tar archive is damaged or ends too early: {error}.", help="Check that all of it arrived."
            ) from error
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
    files: Iterator[tuple[str, BinaryIO | Link | Executable]]


def pack(files: Iterable[tuple[str, FileSource]], *, deletes: Iterable[str] = ()) -> Iterator[bytes]:
    """Yield the archive of `files`. Raises Invalid for a path that could not be in a repo."""
    gone = [check_path(path.rstrip("/")) for path in deletes]
    if gone:
        yield tarfile.TarInfo.create_pax_global_header({DELETES: json.dumps(gone)})
    root = tarfile.TarInfo(".")
    root.type = tarfile.DIRTYPE
    yield root.tobuf(tarfile.PAX_FORMAT)
    for name, source in files:
        path = check_path(name)
        if isinstance(source, Link):
            yield _link(path, source.target)
        elif isinstance(source, Path) and source.is_symlink():
            yield _link(path, os.readlink(source))
        elif isinstance(source, Path):
            with _opened(source, path) as stream:
                status = os.fstat(stream.fileno())
                yield from _member(path, stream, status.st_size, executable=bool(status.st_mode & 0o100))
        elif isinstance(source, Executable):
            yield from _content(path, source.content, executable=True)
        else:
            yield from _content(path, source, executable=False)
    yield bytes(2 * _BLOCK)


def unpack(stream: IO[bytes]) -> Archive:
    """Read an archive as it arrives. Raises Invalid when it is not one, or holds more than files and folders.

    What is wrong further on shows when the files are read: do that inside `reading()`.
    """
    with _parsing():
        tar = tarfile.open(fileobj=stream, mode="r|", tarinfo=Header, errorlevel=2)  # noqa: SIM115 (lives on)
        first = tar.next()
        deletes = json.loads(tar.pax_headers.get(DELETES, "[]"))
    if not isinstance(deletes, list) or not all(isinstance(path, str) for path in deletes):
        raise Invalid("The deletes of the archive are not a list of paths.", help="Send a JSON list of strings.")
    return Archive([_inside(path.rstrip("/")) for path in deletes], _members(tar, first))


@contextmanager
def reading() -> Iterator[None]:
    """Raise what tarfile says about an archive that ends too early as Invalid."""
    try:
        yield
    except tarfile.TarError as error:
        raise _broken(error) from error


@contextmanager
def _parsing() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, UnicodeError, ValueError, RecursionError) as error:
        raise _broken(error) from error


def _broken(error: Exception) -> Invalid:
    return Invalid(f"The body is not a whole tar archive: {error}", help="Send a plain tar stream.")


def _opened(file: Path, path: str) -> BinaryIO:
    """Open a file, not waiting for who writes into a pipe. Raises Invalid for what is neither file nor link."""
    fd = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise Invalid(
            f"{path!r} is neither a file nor a link.", help="Devices, pipes and folders do not travel.", path=path
        )
    return os.fdopen(fd, "rb")


def _inside(name: str) -> str:
    """Return the path of a member or delete, which is relative: an absolute one was meant for another place."""
    if name.startswith("/"):
        raise Invalid(
            f"{name!r} in the archive is an absolute path.", help="Pack paths relative to the folder.", path=name
        )
    return check_path(name)


def _members(
    tar: tarfile.TarFile, member: tarfile.TarInfo | None
) -> Iterator[tuple[str, BinaryIO | Link | Executable]]:
    while member is not None:
        if member.isreg():
            content = cast(BinaryIO, tar.extractfile(member))
            yield _inside(member.name), Executable(content) if member.mode & 0o100 else content
        elif member.issym():
            yield _inside(member.name), Link(_target(member))
        elif not member.isdir():
            raise Invalid(
                f"{member.name!r} in the archive is neither a file nor a link.",
                help="Devices, pipes and hard links do not travel.",
                path=member.name,
            )
        tar.members.clear()  # type: ignore[attr-defined]  # else tarfile remembers every header it ever read
        with _parsing():
            member = tar.next()


def _target(member: tarfile.TarInfo) -> str:
    if not member.linkname or "\0" in member.linkname or len(member.linkname) > MAX_PATH_BYTES:
        raise Invalid(f"The link {member.name!r} leads nowhere that could be.", path=member.name)
    return member.linkname


def _link(path: str, target: str) -> bytes:
    header = tarfile.TarInfo(path)
    header.type = tarfile.SYMTYPE
    header.linkname = os.fsdecode(link_bytes(path, target))
    return header.tobuf(tarfile.PAX_FORMAT)


def _content(path: str, source: bytes | BinaryIO, *, executable: bool) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield from _member(path, io.BytesIO(source), len(source), executable=executable)
        return
    size = _size_of(source)
    if size is not None:
        yield from _member(path, source, size, executable=executable)
        return
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spool:
        while piece := source.read(_PIECE):
            spool.write(piece)
        size = spool.tell()
        spool.seek(0)
        yield from _member(path, spool, size, executable=executable)


def _size_of(source: BinaryIO) -> int | None:
    """Return how much is left in a stream, None when it cannot tell."""
    try:
        start = source.tell()
        size = source.seek(0, io.SEEK_END) - start
        source.seek(start)
    except (OSError, ValueError, AttributeError):
        return None
    return size


def _member(path: str, stream: IO[bytes], size: int, *, executable: bool) -> Iterator[bytes]:
    header = tarfile.TarInfo(path)
    header.size = size
    header.mode = 0o755 if executable else 0o644
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
