"""Drafts over HTTP."""

from __future__ import annotations

from typing import BinaryIO

from tilth.client.files import pieces
from tilth.client.transport import Transport
from tilth.contract.commit import CommitInfo
from tilth.contract.drafts import DraftInfo
from tilth.contract.entry import FileInfo


class RemoteDrafts:
    """Unfinished writes on a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def open(self, branch: str) -> DraftInfo:
        """Open a private draft."""
        return self._call.post("drafts.open", DraftInfo, branch=branch)

    def put(self, draft: str, path: str, source: bytes | BinaryIO) -> FileInfo:
        """Write a file in the draft."""
        return self._call.send("drafts.put", FileInfo, pieces(source), draft=draft, path=path)

    def delete(self, draft: str, path: str) -> None:
        """Delete a file or folder in the draft."""
        self._call.act("drafts.delete", again=True, draft=draft, path=path)

    def get(self, draft: str) -> DraftInfo:
        """Return one draft."""
        return self._call.get("drafts.get", DraftInfo, draft=draft)

    def commit(self, draft: str, *, message: str = "", if_head: str | None = None) -> CommitInfo:
        """Make the draft a commit."""
        return self._call.post("drafts.commit", CommitInfo, draft=draft, message=message, if_head=if_head)

    def discard(self, draft: str) -> None:
        """Forget the draft."""
        self._call.act("drafts.discard", draft=draft)
