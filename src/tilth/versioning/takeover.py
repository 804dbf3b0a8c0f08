"""Taking over a repo of another workspace, from records that are here: all is checked, then its history is indexed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select, update

from tilth.errors import Conflict, Corrupt, Invalid, NotFound
from tilth.metadata import feed
from tilth.metadata.schema.branches import branches
from tilth.metadata.schema.commits import commits
from tilth.metadata.schema.repos import repos
from tilth.metadata.schema.rules import released
from tilth.metadata.schema.tags import tags
from tilth.model.commit import Commit, commit_from_record
from tilth.model.digest import Digest
from tilth.model.ids import ChangeId, CommitId, RepoId, is_id, new_id
from tilth.model.names import check_name
from tilth.storage.store import Store
from tilth.versioning import journal, touches
from tilth.versioning.ancestry import is_ancestor
from tilth.versioning.backend import Backend
from tilth.versioning.branches import check_writable, find_branch, insert_branch, move_head
from tilth.versioning.commits import index_commit, load_commit
from tilth.versioning.outline import tree_records
from tilth.versioning.repos import Repo, find_repo, note_repo

_AT_ONCE = 200
_LOOKUP = 4096


@dataclass(frozen=True, slots=True)
class Named:
    """A branch or tag of the repo to take over. `seal` None: a branch without a commit."""

    name: str
    commit: CommitId | None
    seal: Digest | None


@dataclass(frozen=True, slots=True)
class NamedTag:
    """A tag as it was made."""

    name: str
    commit: CommitId
    seal: Digest
    author: str
    at_ms: int
    message: str


@dataclass(frozen=True, slots=True)
class Released:
    """A commit without data."""

    commit: CommitId
    how: str
    author: str
    at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """What was taken over."""

    repo: Repo
    commits: int
    moved: tuple[str, ...]
    tags: int


def take_over(
    backend: Backend,
    repo: Repo,
    heads: Sequence[Named],
    named: Sequence[NamedTag],
    gone: Sequence[Released],
    *,
    author: str,
    force: bool = False,
    name: str = "",
) -> Done:
    """Index every commit that `heads` and `named` reach, then make the repo's branches and tags what they say.

    `repo` carries the id that its commits have; `name` is what to call it here, "" for as it is called there. Every new
    commit's record, tree and content must be here, and its seal must hold; so equal seals mean equal data and lineage.
    Heads move forward only, and tags not at all, unless `force`. Commits of other repos, which lineage names, come as
    records without data, in repos that count as deleted. Raises Conflict, Invalid, Corrupt. Cost: what the new commits
    changed.
    """
    if name:
        repo = renamed(repo, name)
    _check(repo, heads, named)
    if name:
        _check_called(backend, repo)
    seals = [each.seal for each in heads if each.seal is not None] + [tag.seal for tag in named]
    with backend.database.read() as conn:
        row = conn.execute(select(repos.c.deleted_ms).where(repos.c.id == repo.id)).first()
    # Of a repo that is not here lineage may have brought commits already, without their data.
    order = _new_commits(backend, seals, anew=repo.id if row is None or row.deleted_ms is not None else None)
    without = {each.commit for each in gone}
    _check_complete(backend, repo.id, order, without)
    with backend.database.transaction() as conn:
        home = _adopt_repo(conn, repo)
        for other in {commit.repo_id: commit for commit in order if commit.repo_id != repo.id}.values():
            _adopt_stranger(conn, other)
    parents = {commit.id: commit for commit in order}
    for start in range(0, len(order), _AT_ONCE):
        page = order[start : start + _AT_ONCE]
        touched = [_touched(backend, commit, parents) for commit in page]
        with backend.database.transaction() as conn:
            for commit, marks in zip(page, touched, strict=True):
                if conn.execute(select(commits.c.id).where(commits.c.id == commit.id)).first() is None:
                    index_commit(conn, commit, marks)
            _release(conn, [each for each in gone if each.commit in {commit.id for commit in page}])
    with backend.database.transaction() as conn:
        moved = [each.name for each in heads if _move(conn, home, each, author=author, force=force)]
        tagged = sum(_tag(conn, home, tag, force=force) for tag in named)
    return Done(home, len(order), tuple(moved), tagged)


def _check(repo: Repo, heads: Iterable[Named], named: Iterable[NamedTag]) -> None:
    if not is_id(repo.id):
        raise Invalid(f"{repo.id!r} is no id of a repo.", help="Export it again.")
    check_name(repo.project, "project")
    check_name(repo.name, "repo")
    for each in heads:
        check_name(each.name, "branch")
    for tag in named:
        check_name(tag.name, "tag")


def _check_called(backend: Backend, repo: Repo) -> None:
    """Raise Conflict when the repo is here under another name: its commits carry its id, so it cannot be here twice."""
    with backend.database.read() as conn:
        here = conn.execute(
            select(repos.c.project, repos.c.name).where(repos.c.id == repo.id, repos.c.deleted_ms.is_(None))
        ).first()
    if here is not None and (here.project, here.name) != (repo.project, repo.name):
        raise Conflict(
            f"This repo is here already, as {here.project}/{here.name}; it cannot be here twice.",
            help="Leave the name out to update it, or copy its files into a new repo (`tilth cp`).",
            repo=f"{here.project}/{here.name}",
        )


def _new_commits(backend: Backend, seals: Sequence[Digest], *, anew: RepoId | None) -> list[Commit]:
    """Return the commits behind `seals` that the database does not know (or are of the repo `anew`), each behind what
    it names."""
    state: set[bytes] = set()
    order: list[Commit] = []
    stack: list[tuple[Digest, Commit | None]] = [(seal, None) for seal in reversed(seals)]
    while stack:
        seal, ready = stack.pop()
        if ready is not None:
            order.append(ready)
            continue
        if seal in state:
            continue
        state.add(seal)
        with backend.database.read() as conn:
            known = conn.execute(select(commits.c.repo).where(commits.c.seal == seal)).first()
        if known is not None and known.repo != anew:
            continue
        try:
            commit = commit_from_record(backend.store.get(seal))
        except NotFound as error:
            raise Invalid(f"The record of the commit with seal {seal.hex()} is missing.", help="Send it.") from error
        with backend.database.read() as conn:
            row = conn.execute(select(commits.c.seal).where(commits.c.id == commit.id)).first()
            if row is not None and row.seal != seal:
                raise Corrupt(f"Commit {commit.id} is here with another seal.", help="One of the two was rewritten.")
        _check_names(commit)
        stack.append((seal, commit))
        used = commit.derivation.inputs if commit.derivation is not None else ()
        stack.extend((each, None) for each in (*commit.parent_seals, *(one.seal for one in used)))
    return order


def _check_names(commit: Commit) -> None:
    project, slash, name = commit.repo.partition("/")
    if not slash or not is_id(commit.id) or not is_id(commit.repo_id) or not is_id(commit.change):
        raise Invalid(f"The record of commit {commit.id!r} is not one that Tilth makes.", help="Export it again.")
    check_name(project, "project")
    check_name(name, "repo")


def _kept(commit: Commit, repo: RepoId, without: set[CommitId]) -> bool:
    return commit.repo_id == repo and commit.id not in without


def _check_complete(backend: Backend, repo: RepoId, order: Sequence[Commit], without: set[CommitId]) -> None:
    """Raise Invalid where something that a new commit's tree reaches is not here."""
    store = backend.store
    bases = {commit.id: commit for commit in order}
    waiting: list[tuple[Commit, Digest]] = []
    for commit in order:
        if not _kept(commit, repo, without):
            continue
        base = bases.get(commit.parents[0]) if commit.parents else None
        if base is None and commit.parents:
            base = _complete_here(backend, commit.parents[0])
        old = base.tree if base is not None and _kept(base, repo, without) else None
        try:
            for _, digest in tree_records(store, commit.tree, old):
                waiting.append((commit, digest))
                if len(waiting) == _LOOKUP:
                    _look_up(store, waiting)
        except NotFound as error:
            raise Invalid(
                f"Commit {commit.id} is not complete: {error.message}", help="Send what is missing."
            ) from error
    _look_up(store, waiting)


