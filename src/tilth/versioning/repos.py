"""Repos: named histories of one kind of data."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, tuple_, update

from tilth.errors import Conflict, Invalid, NotFound
from tilth.metadata import feed
from tilth.metadata.schema.branches import branch_inputs, branches
from tilth.metadata.schema.commits import commit_inputs, commits
from tilth.metadata.schema.drafts import drafts
from tilth.metadata.schema.feedback import feedback_edges
from tilth.metadata.schema.repos import repos
from tilth.metadata.schema.rules import protections, triggers
from tilth.metadata.schema.tags import tags
from tilth.metadata.schema.uploads import uploads
from tilth.model.ids import ChangeId, RepoId, is_id, new_id
from tilth.model.names import DEFAULT_BRANCH, DEFAULT_PROJECT, check_name
from tilth.versioning import journal
from tilth.versioning.backend import Backend

MAX_DESCRIPTION = 4096
"""Characters of a repo's description."""
DATA, DATASET, MODEL = "data", "dataset", "model"
KINDS = (DATA, DATASET, MODEL)
"""What a repo may be: plain data, the acts and versions of a dataset, or a model."""
REPO_GONE = "its repo was deleted"
"""Why the feedback edges of a deleted repo have ended; the journal's note of the deletion says so for all of them."""


@dataclass(frozen=True, slots=True)
class Repo:
    """A repo; nothing trained may have a `held_out` one upstream."""

    id: RepoId
    project: str
    name: str
    description: str
    held_out: bool
    created_ms: int
    kind: str = DATA

    @property
    def full_name(self) -> str:
        """The name with its project: "project/name"."""
        return f"{self.project}/{self.name}"


RepoName: TypeAlias = "str | Repo"
"""A repo, its id, or its name as "name" (in the default project) or "project/name"."""


def create_repo(
    backend: Backend,
    name: str,
    *,
    project: str = DEFAULT_PROJECT,
    held_out: bool = False,
    description: str = "",
    kind: str = DATA,
) -> Repo:
    """Make a repo with an empty branch `main`. Raises Conflict when the name is taken."""
    with backend.database.transaction() as conn:
        return insert_repo(conn, name, project=project, held_out=held_out, description=description, kind=kind)


