"""Branches: movable names for commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class FollowInfo:
    """How a branch follows another of its repo; sizes are bytes, schedules cron fields in UTC."""

    source: str
    commits: int | None = None
    size: int | None = None
    rate: str | None = None
    cron: str | None = None
    every: bool = False
    """Whether all conditions must hold, and not just one."""


@dataclass(frozen=True, slots=True)
class BranchInfo:
    """A movable name for a commit."""

    repo: str
    name: str
    head: str | None
    inputs: Sequence[str] = ()
    """For derived branches: `repo@branch` of each input."""
    owner: str | None = None
    protected: Sequence[str] | None = None
    """For a protected branch, the roles that may write to it; its head never moves back."""
    follows: FollowInfo | None = None
    """How it follows another branch, if it does."""


@dataclass(frozen=True, slots=True)
class HeadMove:
    """One move of a branch head."""

    position: int
    branch: str
    old: str | None
    new: str | None
    change: str
    author: str
    at_ms: int
    message: str


class Branches(Protocol):
    """Branches of a repo."""

    def create(self, repo: str, name: str, *, head: str | None = None) -> BranchInfo:
        """Make a branch at `head` (a revision of the same repo), or empty."""

    def get(self, repo: str, name: str) -> BranchInfo:
        """Return one branch."""

    def list(self, repo: str) -> Page[BranchInfo]:
        """List the branches of a repo."""

    def move(self, repo: str, name: str, to: str, *, message: str = "") -> BranchInfo:
        """Move the head to the revision `to` of the same repo: deploy or roll back. Starts a new change."""

    def delete(self, repo: str, name: str) -> None:
        """Delete a branch; its commits stay. Raises Conflict when something is derived from it."""

    def drop(self, repo: str, name: str, *, to: str | None = None, reason: str = "") -> BranchInfo:
        """Take the newest commit (or all behind the revision `to`) off a branch and let go of its data.

        Record and lineage stay. Raises Conflict when a derived commit, another branch or a tag needs it.
        """

    def protect(self, repo: str, name: str, *, roles: Sequence[str] = ("owner",)) -> BranchInfo:
        """Let only `roles` write to a branch, whose head then never moves back."""

    def unprotect(self, repo: str, name: str) -> BranchInfo:
        """Take the protection away."""

    def follow(
        self,
        repo: str,
        name: str,
        source: str,
        *,
        commits: int | None = None,
        size: int | None = None,
        rate: str | None = None,
        cron: str | None = None,
        every: bool = False,
    ) -> BranchInfo:
        """Let a branch follow the branch `source` of its repo: its head becomes the same commit.

        After `commits` commits, growth by `size` bytes, or not more often than the schedule `rate`: one condition
        suffices unless `every`. `cron` (alone) moves it at those times. It takes no commits of its own then.
        """

    def unfollow(self, repo: str, name: str) -> BranchInfo:
        """Let it stay where it is."""

    def moves(self, repo: str, name: str, *, after: str | None = None, limit: int = 100) -> Page[HeadMove]:
        """List head moves, newest first."""
