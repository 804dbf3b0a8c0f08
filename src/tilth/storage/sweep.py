"""Sweeping: which records to condemn, packs written anew without dead records, small packs made large ones."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from tilth.errors import Conflict, Corrupt, Invalid
from tilth.model.ids import is_id, made_at_ms
from tilth.progress import Progress, silent
from tilth.storage.catalogue import PackCatalogue, PackState
from tilth.storage.marks import Marks
from tilth.storage.packs import Entries, Pack, PackWriter
from tilth.storage.places import Place
from tilth.storage.records import HEADER_SIZE, IGNORABLE, RecordKind, crc_holds, parse_header
from tilth.storage.shards import Shard, without_packs, write_shard

FULL = 64 << 20
"""Packs are written anew up to this size."""

SMALL = 8 << 20
"""A pack smaller than this is written anew for any dead record, a larger one only for a share of its bytes."""

MERGED_AT_ONCE = 8
"""So many packs of about one size are merged; so a byte is moved once per eightfold growth, and few packs are left."""

MOST_CONDEMNED = 4 << 20
"""Records condemned at once, which bounds memory; the rest waits for the next time."""

KEPT_KINDS = (RecordKind.COMMIT, RecordKind.HEADS, RecordKind.DIRECTORY)
"""History, from which the database can be made anew. Never condemned."""

_PACKS_AT_ONCE = 1024
_TIERS = (64 << 10, 512 << 10, 4 << 20, 32 << 20)
_ATTEMPTS = 16
_ROWS_AT_ONCE = 1 << 20

Offsets: TypeAlias = npt.NDArray[np.uint64]
NOTHING: Offsets = np.empty(0, np.uint64)
Step: TypeAlias = Callable[[str], None]
"""Told of each step by name before it is taken."""


class SweepCatalogue(PackCatalogue, Protocol):
    """A catalogue whose packs can be replaced. Each method is one transaction, and fails for who lost the lease."""

    def condemn(self, shard: str) -> int:
        """Make the records of a shard ones that writers do not find; return the epoch that this begins."""

    def next_epoch(self) -> int:
        """Begin an epoch in which nothing is condemned, to know when the sessions of now have ended."""

    def acquit(self, shard: str) -> None:
        """End a condemnation."""

    def intend(self, packs: Sequence[str]) -> None:
        """Note packs that are about to be written, so that they are deleted should this process die first."""

    def replace(
        self, removed: Sequence[str], added: Sequence[PackState], old: Sequence[str], new: Sequence[tuple[str, int]]
    ) -> None:
        """Replace packs and shards (name, level). Raises Conflict, changing nothing, unless all `old` are live."""

    def gone(self) -> Sequence[str]:
        """Return the packs that are not part of the store and whose files are still to be deleted."""

    def forget_gone(self, packs: Sequence[str]) -> None:
        """Note that the files of these packs are deleted."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What was taken away. `freed` bytes are what the packs shrank by."""

    packs: int = 0
    written: int = 0
    records: int = 0
    freed: int = 0
    damaged: tuple[str, ...] = ()

    def __add__(self, other: Swept) -> Swept:
        return Swept(
            self.packs + other.packs,
            self.written + other.written,
            self.records + other.records,
            self.freed + other.freed,
            self.damaged + other.damaged,
        )


def choose(
    place: Place,
    catalogue: PackCatalogue,
    shards: Sequence[Shard],
    marks: Marks,
    *,
    share: float,
    whole: Collection[bytes] = (),
) -> list[tuple[str, Entries]]:
    """Return the dead records of all sealed packs that are worth writing anew.

    That are those with at least `share` of dead bytes, small ones, and those that hold one of the digests in `whole`.
    """
    dead: dict[str, int] = defaultdict(int)
    for shard in shards:
        for start in range(0, len(shard), _ROWS_AT_ONCE):
            stop = min(start + _ROWS_AT_ONCE, len(shard))
            rows = marks.dead(shard.digests[32 * start : 32 * stop])
            lengths = shard.lengths[start:stop][rows].astype(np.float64)
            sums = np.bincount(shard.pack_numbers[start:stop][rows], lengths, len(shard.packs))
            for number in np.flatnonzero(sums).tolist():
                dead[shard.packs[number]] += int(sums[number])
    unreached = [digest for digest in whole if marks.dead(digest)[0]]
    forced = {place_of[0] for digest in unreached for shard in shards if (place_of := shard.find(digest)) is not None}
    found: list[tuple[str, Entries]] = []
    count = 0
    for state in catalogue.packs():
        size = dead.get(state.pack, 0)
        worth = state.length < SMALL or size >= share * state.length or state.pack in forced
        if not (size and worth and state.sealed) or count >= MOST_CONDEMNED:
            continue
        entries = _directory(place, state.pack)
        if entries is None:
            continue  # damaged: verify tells, and nothing of it is thrown away
        kept = np.isin(entries["kind"], [int(kind) for kind in KEPT_KINDS]) | (entries["kind"] >= IGNORABLE)
        chosen = entries[marks.dead(_digests(entries)) & ~kept]
        if len(chosen):
            found.append((state.pack, chosen))
            count += len(chosen)
    return found


