"""Branches: movable names for commits, and the log of their moves."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from tilth.errors import BranchMoved, Conflict, Denied, Invalid, NotFound
from tilth.metadata import feed
from tilth.metadata.schema.branches import branch_inputs, branches, moves
from tilth.metadata.schema.commits import commits
from tilth.metadata.schema.repos import repos
from tilth.metadata.schema.rules import released, triggers
from tilth.metadata.schema.tags import tags
from tilth.model.commit import InputKind
from tilth.model.ids import ChangeId, CommitId, RepoId, new_id
from tilth.model.names import check_name
from tilth.versioning import following, journal, protection
from tilth.versioning.backend import Backend
from tilth.versioning.following import Trigger
from tilth.versioning.repos import Repo, RepoName, find_repo, note_branch


@dataclass(frozen=True, slots=True)
class BranchInput:
    """What a derived branch reads: `repo` is written "project/repo"."""

    repo: str
    branch: str
    kind: InputKind = InputKind.DATA


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch. A derived one has an `owner`, the stage that alone may write to it, and `inputs`.

    `trains` marks the output of training, which nothing held out may be upstream of. A `head` of None means that
    there is no commit yet.
    """

    repo_id: RepoId
    repo: str
    name: str
    head: CommitId | None
    owner: str | None
    trains: bool
    inputs: tuple[BranchInput, ...]
    created_ms: int
    roles: tuple[str, ...] | None = None
    """For a protected branch, the roles that may write to it."""
    follows: Trigger | None = None
    """How it follows another branch, if it does."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a head; `position` is its position in the feed."""

    position: int
    branch: str
    old: CommitId | None
    new: CommitId | None
    change: ChangeId
    author: str
    at_ms: int
    message: str


class AnyHead:
    """The type of `ANY_HEAD`."""


ANY_HEAD = AnyHead()
"""Says that a write does not mind which commit the head is."""


def create_branch(
    backend: Backend,
    repo: RepoName,
    name: str,
    *,
    head: CommitId | None = None,
    author: str = "",
    change: ChangeId | None = None,
) -> Branch:
    """Make a branch at `head` (a commit of the same repo), or empty. Raises Conflict when it exists.

    `provenance.declare_inputs` makes it a derived one.
    """
    with backend.database.transaction() as conn:
        return insert_branch(conn, repo, name, head=head, author=author, change=change)


def insert_branch(
    conn: Connection,
    repo: RepoName,
    name: str,
    *,
    head: CommitId | None = None,
    author: str = "",
    change: ChangeId | None = None,
) -> Branch:
    """Make a branch in the caller's transaction. Raises Conflict when it exists."""
    check_name(name, "branch")
    home = find_repo(conn, repo)
    taken = conn.execute(select(branches.c.name).where(branches.c.repo == home.id, branches.c.name == name)).first()
    if taken is not None:
        raise Conflict(
            f"Branch {name} of {home.full_name} exists already.", help="Move it, or choose another name.", branch=name
        )
    if conn.execute(select(tags.c.name).where(tags.c.repo == home.id, tags.c.name == name)).first() is not None:
        raise Conflict(f"{name} is a tag of {home.full_name}.", help="Choose another name.", branch=name)
    if head is not None:
        _check_own_commit(conn, home, head)
    conn.execute(
        insert(branches).values(
            repo=home.id, name=name, head=None, owner=None, trains=False, created_ms=time.time_ns() // 1_000_000
        )
    )
    note_branch(conn, home.id, name)
    if head is not None:
        move_head(conn, home, name, old=None, new=head, change=change, author=author, message=f"Branch {name} starts")
    return find_branch(conn, home.id, name)


def get_branch(backend: Backend, repo: RepoName, name: str) -> Branch:
    """Return one branch. Raises NotFound."""
    with backend.database.read() as conn:
        return find_branch(conn, repo, name)


def find_branch(conn: Connection, repo: RepoName, name: str) -> Branch:
    """Return one branch in the caller's transaction. Raises NotFound."""
    home = find_repo(conn, repo)
    row = conn.execute(select(branches).where(branches.c.repo == home.id, branches.c.name == name)).first()
    if row is None:
        raise NotFound(
            f"Repo {home.full_name} has no branch {name}.",
            help="`tilth branch list` shows its branches, `tilth branch create` makes one.",
            repo=home.full_name,
            branch=name,
        )
    return _branch(conn, home, row)


def list_branches(backend: Backend, repo: RepoName) -> list[Branch]:
    """Return the branches of a repo by name."""
    with backend.database.read() as conn:
        return branches_in(conn, repo)


