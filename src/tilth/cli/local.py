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
    if not path.exists():
        raise NotFound(f"There is no file or folder {text!r} on this machine.", help="Check the path.")
    return path


def files_below(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    """Yield the regular files below a folder as (`prefix/relative path`, file), in order; through no folder link."""
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        for name in sorted(names):
            file = Path(parent, name)
            if file.is_file():
                yield f"{prefix}/{file.relative_to(folder).as_posix()}", file


def _raise(error: OSError) -> None:
    raise error
