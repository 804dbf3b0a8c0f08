"""Where the workspace is: the option, the environment, or the nearest folder upward."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tilth.errors import Invalid

WORKSPACE_VARIABLE = "TILTH_WORKSPACE"
TOKEN_VARIABLE = "TILTH_TOKEN"
DATABASE_VARIABLE = "TILTH_DATABASE_URL"
STORAGE_VARIABLE = "TILTH_STORAGE_URL"
CACHE_VARIABLE = "TILTH_CACHE_SIZE"
BACKUP_VARIABLE = "TILTH_BACKUP"
FETCH_VARIABLE = "TILTH_FETCH"
FETCH_PUBLIC, FETCH_ANY = "public", "any"
BUCKETS_VARIABLE = "TILTH_BUCKETS"
COMPRESSION_VARIABLE = "TILTH_COMPRESSION"
RESERVE_VARIABLE = "TILTH_RESERVE"
DEFAULT_RESERVE = 64 << 20
WORKSPACE_FOLDER = ".tilth"
DEFAULT_PORT = 8470
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def find_workspace(option: str | None, *, start: Path | None = None) -> str:
    """Return the folder or URL of the workspace to use.

    The option wins, then `$TILTH_WORKSPACE`, then the nearest `.tilth` folder upward from `start` (default:
    the current folder), then `./.tilth`, which the first write makes. A named folder that is no workspace but holds one
    in its `.tilth` means that one.
    """
    named = option or os.environ.get(WORKSPACE_VARIABLE)
    if named:
        inside = Path(named) / WORKSPACE_FOLDER
        around = not is_url(named) and not (Path(named) / "format").is_file() and (inside / "format").is_file()
        return str(inside) if around else named
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / WORKSPACE_FOLDER / "format").is_file():
            return str(folder / WORKSPACE_FOLDER)
    return str(here / WORKSPACE_FOLDER)


def is_url(place: str) -> bool:
    """Tell whether `place` names a server rather than a folder."""
    return place.startswith(("http://", "https://"))


def fetching_allowed() -> str:
    """Return what a server may fetch for its callers (`$TILTH_FETCH`): "" nothing, "public" addresses, or "any"."""
    told = os.environ.get(FETCH_VARIABLE, "").strip().lower()
    return told if told in (FETCH_PUBLIC, FETCH_ANY) else ""


def allowed_bucket(url: str) -> str | None:
    """Return the URL by which a server may reach this place in an object store for its callers, None where it may not.

    `$TILTH_BUCKETS` lists URLs, with spaces between: what lies at or below one is allowed, with that one's options.
    """
    if "?" in url or "//" in url.partition("://")[2] or {".", ".."} & set(url.split("/")):
        return None
    for each in os.environ.get(BUCKETS_VARIABLE, "").split():
        place, question, options = each.partition("?")
        place = place.rstrip("/")
        if url.rstrip("/") == place or url.startswith(f"{place}/"):
            return f"{url}{question}{options}"
    return None


def compresses_chunks() -> bool:
    """Tell whether files are compressed when they are stored: `$TILTH_COMPRESSION` is "zstd" (the default) or "none".

    Without, storing costs half the CPU and text takes three times the space; both can be mixed in one workspace.
    Raises Invalid for another value.
    """
    asked = os.environ.get(COMPRESSION_VARIABLE) or "zstd"
    if asked not in ("zstd", "none"):
        raise Invalid(f"{COMPRESSION_VARIABLE} is {asked!r}.", help='Set it to "zstd" or "none", or leave it unset.')
    return asked == "zstd"


def reserve_size() -> int:
    """Return how many bytes to hold back for a full disk (`$TILTH_RESERVE`, for example 64M or 0). Raises Invalid."""
    return size_of(os.environ.get(RESERVE_VARIABLE), RESERVE_VARIABLE, DEFAULT_RESERVE)


def size_of(text: str | None, variable: str, default: int) -> int:
    """Return the bytes that a setting like 20G means, `default` where there is none. Raises Invalid."""
    if not text:
        return default
    found = re.fullmatch(r"(\d+)\s*([kmgt]?)i?b?", text.strip().lower())
    if found is None:
        raise Invalid(f"${variable} is no size: {text!r}.", help="Write bytes or, for example, 20G.")
    return int(found[1]) * _UNITS[found[2]]
