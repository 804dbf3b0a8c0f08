"""Tags over HTTP."""

from __future__ import annotations

from tilth.client.transport import Transport
from tilth.contract.paging import Page
from tilth.contract.tags import TagInfo


class RemoteTags:
    """Tags of a server's repos."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def create(self, repo: str, name: str, *, at: str = "main", message: str = "") -> TagInfo:
        """Name a commit for good."""
        return self._call.post("tags.create", TagInfo, repo=repo, name=name, at=at, message=message)

    def list(self, repo: str, *, after: str | None = None, limit: int = 100) -> Page[TagInfo]:
        """List the tags of a repo by name."""
        return self._call.get("tags.list", Page[TagInfo], repo=repo, after=after, limit=limit)

    def delete(self, repo: str, name: str) -> None:
        """Forget a tag."""
        self._call.act("tags.delete", repo=repo, name=name)
