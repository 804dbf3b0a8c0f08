"""Where things came from and what came from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tilth.contract.commit import CommitInfo


@dataclass(frozen=True, slots=True)
class LineageNode:
    """One commit in a lineage graph, with what produced it."""

    commit: CommitInfo
    depth: int
    record_of: Sequence[str] = ()
    """Of the newest record of a model or dataset: the commits that it stands for now, which are not sealed in it."""


@dataclass(frozen=True, slots=True)
class DatumTrace:
    """Which item of which run wrote a file, and from what."""

    path: str
    commit: str
    pipeline: str
    job: str | None
    datum: str
    recipe: str
    inputs: Sequence[str]
    """`repo@commit:path` of each file read (with `#row` for rows)."""


@dataclass(frozen=True, slots=True)
class LabelTrace:
    """Where one label came from: who answered what, under which guidelines. People by opaque id."""

    key: str
    commit: str
    pipeline: str
    guideline_version: str
    label: Any
    answers: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a commit (or one file of it) came from, nearest first."""

    of: str
    nodes: Sequence[LineageNode]
    datums: Sequence[DatumTrace] = ()
    labels: Sequence[LabelTrace] = ()


class LineageFacet(Protocol):
    """Where things came from and what came from them."""

    def of(self, reference: str, *, depth: int = 50) -> Lineage:
        """Trace a commit, or one file of it down to items, recipes, guidelines and (opaque) labelers."""

    def descendants(self, reference: str, *, limit: int = 1000) -> Lineage:
        """List commits derived from a commit."""
