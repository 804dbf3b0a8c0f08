"""Tables: the files of a commit that hold rows, as Arrow."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable

import pyarrow as pa
import pyarrow.compute as pc
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

_PADDED = re.compile(rb"(?:^|[,\t\r\n])[ \"]*[+-]?0[0-9]")
"""Whether a text may hold a number that is written with more zeros than it needs: only a name is."""

DELIMITED = (".csv", ".tsv")
SUFFIXES = (".parquet", ".csv", ".tsv", ".jsonl", ".ndjson")


def is_table(path: str) -> bool:
    """Tell by its name whether a file holds rows."""
    return path.lower().endswith(SUFFIXES)


def read_table(read: Callable[[str], bytes], paths: Iterable[str], *, key: str | None = None) -> pa.Table:
    """Read the rows of Parquet, CSV, TSV and JSON lines files as one table, in path order.

    Types are those of the file, or guessed per column where it has none; the column `key`, and in all files every
    column of a CSV or TSV in which a number begins with needless zeros, is read as text (so 007 stays 007). A column
    that a file lacks is missing there. Raises Invalid, naming the file: not a table by its name, not readable, columns
    of two kinds in two files, no paths. A column without a name is called by its place (spreadsheets and pandas write
    such), the second of one name `NAME (2)`, whatever its case. Cost O(bytes), all in memory.
    """
    files = sorted(paths)
    texts = set() if key is None else {key}
    tables = [_read_one(read(path), path, texts) for path in files]
    # What a later file shows to be text is text in the earlier ones, too, as it was written there.
    tables = [
        _read_one(read(path), path, texts) if path.lower().endswith(DELIMITED) and _numbers(table) & texts else table
        for path, table in zip(files, tables, strict=True)
    ]
    tables = [_as_text(_named(table, key), key) for table in tables]
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


def _read_one(data: bytes, path: str, texts: set[str]) -> pa.Table:
    """Read a file; the columns in `texts` of a CSV are text, and so are those that are added to it on the way."""
    name = path.lower()
    source = io.BytesIO(data)
    try:
        if name.endswith(".parquet"):
            return _few(_unpacked(source, len(data), path), path)
        if name.endswith(DELIMITED):
            delimiter = b"\t" if name.endswith(".tsv") else b","
            _check_columns(data[: data.find(b"\n") + 1 or len(data)].count(delimiter) + 1, path)
            table = _read_delimited(data, delimiter.decode(), texts)
            found = _padded(data, delimiter.decode(), table)
            if not found:
                return table
            texts |= found
            return _read_delimited(data, delimiter.decode(), texts)
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


def _read_delimited(data: bytes, delimiter: str, texts: set[str], only: list[str] | None = None) -> pa.Table:
    return pa_csv.read_csv(
        io.BytesIO(data),
        parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(column_types=dict.fromkeys(texts, pa.string()), include_columns=only),
    )


def _numbers(table: pa.Table) -> set[str]:
    return {field.name for field in table.schema if pa.types.is_integer(field.type) or pa.types.is_floating(field.type)}


def _padded(data: bytes, delimiter: str, table: pa.Table) -> set[str]:
    """Return the columns that were read as numbers and hold names like 007. Cost nothing more without any such text."""
    numbers = _numbers(table)
    if not numbers or not _PADDED.search(data):
        return set()
    unique = [name for name in table.schema.names if name in numbers and table.schema.names.count(name) == 1]
    written = _read_delimited(data, delimiter, numbers, unique) if unique else pa.table({})
    return {name for name in unique if pc.any(pc.match_substring_regex(written[name], r"^\s*[+-]?0[0-9]")).as_py()}


def _as_text(table: pa.Table, key: str | None) -> pa.Table:
    if key is None or key not in table.schema.names or pa.types.is_string(table.schema.field(key).type):
        return table
    try:
        return table.set_column(table.schema.names.index(key), key, table[key].cast(pa.string()))
    except pa.ArrowException as problem:
        raise Invalid(f"The key column {key!r} cannot be text: {problem}", help="Use a plain column.") from problem
