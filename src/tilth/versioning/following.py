"""When a branch that follows another is due to move."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select, update

from tilth.metadata.schema.branches import branches
from tilth.metadata.schema.commits import commits
from tilth.metadata.schema.rules import triggers
from tilth.model.ids import CommitId, RepoId
from tilth.versioning.lines import count_first_parents
from tilth.versioning.schedule import parse_schedule


@dataclass(frozen=True, slots=True)
class Trigger:
    """How a branch follows `source`, a branch of the same repo.

    `commits` since its own head, `size` in bytes that the source grew by, `rate` a schedule that bounds how often;
    one of them suffices unless `every`. `cron` stands alone: it moves at those times.
    """

    source: str
    commits: int | None = None
    size: int | None = None
    rate: str | None = None
    cron: str | None = None
    every: bool = False
    author: str = ""


def trigger_of(conn: Connection, repo: RepoId, branch: str) -> Trigger | None:
    """Return how a branch follows another, if it does."""
    row = conn.execute(select(triggers).where(triggers.c.repo == repo, triggers.c.branch == branch)).first()
    if row is None:
        return None
    return Trigger(row.source, row.commits, row.size, row.rate, row.cron, row.every, row.author)


def due(conn: Connection, repo: RepoId, source: str, new: CommitId) -> list[tuple[str, CommitId | None]]:
    """Return the branches (with their heads) that are to follow `source` to its new head now; they count as moved."""
    query = select(triggers, branches.c.head).join(
        branches, (branches.c.repo == triggers.c.repo) & (branches.c.name == triggers.c.branch)
    )
    rows = conn.execute(query.where(triggers.c.repo == repo, triggers.c.source == source, triggers.c.cron.is_(None)))
    now_ms = time.time_ns() // 1_000_000
    found: list[tuple[str, CommitId | None]] = []
    for row in rows.all():
        held: list[bool] = []
        if row.commits is not None:
            held.append(count_first_parents(conn, new, row.head, row.commits) >= row.commits)
        if row.size is not None:
            held.append(_size(conn, new) - (_size(conn, row.head) if row.head is not None else 0) >= row.size)
        if row.rate is not None:
            held.append(not row.fired_ms or parse_schedule(row.rate).next_after(row.fired_ms) <= now_ms)
        if row.head != new and (all(held) if row.every else any(held)):
            note_fired(conn, repo, row.branch, now_ms)
            found.append((row.branch, row.head))
    return found


def note_fired(conn: Connection, repo: RepoId, branch: str, at_ms: int) -> None:
    """Note when a branch followed last."""
    mine: ColumnElement[bool] = (triggers.c.repo == repo) & (triggers.c.branch == branch)
    conn.execute(update(triggers).where(mine).values(fired_ms=at_ms))


def _size(conn: Connection, commit: str) -> int:
    return int(conn.execute(select(commits.c.size).where(commits.c.id == commit)).scalar() or 0)
