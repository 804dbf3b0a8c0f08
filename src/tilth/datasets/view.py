"""View: items with their labels and predictions as one table that answers questions, through DuckDB."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.datasets.filters import EVERYTHING, Filter, Kind, column_named, compile_filter, parse_filter, quoted
from tilth.datasets.tables import read_table
from tilth.errors import Invalid

ROW = "row"
"""The key that rows get when they have none of their own: their number, in 12 digits."""


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows in key order; pass `next` as `after` to read on (None: this was the last page)."""

    rows: pa.Table
    next: str | None


@dataclass(frozen=True, slots=True)
class Histogram:
    """How the values of one column spread over n rows: numbers by equal bins, all else by value, most first.

    bins: (low, high, count) for numbers, the last one closed; values: (value, count) else, with `other` rows beyond
    them (for numbers: not finite). missing: rows without a value.
    """

    column: str
    n: int
    missing: int
    bins: tuple[tuple[float, float, int], ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    other: int = 0


class View:
    """One table of all rows, joined by key; immutable. Close it, or use it as a context manager.

    Columns of the first source keep their names; those of the others are named `source.column`. Questions take a
    filter (see `filters`) as text or value. Any thread may ask.
    """

    def __init__(self, sources: Mapping[str, pa.Table], *, key: str = "key") -> None:
        """Join Arrow tables: every row of the first, with the others' row of equal key where there is one.

        Raises Invalid for a source without the key, or a key that is missing or comes twice in one of them.
        Cost O(rows log rows), and the memory of one copy.
        """
        if not sources:
            raise Invalid("A dataset view needs at least one table.", help="Give the items.")
        self.key = key
        self._lock = threading.Lock()
        # The database sees only what is handed to it: no files, no extensions, no Python variables.
        self._con = duckdb.connect(
            ":memory:",
            config={
                "enable_external_access": "false",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "python_enable_replacements": "false",
            },
        )
        names = list(sources)
        select: list[str] = []
        joins: list[str] = []
        kinds: dict[str, Kind] = {}
        for number, name in enumerate(names):
            table = _checked(sources[name], name, key)
            self._con.register(f"source_{number}", table)
            for field in table.schema:
                if number and field.name == key:
                    continue
                shown = f"{name}.{field.name}" if number else field.name
                if shown in kinds:
                    raise Invalid(f"Two columns would be named {shown!r}.", help="Name the sources differently.")
                kinds[shown] = _kind(field.type)
                select.append(f"source_{number}.{quoted(field.name)} AS {quoted(shown)}")
            if number:
                joins.append(f"LEFT JOIN source_{number} ON source_{number}.{quoted(key)} = source_0.{quoted(key)}")
        # Written in key order, so that a page seeks.
        self._con.execute(
            f"CREATE TABLE data AS SELECT {', '.join(select)} FROM source_0 {' '.join(joins)} "
            f"ORDER BY source_0.{quoted(key)}"
        )
        for number in range(len(names)):
            self._con.unregister(f"source_{number}")
        self._con.execute("SET lock_configuration = true")
        self.kinds: Mapping[str, Kind] = kinds

    @classmethod
    def open(
        cls, read: Callable[[str], bytes], sources: Mapping[str, Iterable[str]], *, key: str | None = None
    ) -> View:
        """Open files of commits: source name → paths that `read` gives the bytes of, first the items.

        Without `key` it is the column "key" where every source has one; a single source without one gets its rows
        numbered in a column "row". Raises Invalid as `read_table` and View do.
        """
        wanted = "key" if key is None else key
        tables = {name: read_table(read, paths, key=wanted) for name, paths in sources.items()}
        if key is None and len(tables) == 1 and not all(_has_keys(table, wanted) for table in tables.values()):
            name, table = next(iter(tables.items()))
            if ROW in table.schema.names:
                table = table.drop_columns([ROW])
            numbers = pa.array([f"{number:012}" for number in range(len(table))], pa.string())
            return cls({name: table.add_column(0, ROW, numbers)}, key=ROW)
        return cls(tables, key=wanted)

    def __enter__(self) -> View:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back."""
        self._con.close()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of all columns."""
        return tuple(self.kinds)

    def count(self, where: Filter | str = EVERYTHING) -> int:
        """Count the rows that match."""
        sql, parameters = self._where(where)
        return int(self._ask(f"SELECT count(*) AS n FROM data WHERE {sql}", parameters)["n"][0].as_py())

    def page(
        self,
        where: Filter | str = EVERYTHING,
        *,
        columns: Sequence[str] = (),
        after: str | None = None,
        limit: int = 100,
    ) -> RowPage:
        """Read up to `limit` matching rows in key order, from after the key `after`; no `columns` means all.

        The key column always comes first. Raises Invalid for an unknown column or a limit below 1.
        """
        if limit < 1:
            raise Invalid(f"A page of {limit} rows makes no sense.", help="Give a limit of 1 or more.")
        for name in columns:
            column_named(name, self.kinds)
        shown = [self.key, *(name for name in dict.fromkeys(columns or self.columns) if name != self.key)]
        sql, parameters = self._where(where)
        if after is not None:
            sql, parameters = f"({sql}) AND {quoted(self.key)} > ?", [*parameters, after]
        rows = self._ask(
            f"SELECT {', '.join(map(quoted, shown))} FROM data WHERE {sql} ORDER BY {quoted(self.key)} LIMIT ?",
            [*parameters, limit + 1],
        )
        if len(rows) <= limit:
            return RowPage(rows, None)
        return RowPage(rows.slice(0, limit), str(rows[self.key][limit - 1].as_py()))

    def top(
        self, column: str, where: Filter | str = EVERYTHING, *, descending: bool = True, limit: int = 100
    ) -> pa.Table:
        """Return the `limit` matching rows of greatest (or least) value in a column; equals in key order."""
        column_named(column, self.kinds)
        sql, parameters = self._where(where)
        order = f"{quoted(column)} {'DESC' if descending else 'ASC'} NULLS LAST, {quoted(self.key)}"
        # Sort the keys alone and fetch whole rows for those few: a sort that drags wide rows is many times slower.
        return self._ask(
            f"SELECT * FROM data WHERE rowid IN (SELECT rowid FROM data WHERE {sql} ORDER BY {order} LIMIT ?) "
            f"ORDER BY {order}",
            [*parameters, limit],
        )

    def table(self, where: Filter | str = EVERYTHING, *, columns: Sequence[str] = ()) -> pa.Table:
        """Return all matching rows in key order as Arrow."""
        return self.page(where, columns=columns, limit=2**62).rows

    def histogram(self, column: str, where: Filter | str = EVERYTHING, *, bins: int = 20) -> Histogram:
        """Count the values of a column among matching rows, in `bins` equal bins or as the `bins` commonest values."""
        kind = column_named(column, self.kinds)
        if bins < 1:
            raise Invalid(f"{bins} bins make no sense.", help="Give 1 or more.")
        sql, parameters = self._where(where)
        name = quoted(column)
        if kind != "number":
            counted = self._ask(
                f"SELECT CAST({name} AS VARCHAR) AS value, count(*) AS n FROM data WHERE {sql} GROUP BY 1 "
                f"ORDER BY n DESC, value",
                parameters,
            ).to_pylist()
            values = [(row["value"], row["n"]) for row in counted if row["value"] is not None]
            n = sum(row["n"] for row in counted)
            seen = sum(count for _, count in values)
            return Histogram(
                column, n, n - seen, values=tuple(values[:bins]), other=sum(count for _, count in values[bins:])
            )
        finite = (
            "SELECT CASE WHEN isfinite(x) THEN x END AS x, x IS NULL AS gone "
            f"FROM (SELECT CAST({name} AS DOUBLE) AS x FROM data WHERE {sql})"
        )
        whole = self._ask(
            f"SELECT count(*) AS n, count(x) AS finite, count(*) FILTER (gone) AS gone, min(x) AS low, max(x) AS high "
            f"FROM ({finite})",
            parameters,
        ).to_pylist()[0]
        low, high = whole["low"], whole["high"]
        if low is None:
            filled: list[tuple[float, float, int]] = []
        elif low == high:
            filled = [(low, high, whole["finite"])]
        else:
            edges = np.linspace(low, high, bins + 1).tolist()
            found = self._ask(
                f"SELECT least(CAST(floor((x - ?) / ? * {bins}) AS BIGINT), {bins - 1}) AS bin, count(*) AS n "
                f"FROM ({finite}) WHERE x IS NOT NULL GROUP BY 1",
                [low, high - low, *parameters],
            )
            counts: dict[int, int] = {row["bin"]: row["n"] for row in found.to_pylist()}
            filled = [(edges[i], edges[i + 1], counts.get(i, 0)) for i in range(bins)]
        return Histogram(
            column, whole["n"], whole["gone"], bins=tuple(filled), other=whole["n"] - whole["gone"] - whole["finite"]
        )

    def confusion(self, truth: str, predicted: str, where: Filter | str = EVERYTHING) -> pa.Table:
        """Count pairs of two columns among matching rows that have both: columns true, predicted (text), count."""
        for name in (truth, predicted):
            column_named(name, self.kinds)
        sql, parameters = self._where(where)
        return self._ask(
            f'SELECT CAST({quoted(truth)} AS VARCHAR) AS "true", CAST({quoted(predicted)} AS VARCHAR) AS predicted, '
            f"count(*) AS count FROM data WHERE ({sql}) AND {quoted(truth)} IS NOT NULL "
            f"AND {quoted(predicted)} IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2",
            parameters,
        )

    def _where(self, where: Filter | str) -> tuple[str, list[Any]]:
        parsed = parse_filter(where) if isinstance(where, str) else where
        condition = compile_filter(parsed, self.kinds)
        return condition.sql, list(condition.parameters)

    def _ask(self, sql: str, parameters: Sequence[Any]) -> pa.Table:
        with self._lock:
            try:
                table: pa.Table = self._con.sql(sql, params=list(parameters)).to_arrow_table()
            except (duckdb.ConversionException, duckdb.OutOfRangeException) as problem:
                raise Invalid(f"The filter does not fit the data: {problem}", help="Check the values.") from problem
        return table


def _checked(table: pa.Table, name: str, key: str) -> pa.Table:
    if key not in table.schema.names:
        raise Invalid(
            f"The table {name!r} has no key column {key!r}.", help=f"Its columns are {', '.join(table.schema.names)}."
        )
    if len(set(table.schema.names)) != len(table.schema.names):
        raise Invalid(f"The table {name!r} names a column twice.", help="Give every column its own name.")
    if not pa.types.is_string(table.schema.field(key).type):
        table = table.set_column(table.schema.names.index(key), key, table[key].cast(pa.string()))
    if table[key].null_count:
        raise Invalid(f"{table[key].null_count} rows of {name!r} have no key.", help=f"Fill the column {key!r}.")
    if len(pc.unique(table[key])) != len(table):
        counted: Any = pc.value_counts(table[key])
        twice = next(row["values"] for row in counted.to_pylist() if row["counts"] > 1)
        raise Invalid(f"The key {twice!r} comes twice in {name!r}.", help="A dataset has one row per key.")
    return table


def _has_keys(table: pa.Table, key: str) -> bool:
    if key not in table.schema.names:
        return False
    column = table[key]
    return not column.null_count and len(pc.unique(column)) == len(column)


def _kind(kind: Any) -> Kind:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "text"
    return "time" if pa.types.is_timestamp(kind) or pa.types.is_date(kind) else "other"
