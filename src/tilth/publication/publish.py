"""Publish a stage's result: objects first, then commit, derivation and the stage's own state in one transaction."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection, select

from tilth.metadata.schema.repos import repos
from tilth.model.commit import Commit, Derivation
from tilth.model.digest import Digest
from tilth.model.ids import ChangeId, CommitId
from tilth.storage.sessions import take_stored
from tilth.versioning import journal
from tilth.versioning.backend import Backend, in_act
from tilth.versioning.branches import check_writable, find_branch
from tilth.versioning.commits import (
    inputs_of_kind,
    load_commit,
    read_head,
    record_commit,
    seal_commit,
    upstream_repos,
)
from tilth.versioning.provenance import held_out_among, held_out_error
from tilth.versioning.repos import RepoName


def nothing_else(conn: Connection) -> None:
    """Do nothing more in the transaction."""


@in_act
def publish(
    backend: Backend,
    *,
    repo: RepoName,
    branch: str,
    tree: Digest | None,
    derivation: Derivation,
    change: ChangeId,
    author: str,
    message: str,
    stage: str,
    trains: bool = False,
    stored: int | None = 0,
    also: Callable[[Connection], None] = nothing_else,
) -> Commit:
    """Commit `tree` onto a derived branch as the output of `stage` and return the commit.

    First everything put into the store is made durable; then one transaction inserts the commit with its
    derivation, moves the head, tells the feed and runs `also(conn)`, the stage's own state and fencing; whatever that
    raises undoes all of it. Raises HeldOut, naming the path, when a held-out repo is upstream of an input, however far,
    and `trains` or the branch is declared to; Denied when another stage owns the branch; BranchMoved when someone else
    moved its head.
    A tree equal to the head's makes a commit all the same: the caller decides whether it wants one. `stored` is what
    other processes stored for it and nobody had before, in bytes; what this act stored is added. None: nobody knows.
    """
    with backend.database.read() as conn:
        output = find_branch(conn, repo, branch)
        trains = trains or output.trains
        if trains:
            check_training(conn, derivation, output.repo)
    if trains:
        derivation = replace(derivation, facts={**derivation.facts, "trains": True})
    head = read_head(backend, repo, branch, stage=stage)
    sealed = seal_commit(
        backend.store, head, tree=tree, derivation=derivation, change=change, author=author, message=message
    )
    own = take_stored()
    noted = journal.spill(backend.database, backend.store)
    backend.store.flush()
    with backend.database.transaction() as conn:
        output = find_branch(conn, head.repo, branch)
        check_writable(output, stage)
        if trains or output.trains:
            # Again, under the write lock: a repo may have been held out since.
            check_training(conn, derivation, head.repo.full_name)
        record_commit(conn, sealed, head, stored=own + stored if stored is not None else None)
        journal.forget(conn, noted)
        also(conn)
    return sealed.commit


def check_training(conn: Connection, derivation: Derivation, output: str) -> None:
    """Raise HeldOut when a held-out repo is upstream of the derivation's inputs, naming the repos on the path."""
    used, _ = inputs_of_kind(derivation)
    held_out = held_out_among(conn, upstream_repos(conn, (used, True), ()))
    if held_out:
        raise held_out_error([*_path_from(conn, used, set(held_out)), _short(output)])


def _path_from(conn: Connection, used: list[CommitId], held_out: set[str]) -> list[str]:
    """Return the repos from a held-out one down to one of the inputs `used`, along the shortest way."""
    came_from: dict[CommitId, CommitId | None] = dict.fromkeys(used)
    waiting = deque(used)
    while waiting:
        id = waiting.popleft()
        commit = load_commit(conn, id)
        if commit.repo_id in held_out:
            names: list[str] = []
            place: CommitId | None = id
            while place is not None:
                name = _short(load_commit(conn, place).repo)
                if not names or names[-1] != name:
                    names.append(name)
                place = came_from[place]
            return names
        inputs, fresh = inputs_of_kind(commit.derivation)
        for before in inputs if fresh else [*inputs, *commit.parents]:
            if before not in came_from:
                came_from[before] = id
                waiting.append(before)
    row = conn.execute(select(repos.c.project, repos.c.name).where(repos.c.id.in_(sorted(held_out)))).first()
    return [_short(f"{row.project}/{row.name}")] if row is not None else []


def _short(repo: str) -> str:
    return repo.removeprefix("default/")
