"""Repos over HTTP."""

from __future__ import annotations

from tilth.client.transport import Transport
from tilth.contract.paging import Page
from tilth.contract.repos import RepoInfo


class RemoteRepos:
    """Repos of a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def create(self, name: str, *, description: str = "", held_out: bool = False) -> RepoInfo:
        """Make a repo."""
        return self._call.post("repos.create", RepoInfo, name=name, description=description, held_out=held_out)

    def get(self, name: str) -> RepoInfo:
        """Return one repo."""
        return self._call.get("repos.get", RepoInfo, name=name)

    def list(self, *, kind: str | None = None, after: str | None = None, limit: int = 100) -> Page[RepoInfo]:
        """List repos by name."""
        return self._call.get("repos.list", Page[RepoInfo], kind=kind, after=after, limit=limit)

    def delete(self, name: str, *, force: bool = False) -> None:
        """Delete a repo."""
        self._call.act("repos.delete", name=name, force=force)

    def hold_out(self, name: str, held_out: bool = True) -> RepoInfo:
        """Mark a repo as held out."""
        return self._call.post("repos.hold_out", RepoInfo, again=True, name=name, held_out=held_out)
