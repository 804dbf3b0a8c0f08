"""The workspace database: transactions on SQLite, opened cheaply and migrated when needed."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from tilth.errors import Corrupt, Invalid, Unavailable

SCHEMA_VERSION = "0006"
"""The newest Alembic revision. Equal to the stored one, opening needs no Alembic."""

BUSY_TIMEOUT_MS = 30_000


class Database:
    """One SQLite file in WAL mode, shared by threads and processes.

    `transaction` takes the write lock at once (BEGIN IMMEDIATE), so a transaction that has read never fails to
    upgrade; `read` is a snapshot. An acknowledged transaction survives a power cut (synchronous=FULL).
    """

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self.writes = 0  # transactions that this object has committed
        self.closed = False
        self._engine = engine
        self._begin_process()

    def _begin_process(self) -> None:
        self._pid = os.getpid()
        # Threads of one process queue here: SQLite's own busy handler would poll with growing sleeps.
        self._writer = threading.Lock()
        self._writing = threading.local()

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open the database at `path`, make it if there is none, migrate it if it is older.

        Raises Invalid when a newer Tilth made it, Corrupt when it is not a database, Unavailable when it is
        locked or the disk is full.
        """
        engine = create_engine(
            f"sqlite:///{path}",
            connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
            pool_size=16,
            max_overflow=64,
        )
        event.listen(engine, "connect", _prepare_connection)
        event.listen(engine, "begin", _begin)
        database = cls(path, engine)
        try:
            with _translated(path):
                database._migrate()
        except BaseException:
            engine.dispose()
            raise
        return database

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Connection]:
        """Open a write transaction: it commits on exit and rolls back on any error. They do not nest.

        One that is not `durable` survives the end of the process at once, and a power cut when the next durable one of
        any process is acknowledged; it waits for no disk.
        """
        self._check_process()
        if self.in_transaction:
            raise RuntimeError("A transaction is already open in this thread; pass its connection on instead.")
        with self._writer:
            self._writing.now = True
            try:
                with _translated(self.path), self._engine.connect() as conn:
                    conn = conn.execution_options(tilth_write=True, tilth_durable=durable)
                    with conn.begin():
                        yield conn
                self.writes += 1
            finally:
                self._writing.now = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a snapshot: all reads see one state. Writing through it is an error."""
        self._check_process()
        with _translated(self.path), self._engine.connect() as conn, conn.begin():
            yield conn

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
            # SQLite's connections do not survive a fork: a child leaves its parent's alone and opens its own.
            self._engine.dispose(close=False)
            self._begin_process()

    def _migrate(self) -> None:
        with self.read() as conn:
            found = _stored_version(conn)
        if found == SCHEMA_VERSION:
            return
        from tilth.metadata.migration import upgrade

        # A second look under the write lock: another process may be making the same database now.
        with self.transaction() as conn:
            if _stored_version(conn) != SCHEMA_VERSION:
                upgrade(conn, _stored_version(conn), self.path)


def _stored_version(conn: Connection) -> str | None:
    tables = conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'")
    if tables.first() is None:
        return None
    row = conn.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return str(row[0]) if row is not None else None


def _prepare_connection(connection: sqlite3.Connection, record: object) -> None:
    # The driver's own transaction handling begins too late and never IMMEDIATE; `_begin` does it instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(conn: Connection) -> None:
    options: Any = conn.get_execution_options()
    wanted = "FULL" if options.get("tilth_durable", True) else "NORMAL"
    if conn.info.get("synchronous", "FULL") != wanted and options.get("tilth_write"):
        conn.exec_driver_sql(f"PRAGMA synchronous = {wanted}")
        conn.info["synchronous"] = wanted
    conn.exec_driver_sql("BEGIN IMMEDIATE" if options.get("tilth_write") else "BEGIN")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Raise the driver's errors as what the caller would do about them."""
    try:
        yield
    except OverflowError as error:
        raise Invalid("A number is too large to be kept.", help="Numbers lie between -2^63 and 2^63 - 1.") from error
    except DatabaseError as error:
        text = str(error.orig)
        if "disk is full" in text or "disk I/O error" in text:
            raise Unavailable(f"Cannot write {path}: {text}.", help="Free some disk space and try again.") from error
        if isinstance(error, OperationalError) and ("locked" in text or "busy" in text):
            raise Unavailable(
                f"{path} stayed locked by another process for {BUSY_TIMEOUT_MS // 1000} s.",
                help="Try again, or stop the process that holds it.",
            ) from error
        if "readonly" in text or "unable to open" in text:
            raise Unavailable(
                f"Cannot open {path} for writing: {text}.", help="Check the folder's owner and mode."
            ) from error
        if "malformed" in text or "not a database" in text:
            raise Corrupt(
                f"{path} is damaged: {text}.", help="Move it away and run `tilth rebuild`; the store has the history."
            ) from error
        raise
