"""The list of packs and shards as garbage collection changes it, fenced by its lease."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, delete, insert, select

from tilth.errors import Conflict
from tilth.metadata import counters, leases
from tilth.metadata.database import Database
from tilth.metadata.leases import Lease
from tilth.metadata.schema.garbage import condemned, gone_packs
from tilth.metadata.schema.packs import packs, shards
from tilth.storage.catalogue import PackState
from tilth.versioning.catalogue import COUNTER, EPOCH, SqlCatalogue

_IN_ONE_QUERY = 500


class SqlSweep(SqlCatalogue):
    """A `SweepCatalogue` over the tables of the database. Raises Fenced once another process holds the lease."""

    def __init__(self, database: Database, lease: Lease) -> None:
        super().__init__(database)
        self._lease = lease

    def condemn(self, shard: str) -> int:
        """Make the records of a shard ones that writers do not find; return the epoch that this begins."""
        with self._fenced() as conn:
            epoch = counters.step(conn, EPOCH)
            conn.execute(insert(condemned).values(shard=shard, epoch=epoch, at_ms=time.time_ns() // 1_000_000))
            counters.step(conn, COUNTER)
        return epoch

    def next_epoch(self) -> int:
        """Begin an epoch in which nothing is condemned, to know when the sessions of now have ended."""
        with self._fenced() as conn:
            epoch = counters.step(conn, EPOCH)
            counters.step(conn, COUNTER)
        return epoch

    def condemned(self) -> list[tuple[str, int]]:
        """Return shards that are condemned and the epochs that this began."""
        with self._database.read() as conn:
            rows = conn.execute(select(condemned.c.shard, condemned.c.epoch).order_by(condemned.c.epoch)).all()
        return [(row.shard, row.epoch) for row in rows]

    def acquit(self, shard: str) -> None:
        """End a condemnation."""
        with self._fenced() as conn:
            conn.execute(delete(condemned).where(condemned.c.shard == shard))
            counters.step(conn, COUNTER)

    def intend(self, packs: Sequence[str]) -> None:
        """Note packs that are about to be written, so that they are deleted should this process die first."""
        with self._fenced() as conn:
            conn.execute(insert(gone_packs), [{"pack": name} for name in packs])

    def replace(
        self, removed: Sequence[str], added: Sequence[PackState], old: Sequence[str], new: Sequence[tuple[str, int]]
    ) -> None:
        """Replace packs and shards. Raises Conflict, changing nothing, unless all `old` are live."""
        with self._fenced() as conn:
            if conn.execute(delete(shards).where(shards.c.shard.in_(list(old)))).rowcount != len(old):
                raise Conflict("Some index shards are no longer live.", help="Another process merged them; go on.")
            for some in _some(removed):
                conn.execute(delete(packs).where(packs.c.pack.in_(some)))
                conn.execute(insert(gone_packs), [{"pack": name} for name in some])
            for state in added:
                conn.execute(insert(packs).values(pack=state.pack, length=state.length, sealed=True))
            for some in _some([state.pack for state in added]):
                conn.execute(delete(gone_packs).where(gone_packs.c.pack.in_(some)))
            for name, level in new:
                conn.execute(insert(shards).values(shard=name, level=level))
            counters.step(conn, COUNTER)

    def gone(self) -> Sequence[str]:
        """Return the packs that are not part of the store and whose files are still to be deleted."""
        with self._database.read() as conn:
            return conn.execute(select(gone_packs.c.pack).order_by(gone_packs.c.pack)).scalars().all()

    def forget_gone(self, packs: Sequence[str]) -> None:
        """Note that the files of these packs are deleted."""
        with self._fenced() as conn:
            for some in _some(packs):
                conn.execute(delete(gone_packs).where(gone_packs.c.pack.in_(some)))

    @contextmanager
    def _fenced(self) -> Iterator[Connection]:
        with self._database.transaction(guarded=False) as conn:
            leases.check(conn, self._lease)
            yield conn


def _some(names: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), _IN_ONE_QUERY):
        yield list(names[start : start + _IN_ONE_QUERY])
