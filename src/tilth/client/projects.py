"""Project branches over HTTP."""

from __future__ import annotations

from tilth.client.transport import Transport
from tilth.contract.paging import Page
from tilth.contract.projects import ProjectChanges, ProjectInfo, ProjectPromotion


class RemoteProjects:
    """Projects of a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def list(self, *, after: str | None = None, limit: int = 100) -> Page[ProjectInfo]:
        """List projects that hold something, by name."""
        return self._call.get("projects.list", Page[ProjectInfo], after=after, limit=limit)

    def branch(self, project: str, name: str) -> ProjectInfo:
        """Copy a whole project."""
        return self._call.post("projects.branch", ProjectInfo, project=project, name=name)

    def changes(self, name: str) -> ProjectChanges:
        """Say what a project branch and its origin have that the other has not."""
        return self._call.get("projects.changes", ProjectChanges, name=name)

    def promote(self, name: str, *, message: str = "", prefer: str = "") -> ProjectPromotion:
        """Bring what was changed in a project branch back into its origin."""
        return self._call.post("projects.promote", ProjectPromotion, name=name, message=message, prefer=prefer)

    def delete(self, name: str) -> None:
        """Delete a project branch."""
        self._call.act("projects.delete", name=name)
