"""Moving a workspace: everything copied into another folder, database and store, and verified there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from tilth.errors import Conflict, Invalid, Moving
from tilth.metadata import counters
from tilth.metadata.database import Database
from tilth.metadata.schema.commits import commits
from tilth.metadata.schema.counters import counters as counter_rows
from tilth.metadata.schema.definition import metadata
from tilth.metadata.schema.garbage import condemned, gone_packs, sessions
from tilth.metadata.schema.leases import leases
from tilth.metadata.schema.packs import packs, shards
from tilth.metadata.schema.repos import repos
from tilth.model.ids import new_id
from tilth.progress import Progress, silent
from tilth.storage.bucket import BucketPlace
from tilth.storage.catalogue import PackState
from tilth.storage.disk import sync_folder, writing
from tilth.storage.mending import drop_dead_shards
from tilth.storage.packs import pack_path, seal_orphan
from tilth.storage.places import Place
from tilth.versioning.backend import DATABASE_FILE, SCRATCH_FOLDER, Backend, check_file_system
from tilth.versioning.backup import copy_pack
from tilth.versioning.catalogue import COUNTER as CATALOGUE
from tilth.versioning.catalogue import SqlCatalogue
from tilth.versioning.garbage import hold_packs
from tilth.versioning.holding import check_movable, hold
from tilth.versioning.marker import FORMAT_FILE, MOVING, write_marker
from tilth.versioning.pairing import COUNTER as PAIR
from tilth.versioning.settings import (
    CACHE_FOLDER,
    SETTINGS_FILE,
    Settings,
    new_settings,
    read_settings,
    without_password,
    write_settings,
)
from tilth.versioning.verify import Problem, verify

_ROWS = 2000

NOT_MOVED = frozenset({packs, shards, condemned, gone_packs, sessions, leases})
"""What is said of processes and files of the old place. The new one's packs tell what they hold."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What came to lie where. `problems` are all that verification finds wrong there: the old one's own damage."""

    folder: str
    database: str
    storage: str
    packs: int
    size: int
    copied_packs: int
    rows: int
    commits: int
    problems: tuple[Problem, ...]


def move(
    backend: Backend, folder: Path, *, database: str | None, storage: str | None, progress: Progress = silent
) -> Moved:
    """Copy a workspace into the new `folder`, with its metadata and data where the URLs say (None: in the folder).

    Packs are copied first, beside readers and writers. Then nobody may write to the old one any more (Moving, whoever
    tries): the packs that came meanwhile and every row of the database are copied, and everything in the new one is
    re-hashed. The old one keeps all that it has and stays closed to writers, until `holding.reopen`. When this fails it
    is open again; when it is killed, soon after. Until it has ended the new folder cannot be opened. Interrupted
    anywhere, the same call goes on: packs that are there are not copied again. Raises Conflict while others collect
    garbage, where the folder, the database or the store hold something else, and where this process slept for so long
    that others wrote again; Moving for a workspace that was moved elsewhere. Cost: a copy of everything, and what
    `verify` does.
    """
    folder = folder.absolute()
    asked = {"TILTH_DATABASE_URL": database or "", "TILTH_STORAGE_URL": storage or ""}
    settings = new_settings({**{"TILTH_CACHE_SIZE": os.environ.get("TILTH_CACHE_SIZE", "")}, **asked})
    _check_target(backend, folder, asked)
    check_movable(backend.database, str(folder))
    with suppress(Moving):  # by a try that was killed: what is not settled is in the database, and copied with it
        backend.settle()
    backend.store.rotate()
    with closing(_begin(folder, settings)) as target, hold_packs(backend):
        place = target.store.place
        before = [state for state in SqlCatalogue(backend.database).packs() if state.sealed]
        copied = _copy_packs(backend, place, before, folder, progress)
        with hold(backend.database, str(folder)) as held:
            # From here on nothing is recorded in the old one; what was, lies below the lengths that it tells.
            with backend.database.read() as old:
                states = [PackState(row.pack, row.length, row.sealed) for row in old.execute(select(packs))]
                fresh = [state for state in states if state not in before]
                copied += _copy_packs(backend, place, fresh, folder, progress)
                with target.database.transaction(guarded=False) as new:
                    rows = _copy_rows(old, new, progress)
            target.store.recover()
            drop_dead_shards(place, SqlCatalogue(target.database))
            target.refusals.look()
            report = verify(target, again=True, progress=progress)
            with target.database.read() as conn:
                count = conn.execute(select(func.count()).select_from(commits)).scalar_one()
            with suppress(FileNotFoundError):
                shutil.copy2(backend.folder / "s3.key", folder / "s3.key")
            held.finish()
            with target.database.transaction() as conn:
                conn.execute(delete(counter_rows).where(counter_rows.c.name == MOVING))
        told = place.name
    write_marker(folder)
    where = without_password(database) if database is not None else str(folder / DATABASE_FILE)
    size = sum(state.length for state in states)
    return Moved(str(folder), where, told, len(states), size, copied, rows, count, tuple(report.problems))


def _begin(folder: Path, settings: Settings) -> Backend:
    """Open the new workspace, marked as one whose move has not ended. Raises Conflict for another one's database."""
    begun = (folder / FORMAT_FILE).is_file()  # by an earlier try, which had claimed the database before that
    if settings.database is not None:
        with closing(Database.open(settings.database)) as database:
            _claim(database, begun)
    with writing(folder):
        own = (CACHE_FOLDER,) if settings.storage is not None else ("packs", "index")
        for name in (SCRATCH_FOLDER, *own):
            (folder / name).mkdir(parents=True, exist_ok=True)
        check_file_system(folder)
        if not settings.embedded:
            write_settings(folder, settings)
        write_marker(folder, needs=MOVING)
        sync_folder(folder.parent)
    database = Database.open(settings.database or folder / DATABASE_FILE)
    _claim(database, begun)
    return Backend(folder, database, settings)


