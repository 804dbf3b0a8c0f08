"""Ordering: rows by the value of one column, read from any place without sorting them all."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.datasets.filters import Kind, quoted
from tilth.errors import Invalid

FAR = 5_000
"""Rows to pass over from which on a part of the order is looked for instead."""
_ONE_IN = 128
"""Of so many rows one is looked at to guess where in the order a value is."""
_LEAST = 64
"""Rows looked at below which a guess is worth nothing."""

Ask = Callable[[str, Sequence[Any]], pa.Table]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an order: `skip` rows into it begins the page. `sql` (a condition) and `parameters` choose its rows."""

    sql: str
    parameters: tuple[Any, ...]
    skip: int
    alike: bool = False
    """All rows have one value, so they lie in their order already."""
    ends: bool = False
    """Other rows may follow behind its last one."""


@dataclass(frozen=True, slots=True)
class Ordering:
    """Rows of the table `data` by a value (SQL): missing ones last, equal ones in the order of the table, by `key`."""

    value: str
    kind: Kind
    key: str
    descending: bool = False

    @classmethod
    def by(cls, column: str, kind: Kind, spelled: str, *, key: str, descending: bool) -> Ordering:
        """Order by a column of that SQL. Raises Invalid for one that has no order."""
        if kind == "other":
            raise Invalid(f"Column {column!r} holds nested values, which have no order.", help="Sort by another one.")
        if kind == "time":
            spelled = f"epoch_us(CAST({spelled} AS TIMESTAMP))"
        elif kind == "number":
            spelled = f"CAST({spelled} AS DOUBLE)"
        return cls(spelled, kind, key, descending)

    @property
    def sql(self) -> str:
        """What stands behind ORDER BY."""
        return f"{self.value} {'DESC' if self.descending else 'ASC'} NULLS LAST, rowid"

    def behind(self, after: str) -> tuple[str, list[Any]]:
        """Return the condition for the rows behind a page, by its `next`. Raises Invalid for one of another order."""
        found, key = _position(after, self.kind)
        own = quoted(self.key)
        if found is None:
            return f"({self.value} IS NULL AND {own} > ?)", [key]
        beyond = "<" if self.descending else ">"
        return (
            f"({self.value} {beyond} ? OR {self.value} IS NULL OR ({self.value} = ? AND {own} > ?))",
            [found, found, key],
        )

    def part(self, ask: Ask, where: str, parameters: Sequence[Any], skip: int, limit: int) -> Part | None:
        """Return a small part of the rows that match `where` in which those from `skip` on are; None where none is.

        A sample tells between which two values they are (Floyd and Rivest's selection, 1975): one pass counts the rows
        before, one chooses those between, and only these few are sorted. Nothing is kept, so nothing grows old.
        """
        known = f"({where}) AND {self.value} IS NOT NULL"
        seen = ask(
            f"SELECT {self.value} AS v FROM data WHERE {known} AND hash(rowid) % {_ONE_IN} = 0 "
            f"ORDER BY v {'DESC' if self.descending else 'ASC'}",
            parameters,
        )["v"]
        if len(seen) < _LEAST:
            return None
        n = int(ask(f"SELECT count(*) AS n FROM data WHERE {known}", parameters)["n"][0].as_py())
        # The place of a rank in a sample of s strays by at most √s / 2: this is four times that.
        reach = 2 * math.sqrt(len(seen))
        first = math.floor(skip / n * len(seen) - reach)
        last = math.ceil((skip + limit) / n * len(seen) + reach)
        low = seen[first].as_py() if 0 <= first < len(seen) else None
        high = seen[last].as_py() if last < len(seen) else None
        if first >= len(seen):
            low = seen[-1].as_py()
        from_, to = ("<=", ">=") if self.descending else (">=", "<=")
        before = 0
        sql, chosen = where, list(parameters)
        if low is not None:
            beyond = ">" if self.descending else "<"
            counted = ask(
                f"SELECT count(*) AS n FROM data WHERE ({where}) AND {self.value} {beyond} ?", [*parameters, low]
            )
            before = int(counted["n"][0].as_py())
            if before > skip:
                return None
            unknown = "" if high is not None else f" OR {self.value} IS NULL"
            sql, chosen = f"({sql}) AND ({self.value} {from_} ?{unknown})", [*chosen, low]
        if high is not None:
            sql, chosen = f"({sql}) AND {self.value} {to} ?", [*chosen, high]
        return Part(sql, tuple(chosen), skip - before, alike=low is not None and low == high, ends=high is not None)


def place_behind(value: Any, key: Any) -> str:
    """Return what tells where a page ended: its last row's value and key."""
    return base64.urlsafe_b64encode(json.dumps([value, key]).encode()).decode()


def _position(after: str, kind: Kind) -> tuple[str | float | int | bool | None, str]:
    try:
        value, key = json.loads(base64.urlsafe_b64decode(after.encode()))
    except (ValueError, TypeError, binascii.Error):
        value, key = None, None
    fits = {
        "text": isinstance(value, str),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "boolean": isinstance(value, bool),
        "time": isinstance(value, int) and not isinstance(value, bool),
    }.get(kind, False)
    if not isinstance(key, str) or not (value is None or fits):
        raise Invalid(f"{after!r} is not the key of a page in this order.", help="Pass the `next` of the page before.")
    return value, key
