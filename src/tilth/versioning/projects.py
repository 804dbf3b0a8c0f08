"""Which projects there are, which were branched from which, and up to where a copy and its origin agree."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from tilth.errors import Conflict, NotFound
from tilth.metadata.schema.jobs import pipelines
from tilth.metadata.schema.projects import branch_bases, project_branches
from tilth.metadata.schema.repos import repos
from tilth.model.ids import CommitId, RepoId
from tilth.versioning import journal
from tilth.versioning.repos import Repo, find_repo

STAGE = "project"
"""The stage of the commits with which a project branch begins, and of those that promote it."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project. `origin` is the one that it was branched from (it may be gone); the rest is empty for others."""

    name: str
    repos: int
    pipelines: int
    origin: str | None = None
    author: str = ""
    created_ms: int = 0


@dataclass(frozen=True, slots=True)
class Base:
    """Up to where a branch of a copy (`ours`) and of its origin (`theirs`) agree; None: there was no commit."""

    repo: RepoId
    branch: str
    origin_repo: RepoId
    origin_branch: str
    ours: CommitId | None
    theirs: CommitId | None


def list_projects(conn: Connection, *, after: str | None = None, limit: int = 100) -> list[Project]:
    """Return up to `limit` projects that hold something, behind `after`, by name. Cost: O(repos + pipelines)."""
    counts: dict[str, list[int]] = {}
    for place, table in enumerate((repos, pipelines)):
        query = select(table.c.project, func.count()).where(table.c.deleted_ms.is_(None)).group_by(table.c.project)
        for name, count in conn.execute(query):
            counts.setdefault(name, [0, 0])[place] = count
    rows = {row.name: row for row in conn.execute(select(project_branches))}
    found = []
    for name in sorted(name for name in {*counts, *rows} if after is None or name > after)[:limit]:
        row = rows.get(name)
        told = (row.origin, row.author, row.created_ms) if row is not None else (None, "", 0)
        held = counts.get(name, [0, 0])
        found.append(Project(name, held[0], held[1], *told))
    return found


def find_project(conn: Connection, name: str) -> Project:
    """Return one project. Raises NotFound. Cost: O(its repos + pipelines)."""
    found = _project(conn, name)
    if found is None:
        raise NotFound(f"There is no project {name}.", help="`tilth project list` shows them.", project=name)
    return found


def find_branch_of(conn: Connection, name: str) -> Project:
    """Return a project that was branched from another. Raises NotFound, and Conflict for one that was not."""
    found = find_project(conn, name)
    if found.origin is None:
        raise Conflict(
            f"Project {name} was not branched from another.",
            help="`tilth project list` shows which were; `tilth project branch` makes one.",
            project=name,
        )
    return found


def check_free(conn: Connection, name: str) -> None:
    """Raise Conflict when there is a project of this name. Cost: O(its repos + pipelines)."""
    found = _project(conn, name)
    if found is not None:
        raise Conflict(
            f"There is a project {name} already: {found.repos:,} repos, {found.pipelines:,} pipelines.",
            help="Choose another name, or delete that project first.",
            project=name,
        )


def _project(conn: Connection, name: str) -> Project | None:
    """Return a project that holds something, or that was branched, by its name."""
    held = []
    for table in (repos, pipelines):
        query = select(func.count()).where(table.c.project == name, table.c.deleted_ms.is_(None))
        held.append(int(conn.execute(query).scalar_one()))
    row = conn.execute(select(project_branches).where(project_branches.c.name == name)).first()
    if row is None:
        return Project(name, held[0], held[1]) if any(held) else None
    return Project(name, held[0], held[1], row.origin, row.author, row.created_ms)


def branches_of(conn: Connection, name: str) -> list[str]:
    """Return the projects that were branched from this one."""
    query = select(project_branches.c.name).where(project_branches.c.origin == name)
    return list(conn.execute(query.order_by(project_branches.c.name)).scalars())


def note_project(conn: Connection, name: str, origin: str | None, author: str) -> None:
    """Write down that a project was branched from `origin`; None: it is gone."""
    conn.execute(delete(project_branches).where(project_branches.c.name == name))
    facts: dict[str, str | int | None] = {
        "name": name,
        "origin": origin,
        "author": author,
        "created_ms": time.time_ns() // 1_000_000,
    }
    if origin is not None:
        conn.execute(insert(project_branches).values(**facts))
    journal.note(conn, "project", facts)


def repos_in(conn: Connection, project: str) -> list[Repo]:
    """Return the repos of a project by name."""
    query = select(repos.c.id).where(repos.c.project == project, repos.c.deleted_ms.is_(None)).order_by(repos.c.name)
    return [find_repo(conn, RepoId(id)) for id in conn.execute(query).scalars().all()]


def note_base(conn: Connection, base: Base) -> None:
    """Write down up to where a branch of a copy and its origin agree, instead of what was known."""
    at = (branch_bases.c.repo == base.repo) & (branch_bases.c.branch == base.branch)
    conn.execute(delete(branch_bases).where(at))
    facts: dict[str, str | None] = {
        "repo": base.repo,
        "branch": base.branch,
        "origin_repo": base.origin_repo,
        "origin_branch": base.origin_branch,
        "ours": base.ours,
        "theirs": base.theirs,
    }
    conn.execute(insert(branch_bases).values(**facts))
    journal.note(conn, "base", facts)


def bases_of(conn: Connection, repo: RepoId) -> dict[str, Base]:
    """Return what is known of the branches of a copied repo, by name; nothing for one that was not copied."""
    rows = conn.execute(select(branch_bases).where(branch_bases.c.repo == repo))
    return {
        row.branch: Base(RepoId(row.repo), row.branch, RepoId(row.origin_repo), row.origin_branch, row.ours, row.theirs)
        for row in rows
    }
