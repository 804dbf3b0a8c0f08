"""The datum table of a job while it is made: the previous job's rows, and what this job puts and deletes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from tilth.datums.datum import members_json
from tilth.model.canonical import canonical
from tilth.model.digest import Digest
from tilth.model.ids import JobId
from tilth.pipelines.plan import DATUMS
from tilth.pipelines.tasks import Work
from tilth.storage.tables import Table

HELD = 20_000
"""Rows held in memory before they are written."""


class DatumRows:
    """Rows of DATUMS brought forward. Memory is bounded; the cost follows the rows put and deleted."""

    def __init__(self, before: Table, job: JobId, recipe: Digest) -> None:
        self.before = before
        self._job = job
        self._recipe = recipe
        self._table = before
        self._columns: list[list[Any]] = [[] for _ in DATUMS.arrow]
        self._deletes: list[str] = []

    def find(self, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the previous job's rows of those keys that it had."""
        if self.before.root is None:
            return {}
        return {row["key"]: row for row in self.before.get_many(keys).to_pylist()}

    def put(
        self,
        work: Work,
        state: str,
        *,
        manifest: Digest | None,
        log: Digest | None,
        reason: str = "",
        tries: int = 0,
        wall_s: float = 0.0,
        cpu_s: float = 0.0,
    ) -> None:
        """Add or replace the row of a datum; no tries means that its result came from the cache."""
        row = (
            work.datum.key,
            work.content,
            work.identity,
            state,
            manifest,
            log,
            reason,
            tries,
            wall_s,
            cpu_s,
            self._job,
            self._recipe,
            canonical(members_json(work.datum)).decode(),
        )
        for column, value in zip(self._columns, row, strict=True):
            column.append(value)
        if len(self._columns[0]) >= HELD:
            self._write()

    def delete(self, key: str) -> None:
        """Delete the row of `key`."""
        self._deletes.append(key)

    def finish(self) -> Table:
        """Return the table as it now is."""
        self._write()
        return self._table

    def _write(self) -> None:
        rows = pa.table(self._columns, schema=DATUMS.arrow) if self._columns[0] else None
        if rows is not None or self._deletes:
            self._table = self._table.update(rows, self._deletes)
        self._columns = [[] for _ in DATUMS.arrow]
        self._deletes = []
