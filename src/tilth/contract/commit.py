"""A commit as its record says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class InputInfo:
    """One input of a derivation."""

    repo: str
    branch: str
    commit: str
    seal: str
    kind: str


@dataclass(frozen=True, slots=True)
class DerivationInfo:
    """How a commit came from others."""

    stage: str
    """The pipeline by name; else `merge`, `revert`, `feedback`, ..."""
    inputs: Sequence[InputInfo]
    recipe: str | None = None
    job: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommitCounts:
    """Files that a commit added, changed and removed against its first parent; `put` is the size of those added and
    changed, in bytes, `stored` what of it was not stored before, as it lies on disk (None where nobody counted)."""

    added: int
    changed: int
    removed: int
    put: int
    stored: int | None = None


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """A commit as its record says it."""

    id: str
    change: str
    repo: str
    parents: Sequence[str]
    author: str
    at_ms: int
    message: str
    seal: str
    files: int
    size: int
    derivation: DerivationInfo | None = None
    changed: bool = True
    """False when a write changed nothing, so that this is the head that was there before."""
    counts: CommitCounts | None = None
    """Only where a commit is asked for or listed; None for commits that were made before they were counted."""
