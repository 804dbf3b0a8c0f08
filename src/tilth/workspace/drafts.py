"""Drafts of a local workspace."""

from __future__ import annotations

from typing import BinaryIO

from tilth.contract.commit import CommitInfo
from tilth.contract.drafts import DraftInfo
from tilth.contract.entry import FileInfo
from tilth.contract.principal import Role
from tilth.errors import Denied, Invalid
from tilth.model.ids import CommitId, DraftId
from tilth.versioning import drafts, revisions
from tilth.versioning.branches import ANY_HEAD
from tilth.versioning.drafts import Draft
from tilth.versioning.edits import Delete, Put
from tilth.versioning.trees import folder_path, write_entry
from tilth.workspace.infos import commit_info, file_info
from tilth.workspace.opened import Opened


class LocalDrafts:
    """Unfinished writes in the folder."""

    def __init__(self, opened: Opened) -> None:
        self._backend = opened.backend
        self._principal = opened.principal

    def open(self, branch: str) -> DraftInfo:
        """Open a private draft."""
        asked = revisions.parse(branch)
        if asked.path:
            raise Invalid(f"{branch} names a path.", help="Name the branch; paths are given with each file.")
        opened = drafts.open_draft(self._backend, asked.full_name, asked.branch, author=self._principal.name)
        return _info(opened)

    def put(self, draft: str, path: str, source: bytes | BinaryIO) -> FileInfo:
        """Write a file in the draft; durable when this returns."""
        mine = self._mine(draft)
        entry = write_entry(self._backend.store, path, source)
        drafts.add_to_draft(self._backend, mine.id, [Put(entry)])
        return file_info(entry)

    def delete(self, draft: str, path: str) -> None:
        """Delete a file or folder in the draft."""
        drafts.add_to_draft(self._backend, self._mine(draft).id, [Delete(folder_path(path))])

    def get(self, draft: str) -> DraftInfo:
        """Return one draft."""
        return _info(self._mine(draft))

    def commit(self, draft: str, *, message: str = "", if_head: str | None = None) -> CommitInfo:
        """Make the draft a commit on the current head."""
        expected = CommitId(if_head) if if_head is not None else ANY_HEAD
        return commit_info(drafts.commit_draft(self._backend, self._mine(draft).id, message=message, if_head=expected))

    def discard(self, draft: str) -> None:
        """Forget the draft."""
        drafts.discard_draft(self._backend, self._mine(draft).id)

    def _mine(self, draft: str) -> Draft:
        """Return a draft of the caller's own; owners may finish what others left."""
        found = drafts.get_draft(self._backend, DraftId(draft))
        if found.author != self._principal.name and self._principal.role is not Role.OWNER:
            raise Denied(f"Draft {draft} is private to {found.author}.", help="Open one of your own.", draft=draft)
        return found


def _info(draft: Draft) -> DraftInfo:
    return DraftInfo(draft.id, draft.repo, draft.branch, draft.edits, draft.author, draft.started_ms)
