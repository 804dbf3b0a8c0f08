"""PostgreSQL as the workspace's database: one schema, through psycopg 3."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, Text, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import NullPool

from tilth.errors import Invalid, Unavailable

try:
    import psycopg
    from psycopg.abc import Buffer
    from psycopg.adapt import Loader
except ImportError as missing:
    raise Unavailable(
        "PostgreSQL needs the package psycopg, which is not here.", help="Install it: pip install 'tilth[postgres]'."
    ) from missing

DEFAULT_SCHEMA = "tilth"
LOCK_TIMEOUT_S = 30
PATIENCE_S = 15.0
"""How long a connection is tried for again while the server starts or fails over."""

_SCHEMA_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# What passes by itself; a wrong password or a missing database does not.
_PASSING = re.compile(
    r"refused|starting up|not yet accepting|shutting down|recovery mode|terminat|reset by peer|closed the connection"
    r"|timeout|timed out|too many clients|remaining connection slots|could not receive data|no such file",
    re.IGNORECASE,
)


class PostgresServer:
    """One schema of one database.

    Write transactions take one advisory lock of the schema first, so they follow one another as SQLite's do, and what
    they count is gapless in commit order: PostgreSQL lets go of the lock only when the commit can be seen. Reads take
    no lock: they are read-only snapshots (REPEATABLE READ).
    """

    def __init__(self, place: str) -> None:
        self._url, self._schema = parse_url(place)
        self.name = self._url.update_query_dict({"schema": self._schema}).render_as_string(hide_password=True)
        self.name = self.name.replace("postgresql+psycopg:", "postgresql:", 1).replace(":***@", "@", 1)
        self._begin_write = f"BEGIN; SELECT pg_advisory_xact_lock({_lock_key(self._schema, '')})"
        self._reached = False

    def engine(self) -> Engine:
        """Return a new pool of connections."""
        return self._engine(pool_size=16, max_overflow=64)

    def _engine(self, **pool: Any) -> Engine:
        settings = {
            "search_path": f'"{self._schema}"',
            "lock_timeout": f"{LOCK_TIMEOUT_S}s",
            # A client that vanished must not keep the write lock for hours.
            "tcp_keepalives_idle": "20",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "4",
        }
        given = self._url.query.get("options", "")
        options = " ".join([*(f"-c {name}={value}" for name, value in settings.items()), str(given)]).strip()
        engine = create_engine(
            self._url.difference_update_query(["options"]),
            isolation_level="AUTOCOMMIT",  # transactions begin by `connect`, in one round trip with their lock
            use_native_hstore=False,
            connect_args={
                "options": options,
                "connect_timeout": self._url.query.get("connect_timeout", "10"),
                "application_name": self._url.query.get("application_name", "tilth"),
                "client_encoding": "utf8",
            },
            **pool,
        )
        event.listen(engine, "connect", _prepare_connection)
        return engine

    @contextmanager
    def connect(self, engine: Engine, *, write: bool, durable: bool) -> Iterator[Connection]:
        """Open a connection in a transaction that commits on exit; wait a while for a server that restarts."""
        begin = self._begin_write if write else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        if write and not durable:
            begin += "; SET LOCAL synchronous_commit = off"
        conn = self._begun(engine, begin)
        with conn, conn.begin():
            yield conn

    def prepare(self, conn: Connection) -> None:
        """Make the schema, unless an administrator has."""
        if conn.exec_driver_sql(f"SELECT to_regnamespace('\"{self._schema}\"')").scalar() is None:
            conn.exec_driver_sql(f'CREATE SCHEMA "{self._schema}"')

    def stored_version(self, conn: Connection) -> str | None:
        """Return the revision that the tables have; None where there are none."""
        if conn.exec_driver_sql(f"SELECT to_regclass('\"{self._schema}\".alembic_version')").scalar() is None:
            return None
        row = conn.exec_driver_sql("SELECT version_num FROM alembic_version").first()
        return str(row[0]) if row is not None else None

    @contextmanager
    def queue(self, engine: Engine, name: str, patience_s: float) -> Iterator[None]:
        """Hold an advisory lock in a transaction that does nothing else, so it ends with its connection."""
        key = _lock_key(self._schema, name)
        conn: Connection | None = None
        with suppress(psycopg.errors.LockNotAvailable):
            conn = self._begun(
                engine,
                f"BEGIN; SET LOCAL lock_timeout = '{round(patience_s * 1000)}ms'; SELECT pg_advisory_xact_lock({key})",
            )
        try:
            yield
        finally:
            if conn is not None:
                try:
                    conn.connection.driver_connection.rollback()  # type: ignore[union-attr]
                except psycopg.Error:
                    conn.invalidate()
                conn.close()

    def take_turn(self, name: str) -> SessionTurn | None:
        """Take a session's advisory lock on a connection of its own; None while another session has it."""
        with self.translated():
            engine = self._engine(poolclass=NullPool)
            conn = self._begun(engine, "SELECT 1")
            key = _lock_key(self._schema, name)
            if conn.exec_driver_sql(f"SELECT pg_try_advisory_lock({key})").scalar():
                return SessionTurn(conn)
            conn.close()
            return None

    def _begun(self, engine: Engine, sql: str) -> Connection:
        """Return a connection on which `sql` has run, over any that the server closed meanwhile."""
        patience = PATIENCE_S if self._reached else PATIENCE_S / 5
        deadline = time.monotonic() + patience
        pause = 0.02
        while True:
            conn: Connection | None = None
            try:
                conn = engine.connect()
                conn.connection.driver_connection.cursor().execute(sql, prepare=False)  # type: ignore[union-attr]
                self._reached = True
                return conn
            except (DBAPIError, psycopg.Error) as error:
                stale = conn is not None and _is_broken(conn)
                if conn is not None:
                    if stale:
                        conn.invalidate()
                    conn.close()
                passes = stale or (conn is None and _PASSING.search(str(error)))
                if not passes or time.monotonic() > deadline:
                    raise
            except BaseException:
                if conn is not None:  # interrupted while it waited for the lock: the session must not go on waiting
                    conn.invalidate()
                    conn.close()
                raise
            if not stale:
                time.sleep(pause)
                pause = min(pause * 2, 1.0)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raise the driver's errors as what the caller would do about them."""
        try:
            yield
        except OverflowError as error:
            raise Invalid(
                "A number is too large to be kept.", help="Numbers lie between -2^63 and 2^63 - 1."
            ) from error
        except DBAPIError as error:
            self._raise(error.orig, error)
            raise
        except psycopg.Error as error:
            self._raise(error, error)
            raise

    def _raise(self, driver: BaseException | None, error: Exception) -> None:
        state = getattr(driver, "sqlstate", None) or ""
        text = " ".join(str(driver).split("\n")[0].split())
        if "NUL" in text and isinstance(driver, psycopg.DataError):
            raise Invalid("A text holds a NUL character, which cannot be kept.", help="Leave it out.") from error
        if state == "22003":
            raise Invalid("A number is too large to be kept.", help="Use a smaller one.") from error
        if state in ("55P03", "40P01"):
            raise Unavailable(
                f"{self.name} stayed locked by another process for {LOCK_TIMEOUT_S} s.",
                help="Try again, or stop the process that holds it.",
            ) from error
        if state in ("53100", "53200", "53300"):
            raise Unavailable(
                f"Cannot write {self.name}: {text}.", help="Make room on the server and try again."
            ) from error
        if state in ("25006",) and "read-only transaction" in text:
            return
        if state == "42501":
            raise Unavailable(
                f"Cannot use {self.name}: {text}.",
                help="Let an administrator grant that, or make the schema beforehand and make this user its owner.",
            ) from error
        if state in ("28P01", "28000", "3D000") or "authentication" in text or "no password supplied" in text:
            raise Unavailable(
                f"{self.name} lets nobody in with these credentials: {text}.",
                help="Check user, password ($PGPASSWORD or ~/.pgpass serve too) and the database's name.",
            ) from error
        if state.startswith(("08", "57P")) or (
            isinstance(driver, psycopg.OperationalError | psycopg.InterfaceError) and not state
        ):
            raise Unavailable(
                f"The connection to {self.name} failed: {text}.",
                help="Check that the server runs and can be reached, then try again. "
                "What was being written just then is either kept whole or not at all.",
            ) from error


