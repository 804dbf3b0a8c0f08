"""Tags: names for commits that never move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class TagInfo:
    """A name that a person gave a commit for good."""

    repo: str
    name: str
    commit: str
    author: str
    at_ms: int
    message: str


class Tags(Protocol):
    """Tags of a repo; they read like branches in a reference (`repo@tag`) and share their namespace."""

    def create(self, repo: str, name: str, *, at: str = "main", message: str = "") -> TagInfo:
        """Name the commit at the revision `at`. Raises Conflict when the name is taken by another commit or branch."""

    def list(self, repo: str, *, after: str | None = None, limit: int = 100) -> Page[TagInfo]:
        """List the tags of a repo by name."""

    def delete(self, repo: str, name: str) -> None:
        """Forget a tag; its commit stays."""
