"""Tags: names for commits that never move, unlike branches, which share their namespace."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from tilth.errors import Conflict, Invalid, NotFound
from tilth.metadata import feed
from tilth.metadata.schema.branches import branches
from tilth.metadata.schema.commits import commits
from tilth.metadata.schema.rules import released
from tilth.metadata.schema.tags import tags
from tilth.model.ids import ChangeId, CommitId, new_id
from tilth.model.names import check_name
from tilth.versioning import journal
from tilth.versioning.backend import Backend
from tilth.versioning.repos import Repo, RepoName, find_repo

MAX_MESSAGE = 4096
"""Characters of a tag's message."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A name that a person gave a commit; `repo` is written "project/repo"."""

    repo: str
    name: str
    commit: CommitId
    author: str
    at_ms: int
    message: str


def create_tag(backend: Backend, repo: RepoName, name: str, commit: CommitId, *, author: str, message: str = "") -> Tag:
    """Name a commit of the repo for good. The same tag on the same commit again is what it was.

    Raises Conflict when the name is another commit's tag or a branch's, Invalid for a name or message that cannot be
    one or a commit of another repo, NotFound.
    """
    check_name(name, "tag")
    if len(message) > MAX_MESSAGE:
        raise Invalid(f"The message has more than {MAX_MESSAGE} characters.", help="Shorten it.")
    with backend.database.transaction() as conn:
        home = find_repo(conn, repo)
        found = find_tag(conn, home, name)
        if found is not None:
            if found.commit == commit:
                return found
            raise Conflict(
                f"Tag {name} of {home.full_name} names commit {found.commit} already; a tag never moves.",
                help="Choose another name, or delete that tag first.",
                tag=name,
            )
        if conn.execute(select(branches.c.name).where(branches.c.repo == home.id, branches.c.name == name)).first():
            raise Conflict(f"{name} is a branch of {home.full_name}.", help="Choose another name.", tag=name)
        of = conn.execute(select(commits.c.repo).where(commits.c.id == commit)).scalar()
        if of is None:
            raise NotFound(f"There is no commit {commit}.", help="`tilth log` shows them.", commit=commit)
        if of != home.id:
            raise Invalid(f"Commit {commit} is not of repo {home.full_name}.", help="Tag it in its own repo.")
        gone = conn.execute(select(released.c.how).where(released.c.commit == commit)).scalar()
        if gone is not None:
            raise Conflict(f"Commit {commit} was {gone}; its data is not kept.", help="Tag another commit.")
        facts: dict[str, str | int] = {
            "repo": home.id,
            "name": name,
            "commit": commit,
            "author": author,
            "at_ms": time.time_ns() // 1_000_000,
            "message": message,
        }
        conn.execute(insert(tags).values(**facts))
        journal.note(conn, "tag", facts)
        feed.append(conn, "tag.created", ChangeId(new_id()), {"repo": home.full_name, "tag": name, "commit": commit})
        made = find_tag(conn, home, name)
    assert made is not None, "it was just made"
    return made


def find_tag(conn: Connection, repo: Repo, name: str) -> Tag | None:
    """Return a repo's tag in the caller's transaction, if there is one."""
    row = conn.execute(select(tags).where(tags.c.repo == repo.id, tags.c.name == name)).first()
    return _tag(repo, row) if row is not None else None


def list_tags(backend: Backend, repo: RepoName, *, after: str | None = None, limit: int = 100) -> list[Tag]:
    """Return up to `limit` tags of a repo behind the name `after`, by name."""
    with backend.database.read() as conn:
        home = find_repo(conn, repo)
        query = select(tags).where(tags.c.repo == home.id)
        if after is not None:
            query = query.where(tags.c.name > after)
        return [_tag(home, row) for row in conn.execute(query.order_by(tags.c.name).limit(limit))]


def delete_tag(backend: Backend, repo: RepoName, name: str) -> None:
    """Forget a tag; its commit stays. Raises NotFound."""
    with backend.database.transaction() as conn:
        home = find_repo(conn, repo)
        if not conn.execute(delete(tags).where(tags.c.repo == home.id, tags.c.name == name)).rowcount:
            raise NotFound(
                f"Repo {home.full_name} has no tag {name}.", help="`tilth tag list` shows its tags.", tag=name
            )
        journal.note(conn, "tag.deleted", {"repo": home.id, "name": name})
        feed.append(conn, "tag.deleted", ChangeId(new_id()), {"repo": home.full_name, "tag": name})


def _tag(repo: Repo, row: Row[Any]) -> Tag:
    return Tag(repo.full_name, row.name, CommitId(row.commit), row.author, row.at_ms, row.message)
