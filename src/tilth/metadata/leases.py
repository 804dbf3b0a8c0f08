"""Leases with a fencing epoch: one holder at a time, and a late one can be told apart."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from tilth.errors import Conflict, Fenced
from tilth.metadata.database import Database
from tilth.metadata.schema.leases import leases


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of `holder` to act alone as `name`; `epoch` is greater than that of every holder before."""

    name: str
    holder: str
    epoch: int


def acquire(database: Database, name: str, holder: str, seconds: float) -> Lease:
    """Take the lease for `seconds`. Raises Conflict while another holder's has not run out.

    The same holder gets it again at once, with a new epoch: a restarted process fences its former self off.
    """
    with database.transaction(guarded=False) as conn:
        now = _now_ms()  # not before: the wait for the write lock may be longer than the lease
        row = conn.execute(select(leases).where(leases.c.name == name)).one_or_none()
        if row is None:
            conn.execute(insert(leases).values(name=name, holder=holder, epoch=1, until_ms=now + int(seconds * 1000)))
            return Lease(name, holder, 1)
        if row.holder is not None and row.holder != holder and row.until_ms > now:
            left = (row.until_ms - now) / 1000
            raise Conflict(
                f"{name} is held by {row.holder} for another {left:.0f} s.",
                help="Wait until it ends, or stop that process.",
                name=name,
                holder=row.holder,
            )
        conn.execute(
            update(leases)
            .where(leases.c.name == name)
            .values(holder=holder, epoch=row.epoch + 1, until_ms=now + int(seconds * 1000))
        )
        return Lease(name, holder, row.epoch + 1)


def renew(database: Database, lease: Lease, seconds: float) -> None:
    """Hold on for `seconds` from now. Raises Fenced when someone else has taken the lease."""
    with database.transaction(guarded=False) as conn:
        check(conn, lease)
        conn.execute(update(leases).where(leases.c.name == lease.name).values(until_ms=_now_ms() + int(seconds * 1000)))


def check(conn: Connection, lease: Lease) -> None:
    """Raise Fenced unless `lease` is still the newest, in the transaction of what it protects.

    A lease that has run out but that nobody took still holds: nobody else can have acted.
    """
    row = conn.execute(select(leases).where(leases.c.name == lease.name)).one_or_none()
    if row is None or row.epoch != lease.epoch or row.holder != lease.holder:
        raise Fenced(
            f"{lease.holder} no longer holds {lease.name}: {row.holder if row is not None else 'nobody'} does.",
            help="This process must stop what it was doing; the new holder goes on with it.",
            name=lease.name,
        )


def release(database: Database, lease: Lease) -> None:
    """Give the lease back; nothing happens when it is already lost."""
    with database.transaction(guarded=False) as conn:
        conn.execute(
            update(leases)
            .where(leases.c.name == lease.name, leases.c.epoch == lease.epoch)
            .values(holder=None, until_ms=0)
        )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
