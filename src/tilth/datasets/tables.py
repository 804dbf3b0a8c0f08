"""Tables: the files of a commit that hold rows, as Arrow."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from tilth.datasets.nesting import check_nesting
from tilth.errors import Invalid

MOST_COLUMNS = 5_000
MOST_BYTES = 16 << 30
"""Bytes of a table in memory."""
FREE_BYTES = 1 << 30
MOST_RATIO = 1000
"""Bytes in memory for each one of a Parquet file, beyond FREE_BYTES: more is a bomb."""
_BATCH = 4096

SUFFIXES = (".parquet", ".csv", ".tsv", ".jsonl", ".ndjson")


def is_table(path: str) -> bool:
    """Tell by its name whether a file holds rows."""
    return path.lower().endswith(SUFFIXES)


def read_table(read: Callable[[str], bytes], paths: Iterable[str], *, key: str | None = None) -> pa.Table:
    """Read the rows of Parquet, CSV, TSV and JSON lines files as one table, in path order.

    Types are those of the file, or guessed per column where it has none; the column `key` is read as text (so 007 stays
    007). A column that a file lacks is missing there. Raises Invalid, naming the file: not a table by its name, not
    readable, columns of two kinds in two files, no paths. A column without a name is called by its place (spreadsheets
    and pandas write such), the second of one name `NAME (2)`, whatever its case. Cost O(bytes), all in memory.
    """
    tables = []
    for path in sorted(paths):
        tables.append(_as_text(_named(_read_one(read(path), path, key), key), key))
    if not tables:
        raise Invalid("There is no table file here.", help=f"Tables end in {', '.join(SUFFIXES)}.")
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as problem:
        raise Invalid(
            f"The table files do not fit together: {problem}", help="Give a column one type in all files."
        ) from problem


def _named(table: pa.Table, key: str | None) -> pa.Table:
    """Return a table whose columns have names that a database tells apart."""
    names = [name.replace("\0", "_") or f"column {at + 1}" for at, name in enumerate(table.schema.names)]
    wanted = sorted(range(len(names)), key=lambda at: names[at] != key)  # the key keeps its name
    taken: set[str] = set()
    seen: dict[str, int] = {}
    for at in wanted:
        name, times = names[at], seen.get(names[at], 1)
        while name.lower() in taken:
            times += 1
            name = f"{names[at]} ({times})"
        seen[names[at]] = times
        taken.add(name.lower())
        names[at] = name
    return table.rename_columns(names) if names != table.schema.names else table


def _read_one(data: bytes, path: str, key: str | None) -> pa.Table:
    name = path.lower()
    source = io.BytesIO(data)
    try:
        if name.endswith(".parquet"):
            return _few(_unpacked(source, len(data), path), path)
        if name.endswith((".csv", ".tsv")):
            delimiter = b"\t" if name.endswith(".tsv") else b","
            _check_columns(data[: data.find(b"\n") + 1 or len(data)].count(delimiter) + 1, path)
            return pa_csv.read_csv(
                source,
                parse_options=pa_csv.ParseOptions(delimiter=delimiter.decode(), newlines_in_values=True),
                convert_options=pa_csv.ConvertOptions(column_types={} if key is None else {key: pa.string()}),
            )
        if name.endswith((".jsonl", ".ndjson")):
            if not data.strip():
                return pa.table({})
            check_nesting(data, path)
            return _few(pa_json.read_json(source), path)
    except (pa.ArrowException, OSError, UnicodeError) as problem:
        raise Invalid(
            f"{path} is not readable: {problem}", help="Look at the file, or commit a corrected one."
        ) from problem
    raise Invalid(f"{path} is not a table.", help=f"Tables end in {', '.join(SUFFIXES)}.")


def _unpacked(source: io.BytesIO, size: int, path: str) -> pa.Table:
    """Read a Parquet file batch by batch: what it tells of its size may be a lie, and a kilobyte may be gigabytes."""
    file = pq.ParquetFile(source)
    _check_columns(file.metadata.num_columns, path)
    most = min(MOST_BYTES, max(FREE_BYTES, size * MOST_RATIO))
    batches, total = [], 0
    for batch in file.iter_batches(_BATCH):
        total += batch.nbytes
        if total > most:
            raise Invalid(
                f"{path} has {size:,} bytes, and more than {most:,} as a table.", help="Split it, or leave columns out."
            )
        batches.append(batch)
    return pa.Table.from_batches(batches, file.schema_arrow).replace_schema_metadata(None).combine_chunks()


def _few(table: pa.Table, path: str) -> pa.Table:
    _check_columns(table.num_columns, path)
    return table


def _check_columns(count: int, path: str) -> None:
    if count > MOST_COLUMNS:
        raise Invalid(
            f"{path} has {count:,} columns; up to {MOST_COLUMNS:,} are read.",
            help="Put what belongs together into one column, as a list or a text.",
        )


def _as_text(table: pa.Table, key: str | None) -> pa.Table:
    if key is None or key not in table.schema.names or pa.types.is_string(table.schema.field(key).type):
        return table
    try:
        return table.set_column(table.schema.names.index(key), key, table[key].cast(pa.string()))
    except pa.ArrowException as problem:
        raise Invalid(f"The key column {key!r} cannot be text: {problem}", help="Use a plain column.") from problem
