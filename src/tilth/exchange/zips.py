"""Zip archives that others made, as files to put. All of the list is checked before the first member is read."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from tilth.contract.entry import Executable, FileSource, Link
from tilth.errors import Invalid
from tilth.exchange.limits import Gate, Metered, reading

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s24x3H12x")
_LOCAL_HEADER = 30


def members_of_zip(file: BinaryIO, gate: Gate) -> Iterator[tuple[str, FileSource]]:
    """Yield the members of a seekable zip. Raises Invalid, Conflict."""
    with reading():
        _check_count(file, gate)
        with zipfile.ZipFile(file) as archive:
            members = [(each, _checked(each, gate)) for each in archive.infolist() if not each.is_dir()]
            _check_overlaps([each for each, _ in members], gate)
            for each, path in members:
                yield path, _source(archive, each, path, gate)


def _check_count(file: BinaryIO, gate: Gate) -> None:
    """Count the entries without keeping them: a list of a hundred million would fill the memory."""
    size = file.seek(0, io.SEEK_END)
    tail_at = max(0, size - _END.size - 0xFFFF)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise zipfile.BadZipFile("it has no list of members at its end")
    length, start = _END.unpack_from(tail, at)[5:7]
    end = tail_at + at
    if 0xFFFFFFFF in (length, start) and end >= _LOCATOR.size:
        file.seek(end - _LOCATOR.size)
        signature, _, where, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
        if signature == b"PK\x06\x07":
            file.seek(where)
            length = _END_64.unpack(file.read(_END_64.size))[8]
            end = where
    position = max(0, end - length)
    file.seek(position)
    directory = io.BufferedReader(cast(io.RawIOBase, file), 1 << 16) if isinstance(file, io.RawIOBase) else file
    count = 0
    while position < end:
        head = directory.read(_ENTRY.size)
        if len(head) < _ENTRY.size or head[:4] != b"PK\x01\x02":
            break
        rest = sum(_ENTRY.unpack(head)[1:])
        directory.seek(rest, io.SEEK_CUR)
        position += _ENTRY.size + rest
        count += 1
        if count > gate.limits.members:
            raise Invalid(
                f"The archive holds more than the {gate.limits.members:,} members that are allowed.",
                help="Unpack it yourself if you trust it.",
            )


def _checked(member: zipfile.ZipInfo, gate: Gate) -> str:
    name = member.orig_filename  # `filename` ends at a NUL, so that a checked name could hide another
    path = gate.admit(name, member.file_size)
    kind = stat.S_IFMT(member.external_attr >> 16)
    if member.flag_bits & 1:
        raise Invalid(
            f"{name!r} in the archive is encrypted.", help="Unpack it yourself, and put the files.", path=name
        )
    if kind not in (0, stat.S_IFREG, stat.S_IFLNK):
        raise Invalid(f"{name!r} in the archive is neither a file nor a link.", help="Leave it out.", path=name)
    limits = gate.limits
    if member.file_size > limits.free and member.file_size > limits.ratio * max(member.compress_size, 1):
        raise Invalid(
            f"{name!r} in the archive unpacks to over {limits.ratio:,} times its size: a bomb.",
            help="Unpack it yourself if you trust it.",
            path=name,
        )
    return path


def _check_overlaps(members: list[zipfile.ZipInfo], gate: Gate) -> None:
    """Refuse members that share bytes: that is how a small zip unpacks to petabytes without nesting."""
    end, total = 0, 0
    for member in sorted(members, key=lambda each: each.header_offset):
        if member.header_offset < end:
            raise Invalid(
                f"{member.orig_filename!r} in the archive shares its bytes with another member: a bomb.",
                help="Pack it anew.",
                path=member.orig_filename,
            )
        end = member.header_offset + _LOCAL_HEADER + member.compress_size
        total += member.file_size
        if total > gate.limits.size:
            raise Invalid(
                f"{member.orig_filename!r} takes the archive over {gate.limits.size:,} unpacked bytes.",
                help="Unpack it yourself if you trust it.",
                path=member.orig_filename,
            )


def _source(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: str, gate: Gate) -> FileSource:
    mode = member.external_attr >> 16
    content = cast(BinaryIO, Metered(cast(BinaryIO, archive.open(member)), member.orig_filename, gate))
    if stat.S_ISLNK(mode):
        target = content.read(4097).decode(errors="surrogateescape")
        return Link(gate.link(member.orig_filename, path, target))
    return Executable(content) if mode & 0o100 else content
