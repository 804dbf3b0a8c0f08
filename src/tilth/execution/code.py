"""Code snapshots: a local folder as one record, the same bytes for the same files."""

from __future__ import annotations

import io
import os
import shutil
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

from tilth.errors import Corrupt, Invalid, NotFound
from tilth.model.digest import Digest
from tilth.model.names import check_path
from tilth.storage.disk import writing
from tilth.storage.records import RecordKind
from tilth.storage.store import Store

MAX_CODE_BYTES = 64 << 20
"""The largest archive; code is small, data belongs into a repo."""
SKIPPED = frozenset(
    {
        ".git", ".hg", ".svn", ".tilth", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".pytest_cache",
        ".ruff_cache", ".ipynb_checkpoints", ".DS_Store", ".tox", ".nox",
    }
)  # fmt: skip
"""Names that are never part of a snapshot."""


def archive_code(source: Path, *, limit: int = MAX_CODE_BYTES) -> bytes:
    """Pack a folder (or one file) of code: sorted names, no times, no owners; equal files give equal bytes.

    Leaves out version control, caches and virtual environments. A symlink counts as what it points to and must
    point inside the folder. Raises NotFound; Invalid for a bad name, a link that leaves the folder, a special
    file, or when it is larger than `limit` bytes.
    """
    if not source.exists():
        raise NotFound(f"There is no code at {source}.", help="Check the path.", path=str(source))
    root = source.resolve()
    files = [(root.name, root)] if root.is_file() else list(_files(root, root, (root,)))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, path in sorted(files):
            with path.open("rb") as content:
                info = tarfile.TarInfo(check_path(name))
                found = os.fstat(content.fileno())
                info.size = found.st_size
                info.mode = 0o755 if found.st_mode & stat.S_IXUSR else 0o644
                if buffer.tell() + info.size > limit:
                    raise Invalid(
                        f"The code in {source} is larger than {limit >> 20} MB (reached at {name}).",
                        help="Move data out of the folder, or commit it to a repo and make it an input.",
                        path=str(source),
                    )
                archive.addfile(info, content)
    return buffer.getvalue()


def _files(root: Path, folder: Path, above: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
    for entry in sorted(folder.iterdir()):
        if entry.name in SKIPPED or entry.suffix == ".pyc":
            continue
        real = entry.resolve()
        if entry.is_symlink() and not real.is_relative_to(root):
            raise Invalid(
                f"{entry} is a link that leaves the code folder.",
                help="Copy the file into the folder.",
                path=str(entry),
            )
        if real.is_dir():
            if real in above:
                raise Invalid(f"{entry} is a link to a folder above it.", help="Remove the link.", path=str(entry))
            for name, path in _files(root, real, (*above, real)):
                yield f"{entry.name}/{name}", path
        elif real.is_file():
            yield entry.name, real
        else:
            raise Invalid(
                f"{entry} is not a file or a folder.", help="Remove it from the code folder.", path=str(entry)
            )


def unpack_code(data: bytes, folder: Path, *, limit: int = MAX_CODE_BYTES) -> None:
    """Unpack an archive into a new folder, files read-only; where that fails nothing is left of it.

    Raises Corrupt for anything but plain files inside it, Unavailable on a full disk.
    """
    with writing(folder.parent):
        folder.mkdir(parents=True)
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for path, executable, content in _contents(archive, limit):
                _write(folder / path, content, 0o555 if executable else 0o444)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, (tarfile.TarError, Invalid)):
            raise Corrupt(f"A code archive cannot be unpacked: {error}", help="Snapshot the code again.") from error
        raise


def check_code(data: bytes, *, limit: int = MAX_CODE_BYTES) -> None:
    """Raise Invalid for an archive that `unpack_code` would refuse. Writes nothing."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for _ in _contents(archive, limit):
                pass
    except (tarfile.TarError, Corrupt, Invalid, UnicodeError, ValueError) as error:
        raise Invalid(
            f"The code is not an archive of plain files: {error}", help="Make it with `archive_code(folder)`."
        ) from error


def _contents(archive: tarfile.TarFile, limit: int) -> Iterator[tuple[str, bool, bytes]]:
    total = 0
    for member in archive:
        content = archive.extractfile(member) if member.isreg() else None
        total += member.size
        if content is None or total > limit or member.name.startswith("/"):
            raise Corrupt(f"{member.name!r} does not belong in a code archive.", help="Snapshot the code again.")
        yield check_path(member.name), bool(member.mode & 0o100), content.read()


def _write(target: Path, data: bytes, mode: int) -> None:
    with writing(target.parent):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), "wb") as file:
                file.write(data)
        except (FileExistsError, NotADirectoryError) as error:
            raise Corrupt(f"A code archive holds {target.name!r} twice.", help="Snapshot the code again.") from error


def store_code(store: Store, source: Path, *, limit: int = MAX_CODE_BYTES) -> Digest:
    """Snapshot a folder into the store; the digest names it in `Transform.code`. Durable after `store.flush()`."""
    return store.put_bytes(RecordKind.BLOB, archive_code(source, limit=limit))
