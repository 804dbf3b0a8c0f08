"""Branch provenance: what a derived branch reads, checked when it is declared.

A branch that derives from others is written by its owner only; the graph of branches has no cycle (a feedback edge is
no input); and no held-out repo is upstream, however far, of a branch that `trains`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeAlias

from sqlalchemy import Connection, delete, insert, select, update

from tilth.errors import Conflict, HeldOut, Invalid, NotFound
from tilth.metadata.schema.branches import branch_inputs, branches
from tilth.metadata.schema.commits import commit_upstream, commits
from tilth.metadata.schema.repos import repos
from tilth.metadata.schema.rules import triggers as followers
from tilth.model.commit import InputKind
from tilth.model.ids import CommitId, RepoId
from tilth.versioning.branches import Branch, BranchInput, find_branch
from tilth.versioning.repos import RepoName, note_branch

_Place: TypeAlias = tuple[str, str]
"""A branch as (repo id, branch name)."""


def declare_inputs(
    conn: Connection,
    repo: RepoName,
    branch: str,
    inputs: Sequence[tuple[RepoName, str, InputKind]],
    *,
    owner: str,
    trains: bool = False,
) -> None:
    """Make `branch` the output of stage `owner` reading `inputs`, instead of whatever it read before.

    Raises NotFound for a missing input, Invalid for a cycle or an input from the branch's own repo, Conflict when
    another stage owns it, HeldOut (naming the path) when something trained would have a held-out repo upstream.
    """
    target = find_branch(conn, repo, branch)
    if target.owner is not None and target.owner != owner:
        raise Conflict(
            f"Branch {branch} of {target.repo} is already the output of {target.owner}.",
            help="Give this stage another output repo, or delete that one first.",
        )
    if target.roles is not None or target.follows is not None:
        what = f"follows {target.follows.source}" if target.follows is not None else "is protected"
        raise Conflict(
            f"Branch {branch} of {target.repo} {what}; no stage can write there.",
            help="Give this stage another output, or take that away first.",
        )
    here: _Place = (target.repo_id, branch)
    rows: list[tuple[RepoId, str, InputKind]] = []
    for input_repo, input_branch, kind in inputs:
        source = find_branch(conn, input_repo, input_branch)
        if source.repo_id == target.repo_id:
            raise Invalid(
                f"Branch {branch} of {target.repo} cannot read its own repo.", help="Write to another output repo."
            )
        if (source.repo_id, input_branch) not in {(repo_id, name) for repo_id, name, _ in rows}:
            rows.append((source.repo_id, input_branch, InputKind(kind)))
    _check_acyclic(conn, here, [(repo_id, name) for repo_id, name, _ in rows], target.repo)

    conn.execute(delete(branch_inputs).where(branch_inputs.c.repo == target.repo_id, branch_inputs.c.branch == branch))
    for position, (repo_id, name, kind) in enumerate(rows):
        conn.execute(
            insert(branch_inputs).values(
                repo=target.repo_id,
                branch=branch,
                position=position,
                input_repo=repo_id,
                input_branch=name,
                kind=kind.value,
            )
        )
    conn.execute(
        update(branches)
        .where(branches.c.repo == target.repo_id, branches.c.name == branch)
        .values(owner=owner, trains=trains)
    )
    note_branch(conn, target.repo_id, branch)
    check_held_out(conn, here)


def check_inputs(conn: Connection, repo: RepoName, branch: str, inputs: Sequence[tuple[RepoName, str]]) -> None:
    """Raise Invalid when `branch` (which may not exist yet) cannot read `inputs` (repo, branch): they form a cycle.

    Raises NotFound for a missing input.
    """
    sources = [(source.repo_id, source.name) for source in (find_branch(conn, *place) for place in inputs)]
    try:
        target = find_branch(conn, repo, branch)
    except NotFound:  # nothing can read what is not there
        return
    _check_acyclic(conn, (target.repo_id, branch), sources, target.repo)


def _check_acyclic(conn: Connection, here: _Place, sources: Sequence[_Place], name: str) -> None:
    cycle = _path(sources, lambda place: place == here, lambda place: _inputs(conn, place, triggers=True))
    if cycle:
        names = " → ".join(_name(conn, place) for place in [here, *cycle])
        raise Invalid(f"The inputs of {name} form a cycle: {names}.", help="Use a feedback edge for loops.")


def check_no_loop(conn: Connection, here: tuple[str, str], source: tuple[str, str], name: str) -> None:
    """Raise Invalid when `here` cannot follow or read `source` (repo id, branch), because that comes from `here`."""
    _check_acyclic(conn, here, [source], name)


def release_branch(conn: Connection, repo: RepoName, branch: str) -> None:
    """Make a derived branch an ordinary one: no inputs, no owner. Its commits keep their derivations."""
    target = find_branch(conn, repo, branch)
    conn.execute(delete(branch_inputs).where(branch_inputs.c.repo == target.repo_id, branch_inputs.c.branch == branch))
    conn.execute(
        update(branches)
        .where(branches.c.repo == target.repo_id, branches.c.name == branch)
        .values(owner=None, trains=False)
    )
    note_branch(conn, target.repo_id, branch)


def inputs_of(conn: Connection, repo: RepoName, branch: str) -> tuple[BranchInput, ...]:
    """Return what a branch reads directly."""
    return find_branch(conn, repo, branch).inputs


def readers_of(conn: Connection, repo: RepoName, branch: str) -> list[tuple[RepoId, str]]:
    """Return the branches (repo id, name) that read `branch` directly."""
    source = find_branch(conn, repo, branch)
    return [(RepoId(place[0]), place[1]) for place in _readers(conn, (source.repo_id, branch))]


def trained_readers(conn: Connection, place: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the path of branches from `place` (itself first) to a `trains` branch that reads it, or nothing."""
    return _path([place], lambda each: _trains(conn, each), lambda each: _readers(conn, each))


