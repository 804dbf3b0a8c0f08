"""Branches over HTTP."""

from __future__ import annotations

from tilth.client.transport import Transport
from tilth.contract.values import BranchInfo, HeadMove, Page


class RemoteBranches:
    """Branches of a server's repos."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def create(self, repo: str, name: str, *, head: str | None = None) -> BranchInfo:
        """Make a branch."""
        return self._call.post("branches.create", BranchInfo, repo=repo, name=name, head=head)

    def get(self, repo: str, name: str) -> BranchInfo:
        """Return one branch."""
        return self._call.get("branches.get", BranchInfo, repo=repo, name=name)

    def list(self, repo: str) -> Page[BranchInfo]:
        """List the branches of a repo."""
        return self._call.get("branches.list", Page[BranchInfo], repo=repo)

    def move(self, repo: str, name: str, to: str, *, message: str = "") -> BranchInfo:
        """Move the head."""
        return self._call.post("branches.move", BranchInfo, repo=repo, name=name, to=to, message=message)

    def delete(self, repo: str, name: str) -> None:
        """Delete a branch."""
        self._call.act("branches.delete", repo=repo, name=name)

    def moves(self, repo: str, name: str, *, after: str | None = None, limit: int = 100) -> Page[HeadMove]:
        """List head moves, newest first."""
        return self._call.get("branches.moves", Page[HeadMove], repo=repo, name=name, after=after, limit=limit)
