"""A PostgreSQL server of one's own for tests: started in a temporary folder, thrown away afterwards."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tilth.errors import Unavailable
from tilth.metadata.database import SCHEMA_VERSION, Database

# Nothing in it outlives the tests, so no disk is waited for; a killed process loses nothing by that.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "300",
    "listen_addresses": "",
}


_NEW = ("-A", "trust", "-N", "-E", "UTF8", "--locale=C")


class TestServer:
    """A running server with one database, in which each test gets a schema of its own."""

    __test__ = False

    def __init__(self, folder: Path, programs: Path, become: Callable[[], None]) -> None:
        self._folder = folder
        self._programs = programs
        self._become = become
        self._process: subprocess.Popen[bytes] | None = None
        self._idle: list[str] = []

    def url(self, schema: str) -> str:
        """Return the URL of a schema, whether it is there or not."""
        return f"postgresql://tilth@/postgres?host={self._folder}&schema={schema}"

    @contextmanager
    def schema(self) -> Iterator[str]:
        """Lend the URL of an empty schema. Migrated once, it is emptied between tests, which is much faster."""
        name = self._idle.pop() if self._idle else f"t{secrets.token_hex(6)}"
        Database.open(self.url(name)).close()
        yield self.url(name)
        if self._empty(name):
            self._idle.append(name)

    def connect(self) -> Any:
        """Return a psycopg connection (autocommit) with all rights."""
        import psycopg

        return psycopg.connect(f"host={self._folder} user=tilth dbname=postgres", autocommit=True)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        import psycopg

        deadline = time.monotonic() + 60
        while True:
            if self._process is None or self._process.poll() is not None:
                # Again, too, where the processes of one that was just stopped still hold its memory.
                self._process = self._spawn()
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise Unavailable(
                        f"PostgreSQL did not start: {(self._folder / 'log').read_text()[-500:]}", help="See its log."
                    ) from None
                time.sleep(0.1)

    def _spawn(self) -> subprocess.Popen[bytes]:
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._programs / "postgres", "-D", self._folder / "data", "-k", self._folder, *settings],
                stdout=log,
                stderr=log,
                preexec_fn=self._become,
            )

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop the server: at once, without a word to its clients, unless `how` says otherwise."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def _empty(self, schema: str) -> bool:
        import psycopg

        with self.connect() as conn:
            conn.execute("SET lock_timeout = '2s'; SET session_replication_role = replica")
            tables = conn.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> 'alembic_version'", (schema,)
            ).fetchall()
            try:
                conn.execute("; ".join(f'DELETE FROM {schema}."{table}"' for (table,) in tables))
                version = conn.execute(f"SELECT version_num FROM {schema}.alembic_version").fetchall()
            except psycopg.Error:
                return False  # somebody still holds a lock there, or the test spoiled it: let the schema be
        return bool(version == [(SCHEMA_VERSION,)])


@contextmanager
def postgres_server() -> Iterator[TestServer]:
    """Run a server until the end of the block. Raises Unavailable where PostgreSQL is not installed."""
    programs = _programs()
    # A short path: the name of a Unix socket has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="tilth-pg-", dir="/tmp"))
    become = _someone_else(folder)
    try:
        made = subprocess.run(
            [
                programs / "initdb",
                "-D",
                folder / "data",
                "-U",
                "tilth",
                "-A",
                "trust",
                "-N",
                "-E",
                "UTF8",
                "--locale=C",
            ],
            preexec_fn=become,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise Unavailable(f"initdb failed: {made.stderr[-500:]}", help="See whether PostgreSQL works here.")
        server = TestServer(folder, programs, become)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def program(name: str) -> Path:
    """Return one of PostgreSQL's own programs. Raises Unavailable where there are none."""
    return _programs() / name


def _programs() -> Path:
    found = importlib.util.find_spec("pgserver")
    places = [Path(found.origin).parent / "pginstall" / "bin"] if found is not None and found.origin else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").is_file():
            return place
    raise Unavailable("PostgreSQL is not installed here.", help="pip install pgserver, or apt install postgresql.")


def die_with_parent() -> None:
    """Ask the kernel (Linux) to kill this process when the thread that started it is gone. Runs behind a fork."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _someone_else(folder: Path) -> Callable[[], None]:
    """PostgreSQL refuses to run as root: become nobody there."""
    if os.getuid() != 0:
        return die_with_parent
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    folder.chmod(0o755)

    def become() -> None:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        die_with_parent()

    return become
