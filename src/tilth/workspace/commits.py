"""Commits of a local workspace."""

from __future__ import annotations

from tilth.contract.values import CommitInfo, FileChange, Page
from tilth.model.ids import CommitId
from tilth.model.names import DEFAULT_BRANCH
from tilth.versioning import branches, commits, diff, history, revert, revisions
from tilth.versioning.diff import Change
from tilth.versioning.revisions import Reference
from tilth.versioning.trees import Tree
from tilth.workspace.infos import commit_info, file_info
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of


class LocalCommits:
    """Commits of the folder."""

    def __init__(self, opened: Opened) -> None:
        self._backend = opened.backend
        self._author = opened.author

    def get(self, reference: str) -> CommitInfo:
        """Resolve a reference to its commit."""
        return commit_info(revisions.resolve(self._backend, reference))

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
        return page_of(found, limit, commit_info, lambda commit: commit.id)

    def diff(
        self, old: str | None, new: str, *, path: str = "", after: str | None = None, limit: int = 1000
    ) -> Page[FileChange]:
        """List paths that differ, by path."""
        asked = revisions.parse(new)
        now = revisions.resolve(self._backend, asked)
        if old is not None:
            before = revisions.resolve(self._backend, old).tree
        else:
            before = commits.get_commit(self._backend, now.parents[0]).tree if now.parents else None
        store = self._backend.store
        found = diff.diff_trees(Tree(store, before), Tree(store, now.tree), path or asked.path or "", after=after)
        return page_of(found, limit, _file_change, lambda change: change.path)

    def revert(self, reference: str, *, branch: str | None = None, message: str = "") -> CommitInfo:
        """Undo one commit on its branch and keep what came later.

        The branch is `branch`, else the one that the reference starts from (`digits@trial^`: trial), else main.
        """
        asked = revisions.parse(reference)
        undone = revisions.resolve(self._backend, asked)
        on = branch or self._branch_of(asked)
        done = revert.revert(self._backend, asked.full_name, on, undone.id, author=self._author, message=message)
        return commit_info(done)

    def _branch_of(self, reference: Reference) -> str:
        base = (reference.revision or "").partition("^")[0].partition("~")[0].partition("@{")[0]
        named = {branch.name for branch in branches.list_branches(self._backend, reference.full_name)}
        return base if base in named else DEFAULT_BRANCH


def _file_change(change: Change) -> FileChange:
    return FileChange(
        change.path,
        file_info(change.old) if change.old is not None else None,
        file_info(change.new) if change.new is not None else None,
    )
