"""Packs: files of records, appended to by one process, sealed with a directory, readable without it."""

from __future__ import annotations

import fcntl
import os
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from isal.isal_zlib import crc32

from tilth.errors import Corrupt, Invalid
from tilth.model.digest import Digest, digest_of
from tilth.model.ids import new_id
from tilth.storage.disk import read_into, write_all, write_parts, writing
from tilth.storage.records import (
    HEADER_SIZE,
    Codec,
    RecordHeader,
    RecordKind,
    crc_holds,
    pack_header,
    parse_header,
)

FORMAT_VERSION = 1
PACK_MAGIC = b"TILTHPCK"
PACK_HEADER = struct.Struct("<8sHHI")
PACK_HEADER_SIZE = PACK_HEADER.size
FOOTER_MAGIC = b"TILTHEND"
FOOTER = struct.Struct("<QQII8s")
FOOTER_SIZE = FOOTER.size
ENTRY = np.dtype([("digest", "V32"), ("offset", "<u8"), ("length", "<u8"), ("kind", "u1")])
"""One entry of a pack's directory: 49 bytes."""

BUFFER_SIZE = 4 << 20
_WRITTEN_AT_ONCE = 128 << 10

Location: TypeAlias = tuple[str, int, int]
"""Where a whole record lies: pack, offset, length."""

Entries: TypeAlias = npt.NDArray[np.void]


def pack_path(folder: Path, name: str) -> Path:
    """Return the path of a pack in the folder of packs."""
    return folder / f"{name}.pack"


def pack_name(path: Path) -> str:
    """Return the name of the pack in a file."""
    return path.name.removesuffix(".pack")


class Pack(ABC):
    """A pack to read from, wherever it lies."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def file(self) -> str | None:
        """The file that it is, where it is one."""
        return None

    @abstractmethod
    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes at `offset`; fewer only at the end of the pack."""

    def read_into(self, area: memoryview, offset: int) -> int:
        """Read as many bytes as `area` holds, fewer only at the end of the pack; return how many."""
        data = self.read(offset, len(area))
        area[: len(data)] = data
        return len(data)

    @abstractmethod
    def size(self) -> int:
        """Return the size of the pack in bytes."""

    def check_format(self) -> None:
        """Raise Corrupt where this is no pack, Invalid where a newer Tilth wrote it."""
        head = self.read(0, PACK_HEADER_SIZE)
        if len(head) < PACK_HEADER_SIZE or head[:8] != PACK_MAGIC:
            raise Corrupt(f"{self.name}.pack is not a pack.", help="Restore it from a backup, or move it away.")
        if not _header_holds(head):
            raise Corrupt(
                f"The first bytes of {self.name}.pack are damaged.", help="Restore it from a backup, or move it away."
            )
        self._check_known(head)

    def check_known(self) -> None:
        """Raise Invalid where a newer Tilth wrote this, as `check_format`.

        Damage of the first bytes tells nothing of what follows, which has checksums of its own, so it is no error here.
        """
        head = self.read(0, PACK_HEADER_SIZE)
        if head[:8] == PACK_MAGIC and len(head) == PACK_HEADER_SIZE and _header_holds(head):
            self._check_known(head)

    def _check_known(self, head: bytes) -> None:
        _, version, needs, _ = PACK_HEADER.unpack(head)
        if version > FORMAT_VERSION or needs:
            what = f"format {version}" if version > FORMAT_VERSION else f"a feature (bits {needs:#06x})"
            raise Invalid(
                f"{self.name}.pack was written by a newer Tilth: it has {what}, which this one does not know; it reads "
                f"up to format {FORMAT_VERSION}.",
                help="Upgrade with `pip install -U tilth`.",
            )

    def headers(self, start: int, stop: int) -> Iterator[tuple[int, RecordHeader]]:
        """Yield offset and header of each record that lies whole in [start, stop), reading headers only."""
        offset = max(start, PACK_HEADER_SIZE)
        while offset + HEADER_SIZE <= stop:
            header = parse_header(self.read(offset, HEADER_SIZE))
            if header is None or offset + header.length > stop:
                return
            yield offset, header
            offset += header.length

    def records(self, start: int, stop: int) -> Iterator[tuple[int, RecordHeader, bytes]]:
        """Yield offset, header and bytes of each record in [start, stop) up to the first whose CRC fails."""
        for offset, header in self.headers(start, stop):
            record = self.read(offset, header.length)
            if not crc_holds(memoryview(record), header):
                return
            yield offset, header, record

    def records_of(self, kind: RecordKind) -> Iterator[tuple[int, RecordHeader, bytes]]:
        """Yield all readable records of one kind, by the directory where there is one."""
        entries = self.directory()
        if entries is None:
            yield from (found for found in self.records(0, self.size()) if found[1].kind is kind)
            return
        for entry in entries[entries["kind"] == kind]:
            record = self.read(int(entry["offset"]), int(entry["length"]))
            header = parse_header(record)
            if header is not None and crc_holds(memoryview(record), header):
                yield int(entry["offset"]), header, record

    def directory(self) -> Entries | None:
        """Return the entries of a sealed pack; None where it has no (whole) directory."""
        size = self.size()
        if size < PACK_HEADER_SIZE + FOOTER_SIZE:
            return None
        footer = self.read(size - FOOTER_SIZE, FOOTER_SIZE)
        offset, count, crc, _, magic = FOOTER.unpack(footer)
        if magic != FOOTER_MAGIC or crc != crc32(footer[:16]):
            return None
        if not PACK_HEADER_SIZE <= offset <= size - FOOTER_SIZE:
            return None
        record = self.read(offset, size - FOOTER_SIZE - offset)
        header = parse_header(record)
        if (
            header is None
            or header.kind is not RecordKind.DIRECTORY
            or header.stored_length != count * ENTRY.itemsize
            or not crc_holds(memoryview(record), header)
        ):
            return None
        entries = np.frombuffer(record, ENTRY, count, HEADER_SIZE)
        within = (entries["offset"] <= offset) & (entries["length"] <= offset - np.minimum(entries["offset"], offset))
        return entries if within.all() else None

    def readable_entries(self) -> Entries:
        """Return the entries of every record up to the first bad CRC, by reading the whole pack."""
        found = [
            (header.digest, offset, header.length, header.kind)
            for offset, header, _ in self.records(0, self.size())
            if header.kind is not RecordKind.DIRECTORY
        ]
        return np.array(found, ENTRY)


