"""Data that goes while its history stays: commits forgotten, and commits dropped from the end of a branch."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from tilth.errors import Conflict, Invalid, NotFound
from tilth.metadata import feed
from tilth.metadata.schema.branches import branches
from tilth.metadata.schema.commits import commit_inputs, commit_parents, commits
from tilth.metadata.schema.repos import repos
from tilth.metadata.schema.rules import released
from tilth.metadata.schema.tags import tags
from tilth.model.commit import Commit
from tilth.model.ids import ChangeId, CommitId, new_id
from tilth.versioning import journal, revisions, touches
from tilth.versioning.backend import Backend
from tilth.versioning.branches import Branch, check_writable, find_branch, move_head
from tilth.versioning.commits import get_commit, load_commit
from tilth.versioning.item_copies import clear_item_copies
from tilth.versioning.repos import RepoName, find_repo
from tilth.versioning.revisions import Reference

FORGOTTEN, DROPPED = "forgotten", "dropped"
MAX_REASON = 4096

_IN_ONE_QUERY = 500


@dataclass(frozen=True, slots=True)
class Release:
    """Who let go of a commit's data, when and why."""

    commit: CommitId
    how: str
    author: str
    at_ms: int
    reason: str


def release_of(conn: Connection, commit: str) -> Release | None:
    """Return who let go of a commit's data; None while it is kept."""
    row = conn.execute(select(released).where(released.c.commit == commit)).first()
    return Release(CommitId(row.commit), row.how, row.author, row.at_ms, row.reason) if row is not None else None


def released_among(conn: Connection, ids: Sequence[str]) -> set[CommitId]:
    """Return those of `ids` whose data was let go."""
    found: set[CommitId] = set()
    for start in range(0, len(ids), _IN_ONE_QUERY):
        query = select(released.c.commit).where(released.c.commit.in_(list(ids[start : start + _IN_ONE_QUERY])))
        found.update(CommitId(id) for id in conn.execute(query).scalars())
    return found


