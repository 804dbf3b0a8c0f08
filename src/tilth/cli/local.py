"""Files of this machine that a command names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tilth.errors import Invalid, NotFound


def local_path(text: str) -> Path:
    """Return a path given on the command line. Raises Invalid for one that no file system could hold."""
    if not text or "\0" in text:
        raise Invalid(f"{text!r} is not a path on this machine.", help="Name a file or a folder.")
    return Path(text)


def existing(text: str) -> Path:
    """Return the path of a file or folder that is there. Raises NotFound."""
    path = local_path(text)
    if not os.path.lexists(path):
        raise NotFound(f"There is no file or folder {text!r} on this machine.", help="Check the path.")
    return path


def files_below(folder: Path, prefix: str, *, leave_out: Path) -> Iterator[tuple[str, Path]]:
    """Yield files and links below a folder as (`prefix/relative path`, file), in order, as `put_folder` would.

    Links are not followed; the folder `leave_out` (the workspace itself) is left out.
    """
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        path, file = f"{prefix}/{entry.name}", Path(entry.path)
        if not entry.is_dir(follow_symlinks=False):
            yield path, file
        elif file.resolve() != leave_out:
            yield from files_below(file, path, leave_out=leave_out)
