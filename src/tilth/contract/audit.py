"""The audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from tilth.contract.paging import Page


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