def check_kept(conn: Connection, ids: Iterable[str]) -> None:
    """Raise NotFound, saying who let its data go and when, for the first of the commits that has none."""
    for id in ids:
        gone = release_of(conn, id)
        if gone is not None:
            when = datetime.fromtimestamp(gone.at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
            raise NotFound(
                f"Commit {id} was {gone.how} by {gone.author} on {when}{f': {gone.reason}' if gone.reason else ''}.",
                help="Name a commit whose data is kept (`tilth log`), or put the data again. Of this one its record "
                "and lineage are left (`tilth lineage`).",
                commit=id,
                how=gone.how,
                author=gone.author,
                at_ms=gone.at_ms,
            )


def kept(backend: Backend, *wanted: Commit) -> None:
    """Raise NotFound for the first of the commits whose data was let go."""
    with backend.database.read() as conn:
        check_kept(conn, [commit.id for commit in wanted])


def readable(backend: Backend, reference: Reference | str) -> Commit:
    """Return the commit that a reference names, whose files are to be read.

    Raises NotFound; where its data was let go, that says by whom, when and why.
    """
    with backend.database.read() as conn:
        return readable_in(conn, revisions.parse(reference) if isinstance(reference, str) else reference)


def readable_in(conn: Connection, reference: Reference) -> Commit:
    """Return the same in the caller's transaction."""
    commit = revisions.resolve_in(conn, reference)
    check_kept(conn, [commit.id])
    return commit


def forget(backend: Backend, commit: CommitId, *, author: str, reason: str = "") -> Release:
    """Let go of a commit's data and keep its record, seal and lineage; its space comes back with the next `tilth gc`.

    What other commits hold too stays with them. Forgetting again does nothing. Raises Conflict for the head of a branch
    or a tagged commit, NotFound.
    """
    _check_reason(reason)
    with backend.database.read() as conn:
        before = release_of(conn, commit)
        if before is not None:
            return before
        _check_unnamed(conn, [commit])
        children = conn.execute(
            select(commit_parents.c.commit).where(commit_parents.c.parent == commit, commit_parents.c.position == 0)
        ).scalars()
        asked = [load_commit(conn, id) for id in [commit, *children]]
        kept_still = [each for each in asked if release_of(conn, each.id) is None]
    for each in kept_still:
        touches.mark_whole(backend, each)  # its tree, or the one it is compared with, will not be there to be asked
    with backend.database.transaction() as conn:
        if (before := release_of(conn, commit)) is not None:
            return before
        _check_unnamed(conn, [commit])
        release = _release(conn, [asked[0]], FORGOTTEN, author, reason)[0]
    clear_item_copies(backend)
    return release


def drop(
    backend: Backend, repo: RepoName, branch: str, *, to: CommitId | None = None, author: str, reason: str = ""
) -> tuple[Branch, list[Release]]:
    """Take the newest commit off a branch (or all behind `to`) and let go of its data; return branch and releases.

    The head returns to the parent; the branch stays, if need be empty. Records and seals are kept. Raises Conflict when
    a derived commit, another commit, branch or tag needs one of them (forgetting keeps lineage, and is for those),
    Invalid when there is nothing to drop or `to` is not among the head's first parents, Denied as a write would.
    """
    _check_reason(reason)
    head = find_head(backend, repo, branch)
    doomed: list[Commit] = []
    at: Commit | None = head
    while at is not None and at.id != to:
        doomed.append(at)
        at = get_commit(backend, at.parents[0]) if at.parents else None
        if to is None:
            break
    if (to is not None and at is None) or not doomed:
        raise Invalid(f"{to} is not before the head of branch {branch}.", help="`tilth log` shows what is.")
    with backend.database.read() as conn:
        gone = released_among(conn, [each.id for each in doomed])
    for each in doomed:
        if each.id not in gone:
            touches.mark_whole(backend, each)
    with backend.database.transaction() as conn:
        home = find_repo(conn, repo)
        check_writable(find_branch(conn, home, branch), None)
        ids = [each.id for each in doomed]
        _check_unnamed(conn, ids, but=(home.id, branch))
        _check_unneeded(conn, ids)
        if at is not None:
            check_kept(conn, [at.id])
        move_head(
            conn,
            home,
            branch,
            old=head.id,
            new=at.id if at is not None else None,
            change=None,
            author=author,
            message=f"Drop {head.id}" if len(doomed) == 1 else f"Drop {len(doomed)} commits",
        )
        done = _release(conn, [each for each in doomed if each.id not in gone], DROPPED, author, reason)
        after = find_branch(conn, home, branch)
    clear_item_copies(backend)
    return after, done


def find_head(backend: Backend, repo: RepoName, branch: str) -> Commit:
    """Return the head of a branch. Raises Invalid while it is empty."""
    with backend.database.read() as conn:
        found = find_branch(conn, repo, branch)
        if found.head is None:
            raise Invalid(f"Branch {branch} of {found.repo} has no commit.", help="There is nothing to drop.")
        return load_commit(conn, found.head)


def _release(conn: Connection, gone: Sequence[Commit], how: str, author: str, reason: str) -> list[Release]:
    at_ms = time.time_ns() // 1_000_000
    done = [Release(commit.id, how, author, at_ms, reason) for commit in gone]
    change = ChangeId(new_id())
    for commit, each in zip(gone, done, strict=True):
        facts: dict[str, str | int] = {
            "commit": each.commit,
            "how": how,
            "author": author,
            "at_ms": at_ms,
            "reason": reason,
        }
        conn.execute(insert(released).values(**facts))
        journal.note(conn, "released", facts)
        feed.append(conn, f"commit.{how}", change, {"repo": commit.repo, "commit": commit.id, "by": author})
    return done


def _check_unnamed(conn: Connection, ids: Sequence[CommitId], *, but: tuple[str, str] = ("", "")) -> None:
    """Raise Conflict when a branch (other than `but`) has one of the commits as its head, or a tag names it."""
    for start in range(0, len(ids), _IN_ONE_QUERY):
        some = list(ids[start : start + _IN_ONE_QUERY])
        for row in conn.execute(select(branches).where(branches.c.head.in_(some))):
            if (row.repo, row.name) != but:
                raise Conflict(
                    f"Commit {row.head} is the head of branch {row.name}.",
                    help="Move or delete that branch first; `tilth drop` takes a head off its branch.",
                    branch=row.name,
                )
        tagged = conn.execute(select(tags).where(tags.c.commit.in_(some))).first()
        if tagged is not None:
            raise Conflict(f"Commit {tagged.commit} is tagged {tagged.name}.", help="Delete the tag first.")


def _check_unneeded(conn: Connection, ids: Sequence[CommitId]) -> None:
    """Raise Conflict when a commit that is kept was derived from one of `ids`, or comes after it elsewhere."""
    doomed = set(ids)
    for start in range(0, len(ids), _IN_ONE_QUERY):
        some = list(ids[start : start + _IN_ONE_QUERY])
        for link, column in ((commit_inputs, commit_inputs.c.input), (commit_parents, commit_parents.c.parent)):
            rows = conn.execute(
                select(link.c.commit, column.label("used"), repos.c.project, repos.c.name)
                .join(commits, commits.c.id == link.c.commit)
                .join(repos, repos.c.id == commits.c.repo)
                .outerjoin(released, released.c.commit == link.c.commit)
                .where(column.in_(some), released.c.commit.is_(None))
            )
            for row in rows:
                if row.commit not in doomed:
                    raise Conflict(
                        f"Commit {row.commit} of {row.project}/{row.name} was made from {row.used}.",
                        help="Drop or forget that one first; or forget this one, which keeps the lineage.",
                        commit=row.used,
                        needed_by=row.commit,
                    )


def _check_reason(reason: str) -> None:
    if len(reason) > MAX_REASON:
        raise Invalid(f"The reason has more than {MAX_REASON} characters.", help="Shorten it.")
