"""What the database names in the store: the roots of everything that is kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa
from sqlalchemy import Connection, Row, Select, select

from tilth.metadata.database import Database
from tilth.metadata.schema.commits import commits
from tilth.metadata.schema.drafts import draft_edits
from tilth.metadata.schema.garbage import pins, purged
from tilth.metadata.schema.repos import repos
from tilth.metadata.schema.rules import released
from tilth.metadata.schema.uploads import uploads
from tilth.model.digest import DIGEST_SIZE, Digest
from tilth.progress import Progress, silent
from tilth.storage.content import digests_of
from tilth.storage.marking import Marker, RowReader
from tilth.storage.marks import Marks
from tilth.storage.store import Store
from tilth.versioning.edits import TREE

_PAGE = 5000


class Roots(Protocol):
    """One package's part of the list of everything that is kept (docs/design/003-garbage.md is the whole)."""

    rows: Mapping[str, RowReader]
    """By table name, how to mark what the rows of this package's tables name."""

    def mark(self, conn: Connection, marker: Marker) -> None:
        """Name all roots, of caches too. Reads the database only: the whole list is one snapshot."""


class WeakRoots(Roots, Protocol):
    """Roots that may be given up: a cache with bounds."""

    def trim(self, database: Database, marker: Marker) -> int:
        """Forget entries beyond the bounds that nothing else keeps; return how many. Everything else is marked."""


class CommitRoots:
    """Every commit's record; the trees of kept ones with all content; drafts; pins; uploads."""

    def __init__(self) -> None:
        self.rows: Mapping[str, RowReader] = {TREE.name: mark_tree_rows}

    def mark(self, conn: Connection, marker: Marker) -> None:
        """Name the roots."""
        for page in pages(conn, select(commits.c.seal)):
            marker.records(row.seal for row in page)
        for page in pages(conn, kept_trees()):
            marker.table(row.tree for row in page)
        edits = select(draft_edits.c.digest, draft_edits.c.layout, draft_edits.c.chunks)
        for page in pages(conn, edits.where(draft_edits.c.kind.is_not(None))):
            marker.contents(
                pa.array([row.digest for row in page], pa.binary(32)),
                pa.array([row.layout for row in page], pa.uint8()),
                pa.array([row.chunks for row in page], pa.binary()),
            )
        now = time.time_ns() // 1_000_000
        marker.records(conn.execute(select(pins.c.digest).where(pins.c.until_ms >= now)).scalars())
        taken = {name for parts in conn.execute(select(purged.c.parts)).scalars() for name in _each(parts)}
        for page in pages(conn, select(uploads.c.chunks).where(uploads.c.until_ms >= now)):
            for row in page:
                # Chunks of what was purged are kept by files that share them, never by somebody's having sent them.
                names = _each(digests_of(row.chunks))
                marker.records(name for name in names if name not in taken)


def _each(digests: bytes) -> Iterator[Digest]:
    return (Digest(digests[at : at + DIGEST_SIZE]) for at in range(0, len(digests), DIGEST_SIZE))


def kept_trees() -> Select[tuple[bytes]]:
    """Return the query for the trees of all commits whose files are kept.

    Not those of deleted repos, nor what was released (forgotten or dropped), which is for good.
    """
    home = repos.c.id == commits.c.repo
    return (
        select(commits.c.tree)
        .join(repos, home)
        .outerjoin(released, released.c.commit == commits.c.id)
        .where(commits.c.tree.is_not(None), repos.c.deleted_ms.is_(None), released.c.commit.is_(None))
    )


def mark_tree_rows(marker: Marker, rows: pa.RecordBatch) -> None:
    """Mark the content of the files in a range of a tree."""
    marker.contents(rows.column(3), rows.column(4), rows.column(5))


def mark_all(
    store: Store,
    database: Database,
    marks: Marks,
    roots: Sequence[Roots],
    caches: Sequence[WeakRoots],
    *,
    trim: bool,
    unreadable: set[bytes] | None = None,
    progress: Progress = silent,
) -> int:
    """Mark everything that `roots` and `caches` reach; return how many cache entries were forgotten.

    All roots are read in one snapshot of the database: what moves from one table to another meanwhile is seen at least
    once. With `trim`, caches are held to their bounds first. Raises Corrupt where a record that is needed cannot be
    read, unless `unreadable` is to gather such ones. Cost: reads each range of every kept table once, and memory as
    `Marks`.
    """
    rows: dict[str, RowReader] = {}
    for each in (*roots, *caches):
        rows.update(each.rows)
    with database.read() as conn:
        gone = conn.execute(select(purged.c.digest)).scalars().all()
        marker = Marker(store, marks, rows, purged=gone, progress=progress)
        marker.unreadable = unreadable
        for each in roots if trim else (*roots, *caches):
            each.mark(conn, marker)
    marker.run()
    if not trim:
        return 0
    forgotten = sum(cache.trim(database, marker) for cache in caches)
    marker.run()
    return forgotten


def pages(conn: Connection, query: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    """Yield the rows of a query in pages, so that memory is bounded."""
    yield from conn.execute(query, execution_options={"yield_per": _PAGE}).partitions()
