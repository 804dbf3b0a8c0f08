"""Users and tokens over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tilth.client.transport import Transport
from tilth.contract.access import CredentialInfo, InviteInfo, TokenInfo, UserInfo
from tilth.contract.paging import Page


class RemoteAccess:
    """Who may do what on a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def me(self) -> UserInfo:
        """Return the caller."""
        return self._call.get("access.me", UserInfo)

    def create_user(self, name: str, role: str, *, labels: Iterable[str] = ()) -> UserInfo:
        """Make a user."""
        return self._call.post("access.create_user", UserInfo, name=name, role=role, labels=list(labels))

    def list_users(self) -> Page[UserInfo]:
        """List users."""
        return self._call.get("access.list_users", Page[UserInfo])

    def change_user(
        self, name: str, *, role: str | None = None, labels: Sequence[str] | None = None, disabled: bool | None = None
    ) -> UserInfo:
        """Change what is given."""
        return self._call.post(
            "access.change_user",
            UserInfo,
            again=True,
            name=name,
            role=role,
            labels=labels if labels is None else list(labels),
            disabled=disabled,
        )

    def remove_user(self, name: str) -> None:
        """Remove a user and all its tokens."""
        self._call.act("access.remove_user", name=name)

    def create_token(self, user: str) -> TokenInfo:
        """Make a token."""
        return self._call.post("access.create_token", TokenInfo, user=user)

    def list_tokens(self) -> Page[CredentialInfo]:
        """List tokens and sessions."""
        return self._call.get("access.list_tokens", Page[CredentialInfo])

    def revoke_token(self, token_id: str) -> None:
        """Make a token invalid."""
        self._call.act("access.revoke_token", again=True, token_id=token_id)

    def invite(
        self, pipeline: str, *, role: str = "labeler", expires_ms: int | None = None, max_uses: int = 100
    ) -> InviteInfo:
        """Make an invite."""
        return self._call.post(
            "access.invite", InviteInfo, pipeline=pipeline, role=role, expires_ms=expires_ms, max_uses=max_uses
        )

    def list_invites(self) -> Page[InviteInfo]:
        """List invites, newest first."""
        return self._call.get("access.list_invites", Page[InviteInfo])

    def revoke_invite(self, invite_id: str) -> InviteInfo:
        """Let nobody else join by a link."""
        return self._call.post("access.revoke_invite", InviteInfo, again=True, invite_id=invite_id)
