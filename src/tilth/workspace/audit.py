"""The audit trail of a local workspace."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import astuple, fields
from datetime import UTC, datetime
from itertools import islice

from tilth.contract.audit import AuditEntry
from tilth.contract.paging import Page
from tilth.workspace import audit_ledger
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of, position_of

_ROWS_AT_ONCE = 500
_TRIMMED = " \ufeff\u200b\u00a0"  # some spreadsheets take these away before they look
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class LocalAudit:
    """What was done in the folder through the doors, and what was refused there."""

    def __init__(self, opened: Opened) -> None:
        self._database = opened.backend.database

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
        with self._database.read() as conn:
            found = audit_ledger.entries(
                conn,
                user=user,
                operation=operation,
                object=object,
                outcome=outcome,
                since_ms=since_ms,
                until_ms=until_ms,
                before=position_of(after),
                limit=check_limit(limit) + 1,
            )
        return page_of(found, limit, lambda entry: entry, lambda entry: str(entry.position))

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
        return _csv(
            audit_ledger.all_entries(
                self._database,
                user=user,
                operation=operation,
                object=object,
                outcome=outcome,
                since_ms=since_ms,
                until_ms=until_ms,
            )
        )


def _csv(entries: Iterable[AuditEntry]) -> Iterator[bytes]:
    yield (",".join(["time", *(field.name for field in fields(AuditEntry))]) + "\r\n").encode()
    rest = iter(entries)
    while some := list(islice(rest, _ROWS_AT_ONCE)):
        text = io.StringIO()
        writer = csv.writer(text)
        for entry in some:
            when = datetime.fromtimestamp(entry.at_ms / 1000, UTC).isoformat(timespec="milliseconds")
            writer.writerow([when, *(_cell(value) for value in astuple(entry))])
        yield text.getvalue().encode()


def _cell(value: object) -> object:
    # A spreadsheet would run what begins like a formula; names are written by anybody.
    return f"'{value}" if isinstance(value, str) and value.lstrip(_TRIMMED).startswith(_FORMULA) else value
