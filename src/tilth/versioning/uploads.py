"""What users sent in parts and no commit names yet: kept for some days, for its sender and the repo alone."""

from __future__ import annotations

import time
from collections.abc import Collection

from sqlalchemy import delete, insert, select, update

from tilth.metadata.database import Database
from tilth.metadata.schema.uploads import uploads
from tilth.model.ids import RepoId, new_id

ENTRY = 36
KEPT_MS = 7 * 24 * 3600 * 1000
AFTER_COMMIT_MS = 3600 * 1000
"""How long chunks stay once a commit named them: another upload of the same sender may be about to name them, too."""


def keep(database: Database, author: str, repo: RepoId, chunks: bytes) -> None:
    """Note that `author` sent these chunks (entries) for a repo. What has run out is forgotten on the way."""
    now = time.time_ns() // 1_000_000
    with database.transaction() as conn:
        conn.execute(delete(uploads).where(uploads.c.until_ms < now))
        conn.execute(
            insert(uploads).values(id=new_id(), author=author, repo=repo, chunks=chunks, until_ms=now + KEPT_MS)
        )


def kept(database: Database, author: str, repo: RepoId, among: Collection[bytes]) -> set[bytes]:
    """Return those entries of `among` that `author` sent for a repo. Cost: what is kept of that user there."""
    now = time.time_ns() // 1_000_000
    query = select(uploads.c.chunks).where(
        uploads.c.author == author, uploads.c.repo == repo, uploads.c.until_ms >= now
    )
    found: set[bytes] = set()
    with database.read() as conn:
        for row in conn.execute(query):
            sent = (row.chunks[at : at + ENTRY] for at in range(0, len(row.chunks), ENTRY))
            found.update(each for each in sent if each in among)
    return found


def committed(database: Database, author: str, repo: RepoId) -> None:
    """Let go soon of what `author` sent for a repo: a commit names it now."""
    soon = time.time_ns() // 1_000_000 + AFTER_COMMIT_MS
    with database.transaction() as conn:
        conn.execute(
            update(uploads)
            .where(uploads.c.author == author, uploads.c.repo == repo, uploads.c.until_ms > soon)
            .values(until_ms=soon)
        )
