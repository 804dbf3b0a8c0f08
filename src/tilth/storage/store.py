"""The store: immutable records by digest, in packs in one folder that many processes share."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tilth.errors import Conflict, Corrupt, NotFound, TilthError, Unavailable
from tilth.model.digest import Digest, digest_of
from tilth.progress import Progress, silent
from tilth.storage.cache import Cache
from tilth.storage.catalogue import CatalogueState, PackCatalogue
from tilth.storage.disk import sync_folder, writing
from tilth.storage.index import ChunkIndex
from tilth.storage.packs import (
    FOOTER_SIZE,
    PACK_HEADER_SIZE,
    Location,
    PackFile,
    PackWriter,
    claim_pack,
    pack_name,
    pack_path,
    seal_orphan,
)
from tilth.storage.records import LOGICAL_KINDS, Codec, RecordKind, compress, digest_of_record, unpack
from tilth.storage.rows import DecodedRows, check_rows
from tilth.storage.shards import Shard, merge_shards, shard_path, sync_shard, write_shard

PACK_SIZE = 64 << 20
SHARDS_PER_LEVEL = 8
_OPEN_FILES = 128
_DECODED_BYTES = 96 << 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that verify found wrong. `digest` is None where the record cannot even be named."""

    pack: str
    offset: int
    digest: Digest | None
    what: str


@dataclass(frozen=True, slots=True)
class _FullPack:
    """A full pack whose directory is written, waiting for the next flush to be acknowledged."""

    writer: PackWriter
    shard: str


