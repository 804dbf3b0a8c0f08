"""The store: immutable records by digest, in packs in one place that many processes share."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from tilth.config import compresses_chunks
from tilth.errors import Corrupt, Invalid, NotFound
from tilth.model.digest import Digest, digest_of
from tilth.progress import Progress, silent
from tilth.storage.cache import Cache
from tilth.storage.catalogue import PackCatalogue, PackState
from tilth.storage.checking import Problem, check_packs
from tilth.storage.folder import FolderPlace
from tilth.storage.index import ChunkIndex
from tilth.storage.mending import adopt_orphans, rebuild_index, recover_packs
from tilth.storage.own_packs import OwnPacks
from tilth.storage.packs import Location, Pack, PackFile
from tilth.storage.places import Place
from tilth.storage.records import (
    CONTENT_KINDS,
    Codec,
    RecordKind,
    chunk_in,
    compress,
    crc_holds,
    digest_of_record,
    parse_header,
    unpack,
)
from tilth.storage.reserve import Reserve
from tilth.storage.rows import DecodedRows
from tilth.storage.sessions import SessionLedger, Sessions
from tilth.storage.shards import Shard

PACK_SIZE = 64 << 20
_OPEN_FILES = 128
_ATTEMPTS = 8
_DECODED_BYTES = 96 << 20


class Store:
    """Records by digest in one place. Thread-safe; any number of processes may open the same place.

    `put` only gathers; `flush` makes all puts so far durable and visible to every process. Never call `flush`,
    `close` or `open` (but with `adopt=False`) inside a database transaction: they write to the database themselves.
    """

    def __init__(
        self,
        place: Place,
        catalogue: PackCatalogue,
        *,
        pack_size: int = PACK_SIZE,
        ledger: SessionLedger | None = None,
        reserve: Reserve | None = None,
    ) -> None:
        self.place = place
        self.sessions = Sessions(ledger, self._look_at_condemned) if ledger is not None else None
        self.decoded: Cache[Digest, DecodedRows] = Cache(_DECODED_BYTES)
        self.refused: Callable[[Sequence[Digest]], None] = lambda digests: None
        """Raises for content that was taken away for good: it is neither read nor taken again."""
        self._catalogue = catalogue
        self._pack_size = pack_size
        self._reserve = reserve
        self._compress_chunks = compresses_chunks()
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._files: Cache[str, Pack] = Cache(_OPEN_FILES)
        self._index = ChunkIndex(self.place, self._catalogue)
        self._own = OwnPacks(
            self.place,
            self._catalogue,
            self._index,
            pack_size=self._pack_size,
            act=self.act,
            reserve=self._reserve,
        )

    @classmethod
    def open(
        cls,
        place: Path | Place,
        catalogue: PackCatalogue,
        *,
        pack_size: int = PACK_SIZE,
        adopt: bool = True,
        ledger: SessionLedger | None = None,
        reserve: Reserve | None = None,
    ) -> Store:
        """Open the store in a place or a folder, making it where it is not there.

        `adopt` packs that dead processes left open. Lost or damaged index shards are made anew from the packs, which
        reads the directory of every pack once. Raises Unavailable where the place cannot be written.
        """
        if isinstance(place, Path):
            place = FolderPlace.open(place)
        store = cls(place, catalogue, pack_size=pack_size, ledger=ledger, reserve=reserve)
        if adopt:
            adopt_orphans(place, catalogue)
        try:
            store._index.refresh()
        except Corrupt:
            if not adopt:
                raise
            rebuild_index(place, catalogue)
            store._index.refresh()
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self, digest: Digest) -> bytes:
        """Return the bytes of a record. Raises NotFound, or Corrupt where CRC or digest do not hold."""
        place = self._find(digest)
        if place is None:
            raise self._missing(digest)
        try:
            return self._get_at(digest, place)
        except Corrupt:
            if self.place.appends:
                raise
            self.place.forget_pack(place[0])  # perhaps only the local copy is damaged
            self._files.drop(place[0])
            return self._get_at(digest, place)

    def chunk(self, digest: Digest, size: int, area: memoryview) -> bytes | memoryview | None:
        """Return a chunk of `size` bytes, in `area` where it is stored as it is; so it costs no memory of its own.

        None where it is not here or not as it must be: then ask `get`, which tries other places and says what is wrong.
        """
        place = self._find(digest)
        if place is None or place[2] > len(area):
            return None
        name, offset, length = place
        try:
            count = self._opened(name, offset + length).read_into(area[:length], offset)
        except FileNotFoundError:
            return None
        return chunk_in(area[:count], digest, size)

    def record(self, digest: Digest) -> bytes:
        """Return a record as it is stored, header and all, its CRC checked. Raises NotFound, Corrupt."""
        place = self._find(digest)
        if place is None:
            raise NotFound(f"No record {digest.hex()} in {self.place.name}.", help="Run tilth verify.")
        record = self._read(place)
        header = parse_header(record)
        if header is None or header.digest != digest or not crc_holds(record, header):
            raise Corrupt(
                f"Record {digest.hex()} at {place[0]}.pack, byte {place[1]} is damaged: its checksum does not hold.",
                help="Run tilth verify to see what else is, and restore that pack from a backup.",
                digest=digest.hex(),
            )
        return record

    @property
    def compresses(self) -> bool:
        """Whether chunks are compressed when they are stored."""
        return self._compress_chunks

    def in_packs(self, digests: bytes) -> Iterator[tuple[Pack, list[tuple[int, int, int]]]]:
        """Yield each pack with which of many concatenated digests it holds: offset, length, place among the digests.

        For readers of many records at once, who check themselves what they read and turn to `get` for those that are in
        no pack here or not as they should be. Raises Purged.
        """
        self._check_process()
        self.refused([Digest(digests[at : at + 32]) for at in range(0, len(digests), 32)])
        for name, places in self._index.by_pack(digests).items():
            try:
                pack = self._opened(name, max(offset + length for offset, length, _ in places))
            except (FileNotFoundError, Invalid):
                continue  # maintenance has moved it, or a newer version wrote it, as `get` will say
            yield pack, places

    def has(self, digest: Digest) -> bool:
        """Tell whether a record is here."""
        return self._find(digest) is not None

    def has_many(self, digests: Sequence[Digest]) -> list[bool]:
        """Tell for each digest whether its record is here; cheaper than `has` one by one."""
        self._check_process()
        version = self._index.version
        found = self._index.find_many(digests)
        if None in found and self._index.newer(version):
            found = self._index.find_many(digests)
        return [place is not None for place in found]

    def present(self, digests: bytes | memoryview) -> npt.NDArray[np.bool_]:
        """Tell for each of many concatenated digests whether its record is here to stay, as a column.

        So it may be named instead of being put again: it is held, as by `put`.
        """
        self._check_process()
        self._hold()
        version = self._index.version
        here = self._index.present(digests)
        if not here.all() and self._index.newer(version):
            here = self._index.present(digests)
        return here

    def put(self, kind: RecordKind, digest: Digest, data: bytes | memoryview) -> bool:
        """Store `data` under its digest; True if it was not here before. Durable only after `flush`.

        Raises Unavailable, having stored nothing of it, where the disk is full. A record that another process stored
        a moment ago may be stored twice, which costs only its bytes.
        """
        self._check_process()
        if kind in CONTENT_KINDS:
            self.refused((digest,))
        self._hold()
        if self._index.reusable((digest,))[0] is not None:
            return False
        return self._own.append(kind, (digest, len(data), *self._packed(kind, data)))

    def put_bytes(self, kind: RecordKind, data: bytes | memoryview) -> Digest:
        """Store `data` under its BLAKE3 and return that."""
        digest = digest_of(data)
        self.put(kind, digest, data)
        return digest

    def put_many(self, kind: RecordKind, records: Sequence[tuple[Digest, bytes | memoryview]]) -> list[bool]:
        """Store many records; like `put` for each, with one lookup and one lock for all."""
        self._check_process()
        if kind in CONTENT_KINDS:
            self.refused([digest for digest, _ in records])
        self._hold()
        places = self._index.reusable([digest for digest, _ in records])
        packed = [
            None if place is not None else (digest, len(data), *self._packed(kind, data))
            for (digest, data), place in zip(records, places, strict=True)
        ]
        return self._own.append_many(kind, packed)

    def put_packed(self, area: memoryview, digests: Sequence[Digest], lengths: Sequence[int]) -> None:
        """Store the chunks that stand in `area` as records ready for a pack, one behind the other; like `put_many`."""
        self._check_process()
        self.refused(digests)
        self._hold()
        places = self._index.reusable(digests)
        starts = accumulate(lengths, initial=0)
        records = {
            digest: (digest, start, length)
            for digest, start, length, place in zip(digests, starts, lengths, places, strict=False)
            if place is None
        }
        self._own.append_packed(area, records)

    def flush(self) -> None:
        """Make everything put so far durable and visible to all processes: fsync, then the catalogue.

        Threads that flush at the same time share one fsync. In a bucket the pack is closed and uploaded. Raises
        Unavailable on a full disk; what was acknowledged before is intact and what was not is kept for another try.
        """
        self._check_process()
        self._own.flush()

    def rotate(self) -> None:
        """Flush, and seal this process's pack, so that maintenance may write it anew."""
        self._check_process()
        self._own.rotate()

    def close(self) -> None:
        """Flush, seal this process's pack and let go of all files. A store that stored nothing leaves nothing.

        Raises Unavailable where something could not be made durable. A pack that only could not be sealed stays open,
        with all that is acknowledged of it, for the next process that opens the store.
        """
        if self._own.closed:
            return
        self._check_process()
        try:
            self._own.seal()
        finally:
            self._own.closed = True
            if self.sessions is not None:
                self.sessions.close()
            self._own.let_go()
            self._files.drop_where(lambda pack: True)  # or a deleted pack takes space as long as this object is held
            self.place.close()

    def verify(
        self,
        progress: Progress = silent,
        *,
        besides: Collection[tuple[str, int]] = (),
        whole: Callable[[PackState], None] = lambda state: None,
    ) -> Iterator[Problem]:
        """Read every acknowledged record and yield what is wrong with files, CRCs, digests and index.

        Packs in `besides` (name and length) are passed over; `whole` is told of each without fault. Cost: reads and
        hashes the whole store, on all cores.
        """
        self.flush()
        self._index.refresh()
        yield from check_packs(self.place, self._catalogue, self._index, progress, besides=besides, whole=whole)

    def lost_to(self, problem: Problem) -> list[tuple[Digest, int]]:
        """Return digest and offset of each record that cannot be read because of what `verify` found."""
        lost = self._index.behind(problem.pack, problem.offset) if problem.rest else []
        if problem.digest is not None:
            lost.append((problem.digest, problem.offset))
        # Another place may hold the same record, and is the one that is read.
        found = self._index.find_many([digest for digest, _ in lost])
        return [
            (Digest(digest), offset)
            for (digest, offset), place in zip(lost, found, strict=True)
            if place is None or place[:2] == (problem.pack, offset)
        ]

    def forget_decoded(self) -> None:
        """Let go of what was read and decoded before, so that the next reader reads the packs."""
        self.decoded = Cache(_DECODED_BYTES)

    def records(self, kind: RecordKind) -> Iterator[tuple[Digest, bytes]]:
        """Yield all readable records of one kind by reading the packs themselves, oldest pack first.

        Needs neither catalogue nor index. Passes over damaged records where the pack's directory says what follows, and
        stops at the first bad CRC of a pack without one. Cost: reads the records of that kind, and whole packs without
        a directory.
        """
        for name in self.place.packs():
            pack = self.place.open_pack(name)
            pack.check_format()
            for offset, header, record in pack.records_of(kind):
                yield header.digest, unpack(record, f"{name}.pack, byte {offset}")[1]

    def recover(self) -> int:
        """Register every pack in the place that the catalogue does not know and no process writes; return how many.

        For a catalogue that was lost or restored from an older backup. Damaged packs count up to their first bad CRC.
        """
        count = recover_packs(self.place, self._catalogue)
        self._index.refresh()
        return count

    def act(self) -> AbstractContextManager[None]:
        """Work on something that is recorded at the end: what is found meanwhile is not collected before that."""
        return nullcontext() if self.sessions is None else self.sessions.act()

    def look(self) -> tuple[tuple[Shard, ...], list[memoryview]]:
        """Return the live shards, and the digests of all records here, 32 bytes each, in parts. For maintenance."""
        self._check_process()
        self._index.refresh()
        self.let_go_of_deleted()
        return self._index.shards, self._index.digests()

    def let_go_of_deleted(self) -> None:
        """Close packs that a collection has deleted, so that their space is free."""
        self._files.drop_where(lambda pack: isinstance(pack, PackFile) and pack.deleted)

    def lengths(self, digests: Sequence[bytes]) -> list[int]:
        """Return what each record takes on disk, 0 for those that are not here."""
        return [place[2] if place is not None else 0 for place in self._index.find_many(digests)]

    def _hold(self) -> None:
        if self.sessions is not None:
            self.sessions.hold()

    def _look_at_condemned(self) -> int:
        self._index.refresh()
        return self._index.epoch

    def _find(self, digest: Digest) -> Location | None:
        self._check_process()
        version = self._index.version
        place = self._index.find(digest)
        if place is None and self._index.newer(version):
            place = self._index.find(digest)
        return place

    def _get_at(self, digest: Digest, place: Location) -> bytes:
        try:
            record = self._read(place)
        except FileNotFoundError:
            place, record = self._read_anew(digest, place)
        header, data = unpack(record, f"{place[0]}.pack, byte {place[1]}")
        named = digest_of_record(header.kind, data)
        if header.digest != digest or (named is not None and named != digest):
            raise Corrupt(
                f"Record {digest.hex()} at {place[0]}.pack, byte {place[1]} is damaged: its digest does not hold.",
                help="Run tilth verify to see what else is, and restore that pack from a backup.",
                digest=digest.hex(),
            )
        return data

    def _read(self, place: Location) -> bytes:
        name, offset, length = place
        return self._opened(name, offset + length).read(offset, length)

    def _opened(self, name: str, end: int) -> Pack:
        """Return a pack that can be read up to `end`. Raises FileNotFoundError, Invalid for one of a newer Tilth."""
        self._own.write_out(name, end)
        pack = self._files.get(name)
        if pack is None:
            pack = self.place.open_pack(name)
            pack.check_known()
            self._files.put(name, pack)
        return pack

    def _missing(self, digest: Digest) -> NotFound:
        self.refused((digest,))
        return NotFound(
            f"No record {digest.hex()} in {self.place.name}.",
            help="If it was stored here before, run tilth verify.",
            digest=digest.hex(),
        )

    def _read_anew(self, digest: Digest, place: Location) -> tuple[Location, bytes]:
        """Read a record whose pack is gone: maintenance has moved it, and the catalogue says where to."""
        for _ in range(_ATTEMPTS):
            self._index.refresh()
            moved = self._index.find(digest)
            if moved is None:
                raise self._missing(digest)
            if moved == place:
                break
            place = moved
            try:
                return place, self._read(place)
            except FileNotFoundError:
                continue
        raise Corrupt(
            f"{place[0]}.pack is missing from {self.place.name}.",
            help="Restore it from a backup; run tilth verify to see what was in it.",
        )

    def _packed(self, kind: RecordKind, data: bytes | memoryview) -> tuple[Codec, bytes | memoryview]:
        if kind is RecordKind.CHUNK and not self._compress_chunks:
            return Codec.RAW, data
        return compress(data)

    def _check_process(self) -> None:
        if self._pid != os.getpid():
            # A forked child must not append to its parent's pack: forget it and begin as a fresh process.
            self._begin()
            self._index.refresh()
