"""Feedback: declared edges by which chosen items go back to a source repo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tilth.contract.commit import CommitInfo
from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class FeedbackInfo:
    """A declared edge by which chosen items go back into a source repo."""

    id: str
    name: str
    source: str
    target: str
    trigger: str
    budget: int
    used: int
    max_rounds: int
    rounds: int
    state: str


class Feedback(Protocol):
    """Declared edges by which chosen items go back to a source repo."""

    def declare(
        self, name: str, source: str, target: str, *, trigger: str = "person", budget: int, max_rounds: int
    ) -> FeedbackInfo:
        """Declare an edge from `repo@branch[:path of a selection file]` to `repo@branch`. `budget` counts items."""

    def get(self, name: str) -> FeedbackInfo:
        """Return one edge."""

    def list(self) -> Page[FeedbackInfo]:
        """List edges."""

    def fire(self, name: str, *, message: str = "") -> CommitInfo | None:
        """Send the items that the source's head names into the target; None when the selection is empty."""

    def end(self, name: str) -> FeedbackInfo:
        """End an edge for good: it fires no more, its rounds stay on record. An ended one stays as it is."""
