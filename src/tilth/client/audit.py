"""The audit trail over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

from tilth.client.transport import Transport
from tilth.contract.audit import AuditEntry
from tilth.contract.paging import Page


class RemoteAudit:
    """A server's audit trail."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

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
        """List entries, newest first."""
        return self._call.get(
            "audit.list",
            Page[AuditEntry],
            user=user,
            operation=operation,
            object=object,
            outcome=outcome,
            since_ms=since_ms,
            until_ms=until_ms,
            after=after,
            limit=limit,
        )

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
        """Stream the entries as CSV, oldest first."""
        return self._call.stream(
            "audit.export",
            user=user,
            operation=operation,
            object=object,
            outcome=outcome,
            since_ms=since_ms,
            until_ms=until_ms,
        )
