"""Care of the workspace as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tilth.contract.jobs import JobInfo
from tilth.contract.paging import Page
from tilth.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class ProblemInfo:
    """One bad thing that verify found."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was checked and what was wrong.

    A bad file is named `repo@commit:path`, by the commit that put it there. `gone` is what was taken out on purpose:
    purged files, forgotten and dropped commits. `resumed` packs were found whole before an interruption.
    """

    commits: int
    records: int
    bytes: int
    problems: Sequence[ProblemInfo]
    gone: Sequence[ProblemInfo] = ()
    resumed: int = 0


@dataclass(frozen=True, slots=True)
class GcReport:
    """What a collection of garbage did. Of `condemned` records those were deleted that nothing took up again.

    `waiting` names the processes that the rest waits for: the next collection deletes it. `damaged` are packs that
    could not be written anew.
    """

    condemned: int
    records: int
    freed: int
    packs_before: int
    packs_after: int
    forgotten_results: int
    waiting: Sequence[str]
    damaged: Sequence[str]


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What a purge took away: `files` as they were named, the digests of their bytes, other `places` with the same.

    `derived` are commits that were made from them and are not purged; so many cached `results` were evicted. `left`
    records of the purged files are still on disk: `waiting` names processes that hold them up (the next collection
    deletes them), else other files share them, or a living process writes their pack.
    """

    files: Sequence[str]
    digests: Sequence[str]
    places: Sequence[str]
    derived: Sequence[str]
    results: int
    freed: int
    left: int
    waiting: Sequence[str]


@dataclass(frozen=True, slots=True)
class BackupReport:
    """Where a backup lies, how many packs and bytes it holds, and what of that was copied now."""

    folder: str
    packs: int
    size: int
    copied_packs: int
    copied_bytes: int


@dataclass(frozen=True, slots=True)
class UsageInfo:
    """Bytes as the user sees them and as they lie on disk."""

    logical: int
    stored: int
    packs: int
    commits: int
    repos: int


@dataclass(frozen=True, slots=True)
class RepoUsage:
    """Bytes of one repo: as its branches show it, as all its kept commits lie on disk, and what is its own of that.

    The rest of `stored` is `shared`, other repos need it too: to delete the repo would free `own`.
    """

    repo: str
    logical: int
    stored: int
    own: int
    shared: int


@dataclass(frozen=True, slots=True)
class EventInfo:
    """One piece of news from the feed."""

    position: int
    kind: str
    change: str
    at_ms: int
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class QuietReport:
    """What ran until nothing was left to run."""

    jobs: Sequence[JobInfo]
    commits: int


@dataclass(frozen=True, slots=True)
class StatusInfo:
    """Whether anything is left to run, and who runs it."""

    quiet: bool
    """True when all that commits have asked for is done."""
    coordinator: str | None
    """Who holds the coordinator's lease: a server or a command; None when nobody works."""
    position: int
    """The newest feed position."""
    taken: int
    """The feed position up to which the coordinator has read."""
    waiting: int
    """Jobs created and not started."""
    running: int
    at_ms: int
    """The workspace's clock."""


class Maintenance(Protocol):
    """Care of the workspace as a whole."""

    def verify(self, *, against: str | None = None, again: bool = False, progress: Progress = silent) -> VerifyReport:
        """Re-hash everything and name every bad file; `against` a seal proves that nothing before it was rewritten.

        An interrupted verification is gone on with, unless `again`.
        """

    def gc(self, *, wait_s: float = 60.0, progress: Progress = silent) -> GcReport:
        """Delete what nothing reaches and merge small packs, beside whoever reads and writes.

        Waits up to `wait_s` for those who write now. Raises Conflict while another process collects.
        """

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
        """Take the bytes of a file, or of all files below a folder, away for good: from every commit, and from disk.

        With `history` that is every version that the path had in any commit of the repo. Whoever reads them is told
        who purged them, when and why; the same bytes are not taken again. Raises Conflict,
        naming them, where other places hold the same bytes, unless `everywhere`.
        """

    def allow(self, digest: str) -> None:
        """Let bytes that were purged be put again. Raises NotFound."""

    def backup(self, folder: str | None = None, *, progress: Progress = silent) -> BackupReport:
        """Copy the workspace into a folder of its machine, beside whoever works; only packs that are not there yet.

        A server backs up only to the folder that who runs it names in TILTH_BACKUP. Raises Conflict while garbage is
        collected, Invalid without a folder.
        """

    def usage(self) -> UsageInfo:
        """Sum up sizes, from counters."""

    def repo_usage(self) -> Sequence[RepoUsage]:
        """Measure what each repo takes on disk and what it shares. Reads all trees once per repo."""

    def events(self, *, after: int = 0, limit: int = 100) -> Page[EventInfo]:
        """Read the feed."""

    def status(self) -> StatusInfo:
        """Tell whether anything is left to run, and who runs it. Cheap; from counters."""

    def run(self, *, timeout_s: float | None = None, progress: Progress = silent) -> QuietReport:
        """Do all work that commits have asked for, until nothing is left (or wait while a server does it)."""
