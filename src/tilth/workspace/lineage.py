"""Lineage in a local workspace: derivations, and for one file the datums and answers behind it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from tilth.contract.lineage import DatumTrace, LabelTrace, Lineage, LineageNode
from tilth.errors import Invalid
from tilth.lineage import trace
from tilth.lineage.trace import Graph
from tilth.model.commit import Commit
from tilth.model.digest import Digest
from tilth.pipelines.plan import Plan
from tilth.versioning import revisions
from tilth.versioning.trees import Tree
from tilth.workspace.infos import commit_info
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit
from tilth.workspace.recorded import recorded

MAX_DEPTH = 1000
MAX_TRACES = 100
MAX_LABELS = 20
FROM_FOLDER = 3
"""Of a folder that was read whole, so many files are followed; the folder itself is named as the input."""


@dataclass(frozen=True, slots=True)
class _Member:
    """What a datum read from one input, as its job's table says it."""

    input: str
    repo: str
    branch: str
    path: str
    row: str | None = None


class LocalLineage:
    """Where the folder's things came from and what came from them."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._backend = opened.backend
        self._tables = opened.resources.tables

    def of(self, reference: str, *, depth: int = 50) -> Lineage:
        """Trace a commit, or one file of it down to items, recipes, guidelines and (opaque) labelers.

        A file is followed to at most 100 datums and 20 labels, nearest first; commits are listed in full up to `depth`.
        The newest record of a model or dataset leads on to what it stands for now: a version, or the sources.
        """
        asked = revisions.parse(reference)
        commit = revisions.resolve(self._backend, asked)
        graph = trace.ancestry(self._backend, commit.id, depth=check_depth(depth))
        datums: list[DatumTrace] = []
        labels: list[LabelTrace] = []
        if asked.path:
            Tree(self._backend.store, commit.tree).need(asked.path)
            self._follow(commit, asked.path, {node.commit.id: node.commit for node in graph.nodes}, datums, labels)
        nodes = _nodes(graph)
        if not asked.path and depth > 0:
            nodes = self._with_recorded(commit, nodes, depth)
        return Lineage(reference, nodes, datums, labels)

    def descendants(self, reference: str, *, limit: int = 1000) -> Lineage:
        """List commits derived from a commit, nearest first."""
        commit = revisions.resolve(self._backend, reference)
        graph = trace.descendants(self._backend, commit.id, limit=check_limit(limit))
        return Lineage(reference, _nodes(graph))

    def _with_recorded(self, commit: Commit, nodes: list[LineageNode], depth: int) -> list[LineageNode]:
        """Add what the record in `commit` stands for, and what that came from, nearest first."""
        further = recorded(self._opened, commit)
        if not further:
            return nodes
        found = {node.commit.id: node for node in nodes}
        found[commit.id] = replace(found[commit.id], record_of=[each.id for each in further])
        for each in further:
            for node in _nodes(trace.ancestry(self._backend, each.id, depth=depth - 1)):
                known = found.get(node.commit.id)
                if known is None or known.depth > node.depth + 1:
                    found[node.commit.id] = replace(known or node, depth=node.depth + 1)
        return sorted(found.values(), key=lambda node: node.depth)

    def _follow(
        self,
        start: Commit,
        path: str,
        known: Mapping[str, Commit],
        datums: list[DatumTrace],
        labels: list[LabelTrace],
    ) -> None:
        """Walk from file to the files that its datum read, breadth first."""
        waiting: deque[tuple[Commit, str, str | None]] = deque([(start, path, None)])
        seen: set[tuple[str, str, str | None]] = {(start.id, path, None)}
        while waiting and len(datums) < MAX_TRACES:
            commit, at, row_key = waiting.popleft()
            if commit.derivation is None:
                continue
            if "guideline_version" in commit.derivation.facts:
                labels.extend(self._labels(commit, row_key, MAX_LABELS - len(labels)))
                continue
            read = self._datum_of(commit, at)
            if read is None:
                continue
            told, members = read
            datums.append(told)
            commits = {(used.repo, used.branch): used.commit for used in commit.derivation.inputs}
            for member in members:
                source = known.get(commits.get((member.repo, member.branch), ""))
                if source is None:
                    continue
                for file in self._files(source, member):
                    place = (source.id, file, member.row)
                    if place not in seen:
                        seen.add(place)
                        waiting.append((source, file, member.row))

    def _files(self, commit: Commit, member: _Member) -> list[str]:
        if member.row is not None:
            return [member.path]
        tree = Tree(self._backend.store, commit.tree)
        return [entry.path for entry in tree.walk(member.path, limit=FROM_FOLDER)]

    def _datum_of(self, commit: Commit, path: str) -> tuple[DatumTrace, tuple[_Member, ...]] | None:
        """Return which datum wrote a file and what it read, None where no job says so (a put, a merge)."""
        derivation = commit.derivation
        if derivation is None or "plan" not in derivation.facts:
            return None
        plan = Plan.from_json(cast(Mapping[str, Any], derivation.facts["plan"]))
        owner = plan.owner_table(self._backend.store).get(path)
        row = plan.datum_table(self._backend.store).get(owner["datum"]) if owner is not None else None
        if row is None:
            return None
        commits = {(used.repo, used.branch): used.commit for used in derivation.inputs}
        members = tuple(_Member(**member) for member in json.loads(row["members"]))
        told = DatumTrace(
            path=path,
            commit=commit.id,
            pipeline=short_name(str(derivation.facts.get("pipeline", derivation.stage))),
            job=row["job"],
            datum=row["key"],
            recipe=Digest(row["recipe"]).hex(),
            inputs=[_reference(member, commits.get((member.repo, member.branch), "")) for member in members],
        )
        return told, members

    def _labels(self, commit: Commit, key: str | None, limit: int) -> Iterator[LabelTrace]:
        """Yield labels of a labeling commit (of one item, or the first ones) with their answers."""
        if limit <= 0 or commit.derivation is None:
            return
        place = f"{commit.repo}@{commit.id}"
        where = f"key = {quoted_text(key)}" if key is not None else ""
        for label in self._tables.at(f"{place}:labels").page(where, limit=limit).rows.to_pylist():
            answers = self._tables.at(f"{place}:answers").table(f"task = {quoted_text(label['task'])}").to_pylist()
            yield LabelTrace(
                key=label["key"],
                commit=commit.id,
                pipeline=short_name(commit.derivation.stage),
                guideline_version=label["guideline_version"] or "",
                label=label["label"],
                answers=[
                    {name: answer[name] for name in ("worker", "label", "state", "guideline_version", "at_ms")}
                    for answer in answers
                ],
            )


def quoted_text(text: str) -> str:
    """Return a text value as the filter language writes it."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def check_depth(depth: int) -> int:
    """Return `depth` if a lineage may be so deep. Raises Invalid."""
    if not 0 <= depth <= MAX_DEPTH:
        raise Invalid(f"A lineage of depth {depth} is not possible.", help=f"Ask for 0 to {MAX_DEPTH}.")
    return depth


def _nodes(graph: Graph) -> list[LineageNode]:
    return [LineageNode(commit_info(node.commit), node.depth) for node in graph.nodes]


def _reference(member: _Member, commit: str) -> str:
    row = f"#{member.row}" if member.row is not None else ""
    return f"{short_name(member.repo)}@{commit}:{member.path}{row}"
