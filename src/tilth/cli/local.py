"""Files of this machine that a command names."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tilth.errors import Conflict, Invalid, NotFound


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


def write_beside(target: Path, write: Callable[[BinaryIO], None], *, mode: int = 0o666, force: bool) -> None:
    """Write a file beside `target` and move it there. Raises Conflict when there is one, unless `force`."""
    with (
        beside(target, force=force) as fresh,
        open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream,
    ):
        write(stream)


@contextmanager
def beside(target: Path, *, force: bool) -> Iterator[Path]:
    """Give a path beside `target` to write to, and move it there: a stopped transfer leaves no ruin."""
    if not force and os.path.lexists(target):
        raise occupied(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tilth-", dir=target.parent) as beside:
        fresh = Path(beside, "file")
        yield fresh
        if force:
            fresh.replace(target)
        else:
            try:
                os.link(fresh, target, follow_symlinks=False)
            except FileExistsError as error:
                raise occupied(target) from error


def occupied(target: Path) -> Conflict:
    """Return the refusal to overwrite `target`."""
    return Conflict(
        f"{target} is there already.", help="Nothing was written. Add --force to overwrite.", path=str(target)
    )
