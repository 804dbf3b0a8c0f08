"""Commits: immutable versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tilth.contract.commit import CommitInfo
from tilth.contract.content import ContentDiffInfo
from tilth.contract.entry import FileChange
from tilth.contract.merging import ConflictInfo, MergeInfo
from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """Who let go of a commit's data, when and why; its record and lineage stay."""

    commit: str
    how: str
    """`forgotten` or `dropped`."""
    author: str
    at_ms: int
    reason: str


class Commits(Protocol):
    """Immutable versions."""

    def get(self, reference: str) -> CommitInfo:
        """Resolve a reference to its commit."""

    def log(self, reference: str, *, after: str | None = None, limit: int = 100) -> Page[CommitInfo]:
        """List a commit and its ancestors, newest first; with a path, only commits that touched it."""

    def diff(
        self, old: str | None, new: str, *, path: str = "", after: str | None = None, limit: int = 1000
    ) -> Page[FileChange]:
        """List paths that differ, by path; `old` None means the first parent of `new`."""

    def diff_content(self, old: str | None, new: str, *, path: str = "", limit: int = 1000) -> ContentDiffInfo:
        """Tell what differs inside one file (lines of text, cells of CSV, values of JSON); `old` as for `diff`.

        What is not there counts as empty. Costs O(size of the two files), at most 8 MB each.
        """

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
        """Merge a commit of the repo into `repo[@branch]`, path by path; conflicts are returned and nothing is done.

        `decisions` say `ours` or `theirs` for a path or all below it ("" is everything, the longest counts); the files
        and deletes in `draft` (of the same branch) decide theirs by content. A branch that is only behind follows.
        """

    def conflicts(self, source: str, into: str, *, after: str | None = None, limit: int = 1000) -> Page[ConflictInfo]:
        """List the conflicts of a merge by path."""

    def revert(self, reference: str, *, branch: str | None = None, message: str = "") -> CommitInfo:
        """Undo one commit on its branch and keep what came later. Raises Conflict that names the paths."""

    def forget(self, reference: str, *, reason: str = "") -> ReleaseInfo:
        """Let go of a commit's data and keep its record and lineage. Raises Conflict for a head or a tagged commit."""
