"""SQLite as the workspace's database: one file in WAL mode."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from tilth.errors import Corrupt, Invalid, Unavailable
from tilth.metadata.turns import FileTurn

BUSY_TIMEOUT_MS = 30_000


class SqliteServer:
    """One file. Writers take the write lock at once (BEGIN IMMEDIATE); synchronous=FULL."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path

    def engine(self) -> Engine:
        """Return a new pool of connections."""
        engine = create_engine(
            f"sqlite:///{self._path}",
            connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
            pool_size=16,
            max_overflow=64,
        )
        event.listen(engine, "connect", _prepare_connection)
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def connect(self, engine: Engine, *, write: bool, durable: bool) -> Iterator[Connection]:
        """Open a connection in a transaction that commits on exit."""
        with engine.connect() as conn:
            conn = conn.execution_options(tilth_write=write, tilth_durable=durable)
            with conn.begin():
                yield conn

    def prepare(self, conn: Connection) -> None:
        """Do nothing: the file is there."""

    def stored_version(self, conn: Connection) -> str | None:
        """Return the revision that the tables have; None where there are none."""
        tables = conn.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
        )
        if tables.first() is None:
            return None
        row = conn.exec_driver_sql("SELECT version_num FROM alembic_version").first()
        return str(row[0]) if row is not None else None

    def queue(self, engine: Engine, name: str, patience_s: float) -> AbstractContextManager[None]:
        """Do nothing: all who write are on this machine."""
        return nullcontext()

    def take_turn(self, name: str) -> FileTurn | None:
        """Lock the file `NAME.lock` beside the database; None while another process does."""
        return FileTurn.take(self._path.parent / f"{name}.lock")

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raise the driver's errors as what the caller would do about them."""
        path = self._path
        try:
            yield
        except OverflowError as error:
            raise Invalid(
                "A number is too large to be kept.", help="Numbers lie between -2^63 and 2^63 - 1."
            ) from error
        except DatabaseError as error:
            text = str(error.orig)
            if "disk is full" in text or "disk I/O error" in text:
                raise Unavailable(
                    f"Cannot write {path}: {text}.", help="Free some disk space and try again."
                ) from error
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
                    f"{path} is damaged: {text}.",
                    help="Move it away and run `tilth rebuild`; the store has the history.",
                ) from error
            raise


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