class Store:
    """Records by digest in one folder. Thread-safe; any number of processes may open the same folder.

    `put` only gathers; `flush` makes all puts so far durable and visible to every process. Never call `flush`,
    `close` or `open` (but with `adopt=False`) inside a database transaction: they write to the database themselves.
    """

    def __init__(self, folder: Path, catalogue: PackCatalogue, *, pack_size: int = PACK_SIZE) -> None:
        self.folder = folder
        self.decoded: Cache[Digest, DecodedRows] = Cache(_DECODED_BYTES)
        self._catalogue = catalogue
        self._pack_size = pack_size
        self._packs = folder / "packs"
        self._shards = folder / "index"
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._flush_lock = threading.Lock()
        self._writer: PackWriter | None = None
        self._full: list[_FullPack] = []
        self._broken: Unavailable | None = None
        self._closed = False
        self._files: Cache[str, PackFile] = Cache(_OPEN_FILES)
        self._index = ChunkIndex(self._packs, self._shards, self._catalogue)

    @classmethod
    def open(cls, folder: Path, catalogue: PackCatalogue, *, pack_size: int = PACK_SIZE, adopt: bool = True) -> Store:
        """Open the store in `folder`, making it where it is not there; `adopt` packs that dead processes left open.

        Lost or damaged index shards are made anew from the packs, which reads the directory of every pack once.
        Raises Unavailable where the folder cannot be written.
        """
        with writing(folder):
            for part in (folder / "packs", folder / "index"):
                if not part.is_dir():
                    part.mkdir(parents=True, exist_ok=True)
                    sync_folder(part.parent)
        store = cls(folder, catalogue, pack_size=pack_size)
        if adopt:
            store._adopt_orphans(catalogue.live())
        try:
            store._index.refresh()
        except Corrupt:
            if not adopt:
                raise
            rebuild_index(folder, catalogue)
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
            raise NotFound(
                f"No record {digest.hex()} in {self.folder}.",
                help="If it was stored here before, run tilth verify.",
                digest=digest.hex(),
            )
        header, data = unpack(self._read(place), f"{place[0]}.pack, byte {place[1]}")
        named = digest_of_record(header.kind, data)
        if header.digest != digest or (named is not None and named != digest):
            raise Corrupt(
                f"Record {digest.hex()} at {place[0]}.pack, byte {place[1]} is damaged: its digest does not hold.",
                help="Run tilth verify to see what else is, and restore that pack from a backup.",
                digest=digest.hex(),
            )
        return data

    def has(self, digest: Digest) -> bool:
        """Tell whether a record is here."""
        return self._find(digest) is not None

    def has_many(self, digests: Sequence[Digest]) -> list[bool]:
        """Tell for each digest whether its record is here; cheaper than `has` one by one."""
        self._check_process()
        found = self._index.find_many(digests)
        if None in found and self._index.refresh():
            found = self._index.find_many(digests)
        return [place is not None for place in found]

    def put(self, kind: RecordKind, digest: Digest, data: bytes | memoryview) -> bool:
        """Store `data` under its digest; True if it was not here before. Durable only after `flush`.

        Raises Unavailable, having stored nothing of it, where the disk is full. A record that another process stored
        a moment ago may be stored twice, which costs only its bytes.
        """
        self._check_process()
        if self._index.find(digest) is not None:
            return False
        codec, payload = compress(data)
        with self._lock:
            return self._append(kind, digest, codec, len(data), payload)

    def put_bytes(self, kind: RecordKind, data: bytes | memoryview) -> Digest:
        """Store `data` under its BLAKE3 and return that."""
        digest = digest_of(data)
        self.put(kind, digest, data)
        return digest

    def put_many(self, kind: RecordKind, records: Sequence[tuple[Digest, bytes | memoryview]]) -> list[bool]:
        """Store many records; like `put` for each, with one lookup and one lock for all."""
        self._check_process()
        places = self._index.find_many([digest for digest, _ in records])
        packed = [
            None if place is not None else (digest, len(data), *compress(data))
            for (digest, data), place in zip(records, places, strict=True)
        ]
        with self._lock:
            return [
                record is not None and self._append(kind, record[0], record[2], record[1], record[3])
                for record in packed
            ]

    def flush(self) -> None:
        """Make everything put so far durable and visible to all processes: fsync, then the catalogue.

        Threads that flush at the same time share one fsync. Raises Unavailable on a full disk; what was acknowledged
        before is intact and what was not is kept for another try.
        """
        self._check_process()
        with self._lock:
            writer = self._writer
            target = writer.length if writer is not None else 0
        with self._flush_lock:
            self._check_usable()
            if not self._full and (writer is None or writer.acknowledged >= target):
                return
            self._acknowledge_full()
            with self._lock:
                writer = self._writer
                if writer is not None:
                    writer.write_out()
                    target = writer.written
            if writer is not None and writer.acknowledged < target:
                self._sync(writer)
                self._register(writer)
                self._catalogue.acknowledge(writer.name, target)
                writer.acknowledged = target

    def close(self) -> None:
        """Flush, seal this process's pack and let go of all files. A store that stored nothing leaves nothing.

        Raises Unavailable where something could not be made durable. A pack that only could not be sealed stays open,
        with all that is acknowledged of it, for the next process that opens the store.
        """
        if self._closed:
            return
        self._check_process()
        try:
            with self._flush_lock:
                self._check_usable()
                with self._lock:
                    writer = self._writer
                    owed = bool(self._full) or (writer is not None and writer.acknowledged < writer.length)
                try:
                    with self._lock:
                        if writer is not None and writer.entries:
                            self._roll()
                    self._acknowledge_full()
                except Unavailable:
                    if owed:
                        raise
        finally:
            self._closed = True
            with self._lock:
                if self._writer is not None:
                    self._writer.close()
                    if not self._writer.registered:
                        self._writer.path.unlink(missing_ok=True)
                for full in self._full:
                    full.writer.close()

    def verify(self, progress: Progress = silent) -> Iterator[Problem]:
        """Read every acknowledged record and yield what is wrong with files, CRCs, digests and index.

        Cost: reads and hashes the whole store.
        """
        self.flush()
        self._index.refresh()
        states = self._catalogue.packs()
        progress.begin("verify", sum(state.length for state in states), "bytes")
        for state in states:
            try:
                yield from self._verify_pack(state.pack, state.length, state.sealed)
            except TilthError as error:
                yield Problem(state.pack, 0, None, error.message)
            progress.advance(state.length)
        progress.end()

    def records(self, kind: RecordKind) -> Iterator[tuple[Digest, bytes]]:
        """Yield all readable records of one kind by reading the packs themselves, oldest pack first.

        Needs neither catalogue nor index. Passes over damaged records where the pack's directory says what follows, and
        stops at the first bad CRC of a pack without one. Cost: reads the records of that kind, and whole packs without
        a directory.
        """
        for path in self._pack_paths():
            pack = PackFile(path)
            pack.check_format()
            for offset, header, record in pack.records_of(kind):
                yield header.digest, unpack(record, f"{path.name}, byte {offset}")[1]

    def recover(self) -> int:
        """Register every pack in the folder that the catalogue does not know and no process writes; return how many.

        For a catalogue that was lost or restored from an older backup. Damaged packs count up to their first bad CRC.
        """
        known = {state.pack for state in self._catalogue.packs()}
        count = 0
        for path in self._pack_paths():
            name = pack_name(path)
            if name in known:
                continue
            fd = claim_pack(path)
            if fd is None:
                continue
            try:
                PackFile(path).check_format()
                entries, length = seal_orphan(fd, path, None)
                shard = write_shard(self._shards, [(name, entries)])
                sync_shard(self._shards, shard)
                with writing(self._packs):
                    sync_folder(self._packs)  # its writer may have died before it did
                self._catalogue.opened(name)
                self._catalogue.sealed(name, length, shard)
            finally:
                os.close(fd)
            count += 1
        self._merge_levels()
        self._index.refresh()
        return count

    def _find(self, digest: Digest) -> Location | None:
        self._check_process()
        place = self._index.find(digest)
        if place is None and self._index.refresh():
            place = self._index.find(digest)
        return place

    def _read(self, place: Location) -> bytes:
        name, offset, length = place
        writer = self._writer
        if writer is not None and writer.name == name and offset + length > writer.written:
            with self._lock:
                writer.write_out()
        pack = self._files.get(name)
        if pack is None:
            try:
                pack = PackFile(pack_path(self._packs, name))
            except FileNotFoundError as error:
                raise Corrupt(
                    f"{name}.pack is missing from {self._packs}.",
                    help="Restore it from a backup; run tilth verify to see what was in it.",
                ) from error
            self._files.put(name, pack)
        return pack.read(offset, length)

    def _append(
        self, kind: RecordKind, digest: Digest, codec: Codec, raw_length: int, payload: bytes | memoryview
    ) -> bool:
        self._check_usable()
        if digest in self._index.own:
            return False
        if self._writer is not None and self._writer.length >= self._pack_size:
            self._roll()
        if self._writer is None:
            self._writer = PackWriter(self._packs)
            self._index.begin_pack(self._writer.name)
        self._index.own[digest] = self._writer.append(kind, codec, raw_length, digest, payload)
        return True

    def _roll(self) -> None:
        """Write the current pack's directory and shard, so that memory stays bounded however much is put."""
        writer = self._writer
        if writer is None:
            return
        shard = write_shard(self._shards, [(writer.name, writer.preview())])
        try:
            writer.seal()
        except BaseException:
            shard_path(self._shards, shard).unlink(missing_ok=True)
            raise
        self._writer = None
        self._full.append(_FullPack(writer, shard))
        self._index.cover_pack(writer.name, Shard(self._shards, shard))

    def _acknowledge_full(self) -> None:
        for full in tuple(self._full):
            writer = full.writer
            self._sync(writer)
            sync_shard(self._shards, full.shard)
            self._register(writer)
            self._catalogue.sealed(writer.name, writer.length, full.shard)
            writer.acknowledged = writer.length
            writer.close()
            with self._lock:
                self._full.remove(full)
            self._merge_levels()

    def _register(self, writer: PackWriter) -> None:
        if not writer.registered:
            with writing(self._packs):
                sync_folder(self._packs)
            self._catalogue.opened(writer.name)
            writer.registered = True

    def _sync(self, writer: PackWriter) -> None:
        try:
            writer.sync()
        except Unavailable as error:
            # After a failed fsync the kernel may call lost pages clean, so a second fsync would acknowledge a lie.
            self._broken = error
            raise

    def _merge_levels(self) -> None:
        """Merge the shards of any level that has gathered eight, so that a lookup asks few.

        Where the disk is too full for that, lookups only stay slower.
        """
        with suppress(Unavailable):
            self._merge_crowded()

    def _merge_crowded(self) -> None:
        while True:
            levels: dict[int, list[str]] = {}
            for entry in self._catalogue.live().shards:
                levels.setdefault(entry.level, []).append(entry.shard)
            crowded = [level for level, names in levels.items() if len(names) >= SHARDS_PER_LEVEL]
            if not crowded:
                return
            level = min(crowded)
            try:
                parts = [Shard(self._shards, name) for name in levels[level]]
                merged = merge_shards(self._shards, parts)
            except FileNotFoundError:
                continue
            sync_shard(self._shards, merged)
            try:
                self._catalogue.merge_shards(levels[level], merged, level + 1)
            except Conflict:
                shard_path(self._shards, merged).unlink(missing_ok=True)
                continue
            for name in levels[level]:
                shard_path(self._shards, name).unlink(missing_ok=True)

    def _adopt_orphans(self, state: CatalogueState) -> None:
        """Seal packs whose process died: acknowledged records stay, the torn tail goes.

        Where the disk is too full for that they stay open, and are read as other open packs are.
        """
        with suppress(Unavailable):
            self._seal_orphans(state)

    def _seal_orphans(self, state: CatalogueState) -> None:
        for entry in state.open:
            path = pack_path(self._packs, entry.pack)
            fd = claim_pack(path) if path.is_file() else None
            if fd is None:
                continue
            try:
                # Asked again under the lock: the writer may have gone on, or sealed it, before it ended.
                open_now = {pack.pack: pack.length for pack in self._catalogue.live().open}
                acknowledged = open_now.get(entry.pack)
                if acknowledged is None or PackFile(path).size() < acknowledged:
                    continue
                entries, length = seal_orphan(fd, path, acknowledged)
                shard = write_shard(self._shards, [(entry.pack, entries)])
                sync_shard(self._shards, shard)
                self._catalogue.sealed(entry.pack, length, shard)
            finally:
                os.close(fd)

    def _verify_pack(self, name: str, length: int, sealed: bool) -> Iterator[Problem]:
        path = pack_path(self._packs, name)
        try:
            pack = PackFile(path)
        except FileNotFoundError:
            if length:
                yield Problem(name, 0, None, f"{path.name} is missing")
            return
        pack.check_format()
        if pack.size() < length:
            yield Problem(name, pack.size(), None, f"{path.name} is shorter than its {length} acknowledged bytes")
        end = PACK_HEADER_SIZE
        for offset, header, record in pack.records(0, length):
            end = offset + header.length
            if header.kind is RecordKind.DIRECTORY:
                continue
            try:
                data = unpack(record, path.name)[1]
                named = digest_of_record(header.kind, data)
                if header.kind in LOGICAL_KINDS:
                    named = check_rows(data)
                if named != header.digest:
                    yield Problem(name, offset, header.digest, "its digest does not hold")
            except Corrupt as error:
                yield Problem(name, offset, header.digest, error.message)
            if self._index.find(header.digest) is None:
                yield Problem(name, offset, header.digest, "the index does not know it")
        if sealed and pack.directory() is None:
            yield Problem(name, end, None, "its directory is damaged")
        if end < length - (FOOTER_SIZE if sealed else 0):
            yield from self._verify_after_damage(pack, name, end, length)

    def _verify_after_damage(self, pack: PackFile, name: str, start: int, length: int) -> Iterator[Problem]:
        """Report a record whose CRC fails, and go on behind it by the directory, if there is one."""
        entries = pack.directory()
        if entries is None:
            yield Problem(name, start, None, "its checksum does not hold; what follows in this pack cannot be read")
            return
        for digest, offset, size, _ in entries[entries["offset"] >= start].tolist():
            try:
                header, data = unpack(pack.read(offset, size), f"{name}.pack, byte {offset}")
                named = check_rows(data) if header.kind in LOGICAL_KINDS else digest_of_record(header.kind, data)
                what = "" if named == Digest(digest) == header.digest else "its digest does not hold"
            except Corrupt as error:
                what = error.message
            if what:
                yield Problem(name, offset, Digest(digest), what)

    def _pack_paths(self) -> list[Path]:
        # A writer that was killed before it wrote the header leaves a pack that never held anything.
        return sorted(path for path in self._packs.glob("*.pack") if path.stat().st_size >= PACK_HEADER_SIZE)

    def _check_process(self) -> None:
        if self._pid != os.getpid():
            # A forked child must not append to its parent's pack: forget it and begin as a fresh process.
            self._begin()
            self._index.refresh()

    def _check_usable(self) -> None:
        if self._broken is not None:
            raise Unavailable(
                f"The store in {self.folder} could not make its last writes durable and takes no more.",
                help="See to the disk, then open the store anew; everything acknowledged is intact.",
                folder=str(self.folder),
            ) from self._broken
        if self._closed:
            raise Unavailable(f"The store in {self.folder} is closed.", help="Open it again.", folder=str(self.folder))


def rebuild_index(folder: Path, catalogue: PackCatalogue) -> int:
    """Make the index of a store anew from its sealed packs, replacing all live shards; return how many packs.

    For lost or damaged shards. Reads directories only, and whole packs where a directory is damaged. Where another
    process changed the index meanwhile, nothing is done: it is newer than this one.
    """
    parts = []
    for state in catalogue.packs():
        path = pack_path(folder / "packs", state.pack)
        if not state.sealed or not path.is_file():
            continue
        pack = PackFile(path)
        pack.check_format()
        entries = pack.directory()
        parts.append((state.pack, pack.readable_entries() if entries is None else entries))
    old = catalogue.live().shards
    if not parts or not old:
        return 0
    shard = write_shard(folder / "index", parts)
    sync_shard(folder / "index", shard)
    try:
        catalogue.merge_shards([entry.shard for entry in old], shard, max(entry.level for entry in old))
    except Conflict:
        shard_path(folder / "index", shard).unlink(missing_ok=True)
        return 0
    for entry in old:
        shard_path(folder / "index", entry.shard).unlink(missing_ok=True)
    return len(parts)
