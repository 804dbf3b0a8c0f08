"""The workspace database: transactions on SQLite or PostgreSQL, opened cheaply and migrated when needed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol

from sqlalchemy import Connection, Engine

from tilth.metadata.sqlite import SqliteServer

SCHEMA_VERSION = "0016"
"""The newest Alembic revision. Equal to the stored one, opening needs no Alembic."""


class Turn(Protocol):
    """A name held by this process; free again when it is released or the process dies."""

    def release(self) -> None:
        """Let others have it."""


class Server(Protocol):
    """What differs between the databases."""

    name: str
    """What people call it: a file, or a URL without a password."""

    def engine(self) -> Engine:
        """Return a new pool of connections."""

    def connect(self, engine: Engine, *, write: bool, durable: bool) -> AbstractContextManager[Connection]:
        """Open a connection in a transaction that commits on exit. One that writes is the only one that does."""

    def translated(self) -> AbstractContextManager[None]:
        """Raise the driver's errors as what the caller would do about them."""

    def prepare(self, conn: Connection) -> None:
        """Make room for the tables in a new database."""

    def stored_version(self, conn: Connection) -> str | None:
        """Return the revision that the tables have; None where there are none."""

    def queue(self, engine: Engine, name: str, patience_s: float) -> AbstractContextManager[None]:
        """See `Database.queue`."""

    def take_turn(self, name: str) -> Turn | None:
        """Take a name that one process at a time may hold; None while another one does."""


class Database:
    """One SQLite file in WAL mode or one PostgreSQL schema, shared by threads and processes.

    `transaction` takes the workspace's write lock at once, so a transaction that has read never fails to upgrade, and
    what it steps is gapless in commit order; `read` is a snapshot. An acknowledged transaction survives a power cut.
    """

    def __init__(self, server: Server) -> None:
        self.name = server.name
        self.writes = 0  # transactions that this object has committed
        self.closed = False
        self.guard: Callable[[Connection], None] | None = None
        """Runs at the end of every guarded transaction; what it raises undoes the transaction."""
        self.gate: Callable[[Connection], None] | None = None
        """Runs at the beginning of every gated transaction, which it refuses by what it raises."""
        self.before: Callable[[], object] = lambda: None
        """Runs before every write transaction."""
        self._server = server
        self._engine = server.engine()
        self._begin_process()

    def _begin_process(self) -> None:
        self._pid = os.getpid()
        # Threads of one process queue here: SQLite's own busy handler would poll with growing sleeps, and PostgreSQL
        # would keep a connection for each that waits.
        self._writer = threading.Lock()
        self._writing = threading.local()

    @classmethod
    def open(cls, place: Path | str) -> Database:
        """Open the database at a path or PostgreSQL URL, make it if there is none, migrate it if it is older.

        `postgresql://USER@HOST/DATABASE?schema=NAME` keeps everything in that schema (default: tilth). Raises Invalid
        when a newer Tilth made it, Corrupt when it is not a database, Unavailable when it is locked, out of reach or
        its disk is full.
        """
        database = cls(_server_of(place))
        try:
            with database._server.translated():
                database._migrate()
        except BaseException:
            database._engine.dispose()
            raise
        return database

    @contextmanager
    def transaction(self, *, durable: bool = True, guarded: bool = True, gated: bool = True) -> Iterator[Connection]:
        """Open a write transaction: it commits on exit and rolls back on any error. They do not nest.

        One that is not `durable` survives the end of the process at once, and a power cut when the next durable one of
        any process is acknowledged; it waits for no disk. One that is not `guarded` records only who is at work
        or where bytes lie: `gate` and `guard` do not look at it, and `gate` at none that is not `gated`.
        """
        self._check_process()
        if self.in_transaction:
            raise RuntimeError("A transaction is already open in this thread; pass its connection on instead.")
        self.before()
        with self._writer:
            self._writing.now = True
            try:
                with (
                    self._server.translated(),
                    self._server.connect(self._engine, write=True, durable=durable) as conn,
                ):
                    if guarded and gated and self.gate is not None:
                        self.gate(conn)
                    yield conn
                    if guarded and self.guard is not None:
                        self.guard(conn)
                self.writes += 1
            finally:
                self._writing.now = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a snapshot: all reads see one state. Writing through it is an error."""
        self._check_process()
        with self._server.translated(), self._server.connect(self._engine, write=False, durable=True) as conn:
            yield conn

    @contextmanager
    def queue(self, name: str, patience_s: float) -> Iterator[None]:
        """Wait for those of other machines who hold this name, first come, first served, then hold it.

        On a database server only: SQLite's processes are on one machine and have locks of files. Whoever has waited for
        `patience_s` goes on without it. Holds a connection; never begin it inside a transaction.
        """
        self._check_process()
        with ExitStack() as held:
            with self._server.translated():
                held.enter_context(self._server.queue(self._engine, name, patience_s))
            yield

    def take_turn(self, name: str) -> Turn | None:
        """Take a name that one process of the workspace at a time may hold; None while another one does.

        It is free again when its holder releases it, dies, or (PostgreSQL) loses its connection. So it is a courtesy:
        what must never happen twice is guarded by a transaction.
        """
        return self._server.take_turn(name)

    @property
    def in_transaction(self) -> bool:
        """Tell whether this thread has a write transaction open."""
        return bool(getattr(self._writing, "now", False))

    def close(self) -> None:
        """Close all connections; closing again does nothing."""
        self.closed = True
        self._engine.dispose()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_process(self) -> None:
        if self._pid != os.getpid():
            # Connections do not survive a fork: a child leaves its parent's alone and opens its own.
            self._engine.dispose(close=False)
            self._begin_process()

    def _migrate(self) -> None:
        with self.read() as conn:
            found = self._server.stored_version(conn)
        if found == SCHEMA_VERSION:
            return
        from tilth.metadata.migration import upgrade

        # A second look under the write lock: another process may be making the same database now.
        with self.transaction() as conn:
            found = self._server.stored_version(conn)
            if found is None:
                self._server.prepare(conn)
            if found != SCHEMA_VERSION:
                upgrade(conn, found, self.name)


def is_database_url(place: str) -> bool:
    """Tell whether `place` is the URL of a database server."""
    return place.startswith(("postgresql://", "postgres://"))


def _server_of(place: Path | str) -> Server:
    if isinstance(place, str) and is_database_url(place):
        from tilth.metadata.postgres import PostgresServer  # optional, and slow to load

        return PostgresServer(place)
    return SqliteServer(Path(place))
