"""Lineage over HTTP."""

from __future__ import annotations

from tilth.client.transport import Transport
from tilth.contract.lineage import Lineage


class RemoteLineage:
    """Where a server's things came from."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def of(self, reference: str, *, depth: int = 50) -> Lineage:
        """Trace a commit, or one file of it."""
        return self._call.get("lineage.of", Lineage, reference=reference, depth=depth)

    def descendants(self, reference: str, *, limit: int = 1000) -> Lineage:
        """List commits derived from a commit."""
        return self._call.get("lineage.descendants", Lineage, reference=reference, limit=limit)
