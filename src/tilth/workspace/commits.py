"""Commits of a local workspace."""

from __future__ import annotations

from collections.abc import Mapping

from tilth.contract.commit import CommitInfo
from tilth.contract.commits import ReleaseInfo
from tilth.contract.content import ContentChangeInfo, ContentDiffInfo
from tilth.contract.entry import FileChange
from tilth.contract.merging import ConflictInfo, MergeInfo
from tilth.contract.paging import Page
from tilth.errors import Denied, Invalid, NotFound
from tilth.model.commit import Commit
from tilth.model.ids import CommitId, DraftId
from tilth.model.names import DEFAULT_BRANCH
from tilth.versioning import (
    branches,
    commits,
    content_diff,
    diff,
    drafts,
    history,
    merging,
    releasing,
    revert,
    revisions,
)
from tilth.versioning.branches import ANY_HEAD
from tilth.versioning.counts import counts_of
from tilth.versioning.diff import Change
from tilth.versioning.merging import MergeConflict
from tilth.versioning.revisions import Reference
from tilth.versioning.trees import Tree
from tilth.workspace.infos import commit_info, file_info
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of

SHOWN = 100
"""So many conflicts are told with a merge; `conflicts` lists all."""


class LocalCommits:
    """Commits of the folder."""

    def __init__(self, opened: Opened) -> None:
        self._backend = opened.backend
        self._author = opened.author

    def get(self, reference: str) -> CommitInfo:
        """Resolve a reference to its commit."""
        found = revisions.resolve(self._backend, reference)
        return commit_info(found, counts=counts_of(self._backend, [found.id]).get(found.id))

    def log(self, reference: str, *, after: str | None = None, limit: int = 100) -> Page[CommitInfo]:
        """List a commit and its ancestors, newest first."""
        asked = revisions.parse(reference)
        start = revisions.resolve(self._backend, asked)
        found = history.log(
            self._backend,
            start.repo_id,
            start.id,
            after=CommitId(after) if after is not None else None,
            limit=check_limit(limit) + 1,
            path=asked.path or "",
        )
        counted = counts_of(self._backend, [commit.id for commit in found])

        def tell(commit: Commit) -> CommitInfo:
            return commit_info(commit, counts=counted.get(commit.id))

        return page_of(found, limit, tell, lambda commit: commit.id)

    def diff(
        self, old: str | None, new: str, *, path: str = "", after: str | None = None, limit: int = 1000
    ) -> Page[FileChange]:
        """List paths that differ, by path."""
        asked, before, now = self._pair(old, new)
        store = self._backend.store
        found = diff.diff_trees(
            Tree(store, before.tree if before is not None else None),
            Tree(store, now.tree),
            path or asked.path or "",
            after=after,
        )
        return page_of(found, limit, _file_change, lambda change: change.path)

    def diff_content(self, old: str | None, new: str, *, path: str = "", limit: int = 1000) -> ContentDiffInfo:
        """Tell what differs inside one file."""
        asked, before, now = self._pair(old, new)
        place = path.strip("/") or asked.path or ""
        if not place:
            raise Invalid("A difference of contents is of one file.", help="Name its path.")
        trees = [Tree(self._backend.store, each.tree if each is not None else None) for each in (before, now)]
        entries = [tree.stat(place) for tree in trees]
        if entries == [None, None]:
            raise NotFound(
                f"There is no {place} in either commit.", help="`tilth diff` lists what differs.", path=place
            )
        equal = entries[0] is not None and entries[1] is not None and entries[0].digest == entries[1].digest
        if equal:
            return ContentDiffInfo(place, "text", True, (), False)
        if any(entry is not None and entry.size > content_diff.LARGEST for entry in entries):
            return ContentDiffInfo(place, "large", False, (), False)
        was, is_ = (tree.read(place) if entry is not None else b"" for tree, entry in zip(trees, entries, strict=True))
        found = content_diff.diff_content(place, was, is_, limit=check_limit(limit))
        changes = [ContentChangeInfo(each.place, each.old, each.new) for each in found.changes]
        return ContentDiffInfo(place, found.kind.value, False, changes, found.more)

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
        """Merge a commit into a branch, or say what is to be decided first."""
        commit, target = self._sides(source, into)
        if draft is not None:
            self._check_draft(draft, target)
        done = merging.merge(
            self._backend,
            target.full_name,
            commit,
            target.branch,
            decisions=decisions,
            draft=DraftId(draft) if draft is not None else None,
            named=source,
            author=self._author,
            message=message,
            if_head=CommitId(if_head) if if_head is not None else ANY_HEAD,
            dry_run=dry_run,
        )
        return MergeInfo(
            commit=commit_info(done.commit, changed=done.changed) if done.commit is not None else None,
            conflicts=[_conflict(each) for each in done.conflicts[:SHOWN]],
            undecided=len(done.conflicts),
            taken=done.taken,
            bases=done.bases,
            moved=done.moved,
        )

    def conflicts(self, source: str, into: str, *, after: str | None = None, limit: int = 1000) -> Page[ConflictInfo]:
        """List the conflicts of a merge by path."""
        commit, target = self._sides(source, into)
        found = merging.merge(
            self._backend, target.full_name, commit, target.branch, author=self._author, dry_run=True
        ).conflicts
        start = after.encode() if after is not None else None
        left = (each for each in found if start is None or each.path.encode() > start)
        return page_of(left, check_limit(limit), _conflict, lambda each: each.path)

    def revert(self, reference: str, *, branch: str | None = None, message: str = "") -> CommitInfo:
        """Undo one commit on its branch and keep what came later.

        The branch is `branch`, else the one that the reference starts from (`digits@trial^`: trial), else main.
        """
        asked = revisions.parse(reference)
        undone = revisions.resolve(self._backend, asked)
        on = branch or self._branch_of(asked)
        done = revert.revert(self._backend, asked.full_name, on, undone.id, author=self._author, message=message)
        return commit_info(done)

    def forget(self, reference: str, *, reason: str = "") -> ReleaseInfo:
        """Let go of a commit's data and keep its record and lineage."""
        commit = revisions.resolve(self._backend, reference)
        gone = releasing.forget(self._backend, commit.id, author=self._author, reason=reason)
        return ReleaseInfo(gone.commit, gone.how, gone.author, gone.at_ms, gone.reason)

    def _pair(self, old: str | None, new: str) -> tuple[Reference, Commit | None, Commit]:
        """Return the reference `new`, the commit to compare with (None: nothing before it), and its own."""
        asked = revisions.parse(new)
        now = revisions.resolve(self._backend, asked)
        if old is not None:
            base: Commit | None = revisions.resolve(self._backend, old)
        else:
            base = commits.get_commit(self._backend, now.parents[0]) if now.parents else None
        releasing.kept(self._backend, now, *([base] if base is not None else []))
        return asked, base, now

    def _sides(self, source: str, into: str) -> tuple[Commit, Reference]:
        asked, target = revisions.parse(source), revisions.parse(into)
        if asked.path or target.path:
            raise Invalid("A merge is of whole commits.", help="`tilth cp` brings single files from another branch.")
        return revisions.resolve(self._backend, asked), target

    def _check_draft(self, draft: str, target: Reference) -> None:
        found = drafts.get_draft(self._backend, DraftId(draft))
        if found.author != self._author:
            raise Denied(f"Draft {draft} is private to {found.author}.", help="Open one of your own.", draft=draft)
        if (found.repo, found.branch) != (target.full_name, target.branch):
            raise Invalid(f"Draft {draft} is of {found.repo}@{found.branch}.", help="Open one on the merge's branch.")

    def _branch_of(self, reference: Reference) -> str:
        base = (reference.revision or "").partition("^")[0].partition("~")[0].partition("@{")[0]
        named = {branch.name for branch in branches.list_branches(self._backend, reference.full_name)}
        return base if base in named else DEFAULT_BRANCH


def _conflict(conflict: MergeConflict) -> ConflictInfo:
    base, ours, theirs = (
        file_info(entry) if entry is not None else None for entry in (conflict.base, conflict.ours, conflict.theirs)
    )
    return ConflictInfo(conflict.path, conflict.kind.value, base, ours, theirs, conflict.meets)


def _file_change(change: Change) -> FileChange:
    return FileChange(
        change.path,
        file_info(change.old) if change.old is not None else None,
        file_info(change.new) if change.new is not None else None,
    )
