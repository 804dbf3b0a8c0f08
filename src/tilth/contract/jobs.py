"""Jobs: runs of pipelines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from tilth.contract.paging import Page
from tilth.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class JobInfo:
    """A pipeline at a change."""

    id: str
    pipeline: str
    change: str
    state: str
    reason: str
    created_ms: int
    started_ms: int | None
    ended_ms: int | None
    total: int
    run: int
    reused: int
    failed: int
    recovered: int
    cpu_s: float
    wall_s: float
    output: str | None = None
    """The commit it published, if any."""

    @property
    def ended(self) -> bool:
        """Whether the job will not change any more."""
        return self.state not in ("created", "running")


@dataclass(frozen=True, slots=True)
class DatumInfo:
    """One datum of a job."""

    key: str
    state: str
    reason: str = ""
    reused: bool = False
    tries: int = 1
    wall_s: float = 0.0
    cpu_s: float = 0.0
    outputs: Sequence[str] = ()


class Jobs(Protocol):
    """Runs of pipelines."""

    def list(
        self, *, pipeline: str | None = None, change: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[JobInfo]:
        """List jobs, newest first."""

    def get(self, job: str) -> JobInfo:
        """Return one job by id."""

    def datums(
        self, job: str, *, state: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[DatumInfo]:
        """List the datums of a job, failed ones first when no state is given."""

    def logs(self, job: str, *, datum: str | None = None) -> Iterator[bytes]:
        """Stream the log of one datum, or of the first failing (else first) one."""

    def wait(self, what: str, *, timeout_s: float | None = None, progress: Progress = silent) -> Sequence[JobInfo]:
        """Wait until a job, or all jobs of a change, have ended. Raises Unavailable on timeout."""

    def stop(self, job: str) -> JobInfo:
        """Stop a job; its branch does not move."""
