"""The coordinator's lease: one process at a time does the work of a workspace folder."""

from __future__ import annotations

import os
import socket
import threading
import time

from sqlalchemy import select

from tilth.errors import Conflict, Fenced, TilthError
from tilth.metadata import leases
from tilth.metadata.database import Database, Turn
from tilth.metadata.leases import Lease
from tilth.metadata.schema.leases import leases as lease_table

NAME = "coordinator"
SECONDS = 15.0
_RENEW_S = 4.0
_POLL_S = 0.05


class CoordinatorLease:
    """The lease row with its fencing epoch, and under it a lock that the kernel frees when the process dies.

    So a killed coordinator is succeeded at once (its lock is free, and the new epoch fences off what it left behind),
    and a living one never is.
    """

    def __init__(self, database: Database, lock: Turn, lease: Lease) -> None:
        self.lease = lease
        self._database = database
        self._lock = lock
        self._ended = threading.Event()
        self._lost = False
        self._renewer = threading.Thread(target=self._renew, name="tilth-lease", daemon=True)
        self._renewer.start()

    @classmethod
    def take(cls, place: str, database: Database, what: str, *, wait_s: float = 0.0) -> CoordinatorLease:
        """Take the lease, waiting for up to `wait_s`. Raises Conflict that names who holds it.

        `place` is what people call the workspace; `what` says in words what the holder is: "server at
        http://127.0.0.1:8470", "tilth run".
        """
        holder = f"{what} (process {os.getpid()} on {socket.gethostname()})"
        deadline = time.monotonic() + wait_s
        while True:
            lock = database.take_turn(NAME)
            if lock is not None:
                try:
                    return cls(database, lock, _succeed(database, holder))
                except BaseException:
                    lock.release()
                    raise
            if time.monotonic() >= deadline:
                who = holder_of(database) or "another process"
                raise Conflict(
                    f"The work of {place} is being done by {who}.",
                    help="Use that one (its address is in its name), or stop it first.",
                    holder=who,
                )
            time.sleep(_POLL_S)

    @property
    def lost(self) -> bool:
        """Whether another process has taken over; then nothing more may be published."""
        return self._lost

    def give_up(self) -> None:
        """End the lease but keep the lock: what still runs under it is fenced off, and nobody succeeds yet."""
        self._ended.set()
        self._renewer.join()
        leases.release(self._database, self.lease)

    def release(self) -> None:
        """Give the lease back and let the next one come."""
        try:
            self.give_up()
        finally:
            self._lock.release()

    def _renew(self) -> None:
        while not self._ended.wait(_RENEW_S):
            try:
                leases.renew(self._database, self.lease, SECONDS)
            except Fenced:
                self._lost = True
                return
            except TilthError:
                continue  # a full disk or a long lock: the lease holds as long as nobody takes it


def holder_of(database: Database) -> str | None:
    """Return who holds the lease, None when nobody does or its time has run out."""
    with database.read() as conn:
        row = conn.execute(select(lease_table).where(lease_table.c.name == NAME)).first()
    if row is None or row.holder is None or row.until_ms <= time.time_ns() // 1_000_000:
        return None
    return str(row.holder)


def is_free(database: Database) -> bool:
    """Tell whether no living process does the work."""
    lock = database.take_turn(NAME)
    if lock is None:
        return False
    lock.release()
    return True


def _succeed(database: Database, holder: str) -> Lease:
    """Take the row over from a dead holder: the lock says that no living one is left."""
    with database.read() as conn:
        row = conn.execute(select(lease_table).where(lease_table.c.name == NAME)).first()
    if row is not None and row.holder is not None:
        leases.release(database, Lease(NAME, row.holder, row.epoch))
    return leases.acquire(database, NAME, holder, SECONDS)
