"""Write a tree, or a part of it, into a local folder."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from tilth.errors import Conflict, Unavailable
from tilth.model.entry import Entry, FileKind
from tilth.model.names import check_path
from tilth.progress import Progress, silent
from tilth.storage.content import read_content
from tilth.versioning.trees import Tree, content_of, folder_path


def checkout(tree: Tree, destination: Path, *, prefix: str = "", progress: Progress = silent) -> int:
    """Write the files at and below `prefix` into `destination` and return how many.

    Below a folder prefix paths are relative to it; a file prefix is written as `destination/NAME`. Files there are
    replaced, each at once; others stay. Nothing is ever written outside `destination`: paths are checked again, no
    symbolic link is followed, and links of the tree are made last. Executable files become executable.
    Raises Conflict where something that is no folder stands in the way, Unavailable on a full disk.
    """
    clean = folder_path(prefix)
    cut = len(clean) + 1 if clean else 0
    links: list[tuple[Path, Entry]] = []
    folders = _Folders(destination)
    count = 0
    progress.begin("get", len(tree) if not clean else None, "files")
    try:
        for entry in tree.walk(clean):
            relative = check_path(entry.path[cut:] if entry.path != clean else entry.path.rpartition("/")[2])
            target = folders.path_for(relative)
            if entry.kind is FileKind.LINK:
                links.append((target, entry))
            else:
                _write(tree, entry, target)
            count += 1
            progress.advance()
        for target, entry in links:
            _link(tree, entry, target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unavailable(f"The disk of {destination} is full.", help="Free some space and try again.") from error
        raise Unavailable(
            f"Cannot write {error.filename or destination}: {error.strerror}.",
            help="Check the folder's owner and mode.",
        ) from error
    progress.end()
    return count


class _Folders:
    """Makes folders below a destination, none of them through a symbolic link."""

    def __init__(self, destination: Path) -> None:
        destination.mkdir(parents=True, exist_ok=True)
        self._root = destination
        self._made: set[str] = {""}

    def path_for(self, relative: str) -> Path:
        self._make(relative.rpartition("/")[0])
        return self._root / relative

    def _make(self, folder: str) -> None:
        missing = []
        while folder not in self._made:
            missing.append(folder)
            folder = folder.rpartition("/")[0]
        for folder in reversed(missing):
            place = self._root / folder
            try:
                place.mkdir()
            except FileExistsError:
                if not stat.S_ISDIR(place.lstat().st_mode):
                    raise Conflict(
                        f"{place} is in the way: it is not a folder.", help="Move it away, or choose another folder."
                    ) from None
            self._made.add(folder)


def _write(tree: Tree, entry: Entry, target: Path) -> None:
    mode = 0o777 if entry.attributes.get("mode") == "755" else 0o666
    fresh = target.with_name(f".tilth-{os.getpid()}-{entry.digest.hex()[:16]}")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with open(fd, "wb") as file:
            for chunk in read_content(tree.store, content_of(entry)):
                file.write(chunk)
        _replace(fresh, target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _link(tree: Tree, entry: Entry, target: Path) -> None:
    fresh = target.with_name(f".tilth-{os.getpid()}-{entry.digest.hex()[:16]}")
    os.symlink(b"".join(read_content(tree.store, content_of(entry))), os.fsencode(fresh))
    try:
        _replace(fresh, target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _replace(fresh: Path, target: Path) -> None:
    try:
        os.replace(fresh, target)
    except IsADirectoryError:
        raise Conflict(
            f"{target} is in the way: it is a folder.", help="Move it away, or choose another folder."
        ) from None
