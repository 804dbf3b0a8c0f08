"""Users, tokens and invites of a local workspace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tilth.contract.access import CredentialInfo, InviteInfo, TokenInfo, UserInfo
from tilth.contract.paging import Page
from tilth.contract.principal import Role
from tilth.workspace import access_ledger, invites
from tilth.workspace.names import full_name, short_name
from tilth.workspace.opened import Opened


class LocalAccess:
    """Who may do what."""

    def __init__(self, opened: Opened) -> None:
        self._resources = opened.resources
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

    def change_user(
        self, name: str, *, role: str | None = None, labels: Sequence[str] | None = None, disabled: bool | None = None
    ) -> UserInfo:
        """Change what is given."""
        return access_ledger.change_user(self._database, name, role=role, labels=labels, disabled=disabled)

    def remove_user(self, name: str) -> None:
        """Remove a user and all its tokens."""
        access_ledger.remove_user(self._database, name)

    def create_token(self, user: str) -> TokenInfo:
        """Make a token."""
        access_ledger.check_own(self._principal, user, "tokens")
        return access_ledger.create_token(self._database, user, by=self._principal.name)

    def list_tokens(self) -> Page[CredentialInfo]:
        """List tokens and sessions."""
        sees_all = self._principal.role in (Role.OWNER, Role.AUDITOR)
        whose = None if sees_all else self._principal.name
        return Page(access_ledger.list_tokens(self._database, user=whose, current=self._principal.token))

    def revoke_token(self, token_id: str) -> None:
        """Make a token invalid."""
        whose = None if self._principal.role is Role.OWNER else self._principal.name
        access_ledger.revoke_token(self._database, token_id, user=whose)

    def invite(
        self, pipeline: str, *, role: str = "labeler", expires_ms: int | None = None, max_uses: int = 100
    ) -> InviteInfo:
        """Make an invite. Raises NotFound for what is no labeling pipeline."""
        named = short_name(self._resources.desk.progress(full_name(pipeline)).pipeline)
        return invites.create_invite(
            self._database, named, role=role, expires_ms=expires_ms, max_uses=max_uses, by=self._principal.name
        )

    def list_invites(self) -> Page[InviteInfo]:
        """List invites, newest first."""
        return Page(invites.list_invites(self._database))

    def revoke_invite(self, invite_id: str) -> InviteInfo:
        """Let nobody else join by a link."""
        return invites.revoke_invite(self._database, invite_id)
