"""Holding a workspace still: nothing is recorded in it while it is moved, nor after that until it is opened again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Update, insert, select, update

from tilth.errors import Conflict, Fenced, Moving, TilthError
from tilth.metadata import leases
from tilth.metadata.database import Database
from tilth.metadata.leases import Lease
from tilth.metadata.schema.leases import leases as rows
from tilth.storage.sessions import what

NAME = "move"
LEASE_S = 60.0
"""A mover that was not heard of for so long holds nothing any more."""
BEAT_S = 5.0
_FOR_GOOD_MS = 1 << 62
_LOOK = f"SELECT holder, until_ms FROM leases WHERE name = '{NAME}'"


class Hold:
    """The workspace is held for who moves it to `where`."""

    def __init__(self, database: Database, lease: Lease, where: str) -> None:
        self._database = database
        self._lease = lease
        self._where = where

    def finish(self) -> None:
        """Leave the workspace closed to writers for good. Raises Conflict where one has written since it was held."""
        try:
            with self._database.transaction(guarded=False) as conn:
                leases.check(conn, self._lease)
                conn.execute(_mine(self._lease).values(holder=self._where, until_ms=_FOR_GOOD_MS))
        except Fenced as fenced:
            raise Conflict(
                f"The workspace was written to while it was moved: this process was not heard of for {LEASE_S:.0f} s.",
                help="Run the same command again: it goes on where it was.",
            ) from fenced


@contextmanager
def hold(database: Database, where: str, *, lease_s: float = LEASE_S, beat_s: float = BEAT_S) -> Iterator[Hold]:
    """Let nobody record anything from now on, until the block ends or this process is not heard of for `lease_s`.

    Only for who holds the packs (`hold_packs`): of two who move a workspace, the later one takes over. Others that
    begin a guarded transaction meanwhile get Moving. What they had recorded before is there when this returns.
    """
    lease = _take(database, f"{where}, by {what()}", lease_s)
    over = threading.Event()
    beating = threading.Thread(
        target=_beat, args=(database, lease, lease_s, beat_s, over), name="tilth-hold", daemon=True
    )
    beating.start()
    try:
        yield Hold(database, lease, where)
    finally:
        over.set()
        beating.join()
        _let_go(database, lease)


def check_free(conn: Connection) -> None:
    """Raise Moving where the workspace is held, in the transaction that would write to it. One seek.

    A hold whose time has run out is broken by that transaction, so that who held it will know of it.
    """
    row = conn.exec_driver_sql(_LOOK).first()
    if row is None or row[0] is None:
        return
    holder, until_ms = row
    if until_ms == _FOR_GOOD_MS:
        raise Moving(
            f"This workspace was moved to {holder}. It can be read; nothing is written here any more.",
            help="Use that one. To go on with this one all the same, run `tilth workspace reopen` on its machine.",
        )
    if until_ms > _now_ms():
        raise Moving(
            f"This workspace is being moved to {holder}. It can be read; nothing can be written meanwhile.",
            help=f"Wait until that has ended. If it was killed, the workspace is free again after {LEASE_S:.0f} s.",
        )
    conn.execute(update(rows).where(rows.c.name == NAME).values(holder=None, until_ms=0, epoch=rows.c.epoch + 1))


def check_movable(database: Database, where: str) -> None:
    """Raise Moving where the workspace was moved to another place than `where`, and is no longer the one in use."""
    with database.read() as conn:
        row = conn.execute(select(rows).where(rows.c.name == NAME)).first()
        if row is not None and row.until_ms == _FOR_GOOD_MS and row.holder != where:
            check_free(conn)


def reopen(database: Database) -> str | None:
    """Let a workspace be written to again that was moved; return where to, or None where it was not.

    Raises Moving while it is being moved.
    """
    with database.transaction(guarded=False) as conn:
        row = conn.execute(select(rows).where(rows.c.name == NAME)).first()
        if row is None or row.holder is None:
            return None
        if row.until_ms != _FOR_GOOD_MS:
            check_free(conn)
            return None
        conn.execute(update(rows).where(rows.c.name == NAME).values(holder=None, until_ms=0, epoch=row.epoch + 1))
        return str(row.holder)


def _take(database: Database, holder: str, seconds: float) -> Lease:
    with database.transaction(guarded=False) as conn:
        until_ms = _now_ms() + int(seconds * 1000)
        epoch = conn.execute(select(rows.c.epoch).where(rows.c.name == NAME)).scalar()
        if epoch is None:
            conn.execute(insert(rows).values(name=NAME, holder=holder, epoch=1, until_ms=until_ms))
            return Lease(NAME, holder, 1)
        lease = Lease(NAME, holder, epoch + 1)
        new = {"holder": holder, "epoch": lease.epoch, "until_ms": until_ms}
        conn.execute(update(rows).where(rows.c.name == NAME).values(new))
        return lease


def _beat(database: Database, lease: Lease, lease_s: float, beat_s: float, over: threading.Event) -> None:
    while not over.wait(beat_s):
        try:
            leases.renew(database, lease, lease_s)
        except Fenced:
            return  # `finish` says so
        except TilthError:
            continue


def _let_go(database: Database, lease: Lease) -> None:
    """Free the workspace unless it stays closed for good, or somebody else holds it by now."""
    with database.transaction(guarded=False) as conn:
        conn.execute(_mine(lease).where(rows.c.until_ms != _FOR_GOOD_MS).values(holder=None, until_ms=0))


def _mine(lease: Lease) -> Update:
    return update(rows).where(rows.c.name == NAME, rows.c.epoch == lease.epoch)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
