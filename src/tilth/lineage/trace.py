"""Walk derivations, up and down.

History within a repo (parents) is `log`, not lineage, but for one thing: a commit that added to what was there (a put,
a feedback round, a revert) still holds files of the commits before it, so the walk goes on to its parent where that has
derived data in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from tilth.metadata.schema.commits import commit_inputs, commit_parents, commit_upstream
from tilth.model.commit import Commit, InputKind
from tilth.model.ids import CommitId
from tilth.versioning.backend import Backend
from tilth.versioning.commits import FRESH_KINDS, load_commit, load_commits

_IN_ONE_QUERY = 500


@dataclass(frozen=True, slots=True)
class Node:
    """One commit of a lineage graph; `depth` is its distance in derivations from where the walk began."""

    commit: Commit
    depth: int


@dataclass(frozen=True, slots=True)
class Edge:
    """`output` was made from `input`; `kind` None: it still holds files of `input`, its parent."""

    input: CommitId
    output: CommitId
    kind: InputKind | None


@dataclass(frozen=True, slots=True)
class Graph:
    """A part of the lineage, nearest nodes first. `complete` is false when a limit ended the walk."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    complete: bool


def ancestry(backend: Backend, commit: CommitId, *, depth: int = 100, limit: int = 10_000) -> Graph:
    """Return what `commit` was made from: up to `depth` derivations and `limit` commits. Costs what it returns."""
    return _walk(backend, commit, depth, limit, up=True)


def descendants(backend: Backend, commit: CommitId, *, depth: int = 100, limit: int = 10_000) -> Graph:
    """Return what was made from `commit`: up to `depth` derivations and `limit` commits. Costs what it returns."""
    return _walk(backend, commit, depth, limit, up=False)


def _walk(backend: Backend, start: CommitId, depth: int, limit: int, *, up: bool) -> Graph:
    with backend.database.read() as conn:
        nodes = [Node(load_commit(conn, start), 0)]
        edges: list[Edge] = []
        seen = {start}
        level = [start]
        for distance in range(1, depth + 1):
            found = _edges(conn, level, up=up)
            edges.extend(found)
            fresh = list(dict.fromkeys(edge.input if up else edge.output for edge in found))
            fresh = [id for id in fresh if id not in seen]
            if not fresh:
                return Graph(tuple(nodes), tuple(edges), True)
            taken = fresh[: max(0, limit - len(nodes))]
            seen.update(taken)
            by_id = load_commits(conn, taken)
            nodes.extend(Node(by_id[id], distance) for id in taken if id in by_id)
            if len(taken) < len(fresh):
                return _cut(nodes, edges)
            level = taken
        more = any((edge.input if up else edge.output) not in seen for edge in _edges(conn, level, up=up))
    return Graph(tuple(nodes), tuple(edges), not more)


def _cut(nodes: Sequence[Node], edges: Sequence[Edge]) -> Graph:
    known = {node.commit.id for node in nodes}
    kept = tuple(edge for edge in edges if edge.input in known and edge.output in known)
    return Graph(tuple(nodes), kept, False)


def _edges(conn: Connection, level: Sequence[CommitId], *, up: bool) -> list[Edge]:
    near = commit_inputs.c.commit if up else commit_inputs.c.input
    found: list[Edge] = []
    for start in range(0, len(level), _IN_ONE_QUERY):
        rows = conn.execute(
            select(commit_inputs)
            .where(near.in_(level[start : start + _IN_ONE_QUERY]))
            .order_by(commit_inputs.c.commit, commit_inputs.c.position)
        )
        found.extend(Edge(CommitId(row.input), CommitId(row.commit), InputKind(row.kind)) for row in rows)
        found.extend(_kept(conn, level[start : start + _IN_ONE_QUERY], up=up))
    return found


def _kept(conn: Connection, level: Sequence[CommitId], *, up: bool) -> list[Edge]:
    """Return the edges to (or from) parents whose derived data a commit still holds."""
    near = commit_parents.c.commit if up else commit_parents.c.parent
    made_anew = select(commit_inputs.c.commit).where(
        commit_inputs.c.commit == commit_parents.c.commit, commit_inputs.c.kind.in_(FRESH_KINDS)
    )
    carries = select(commit_upstream.c.commit).where(commit_upstream.c.commit == commit_parents.c.parent)
    rows = conn.execute(
        select(commit_parents)
        .where(near.in_(level), ~made_anew.exists(), carries.exists())
        .order_by(commit_parents.c.commit, commit_parents.c.position)
    )
    return [Edge(CommitId(row.parent), CommitId(row.commit), None) for row in rows]
