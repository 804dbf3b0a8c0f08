"""What the database knows about packs: which exist, how much of each is acknowledged, which index shards are live."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tilth.errors import Conflict


@dataclass(frozen=True, slots=True)
class PackState:
    """One pack: `length` acknowledged bytes; a sealed pack never grows again."""

    pack: str
    length: int
    sealed: bool


@dataclass(frozen=True, slots=True)
class ShardState:
    """One live index shard. Level 0 covers one pack; eight of a level are merged into one of the next."""

    shard: str
    level: int


@dataclass(frozen=True, slots=True)
class CatalogueState:
    """What a reader must know to find every acknowledged record."""

    version: int
    open: tuple[PackState, ...]
    shards: tuple[ShardState, ...]
    condemned: tuple[str, ...] = ()
    """Shards of records that writers must not find, because they are about to be deleted."""
    epoch: int = 0
    """Grows with every shard that is condemned."""


class PackCatalogue(Protocol):
    """The durable list of packs and shards of one folder, shared by all its processes.

    Each method is one short transaction of its own. The store calls the writing methods only from `flush`, `close`,
    `open` and `recover`, never from `put` or `get`, so only those must not be called inside a database transaction.
    """

    def opened(self, pack: str) -> None:
        """Register a new open pack of length 0."""

    def acknowledge(self, pack: str, length: int) -> None:
        """Record that the first `length` bytes of an open pack are durable. Called after fsync."""

    def sealed(self, pack: str, length: int, shard: str) -> None:
        """Record, in one transaction, that a registered pack is sealed and that its shard is live at level 0."""

    def added(self, pack: str, length: int, shard: str) -> None:
        """Record, in one transaction, a pack that was sealed before anybody knew it, and its shard."""

    def merge_shards(self, old: Sequence[str], new: str, level: int) -> None:
        """Replace shards in one transaction. Raises Conflict, changing nothing, unless all `old` are live."""

    def live(self) -> CatalogueState:
        """Return open packs and live shards. `version` changes with every change; called often, so keep it cheap."""

    def packs(self) -> Sequence[PackState]:
        """Return every pack, sealed ones too, in the order of their names."""


class MemoryCatalogue:
    """A catalogue that lives as long as the process; several stores may share one, as processes share a database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = 0
        self._packs: dict[str, PackState] = {}
        self._shards: dict[str, int] = {}

    def opened(self, pack: str) -> None:
        """Register a new open pack of length 0."""
        with self._lock:
            self._packs[pack] = PackState(pack, 0, False)
            self._version += 1

    def acknowledge(self, pack: str, length: int) -> None:
        """Record that the first `length` bytes of an open pack are durable."""
        with self._lock:
            self._packs[pack] = PackState(pack, length, False)
            self._version += 1

    def sealed(self, pack: str, length: int, shard: str) -> None:
        """Record that a pack is sealed and that its shard is live at level 0."""
        with self._lock:
            self._packs[pack] = PackState(pack, length, True)
            self._shards[shard] = 0
            self._version += 1

    def added(self, pack: str, length: int, shard: str) -> None:
        """Record a sealed pack and its shard."""
        self.sealed(pack, length, shard)

    def merge_shards(self, old: Sequence[str], new: str, level: int) -> None:
        """Replace shards. Raises Conflict unless all `old` are live."""
        with self._lock:
            gone = [name for name in old if name not in self._shards]
            if gone:
                raise Conflict(f"Index shard {gone[0]} is no longer live.", help="Another process merged it; go on.")
            for name in old:
                del self._shards[name]
            self._shards[new] = level
            self._version += 1

    def live(self) -> CatalogueState:
        """Return open packs and live shards."""
        with self._lock:
            return CatalogueState(
                self._version,
                tuple(state for state in self._packs.values() if not state.sealed),
                tuple(ShardState(name, level) for name, level in self._shards.items()),
            )

    def packs(self) -> Sequence[PackState]:
        """Return every pack."""
        with self._lock:
            return sorted(self._packs.values(), key=lambda state: state.pack)
