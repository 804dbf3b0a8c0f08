"""Who may do what: users, their tokens and sessions, and the invites by which people join."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class UserInfo:
    """A principal and what it may do."""

    name: str
    role: str
    """owner, curator, writer, reader, reviewer, labeler or auditor."""
    labels: Sequence[str] = ()
    """For labelers and reviewers: the labeling pipelines that they may work on; empty means all."""
    created_ms: int = 0
    display: str = ""
    """What a person who joined by an invite calls itself; any text."""
    disabled: bool = False
    """Whether its tokens are refused for now."""
    invite: str | None = None
    """The id of the invite by which it joined."""


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A new credential; `token` is shown once and only its hash is kept."""

    id: str
    user: str
    token: str


@dataclass(frozen=True, slots=True)
class CredentialInfo:
    """A token or a browser's session, without its secret."""

    id: str
    user: str
    kind: str
    """token or session."""
    created_ms: int
    created_by: str
    used_ms: int | None
    """When it was last used, to about a minute; None when never."""
    expires_ms: int | None
    note: str
    """For sessions: the browser."""
    origin: str
    """For sessions: the address that opened it."""
    current: bool
    """Whether the caller uses it now."""


@dataclass(frozen=True, slots=True)
class InviteInfo:
    """A link by which people make themselves users of one labeling pipeline."""

    id: str
    pipeline: str
    role: str
    state: str
    """open, expired, used up or revoked."""
    uses: int
    max_uses: int
    created_ms: int
    created_by: str
    expires_ms: int
    path: str = ""
    """The link's path on the server, shown once when it is made; only its hash is kept."""


@dataclass(frozen=True, slots=True)
class JoinedInfo:
    """What someone who followed an invite may now do."""

    user: str
    display: str
    role: str
    pipeline: str


class Access(Protocol):
    """Who may do what."""

    def me(self) -> UserInfo:
        """Return the caller."""

    def create_user(self, name: str, role: str, *, labels: Iterable[str] = ()) -> UserInfo:
        """Make a user with one of the seven roles; labelers and reviewers may be limited to labeling pipelines."""

    def list_users(self) -> Page[UserInfo]:
        """List users."""

    def change_user(
        self, name: str, *, role: str | None = None, labels: Sequence[str] | None = None, disabled: bool | None = None
    ) -> UserInfo:
        """Change what is given, at once for all its tokens and sessions. Raises Conflict for the last active owner."""

    def remove_user(self, name: str) -> None:
        """Remove a user and all its tokens."""

    def create_token(self, user: str) -> TokenInfo:
        """Make a token; it is shown this once. Others than owners make their own only."""

    def list_tokens(self) -> Page[CredentialInfo]:
        """List tokens and sessions, without secrets: all for owners and auditors, else the caller's own."""

    def revoke_token(self, token_id: str) -> None:
        """Make a token (or session) invalid, and the sessions that it opened."""

    def invite(
        self, pipeline: str, *, role: str = "labeler", expires_ms: int | None = None, max_uses: int = 100
    ) -> InviteInfo:
        """Make a link by which people join a labeling pipeline, as labelers or reviewers; in 14 days it expires."""

    def list_invites(self) -> Page[InviteInfo]:
        """List invites, newest first."""

    def revoke_invite(self, invite_id: str) -> InviteInfo:
        """Let nobody else join by a link; who joined already stays."""
