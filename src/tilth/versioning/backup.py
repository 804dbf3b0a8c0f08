"""Backup and restore: a snapshot of the database and the packs that it names, made beside living writers."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blake3 import blake3
from sqlalchemy import delete

from tilth.errors import Conflict, Corrupt, Invalid, NotFound, Unavailable
from tilth.metadata.schema.garbage import condemned, gone_packs, sessions
from tilth.metadata.schema.leases import leases
from tilth.metadata.schema.packs import packs, shards
from tilth.model.ids import new_id
from tilth.progress import Progress, silent
from tilth.storage.disk import sync_folder, writing
from tilth.storage.packs import Pack
from tilth.versioning.backend import DATABASE_FILE, Backend, open_backend
from tilth.versioning.garbage import hold_packs
from tilth.versioning.marker import FORMAT, FORMAT_FILE
from tilth.versioning.verify import Problem, verify

MANIFEST = "backup.json"
PACK_FOLDER = "packs"
BACKUP_FORMAT = 1
_PIECE = 4 << 20


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds, and how much of it was copied now: packs that lay there already were not."""

    folder: str
    packs: int
    size: int
    copied_packs: int
    copied_bytes: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored; `problems` are all that verification finds wrong with it (the original's own damage)."""

    packs: int
    size: int
    commits: int
    taken_ms: int
    problems: tuple[Problem, ...]


def backup(backend: Backend, folder: Path, *, progress: Progress = silent) -> BackedUp:
    """Copy the workspace into `folder`, beside whoever reads and writes; the second time only what is new.

    A snapshot of the database is taken first, then every pack that it names is copied up to the length that it names.
    Meanwhile no pack is deleted or merged. `backup.json` is written last, in one step, and names everything with its
    hash: an interrupted backup leaves the one before it whole, or none. Raises Conflict while garbage is collected,
    Invalid where `folder` holds something else or the metadata is in PostgreSQL, Unavailable on a full disk.
    Cost: a copy of the database, and the packs that are not there yet.
    """
    source = backend.folder / DATABASE_FILE
    if not source.is_file():
        raise Invalid(
            "The metadata of this workspace is in PostgreSQL, which has backups of its own.",
            help="Use pg_dump, and versions or replication of the bucket; docs/backends.md says in what order.",
        )
    folder = folder.absolute()
    _check_target(backend, folder)
    backend.settle()
    backend.store.flush()
    with writing(folder):
        (folder / PACK_FOLDER).mkdir(parents=True, exist_ok=True)
    before = _read_manifest(folder) if (folder / MANIFEST).is_file() else None
    known: dict[str, dict[str, Any]] = before["packs"] if before is not None else {}
    with hold_packs(backend):
        snapshot = f"database-{new_id()}.db"
        with writing(folder):
            _snapshot(source, folder / snapshot)
        with closing(sqlite3.connect(folder / snapshot)) as conn:
            wanted = [(str(name), int(length)) for name, length in conn.execute("SELECT pack, length FROM packs")]
        progress.begin("copy packs", sum(length for _, length in wanted), "bytes")
        entries: dict[str, dict[str, Any]] = {}
        copied_packs = copied_bytes = 0
        for name, length in sorted(wanted):
            there = known.get(name)
            # By length, too: a pack that grew since must not spoil the backup before, which names it as it was.
            path = folder / PACK_FOLDER / _file_of(name, length)
            if there is not None and there["size"] == length and _size_of(path) == length:
                entries[name] = there
            else:
                entries[name] = {
                    "size": length,
                    "blake3": copy_pack(backend.store.place.open_pack(name), length, path),
                }
                copied_packs += 1
                copied_bytes += length
            progress.advance(length)
        progress.end()
    with writing(folder):
        sync_folder(folder / PACK_FOLDER)
        manifest = {
            "format": BACKUP_FORMAT,
            "workspace": FORMAT,
            "at_ms": time.time_ns() // 1_000_000,
            "database": {"name": snapshot, "size": _size_of(folder / snapshot), "blake3": _hash_of(folder / snapshot)},
            "packs": entries,
        }
        fresh = folder / f"{MANIFEST}.{os.getpid()}"
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(manifest, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, folder / MANIFEST)
        sync_folder(folder)
        _drop_unnamed(folder, manifest)
    size = sum(length for _, length in wanted) + int(manifest["database"]["size"])  # type: ignore[index]
    return BackedUp(str(folder), len(wanted), size, copied_packs, copied_bytes)


def restore(source: Path, folder: Path, *, progress: Progress = silent) -> Restored:
    """Make a workspace in `folder` from a backup, and verify it.

    Every file is checked by its hash while it is copied, then everything stored is re-hashed. `folder` comes to be in
    one step, at the end: it must not exist, or be empty. Raises NotFound where `source` holds no whole backup, Corrupt
    where a file of it is not what was backed up, Conflict where `folder` is taken, Unavailable on a full disk. Jobs
    that ran when it was taken begin anew. Cost: a copy of everything, and what `verify` does.
    """
    source, folder = source.absolute(), folder.absolute()
    if not (source / MANIFEST).is_file():
        raise NotFound(
            f"{source} holds no whole backup: there is no {MANIFEST}.",
            help="Name the folder that `tilth backup` was given; one that was interrupted is not whole: make it again.",
        )
    manifest = _read_manifest(source)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"{folder} exists and is not empty.", help="Name a new folder; nothing is ever overwritten.")
    making = folder.with_name(f"{folder.name}.restoring-{new_id()[:8]}")
    try:
        with writing(folder.parent):
            for name in (PACK_FOLDER, "index", "scratch"):
                (making / name).mkdir(parents=True)
            told: dict[str, Any] = manifest["packs"]
            progress.begin("copy packs", sum(each["size"] for each in told.values()), "bytes")
            for name, each in sorted(told.items()):
                _copy_checked(
                    source / PACK_FOLDER / _file_of(name, each["size"]), making / PACK_FOLDER / f"{name}.pack", each
                )
                progress.advance(each["size"])
            progress.end()
            _copy_checked(source / manifest["database"]["name"], making / DATABASE_FILE, manifest["database"])
            (making / FORMAT_FILE).write_text(f"tilth {manifest['workspace']}\n", encoding="utf-8")
        with open_backend(making, create=False) as backend:
            with backend.database.transaction(guarded=False) as conn:
                # Of processes that are not here, of shards that were not copied. The packs tell what they hold.
                for table in (sessions, leases, condemned, gone_packs, shards, packs):
                    conn.execute(delete(table))
            backend.store.recover()
            report = verify(backend, again=True, progress=progress)
        with writing(folder.parent):
            if folder.exists():
                folder.rmdir()
            os.rename(making, folder)
            sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    size = sum(each["size"] for each in told.values()) + int(manifest["database"]["size"])
    return Restored(len(told), size, report.commits, manifest["at_ms"], tuple(report.problems))


