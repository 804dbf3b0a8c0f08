"""Branches of a local workspace."""

from __future__ import annotations

from collections.abc import Sequence

from tilth.contract.branches import BranchInfo, HeadMove
from tilth.contract.paging import Page
from tilth.contract.principal import Role
from tilth.errors import Invalid
from tilth.versioning import branches, releasing, revisions, triggers
from tilth.versioning.branches import Branch
from tilth.versioning.following import Trigger
from tilth.workspace.infos import branch_info, head_move
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of, position_of


class LocalBranches:
    """Branches of the folder's repos."""

    def __init__(self, opened: Opened) -> None:
        self._backend = opened.backend
        self._author = opened.author

    def create(self, repo: str, name: str, *, head: str | None = None) -> BranchInfo:
        """Make a branch at a revision of the same repo, or empty."""
        at = revisions.resolve(self._backend, f"{repo}@{head}").id if head is not None else None
        return branch_info(branches.create_branch(self._backend, repo, name, head=at, author=self._author))

    def get(self, repo: str, name: str) -> BranchInfo:
        """Return one branch."""
        return branch_info(branches.get_branch(self._backend, repo, name))

    def list(self, repo: str) -> Page[BranchInfo]:
        """List the branches of a repo."""
        return Page([branch_info(branch) for branch in branches.list_branches(self._backend, repo)])

    def move(self, repo: str, name: str, to: str, *, message: str = "") -> BranchInfo:
        """Move the head to a revision of the same repo."""
        commit = revisions.resolve(self._backend, f"{repo}@{to}")
        moved: Branch = branches.move_branch(self._backend, repo, name, commit.id, author=self._author, message=message)
        return branch_info(moved)

    def delete(self, repo: str, name: str) -> None:
        """Delete a branch."""
        branches.delete_branch(self._backend, repo, name)

    def drop(self, repo: str, name: str, *, to: str | None = None, reason: str = "") -> BranchInfo:
        """Take commits off the end of a branch."""
        end = revisions.resolve(self._backend, f"{repo}@{to}").id if to is not None else None
        return branch_info(releasing.drop(self._backend, repo, name, to=end, author=self._author, reason=reason)[0])

    def protect(self, repo: str, name: str, *, roles: Sequence[str] = ("owner",)) -> BranchInfo:
        """Let only some roles write to a branch."""
        unknown = [role for role in roles if role not in set(Role)]
        if unknown or not roles:
            raise Invalid(f"{unknown[0] if unknown else ''!r} is no role.", help=f"Choose from {', '.join(Role)}.")
        return branch_info(branches.protect(self._backend, repo, name, roles, author=self._author))

    def unprotect(self, repo: str, name: str) -> BranchInfo:
        """Take the protection away."""
        return branch_info(branches.protect(self._backend, repo, name, None, author=self._author))

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
        trigger = Trigger(source, commits, size, rate, cron, every)
        return branch_info(triggers.follow(self._backend, repo, name, trigger, author=self._author))

    def unfollow(self, repo: str, name: str) -> BranchInfo:
        """Let it stay where it is."""
        return branch_info(triggers.unfollow(self._backend, repo, name))

    def moves(self, repo: str, name: str, *, after: str | None = None, limit: int = 100) -> Page[HeadMove]:
        """List head moves, newest first."""
        position = position_of(after)
        found = branches.list_moves(self._backend, repo, name, after=position, limit=check_limit(limit) + 1)
        return page_of(found, limit, head_move, lambda move: str(move.position))
