"""A commit, folder or file as objects below an s3://, gs:// or az:// URL.

Each object carries the digest of its content (`tilth-digest`), and what was sent is remembered here by its ETag. So a
second run sends only what is not there or differs: what has the same size and the remembered ETag, or else says the
same digest. A name alone is never trusted. An object appears whole or not at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Semaphore
from typing import TYPE_CHECKING

from tilth.contract.entry import FileInfo
from tilth.contract.files import BucketReport, Files
from tilth.errors import TilthError, Unavailable
from tilth.exchange.packing import files_below
from tilth.exchange.remembered import Remembered, memory_file
from tilth.progress import Progress, silent

if TYPE_CHECKING:
    from tilth.storage.bucket_client import Bucket, Listed

DIGEST = "tilth-digest"
_SENDERS = 8
_AHEAD = 64
_AT_ONCE = 4 << 20
_LARGE = 2
"""How many large objects are sent at once: each goes up in parts, several of which are in memory."""
_SAVE_EVERY = 100


@dataclass(frozen=True, slots=True)
class _Sent:
    key: str
    etag: str
    size: int
    digest: str
    sent: bool


def send(
    files: Files, pinned: str, top: str, url: str, *, memory: Path | None = None, progress: Progress = silent
) -> BucketReport:
    """Write what is at `top` in the commit `pinned` (`repo@commit`) below `url`, several objects at once.

    A file becomes the object `url`, or lands below it where that ends with a slash. Links have no place in an object
    store and are left out. What else is below the URL stays. `memory` is a folder for what may be lost. Raises
    Unavailable; what was sent until then is there and is not sent again. Cost: a listing, and what differs.
    """
    from tilth.storage.bucket_client import Bucket, check_storage_url

    whole = _is_file(files, pinned, top) and not url.partition("?")[0].endswith("/")
    name = ""
    if whole:
        place, question, options = url.partition("?")
        place, _, name = place.rpartition("/")
        url = f"{place}{question}{options}"
    bucket = Bucket(url)
    told = Remembered(memory_file(memory / "sent", check_storage_url(url))) if memory is not None else None
    wanted: list[tuple[str, FileInfo]] = []
    links: list[str] = []
    for path, info in files_below(files, pinned, top):
        if info.kind == "link":
            links.append(path)
        else:
            wanted.append((name or path, info))
    there = {each.key: each for each in bucket.entries() if not name or each.key == name}
    progress.begin(f"Sending to {bucket.name}", sum(info.size for _, info in wanted), "bytes")
    count = size = noted = 0
    try:
        for done in _each(bucket, files, pinned, wanted, there, told):
            count, size = count + done.sent, size + done.size * done.sent
            progress.advance(done.size)
            if told is not None:
                told.add(done.key, done.etag, done.size, bytes.fromhex(done.digest))
                noted += 1
                if noted % _SAVE_EVERY == 0:
                    told.save()
    finally:
        if told is not None:
            told.save()
    progress.end()
    return BucketReport(len(wanted), count, size, links)


def _is_file(files: Files, pinned: str, top: str) -> bool:
    return bool(top.strip("/")) and files.stat(f"{pinned}:{top.strip('/')}").kind == "file"


def _each(
    bucket: Bucket,
    files: Files,
    pinned: str,
    wanted: list[tuple[str, FileInfo]],
    there: dict[str, Listed],
    told: Remembered | None,
) -> Iterator[_Sent]:
    """Send what is to be sent, several at once. When one fails, those begun are finished and remembered."""
    failure: Exception | None = None
    large = Semaphore(_LARGE)
    with ThreadPoolExecutor(_SENDERS, "send") as senders:
        waiting: deque[Future[_Sent]] = deque()
        for key, info in wanted:
            found = there.get(key)
            digest = info.digest or ""
            if found is not None and found.size == info.size and told is not None:
                known = told.get(key, found.etag, found.size)
                if known is not None and known.hex() == digest:
                    yield _Sent(key, "", info.size, digest, False)
                    continue
            waiting.append(senders.submit(_one, bucket, files, pinned, key, info, found, large))
            if len(waiting) == _AHEAD:
                try:
                    yield waiting.popleft().result()
                except (TilthError, OSError) as error:  # raised behind those that were begun
                    failure = error
                    break
        for future in waiting:
            if failure is not None and future.cancel():
                continue
            try:
                yield future.result()
            except (TilthError, OSError) as error:
                failure = failure or error
    if failure is not None:
        raise failure


def _one(
    bucket: Bucket, files: Files, pinned: str, key: str, info: FileInfo, found: Listed | None, large: Semaphore
) -> _Sent:
    digest = info.digest or ""
    if found is not None and found.size == info.size:
        try:
            kept, now = bucket.attributes(key)
            if now.size == info.size and kept.get(DIGEST) == digest:
                return _Sent(key, found.etag, info.size, digest, False)
        except FileNotFoundError:
            pass  # it went since the listing
    attributes = {DIGEST: digest}
    if kind := info.attributes.get("content-type"):
        attributes["Content-Type"] = kind

    def read() -> Iterator[bytes]:
        return files.read(f"{pinned}:{info.path}")

    pieces = _whole(read, info)
    if info.size <= _AT_ONCE:
        etag = bucket.replace(key, b"".join(pieces), attributes)
    else:
        with large:
            etag = bucket.replace(key, pieces, attributes)
    return _Sent(key, etag, info.size, digest, True)


def _whole(read: Callable[[], Iterator[bytes]], info: FileInfo) -> Iterator[bytes]:
    """Yield the bytes of a file; raise where they are fewer than it has, so that no half object is made."""
    size = 0
    for piece in read():
        size += len(piece)
        yield piece
    if size != info.size:
        raise Unavailable(f"Of {info.path} only {size:,} bytes came.", help="Try again.")
