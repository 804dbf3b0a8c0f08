"""Objects of an object store on their way to a server: what was fetched before is named, not fetched again."""

from __future__ import annotations

from pathlib import Path

from tilth.contract.commit import CommitInfo
from tilth.contract.uploads import UploadFile, Uploads
from tilth.errors import TilthError, Unavailable
from tilth.exchange import buckets
from tilth.exchange.remembered import Remembered, memory_file
from tilth.exchange.uploading import Upload, size_of
from tilth.progress import Progress, silent
from tilth.storage.bucket_client import Bucket, Listed, check_storage_url

_SAVE_BYTES = 64 << 20


def upload(
    uploads: Uploads,
    branch: str,
    into: str,
    url: str,
    *,
    memory: Path,
    message: str = "",
    progress: Progress = silent,
) -> CommitInfo:
    """Put the objects below `url` under the path `into` of `repo[@branch]`, as one commit.

    An object is known by key, ETag and size (`memory` is a folder of this machine, which may be lost); it is fetched
    where it is new, or where the server lacks a chunk of it.
    """
    bucket = Bucket(url)
    told = Remembered(memory_file(memory / "fetched", check_storage_url(url)))
    listed = buckets.listing(bucket)
    progress.begin(f"Sending {bucket.name} to {branch}", sum(each.size for each in listed), "bytes")
    with Upload(uploads, branch, progress=progress) as on_its_way:
        fresh = _unknown(on_its_way, into, told, listed)
        owed = 0
        try:
            for found in buckets.fetched(bucket, fresh):
                now = found.listed
                chunks = on_its_way.add(buckets.below(into, now.key), found.content)
                told.add(now.key, now.etag, size_of(chunks), chunks)
                owed += now.size
                if owed > _SAVE_BYTES:
                    on_its_way.send()
                    told.save()
                    owed = 0
        except TilthError as error:
            if not (isinstance(error, Unavailable) and error.facts.get("lost")):
                on_its_way.send()  # so that it need not be fetched again
            raise
        finally:
            told.save()
        done = on_its_way.commit(message=message)
    progress.end()
    return done


def _unknown(on_its_way: Upload, into: str, told: Remembered, listed: list[Listed]) -> list[Listed]:
    """Name the objects that the server has already; return the others."""
    fresh: list[Listed] = []
    known: list[tuple[Listed, UploadFile]] = []
    for each in listed:
        chunks = told.get(each.key, each.etag, each.size)
        if chunks:
            known.append((each, UploadFile(buckets.below(into, each.key), chunks)))
        else:
            fresh.append(each)
    for (each, file), here in zip(known, on_its_way.there(file for _, file in known), strict=True):
        if here:
            on_its_way.name(file.path, file.chunks)
        else:
            fresh.append(each)
    return sorted(fresh, key=lambda each: each.key)