def check_held_out(conn: Connection, here: tuple[str, str]) -> None:
    """Raise HeldOut when a held-out repo is upstream of `here` and `here`, or anything reading it, trains."""
    down = trained_readers(conn, here)
    if not down:
        return
    up = _path([here], lambda place: _held_out(conn, place), lambda place: _inputs(conn, place))
    if up:
        names = [_repo_name(conn, place) for place in [*reversed(up), *down[1:]]]
        raise held_out_error(list(dict.fromkeys(names)))


def check_reaches_training(conn: Connection, target: Branch, used: Sequence[CommitId]) -> None:
    """Raise HeldOut when data of the commits `used` may not come to `target`, because something trained reads it.

    The error names the path: held-out repo, repos of `used`, then the branches down to the one that trains.
    """
    trained = trained_readers(conn, (target.repo_id, target.name))
    if not trained or not used:
        return
    leak = held_out_behind(conn, used)
    if leak:
        raise held_out_error(list(dict.fromkeys([*leak, *(_repo_name(conn, place) for place in trained)])))


def held_out_behind(conn: Connection, used: Sequence[CommitId]) -> list[str]:
    """Return a held-out repo that the commits `used` are of or came from, then their repos; nothing where none is."""
    own = list(conn.execute(select(commits.c.repo).where(commits.c.id.in_(used)).distinct()).scalars())
    inherited = conn.execute(
        select(commit_upstream.c.repo).where(commit_upstream.c.commit.in_(used)).distinct()
    ).scalars()
    leaks = held_out_among(conn, {RepoId(id) for id in [*own, *inherited]})
    return list(dict.fromkeys(_repo_name(conn, (id, "")) for id in [*leaks[:1], *own])) if leaks else []


def held_out_among(conn: Connection, ids: Collection[RepoId]) -> list[RepoId]:
    """Return those of the repos that are held out, deleted ones too."""
    if not ids:
        return []
    query = select(repos.c.id).where(repos.c.id.in_(sorted(ids)), repos.c.held_out).order_by(repos.c.id)
    return [RepoId(id) for id in conn.execute(query).scalars()]


def held_out_error(names: Sequence[str]) -> HeldOut:
    """Return the error for a path of repos that begins at a held-out one and ends at something trained."""
    return HeldOut(
        f"{names[0]} is held out and must not reach anything trained: {' → '.join(names)}.",
        help="Take it out of the inputs, or train on another repo; a held-out repo is for measuring only.",
        path=list(names),
    )


def _path(
    starts: Iterable[_Place], found: Callable[[_Place], bool], step: Callable[[_Place], Iterable[_Place]]
) -> list[_Place]:
    """Return the shortest path from a start to a place that is `found`, both included; empty when there is none."""
    came_from: dict[_Place, _Place | None] = dict.fromkeys(starts)
    waiting = deque(came_from)
    while waiting:
        place = waiting.popleft()
        if found(place):
            path = [place]
            while (before := came_from[path[-1]]) is not None:
                path.append(before)
            return path[::-1]
        for further in step(place):
            if further not in came_from:
                came_from[further] = place
                waiting.append(further)
    return []


def _inputs(conn: Connection, place: _Place, *, triggers: bool = False) -> list[_Place]:
    query = select(branch_inputs.c.input_repo, branch_inputs.c.input_branch).where(
        branch_inputs.c.repo == place[0], branch_inputs.c.branch == place[1]
    )
    if not triggers:
        query = query.where(branch_inputs.c.kind != InputKind.TRIGGER.value)
    rows = conn.execute(query.order_by(branch_inputs.c.position))
    found: list[_Place] = [(row.input_repo, row.input_branch) for row in rows]
    followed = conn.execute(
        select(followers.c.source).where(followers.c.repo == place[0], followers.c.branch == place[1])
    ).scalar()
    return [*found, (place[0], followed)] if followed is not None else found


def _readers(conn: Connection, place: _Place) -> list[_Place]:
    rows = conn.execute(
        select(branch_inputs.c.repo, branch_inputs.c.branch)
        .where(branch_inputs.c.input_repo == place[0], branch_inputs.c.input_branch == place[1])
        .order_by(branch_inputs.c.repo, branch_inputs.c.branch)
    )
    found: list[_Place] = [(row.repo, row.branch) for row in rows]
    following = conn.execute(
        select(followers.c.branch).where(followers.c.repo == place[0], followers.c.source == place[1])
    ).scalars()
    return [*found, *((place[0], branch) for branch in sorted(following))]


def _trains(conn: Connection, place: _Place) -> bool:
    query = select(branches.c.trains).where(branches.c.repo == place[0], branches.c.name == place[1])
    return bool(conn.execute(query).scalar())


def _held_out(conn: Connection, place: _Place) -> bool:
    return bool(conn.execute(select(repos.c.held_out).where(repos.c.id == place[0])).scalar())


def _repo_name(conn: Connection, place: _Place) -> str:
    row = conn.execute(select(repos.c.project, repos.c.name).where(repos.c.id == place[0])).one()
    return row.name if row.project == "default" else f"{row.project}/{row.name}"


def _name(conn: Connection, place: _Place) -> str:
    return f"{_repo_name(conn, place)}@{place[1]}"
