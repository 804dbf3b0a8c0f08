"""The chunk index: from digest to place, over own open packs, live shards, and other processes' open packs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tilth.errors import Corrupt
from tilth.storage.catalogue import CatalogueState, PackCatalogue
from tilth.storage.packs import PACK_HEADER_SIZE, Location
from tilth.storage.places import Place
from tilth.storage.shards import Shard, prefixes_of

_ATTEMPTS = 8


class OpenPack:
    """Another process's open pack, read up to its acknowledged length and further when that grows."""

    def __init__(self, place: Place, name: str) -> None:
        self.name = name
        self.places: dict[bytes, Location] = {}
        self._place = place
        self._read_to = PACK_HEADER_SIZE

    def read_to(self, length: int) -> None:
        """Take in the records up to `length`. Cost: one small read per new record."""
        if length <= self._read_to:
            return
        try:
            pack = self._place.open_pack(self.name)
        except FileNotFoundError:
            return  # its bytes are lost; verify says so, and a lookup says that the record is missing
        for offset, header in pack.headers(self._read_to, length):
            self.places[header.digest] = (self.name, offset, header.length)
            self._read_to = offset + header.length


@dataclass(frozen=True, slots=True)
class _View:
    """What one look at the catalogue showed."""

    shards: tuple[Shard, ...] = ()
    opened: tuple[OpenPack, ...] = ()
    condemned: tuple[Shard, ...] = ()


