"""Repos of a local workspace."""

from __future__ import annotations

from tilth.contract.paging import Page
from tilth.contract.repos import RepoInfo
from tilth.errors import Invalid
from tilth.versioning import branches, repos
from tilth.versioning.repos import Repo
from tilth.workspace.infos import repo_info
from tilth.workspace.opened import Opened
from tilth.workspace.paging import page_of


class LocalRepos:
    """Repos of the folder."""

    def __init__(self, opened: Opened) -> None:
        self._backend = opened.backend

    def create(self, name: str, *, description: str = "", held_out: bool = False) -> RepoInfo:
        """Make a repo."""
        return self._tell(repos.create_repo(self._backend, name, held_out=held_out, description=description))

    def get(self, name: str) -> RepoInfo:
        """Return one repo."""
        return self._tell(repos.get_repo(self._backend, name))

    def list(self, *, kind: str | None = None, after: str | None = None, limit: int = 100) -> Page[RepoInfo]:
        """List repos by name."""
        if kind is not None and kind not in repos.KINDS:
            raise Invalid(f"{kind!r} is no kind of repo.", help=f"Kinds are {', '.join(repos.KINDS)}.")
        found = repos.list_repos(self._backend, kind=kind, after=after, limit=limit + 1)
        return page_of(found, limit, self._tell, lambda repo: repo.full_name)

    def delete(self, name: str, *, force: bool = False) -> None:
        """Delete a repo."""
        repos.delete_repo(self._backend, name, force=force)

    def hold_out(self, name: str, held_out: bool = True) -> RepoInfo:
        """Mark a repo as held out, or no more."""
        return self._tell(repos.set_held_out(self._backend, name, held_out))

    def _tell(self, repo: Repo) -> RepoInfo:
        return repo_info(repo, branches.list_branches(self._backend, repo))
