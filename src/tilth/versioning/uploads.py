"""What users sent in parts and no commit names yet: kept for some days, for its sender and the repo alone."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, func, insert, select, update

from tilth.errors import Conflict
from tilth.metadata.database import Database
from tilth.metadata.schema.uploads import uploads
from tilth.model.digest import Digest
from tilth.model.ids import RepoId, new_id

ENTRY = 36
KEPT_MS = 7 * 24 * 3600 * 1000
AFTER_COMMIT_MS = 3600 * 1000
"""How long chunks stay once a commit named them: another upload of the same sender may be about to name them, too."""
MOST_CHUNKS = 10_000_000
MOST_BYTES = 4 << 40
"""What is kept of one user in all repos: beyond it, nothing more is taken."""
_PAGE = 100
_ENTRY = np.dtype([("head", "<u8"), ("rest", "V24"), ("length", "<u4")])


def keep(database: Database, author: str, repo: RepoId, chunks: bytes) -> None:
    """Note that `author` sent these chunks (entries) for a repo. What has run out is forgotten on the way.

    Raises Conflict where that would be more than is kept of one user.
    """
    now = _now_ms()
    size = int(np.frombuffer(chunks, _ENTRY)["length"].sum(dtype=np.int64))
    with database.transaction() as conn:
        conn.execute(delete(uploads).where(uploads.c.until_ms < now))
        check_room(conn, author, more_chunks=len(chunks) // ENTRY, more_bytes=size)
        conn.execute(
            insert(uploads).values(
                id=new_id(), author=author, repo=repo, chunks=chunks, until_ms=now + KEPT_MS, size=size
            )
        )


def check_room(conn: Connection, author: str, *, more_chunks: int = 1, more_bytes: int = 0) -> None:
    """Raise Conflict where so much more would be too much to keep of one user."""
    waiting = select(
        func.coalesce(func.sum(func.length(uploads.c.chunks)), 0), func.coalesce(func.sum(uploads.c.size), 0)
    ).where(uploads.c.author == author, uploads.c.until_ms >= _now_ms())
    entries, size = conn.execute(waiting).one()
    count = int(entries) // ENTRY
    if count + more_chunks > MOST_CHUNKS or int(size) + more_bytes > MOST_BYTES:
        raise Conflict(
            f"{count:,} chunks ({int(size):,} bytes) of {author} wait for a commit, or had one within the hour; "
            f"{MOST_CHUNKS:,} ({MOST_BYTES:,} bytes) are the most.",
            help="Commit what is there, or send the rest later; what is never committed is forgotten after a week.",
            chunks=count,
            bytes=int(size),
        )


def kept(database: Database, author: str, repo: RepoId, among: Collection[bytes]) -> set[bytes]:
    """Return those entries of `among` that `author` sent for a repo. Cost: what is kept of that user there."""
    found: set[bytes] = set()
    if not among:
        return found
    heads = _heads(among)
    query = select(uploads.c.chunks).where(
        uploads.c.author == author, uploads.c.repo == repo, uploads.c.until_ms >= _now_ms()
    )
    with database.read() as conn:
        for row in conn.execute(query, execution_options={"yield_per": _PAGE}):
            near = (row.chunks[at * ENTRY : at * ENTRY + ENTRY] for at in _near(row.chunks, heads))
            found.update(each for each in near if each in among)
    return found


def committed(database: Database, author: str, repo: RepoId) -> None:
    """Let go soon of what `author` sent for a repo: a commit names it now."""
    soon = _now_ms() + AFTER_COMMIT_MS
    with database.transaction() as conn:
        conn.execute(
            update(uploads)
            .where(uploads.c.author == author, uploads.c.repo == repo, uploads.c.until_ms > soon)
            .values(until_ms=soon)
        )


def forget(conn: Connection, digests: Iterable[Digest]) -> None:
    """Forget, in the caller's transaction, that anybody sent these chunks. Cost: reads what is kept of everybody."""
    gone = set(digests)
    heads = _heads(gone)
    changed: dict[str, tuple[bytes, int]] = {}
    query = select(uploads.c.id, uploads.c.chunks)
    for row in conn.execute(query, execution_options={"yield_per": _PAGE}):
        near = _near(row.chunks, heads)
        drop = [at for at in near if row.chunks[at * ENTRY : at * ENTRY + 32] in gone]
        if drop:
            left = np.delete(np.frombuffer(row.chunks, _ENTRY), drop)
            changed[row.id] = left.tobytes(), int(left["length"].sum(dtype=np.int64))
    for id, (chunks, size) in changed.items():
        if chunks:
            conn.execute(update(uploads).where(uploads.c.id == id).values(chunks=chunks, size=size))
        else:
            conn.execute(delete(uploads).where(uploads.c.id == id))


def _heads(names: Collection[bytes]) -> npt.NDArray[np.uint64]:
    """Return the first 8 bytes of each, sorted: what is to be looked for among many goes by them first."""
    return np.unique(np.frombuffer(b"".join(name[:8] for name in names), "<u8"))


def _near(chunks: bytes, heads: npt.NDArray[np.uint64]) -> list[int]:
    """Return the places of entries that begin like one of those looked for."""
    begins = np.frombuffer(chunks, _ENTRY)["head"]
    if not len(heads):
        return []
    at = np.minimum(np.searchsorted(heads, begins), len(heads) - 1)
    found: list[int] = np.flatnonzero(heads[at] == begins).tolist()
    return found


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