class SessionTurn:
    """An advisory lock that lives as long as its connection."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._guard = threading.Lock()

    def release(self) -> None:
        """Free the lock by ending its session."""
        with self._guard:
            self._conn.invalidate()
            self._conn.close()


def parse_url(place: str) -> tuple[URL, str]:
    """Return SQLAlchemy's URL and the name of the schema. Raises Invalid."""
    try:
        url = make_url(place)
    except ArgumentError as error:
        raise Invalid(
            "That is no database URL.", help="Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME."
        ) from error
    schema = str(url.query.get("schema", DEFAULT_SCHEMA))
    if not _SCHEMA_NAME.fullmatch(schema) or schema.startswith("pg_"):
        raise Invalid(
            f"{schema!r} cannot be the name of a schema.",
            help="Use up to 63 small letters, digits and underscores, no digit first.",
        )
    return url.set(drivername="postgresql+psycopg").difference_update_query(["schema"]), schema


def _lock_key(schema: str, name: str) -> int:
    digest = hashlib.blake2b(f"tilth\n{schema}\n{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _is_broken(conn: Connection) -> bool:
    if conn.invalidated or conn.closed:
        return True
    driver: Any = conn.connection.driver_connection
    return driver is None or bool(driver.closed)


class _Numbers(Loader):
    """Sums of 64-bit numbers come as NUMERIC: read them as the integers that they are."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data)
        return int(text) if text.lstrip(b"-").isdigit() else float(text)


def _prepare_connection(connection: psycopg.Connection[Any], record: object) -> None:
    connection.adapters.register_loader("numeric", _Numbers)


@compiles(Text, "postgresql")
def _text(type_: Text, compiler: Any, **options: Any) -> str:
    """Columns sort by bytes, as in SQLite, whatever the server's language; pages go by such keys."""
    text = str(compiler.visit_text(type_, **options))
    return f'{text} COLLATE "C"' if _in_schema(options) else text


@compiles(Integer, "postgresql")
def _integer(type_: Integer, compiler: Any, **options: Any) -> str:
    """Columns of integers have 64 bits, as in SQLite."""
    wide = _in_schema(options)
    return str(
        compiler.visit_big_integer(BigInteger(), **options) if wide else compiler.visit_integer(type_, **options)
    )


def _in_schema(options: Mapping[str, Any]) -> bool:
    """Tell whether a type is compiled for a column's definition, and not for a cast or a bound value."""
    expression = options.get("type_expression")
    return isinstance(expression, Column) or (expression is None and "identifier_preparer" not in options)
