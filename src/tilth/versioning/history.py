"""The past of a commit: its log, what it descends from, where two histories parted."""

from __future__ import annotations

import heapq

from sqlalchemy import Connection, select

from tilth.errors import NotFound
from tilth.metadata.schema.commits import commit_parents, commits
from tilth.model.commit import Commit
from tilth.model.ids import CommitId
from tilth.versioning import touches
from tilth.versioning.backend import Backend
from tilth.versioning.branches import find_branch
from tilth.versioning.repos import Repo, RepoName, find_repo
from tilth.versioning.trees import folder_path

_OURS, _THEIRS, _BOTH, _STALE = 1, 2, 3, 4


def log(
    backend: Backend,
    repo: RepoName,
    at: str,
    *,
    after: CommitId | None = None,
    limit: int = 100,
    path: str = "",
) -> list[Commit]:
    """Return the commit `at` (a branch or a commit id) and its ancestors by first parent, newest first.

    `after` is the last commit of the page before. With `path`, only commits that put, changed or deleted something
    there: O(found), however many others lie between.
    """
    with backend.database.read() as conn:
        home = find_repo(conn, repo)
        start = _first_parent(conn, after) if after is not None else _start_of(conn, home, at)
        if start is None or limit <= 0:
            return []
        if not path:
            return touches.first_parents(conn, start, limit)
        return touches.touching(backend.store, conn, start, folder_path(path), limit)


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


def _start_of(conn: Connection, home: Repo, at: str) -> CommitId | None:
    row = conn.execute(select(commits.c.repo).where(commits.c.id == at)).first()
    if row is not None:
        if row.repo != home.id:
            raise NotFound(f"Commit {at} is not of repo {home.full_name}.", help="Name the repo it is of.", commit=at)
        return CommitId(at)
    return find_branch(conn, home, at).head


def _first_parent(conn: Connection, commit: CommitId) -> CommitId | None:
    query = select(commit_parents.c.parent).where(commit_parents.c.commit == commit, commit_parents.c.position == 0)
    parent: CommitId | None = conn.execute(query).scalar()
    return parent


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
