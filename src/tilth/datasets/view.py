"""View: items with their labels and predictions as one table that answers questions, through DuckDB."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tilth.datasets.filters import (
    EVERYTHING,
    Filter,
    Kind,
    column_named,
    compile_filter,
    parse_filter,
    quoted,
)
from tilth.datasets.ordering import FAR, Ordering, Part, place_behind
from tilth.datasets.tables import read_table
from tilth.errors import Invalid

MANY = 20_000
"""Values above which a column of text is no set of categories."""
_ODD = -32_768
"""The bin of a number that is not finite."""
_SORTED = "sorted by"

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


@dataclass(frozen=True, slots=True)
class _Range:
    """The finite values of a column of numbers lie in low..high; `odd`: there are others."""

    low: float
    high: float
    odd: bool


def connect(file: Path | None = None) -> Any:
    """Return a database that sees only what is handed to it: no files, no extensions, no Python variables.

    It is empty and in memory, or what is in `file`.
    """
    return duckdb.connect(
        ":memory:" if file is None else str(file),
        config={
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
        },
    )


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
        self._con = connect()
        self._ranges: dict[str, _Range | None] = {}
        self._distinct: dict[str, int] = {}
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
                kinds[shown] = kind_of(field.type)
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
        skip: int = 0,
        limit: int = 100,
    ) -> RowPage:
        """Read up to `limit` matching rows in key order, from after the key `after`; no `columns` means all.

        `skip` passes over as many rows first, so that a place far inside is reached by one question.

        The key column always comes first. Raises Invalid for an unknown column or a limit below 1.
        """
        if limit < 1:
            raise Invalid(f"A page of {limit} rows makes no sense.", help="Give a limit of 1 or more.")
        shown = self._shown(columns)
        sql, parameters = self._where(where)
        if after is not None:
            sql, parameters = f"({sql}) AND {quoted(self.key)} > ?", [*parameters, after]
        # Without ORDER BY: rows lie, and come, in key order, and the scan ends with the last row of the page.
        if skip:
            # Pass over row numbers alone, and fetch whole rows only for the few of the page.
            sql = f"rowid IN (SELECT rowid FROM data WHERE {sql} LIMIT {limit + 1} OFFSET ?)"
            parameters = [*parameters, skip]
        rows = self._ask(f"SELECT {shown} FROM data WHERE {sql} LIMIT ?", [*parameters, limit + 1])
        if len(rows) <= limit:
            return RowPage(rows, None)
        return RowPage(rows.slice(0, limit), str(rows[self.key][limit - 1].as_py()))

    def page_by(
        self,
        sort: str,
        where: Filter | str = EVERYTHING,
        *,
        descending: bool = False,
        columns: Sequence[str] = (),
        after: str | None = None,
        skip: int = 0,
        limit: int = 100,
    ) -> RowPage:
        """Read matching rows in the order of a column: missing values last, equal ones by key.

        `after` is the `next` of the page before: the last row's value and key, so a page deep inside costs what the
        first one does. A `skip` costs passes over one column, and sorts a few per cent of the rows. Raises Invalid for
        a column that has no order, and for an `after` that is not of this order.
        """
        if limit < 1:
            raise Invalid(f"A page of {limit} rows makes no sense.", help="Give a limit of 1 or more.")
        kind = column_named(sort, self.kinds)
        order = Ordering.by(sort, kind, self._spell(sort), key=self.key, descending=descending)
        sql, parameters = self._where(where)
        if after is not None:
            behind, more = order.behind(after)
            sql, parameters = f"({sql}) AND {behind}", [*parameters, *more]
        part = order.part(self._ask, sql, parameters, skip, limit + 1) if skip >= FAR else None
        rows = self._ordered(order, part or Part(sql, tuple(parameters), skip), columns, limit + 1)
        if part is not None and part.ends and len(rows) <= limit:
            rows = self._ordered(order, Part(sql, tuple(parameters), skip), columns, limit + 1)  # it was too small
        shown = rows.drop_columns([_SORTED])
        if len(rows) <= limit:
            return RowPage(shown, None)
        return RowPage(
            shown.slice(0, limit),
            place_behind(rows[_SORTED][limit - 1].as_py(), rows[self.key][limit - 1].as_py()),
        )

    def _ordered(self, order: Ordering, part: Part, columns: Sequence[str], limit: int) -> pa.Table:
        """Return rows of a part of an order, with what they are sorted by."""
        # Sort the keys alone and fetch whole rows for those few: a sort that drags wide rows is many times slower.
        sorting = "" if part.alike else f"ORDER BY {order.sql}"
        return self._ask(
            f"SELECT {self._shown(columns)}, {order.value} AS {quoted(_SORTED)} FROM data WHERE rowid IN "
            f"(SELECT rowid FROM data WHERE {part.sql} {sorting} LIMIT ? OFFSET ?) ORDER BY {order.sql}",
            [*part.parameters, limit, part.skip],
        )

    def top(
        self, column: str, where: Filter | str = EVERYTHING, *, descending: bool = True, limit: int = 100
    ) -> pa.Table:
        """Return the `limit` matching rows of greatest (or least) value in a column; equals in key order."""
        column_named(column, self.kinds)
        sql, parameters = self._where(where)
        order = f"{self._spell(column)} {'DESC' if descending else 'ASC'} NULLS LAST, {quoted(self.key)}"
        return self._ask(
            f"SELECT {self._shown(())} FROM data WHERE rowid IN "
            f"(SELECT rowid FROM data WHERE {sql} ORDER BY {order} LIMIT ?) ORDER BY {order}",
            [*parameters, limit],
        )

    def table(self, where: Filter | str = EVERYTHING, *, columns: Sequence[str] = ()) -> pa.Table:
        """Return all matching rows in key order as Arrow."""
        return self.page(where, columns=columns, limit=2**62).rows

    def stream(
        self, where: Filter | str = EVERYTHING, *, columns: Sequence[str] = (), size: int = 2_000
    ) -> Iterator[pa.Table]:
        """Return all matching rows in key order, `size` at a time, as they are now, whatever changes meanwhile.

        Raises Invalid as `page` does, at once.
        """
        shown = self._shown(columns)
        sql, parameters = self._where(where)
        cursor = self._con.cursor()
        # One question has one moment; a page for each would show what was done between them.
        reader = cursor.sql(f"SELECT {shown} FROM data WHERE {sql}", params=list(parameters)).to_arrow_reader(size)

        def read() -> Iterator[pa.Table]:
            with cursor:
                for batch in reader:
                    yield plain_texts(pa.Table.from_batches([batch]))

        return read()

    def histogram(self, column: str, where: Filter | str = EVERYTHING, *, bins: int = 20) -> Histogram:
        """Count the values of a column among matching rows, in `bins` equal bins or as the `bins` commonest values."""
        kind = column_named(column, self.kinds)
        if bins < 1:
            raise Invalid(f"{bins} bins make no sense.", help="Give 1 or more.")
        sql, parameters = self._where(where)
        name = self._spell(column)
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
        true, said = self._spell(truth), self._spell(predicted)
        return self._ask(
            f'SELECT CAST(a AS VARCHAR) AS "true", CAST(b AS VARCHAR) AS predicted, n AS count FROM '
            f"(SELECT {true} AS a, {said} AS b, count(*) AS n FROM data WHERE ({sql}) AND {true} IS NOT NULL "
            f"AND {said} IS NOT NULL GROUP BY 1, 2) ORDER BY 1, 2",
            parameters,
        )

    def cells(
        self, truth: str, predicted: str, confidence: str, threshold: float, where: Filter | str = EVERYTHING
    ) -> pa.Table:
        """Count matching rows by two columns: true, predicted (text or null), sure (confidence ≥ threshold), count.

        A row without a confidence is sure.
        """
        sql, parameters = self._where(where)
        sure = f"({self._spell(confidence)} >= ?)" if confidence in self.kinds else "TRUE"
        return self._ask(
            f'SELECT CAST(a AS VARCHAR) AS "true", CAST(b AS VARCHAR) AS predicted, COALESCE(c, TRUE) AS sure, '
            f"CAST(sum(n) AS BIGINT) AS count FROM (SELECT {self._spell(truth)} AS a, {self._spell(predicted)} AS b, "
            f"{sure} AS c, count(*) AS n FROM data WHERE {sql} GROUP BY 1, 2, 3) GROUP BY ALL ORDER BY ALL",
            [threshold, *parameters] if confidence in self.kinds else parameters,
        )

    def histograms(
        self, columns: Sequence[str], where: Filter | str = EVERYTHING, *, bins: int = 20
    ) -> list[Histogram]:
        """Count several columns among matching rows in one pass; equal bins over the range of *all* finite values.

        So bins stay where they are while a filter changes. A column of text with more than MANY values has none
        listed: all are in `other`. Raises Invalid for an unknown column or fewer than one bin.
        """
        if bins < 1:
            raise Invalid(f"{bins} bins make no sense.", help="Give 1 or more.")
        wanted = list(dict.fromkeys(columns))
        for name in wanted:
            column_named(name, self.kinds)
        if not wanted:
            return []
        codes, counts = [], []
        edges: dict[str, list[float]] = {}
        for number, name in enumerate(wanted):
            code = self._spell(name)
            if self.kinds[name] == "number":
                found = self._range(name)
                low, high = (found.low, found.high) if found is not None else (0.0, 0.0)
                edges[name] = np.linspace(low, high, bins + 1).tolist() if low < high else [low, high]
                bins_here = len(edges[name]) - 1
                # Typed, because to the database a bare 0.5 is a decimal, with which it calculates slowly.
                start, scale = f"CAST({low!r} AS DOUBLE)", f"CAST({bins_here / max(high - low, 5e-324)!r} AS DOUBLE)"
                x = f"CAST({code} AS DOUBLE)"
                place = f"TRY_CAST(floor(({x} - {start}) * {scale}) AS SMALLINT)"
                if low == high:
                    place = f"CASE WHEN {x} IS NOT NULL THEN 0 END"
                odd = found is None or found.odd
                code = (
                    f"CASE WHEN {x} IS NULL THEN NULL WHEN isfinite({x}) THEN {place} ELSE {_ODD} END" if odd else place
                )
            elif self.kinds[name] == "other" or (self.kinds[name] == "text" and self.distinct([name])[name] > MANY):
                code = f"CASE WHEN {code} IS NOT NULL THEN -1 END"
            codes.append(f"{code} AS c{number}")
            counts.append(
                f"SELECT {number} AS number, CAST(v AS VARCHAR) AS value, n FROM "
                f"(SELECT c{number} AS v, count(*) AS n FROM matching GROUP BY 1)"
            )
        sql, parameters = self._where(where)
        counted = self._ask(
            f"WITH matching AS MATERIALIZED (SELECT {', '.join(codes)} FROM data WHERE {sql}) "
            f"{' UNION ALL '.join(counts)}",
            parameters,
        )
        by_column: list[dict[str | None, int]] = [{} for _ in wanted]
        told: list[Any] = [counted[name].to_pylist() for name in ("number", "value", "n")]
        for number, value, n in zip(*told, strict=True):
            by_column[number][value] = n
        return [self._told(name, found, edges.get(name), bins) for name, found in zip(wanted, by_column, strict=True)]

    def values(
        self, column: str, prefix: str = "", where: Filter | str = EVERYTHING, *, limit: int = 20
    ) -> list[tuple[str, int]]:
        """Return values (as text) that begin with `prefix`, in any case, with their counts, commonest first."""
        kind = column_named(column, self.kinds)
        if kind == "other":
            raise Invalid(f"Column {column!r} holds nested values.", help="Choose another one.")
        sql, parameters = self._where(where)
        # Where values repeat, count first and look at the texts of few; else look first, and count few.
        few = kind != "text" or self.distinct([column])[column] <= MANY
        name = self._spell(column)
        if not prefix:
            first, last, given = sql, "TRUE", parameters
        elif few:
            first, last, given = sql, "starts_with(lower(value), lower(?))", [*parameters, prefix]
        else:
            first, last = f"({sql}) AND starts_with(lower(CAST({name} AS VARCHAR)), lower(?))", "TRUE"
            given = [*parameters, prefix]
        found = self._ask(
            # Materialized, or the test of texts would move below the counting, and to every row.
            f"WITH counted AS MATERIALIZED (SELECT {name} AS v, count(*) AS n FROM data WHERE {first} GROUP BY 1) "
            f"SELECT value, n FROM (SELECT CAST(v AS VARCHAR) AS value, n FROM counted WHERE v IS NOT NULL) "
            f"WHERE {last} ORDER BY n DESC, value LIMIT ?",
            [*given, limit],
        )
        texts: list[Any] = found["value"].to_pylist()
        times: list[Any] = found["n"].to_pylist()
        return list(zip(texts, times, strict=True))

    def distinct(self, columns: Sequence[str] = ()) -> Mapping[str, int]:
        """Return about how many values columns have (HyperLogLog, within a few per cent); counted once and kept."""
        wanted = list(columns or self.kinds)
        missing = [name for name in wanted if name not in self._distinct]
        if missing:
            asked = ", ".join(
                f"approx_count_distinct({self._spell(name)}) AS c{number}" for number, name in enumerate(missing)
            )
            row = self._ask(f"SELECT {asked} FROM data", []).to_pylist()[0]
            self._distinct.update({name: row[f"c{number}"] for number, name in enumerate(missing)})
        return {name: self._distinct[name] for name in wanted}

    def _told(self, name: str, found: dict[str | None, int], edges: list[float] | None, bins: int) -> Histogram:
        missing = found.pop(None, 0)
        n = missing + sum(found.values())
        if edges is not None:
            odd = found.pop(str(_ODD), 0)
            counts = [0] * (len(edges) - 1)
            for place, count in found.items():
                counts[min(max(int(str(place)), 0), len(counts) - 1)] += count  # the last bin has its high, too
            filled = [(edges[i], edges[i + 1], count) for i, count in enumerate(counts)]
            return Histogram(name, n, missing, bins=tuple(filled) if found else (), other=odd)
        if self.kinds[name] == "other" or (self.kinds[name] == "text" and self.distinct([name])[name] > MANY):
            return Histogram(name, n, missing, other=n - missing)
        values = sorted(((str(value), count) for value, count in found.items()), key=lambda each: (-each[1], each[0]))
        return Histogram(name, n, missing, values=tuple(values[:bins]), other=sum(count for _, count in values[bins:]))

    def _range(self, name: str) -> _Range | None:
        if name not in self._ranges:
            row = self._ask(
                "SELECT min(x) FILTER (isfinite(x)) AS low, max(x) FILTER (isfinite(x)) AS high, "
                "COALESCE(bool_or(NOT isfinite(x)), FALSE) AS odd "
                f"FROM (SELECT CAST({self._spell(name)} AS DOUBLE) AS x FROM data)",
                [],
            ).to_pylist()[0]
            self._ranges[name] = None if row["low"] is None else _Range(row["low"], row["high"], row["odd"])
        return self._ranges[name]

    def _spell(self, name: str) -> str:
        """Return the SQL of a known column."""
        return quoted(name)

    def matching(self, where: Filter | str = EVERYTHING) -> NDArray[np.bool_]:
        """Mark the rows that match, in key order. Cost O(rows)."""
        sql, parameters = self._where(where)
        mask = np.zeros(int(self._ask("SELECT count(*) AS n FROM data", [])["n"][0].as_py()), bool)
        mask[self._ask(f"SELECT rowid AS place FROM data WHERE {sql}", parameters)["place"].to_numpy()] = True
        return mask

    def values_of(self, column: str) -> pa.Array[Any]:
        """Return a column in key order, as a dictionary of its values where the database keeps it so. Cost O(rows)."""
        column_named(column, self.kinds)
        with self._con.cursor() as cursor:
            table = cursor.sql(f"SELECT {self._spell(column)} AS value FROM data").to_arrow_table()
        found: pa.Array[Any] = table["value"].combine_chunks()
        return found

    def _shown(self, columns: Sequence[str]) -> str:
        for name in columns:
            column_named(name, self.kinds)
        shown = [self.key, *(name for name in dict.fromkeys(columns or self.columns) if name != self.key)]
        return ", ".join(f"{self._spell(name)} AS {quoted(name)}" for name in shown)

    def _where(self, where: Filter | str) -> tuple[str, list[Any]]:
        parsed = parse_filter(where) if isinstance(where, str) else where
        condition = compile_filter(parsed, self.kinds, spell=self._spell)
        return condition.sql, list(condition.parameters)

    def _ask(self, sql: str, parameters: Sequence[Any]) -> pa.Table:
        with self._con.cursor() as cursor:
            try:
                table: pa.Table = cursor.sql(sql, params=list(parameters)).to_arrow_table()
            except (duckdb.ConversionException, duckdb.OutOfRangeException) as problem:
                raise Invalid(f"The filter does not fit the data: {problem}", help="Check the values.") from problem
        return plain_texts(table)


def plain_texts(table: pa.Table) -> pa.Table:
    """Return the table with texts as texts: how the database keeps repeating ones is its own matter."""
    for index, field in enumerate(table.schema):
        kind: Any = field.type
        if pa.types.is_dictionary(kind):
            table = table.set_column(index, field.name, table[index].cast(kind.value_type))
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


def kind_of(kind: Any) -> Kind:
    """Return what filters call an Arrow type."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "text"
    return "time" if pa.types.is_timestamp(kind) or pa.types.is_date(kind) else "other"
