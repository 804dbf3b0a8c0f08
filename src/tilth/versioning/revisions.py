"""Revisions: how a person names a commit, `[PROJECT/]REPO[@REVISION][:PATH]`."""

from __future__ import annotations

import re
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from tilth.errors import Invalid, NotFound
from tilth.metadata.schema.branches import branches, moves
from tilth.metadata.schema.commits import commit_inputs, commit_parents, commits
from tilth.metadata.schema.tags import tags
from tilth.model.commit import Commit
from tilth.model.ids import ChangeId, CommitId, is_id
from tilth.model.names import DEFAULT_BRANCH, DEFAULT_PROJECT, check_name
from tilth.versioning.backend import Backend
from tilth.versioning.commits import load_commit
from tilth.versioning.repos import Repo, find_repo
from tilth.versioning.trees import folder_path

_REFERENCE = re.compile(
    r"(?:(?P<project>[^/@:]*)/)?(?P<repo>[^/@:]*)(?:@(?P<revision>[^:{]*(?:\{[^}]*\})?[^:]*))?(?::(?P<path>.*))?",
    re.DOTALL,
)
_REVISION = re.compile(r"(?P<base>[^@^~{}]*)(?:@\{(?P<time>[^}]*)\})?(?P<steps>(?:[\^~]\d{0,9})*)")
_AGO = re.compile(r"(\d{1,6})\s*(second|minute|hour|day|week|month|year)s?(?:\s+ago)?")
_SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
    "month": 30 * 86_400,
    "year": 365 * 86_400,
}
_SHORTEST_PREFIX = 6


@dataclass(frozen=True, slots=True)
class Reference:
    """A parsed reference. `revision` None means the default branch; `path` None means none was given, "" the root."""

    project: str
    repo: str
    revision: str | None = None
    path: str | None = None

    @property
    def full_name(self) -> str:
        """The repo's name with its project."""
        return f"{self.project}/{self.repo}"

    @property
    def branch(self) -> str:
        """The branch to write to. Raises Invalid when the revision is not plainly a branch."""
        if self.revision is None:
            return DEFAULT_BRANCH
        return check_name(self.revision, "branch")


def parse(text: str) -> Reference:
    """Parse `[PROJECT/]REPO[@REVISION][:PATH]`. Raises Invalid."""
    match = _REFERENCE.fullmatch(text)
    if match is None or not match["repo"]:
        raise Invalid(
            f"{text!r} names no repo.", help="Write [PROJECT/]REPO[@REVISION][:PATH], like digits@main:a.png."
        )
    if match["revision"] == "" or (match["revision"] is not None and not _REVISION.fullmatch(match["revision"])):
        raise Invalid(
            f"{match['revision']!r} is not a revision.",
            help="Write a branch, a tag, a commit or change id, branch^, branch^3 or branch@{3 days ago}.",
        )
    path = match["path"]
    return Reference(
        project=check_name(match["project"], "project") if match["project"] is not None else DEFAULT_PROJECT,
        repo=check_name(match["repo"], "repo"),
        revision=match["revision"],
        path=folder_path(path) if path is not None else None,
    )


def resolve(backend: Backend, reference: Reference | str) -> Commit:
    """Return the commit that `reference` names. Raises NotFound (also for a branch without a commit)."""
    with backend.database.read() as conn:
        return resolve_in(conn, parse(reference) if isinstance(reference, str) else reference)


def resolve_in(conn: Connection, reference: Reference) -> Commit:
    """Return the commit that `reference` names, in the caller's transaction."""
    repo = find_repo(conn, reference.full_name)
    revision = reference.revision if reference.revision is not None else DEFAULT_BRANCH
    match = _REVISION.fullmatch(revision)
    if match is None:
        raise Invalid(f"{revision!r} is not a revision.", help="Write a branch, a commit or change id, or branch^.")
    base = match["base"] or DEFAULT_BRANCH
    found = _at_time(conn, repo, base, match["time"]) if match["time"] is not None else _base(conn, repo, base)
    for step in re.findall(r"[\^~](\d*)", match["steps"]):
        for _ in range(int(step or 1)):
            query = select(commit_parents.c.parent).where(
                commit_parents.c.commit == found, commit_parents.c.position == 0
            )
            parent = conn.execute(query).scalar()
            if parent is None:
                raise NotFound(
                    f"{repo.full_name}@{revision} goes back further than the first commit.",
                    help="`tilth log` shows how many there are.",
                )
            found = CommitId(parent)
    return load_commit(conn, found)


