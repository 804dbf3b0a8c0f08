"""Branches over HTTP."""

from __future__ import annotations

from collections.abc import Sequence

from tilth.client.transport import Transport
from tilth.contract.branches import BranchInfo, HeadMove
from tilth.contract.paging import Page


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

    def drop(self, repo: str, name: str, *, to: str | None = None, reason: str = "") -> BranchInfo:
        """Take commits off the end of a branch."""
        return self._call.post("branches.drop", BranchInfo, repo=repo, name=name, to=to, reason=reason)

    def protect(self, repo: str, name: str, *, roles: Sequence[str] = ("owner",)) -> BranchInfo:
        """Let only some roles write to a branch."""
        return self._call.post("branches.protect", BranchInfo, repo=repo, name=name, roles=list(roles))

    def unprotect(self, repo: str, name: str) -> BranchInfo:
        """Take the protection away."""
        return self._call.post("branches.unprotect", BranchInfo, repo=repo, name=name)

    def follow(
        self,
        repo: str,
        name: str,
        source: str,
        *,
        commits: int | None = None,
        size: int | None = None,
        rate: str | None = None,
        cron: str | None = None,
        every: bool = False,
    ) -> BranchInfo:
        """Let a branch follow another."""
        return self._call.post(
            "branches.follow",
            BranchInfo,
            repo=repo,
            name=name,
            source=source,
            commits=commits,
            size=size,
            rate=rate,
            cron=cron,
            every=every,
        )

    def unfollow(self, repo: str, name: str) -> BranchInfo:
        """Let it stay where it is."""
        return self._call.post("branches.unfollow", BranchInfo, repo=repo, name=name)

    def moves(self, repo: str, name: str, *, after: str | None = None, limit: int = 100) -> Page[HeadMove]:
        """List head moves, newest first."""
        return self._call.get("branches.moves", Page[HeadMove], repo=repo, name=name, after=after, limit=limit)
