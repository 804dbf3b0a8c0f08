"""What holds for a branch beyond its head, and what is told of a commit whose data was let go."""

from __future__ import annotations

from dataclasses import dataclass


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
class ReleaseInfo:
    """Who let go of a commit's data, when and why; its record and lineage stay."""

    commit: str
    how: str
    """`forgotten` or `dropped`."""
    author: str
    at_ms: int
    reason: str
