"""The past of a commit, as a list."""

from __future__ import annotations

from sqlalchemy import Connection, select

from tilth.errors import NotFound
from tilth.metadata.schema.commits import commit_parents, commits
from tilth.model.commit import Commit
from tilth.model.ids import CommitId
from tilth.versioning import lines, touches
from tilth.versioning.backend import Backend
from tilth.versioning.branches import find_branch
from tilth.versioning.repos import Repo, RepoName, find_repo
from tilth.versioning.trees import folder_path


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
            return lines.first_parents(conn, start, limit)
        return touches.touching(backend.store, conn, start, folder_path(path), limit)


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
