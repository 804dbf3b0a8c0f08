"""Tables in commits, over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tilth.client.transport import Transport
from tilth.contract.values import Page

_Rows = Page[Mapping[str, Any]]


class RemoteDatasets:
    """Tables in a server's commits."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def rows(
        self,
        reference: str,
        *,
        where: str = "",
        columns: Iterable[str] = (),
        after: str | None = None,
        limit: int = 100,
    ) -> Page[Mapping[str, Any]]:
        """Read rows of a table."""
        return self._call.get(
            "datasets.rows", _Rows, reference=reference, where=where, columns=list(columns), after=after, limit=limit
        )

    def count(self, reference: str, *, where: str = "") -> int:
        """Count the rows that match."""
        return self._call.get("datasets.count", int, reference=reference, where=where)
