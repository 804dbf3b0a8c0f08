"""Drafts: writes that are not a commit yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Protocol

from tilth.contract.commit import CommitInfo
from tilth.contract.entry import FileInfo


@dataclass(frozen=True, slots=True)
class DraftInfo:
    """Unfinished writes to a branch."""

    id: str
    repo: str
    branch: str
    changes: int
    author: str
    created_ms: int


class Drafts(Protocol):
    """Writes that are not a commit yet; each acknowledged one is durable."""

    def open(self, branch: str) -> DraftInfo:
        """Open a private draft on `repo[@branch]`."""

    def put(self, draft: str, path: str, source: bytes | BinaryIO) -> FileInfo:
        """Write a file in the draft."""

    def delete(self, draft: str, path: str) -> None:
        """Delete a file or folder in the draft."""

    def get(self, draft: str) -> DraftInfo:
        """Return one draft."""

    def commit(self, draft: str, *, message: str = "", if_head: str | None = None) -> CommitInfo:
        """Make the draft a commit on the current head. With `if_head`, raises BranchMoved when it is another."""

    def discard(self, draft: str) -> None:
        """Forget the draft."""
