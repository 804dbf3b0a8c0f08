"""Tombstones: content that was taken away for good, with who did it, when and why."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from tilth.errors import Purged
from tilth.metadata import counters
from tilth.metadata.database import Database
from tilth.metadata.schema.garbage import purged
from tilth.model.digest import Digest
from tilth.versioning import journal

COUNTER = "purged"
_LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Content that was purged. `parts` are the digests of its chunks, 32 bytes each, one after another."""

    digest: Digest
    path: str
    author: str
    why: str
    at_ms: int
    parts: bytes = b""

    @property
    def records(self) -> list[Digest]:
        """The digests of all records that the content was made of."""
        return [self.digest, *(Digest(self.parts[at : at + 32]) for at in range(0, len(self.parts), 32))]

    @property
    def told(self) -> str:
        """Who purged it, when and why."""
        return f"purged by {self.author} on {day(self.at_ms)}: {self.why}"


def day(at_ms: int) -> str:
    """Return a time for people."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def tombstone_of(row: Row[Any]) -> Tombstone:
    """Return the tombstone in a row of the table."""
    return Tombstone(Digest(row.digest), row.path, row.author, row.why, row.at_ms, row.parts)


def all_tombstones(conn: Connection) -> dict[Digest, Tombstone]:
    """Return every tombstone."""
    return {Digest(row.digest): tombstone_of(row) for row in conn.execute(select(purged))}


def bury(conn: Connection, stone: Tombstone) -> None:
    """Set a tombstone in the caller's transaction, and note it for the store. One that stands already stays."""
    if conn.execute(select(purged.c.digest).where(purged.c.digest == stone.digest)).first() is not None:
        return
    facts: dict[str, str | int] = {"path": stone.path, "author": stone.author, "why": stone.why, "at_ms": stone.at_ms}
    conn.execute(insert(purged).values(digest=stone.digest, parts=stone.parts, **facts))
    journal.note(conn, "purged", {"digest": stone.digest.hex(), "parts": stone.parts.hex(), **facts})
    counters.step(conn, COUNTER)


def lift(conn: Connection, digest: Digest) -> bool:
    """Take a tombstone away in the caller's transaction; tell whether there was one."""
    found = conn.execute(delete(purged).where(purged.c.digest == digest)).rowcount > 0
    if found:
        journal.note(conn, "purge.lifted", {"digest": digest.hex()})
        counters.step(conn, COUNTER)
    return found


class Refusals:
    """What this process refuses to read and to take, looked up anew at most once a second. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._looked = -_LOOK_S
        self._version = -1
        self._stones: dict[Digest, Tombstone] = {}

    def look(self) -> None:
        """Look for news at the next question."""
        self._looked = -_LOOK_S

    def check(self, digests: Sequence[Digest]) -> None:
        """Raise Purged for the first that was taken away."""
        now = time.monotonic()
        if now - self._looked >= _LOOK_S and not self._database.in_transaction:
            self._refresh(now)
        if not self._stones:
            return
        for digest in digests:
            stone = self._stones.get(digest)
            if stone is None:
                continue
            raise Purged(
                f"{stone.path} was {stone.told}.",
                help=f"An owner may let these bytes in again: `tilth purge --allow {digest.hex()}`, then put them.",
                digest=digest.hex(),
                path=stone.path,
                author=stone.author,
                reason=stone.why,
                at_ms=stone.at_ms,
            )

    def _refresh(self, now: float) -> None:
        with self._lock:
            with self._database.read() as conn:
                version = counters.value(conn, COUNTER)
                if version != self._version:
                    self._stones = all_tombstones(conn)
                    self._version = version
            self._looked = now
