"""Users and tokens over HTTP."""

from __future__ import annotations

from collections.abc import Iterable

from tilth.client.transport import Transport
from tilth.contract.values import Page, TokenInfo, UserInfo


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

    def remove_user(self, name: str) -> None:
        """Remove a user and all its tokens."""
        self._call.act("access.remove_user", name=name)

    def create_token(self, user: str) -> TokenInfo:
        """Make a token."""
        return self._call.post("access.create_token", TokenInfo, user=user)

    def revoke_token(self, token_id: str) -> None:
        """Make a token invalid."""
        self._call.act("access.revoke_token", again=True, token_id=token_id)
