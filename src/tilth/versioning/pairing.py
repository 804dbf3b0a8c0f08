"""A database and a store outside the folder belong together: each knows the other by a number."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tilth.errors import Corrupt, Invalid
from tilth.metadata import counters
from tilth.metadata.database import Database
from tilth.storage.folder import FolderPlace
from tilth.versioning.marker import FORMAT, check_version

if TYPE_CHECKING:
    from tilth.storage.bucket import BucketPlace

COUNTER = "store"
MARKER = "store"


def pair(database: Database, place: FolderPlace | BucketPlace, *, rebuilding: bool = False) -> None:
    """Bind a new database and a new store to each other; check the bond of old ones.

    Raises Corrupt where the store has a history that this database does not know (unless `rebuilding` it), Invalid
    where they are those of two workspaces.
    """
    with database.read() as conn:
        known = counters.value(conn, COUNTER)
    if known:
        marked = _marker(place)
        if marked != known:
            raise Invalid(
                f"{database.name} does not belong to the data in {place.name}"
                + (", which is empty." if marked is None else ": that is another workspace's."),
                help="Check both URLs; data and metadata are moved and restored together.",
            )
        return
    with database.transaction() as conn:
        if counters.value(conn, COUNTER):
            return  # another process was first
        marked = _marker(place)
        if marked is not None and not rebuilding:
            raise Corrupt(
                f"{place.name} holds a workspace's data, but {database.name} is empty.",
                help="Name the database that belongs to it, or make it anew from the data with `tilth rebuild`.",
            )
        counters.raise_to(conn, COUNTER, marked or _mark(place))


def _marker(place: FolderPlace | BucketPlace) -> int | None:
    with suppress(FileNotFoundError):
        text = _file(place).read_bytes() if isinstance(place, FolderPlace) else place.bucket.get(MARKER)
        first, *rest = text.decode("utf-8", "replace").splitlines() or [""]
        name, *numbers = first.split(" ")
        if name != "tilth" or not 1 <= len(numbers) <= 2 or not all(each.isdigit() for each in numbers):
            raise Invalid(f"{place.name} is used by something else.", help="Name an empty prefix.")
        check_version(place.name, int(numbers[0]) if len(numbers) == 2 else 0, rest)
        return int(numbers[-1])
    return None


def _mark(place: FolderPlace | BucketPlace) -> int:
    number = 1 + secrets.randbelow(2**63 - 1)
    text = f"tilth {FORMAT} {number}\n".encode()
    if not isinstance(place, FolderPlace):
        if not place.bucket.create(MARKER, text):
            raise Corrupt(f"Another workspace was just made in {place.name}.", help="Name another prefix.")
        return number
    with _file(place).open("xb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return number


def _file(place: FolderPlace) -> Path:
    return place.pack_folder.parent / f"{MARKER}.id"
