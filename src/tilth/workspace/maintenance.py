"""Care of a local workspace."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tilth.config import BACKUP_VARIABLE
from tilth.contract.maintenance import (
    BackupReport,
    EventInfo,
    GcReport,
    ProblemInfo,
    PurgeReport,
    QuietReport,
    RepoUsage,
    StatusInfo,
    UsageInfo,
    VerifyReport,
)
from tilth.contract.paging import Page
from tilth.contract.principal import FOLDER
from tilth.errors import Corrupt, Denied, Invalid
from tilth.metadata import feed
from tilth.metadata.feed import Event
from tilth.model.digest import digest_from_hex
from tilth.progress import Progress, silent
from tilth.versioning import verify
from tilth.workspace import audit_ledger, counts
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit
from tilth.workspace.working import Working


class LocalMaintenance:
    """Care of the folder."""

    def __init__(self, opened: Opened, working: Working) -> None:
        self._opened = opened
        self._backend = opened.backend
        self._working = working

    def verify(self, *, against: str | None = None, again: bool = False, progress: Progress = silent) -> VerifyReport:
        """Re-hash everything and name every bad file; `against` a seal proves that nothing before it was rewritten."""
        from tilth.workspace.kept import kept

        problems: list[ProblemInfo] = []
        if against is not None:
            seal = digest_from_hex(against)
            try:
                verify.verify_against(self._backend, seal)
            except Corrupt as error:
                problems.append(ProblemInfo(f"seal {against}", error.message))
        broken = audit_ledger.broken(self._backend.database)
        if broken is not None:
            problems.append(ProblemInfo(f"audit trail, entry {broken[0]:,}", broken[1]))
        report = verify.verify(self._backend, kept(), again=again, progress=progress)
        problems.extend(ProblemInfo(problem.where, problem.what) for problem in report.problems)
        gone = [ProblemInfo(each.where, each.what) for each in report.gone]
        return VerifyReport(report.commits, report.contents, report.bytes, problems, gone, report.resumed)

    def gc(self, *, wait_s: float = 60.0, progress: Progress = silent) -> GcReport:
        """Delete what nothing reaches and merge small packs."""
        from tilth.versioning.garbage import collect
        from tilth.workspace.kept import kept

        done = collect(self._backend, kept(), wait_s=wait_s, progress=progress)
        return GcReport(
            done.condemned,
            done.records,
            done.freed,
            done.packs_before,
            done.packs_after,
            done.forgotten_results,
            done.waiting,
            done.damaged,
        )

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
        """Take the bytes of a file, or of all files below a folder, away for good."""
        from tilth.workspace.purging import purge

        return purge(
            self._opened,
            reference,
            reason=reason,
            everywhere=everywhere,
            history=history,
            wait_s=wait_s,
            progress=progress,
        )

    def allow(self, digest: str) -> None:
        """Let bytes that were purged be put again."""
        from tilth.versioning.purging import allow

        allow(self._backend, digest_from_hex(digest), author=self._opened.author)

    def backup(self, folder: str | None = None, *, progress: Progress = silent) -> BackupReport:
        """Copy the workspace into a folder; only packs that are not there yet."""
        from tilth.versioning.backup import backup

        asked = self._backup_folder(folder)
        done = backup(self._backend, asked, progress=progress)
        return BackupReport(done.folder, done.packs, done.size, done.copied_packs, done.copied_bytes)

    def _backup_folder(self, folder: str | None) -> Path:
        """Return where to: who comes through a server may not choose where its machine writes."""
        named = os.environ.get(BACKUP_VARIABLE, "")
        if folder is not None and self._opened.principal.origin == FOLDER:
            return Path(folder)
        if folder is not None and folder != named:
            raise Denied(
                "A server backs up only where who runs it says.",
                help=f"Leave the folder out (the server's {BACKUP_VARIABLE} names it), or back up on its own machine.",
            )
        if not named:
            if self._opened.principal.origin != FOLDER:
                raise Invalid(
                    "This server was given no folder to back up to.",
                    help=f"Who runs it sets {BACKUP_VARIABLE} and starts it anew, or runs `tilth backup FOLDER` there.",
                )
            raise Invalid("There is no folder to back up to.", help=f"Name one, or set {BACKUP_VARIABLE}.")
        return Path(named)

    def usage(self) -> UsageInfo:
        """Sum up sizes."""
        return counts.usage(self._backend)

    def repo_usage(self) -> Sequence[RepoUsage]:
        """Measure what each repo takes on disk and what it shares."""
        from tilth.versioning.usage import repo_sizes

        return [
            RepoUsage(short_name(each.repo), each.logical, each.stored, each.own, each.stored - each.own)
            for each in repo_sizes(self._backend)
        ]

    def events(self, *, after: int = 0, limit: int = 100) -> Page[EventInfo]:
        """Read the feed behind position `after`."""
        if after < 0:
            raise Invalid("Positions of the feed start at 1.", help="Begin with after=0.")
        with self._backend.database.read() as conn:
            events = feed.read(conn, after, check_limit(limit) + 1)
        shown = events[:limit]
        return Page([_event_info(event) for event in shown], str(shown[-1].position) if len(events) > limit else None)

    def status(self) -> StatusInfo:
        """Tell whether anything is left to run, and who runs it."""
        return self._working.status()

    def run(self, *, timeout_s: float | None = None, progress: Progress = silent) -> QuietReport:
        """Do all work that commits have asked for, or wait while a server does it."""
        return self._working.run(timeout_s=timeout_s, progress=progress)


def _event_info(event: Event) -> EventInfo:
    return EventInfo(event.position, event.kind, event.change, event.at_ms, dict(event.facts))
