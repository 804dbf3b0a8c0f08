"""What each commit changed and what that took: counted when it is made, kept beside its record, outside the seal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from tilth.metadata.schema.commits import commits
from tilth.model.ids import CommitId
from tilth.versioning.backend import Backend

_IN_ONE_QUERY = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """Files that a commit added, changed and removed against its first parent; `put` is the size of those added and
    changed, in bytes. `stored` is what of that was not stored before, as it lies on disk; None where nobody counted:
    other processes stored it, or it came from another workspace."""

    added: int
    changed: int
    removed: int
    put: int
    stored: int | None = None


def counts_of(backend: Backend, ids: Sequence[CommitId]) -> dict[CommitId, Counts]:
    """Return the counts of those commits that have some; ones of earlier versions have none."""
    found: dict[CommitId, Counts] = {}
    columns = (commits.c.id, commits.c.added, commits.c.changed, commits.c.removed, commits.c.put, commits.c.stored)
    with backend.database.read() as conn:
        for start in range(0, len(ids), _IN_ONE_QUERY):
            some = list(ids[start : start + _IN_ONE_QUERY])
            for row in conn.execute(select(*columns).where(commits.c.id.in_(some), commits.c.added.is_not(None))):
                found[CommitId(row.id)] = Counts(row.added, row.changed, row.removed, row.put, row.stored)
    return found
