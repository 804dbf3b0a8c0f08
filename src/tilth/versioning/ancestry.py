"""What a commit descends from, and where two histories parted."""

from __future__ import annotations

import heapq

from sqlalchemy import Connection, select

from tilth.errors import NotFound
from tilth.metadata.schema.commits import commit_parents, commits
from tilth.model.ids import CommitId

_OURS, _THEIRS, _BOTH, _STALE = 1, 2, 3, 4


def is_ancestor(conn: Connection, ancestor: CommitId, of: CommitId) -> bool:
    """Tell whether `ancestor` is `of` or before it, over all parents. Costs the distance between them."""
    if ancestor == of:
        return True
    end = _generation(conn, ancestor)
    seen = {of}
    waiting = [(-_generation(conn, of), of)]
    while waiting:
        _, commit = heapq.heappop(waiting)
        for parent, generation in _parents(conn, commit):
            if parent == ancestor:
                return True
            if generation > end and parent not in seen:
                seen.add(parent)
                heapq.heappush(waiting, (-generation, parent))
    return False


def merge_bases(conn: Connection, ours: CommitId, theirs: CommitId) -> list[CommitId]:
    """Return the commits from which both descend and no other such commit does, the newest first.

    One, unless both sides have merged the other before (then they are all needed), or none at all. Costs the commits
    between them and both.
    """
    if ours == theirs:
        return [ours]
    marks: dict[CommitId, int] = {ours: _OURS}
    marks[theirs] = marks.get(theirs, 0) | _THEIRS
    waiting = [(-_generation(conn, each), each) for each in (ours, theirs)]
    heapq.heapify(waiting)
    found: list[CommitId] = []
    # A commit comes out of the heap after all that descend from it, so its marks are complete then.
    while any(not marks[commit] & _STALE for _, commit in waiting):
        _, commit = heapq.heappop(waiting)
        mark = marks[commit]
        if mark == _BOTH:
            found.append(commit)
            mark |= _STALE
        for parent, generation in _parents(conn, commit):
            known = marks.get(parent)
            if known is None:
                heapq.heappush(waiting, (-generation, parent))
            marks[parent] = (known or 0) | mark
    return found


def _parents(conn: Connection, commit: CommitId) -> list[tuple[CommitId, int]]:
    rows = conn.execute(
        select(commits.c.id, commits.c.generation)
        .join(commit_parents, commit_parents.c.parent == commits.c.id)
        .where(commit_parents.c.commit == commit)
    )
    return [(CommitId(row.id), int(row.generation)) for row in rows]


def _generation(conn: Connection, commit: CommitId) -> int:
    found = conn.execute(select(commits.c.generation).where(commits.c.id == commit)).scalar()
    if found is None:
        raise NotFound(f"There is no commit {commit}.", help="`tilth log` shows the commits of a repo.", commit=commit)
    return int(found)
