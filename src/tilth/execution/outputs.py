"""Files that a datum left in its output folder, taken into the store."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence

from tilth.errors import Failed, Invalid
from tilth.execution.batch import OutputFile
from tilth.execution.inputs import Placed, mark_of
from tilth.model.names import check_path
from tilth.storage.content import Content, write_content
from tilth.storage.store import Store

READ_WHOLE = 4 << 20
"""Files up to this many bytes are read in one piece."""


def collect_outputs(
    store: Store,
    folder: str,
    *,
    roots: Sequence[str],
    placed: Mapping[str, Placed],
    between: Callable[[], None],
) -> tuple[OutputFile, ...]:
    """Store every file below `folder` and return them sorted by path; empty folders are left out.

    A link counts as what it points to, if that lies in one of `roots` (the paths under which the datum's own folder
    is seen): a link out of it could publish any file of this machine. A link to an input that was not changed costs
    no copy. Call it when no process of the datum lives any more. Raises Failed, naming the path, for a link that
    leaves, an unusable name, or a thing that is neither file nor folder.
    """
    real_roots = tuple({os.path.realpath(root) for root in roots})
    found: dict[str, OutputFile] = {}
    for path, real, link in _walk(folder, real_roots):
        between()
        try:
            check_path(path)
        except Invalid as error:
            raise Failed(f"Output file has an unusable name. {error.message}", help=error.help) from error
        found[path] = _store_file(store, path, real, _placed_at(real, real_roots, placed) if link else None)
    return tuple(found[path] for path in sorted(found))


def _walk(folder: str, roots: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield (path below `folder`, real path, reached through a link)."""
    try:
        top = os.lstat(folder)
    except FileNotFoundError:
        return
    linked = stat.S_ISLNK(top.st_mode)
    start = _follow(folder, "", roots) if linked else folder
    pending = [("", start, linked, (os.path.realpath(start),) if linked else ())]
    while pending:
        prefix, here, linked, through = pending.pop()
        try:
            entries = list(os.scandir(here))
        except NotADirectoryError:
            raise Failed("/pfs/out is not a folder any more.", help="Write files into it, do not replace it.") from None
        for entry in entries:
            path = prefix + entry.name
            if entry.is_symlink():
                real = _follow(entry.path, path, roots)
                mode = os.stat(real, follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    if real in through or len(through) > 40:
                        raise Failed(f"Output link {_show(path)} leads back to itself.", help="Remove the link.")
                    pending.append((path + "/", real, True, (*through, real)))
                    continue
                through_link = True
            else:
                real, mode, through_link = entry.path, entry.stat(follow_symlinks=False).st_mode, linked
                if stat.S_ISDIR(mode):
                    pending.append((path + "/", real, linked, through))
                    continue
            if not stat.S_ISREG(mode):
                raise Failed(
                    f"Output {_show(path)} is not a file (a socket, pipe or device).", help="Remove it from /pfs/out."
                )
            yield path, real, through_link


def _follow(link: str, path: str, roots: Sequence[str]) -> str:
    try:
        real = os.path.realpath(link, strict=True)
    except OSError:
        raise Failed(
            f"Output link {_show(path)} points to {os.readlink(link)!r}, which does not exist.",
            help="Write a file instead.",
        ) from None
    if not any(real == root or real.startswith(root.rstrip("/") + "/") for root in roots):
        raise Failed(
            f"Output link {_show(path)} points to {os.readlink(link)!r}, outside of /pfs.",
            help="Copy the file into /pfs/out instead of linking to it.",
        )
    return real


def _show(path: str) -> str:
    return repr(f"/pfs/out/{path}" if path else "/pfs/out")


def _placed_at(real: str, roots: Sequence[str], placed: Mapping[str, Placed]) -> Placed | None:
    for root in roots:
        if real.startswith(root + "/"):
            return placed.get(real[len(root) + 1 :])
    return None


def _store_file(store: Store, path: str, real: str, placed: Placed | None) -> OutputFile:
    try:
        fd = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise Failed(f"Output {_show(path)} cannot be read: {error.strerror}.", help="Check its mode.") from error
    with os.fdopen(fd, "rb", buffering=0) as file:
        found = os.fstat(fd)
        content: Content
        if placed is not None and placed.mark == mark_of(found):
            content = placed.content
        elif found.st_size <= READ_WHOLE:
            content = write_content(store, os.read(fd, READ_WHOLE + 1) if found.st_size else b"")
        else:
            content = write_content(store, file)
        return OutputFile(path, content, 0o755 if found.st_mode & stat.S_IXUSR else 0o644)