class PackFile(Pack):
    """A pack in a file. Closed when the last reader lets go of it, so no reader loses its descriptor."""

    __slots__ = ("fd", "path")

    def __init__(self, path: Path) -> None:
        self.fd = -1
        super().__init__(pack_name(path))
        self.path = path
        self.fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    @property
    def file(self) -> str:
        """The file."""
        return str(self.path)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        if self.fd >= 0:  # at the end of the process the module's own names may be gone
            close(self.fd)

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes at `offset`; fewer only at the end of the file."""
        if offset >= 1 << 62:
            return b""  # what a damaged index says; no file is as long
        data = os.pread(self.fd, length, offset)
        while len(data) < length:
            more = os.pread(self.fd, length - len(data), offset + len(data))
            if not more:
                break
            data += more
        return data

    def read_into(self, area: memoryview, offset: int) -> int:
        """Read as many bytes as `area` holds, fewer only at the end of the file; return how many."""
        return 0 if offset >= 1 << 62 else read_into(self.fd, area, offset)

    def size(self) -> int:
        """Return the size of the file."""
        return os.fstat(self.fd).st_size

    @property
    def deleted(self) -> bool:
        """Whether only who has it open keeps its space from being free."""
        return os.fstat(self.fd).st_nlink == 0


class PackWriter:
    """The pack that this process appends to. Not thread-safe: the store's lock guards it.

    The file is locked (flock) while its writer lives, which is how others know that a pack is an orphan.
    """

    def __init__(self, folder: Path) -> None:
        self.name = new_id()
        self.folder = folder
        self.path = pack_path(folder, self.name)
        self.written = 0
        self.length = PACK_HEADER_SIZE
        self.acknowledged = 0
        self.registered = False
        self.entries: list[tuple[bytes, int, int, int]] = []
        self._buffer: list[bytes | memoryview] = [first_bytes()]
        with writing(folder):
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def append(
        self, kind: RecordKind, codec: Codec, raw_length: int, digest: Digest, payload: bytes | memoryview
    ) -> Location:
        """Append one record and return where it lies. Raises Unavailable, having appended nothing, on a full disk."""
        large = len(payload) >= _WRITTEN_AT_ONCE
        if large or self.length - self.written >= BUFFER_SIZE:
            self.write_out()
        header = pack_header(kind, codec, raw_length, digest, payload)
        offset, length = self.length, HEADER_SIZE + len(payload)
        if large:  # without a copy: the caller's buffer may be another chunk's at the next call
            try:
                with writing(self.folder):
                    write_parts(self._fd, [header, payload], offset)
            except BaseException:
                os.ftruncate(self._fd, offset)  # gives its space back
                raise
            self.written = offset + length
        else:
            self._buffer.append(header)
            self._buffer.append(payload if isinstance(payload, bytes) else bytes(payload))
        self.length = offset + length
        self.entries.append((digest, offset, length, kind))
        return self.name, offset, length

    def append_packed(
        self, kind: RecordKind, area: memoryview, records: Sequence[tuple[bytes, int, int]]
    ) -> dict[bytes, Location]:
        """Append records (digest, where it starts in `area`, length) that stand there ready, and return where they lie.

        What lies together there is written together and without a copy. Raises Unavailable, having appended nothing,
        on a full disk.
        """
        self.write_out()
        offset = first = self.length
        parts: list[memoryview] = []
        entries = []
        places: dict[bytes, Location] = {}
        begin = end = -1
        for digest, start, length in records:
            if start != end:
                if begin >= 0:
                    parts.append(area[begin:end])
                begin = start
            end = start + length
            entries.append((digest, offset, length, kind))
            places[digest] = (self.name, offset, length)
            offset += length
        parts.append(area[begin:end])
        try:
            with writing(self.folder):
                write_parts(self._fd, parts, first)
        except BaseException:
            os.ftruncate(self._fd, first)  # gives its space back
            raise
        self.written = self.length = offset
        self.entries += entries
        return places

    def write_out(self) -> None:
        """Hand all buffered bytes to the operating system. After a failure it may be tried again."""
        if self.written == self.length:
            return
        with writing(self.folder):
            write_parts(self._fd, self._buffer, self.written)
        self.written = self.length
        self._buffer.clear()

    def sync(self) -> None:
        """Make everything written out durable."""
        with writing(self.folder):
            os.fsync(self._fd)

    def preview(self) -> Entries:
        """Return the directory as it would be if the pack were sealed now."""
        return np.array(self.entries, ENTRY)

    def seal(self) -> None:
        """Write directory and footer. On a full disk the pack is as it was before."""
        self.write_out()
        tail = seal_bytes(self.preview(), self.length)
        try:
            with writing(self.folder):
                os.ftruncate(self._fd, self.length)  # what a write that failed left behind would hide the footer
                write_all(self._fd, tail, self.length)
        except BaseException:
            os.ftruncate(self._fd, self.length)
            raise
        self.length += len(tail)
        self.written = self.length

    def rename(self, name: str) -> None:
        """Give the pack another name; the lock stays with the file."""
        path = pack_path(self.folder, name)
        with writing(self.folder):
            os.rename(self.path, path)
        self.name, self.path = name, path

    def close(self) -> None:
        """Release file and lock."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _header_holds(head: bytes) -> bool:
    return int.from_bytes(head[12:], "little") == crc32(head[:12]) or head[8:] == bytes(8)  # format 0 had no checksum


