"""The opened workspace folder: its database and its store."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from tilth.config import reserve_size
from tilth.errors import Corrupt, Invalid, Moving, NotFound, Unavailable
from tilth.metadata import counters
from tilth.metadata.database import Database
from tilth.storage.disk import sync_folder
from tilth.storage.reserve import RESERVE_FILE, Reserve
from tilth.versioning import journal
from tilth.versioning.catalogue import SqlCatalogue
from tilth.versioning.holding import check_free
from tilth.versioning.marker import FORMAT, FORMAT_FILE, check_version, write_marker
from tilth.versioning.session_ledger import SqlSessions, check_session
from tilth.versioning.settings import (
    CACHE_FOLDER,
    SETTINGS_FILE,
    Settings,
    new_settings,
    read_settings,
    write_settings,
)
from tilth.versioning.tombstones import Refusals

if TYPE_CHECKING:
    from tilth.storage.bucket import BucketPlace
    from tilth.storage.places import Place
    from tilth.storage.store import Store

Given = ParamSpec("Given")
Value = TypeVar("Value")
DATABASE_FILE = "tilth.db"
SCRATCH_FOLDER = "scratch"

# Their locks and memory maps do not work between machines, so SQLite would lose data there without a word.
NETWORK_FILE_SYSTEMS = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "9p", "fuse.sshfs", "fuse.s3fs", "glusterfs")
)


class Backend:
    """What every stage needs of a workspace folder. Close it, or use it as a context manager."""

    __slots__ = ("_opening", "_rebuilding", "_settings", "_store", "database", "folder", "refusals", "reserve")

    def __init__(
        self,
        folder: Path,
        database: Database,
        settings: Settings | None = None,
        reserve: Reserve | None = None,
        *,
        rebuilding: bool = False,
    ) -> None:
        self.folder = folder
        self.database = database
        self._settings = settings or Settings()
        self._rebuilding = rebuilding
        self._store: Store | None = None
        self._opening = threading.Lock()
        self.refusals = Refusals(database)
        self.reserve = reserve or Reserve(folder, 0)
        database.before = self.reserve.make_room
        database.gate = check_free

    @property
    def store(self) -> Store:
        """The store, opened when it is first asked for: what only asks the database loads neither Arrow nor numpy.

        Raises Unavailable where the folder cannot be written or the workspace is closed, Corrupt where the index cannot
        be read.
        """
        if self._store is None:
            from tilth.storage.store import Store

            if self.database.closed:
                raise Unavailable(f"The workspace in {self.folder} is closed.", help="Open it again.")
            with self._opening:
                if self._store is None:
                    # Adopting writes to the database; where a transaction is open already, another process will do it.
                    adopt = not self.database.in_transaction
                    self._store = Store.open(
                        self._place(),
                        SqlCatalogue(self.database),
                        adopt=adopt,
                        ledger=SqlSessions(self.database),
                        reserve=self.reserve if self._settings.storage is None else None,
                    )
                    self._store.refused = self.refusals.check
                    self.database.guard = self._check_session
        return self._store

    def _place(self) -> Place:
        """Return where the packs lie, and check that they are those of this database where they could be others."""
        from tilth.storage.folder import FolderPlace

        settings = self._settings
        place: FolderPlace | BucketPlace = FolderPlace.open(self.folder) if settings.storage is None else self._bucket()
        if not settings.embedded:
            from tilth.versioning.pairing import pair

            pair(self.database, place, rebuilding=self._rebuilding)
        return place

    def _bucket(self) -> BucketPlace:
        from tilth.storage.bucket import BucketPlace

        assert self._settings.storage is not None
        return BucketPlace(self._settings.storage, self.folder / CACHE_FOLDER, cache_size=self._settings.cache_size)

    def act(self) -> AbstractContextManager[None]:
        """Work on something that is recorded at the end: what is found meanwhile is not collected before that.

        Whatever reads or puts records and names them in a transaction later does both within one act. An act within an
        act is part of it. Not to be begun within a transaction.
        """
        return self.store.act()

    def _check_session(self, conn: Connection) -> None:
        store = self._store
        if store is not None and store.sessions is not None:
            check_session(conn, store.sessions)

    @property
    def scratch(self) -> Path:
        """The folder for what may be lost at any time (caches, sandboxes)."""
        return self.folder / SCRATCH_FOLDER

    def close(self) -> None:
        """Make what this process noted durable in the store, seal its pack, close the database; again does nothing."""
        if self.database.closed:
            return
        try:
            if self.database.writes:
                with contextlib.suppress(Moving):  # they are in the database, from which they are copied
                    self.settle()
            if self._store is not None:
                self._store.close()
        finally:
            self.database.close()

    def settle(self) -> None:
        """Make the newest head moves durable in the store too, where else they wait for the next commit or close."""
        with self.act():
            journal.settle(self.database, self.store)

    def __enter__(self) -> Backend:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def in_act(function: Callable[Concatenate[Backend, Given], Value]) -> Callable[Concatenate[Backend, Given], Value]:
    """Make a function that reads or puts records and then names them one act of the workspace it is given."""

    @wraps(function)
    def acting(backend: Backend, /, *args: Given.args, **named: Given.kwargs) -> Value:
        with backend.act():
            return function(backend, *args, **named)

    return acting


def open_backend(folder: Path, *, create: bool = True, rebuilding: bool = False) -> Backend:
    """Open the workspace in `folder`; make it first if there is none and `create`.

    A new one keeps its metadata in `$TILTH_DATABASE_URL` and its data in `$TILTH_STORAGE_URL`, where these are set, and
    notes that in the folder. Any number of processes may open one folder. Raises NotFound when there is no workspace
    and `create` is false, Invalid when a newer Tilth made it, the folder holds something else or the environment names
    other places than the workspace's own, Unavailable on a network file
    system, Corrupt when there are packs but no database (unless `rebuilding` it). Cheap: no migration code is loaded
    unless there is something to migrate, and the store is opened when it is first used.
    """
    folder = folder.absolute()
    _check_format(folder, create)
    settings = read_settings(folder)
    lost = settings.embedded and not has_database(folder) and any((folder / "packs").glob("*.pack"))
    if lost and not rebuilding:
        raise Corrupt(
            f"The workspace in {folder} has data but no database ({DATABASE_FILE}).",
            help="Put the file back, or make it anew from the data with `tilth rebuild`.",
        )
    reserve = Reserve(folder, 0 if settings.elsewhere else reserve_size())
    reserve.make_room()  # SQLite may need space even to read
    database = Database.open(settings.database or folder / DATABASE_FILE)
    backend = Backend(folder, database, settings, reserve, rebuilding=rebuilding)
    try:
        if not settings.embedded:
            _pair_at_once(backend)
        return backend
    except BaseException:
        backend.database.close()
        raise


def _pair_at_once(backend: Backend) -> None:
    """Open the store of a new workspace, which binds database and store together, before anything is written."""
    with backend.database.read() as conn:
        known = counters.value(conn, "store")
    if not known:
        _ = backend.store


def has_database(folder: Path) -> bool:
    """Tell whether there is more than an empty file: what was cut to nothing would pass for a new workspace."""
    for end in ("", "-wal"):  # all that a killed process wrote may still lie in the log
        with contextlib.suppress(FileNotFoundError):
            if (folder / f"{DATABASE_FILE}{end}").stat().st_size:
                return True
    return False


def _check_format(folder: Path, create: bool) -> None:
    marker = folder / FORMAT_FILE
    try:
        text = marker.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        if not create:
            raise NotFound(
                f"There is no workspace in {folder}.", help="Name its folder with -w, or make one with `tilth put`."
            ) from None
        _make(folder, marker)
        return
    except NotADirectoryError as error:
        raise Invalid(f"{folder} is not a folder.", help="Name a folder for the workspace.") from error
    first, *rest = text.splitlines() or [""]
    name, _, number = first.partition(" ")
    if name != "tilth" or not number.isdigit():
        raise Invalid(f"{marker} does not mark a Tilth workspace: it says {text[:40]!r}.", help="Use another folder.")
    check_version(f"The workspace in {folder}", int(number), rest)
    check_file_system(folder)
    if int(number) < FORMAT:
        # Format 1 reads all that format 0 wrote; from here on a program that knows format 0 only must stay away.
        with contextlib.suppress(OSError):
            write_marker(folder)


def _make(folder: Path, marker: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        check_file_system(folder)
        foreign = [name for name in os.listdir(folder) if name not in _OWN_NAMES and not _is_fresh_marker(name)]
        if foreign:
            raise Invalid(
                f"{folder} is not empty and not a workspace: it holds {sorted(foreign)[0]!r}.",
                help="Name an empty or a new folder.",
            )
        settings = new_settings()
        for name in ("packs", "index", SCRATCH_FOLDER) if settings.storage is None else (SCRATCH_FOLDER, CACHE_FOLDER):
            (folder / name).mkdir(exist_ok=True)
        if not settings.embedded:
            write_settings(folder, settings)
        # Written last, whole and durably: a folder with a marker is a complete workspace, also after a power cut.
        write_marker(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise Unavailable(
            f"Cannot make a workspace in {folder}: {error.strerror}.", help="Check the folder's owner, mode and space."
        ) from error


_OWN_NAMES = frozenset(
    {
        *("packs", "index", SCRATCH_FOLDER, CACHE_FOLDER, SETTINGS_FILE, RESERVE_FILE),
        *(DATABASE_FILE + end for end in ("", "-wal", "-shm")),
    }
)


def _is_fresh_marker(name: str) -> bool:
    """Tell whether a file is the marker of a process that died while it made the workspace."""
    return name.startswith(f"{FORMAT_FILE}.") and name[len(FORMAT_FILE) + 1 :].isdigit()


def check_file_system(folder: Path) -> None:
    """Raise Unavailable when `folder` lies on a network file system (told by /proc/mounts, where there is one)."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    kind = file_system_of(folder.resolve(), mounts)
    if kind in NETWORK_FILE_SYSTEMS:
        raise Unavailable(
            f"{folder} lies on a network file system ({kind}), where locks cannot be trusted.",
            help="Put the workspace on a local disk and let others reach it with `tilth up`.",
            file_system=kind,
        )


def file_system_of(folder: Path, mounts: str) -> str:
    """Return the file system type of the innermost mount over `folder`, given the text of /proc/mounts."""
    best, kind = "", ""
    place = f"{folder}/"
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ").rstrip("/") + "/"
        if place.startswith(point) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind
