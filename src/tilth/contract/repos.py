"""Repos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class RepoInfo:
    """A repo: a namespace of branches of one kind of data."""

    name: str
    project: str
    description: str
    held_out: bool
    created_ms: int
    branches: Sequence[str] = ()
    owner: str | None = None
    """The pipeline that alone may write here; None for source repos."""
    kind: str = "data"
    """data, dataset or model."""


class Repos(Protocol):
    """Repos of the workspace."""

    def create(self, name: str, *, description: str = "", held_out: bool = False) -> RepoInfo:
        """Make a repo with an empty `main` branch. `name` may be `PROJECT/REPO`. Raises Conflict if it exists."""

    def get(self, name: str) -> RepoInfo:
        """Return one repo."""

    def list(self, *, kind: str | None = None, after: str | None = None, limit: int = 100) -> Page[RepoInfo]:
        """List repos by name; with `kind` (data, dataset, model) only those."""

    def delete(self, name: str, *, force: bool = False) -> None:
        """Delete a repo. Raises Conflict when something is derived from it, unless `force`."""

    def hold_out(self, name: str, held_out: bool = True) -> RepoInfo:
        """Mark a repo as held out: nothing trained may have it upstream."""