def _base(conn: Connection, repo: Repo, name: str) -> CommitId:
    branch = conn.execute(select(branches.c.head).where(branches.c.repo == repo.id, branches.c.name == name)).first()
    if branch is not None:
        if branch.head is None:
            raise NotFound(
                f"Branch {name} of {repo.full_name} has no commit yet.",
                help="`tilth put` makes one; in the output of a pipeline, `tilth run`.",
                branch=name,
            )
        return CommitId(branch.head)
    tagged = conn.execute(select(tags.c.commit).where(tags.c.repo == repo.id, tags.c.name == name)).scalar()
    if tagged is not None:
        return CommitId(tagged)
    if is_id(name):
        return _by_id(conn, repo, name)
    if len(name) >= _SHORTEST_PREFIX and re.fullmatch(r"[0-9a-f]{1,31}", name):
        query = (
            select(commits.c.id)
            .where(commits.c.repo == repo.id, commits.c.id >= name, commits.c.id < f"{name}g")
            .order_by(commits.c.id)
            .limit(2)
        )
        found = conn.execute(query).scalars().all()
        if len(found) == 1:
            return CommitId(found[0])
        if found:
            raise Invalid(f"{name} begins more than one commit of {repo.full_name}.", help="Write more of it.")
    raise NotFound(
        f"Repo {repo.full_name} has no branch, tag or commit {name}.",
        help="`tilth branch list`, `tilth tag list` and `tilth log` show them.",
        revision=name,
    )


def _by_id(conn: Connection, repo: Repo, id: str) -> CommitId:
    row = conn.execute(select(commits.c.repo).where(commits.c.id == id)).first()
    if row is not None:
        if row.repo != repo.id:
            raise NotFound(f"Commit {id} is not of repo {repo.full_name}.", help="Name the repo it is of.", commit=id)
        return CommitId(id)
    found = commit_in_change(conn, repo, ChangeId(id))
    if found is None:
        raise NotFound(
            f"There is no commit {id} of {repo.full_name}, and no change {id} that touched or read it.",
            help="`tilth log` shows its commits and their changes.",
        )
    return found


def commit_in_change(conn: Connection, repo: Repo, change: ChangeId) -> CommitId | None:
    """Return the repo's commit in a change, else the one that the change's commits were made from, however far up.

    Of several the newest; a head that the change moved counts as its commit. None when the change never met it.
    """
    own = (
        conn.execute(
            select(commits.c.id)
            .where(commits.c.change == change, commits.c.repo == repo.id)
            .order_by(commits.c.id.desc())
        )
        .scalars()
        .first()
    )
    if own is not None:
        return CommitId(own)
    moved = (
        conn.execute(
            select(moves.c.new)
            .where(moves.c.change == change, moves.c.repo == repo.id)
            .order_by(moves.c.position.desc())
        )
        .scalars()
        .first()
    )
    if moved is not None:
        return CommitId(moved)
    waiting = deque(conn.execute(select(commits.c.id).where(commits.c.change == change)).scalars())
    seen = set(waiting)
    while waiting:
        level = list(waiting)
        waiting.clear()
        found: list[str] = []
        for start in range(0, len(level), 500):
            rows = conn.execute(
                select(commits.c.id, commits.c.repo)
                .join(commit_inputs, commit_inputs.c.input == commits.c.id)
                .where(commit_inputs.c.commit.in_(level[start : start + 500]))
            )
            for row in rows:
                if row.repo == repo.id:
                    found.append(row.id)
                elif row.id not in seen:
                    seen.add(row.id)
                    waiting.append(row.id)
        if found:
            return CommitId(max(found))
    return None


def _at_time(conn: Connection, repo: Repo, branch: str, when: str) -> CommitId:
    at_ms = parse_time(when)
    row = conn.execute(
        select(moves.c.new)
        .where(moves.c.repo == repo.id, moves.c.branch == branch, moves.c.at_ms <= at_ms)
        .order_by(moves.c.position.desc())
        .limit(1)
    ).first()
    if row is None or row.new is None:
        raise NotFound(
            f"{repo.full_name}@{branch} had no commit at {when}.", help="`tilth log` shows when its commits were made."
        )
    return CommitId(row.new)


def parse_time(text: str, *, now_ms: int | None = None) -> int:
    """Return Unix milliseconds for "3 days ago", "yesterday", "now" or an ISO date or time (local time zone)."""
    now = now_ms if now_ms is not None else time.time_ns() // 1_000_000
    clean = text.strip().lower()
    if clean in ("", "now"):
        return now
    if clean == "yesterday":
        return now - 86_400_000
    match = _AGO.fullmatch(clean)
    if match is not None:
        return now - int(match[1]) * _SECONDS[match[2]] * 1000
    try:
        moment = datetime.fromisoformat(text.strip())
        if len(clean) == 10:
            moment += timedelta(days=1, milliseconds=-1)  # a date means its end
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Invalid(
            f"{text!r} is not a time.", help="Write '3 days ago', 'yesterday', 2026-01-31 or 2026-01-31T14:00."
        ) from None
