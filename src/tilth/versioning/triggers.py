"""Branches that follow others: declared here, moved in the transaction that moves the branch they follow."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select

from tilth.errors import Invalid
from tilth.metadata import feed
from tilth.metadata.schema.branches import branches
from tilth.metadata.schema.rules import triggers
from tilth.model.ids import ChangeId, CommitId, RepoId, new_id
from tilth.versioning import journal
from tilth.versioning.backend import Backend
from tilth.versioning.branches import Branch, find_branch, move_head
from tilth.versioning.following import Trigger, note_fired
from tilth.versioning.protection import check_move
from tilth.versioning.provenance import check_held_out, check_no_loop
from tilth.versioning.repos import RepoName, find_repo
from tilth.versioning.schedule import parse_schedule


def follow(backend: Backend, repo: RepoName, branch: str, trigger: Trigger, *, author: str) -> Branch:
    """Let `branch` follow another of its repo, instead of what it followed before.

    When a condition holds, its head becomes the same commit, in the same transaction and change. Raises Invalid for a
    branch that is derived, follows itself or in a ring, or a condition that says nothing; HeldOut when held-out data
    would reach something trained.
    """
    _check_conditions(trigger)
    with backend.database.transaction() as conn:
        home = find_repo(conn, repo)
        target, source = find_branch(conn, home, branch), find_branch(conn, home, trigger.source)
        if target.name == source.name:
            raise Invalid(f"Branch {branch} of {home.full_name} cannot follow itself.", help="Name another branch.")
        if target.owner is not None or target.inputs:
            raise Invalid(
                f"Branch {branch} of {home.full_name} is the output of {target.owner}; it cannot follow another.",
                help="Let a branch of its own follow it.",
            )
        check_no_loop(conn, (home.id, branch), (home.id, source.name), home.full_name)
        check_move(conn, home.id, f"{home.full_name}@{branch}", branch, old=target.head, new=target.head, author=author)
        facts = {
            **asdict(trigger),
            "repo": home.id,
            "branch": branch,
            "author": author,
            "created_ms": time.time_ns() // 1_000_000,
            "fired_ms": 0,
        }
        conn.execute(delete(triggers).where(triggers.c.repo == home.id, triggers.c.branch == branch))
        conn.execute(insert(triggers).values(**facts))
        check_held_out(conn, (home.id, branch))
        journal.note(conn, "trigger", facts)
        feed.append(
            conn, "branch.follows", ChangeId(new_id()), {"repo": home.full_name, "branch": branch, "of": source.name}
        )
        return find_branch(conn, home, branch)


def unfollow(backend: Backend, repo: RepoName, branch: str) -> Branch:
    """Let a branch stay where it is. Raises Invalid when it follows none."""
    with backend.database.transaction() as conn:
        home = find_repo(conn, repo)
        if find_branch(conn, home, branch).follows is None:
            raise Invalid(f"Branch {branch} of {home.full_name} follows no other.", help="There is nothing to end.")
        conn.execute(delete(triggers).where(triggers.c.repo == home.id, triggers.c.branch == branch))
        journal.note(conn, "trigger", {"repo": home.id, "branch": branch, "source": None})
        return find_branch(conn, home, branch)


def tick(backend: Backend, guard: Callable[[Connection], None], *, now_ms: int | None = None) -> int:
    """Move every branch whose cron trigger is due; return how many there were. `guard` runs in each transaction."""
    now = now_ms if now_ms is not None else time.time_ns() // 1_000_000
    with backend.database.read() as conn:
        rows = conn.execute(select(triggers).where(triggers.c.cron.is_not(None))).all()
    waiting = [row for row in rows if parse_schedule(row.cron).next_after(max(row.fired_ms, row.created_ms)) <= now]
    for row in waiting:
        with backend.database.transaction() as conn:
            guard(conn)
            still = conn.execute(
                select(triggers.c.fired_ms).where(
                    triggers.c.repo == row.repo, triggers.c.branch == row.branch, triggers.c.source == row.source
                )
            ).scalar()
            if still != row.fired_ms:
                continue
            heads = {each.name: each.head for each in conn.execute(select(branches).where(branches.c.repo == row.repo))}
            note_fired(conn, RepoId(row.repo), row.branch, now)
            old, new = heads[row.branch], heads[row.source]
            if new is not None and new != old:
                move_head(
                    conn,
                    find_repo(conn, row.repo),
                    row.branch,
                    old=old,
                    new=CommitId(new),
                    change=None,
                    author=row.author,
                    message=f"Follows {row.source}",
                )
    return len(waiting)


def _check_conditions(trigger: Trigger) -> None:
    given = [each for each in (trigger.commits, trigger.size, trigger.rate) if each is not None]
    if trigger.cron is None and not given:
        raise Invalid("A trigger needs a condition.", help="Give commits, size, rate or cron.")
    if trigger.cron is not None and given:
        raise Invalid("A cron trigger has no other condition.", help="Give cron alone, or a rate with the others.")
    for name, value in (("commits", trigger.commits), ("size", trigger.size)):
        if value is not None and value < 1:
            raise Invalid(f"A trigger cannot wait for {name} {value}.", help="Give a number of at least 1.")
    for schedule in (trigger.rate, trigger.cron):
        if schedule is not None:
            parse_schedule(schedule)
