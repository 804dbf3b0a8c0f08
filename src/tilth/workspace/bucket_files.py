"""Objects of an object store as edits of a local workspace: what was fetched before is named, not fetched again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tilth.exchange import buckets
from tilth.exchange.remembered import Remembered, memory_file
from tilth.model.digest import DIGEST_SIZE
from tilth.progress import Progress
from tilth.storage.bucket_client import Bucket, Listed, check_storage_url
from tilth.storage.content import Content, content_of_chunks, digests_of, entries_of, write_content
from tilth.storage.store import Store
from tilth.versioning.backend import Backend
from tilth.versioning.edits import Edits
from tilth.versioning.trees import entry_for

_AT_ONCE = 1000
_FLUSH_BYTES = 64 << 20
"""After so much, what was fetched is made durable: an interrupted put does not fetch it again."""


def fetched_edits(backend: Backend, url: str, into: str, progress: Progress) -> Edits:
    """Store the objects below `url` and return the edits that put them under the path `into`.

    An object is known by key, ETag and size; it is fetched where it is new, or where what was stored of it is gone.
    To be called within an act. What was fetched is durable after the store's next flush.
    """
    bucket = Bucket(url)
    memory = Remembered(memory_file(backend.scratch / "fetched", check_storage_url(url)))
    edits = Edits()
    fresh: list[Listed] = []
    listed = buckets.listing(bucket)
    for start in range(0, len(listed), _AT_ONCE):
        for each, chunks in _stored(backend.store, memory, listed[start : start + _AT_ONCE]):
            if chunks:
                _put(edits, into, each.key, content_of_chunks(backend.store, chunks))
            else:
                fresh.append(each)
    progress.begin(f"Fetching from {bucket.name}", sum(each.size for each in fresh), "bytes")
    owed = 0
    try:
        for found in buckets.fetched(bucket, fresh):
            content = write_content(backend.store, found.content)
            now = found.listed
            memory.add(now.key, now.etag, content.size, entries_of(backend.store, content))
            _put(edits, into, now.key, content)
            progress.advance(content.size)
            owed += content.size
            if owed > _FLUSH_BYTES:
                backend.store.flush()
                memory.save()
                owed = 0
    finally:
        backend.store.flush()
        memory.save()
    progress.end()
    return edits


def _stored(store: Store, memory: Remembered, listed: Sequence[Listed]) -> Iterator[tuple[Listed, bytes | None]]:
    """Yield each object with the chunk list of what is stored of it, None where not all of it is."""
    known = [memory.get(each.key, each.etag, each.size) or b"" for each in listed]
    digests = [digests_of(chunks) for chunks in known]
    here = store.present(b"".join(digests))
    at = 0
    for each, chunks, names in zip(listed, known, digests, strict=True):
        count = len(names) // DIGEST_SIZE
        yield each, chunks if chunks and here[at : at + count].all() else None
        at += count


def _put(edits: Edits, into: str, key: str, content: Content) -> None:
    edits.put(entry_for(buckets.below(into, key), content))