def insert_repo(
    conn: Connection,
    name: str,
    *,
    project: str = DEFAULT_PROJECT,
    held_out: bool = False,
    description: str = "",
    branch: str | None = DEFAULT_BRANCH,
    kind: str = DATA,
    id: RepoId | None = None,
    change: ChangeId | None = None,
) -> Repo:
    """Make a repo in the caller's transaction, with an empty branch `branch` unless it is None.

    `name` may be "project/name"; `id` is given where commits name it already. Raises Conflict when the name is taken,
    Invalid for a description over MAX_DESCRIPTION.
    """
    project, name = _split(name, project)
    check_name(project, "project")
    check_name(name, "repo")
    if len(description) > MAX_DESCRIPTION:
        raise Invalid(
            f"The description of {project}/{name} has {len(description)} characters; {MAX_DESCRIPTION} are the most.",
            help="Keep the text as a file in the repo, and describe it in a few sentences.",
        )
    taken = conn.execute(select(repos.c.id).where(_live(project, name))).first()
    if taken is not None:
        raise Conflict(
            f"Repo {project}/{name} exists already.", help="Use it, or choose another name.", repo=f"{project}/{name}"
        )
    repo = Repo(id or RepoId(new_id()), project, name, description, held_out, time.time_ns() // 1_000_000, kind)
    conn.execute(
        insert(repos).values(
            id=repo.id,
            project=project,
            name=name,
            description=description,
            held_out=held_out,
            created_ms=repo.created_ms,
            deleted_ms=None,
            kind=kind,
        )
    )
    note_repo(conn, repo)
    if branch is not None:
        check_name(branch, "branch")
        conn.execute(
            insert(branches).values(
                repo=repo.id, name=branch, head=None, owner=None, trains=False, created_ms=repo.created_ms
            )
        )
        note_branch(conn, repo.id, branch)
    feed.append(conn, "repo.created", change or ChangeId(new_id()), {"repo": repo.full_name})
    return repo


def get_repo(backend: Backend, repo: RepoName) -> Repo:
    """Return one repo by name or id. Raises NotFound."""
    with backend.database.read() as conn:
        return find_repo(conn, repo)


def find_repo(conn: Connection, repo: RepoName) -> Repo:
    """Return one repo in the caller's transaction. Raises NotFound."""
    if isinstance(repo, Repo):
        repo = repo.id
    if is_id(repo):
        row = conn.execute(select(repos).where(repos.c.id == repo, repos.c.deleted_ms.is_(None))).first()
    else:
        project, name = _split(repo, DEFAULT_PROJECT)
        row = conn.execute(select(repos).where(_live(project, name))).first()
    if row is None:
        raise NotFound(
            f"There is no repo {repo}.", help="`tilth repo list` shows them, `tilth repo create` makes one.", repo=repo
        )
    return _repo(row)


def list_repos(
    backend: Backend,
    *,
    project: str | None = None,
    kind: str | None = None,
    after: str | None = None,
    limit: int = 1000,
) -> list[Repo]:
    """Return up to `limit` repos behind `after` ("project/name"), by project and name."""
    query = select(repos).where(repos.c.deleted_ms.is_(None))
    if kind is not None:
        query = query.where(repos.c.kind == kind)
    if project is not None:
        query = query.where(repos.c.project == project)
    if after is not None:
        query = query.where(tuple_(repos.c.project, repos.c.name) > tuple_(*_split(after, DEFAULT_PROJECT)))
    with backend.database.read() as conn:
        rows = conn.execute(query.order_by(repos.c.project, repos.c.name).limit(limit)).all()
    return [_repo(row) for row in rows]


def set_held_out(backend: Backend, repo: RepoName, held_out: bool = True) -> Repo:
    """Mark a repo as held out, or no more. It binds from the next publication on, whatever was derived before."""
    with backend.database.transaction() as conn:
        marked = replace(find_repo(conn, repo), held_out=held_out)
        conn.execute(update(repos).where(repos.c.id == marked.id).values(held_out=held_out))
        note_repo(conn, marked)
        feed.append(conn, "repo.held_out", ChangeId(new_id()), {"repo": marked.full_name, "held_out": held_out})
    return marked


def delete_repo(backend: Backend, repo: RepoName, *, force: bool = False) -> None:
    """Delete a repo and its branches. Its commits stay readable by id, because lineage names them.

    Raises Conflict when another repo reads it or was derived from it, or a stage writes to it, unless `force`, which
    also takes it out of the inputs of those branches.
    """
    with backend.database.transaction() as conn:
        remove_repo(conn, repo, force=force)


def remove_repo(conn: Connection, repo: RepoName, *, force: bool = False) -> None:
    """Delete a repo in the caller's transaction; see `delete_repo`."""
    gone = find_repo(conn, repo)
    owner = conn.execute(
        select(branches.c.owner).where(branches.c.repo == gone.id, branches.c.owner.is_not(None)).limit(1)
    ).scalar()
    if owner is not None and not force:
        raise Conflict(
            f"Repo {gone.full_name} is the output of {owner}.",
            help="Delete that pipeline first, or use --force.",
            repo=gone.full_name,
        )
    readers = conn.execute(
        select(repos.c.project, repos.c.name)
        .join(branch_inputs, branch_inputs.c.repo == repos.c.id)
        .where(branch_inputs.c.input_repo == gone.id, branch_inputs.c.repo != gone.id)
        .distinct()
    ).all()
    if readers and not force:
        names = ", ".join(sorted(f"{row.project}/{row.name}" for row in readers))
        raise Conflict(
            f"Repo {gone.full_name} is an input of {names}.",
            help="Delete those first, or use --force.",
            repo=gone.full_name,
        )
    used = commits.alias("used")
    derived = conn.execute(
        select(repos.c.project, repos.c.name)
        .select_from(commit_inputs)
        .join(used, used.c.id == commit_inputs.c.input)
        .join(commits, commits.c.id == commit_inputs.c.commit)
        .join(repos, repos.c.id == commits.c.repo)
        .where(used.c.repo == gone.id, commits.c.repo != gone.id, repos.c.deleted_ms.is_(None))
        .distinct()
        .limit(10)
    ).all()
    if derived and not force:
        names = ", ".join(sorted(f"{row.project}/{row.name}" for row in derived))
        raise Conflict(
            f"Commits of {names} were made from repo {gone.full_name}.",
            help="Delete those first, or use --force; their lineage will still name it.",
            repo=gone.full_name,
        )
    touched = conn.execute(
        select(branch_inputs.c.repo, branch_inputs.c.branch)
        .where(branch_inputs.c.input_repo == gone.id, branch_inputs.c.repo != gone.id)
        .distinct()
    ).all()
    conn.execute(
        delete(branch_inputs).where(or_(branch_inputs.c.input_repo == gone.id, branch_inputs.c.repo == gone.id))
    )
    for row in touched:
        note_branch(conn, RepoId(row.repo), row.branch)
    conn.execute(delete(drafts).where(drafts.c.repo == gone.id))
    conn.execute(
        update(feedback_edges)
        .where(
            or_(feedback_edges.c.from_repo == gone.id, feedback_edges.c.to_repo == gone.id),
            feedback_edges.c.ended.is_(None),
        )
        .values(ended=REPO_GONE)
    )
    protected = conn.execute(select(protections.c.branch).where(protections.c.repo == gone.id)).scalars().first()
    if protected is not None and not force:
        raise Conflict(
            f"Branch {protected} of {gone.full_name} is protected.",
            help="Take the protection away first, or use --force.",
            repo=gone.full_name,
        )
    conn.execute(delete(triggers).where(triggers.c.repo == gone.id))
    conn.execute(delete(protections).where(protections.c.repo == gone.id))
    conn.execute(delete(branches).where(branches.c.repo == gone.id))
    conn.execute(delete(tags).where(tags.c.repo == gone.id))
    conn.execute(delete(uploads).where(uploads.c.repo == gone.id))
    deleted_ms = time.time_ns() // 1_000_000
    conn.execute(update(repos).where(repos.c.id == gone.id).values(deleted_ms=deleted_ms))
    note_repo(conn, gone, deleted_ms)
    feed.append(conn, "repo.deleted", ChangeId(new_id()), {"repo": gone.full_name})


def note_branch(conn: Connection, repo: RepoId, name: str) -> None:
    """Journal the whole row of a branch with its inputs; its head is told by its moves."""
    row = conn.execute(select(branches).where(branches.c.repo == repo, branches.c.name == name)).one()
    inputs = conn.execute(
        select(branch_inputs)
        .where(branch_inputs.c.repo == repo, branch_inputs.c.branch == name)
        .order_by(branch_inputs.c.position)
    ).all()
    journal.note(
        conn,
        "branch",
        {
            "repo": repo,
            "name": name,
            "owner": row.owner,
            "trains": row.trains,
            "created_ms": row.created_ms,
            "inputs": [[used.input_repo, used.input_branch, used.kind] for used in inputs],
        },
    )


def note_repo(conn: Connection, repo: Repo, deleted_ms: int | None = None) -> None:
    """Journal the whole row of a repo."""
    journal.note(
        conn,
        "repo",
        {
            "id": repo.id,
            "project": repo.project,
            "name": repo.name,
            "description": repo.description,
            "held_out": repo.held_out,
            "created_ms": repo.created_ms,
            "deleted_ms": deleted_ms,
            "kind": repo.kind,
        },
    )


def _split(name: str, project: str) -> tuple[str, str]:
    before, slash, after = name.partition("/")
    return (before, after) if slash else (project, name)


def _live(project: str, name: str) -> ColumnElement[bool]:
    return (repos.c.project == project) & (repos.c.name == name) & repos.c.deleted_ms.is_(None)


def _repo(row: Row[Any]) -> Repo:
    return Repo(RepoId(row.id), row.project, row.name, row.description, row.held_out, row.created_ms, row.kind)
