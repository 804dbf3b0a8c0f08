"""The workspace-wide cache of results: what a datum's identity came to, whatever pipeline or branch asked first."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from tilth.execution.batch import OutputFile
from tilth.metadata.schema.jobs import results
from tilth.model.canonical import canonical
from tilth.model.digest import Digest, digest_from_hex, digest_of
from tilth.storage.content import Content
from tilth.storage.records import RecordKind
from tilth.storage.store import Store

_IN_ONE_QUERY = 500


@dataclass(frozen=True, slots=True)
class CachedResult:
    """What one identity came to: the digest of its manifest, and of the log of the run that made it."""

    identity: Digest
    manifest: Digest
    log: Digest | None
    size: int = 0
    """Bytes of the files that the manifest lists."""


def find_results(conn: Connection, identities: Sequence[Digest], *, since_ms: int = 0) -> dict[Digest, CachedResult]:
    """Return those of `identities` whose result is known, and was made at or after `since_ms`."""
    found: dict[Digest, CachedResult] = {}
    for start in range(0, len(identities), _IN_ONE_QUERY):
        some = list(identities[start : start + _IN_ONE_QUERY])
        for row in conn.execute(
            select(results.c.identity, results.c.manifest, results.c.log).where(
                results.c.identity.in_(some), results.c.at_ms >= since_ms
            )
        ):
            identity = Digest(row.identity)
            found[identity] = CachedResult(identity, Digest(row.manifest), Digest(row.log) if row.log else None)
    return found


def keep_results(conn: Connection, found: Iterable[CachedResult]) -> None:
    """Remember results; a newer one replaces an older of the same identity. Their manifests must be durable."""
    now = time.time_ns() // 1_000_000
    rows = {
        result.identity: {
            "identity": result.identity,
            "manifest": result.manifest,
            "log": result.log,
            "at_ms": now,
            "size": result.size,
        }
        for result in found
    }
    if not rows:
        return
    identities = list(rows)
    for start in range(0, len(identities), _IN_ONE_QUERY):
        some = identities[start : start + _IN_ONE_QUERY]
        conn.execute(delete(results).where(results.c.identity.in_(some)))
    conn.execute(insert(results), list(rows.values()))


def encode_manifest(outputs: Iterable[OutputFile]) -> bytes:
    """Return the list of a datum's output files as a record."""
    return canonical(
        [
            [
                file.path,
                file.content.size,
                file.content.digest.hex(),
                file.content.layout,
                file.content.chunks.hex(),
                file.mode,
            ]
            for file in outputs
        ]
    )


def decode_manifest(data: bytes) -> tuple[OutputFile, ...]:
    """Return what encode_manifest was given."""
    return tuple(
        OutputFile(path, Content(size, digest_from_hex(digest), layout, bytes.fromhex(chunks)), mode)
        for path, size, digest, layout, chunks, mode in json.loads(data)
    )


def store_manifests(store: Store, outputs: Sequence[Sequence[OutputFile]]) -> list[Digest]:
    """Put the manifests of many datums and return their digests. Durable after `store.flush()`."""
    records = [(digest_of(data), data) for data in map(encode_manifest, outputs)]
    store.put_many(RecordKind.BLOB, records)
    return [digest for digest, _ in records]


def load_manifest(store: Store, digest: Digest) -> tuple[OutputFile, ...]:
    """Return the output files that a manifest lists. Raises NotFound, Corrupt."""
    return decode_manifest(store.get(digest))