def branches_in(conn: Connection, repo: RepoName) -> list[Branch]:
    """Return the branches of a repo by name in the caller's transaction."""
    home = find_repo(conn, repo)
    rows = conn.execute(select(branches).where(branches.c.repo == home.id).order_by(branches.c.name)).all()
    return [_branch(conn, home, row) for row in rows]


def delete_branch(backend: Backend, repo: RepoName, name: str) -> None:
    """Delete a branch; its commits and the log of its moves stay.

    Raises Conflict when another branch reads it, Denied while it is the output of a stage.
    """
    with backend.database.transaction() as conn:
        branch = find_branch(conn, repo, name)
        check_writable(branch, None)
        if branch.roles is not None:
            raise Denied(
                f"Branch {name} of {branch.repo} is protected.", help="Take the protection away first.", branch=name
            )
        followers = conn.execute(
            select(triggers.c.branch).where(triggers.c.repo == branch.repo_id, triggers.c.source == name)
        ).scalars()
        if names_of := sorted(followers):
            raise Conflict(
                f"Branch {name} of {branch.repo} is followed by {', '.join(names_of)}.", help="Unfollow it first."
            )
        readers = conn.execute(
            select(repos.c.project, repos.c.name)
            .join(branch_inputs, branch_inputs.c.repo == repos.c.id)
            .where(branch_inputs.c.input_repo == branch.repo_id, branch_inputs.c.input_branch == name)
            .distinct()
        ).all()
        if readers:
            names = ", ".join(sorted(f"{row.project}/{row.name}" for row in readers))
            raise Conflict(f"Branch {name} of {branch.repo} is an input of {names}.", help="Delete those first.")
        conn.execute(delete(branches).where(branches.c.repo == branch.repo_id, branches.c.name == name))
        journal.note(conn, "branch.deleted", {"repo": branch.repo_id, "name": name})
        feed.append(conn, "branch.deleted", ChangeId(new_id()), {"repo": branch.repo, "branch": name})


def move_branch(
    backend: Backend,
    repo: RepoName,
    name: str,
    to: CommitId,
    *,
    author: str,
    message: str = "",
    if_head: CommitId | AnyHead | None = ANY_HEAD,
    change: ChangeId | None = None,
    stage: str | None = None,
) -> Branch:
    """Move the head to another commit of the same repo: deploy, or roll back. A new change begins.

    Raises BranchMoved when `if_head` is given and the head is another.
    """
    with backend.database.transaction() as conn:
        home = find_repo(conn, repo)
        branch = find_branch(conn, home, name)
        check_writable(branch, stage)
        if not isinstance(if_head, AnyHead) and branch.head != if_head:
            raise BranchMoved(f"{home.full_name}@{name}", expected=if_head, found=branch.head)
        _check_own_commit(conn, home, to)
        if branch.head != to:
            move_head(conn, home, name, old=branch.head, new=to, change=change, author=author, message=message)
        return find_branch(conn, home, name)


def protect(backend: Backend, repo: RepoName, name: str, roles: Sequence[str] | None, *, author: str) -> Branch:
    """Let only `roles` write to a branch, whose head then never moves back; None takes the protection away.

    Raises Denied on a derived branch, which only its stage writes to anyway.
    """
    with backend.database.transaction() as conn:
        branch = find_branch(conn, repo, name)
        check_writable(branch, None)
        protection.set_roles(conn, branch.repo_id, branch.repo, name, roles, author)
        return find_branch(conn, repo, name)