def dead_records(condemned: Shard, marks: Marks) -> dict[str, Offsets]:
    """Return by pack where the condemned records lie that are not marked."""
    rows = np.flatnonzero(marks.dead(condemned.digests[: 32 * len(condemned)]))
    numbers, offsets = condemned.pack_numbers[rows], condemned.offsets[rows]
    order = np.argsort(numbers, kind="stable")
    numbers, offsets = numbers[order], offsets[order]
    found, starts = np.unique(numbers, return_index=True)
    parts = np.split(offsets, starts[1:]) if len(found) else []
    return {condemned.packs[number]: part for number, part in zip(found.tolist(), parts, strict=True)}


def merges(states: Iterable[PackState], *, besides: Collection[str] = ()) -> list[list[str]]:
    """Return groups of sealed small packs to be made one each, smallest first."""
    tiers: list[list[PackState]] = [[] for _ in _TIERS]
    for state in states:
        if state.sealed and state.pack not in besides:
            tier = next((number for number, size in enumerate(_TIERS) if state.length < size), None)
            if tier is not None:
                tiers[tier].append(state)
    groups = []
    for members in tiers:
        if len(members) < MERGED_AT_ONCE:
            continue
        group: list[str] = []
        size = 0
        for state in members:
            group.append(state.pack)
            size += state.length
            if size >= FULL or len(group) == _PACKS_AT_ONCE:
                groups.append(group)
                group, size = [], 0
        if len(group) >= MERGED_AT_ONCE:
            groups.append(group)
    return groups


def rewrite(
    place: Place,
    catalogue: SweepCatalogue,
    packs: Sequence[tuple[str, Offsets]],
    *,
    step: Step = lambda name: None,
    progress: Progress = silent,
) -> Swept:
    """Write packs anew without the records at the given offsets, some 64 MB at a time.

    Each batch is one transaction; before it the old packs hold, after it the new ones. Readers that have an old pack
    open read on; others find the new place by a fresh look at the catalogue. Damaged packs are left as they are.
    """
    done = Swept()
    sizes = {state.pack: state.length for state in catalogue.packs() if state.sealed}
    for batch in _batches([each for each in packs if each[0] in sizes], sizes):
        done += _rewrite_batch(place, catalogue, batch, sizes, step)
        progress.advance(sum(sizes[name] for name, _ in batch))
    return done


def delete_gone(place: Place, catalogue: SweepCatalogue) -> None:
    """Delete the files of packs that are not part of the store any more, or never became one."""
    gone = catalogue.gone()
    for name in gone:
        place.delete_pack(name)
    if gone:
        catalogue.forget_gone(gone)


def unregistered(place: Place, catalogue: SweepCatalogue) -> list[str]:
    """Return packs that the catalogue does not know: their writers are about to tell it, or died before they could."""
    return list(place.leftovers({state.pack for state in catalogue.packs()}))


def delete_unregistered(place: Place, catalogue: SweepCatalogue, names: Sequence[str]) -> None:
    """Delete those of these packs that are still not known and that nobody writes.

    To be called when every session has ended that there was when they were found: nobody comes back to them then.
    """
    left = set(names) & set(unregistered(place, catalogue))
    for name in sorted(left):
        with place.claim_pack(name) as claimed:
            if claimed is not None and name not in {state.pack for state in catalogue.packs()}:
                place.delete_pack(name)


def delete_lost_shards(place: Place, catalogue: PackCatalogue, *, age_s: float) -> None:
    """Delete index shards that the catalogue does not name and that are older than any that is being written.

    Their processes died between writing and naming them, or before they could delete them.
    """
    before_ms = (time.time() - age_s) * 1000
    old = [name for name in place.shards() if is_id(name) and made_at_ms(name) < before_ms]
    live = catalogue.live()
    for name in set(old) - {entry.shard for entry in live.shards} - set(live.condemned):
        place.delete_shard(name)