def _file_of(pack: str, length: int) -> str:
    return f"{pack}-{length}.pack"


def _check_target(backend: Backend, folder: Path) -> None:
    if folder == backend.folder or folder.is_relative_to(backend.folder):
        raise Invalid(f"{folder} lies in the workspace itself.", help="Name a folder elsewhere, best on another disk.")
    if not folder.exists() or (folder / MANIFEST).is_file():
        return
    if not folder.is_dir():
        raise Invalid(f"{folder} is not a folder.", help="Name a folder for the backup.")
    foreign = [
        name
        for name in sorted(os.listdir(folder))
        if name != PACK_FOLDER and not name.startswith(("database-", f"{MANIFEST}."))
    ]
    if foreign:
        raise Invalid(
            f"{folder} is not empty and no backup: it holds {foreign[0]!r}.", help="Name an empty or a new folder."
        )


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        version = int(manifest["format"])
        for each in (manifest["database"], *manifest["packs"].values()):
            int(each["size"]), bytes.fromhex(each["blake3"])
        names = [manifest["database"]["name"], *manifest["packs"]]
        if not all(isinstance(name, str) and name.replace("-", "").replace(".", "").isalnum() for name in names):
            raise ValueError(names)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Corrupt(f"{folder / MANIFEST} is damaged.", help="Make the backup anew in a new folder.") from error
    if version > BACKUP_FORMAT:
        raise Invalid(f"The backup has format {version}; this Tilth reads {BACKUP_FORMAT}.", help="Upgrade Tilth.")
    return manifest


def _snapshot(source: Path, target: Path) -> None:
    """Copy the database as one transaction shows it, beside its writers."""
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=30)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    except sqlite3.Error as error:
        raise Unavailable(f"Cannot copy {source}: {error}.", help="Look at both disks, then try again.") from error
    with target.open("rb") as file:
        os.fsync(file.fileno())


def copy_pack(pack: Pack, length: int, target: Path) -> str:
    """Copy the first `length` bytes of a pack durably and return their hash. Raises Corrupt where it is shorter."""
    hasher = blake3()
    fresh = target.with_suffix(".part")
    with writing(target.parent), fresh.open("wb") as file:
        for start in range(0, length, _PIECE):
            size = min(_PIECE, length - start)
            data = pack.read(start, size)
            if len(data) != size:
                raise Corrupt(
                    f"{pack.name}.pack is shorter than what was stored in it.",
                    help="Run tilth verify; restore that pack from an older backup first.",
                )
            hasher.update(data)
            file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, target)
    return hasher.hexdigest()


def _copy_checked(source: Path, target: Path, told: dict[str, Any]) -> None:
    hasher = blake3()
    size = 0
    try:
        with target.open("wb") as file:
            for data in _pieces(source):
                hasher.update(data)
                file.write(data)
                size += len(data)
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        raise Corrupt(f"The backup lacks {source.name}.", help="Use another backup.") from None
    if size != told["size"] or hasher.hexdigest() != told["blake3"]:
        raise Corrupt(f"{source.name} in the backup is not what was backed up.", help="Use another backup.")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(_PIECE):
            yield data


def _hash_of(path: Path) -> str:
    hasher = blake3()
    for data in _pieces(path):
        hasher.update(data)
    return hasher.hexdigest()


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1


def _drop_unnamed(folder: Path, manifest: dict[str, Any]) -> None:
    """Delete what earlier backups had and this one does not: so what was purged goes from the backup, too."""
    kept = {manifest["database"]["name"], *(_file_of(name, each["size"]) for name, each in manifest["packs"].items())}
    for path in (*folder.glob("database-*.db*"), *(folder / PACK_FOLDER).iterdir(), *folder.glob(f"{MANIFEST}.*")):
        if path.name not in kept:
            with suppress(OSError):
                path.unlink()
