"""Invites, credentials and the audit trail, as they cross a door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from tilth.contract.values import Page


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
class S3KeyInfo:
    """An access key of the S3 door; `secret` is shown once."""

    id: str
    user: str
    created_ms: int
    created_by: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act through a door, or one that was refused there."""

    position: int
    at_ms: int
    user: str
    """Empty where no valid credential was shown."""
    token: str
    """The id of the token or session; empty for who opened the folder itself."""
    operation: str
    object: str
    outcome: str
    """ok, denied or failed."""
    detail: str
    """The commit or thing that was made; for what did not succeed, the error's code."""
    origin: str
    """A network address, or `folder`."""
    hash: str
    """BLAKE3 of this entry and of the hash before it: whoever noted it can prove that nothing before was changed."""


class Keys(Protocol):
    """Key pairs of the S3 door."""

    def create(self, user: str) -> S3KeyInfo:
        """Make a key pair; the secret is shown this once. Others than owners make their own only."""

    def list(self) -> Page[S3KeyInfo]:
        """List key pairs, without secrets: all for owners and auditors, else the caller's own."""

    def revoke(self, key_id: str) -> None:
        """Make a key pair invalid."""


class Audit(Protocol):
    """The audit trail: append-only, hash-chained, for owners and auditors."""

    def list(
        self,
        *,
        user: str = "",
        operation: str = "",
        object: str = "",
        outcome: str = "",
        since_ms: int = 0,
        until_ms: int | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[AuditEntry]:
        """List entries, newest first. `operation` may end at a dot (`access.`); `object` is the beginning of a name."""

    def export(
        self,
        *,
        user: str = "",
        operation: str = "",
        object: str = "",
        outcome: str = "",
        since_ms: int = 0,
        until_ms: int | None = None,
    ) -> Iterator[bytes]:
        """Stream the same entries as CSV, oldest first."""