def _complete_here(backend: Backend, id: CommitId) -> Commit | None:
    """Return a commit whose data has been kept here all along."""
    with backend.database.read() as conn:
        kept = (
            select(commits.c.id)
            .join(repos, repos.c.id == commits.c.repo)
            .outerjoin(released, released.c.commit == commits.c.id)
            .where(commits.c.id == id, repos.c.deleted_ms.is_(None), released.c.commit.is_(None))
        )
        return load_commit(conn, id) if conn.execute(kept).first() is not None else None


def _look_up(store: Store, waiting: list[tuple[Commit, Digest]]) -> None:
    for (commit, digest), here in zip(waiting, store.has_many([digest for _, digest in waiting]), strict=True):
        if not here:
            raise Invalid(
                f"Commit {commit.id} is not complete: record {digest.hex()} is missing.", help="Send what is missing."
            )
    waiting.clear()


def _touched(backend: Backend, commit: Commit, new: dict[CommitId, Commit]) -> touches.Touched:
    """Return what a commit touched; only its numbers where its data or its parent's is not here."""
    parent: Commit | None = None
    if commit.parents:
        parent = new.get(commit.parents[0])
        if parent is None:
            with backend.database.read() as conn:
                parent = load_commit(conn, commit.parents[0])
    try:
        measured = touches.measure(backend.store, parent, commit.tree)
    except NotFound:
        return touches.Touched(commit.files, commit.size, None)
    if (measured.files, measured.size) != (commit.files, commit.size):
        raise Corrupt(f"Commit {commit.id} says another number or size of files than its tree.", help="Export again.")
    return measured


