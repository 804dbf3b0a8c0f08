"""The packs that this process writes, until every process may read all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from tilth.errors import Unavailable
from tilth.model.digest import Digest
from tilth.model.ids import new_id
from tilth.storage.catalogue import PackCatalogue
from tilth.storage.index import ChunkIndex
from tilth.storage.mending import merge_levels
from tilth.storage.packs import PackWriter
from tilth.storage.places import Place
from tilth.storage.records import CONTENT_KINDS, HEADER_SIZE, Codec, RecordKind
from tilth.storage.reserve import Reserve
from tilth.storage.sessions import count_stored
from tilth.storage.shards import shard_path, write_shard

Packed = tuple[Digest, int, Codec, bytes | memoryview]
"""A record to append: digest, length of its data, codec, payload."""


@dataclass(slots=True)
class FullPack:
    """A full pack whose directory is written, waiting for the next flush to be acknowledged."""

    writer: PackWriter
    shard: str
    told: bool = False
    """Whether the catalogue was told of it: from then on it may be part of the store, or have been one, unheard."""


class OwnPacks:
    """One pack to append to, and full ones before it. Thread-safe; appended is not durable until `flush`.

    `act` is the store's: until a pack is in the catalogue, it could pass for what a dead process left.
    """

    def __init__(
        self,
        place: Place,
        catalogue: PackCatalogue,
        index: ChunkIndex,
        *,
        pack_size: int,
        act: Callable[[], AbstractContextManager[None]],
        reserve: Reserve | None = None,
    ) -> None:
        self.writer: PackWriter | None = None
        self.full: list[FullPack] = []
        self.closed = False
        self._place = place
        self._catalogue = catalogue
        self._index = index
        self._pack_size = pack_size
        self._act = act
        self._reserve = reserve
        self._lock = threading.Lock()
        self._flush_lock = threading.Lock()
        self._broken: Unavailable | None = None
        self._unlooked = 1 << 62  # look at the first record

    def append(self, kind: RecordKind, record: Packed) -> bool:
        """Gather a record; False where one of these packs has it. Raises Unavailable where the disk is full."""
        with self._lock:
            return self._append(kind, *record)

    def append_many(self, kind: RecordKind, records: Sequence[Packed | None]) -> list[bool]:
        """Gather many records under one lock; None stands for one that is not needed."""
        with self._lock:
            return [record is not None and self._append(kind, *record) for record in records]

    def append_packed(self, area: memoryview, records: Mapping[Digest, tuple[Digest, int, int]]) -> None:
        """Gather chunks that stand in `area` as records ready for a pack: digest, start and length of each."""
        with self._lock:
            self.check_usable()
            own = self._index.own
            fresh = [record for digest, record in records.items() if digest not in own]
            if fresh:
                size = sum(length for _, _, length in fresh)
                if self._reserve is not None:
                    self._look_at_space(self._reserve, RecordKind.CHUNK, size)
                count_stored(size - HEADER_SIZE * len(fresh))
                own.update(self._open_writer().append_packed(RecordKind.CHUNK, area, fresh))

    def write_out(self, name: str, end: int) -> None:
        """Make this process able to read the open pack, if that is `name`, up to `end`."""
        writer = self.writer
        if writer is not None and writer.name == name and end > writer.written:
            with self._lock:
                writer.write_out()

    def flush(self) -> None:
        """Make everything gathered so far durable and visible to all processes; see `Store.flush`."""
        with self._lock:
            writer = self.writer
            target = writer.length if writer is not None else 0
        with self._flush_lock:
            self.check_usable()
            if not self.full and (writer is None or writer.acknowledged >= target):
                return
            if self._reserve is not None:
                self._reserve.make_room()
            with self._act():
                if not self._place.appends:
                    with self._lock:
                        if self.writer is not None and self.writer.entries:
                            self._roll()
                    self._acknowledge_full()
                    return
                self._acknowledge_full()
                with self._lock:
                    writer = self.writer
                    if writer is not None:
                        writer.write_out()
                        target = writer.written
                if writer is not None and writer.acknowledged < target:
                    self._keep(writer)
                    self._register(writer)
                    self._catalogue.acknowledge(writer.name, target)
                    writer.acknowledged = target

    def rotate(self) -> None:
        """Flush, and seal the pack that is appended to."""
        self.flush()
        with self._flush_lock:
            self.check_usable()
            with self._lock:
                if self.writer is not None and self.writer.entries:
                    self._roll()
            with self._act() if self.full else nullcontext():
                self._acknowledge_full()

    def seal(self) -> None:
        """Flush and seal at the end. A pack that only cannot be sealed stays open, with all acknowledged of it.

        Raises Unavailable where something could not be made durable.
        """
        with self._flush_lock:
            self.check_usable()
            with self._lock:
                writer = self.writer
                owed = bool(self.full) or (writer is not None and writer.acknowledged < writer.length)
            try:
                with self._lock:
                    if writer is not None and writer.entries:
                        self._roll()
                with self._act() if self.full else nullcontext():
                    self._acknowledge_full()
            except Unavailable:
                if owed:
                    raise

    def let_go(self) -> None:
        """Close the files. A pack in which nothing was told of leaves nothing."""
        with self._lock:
            if self.writer is not None:
                self.writer.close()
                if not self.writer.registered:
                    self.writer.path.unlink(missing_ok=True)
            for full in self.full:
                full.writer.close()

    def check_usable(self) -> None:
        """Raise Unavailable after a write that could not be made durable, and when closed."""
        if self._broken is not None:
            raise Unavailable(
                f"The store in {self._place.name} could not make its last writes durable and takes no more.",
                help="See to the disk, then open the store anew; everything acknowledged is intact.",
                place=self._place.name,
            ) from self._broken
        if self.closed:
            raise Unavailable(
                f"The store in {self._place.name} is closed.", help="Open it again.", place=self._place.name
            )

    def _append(
        self, kind: RecordKind, digest: Digest, raw_length: int, codec: Codec, payload: bytes | memoryview
    ) -> bool:
        self.check_usable()
        if digest in self._index.own:
            return False
        if self._reserve is not None:
            self._look_at_space(self._reserve, kind, len(payload))
        if kind in CONTENT_KINDS:
            count_stored(len(payload))
        self._index.own[digest] = self._open_writer().append(kind, codec, raw_length, digest, payload)
        return True

    def _open_writer(self) -> PackWriter:
        """Return the pack to append to: a new one where the last is full."""
        if self.writer is not None and self.writer.length >= self._pack_size:
            self._roll()
        if self.writer is None:
            self.writer = self._place.begin_pack()
            self._index.begin_pack(self.writer.name)
        return self.writer

    def _look_at_space(self, reserve: Reserve, kind: RecordKind, size: int) -> None:
        """Refuse files where the disk is all but full; let go of the reserve for what else is written."""
        self._unlooked += size
        if self._unlooked >= reserve.step:
            if kind in CONTENT_KINDS:
                reserve.check()
            else:
                reserve.make_room()
            self._unlooked = 0

    def _roll(self) -> None:
        """Write the current pack's directory and shard, so that memory stays bounded however much is put."""
        writer = self.writer
        if writer is None:
            return
        if self._reserve is not None and not self._reserve.make_room():
            self._reserve.keep()
        shard = write_shard(self._place.shard_folder, [(writer.name, writer.preview())])
        try:
            writer.seal()
        except BaseException:
            shard_path(self._place.shard_folder, shard).unlink(missing_ok=True)
            raise
        self.writer = None
        self.full.append(FullPack(writer, shard))
        self._index.cover_pack(writer.name, self._place.open_shard(shard))
        self._place.hand_over(writer, shard)

    def _acknowledge_full(self) -> None:
        for full in tuple(self.full):
            writer = full.writer
            if full.told:
                self._renew(full)
            self._keep(writer)
            self._place.keep_shard(full.shard)
            if self._place.appends:
                self._register(writer)
                full.told = True
                self._catalogue.sealed(writer.name, writer.length, full.shard)
            else:
                full.told = True
                self._catalogue.added(writer.name, writer.length, full.shard)
                writer.registered = True
            self._index.settle(full.shard)
            writer.acknowledged = writer.length
            self._place.let_go_of_pack(writer)
            writer.close()
            with self._lock:
                self.full.remove(full)
            merge_levels(self._place, self._catalogue)

    def _renew(self, full: FullPack) -> None:
        """Make a pack ready to be told of again that the catalogue was told of without an answer.

        Whether it was taken, its shard then merged and its records moved by maintenance, or not, and its object deleted
        as one that nobody tells of: in a bucket it is right under another name in any case, and at worst its records
        are stored twice. In a folder its lock keeps the file, and the catalogue knows whether it is sealed.
        """
        name, folder = full.writer.name, self._place.shard_folder
        if self._place.appends:
            if shard_path(folder, full.shard).is_file():
                return
        else:
            name = new_id()
        shard = write_shard(folder, [(name, full.writer.preview())])
        if name != full.writer.name:
            full.writer.rename(name)
        self._index.replace_pending(full.shard, self._place.open_shard(shard))
        full.shard, full.told = shard, False

    def _register(self, writer: PackWriter) -> None:
        if not writer.registered:
            self._catalogue.opened(writer.name)
            writer.registered = True

    def _keep(self, writer: PackWriter) -> None:
        try:
            self._place.keep_pack(writer)
        except Unavailable as error:
            # After a failed fsync the kernel may call lost pages clean, so a second fsync would acknowledge a lie.
            # A failed upload may be tried again.
            if self._place.appends:
                self._broken = error
            raise
