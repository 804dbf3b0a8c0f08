"""Protected branches: written by named roles only, never moved back, never deleted."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from tilth.errors import Conflict, Denied
from tilth.metadata import feed
from tilth.metadata.schema.access import users
from tilth.metadata.schema.rules import protections
from tilth.model.ids import ChangeId, CommitId, RepoId, new_id
from tilth.versioning import journal
from tilth.versioning.ancestry import is_ancestor


def set_roles(conn: Connection, repo: RepoId, name: str, branch: str, roles: Sequence[str] | None, author: str) -> None:
    """Let only `roles` write to a branch (None: whoever may write to the repo again), in the caller's transaction."""
    facts: dict[str, str | int | None] = {
        "repo": repo,
        "branch": branch,
        "roles": json.dumps(sorted(set(roles))) if roles is not None else None,
        "author": author,
        "at_ms": time.time_ns() // 1_000_000,
    }
    conn.execute(delete(protections).where(protections.c.repo == repo, protections.c.branch == branch))
    if roles is not None:
        conn.execute(insert(protections).values(**facts))
    journal.note(conn, "protection", facts)
    said = sorted(set(roles)) if roles is not None else None
    feed.append(conn, "branch.protected", ChangeId(new_id()), {"repo": name, "branch": branch, "roles": said})


def roles_of(conn: Connection, repo: RepoId, branch: str) -> tuple[str, ...] | None:
    """Return the roles that may write to a protected branch; None for one that is not protected."""
    text = conn.execute(
        select(protections.c.roles).where(protections.c.repo == repo, protections.c.branch == branch)
    ).scalar()
    return tuple(json.loads(text)) if text is not None else None


def check_move(
    conn: Connection, repo: RepoId, place: str, branch: str, *, old: CommitId | None, new: CommitId | None, author: str
) -> None:
    """Raise Denied when `author` may not write to the branch, Conflict when `new` does not come after `old`."""
    roles = roles_of(conn, repo, branch)
    if roles is None:
        return
    role = conn.execute(select(users.c.role).where(users.c.name == author)).scalar()
    if role not in roles:
        raise Denied(
            f"Branch {place} is protected: only {' or '.join(roles)} may write there.",
            help="Commit to a branch of your own, and ask one of them to merge it.",
            branch=branch,
            roles=list(roles),
        )
    if old is not None and (new is None or not is_ancestor(conn, old, new)):
        raise Conflict(
            f"Branch {place} is protected: its head never moves back.",
            help="Undo with `tilth revert`, or take the protection away first.",
            branch=branch,
        )
