"""How much of the store each repo takes, and how much of that it shares with others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select

from tilth.metadata.schema.branches import branches
from tilth.metadata.schema.commits import commits
from tilth.metadata.schema.garbage import purged
from tilth.metadata.schema.repos import repos
from tilth.storage.marking import Marker
from tilth.storage.marks import Marks
from tilth.versioning.backend import Backend
from tilth.versioning.edits import TREE
from tilth.versioning.marking import kept_trees, mark_tree_rows, pages


@dataclass(frozen=True, slots=True)
class RepoSize:
    """Bytes of one repo. `logical` is what the heads of its branches hold; `stored` what all its kept commits take on
    disk, each record once; `own` the part of that which no other repo's commits need."""

    repo: str
    logical: int
    stored: int
    own: int


def repo_sizes(backend: Backend) -> list[RepoSize]:
    """Measure every repo, by name. Records that only jobs, drafts or tasks need count for none.

    Cost: reads each range of every kept tree once per repo, and 29 bytes of memory per record.
    """
    store = backend.store
    store.flush()
    marks, lengths = _lengths(backend)
    with backend.database.read() as conn:
        homes = conn.execute(
            select(
                repos.c.id, repos.c.project, repos.c.name, func.coalesce(func.sum(commits.c.size), 0).label("logical")
            )
            .outerjoin(branches, branches.c.repo == repos.c.id)
            .outerjoin(commits, commits.c.id == branches.c.head)
            .where(repos.c.deleted_ms.is_(None))
            .group_by(repos.c.id, repos.c.project, repos.c.name)
            .order_by(repos.c.project, repos.c.name)
        ).all()
        gone = conn.execute(select(purged.c.digest)).scalars().all()
    nobody, shared = -1, -2
    owner = np.full(len(marks), nobody, np.int32)
    stored = []
    for number, home in enumerate(homes):
        marks.clear()
        marker = Marker(store, marks, {TREE.name: mark_tree_rows}, purged=gone)
        with backend.database.read() as conn:
            for page in pages(conn, select(commits.c.seal).where(commits.c.repo == home.id)):
                marker.records(row.seal for row in page)
            for page in pages(conn, kept_trees().where(commits.c.repo == home.id)):
                marker.table(row.tree for row in page)
        marker.run()
        reached = marks.marked()
        stored.append(int(lengths[reached].sum()))
        owner[reached] = np.where(owner[reached] == nobody, number, shared)
    owned = np.bincount(owner[owner >= 0], lengths[owner >= 0].astype(np.float64), len(homes))
    return [
        RepoSize(f"{home.project}/{home.name}", int(home.logical), size, int(own))
        for home, size, own in zip(homes, stored, owned, strict=True)
    ]


def _lengths(backend: Backend) -> tuple[Marks, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Return marks on all records, and the length of each on disk by its row."""
    shards, digests = backend.store.look()
    marks = Marks(digests)
    lengths = np.zeros(len(marks), np.int64)
    for shard in shards:
        rows = marks.rows(shard.digests[: 32 * len(shard)])
        lengths[rows] = shard.lengths
    for part in digests[len(shards) :]:
        rows = marks.rows(part)
        lengths[rows] = backend.store.lengths([bytes(part[at : at + 32]) for at in range(0, len(part), 32)])
    return marks, lengths
