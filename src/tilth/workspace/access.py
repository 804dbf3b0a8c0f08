"""Users and tokens of a local workspace."""

from __future__ import annotations

from collections.abc import Iterable

from tilth.contract.values import Page, TokenInfo, UserInfo
from tilth.workspace import access_ledger
from tilth.workspace.opened import Opened


class LocalAccess:
    """Who may do what."""

    def __init__(self, opened: Opened) -> None:
        self._database = opened.backend.database
        self._principal = opened.principal

    def me(self) -> UserInfo:
        """Return the caller."""
        return access_ledger.get_user(self._database, self._principal.name)

    def create_user(self, name: str, role: str, *, labels: Iterable[str] = ()) -> UserInfo:
        """Make a user."""
        return access_ledger.create_user(self._database, name, role, labels)

    def list_users(self) -> Page[UserInfo]:
        """List users."""
        return Page(access_ledger.list_users(self._database))

    def remove_user(self, name: str) -> None:
        """Remove a user and all its tokens."""
        access_ledger.remove_user(self._database, name)

    def create_token(self, user: str) -> TokenInfo:
        """Make a token."""
        return access_ledger.create_token(self._database, user, by=self._principal.name)

    def revoke_token(self, token_id: str) -> None:
        """Make a token invalid."""
        access_ledger.revoke_token(self._database, token_id)