def _adopt_repo(conn: Connection, repo: Repo) -> Repo:
    """Return the repo with this id, made or revived where it is not one of the living."""
    row = conn.execute(select(repos.c.deleted_ms).where(repos.c.id == repo.id)).first()
    if row is not None and row.deleted_ms is None:
        return find_repo(conn, repo.id)
    taken = conn.execute(
        select(repos.c.id).where(
            repos.c.project == repo.project, repos.c.name == repo.name, repos.c.deleted_ms.is_(None)
        )
    ).first()
    if taken is not None:
        raise Conflict(
            f"There is another repo {repo.full_name} here.", help="Take it under another name.", repo=repo.full_name
        )
    facts = {
        "project": repo.project,
        "name": repo.name,
        "description": repo.description[:4096],
        "held_out": repo.held_out,
        "created_ms": repo.created_ms,
        "deleted_ms": None,
        "kind": repo.kind,
    }
    if row is None:
        conn.execute(insert(repos).values(id=repo.id, **facts))
    else:
        conn.execute(update(repos).where(repos.c.id == repo.id).values(**facts))
    note_repo(conn, repo)
    feed.append(conn, "repo.created", ChangeId(new_id()), {"repo": repo.full_name})
    return repo


def _adopt_stranger(conn: Connection, commit: Commit) -> None:
    """Give a repo that only lineage names a row, as a deleted one has: nothing lists it, its commits can be named."""
    if conn.execute(select(repos.c.id).where(repos.c.id == commit.repo_id)).first() is not None:
        return
    project, _, name = commit.repo.partition("/")
    stranger = Repo(commit.repo_id, project, name, "", False, commit.at_ms)
    now = time.time_ns() // 1_000_000
    conn.execute(
        insert(repos).values(
            id=stranger.id,
            project=project,
            name=name,
            description="",
            held_out=False,
            created_ms=stranger.created_ms,
            deleted_ms=now,
            kind=stranger.kind,
        )
    )
    note_repo(conn, stranger, now)


def _release(conn: Connection, gone: Sequence[Released]) -> None:
    for each in gone:
        if conn.execute(select(released.c.commit).where(released.c.commit == each.commit)).first() is None:
            facts: dict[str, str | int] = {
                "commit": each.commit,
                "how": each.how,
                "author": each.author,
                "at_ms": each.at_ms,
                "reason": each.reason,
            }
            conn.execute(insert(released).values(**facts))
            journal.note(conn, "released", facts)


def _move(conn: Connection, home: Repo, to: Named, *, author: str, force: bool) -> bool:
    """Make one branch what it is there; tell whether it moved."""
    if (
        conn.execute(select(branches.c.name).where(branches.c.repo == home.id, branches.c.name == to.name)).first()
        is None
    ):
        insert_branch(conn, home, to.name)
    branch = find_branch(conn, home, to.name)
    if to.commit is None or branch.head == to.commit:
        return False
    check_writable(branch, None)
    commit = conn.execute(select(commits.c.repo, commits.c.seal).where(commits.c.id == to.commit)).one()
    if commit.repo != home.id or commit.seal != to.seal:
        raise Invalid(f"Branch {to.name} names a commit of another repo.", help="Export it again.")
    if branch.head is not None and not force and not is_ancestor(conn, branch.head, to.commit):
        raise Conflict(
            f"Branch {to.name} of {home.full_name} has commits here that it has not there.",
            help="Merge or move it here first, or use --force, which moves it and leaves them nameless.",
            branch=to.name,
            head=branch.head,
        )
    move_head(conn, home, to.name, old=branch.head, new=to.commit, change=None, author=author, message="taken over")
    return True


def _tag(conn: Connection, home: Repo, tag: NamedTag, *, force: bool) -> int:
    row = conn.execute(select(tags.c.commit).where(tags.c.repo == home.id, tags.c.name == tag.name)).first()
    if row is not None and row.commit == tag.commit:
        return 0
    if row is not None and not force:
        raise Conflict(
            f"Tag {tag.name} of {home.full_name} names another commit here.", help="Delete it, or use --force."
        )
    facts: dict[str, str | int] = {
        "repo": home.id,
        "name": tag.name,
        "commit": tag.commit,
        "author": tag.author,
        "at_ms": tag.at_ms,
        "message": tag.message[:4096],
    }
    if row is None:
        conn.execute(insert(tags).values(**facts))
    else:
        conn.execute(update(tags).where(tags.c.repo == home.id, tags.c.name == tag.name).values(**facts))
    journal.note(conn, "tag", facts)
    feed.append(
        conn, "tag.created", ChangeId(new_id()), {"repo": home.full_name, "tag": tag.name, "commit": tag.commit}
    )
    return 1


def renamed(repo: Repo, name: str) -> Repo:
    """Return a repo under another name ("name" or "project/name")."""
    project, slash, rest = name.partition("/")
    return replace(repo, project=project, name=rest) if slash else replace(repo, name=name)
