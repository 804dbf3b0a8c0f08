"""Care of a workspace, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from tilth.client.jobs import RemoteJobs
from tilth.client.told import told
from tilth.client.transport import Transport
from tilth.contract.jobs import JobInfo
from tilth.contract.maintenance import (
    BackupReport,
    EventInfo,
    GcReport,
    PurgeReport,
    QuietReport,
    RepoUsage,
    StatusInfo,
    UsageInfo,
    VerifyReport,
)
from tilth.contract.paging import Page
from tilth.errors import Unavailable
from tilth.progress import Progress, silent

_FIRST_PAUSE_S = 0.02
_LONGEST_PAUSE_S = 0.5


class RemoteMaintenance:
    """Care of a server's workspace."""

    def __init__(self, transport: Transport, jobs: RemoteJobs) -> None:
        self._call = transport
        self._jobs = jobs

    def verify(self, *, against: str | None = None, again: bool = False, progress: Progress = silent) -> VerifyReport:
        """Re-hash everything on the server, with its progress."""
        return told(self._call, "maintenance.verify", VerifyReport, progress, against=against, again=again)

    def gc(self, *, wait_s: float = 60.0, progress: Progress = silent) -> GcReport:
        """Collect garbage on the server, with its progress."""
        return told(self._call, "maintenance.gc", GcReport, progress, wait_s=wait_s)

    def purge(
        self,
        reference: str,
        *,
        reason: str,
        everywhere: bool = False,
        history: bool = False,
        wait_s: float = 60.0,
        progress: Progress = silent,
    ) -> PurgeReport:
        """Purge on the server, with its progress."""
        given: dict[str, Any] = {"reference": reference, "reason": reason, "everywhere": everywhere, "history": history}
        return told(self._call, "maintenance.purge", PurgeReport, progress, wait_s=wait_s, **given)

    def backup(self, folder: str | None = None, *, progress: Progress = silent) -> BackupReport:
        """Back up on the server, to the folder that it is set to, with its progress."""
        return told(self._call, "maintenance.backup", BackupReport, progress, folder=folder)

    def allow(self, digest: str) -> None:
        """Let purged bytes be put again."""
        self._call.act("maintenance.allow", digest=digest)

    def usage(self) -> UsageInfo:
        """Sum up sizes."""
        return self._call.get("maintenance.usage", UsageInfo)

    def repo_usage(self) -> Sequence[RepoUsage]:
        """Measure what each repo takes."""
        return self._call.get("maintenance.repo_usage", list[RepoUsage])

    def events(self, *, after: int = 0, limit: int = 100) -> Page[EventInfo]:
        """Read the feed."""
        return self._call.get("maintenance.events", Page[EventInfo], after=after, limit=limit)

    def status(self) -> StatusInfo:
        """Tell whether anything is left to run."""
        return self._call.get("maintenance.status", StatusInfo)

    def run(self, *, timeout_s: float | None = None, progress: Progress = silent) -> QuietReport:
        """Wait while the server does the work."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        status = self.status()
        began = status.at_ms
        pause = _FIRST_PAUSE_S
        progress.begin("Waiting for the server's work", unit="jobs")
        while not status.quiet:
            if deadline is not None and time.monotonic() >= deadline:
                raise Unavailable(
                    f"After {timeout_s:g} s {status.running} jobs are still running and {status.waiting} waiting.",
                    help="Wait longer, or look at `tilth job list`.",
                    timeout=True,
                )
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE_S)
            status = self.status()
        ended = self._ended_since(began)
        progress.advance(len(ended))
        progress.end()
        return QuietReport(ended, sum(job.output is not None for job in ended))

    def _ended_since(self, began_ms: int) -> list[JobInfo]:
        """Return the jobs that ended since a time, oldest first; reads newest first until a page has none of them."""
        ended: list[JobInfo] = []
        after: str | None = None
        while True:
            page = self._jobs.list(after=after, limit=1000)
            found = [job for job in page.items if (job.ended_ms or 0) >= began_ms]
            ended.extend(found)
            if page.next is None or not found:
                return ended[::-1]
            after = page.next
