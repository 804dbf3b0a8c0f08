"""Feedback edges: curated items going back into a source repo, declared, budgeted and recorded.

A pipeline graph has no cycles; a loop is closed by an edge that only a person or a campaign fires, that ends when
its budget, its rounds or its selections end, and that lineage names like any other input.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, insert, select, update

from tilth.errors import Conflict, Denied, Invalid, NotFound
from tilth.metadata import feed
from tilth.metadata.schema.feedback import feedback_edges, feedback_rounds
from tilth.metadata.schema.repos import repos
from tilth.model.canonical import Json
from tilth.model.commit import Commit, CommitInput, Derivation, InputKind
from tilth.model.ids import ChangeId, CommitId, is_id, new_id
from tilth.model.names import check_name
from tilth.versioning import journal
from tilth.versioning.backend import Backend
from tilth.versioning.branches import check_writable, find_branch
from tilth.versioning.commits import commit_edits, load_commit
from tilth.versioning.edits import Edits
from tilth.versioning.provenance import check_reaches_training
from tilth.versioning.repos import RepoName
from tilth.versioning.trees import folder_path

STAGE = "feedback"
TRIGGERS = ("person", "campaign")


@dataclass(frozen=True, slots=True)
class FeedbackEdge:
    """A declared way back. `source` and `target` are written "project/repo"; `budget` and `spent` count items.

    `source_path` is the selection in the source (a folder of items or a file that names them), `target_path` the
    folder that they go to; "" is the root.
    """

    id: str
    name: str
    source: str
    source_branch: str
    target: str
    target_branch: str
    trigger: str
    budget: int
    spent: int
    max_rounds: int
    rounds: int
    ended: str | None
    """Why no more rounds can be fired; None while some can."""
    declared_by: str
    created_ms: int
    source_path: str = ""
    target_path: str = ""


@dataclass(frozen=True, slots=True)
class FeedbackRound:
    """One firing of an edge; `commit` is None for the empty selection that ended it."""

    number: int
    commit: CommitId | None
    items: int
    fired_by: str
    at_ms: int


def declare(
    backend: Backend,
    name: str,
    *,
    source: tuple[RepoName, str],
    target: tuple[RepoName, str],
    trigger: str = "person",
    budget: int,
    max_rounds: int,
    by: str,
    source_path: str = "",
    target_path: str = "",
) -> FeedbackEdge:
    """Declare an edge from branch `source` to branch `target` (repo, branch) and return it.

    Raises Conflict when the name is taken, Denied when the target is a derived branch, Invalid for a trigger
    that is not "person" or "campaign" or a budget or number of rounds below 1.
    """
    check_name(name, "feedback edge")
    if trigger not in TRIGGERS:
        raise Invalid(f"{trigger!r} cannot trigger a feedback edge.", help=f"Choose one of {', '.join(TRIGGERS)}.")
    if budget < 1 or max_rounds < 1:
        raise Invalid(f"Feedback edge {name} needs a budget and rounds of at least 1.", help="Give it some items.")
    with backend.database.transaction() as conn:
        if conn.execute(select(feedback_edges.c.id).where(feedback_edges.c.name == name)).first() is not None:
            raise Conflict(f"There is a feedback edge {name} already.", help="Choose another name.", edge=name)
        start = find_branch(conn, *source)
        end = find_branch(conn, *target)
        check_writable(end, None)
        edge = {
            "id": new_id(),
            "name": name,
            "from_repo": start.repo_id,
            "from_branch": start.name,
            "from_path": folder_path(source_path),
            "to_repo": end.repo_id,
            "to_branch": end.name,
            "to_path": folder_path(target_path),
            "trigger": trigger,
            "budget": budget,
            "spent": 0,
            "max_rounds": max_rounds,
            "rounds": 0,
            "ended": None,
            "declared_by": by,
            "created_ms": time.time_ns() // 1_000_000,
        }
        conn.execute(insert(feedback_edges).values(**edge))
        _note(conn, str(edge["id"]))
        return _load(conn, name)


def fire(
    backend: Backend,
    edge: str,
    edits: Edits,
    *,
    items: int,
    by: str,
    trigger: str = "person",
    at: CommitId | None = None,
    copied: Sequence[CommitInput] = (),
    message: str = "",
    change: ChangeId | None = None,
    facts: Mapping[str, Json] | None = None,
) -> Commit | None:
    """Send a selection of `items` items of the source into the target as one commit, counted against the budget.

    `edits` are entries of the source's tree (which copies no data) or files of its rows that the caller wrote.
    The commit's derivation names the source commit `at` (default: its head) as an input of kind feedback, and
    `copied`, where the source only chose and the items lie elsewhere. A selection of no items commits nothing and ends
    the edge; None is returned. Raises Conflict when the edge has ended or its budget or rounds do not suffice, Denied
    when it is for another trigger, HeldOut when held-out data would reach something trained, NothingToCommit when the
    target has all of it already.
    """
    with backend.database.read() as conn:
        declared = _load(conn, edge)
        _check_open(declared, items, trigger)
        source = _source_commit(conn, declared, at, [each.commit for each in copied]) if items else None
    if source is None:
        with backend.database.transaction() as conn:
            _count(conn, declared, None, 0, trigger, by)
        return None
    derivation = Derivation(
        stage=STAGE,
        inputs=(CommitInput(source.repo, declared.source_branch, source.id, source.seal, InputKind.FEEDBACK), *copied),
        facts={**(facts or {}), "edge": declared.name, "round": declared.rounds + 1, "items": items},
    )
    return commit_edits(
        backend,
        declared.target,
        declared.target_branch,
        edits,
        author=by,
        message=message or f"Feedback {declared.name}, round {declared.rounds + 1}",
        change=change,
        derivation=derivation,
        also=lambda conn, commit: _count(conn, declared, commit, items, trigger, by),
    )


def get_edge(backend: Backend, edge: str) -> FeedbackEdge:
    """Return one edge by name or id. Raises NotFound."""
    with backend.database.read() as conn:
        return _load(conn, edge)


def list_edges(backend: Backend) -> list[FeedbackEdge]:
    """Return all edges by name."""
    with backend.database.read() as conn:
        names = conn.execute(select(feedback_edges.c.name).order_by(feedback_edges.c.name)).scalars().all()
        return [_load(conn, name) for name in names]


def end_edge(backend: Backend, edge: str, *, by: str) -> FeedbackEdge:
    """End an edge: it fires no more. Its rounds stay on record."""
    with backend.database.transaction() as conn:
        found = _load(conn, edge)
        if found.ended is None:
            conn.execute(update(feedback_edges).where(feedback_edges.c.id == found.id).values(ended=f"ended by {by}"))
            _note(conn, found.id)
        return _load(conn, edge)


def rounds_of(backend: Backend, edge: str) -> list[FeedbackRound]:
    """Return the rounds that an edge has fired, oldest first."""
    with backend.database.read() as conn:
        found = _load(conn, edge)
        rows = conn.execute(
            select(feedback_rounds).where(feedback_rounds.c.edge == found.id).order_by(feedback_rounds.c.round)
        )
        return [FeedbackRound(row.round, row.commit, row.items, row.fired_by, row.at_ms) for row in rows]


def _source_commit(conn: Connection, edge: FeedbackEdge, at: CommitId | None, copied: Sequence[CommitId]) -> Commit:
    start = find_branch(conn, edge.source, edge.source_branch)
    used = at or start.head
    if used is None:
        raise Conflict(f"{edge.source}@{edge.source_branch} has no commit.", help="Commit there first.")
    commit = load_commit(conn, used)
    if commit.repo_id != start.repo_id:
        raise Invalid(f"Commit {used} is not of {edge.source}.", help="Fire from the edge's own source.", commit=used)
    end = find_branch(conn, edge.target, edge.target_branch)
    check_reaches_training(conn, end, [used, *copied])
    return commit


def _check_open(edge: FeedbackEdge, items: int, trigger: str) -> None:
    if edge.ended is not None:
        raise Conflict(f"Feedback edge {edge.name} has ended: {edge.ended}.", help="Declare a new one.", edge=edge.name)
    if trigger != edge.trigger:
        raise Denied(
            f"Feedback edge {edge.name} is fired by a {edge.trigger}, not by a {trigger}.", help="Ask them to."
        )
    if edge.rounds >= edge.max_rounds:
        raise Conflict(
            f"Feedback edge {edge.name} has fired all of its {edge.max_rounds} rounds.",
            help="Declare a new edge to go on.",
            edge=edge.name,
        )
    left = edge.budget - edge.spent
    if items > left:
        raise Conflict(
            f"Feedback edge {edge.name} has {left} of its {edge.budget} items left, {items} were selected.",
            help="Select fewer, or declare a new edge with a larger budget.",
            edge=edge.name,
            left=left,
        )


def _count(conn: Connection, seen: FeedbackEdge, commit: Commit | None, items: int, trigger: str, by: str) -> None:
    """Count a round in the transaction that makes it, unless the edge is no longer as it was `seen`."""
    edge = _load(conn, seen.name)
    _check_open(edge, items, trigger)
    if edge.rounds != seen.rounds:
        raise Conflict(
            f"Round {edge.rounds} of feedback edge {edge.name} was fired meanwhile.", help="Look at it first."
        )
    now_ms = time.time_ns() // 1_000_000
    row: dict[str, str | int | None] = {
        "edge": edge.id,
        "round": edge.rounds + 1,
        "commit": commit.id if commit is not None else None,
        "items": items,
        "fired_by": by,
        "at_ms": now_ms,
    }
    conn.execute(insert(feedback_rounds).values(**row))
    journal.note(conn, "round", row)
    ended = None if items else "a round selected nothing"
    conn.execute(
        update(feedback_edges)
        .where(feedback_edges.c.id == edge.id)
        .values(spent=edge.spent + items, rounds=edge.rounds + 1, ended=ended)
    )
    _note(conn, edge.id)
    change = commit.change if commit is not None else ChangeId(new_id())
    feed.append(conn, "feedback.fired", change, {"edge": edge.name, "round": edge.rounds + 1, "items": items, "by": by})


def _note(conn: Connection, id: str) -> None:
    row = conn.execute(select(feedback_edges).where(feedback_edges.c.id == id)).one()
    journal.note(conn, "edge", dict(row._mapping))


def _load(conn: Connection, edge: str) -> FeedbackEdge:
    key: ColumnElement[bool] = feedback_edges.c.id == edge if is_id(edge) else feedback_edges.c.name == edge
    row = conn.execute(select(feedback_edges).where(key)).first()
    if row is None:
        raise NotFound(f"There is no feedback edge {edge}.", help="Declare it first.", edge=edge)
    names = {
        each.id: f"{each.project}/{each.name}"
        for each in conn.execute(select(repos).where(repos.c.id.in_([row.from_repo, row.to_repo])))
    }
    return FeedbackEdge(
        id=row.id,
        name=row.name,
        source=names[row.from_repo],
        source_branch=row.from_branch,
        target=names[row.to_repo],
        target_branch=row.to_branch,
        trigger=row.trigger,
        budget=row.budget,
        spent=row.spent,
        max_rounds=row.max_rounds,
        rounds=row.rounds,
        ended=row.ended,
        declared_by=row.declared_by,
        created_ms=row.created_ms,
        source_path=row.from_path,
        target_path=row.to_path,
    )
