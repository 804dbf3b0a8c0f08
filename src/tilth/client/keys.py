"""S3 keys over HTTP."""

from __future__ import annotations

from tilth.client.transport import Transport
from tilth.contract.keys import S3KeyInfo
from tilth.contract.paging import Page


class RemoteKeys:
    """Key pairs of a server's S3 door."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def create(self, user: str) -> S3KeyInfo:
        """Make a key pair."""
        return self._call.post("keys.create", S3KeyInfo, user=user)

    def list(self) -> Page[S3KeyInfo]:
        """List key pairs."""
        return self._call.get("keys.list", Page[S3KeyInfo])

    def revoke(self, key_id: str) -> None:
        """Make a key pair invalid."""
        self._call.act("keys.revoke", again=True, key_id=key_id)
