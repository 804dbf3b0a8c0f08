"""Objects below an s3://, gs:// or az:// URL as files to put, several read at once."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, BinaryIO, cast

from tilth.contract.values import FileSource
from tilth.errors import Invalid, NotFound, Unavailable
from tilth.model.names import check_path

if TYPE_CHECKING:
    from tilth.storage.bucket_client import Bucket

SCHEMES = ("s3://", "gs://", "az://")
_READERS = 8
_AHEAD = 32
_PART = 4 << 20


def is_bucket(source: str) -> bool:
    """Tell whether a source is the URL of an object store."""
    return source.lower().startswith(SCHEMES)


def objects(url: str, into: str) -> Iterator[tuple[str, FileSource]]:
    """Yield all objects below the prefix `url`, by key, as files with paths below `into`.

    Small ones are read ahead, several at once; large ones in parts as they are put. Keys that end with a slash (the
    folders of some tools) are left out. Credentials are those of the environment or the profile. Raises Unavailable,
    NotFound where nothing is there, Invalid that names a key which cannot be a path.
    """
    from tilth.storage.bucket_client import Bucket

    bucket = Bucket(url)
    folder = into.strip("/")
    keys = [key for key in sorted(bucket.list("")) if not key.endswith("/")]
    if not keys:
        raise NotFound(f"There is nothing below {url}.", help="Check the prefix.")
    for key in keys:
        try:
            check_path(key)
        except Invalid as error:
            raise Invalid(f"The key {key!r} below {url} is no path: {error.message}", help="Rename it.") from error
    with ThreadPoolExecutor(_READERS, "fetch") as readers:
        waiting: deque[tuple[str, Future[tuple[bytes, int]]]] = deque()
        try:
            for key in keys:
                waiting.append((key, readers.submit(_start, bucket, key)))
                if len(waiting) == _AHEAD:
                    yield _file(bucket, folder, *waiting.popleft())
            while waiting:
                yield _file(bucket, folder, *waiting.popleft())
        finally:
            for _, future in waiting:
                future.cancel()


def _start(bucket: Bucket, key: str) -> tuple[bytes, int]:
    try:
        size = bucket.size(key)
        return (bucket.get_range(key, 0, min(size, _PART)) if size else (b"", 0))[0], size
    except FileNotFoundError as error:
        raise _gone(key) from error


def _file(bucket: Bucket, folder: str, key: str, begun: Future[tuple[bytes, int]]) -> tuple[str, FileSource]:
    head, size = begun.result()
    path = f"{folder}/{key}" if folder else key
    if len(head) == size:
        return path, head
    return path, cast(BinaryIO, io.BufferedReader(_Object(bucket, key, head, size), 1 << 20))


class _Object(io.RawIOBase):
    """A large object, read by ranges."""

    def __init__(self, bucket: Bucket, key: str, head: bytes, size: int) -> None:
        self._bucket, self._key, self._size = bucket, key, size
        self._rest = memoryview(head)
        self._at = len(head)

    def readable(self) -> bool:
        return True

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._rest and self._at < self._size:
            try:
                piece, size = self._bucket.get_range(self._key, self._at, min(self._at + _PART, self._size))
            except FileNotFoundError as error:
                raise _gone(self._key) from error
            if size != self._size or not piece:
                raise _gone(self._key)
            self._at += len(piece)
            self._rest = memoryview(piece)
        count = min(len(self._rest), len(target))
        target[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _gone(key: str) -> Unavailable:
    return Unavailable(f"The object {key} changed or went while it was read.", help="Try again.")
