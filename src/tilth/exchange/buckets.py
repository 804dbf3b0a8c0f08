"""Objects below an s3://, gs:// or az:// URL as files to put, several read at once."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from tilth.contract.entry import FileSource
from tilth.errors import Invalid, NotFound, Unavailable
from tilth.model.names import check_path

if TYPE_CHECKING:
    from tilth.storage.bucket_client import Bucket, Listed

SCHEMES = ("s3://", "gs://", "az://")
READERS = 8
_AHEAD = 32
_PART = 4 << 20


@dataclass(frozen=True, slots=True)
class Fetched:
    """An object that was begun to be read: its bytes are to be read before the next object is asked for."""

    listed: Listed
    """As it is now; a listing may be older."""
    content: bytes | BinaryIO


def is_bucket(source: str) -> bool:
    """Tell whether a source is the URL of an object store."""
    return source.lower().startswith(SCHEMES)


def objects(url: str, into: str) -> Iterator[tuple[str, FileSource]]:
    """Yield all objects below the prefix `url`, by key, as files with paths below `into`. Raises as `listing`."""
    from tilth.storage.bucket_client import Bucket

    bucket = Bucket(url)
    for found in fetched(bucket, listing(bucket)):
        yield below(into, found.listed.key), found.content


def below(into: str, key: str) -> str:
    """Return the path of an object below a folder of a repo."""
    folder = into.strip("/")
    return f"{folder}/{key}" if folder else key


def listing(bucket: Bucket) -> list[Listed]:
    """Return all objects below the URL of `bucket`, by key.

    Keys that end with a slash (the folders of some tools) are left out. Credentials are those of the environment or
    the profile. Raises Unavailable, NotFound where nothing is there, Invalid that names a key which cannot be a path.
    """
    found = sorted((each for each in bucket.entries() if not each.key.endswith("/")), key=lambda each: each.key)
    if not found:
        raise NotFound(f"There is nothing below {bucket.name}.", help="Check the prefix.")
    for each in found:
        try:
            check_path(each.key)
        except Invalid as error:
            raise Invalid(
                f"The key {each.key!r} below {bucket.name} is no path: {error.message}", help="Rename it."
            ) from error
    return found


def fetched(bucket: Bucket, listed: Iterable[Listed]) -> Iterator[Fetched]:
    """Read objects in their order: small ones ahead, several at once; large ones in parts, as they are read."""
    with ThreadPoolExecutor(READERS, "fetch") as readers:
        waiting: deque[Future[tuple[bytes, Listed]]] = deque()
        try:
            for each in listed:
                waiting.append(readers.submit(_start, bucket, each))
                if len(waiting) == _AHEAD:
                    yield _begun(bucket, *waiting.popleft().result())
            while waiting:
                yield _begun(bucket, *waiting.popleft().result())
        finally:
            for future in waiting:
                future.cancel()


def _start(bucket: Bucket, listed: Listed) -> tuple[bytes, Listed]:
    if not listed.size:
        return b"", listed
    try:
        return bucket.get_part(listed.key, 0, min(listed.size, _PART))
    except FileNotFoundError as error:
        raise _gone(listed.key) from error


def _begun(bucket: Bucket, head: bytes, listed: Listed) -> Fetched:
    if len(head) == listed.size:
        return Fetched(listed, head)
    return Fetched(listed, cast(BinaryIO, io.BufferedReader(_Object(bucket, listed, head), 1 << 20)))


class _Object(io.RawIOBase):
    """A large object, read by ranges."""

    def __init__(self, bucket: Bucket, listed: Listed, head: bytes) -> None:
        self._bucket, self._listed = bucket, listed
        self._rest = memoryview(head)
        self._at = len(head)

    def readable(self) -> bool:
        return True

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        key, size = self._listed.key, self._listed.size
        if not self._rest and self._at < size:
            try:
                piece, now = self._bucket.get_part(key, self._at, min(self._at + _PART, size))
            except FileNotFoundError as error:
                raise _gone(key) from error
            if now != self._listed or not piece:
                raise _gone(key)
            self._at += len(piece)
            self._rest = memoryview(piece)
        count = min(len(self._rest), len(target))
        target[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _gone(key: str) -> Unavailable:
    return Unavailable(f"The object {key} changed or went while it was read.", help="Try again.")