def _claim(database: Database, begun: bool) -> None:
    """Note in an empty database that a workspace is being moved there; in one of an interrupted move that stands."""
    with database.transaction() as conn:
        if counters.value(conn, MOVING):
            return
        taken = conn.execute(select(repos.c.id).limit(1)).first() or conn.execute(select(packs.c.pack).limit(1)).first()
        if taken and not begun:
            raise Conflict(
                f"{database.name} holds a workspace.", help="Name an empty schema, or drop that one if it is to go."
            )
        counters.raise_to(conn, MOVING, 1)


def _check_target(backend: Backend, folder: Path, asked: Mapping[str, str]) -> None:
    if folder == backend.folder.absolute() or folder.is_relative_to(backend.folder.absolute()):
        raise Invalid(f"{folder} is the workspace itself.", help="Name a new folder.")
    if not folder.exists():
        return
    if not folder.is_dir():
        raise Conflict(f"{folder} is not a folder.", help="Name a new folder.")
    marker = folder / FORMAT_FILE
    if marker.is_file():
        if f"needs {MOVING}" not in marker.read_text(encoding="utf-8", errors="replace").splitlines():
            raise Conflict(f"There is a workspace in {folder}.", help="Name a new folder; nothing is overwritten.")
        kept = read_settings(folder, asked)
        if (kept.database is not None, kept.storage is not None) != tuple(map(bool, asked.values())):
            raise Conflict(
                f"The move to {folder} that was begun has other URLs ({SETTINGS_FILE} there).",
                help="Give the same ones again, or name a new folder.",
            )
    elif any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty.", help="Name a new folder; nothing is overwritten.")


def _copy_packs(backend: Backend, place: Place, states: Sequence[PackState], folder: Path, progress: Progress) -> int:
    """Copy packs that are not there yet; return how many were not.

    One that still grows is copied as far as it is acknowledged, and sealed there, under a name of its own: the next try
    finds more in it.
    """
    copied = 0
    progress.begin("copy packs", sum(state.length for state in states), "bytes")
    for state in states:
        name = state.pack if state.sealed else new_id()
        if state.length and not (state.sealed and _is_there(place, state)):
            spooled = folder / SCRATCH_FOLDER / f"{name}.moving"
            try:
                copy_pack(backend.store.place.open_pack(state.pack), state.length, spooled)
                if not state.sealed:
                    _seal(spooled, state.length)
                if isinstance(place, BucketPlace):
                    place.bucket.put(f"packs/{name}.pack", spooled)
                else:
                    os.replace(spooled, pack_path(folder / "packs", name))
            finally:
                spooled.unlink(missing_ok=True)
            copied += 1
        progress.advance(state.length)
    if not isinstance(place, BucketPlace):
        with writing(folder):
            sync_folder(folder / "packs")
    progress.end()
    return copied


def _seal(path: Path, length: int) -> None:
    with writing(path.parent):
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            seal_orphan(fd, path, length)
        finally:
            os.close(fd)


def _is_there(place: Place, state: PackState) -> bool:
    with suppress(FileNotFoundError):
        if isinstance(place, BucketPlace):
            return place.bucket.size(f"packs/{state.pack}.pack") == state.length
        return place.open_pack(state.pack).size() == state.length
    return False


def _copy_rows(old: Connection, new: Connection, progress: Progress) -> int:
    """Copy all tables but those of the place, in place of what is there; what the new one is paired with stays."""
    own = {name: counters.value(new, name) for name in (PAIR, MOVING)}
    tables = [table for table in metadata.sorted_tables if table not in NOT_MOVED]
    for table in reversed(tables):
        new.execute(delete(table))
    progress.begin("copy metadata", None, "rows")
    count = 0
    for table in tables:
        for rows in _pages(old, table):
            new.execute(insert(table), rows)
            count += len(rows)
            progress.advance(len(rows))
    for name, value in own.items():
        new.execute(delete(counter_rows).where(counter_rows.c.name == name))
        if value:
            counters.raise_to(new, name, value)
    counters.step(new, CATALOGUE, by=1000)  # no version that somebody has looked at already
    progress.end()
    return count


def _pages(conn: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    for page in conn.execution_options(yield_per=_ROWS).execute(select(table)).mappings().partitions(_ROWS):
        yield [dict(row) for row in page]
