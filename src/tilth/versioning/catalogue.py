"""The list of packs and index shards, kept in the workspace database."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from tilth.errors import Conflict
from tilth.metadata import counters
from tilth.metadata.database import Database
from tilth.metadata.schema.garbage import condemned
from tilth.metadata.schema.packs import packs, shards
from tilth.storage.catalogue import CatalogueState, PackState, ShardState

COUNTER = "catalogue"
EPOCH = "condemned"


class SqlCatalogue:
    """A `PackCatalogue` over the tables `packs` and `shards`; its version is a counter raised by every change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._known: CatalogueState | None = None

    def opened(self, pack: str) -> None:
        """Register a new open pack of length 0; nothing happens when it was, by a try whose answer was lost."""
        with self._database.transaction(guarded=False) as conn:
            if conn.execute(select(packs.c.pack).where(packs.c.pack == pack)).first() is not None:
                return
            conn.execute(insert(packs).values(pack=pack, length=0, sealed=False))
            counters.step(conn, COUNTER)

    def acknowledge(self, pack: str, length: int) -> None:
        """Record that the first `length` bytes of an open pack are durable."""
        with self._database.transaction(guarded=False) as conn:
            _set(conn, pack, length, sealed=False)
            counters.step(conn, COUNTER)

    def sealed(self, pack: str, length: int, shard: str) -> None:
        """Record, in one transaction, that a pack is sealed and that its shard is live at level 0.

        Nothing happens when the pack is open no more, by a try whose answer was lost: its shard may be merged by now.
        """
        with self._database.transaction(guarded=False) as conn:
            if not _set(conn, pack, length, sealed=True):
                return
            conn.execute(insert(shards).values(shard=shard, level=0))
            counters.step(conn, COUNTER)

    def added(self, pack: str, length: int, shard: str) -> None:
        """Record, in one transaction, a pack that was sealed before anybody knew it, and its shard."""
        with self._database.transaction(gated=False) as conn:
            conn.execute(insert(packs).values(pack=pack, length=length, sealed=True))
            conn.execute(insert(shards).values(shard=shard, level=0))
            counters.step(conn, COUNTER)

    def merge_shards(self, old: Sequence[str], new: str, level: int) -> None:
        """Replace shards in one transaction. Raises Conflict, changing nothing, unless all `old` are live."""
        with self._database.transaction(guarded=False) as conn:
            gone = conn.execute(delete(shards).where(shards.c.shard.in_(list(old)))).rowcount
            if gone != len(set(old)):
                raise Conflict(f"Index shards {', '.join(old)} are not all live.", help="Another process merged them.")
            conn.execute(insert(shards).values(shard=new, level=level))
            counters.step(conn, COUNTER)

    def live(self) -> CatalogueState:
        """Return open packs and live shards; one row is read while nothing has changed."""
        with self._database.read() as conn:
            version = counters.value(conn, COUNTER)
            with self._lock:
                if self._known is not None and self._known.version == version:
                    return self._known
            state = CatalogueState(
                version,
                tuple(
                    PackState(row.pack, row.length, False)
                    for row in conn.execute(select(packs).where(packs.c.sealed.is_(False)).order_by(packs.c.pack))
                ),
                tuple(
                    ShardState(row.shard, row.level) for row in conn.execute(select(shards).order_by(shards.c.shard))
                ),
                tuple(conn.execute(select(condemned.c.shard).order_by(condemned.c.shard)).scalars()),
                counters.value(conn, EPOCH),
            )
        with self._lock:
            self._known = state
        return state

    def packs(self) -> Sequence[PackState]:
        """Return every pack in the order of their names."""
        with self._database.read() as conn:
            rows = conn.execute(select(packs).order_by(packs.c.pack)).all()
        return [PackState(row.pack, row.length, row.sealed) for row in rows]


def _set(conn: Connection, pack: str, length: int, *, sealed: bool) -> bool:
    mine = update(packs).where(packs.c.pack == pack, packs.c.sealed.is_(False))
    return bool(conn.execute(mine.values(length=length, sealed=sealed)).rowcount)
