"""Writer sessions in the workspace database."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from tilth.metadata import counters
from tilth.metadata.database import Database
from tilth.metadata.schema.garbage import sessions
from tilth.storage.sessions import Sessions, is_dead, lost
from tilth.versioning.catalogue import EPOCH


class SqlSessions:
    """A `SessionLedger` over the table `sessions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, session: str, place: str, what: str) -> int:
        """Add a session that has seen everything condemned so far; return the epoch that this is."""
        with self._database.transaction(durable=False, guarded=False) as conn:
            since = counters.value(conn, EPOCH)
            now = time.time_ns() // 1_000_000
            conn.execute(
                insert(sessions).values(session=session, since=since, beat=0, place=place, what=what, started_ms=now)
            )
        return since

    def beat(self, session: str, since: int) -> bool:
        """Say that a session lives and holds nothing from before `since`; False when it was declared lost."""
        with self._database.transaction(durable=False, guarded=False) as conn:
            mine = update(sessions).where(sessions.c.session == session)
            return bool(conn.execute(mine.values(since=since, beat=sessions.c.beat + 1)).rowcount)

    def end(self, session: str) -> None:
        """Take a session away."""
        with self._database.transaction(durable=False, guarded=False) as conn:
            conn.execute(delete(sessions).where(sessions.c.session == session))


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One row: it holds nothing from before `since`."""

    session: str
    since: int
    beat: int
    place: str
    what: str


def sessions_before(conn: Connection, epoch: int) -> list[OpenSession]:
    """Return the sessions that may hold what was found before `epoch`."""
    rows = conn.execute(select(sessions).where(sessions.c.since < epoch).order_by(sessions.c.session))
    return [OpenSession(row.session, row.since, row.beat, row.place, row.what) for row in rows]


def declare_lost(database: Database, session: OpenSession) -> bool:
    """Take away a session that is as it was when looked at; False when it has been heard of since."""
    with database.transaction(guarded=False) as conn:
        gone = delete(sessions).where(sessions.c.session == session.session, sessions.c.beat == session.beat)
        return bool(conn.execute(gone).rowcount)


class Watch:
    """Tells which sessions have not been heard of for `patience_s` of this process's own time.

    No clock of another process is asked, so neither a wrong nor a moved one makes a living session lost.
    """

    def __init__(self, database: Database, *, patience_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._patience_s = patience_s
        self._clock = clock
        self._heard: dict[str, tuple[int, float]] = {}

    def left(self, epoch: int) -> list[OpenSession]:
        """Return the sessions from before `epoch` that may still record something, declaring the silent ones lost."""
        with self._database.read() as conn:
            found = sessions_before(conn, epoch)
        now = self._clock()
        left = []
        for each in found:
            beat, since = self._heard.get(each.session, (-1, now))
            if beat != each.beat:
                since = now
            self._heard[each.session] = (each.beat, since)
            silent = is_dead(each.place) or now - since >= self._patience_s
            if not (silent and declare_lost(self._database, each)):
                left.append(each)
        return left


def check_session(conn: Connection, writing: Sessions) -> None:
    """Raise SessionLost where what the caller is about to record may have been collected. One seek."""
    session = writing.current()
    if session is None:
        return
    mine = select(sessions.c.session).where(sessions.c.session == session).with_for_update(read=True)
    if conn.execute(mine).first() is None:
        writing.give_up()
        raise lost()
