"""Key pairs of the S3 door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class S3KeyInfo:
    """An access key of the S3 door; `secret` is shown once."""

    id: str
    user: str
    created_ms: int
    created_by: str
    secret: str = ""


class Keys(Protocol):
    """Key pairs of the S3 door."""

    def create(self, user: str) -> S3KeyInfo:
        """Make a key pair; the secret is shown this once. Others than owners make their own only."""

    def list(self) -> Page[S3KeyInfo]:
        """List key pairs, without secrets: all for owners and auditors, else the caller's own."""

    def revoke(self, key_id: str) -> None:
        """Make a key pair invalid."""