class ChunkIndex:
    """Where every record lies. Lookups take no lock; `refresh` looks for news in the catalogue."""

    def __init__(self, place: Place, catalogue: PackCatalogue) -> None:
        self.own: dict[bytes, Location] = {}
        self._place = place
        self._catalogue = catalogue
        self._own_packs: set[str] = set()
        self._pending: dict[str, Shard] = {}
        self._settled: set[str] = set()
        # Replaced whole: a pack moves from open to sharded, a condemned record goes, in one step for every reader.
        self._view = _View()
        self._version = -1
        self._epoch = 0
        self._lock = threading.Lock()

    @property
    def shards(self) -> tuple[Shard, ...]:
        """The shards in use: live ones and those of packs that wait to be acknowledged."""
        return self._view.shards

    @property
    def version(self) -> int:
        """The version of the catalogue that is known here."""
        return self._version

    @property
    def epoch(self) -> int:
        """The epoch of what is known here to be condemned."""
        return self._epoch

    def begin_pack(self, name: str) -> None:
        """Say that this process itself writes the pack, whose places are in `own`."""
        self._own_packs.add(name)

    def cover_pack(self, name: str, shard: Shard) -> None:
        """Answer for a full pack from its shard and forget its places in `own`."""
        with self._lock:
            self._pending[shard.name] = shard
            self._view = replace(self._view, shards=(shard, *self._view.shards))
        for digest in [digest for digest, place in self.own.items() if place[0] == name]:
            del self.own[digest]

    def find(self, digest: bytes) -> Location | None:
        """Return where a record lies, by what is known here."""
        place = self.own.get(digest)
        if place is not None:
            return place
        view = self._view
        for shard in view.shards:
            place = shard.find(digest)
            if place is not None:
                return place
        for pack in view.opened:
            place = pack.places.get(digest)
            if place is not None:
                return place
        return None

    def find_many(self, digests: Sequence[bytes]) -> list[Location | None]:
        """Return where each record lies, by what is known here; cheaper per record than `find`."""
        return self._find_many(self._view, digests)

    def _find_many(self, view: _View, digests: Sequence[bytes]) -> list[Location | None]:
        found: list[Location | None] = [self.own.get(digest) for digest in digests]
        missing = [i for i, place in enumerate(found) if place is None]
        for shard in view.shards:
            if not missing:
                break
            wanted = [digests[i] for i in missing]
            for i, place in zip(missing, shard.find_many(wanted, prefixes_of(b"".join(wanted))), strict=True):
                found[i] = place
            missing = [i for i in missing if found[i] is None]
        for pack in view.opened:
            for i in missing:
                found[i] = found[i] or pack.places.get(digests[i])
        return found

    def by_pack(self, digests: bytes) -> dict[str, list[tuple[int, int, int]]]:
        """Return of each pack which of many concatenated digests it holds: offset, length, place among the digests.

        In the order of the offsets. What is not known here is in none.
        """
        rows = np.frombuffer(digests, "V32")
        prefixes = prefixes_of(digests)
        found: dict[str, list[tuple[int, int, int]]] = {}
        missing = np.arange(len(rows))
        view = self._view
        for shard in view.shards:
            if not len(missing):
                break
            hits = shard.rows_of(rows[missing], prefixes[missing])
            here = hits >= 0
            at, hits, missing = missing[here], hits[here], missing[~here]
            for number in np.unique(shard.pack_numbers[hits]).tolist():
                some = shard.pack_numbers[hits] == number
                places = zip(
                    shard.offsets[hits[some]].tolist(),
                    shard.lengths[hits[some]].tolist(),
                    at[some].tolist(),
                    strict=True,
                )
                found.setdefault(shard.packs[number], []).extend(places)
        for index in missing.tolist():
            digest = rows[index].tobytes()
            for known in (self.own, *(pack.places for pack in view.opened)):
                place = known.get(digest)
                if place is not None:
                    found.setdefault(place[0], []).append((place[1], place[2], index))
                    break
        for entries in found.values():
            entries.sort()
        return found

    def present(self, digests: bytes | memoryview) -> npt.NDArray[np.bool_]:
        """Tell for each of many concatenated digests whether its record is known here and not condemned."""
        rows = np.frombuffer(digests, "V32")
        prefixes = prefixes_of(digests)
        here = np.zeros(len(rows), np.bool_)
        view = self._view
        for shard in view.shards:
            missing = np.flatnonzero(~here)
            if not len(missing):
                break
            here[missing] = shard.present(rows[missing], prefixes[missing])
        for shard in view.condemned:
            here &= ~shard.present(rows, prefixes)
        places = [self.own, *(pack.places for pack in view.opened)]
        if any(places):
            for at in np.flatnonzero(~here).tolist():
                digest = rows[at].tobytes()
                here[at] = any(digest in each for each in places)
        return here

    def reusable(self, digests: Sequence[bytes]) -> list[Location | None]:
        """Return like `find_many` where each record lies, but None for those that are condemned: store them again."""
        view = self._view
        found = self._find_many(view, digests)
        for shard in view.condemned:
            held = [i for i, place in enumerate(found) if place is not None and digests[i] not in self.own]
            wanted = [digests[i] for i in held]
            for i, place in zip(held, shard.find_many(wanted, prefixes_of(b"".join(wanted))), strict=True):
                if place is not None:
                    found[i] = None
        return found

    def digests(self) -> list[memoryview]:
        """Return the digests of all records known here, 32 bytes each, in parts."""
        view = self._view
        parts = [shard.digests[: 32 * len(shard)] for shard in view.shards]
        parts += [memoryview(b"".join(pack.places)) for pack in view.opened]
        return [*parts, memoryview(b"".join(list(self.own)))]

    def behind(self, pack: str, offset: int) -> list[tuple[bytes, int]]:
        """Return digest and offset of each record that should lie in a pack from `offset` on, or reach behind it."""
        view = self._view
        found = []
        for shard in view.shards:
            if pack in shard.packs:
                ends = shard.offsets + shard.lengths
                rows = np.flatnonzero((shard.pack_numbers == shard.packs.index(pack)) & (ends > offset))
                found += [(bytes(shard.digests[32 * at : 32 * at + 32]), int(shard.offsets[at])) for at in rows]
        for opened in view.opened:
            if opened.name == pack:
                found += [(key, at) for key, (_, at, length) in opened.places.items() if at + length > offset]
        return found

    def replace_pending(self, before: str, shard: Shard) -> None:
        """Answer for a full pack, which may have another name now, from another shard than `before`."""
        with self._lock:
            self._pending.pop(before, None)
            self._pending[shard.name] = shard
            self._view = replace(
                self._view, shards=(shard, *(each for each in self._view.shards if each.name != before))
            )

    def settle(self, shard: str) -> None:
        """Say that a shard of this process is in the catalogue now, which from now on tells how long it lives."""
        with self._lock:
            self._settled.add(shard)

    def newer(self, than: int) -> bool:
        """Take in what other processes have acknowledged; tell whether more is known now than at a version.

        Ask for the version before the lookup that found nothing: what it missed may have been taken in by another
        thread since, so that there is no news for this one.
        """
        self.refresh()
        return self._version != than

    def refresh(self) -> None:
        """Take in what other processes have acknowledged. Raises Corrupt."""
        if self._catalogue.live().version == self._version:
            return
        with self._lock:
            for attempt in range(_ATTEMPTS):
                state = self._catalogue.live()
                try:
                    self._take(state)
                    return
                except FileNotFoundError as error:
                    # Another process merged the shard after we read the list; the next list names its heir.
                    if attempt == _ATTEMPTS - 1:
                        raise Corrupt(
                            f"An index shard is missing: {error.filename or error}.",
                            help="Open the workspace anew; its index is then made again from the packs.",
                        ) from error

    def _take(self, state: CatalogueState) -> None:
        view = self._view
        known = {shard.name: shard for shard in view.shards}
        live = [known.get(entry.shard) or self._place.open_shard(entry.shard) for entry in state.shards]
        names = {shard.name for shard in live}
        before = {pack.name: pack for pack in view.opened}
        opened = []
        for entry in state.open:
            if entry.pack in self._own_packs:
                continue
            pack = before.get(entry.pack) or OpenPack(self._place, entry.pack)
            pack.read_to(entry.length)
            opened.append(pack)
        settled = self._settled & self._pending.keys()
        self._pending = {
            name: shard for name, shard in self._pending.items() if name not in names and name not in settled
        }
        self._settled -= settled
        before_condemned = {shard.name: shard for shard in view.condemned}
        condemned = tuple(before_condemned.get(name) or self._place.open_shard(name) for name in state.condemned)
        self._view = _View((*self._pending.values(), *live), tuple(opened), condemned)
        self._epoch = state.epoch
        self._version = state.version