def move_head(
    conn: Connection,
    repo: Repo,
    branch: str,
    *,
    old: CommitId | None,
    new: CommitId | None,
    change: ChangeId | None,
    author: str,
    message: str,
    stored: int | None = None,
) -> int:
    """Move a head from `old` in the caller's transaction, log it, tell the feed; return the feed position.

    `stored` is noted for the store, where `new` is a commit made just now (see `tilth.versioning.counts`).

    Branches that follow this one move with it where their conditions hold. Raises BranchMoved when the head is not
    `old`, Denied or Conflict where the branch is protected.
    """
    protection.check_move(conn, repo.id, f"{repo.full_name}@{branch}", branch, old=old, new=new, author=author)
    moved = conn.execute(
        update(branches)
        .where(branches.c.repo == repo.id, branches.c.name == branch, branches.c.head.is_not_distinct_from(old))
        .values(head=new)
    ).rowcount
    if not moved:
        raise BranchMoved(f"{repo.full_name}@{branch}", expected=old, found=find_branch(conn, repo, branch).head)
    change = change or ChangeId(new_id())
    at_ms = time.time_ns() // 1_000_000
    position = feed.append(
        conn,
        "head.moved",
        change,
        {"repo": repo.full_name, "repo_id": repo.id, "branch": branch, "commit": new, "old": old, "author": author},
    )
    facts: dict[str, str | int | None] = {
        "repo": repo.id,
        "branch": branch,
        "position": position,
        "change": change,
        "old": old,
        "new": new,
        "at_ms": at_ms,
        "author": author,
        "message": message,
    }
    conn.execute(insert(moves).values(**facts))
    journal.note(conn, "move", facts if stored is None else {**facts, "stored": stored})
    if new is not None:
        for name, head in following.due(conn, repo.id, branch, new):
            # Not the author's write to that branch, but what the trigger's was allowed to ask for.
            author_of = following.trigger_of(conn, repo.id, name)
            move_head(
                conn,
                repo,
                name,
                old=head,
                new=new,
                change=change,
                author=author_of.author if author_of is not None else author,
                message=f"Follows {branch}",
            )
    return position


def list_moves(
    backend: Backend, repo: RepoName, branch: str, *, after: int | None = None, limit: int = 100
) -> list[Move]:
    """Return up to `limit` moves of a head that are older than position `after`, newest first."""
    with backend.database.read() as conn:
        home = find_repo(conn, repo)
        query = select(moves).where(moves.c.repo == home.id, moves.c.branch == branch)
        if after is not None:
            query = query.where(moves.c.position < after)
        rows = conn.execute(query.order_by(moves.c.position.desc()).limit(limit)).all()
    return [
        Move(row.position, row.branch, row.old, row.new, row.change, row.author, row.at_ms, row.message) for row in rows
    ]


def check_writable(branch: Branch, stage: str | None) -> None:
    """Raise Denied unless `stage` (None: a person) may write to `branch`."""
    if branch.owner is not None and branch.owner != stage:
        raise Denied(
            f"Branch {branch.name} of {branch.repo} is the output of {branch.owner}; only that writes there.",
            help="Change its inputs instead, or work on a branch of your own.",
            repo=branch.repo,
            branch=branch.name,
            owner=branch.owner,
        )


def check_committable(branch: Branch, stage: str | None) -> None:
    """Raise Denied unless `stage` (None: a person) may commit to `branch`: what follows another takes its commits."""
    check_writable(branch, stage)
    if branch.follows is not None:
        raise Denied(
            f"Branch {branch.name} of {branch.repo} follows {branch.follows.source} and takes its commits only.",
            help=f"Commit to {branch.follows.source}, or `tilth branch unfollow` it.",
            repo=branch.repo,
            branch=branch.name,
        )


def _check_own_commit(conn: Connection, repo: Repo, commit: CommitId) -> None:
    row = conn.execute(select(commits.c.repo).where(commits.c.id == commit)).first()
    if row is None:
        raise NotFound(f"There is no commit {commit}.", help="`tilth log` shows the commits of a repo.", commit=commit)
    if row.repo != repo.id:
        raise Invalid(
            f"Commit {commit} is not of repo {repo.full_name}.",
            help="A branch's head is a commit of its own repo.",
            commit=commit,
        )
    gone = conn.execute(select(released.c.how, released.c.author).where(released.c.commit == commit)).first()
    if gone is not None:
        raise Conflict(
            f"Commit {commit} was {gone.how} by {gone.author}; its data is not kept.", help="Choose another commit."
        )


def _branch(conn: Connection, repo: Repo, row: Row[Any]) -> Branch:
    inputs = conn.execute(
        select(repos.c.project, repos.c.name, branch_inputs.c.input_branch, branch_inputs.c.kind)
        .join(repos, repos.c.id == branch_inputs.c.input_repo)
        .where(branch_inputs.c.repo == repo.id, branch_inputs.c.branch == row.name)
        .order_by(branch_inputs.c.position)
    ).all()
    return Branch(
        repo_id=repo.id,
        repo=repo.full_name,
        name=row.name,
        head=row.head,
        owner=row.owner,
        trains=row.trains,
        inputs=tuple(
            BranchInput(f"{used.project}/{used.name}", used.input_branch, InputKind(used.kind)) for used in inputs
        ),
        created_ms=row.created_ms,
        roles=protection.roles_of(conn, repo.id, row.name),
        follows=following.trigger_of(conn, repo.id, row.name),
    )