def _batches(packs: Sequence[tuple[str, Offsets]], sizes: dict[str, int]) -> Iterator[list[tuple[str, Offsets]]]:
    batch: list[tuple[str, Offsets]] = []
    size = 0
    for each in packs:
        batch.append(each)
        size += sizes[each[0]]
        if size >= FULL or len(batch) == _PACKS_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class _Copier:
    """Writes records into new packs."""

    def __init__(self, place: Place, catalogue: SweepCatalogue) -> None:
        self._place = place
        self._catalogue = catalogue
        self._writer: PackWriter | None = None
        self._held: set[bytes] = set()
        self.added: list[PackState] = []
        self.entries: list[tuple[str, Entries]] = []

    def copy(self, pack: Pack, data: bytes, entries: Entries) -> None:
        """Copy records of a pack whose bytes are `data`; what has been copied already is left out."""
        view = memoryview(data)
        for digest, offset, length, _ in entries.tolist():
            if digest in self._held:
                continue
            self._held.add(digest)
            header = parse_header(view[offset : offset + HEADER_SIZE])
            assert header is not None
            if self._writer is None:
                self._writer = self._place.begin_pack()
                self._catalogue.intend([self._writer.name])
            self._writer.append(
                header.kind,
                header.codec,
                header.raw_length,
                header.digest,
                view[offset + HEADER_SIZE : offset + length],
            )
            if self._writer.length >= FULL:
                self.finish()

    def finish(self) -> None:
        """Make the pack that is being written durable."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        try:
            entries = writer.preview()
            writer.seal()
            self._place.keep_pack(writer)
            self._place.let_go_of_pack(writer)
            self.entries.append((writer.name, entries))
            self.added.append(PackState(writer.name, writer.length, True))
        finally:
            writer.close()

    def abandon(self) -> None:
        """Let go of a pack that was begun."""
        if self._writer is not None:
            self._writer.close()


def _rewrite_batch(
    place: Place, catalogue: SweepCatalogue, batch: Sequence[tuple[str, Offsets]], sizes: dict[str, int], step: Step
) -> Swept:
    copier = _Copier(place, catalogue)
    removed: list[str] = []
    damaged: list[str] = []
    dropped = 0
    try:
        for name, dead in batch:
            try:
                pack = place.open_pack(name)
                pack.check_known()
            except (FileNotFoundError, Invalid):
                damaged.append(name)
                continue
            entries = pack.directory()
            if entries is None:
                damaged.append(name)
                continue
            kept = entries[~np.isin(entries["offset"], dead)]
            if len(kept):
                data = pack.read(0, pack.size())
                if not _whole(data, kept):
                    damaged.append(name)
                    continue
                step("copy")
                copier.copy(pack, data, kept)
            dropped += len(entries) - len(kept)
            removed.append(name)
        copier.finish()
    except BaseException:
        copier.abandon()
        raise
    if not removed:
        return Swept(damaged=tuple(damaged))
    step("replace")
    _replace(place, catalogue, removed, copier)
    step("unlink")
    for name in removed:
        place.delete_pack(name)
    catalogue.forget_gone(removed)
    written = sum(state.length for state in copier.added)
    freed = sum(sizes[name] for name in removed) - written
    return Swept(len(removed), len(copier.added), dropped, freed, tuple(damaged))


def _replace(place: Place, catalogue: SweepCatalogue, removed: Sequence[str], copier: _Copier) -> None:
    """Make the new packs and shards those of the store, in one transaction."""
    folder = place.shard_folder
    own = write_shard(folder, copier.entries) if copier.entries else None
    if own is not None:
        place.keep_shard(own)
    going = set(removed)
    for _ in range(_ATTEMPTS):
        old: list[str] = []
        new: list[tuple[str, int]] = []
        try:
            for entry in catalogue.live().shards:
                shard = place.open_shard(entry.shard)
                if going.isdisjoint(shard.packs):
                    continue
                old.append(entry.shard)
                rest = without_packs(folder, shard, going)
                if rest is not None:
                    place.keep_shard(rest)
                    new.append((rest, entry.level))
            catalogue.replace(removed, copier.added, old, [*new, (own, 0)] if own is not None else new)
        except (Conflict, FileNotFoundError) as error:
            # A writer has merged shards meanwhile: take those that are live now.
            for name, _ in new:
                place.delete_shard(name)
            last = error
            continue
        for name in old:
            place.delete_shard(name)
        return
    raise Conflict("The index changed all the time while packs were written anew.", help="Try again.") from last


def _directory(place: Place, name: str) -> Entries | None:
    try:
        return place.open_pack(name).directory()
    except (FileNotFoundError, Corrupt):
        return None


def _digests(entries: Entries) -> bytes:
    return np.ascontiguousarray(entries["digest"]).tobytes()


def _whole(data: bytes, entries: Entries) -> bool:
    view = memoryview(data)
    for digest, offset, length, _ in entries.tolist():
        record = view[offset : offset + length]
        header = parse_header(record)
        if header is None or header.digest != digest or not crc_holds(record, header):
            return False
    return True
