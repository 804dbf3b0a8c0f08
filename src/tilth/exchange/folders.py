"""Local files by the digests that a workspace would give them, so that what is there already need not be sent."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from tilth.contract.values import FileInfo
from tilth.model.digest import Digest, digest_of
from tilth.storage.content import write_content
from tilth.storage.records import RecordKind

_AT_ONCE = 256
_READERS = min(os.cpu_count() or 1, 8)


def changed(
    files: Iterable[tuple[str, Path]], known: Callable[[str], FileInfo | None], advance: Callable[[int], None]
) -> Iterator[tuple[str, Path]]:
    """Yield the files that are not what `known` says of their path: other bytes, kind or mode.

    Cost: reads and hashes each file that has a namesake of its size, on all cores.
    """
    waiting = iter(files)
    with ThreadPoolExecutor(_READERS, "compare") as readers:
        while some := list(islice(waiting, _AT_ONCE)):
            same = readers.map(lambda each: _is_same(each[1], known(each[0])), some)
            for each, unchanged in zip(some, same, strict=True):
                if not unchanged:
                    yield each
                advance(1)


def digest_of_file(file: Path) -> Digest:
    """Return the digest of a file's content, as the store names it. Memory is bounded whatever the size."""
    with file.open("rb") as stream:
        return write_content(_Nowhere(), stream).digest


def _is_same(file: Path, known: FileInfo | None) -> bool:
    if known is None:
        return False
    if file.is_symlink():
        target = os.fsencode(os.readlink(file))
        return known.kind == "link" and known.digest == digest_of(target).hex()
    status = file.stat()
    executable = known.attributes.get("mode") == "755"
    return (
        known.kind == "file"
        and known.size == status.st_size
        and executable == bool(status.st_mode & 0o100)
        and known.digest == digest_of_file(file).hex()
    )


class _Nowhere:
    """Takes chunks and keeps none: only their names are wanted."""

    def put(self, kind: RecordKind, digest: Digest, data: bytes | memoryview) -> bool:
        return False