def first_bytes() -> bytes:
    """Return what every pack begins with."""
    head = PACK_HEADER.pack(PACK_MAGIC, FORMAT_VERSION, 0, 0)[:12]
    return head + crc32(head).to_bytes(4, "little")


def seal_bytes(entries: Entries, length: int) -> bytes:
    """Return directory and footer for a pack whose records end at `length`."""
    payload = entries.tobytes()
    header = pack_header(RecordKind.DIRECTORY, Codec.RAW, len(payload), digest_of(payload), payload)
    place = struct.pack("<QQ", length, len(entries))
    return header + payload + place + struct.pack("<II8s", crc32(place), 0, FOOTER_MAGIC)


def claim_pack(path: Path) -> int | None:
    """Lock a pack whose writer has died and return the descriptor that holds the lock; None while a writer lives."""
    with writing(path.parent):
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        return fd


def seal_orphan(fd: int, path: Path, acknowledged: int | None) -> tuple[Entries, int]:
    """Seal the pack behind a claimed descriptor and return directory and final length.

    With `acknowledged`, exactly that many bytes are kept and the torn tail is dropped. Without it (nobody knows how
    much was acknowledged) nothing is dropped: a directory of all records up to the first bad CRC is added at the end.
    """
    pack = PackFile(path)
    if acknowledged is None:
        entries = pack.directory()
        if entries is not None:
            return entries, pack.size()
        entries = pack.readable_entries()
        end = pack.size()
    else:
        end = max(acknowledged, PACK_HEADER_SIZE)
        entries = np.array(
            [(header.digest, offset, header.length, header.kind) for offset, header in pack.headers(0, end)], ENTRY
        )
    with writing(path.parent):
        os.ftruncate(fd, end)
        if acknowledged == 0:
            write_all(fd, first_bytes(), 0)
        tail = seal_bytes(entries, end)
        write_all(fd, tail, end)
        os.fsync(fd)
    return entries, end + len(tail)
