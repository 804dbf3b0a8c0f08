"""View files: large views on disk, so that the next process, and a copy with other acts over it, need not make them."""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from tilth.datasets.part_changes import ENDING as CHANGES
from tilth.datasets.part_changes import PartChanges
from tilth.datasets.view import connect

KEPT = 8
KEPT_BYTES = 8 << 30
"""Files kept, and how much of the disk; those used last stay."""
_LAYOUT = 2
"""Counts how these files have changed; one of another layout is not found."""
_OLD_NOTE_S = 30 * 86_400
_FORGOTTEN_S = 3600
"""Age from which on an unfinished file is of a process that died."""


class ViewFiles:
    """A folder of views as their sources made them, by key. Any thread and process may use it, or empty it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.changes = PartChanges(folder)
        """What was noted of tables that views are made from."""

    def make(self, key: bytes, write: Callable[[Any], None]) -> None:
        """Let `write` fill an empty database, and keep it under `key`.

        Raises OSError, or what DuckDB raises, where that is not possible (a full disk): nothing is kept then.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        part = self._folder / f"{uuid.uuid4().hex}.part"
        try:
            con = connect(part)
            try:
                # Small enough as it is, and what is compressed takes longer to write and to look through.
                con.execute("SET force_compression = 'uncompressed'")
                write(con)
                con.execute("CHECKPOINT")
            finally:
                con.close()
            os.replace(part, self._path(key))
        finally:
            _remove(part)

    def open(self, key: bytes) -> Any | None:
        """Return a database of its own with what is kept under `key`, None where nothing is.

        Nobody else sees what is written to it, and it is gone when it is closed, or when this process ends.
        """
        path = self._path(key)
        own = self._folder / f"{uuid.uuid4().hex}.part"
        try:
            shutil.copyfile(path, own)
            os.utime(path)
            con = connect(own)
            con.execute("PRAGMA disable_checkpoint_on_shutdown")
            con.execute("SET wal_autocheckpoint = '1TB'")
            con.execute("CREATE TABLE own (own BOOLEAN)")  # begins the log of changes, whose file can go, too
            return con
        except FileNotFoundError:
            return None
        except (OSError, duckdb.Error):
            _remove(path)  # unreadable: it is made anew
            return None
        finally:
            _remove(own)

    def size(self, key: bytes) -> int:
        """Return how many bytes are kept under `key`."""
        try:
            return self._path(key).stat().st_size
        except OSError:
            return 0

    def note(self, basis: bytes, told: Mapping[str, Any]) -> None:
        """Write down what others may begin with that are made from the same `basis`."""
        part = self._folder / f"{uuid.uuid4().hex}.part"
        try:
            part.write_text(json.dumps(told))
            os.replace(part, self._folder / f"{basis.hex()}.basis.json")
        finally:
            _remove(part)

    def noted(self, basis: bytes) -> Mapping[str, Any] | None:
        """Return what was noted last, None where nothing is."""
        try:
            told = json.loads((self._folder / f"{basis.hex()}.basis.json").read_text())
        except (OSError, ValueError):
            return None
        return told if isinstance(told, dict) else None

    def _path(self, key: bytes) -> Path:
        return self._folder / f"{key.hex()}-{_LAYOUT}-{duckdb.__version__}.duckdb"

    def _sweep(self) -> None:
        """Remove what was used longest ago, and what dead processes left."""
        with suppress(OSError):
            now = time.time()
            for part in self._folder.glob("*.part*"):
                with suppress(OSError):
                    if now - part.stat().st_mtime > _FORGOTTEN_S:
                        part.unlink()
            for note in (*self._folder.glob("*.basis.json"), *self._folder.glob(f"*{CHANGES}")):
                with suppress(OSError):
                    if now - note.stat().st_mtime > _OLD_NOTE_S:
                        note.unlink()
            found = sorted(
                ((each.stat().st_mtime, each.stat().st_size, each) for each in self._folder.glob("*.duckdb")),
                reverse=True,
            )
            room = KEPT_BYTES
            for place, (_, size, each) in enumerate(found):
                room -= size
                if place >= KEPT - 1 or room < 0:
                    _remove(each)


def _remove(path: Path) -> None:
    for each in (path, path.with_name(f"{path.name}.wal")):
        with suppress(OSError):
            each.unlink()
