"""Tables in a local workspace's commits."""

from __future__ import annotations

import base64
import datetime
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tilth.contract.values import Page
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit


class LocalDatasets:
    """Tables in the folder's commits."""

    def __init__(self, opened: Opened) -> None:
        self._tables = opened.resources.tables

    def rows(
        self,
        reference: str,
        *,
        where: str = "",
        columns: Iterable[str] = (),
        after: str | None = None,
        limit: int = 100,
    ) -> Page[Mapping[str, Any]]:
        """Read rows of a table in key order."""
        page = self._tables.at(reference).page(where, columns=list(columns), after=after, limit=check_limit(limit))
        rows = [{name: plain(value) for name, value in row.items()} for row in page.rows.to_pylist()]
        return Page(rows, page.next)

    def count(self, reference: str, *, where: str = "") -> int:
        """Count the rows that match."""
        return self._tables.at(reference).count(where)


def plain(value: Any) -> Any:
    """Return a cell as JSON can say it: times as ISO 8601, bytes as base64, numbers that are none as null."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return str(value)
