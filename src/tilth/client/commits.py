"""Commits over HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from tilth.client.transport import Transport
from tilth.contract.commit import CommitInfo
from tilth.contract.commits import ReleaseInfo
from tilth.contract.content import ContentDiffInfo
from tilth.contract.entry import FileChange
from tilth.contract.merging import ConflictInfo, MergeInfo
from tilth.contract.paging import Page


class RemoteCommits:
    """Commits of a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def get(self, reference: str) -> CommitInfo:
        """Resolve a reference to its commit."""
        return self._call.get("commits.get", CommitInfo, reference=reference)

    def log(self, reference: str, *, after: str | None = None, limit: int = 100) -> Page[CommitInfo]:
        """List a commit and its ancestors, newest first."""
        return self._call.get("commits.log", Page[CommitInfo], reference=reference, after=after, limit=limit)

    def diff(
        self, old: str | None, new: str, *, path: str = "", after: str | None = None, limit: int = 1000
    ) -> Page[FileChange]:
        """List paths that differ, by path."""
        return self._call.get("commits.diff", Page[FileChange], old=old, new=new, path=path, after=after, limit=limit)

    def diff_content(self, old: str | None, new: str, *, path: str = "", limit: int = 1000) -> ContentDiffInfo:
        """Tell what differs inside one file."""
        return self._call.get("commits.diff_content", ContentDiffInfo, old=old, new=new, path=path, limit=limit)

    def merge(
        self,
        source: str,
        into: str,
        *,
        decisions: Mapping[str, str] | None = None,
        draft: str | None = None,
        message: str = "",
        if_head: str | None = None,
        dry_run: bool = False,
    ) -> MergeInfo:
        """Merge a commit into a branch."""
        return self._call.post(
            "commits.merge",
            MergeInfo,
            source=source,
            into=into,
            decisions=decisions,
            draft=draft,
            message=message,
            if_head=if_head,
            dry_run=dry_run,
        )

    def conflicts(self, source: str, into: str, *, after: str | None = None, limit: int = 1000) -> Page[ConflictInfo]:
        """List the conflicts of a merge by path."""
        return self._call.get(
            "commits.conflicts", Page[ConflictInfo], source=source, into=into, after=after, limit=limit
        )

    def revert(self, reference: str, *, branch: str | None = None, message: str = "") -> CommitInfo:
        """Undo one commit and keep what came later."""
        return self._call.post("commits.revert", CommitInfo, reference=reference, branch=branch, message=message)

    def forget(self, reference: str, *, reason: str = "") -> ReleaseInfo:
        """Let go of a commit's data."""
        return self._call.post("commits.forget", ReleaseInfo, reference=reference, reason=reason)
