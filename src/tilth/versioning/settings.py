"""Where a workspace keeps its metadata and its data: in its folder, or where `backends.toml` in it says."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tilth.config import CACHE_VARIABLE, DATABASE_VARIABLE, STORAGE_VARIABLE, size_of
from tilth.errors import Invalid
from tilth.metadata.database import is_database_url

SETTINGS_FILE = "backends.toml"
CACHE_FOLDER = "cache"
DEFAULT_CACHE_SIZE = 10 << 30


@dataclass(frozen=True, slots=True)
class Settings:
    """`database` and `storage` are URLs; None: in the folder. `cache_size` in bytes bounds the local read cache."""

    database: str | None = None
    storage: str | None = None
    cache_size: int = DEFAULT_CACHE_SIZE

    @property
    def embedded(self) -> bool:
        """Whether everything lies in the folder."""
        return self.database is None and self.storage is None

    @property
    def elsewhere(self) -> bool:
        """Whether nothing lies in the folder."""
        return self.database is not None and self.storage is not None


def new_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return what a workspace that is made now is to use. Raises Invalid for a URL that cannot be."""
    given = os.environ if environment is None else environment
    database, storage = given.get(DATABASE_VARIABLE) or None, given.get(STORAGE_VARIABLE) or None
    if database is not None and not is_database_url(database):
        raise Invalid(
            f"${DATABASE_VARIABLE} is no URL of a PostgreSQL database.",
            help="Write postgresql://USER@HOST/DATABASE?schema=NAME, or unset it for SQLite in the folder.",
        )
    if storage is not None:
        from tilth.storage.bucket_client import check_storage_url

        storage = check_storage_url(storage)
    return Settings(database, storage, size_of(given.get(CACHE_VARIABLE), CACHE_VARIABLE, DEFAULT_CACHE_SIZE))


def read_settings(folder: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Return what the workspace in `folder` uses.

    The file decides; the environment may only add a password to what it names. Raises Invalid where the environment
    names another place: a workspace is never opened on the data of another one by accident.
    """
    given = new_settings(environment)
    kept = _kept(folder / SETTINGS_FILE)
    unknown = sorted(kept.keys() - {"database", "storage"})
    if unknown:
        raise Invalid(f"{folder / SETTINGS_FILE} has an unknown field {unknown[0]!r}.", help="Take it out.")
    database, storage = kept.get("database"), kept.get("storage")
    for what, here, there, variable in (
        ("metadata", database, given.database, DATABASE_VARIABLE),
        ("data", storage, given.storage, STORAGE_VARIABLE),
    ):
        if there is not None and (here is None or without_password(here) != without_password(there)):
            raise Invalid(
                f"The workspace in {folder} keeps its {what} in {here or 'its folder'}, but ${variable} names "
                f"{without_password(there)}.",
                help=f"Unset ${variable}, or name another (new) folder.",
            )
    return Settings(given.database if database is not None and given.database else database, storage, given.cache_size)


def write_settings(folder: Path, settings: Settings) -> None:
    """Keep the settings of a new workspace durably, passwords left out."""
    lines = ["# Where this workspace keeps what it knows. Passwords come from the environment.\n"]
    if settings.database is not None:
        lines.append(f"database = {json.dumps(without_password(settings.database))}\n")
    if settings.storage is not None:
        lines.append(f"storage = {json.dumps(settings.storage)}\n")
    with (folder / SETTINGS_FILE).open("w", encoding="utf-8") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())


def without_password(url: str) -> str:
    """Return a URL without its password."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}"))


def _kept(file: Path) -> dict[str, Any]:
    """Return what a file of settings says; most workspaces have none."""
    try:
        text = file.read_text(encoding="utf-8")
        import tomllib

        return tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except ValueError as error:  # what is no TOML, and what is no text
        raise Invalid(f"{file} is malformed: {error}.", help="Mend it by hand.") from error
