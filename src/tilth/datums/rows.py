"""Rows of table files as items: CSV, TSV, JSON lines and Parquet, read as streams.

Files come from anywhere, so everything about them is checked; each refusal names the file and the line.
"""

from __future__ import annotations

import base64
import csv
import datetime
import decimal
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

import pyarrow as pa
import pyarrow.parquet as pq

from tilth.errors import Invalid
from tilth.model.canonical import Json, canonical
from tilth.model.digest import Digest, digest_of

MAX_LINE_BYTES = 16 << 20
SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")

csv.field_size_limit(MAX_LINE_BYTES)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `key` names it in its file, `encoded` is its canonical JSON, `line` is where it was read.

    `line` counts lines of text from 1, and rows of a Parquet file from 1.
    """

    key: str
    values: dict[str, Json]
    encoded: bytes
    digest: Digest
    line: int


def read_rows(stream: BinaryIO, path: str, key: str | None) -> Iterator[Row]:
    """Yield the rows of a table file; `path` tells its kind and is named in errors.

    A row's key is its value in the column `key`, or else its digest; without a key column equal rows are one row.
    Values of CSV are text. Raises Invalid, naming file and line: not readable as its kind, no such column, no
    key in a row, a key twice. Cost: O(file); memory: the keys.
    """
    lines: dict[str, int] = {}
    for line, values in _records(stream, path, key):
        encoded = canonical(values)
        digest = digest_of(encoded)
        if key is None:
            name = digest.hex()
            if name in lines:
                continue
        else:
            name = _key_text(values, key, path, line)
            if name in lines:
                _refuse(path, line, f"the key {name!r} is already in line {lines[name]}", "Keys must be unique.")
        lines[name] = line
        yield Row(name, values, encoded, digest, line)


def _records(stream: BinaryIO, path: str, key: str | None) -> Iterator[tuple[int, dict[str, Json]]]:
    lower = path.lower()
    if lower.endswith((".csv", ".tsv")):
        return _delimited(stream, path, "\t" if lower.endswith(".tsv") else ",", key)
    if lower.endswith((".jsonl", ".ndjson")):
        return _json_lines(stream, path)
    if lower.endswith(".parquet"):
        return _parquet(stream, path, key)
    raise Invalid(
        f"{path} is not a table file.",
        help=f"An input with rows reads {', '.join(SUFFIXES)}; narrow its glob, e.g. '/*.csv'.",
        path=path,
    )


def _delimited(stream: BinaryIO, path: str, delimiter: str, key: str | None) -> Iterator[tuple[int, dict[str, Json]]]:
    reader = csv.reader(_decoded(stream, path), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    try:
        for fields in reader:
            if not fields:
                continue
            if header is None:
                header = fields
                _check_header(header, path, reader.line_num, key)
            elif len(fields) != len(header):
                _refuse(
                    path,
                    reader.line_num,
                    f"it has {len(fields)} fields, the header has {len(header)}",
                    "Quote fields that hold the delimiter.",
                )
            else:
                yield reader.line_num, dict(zip(header, fields, strict=True))
    except csv.Error as error:
        _refuse(path, reader.line_num, str(error), "Check the quotes of this line.")
    if header is None:
        _refuse(path, 1, "there is no header line", "The first line must name the columns.")


def _check_header(header: list[str], path: str, line: int, key: str | None) -> None:
    for name in header:
        if header.count(name) > 1:
            _refuse(path, line, f"the column {name!r} is named twice", "Give each column its own name.")
    _check_key(header, path, line, key)


def _check_key(columns: list[str], path: str, line: int, key: str | None) -> None:
    if key is not None and key not in columns:
        _refuse(
            path, line, f"there is no key column {key!r}", f"Columns are {', '.join(columns[:20])}; set `key` to one."
        )


def _decoded(stream: BinaryIO, path: str) -> Iterator[str]:
    """Yield lines of text, so that bad UTF-8 and endless lines are refused by line."""
    for number, line in _lines(stream, path):
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            _refuse(path, number, f"byte {error.start + 1} is not UTF-8", "Save the file as UTF-8.")
        yield text.removeprefix("\ufeff") if number == 1 else text


def _lines(stream: BinaryIO, path: str) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            _refuse(path, number, f"the line is longer than {MAX_LINE_BYTES >> 20} MB", "Is this a table file?")
        yield number, line


def _json_lines(stream: BinaryIO, path: str) -> Iterator[tuple[int, dict[str, Json]]]:
    for number, text in enumerate(_decoded(stream, path), 1):
        if not text.strip():
            continue
        try:
            value = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            _refuse(path, number, f"it is not JSON ({error})", "Each line must be one JSON object.")
        if not isinstance(value, dict):
            _refuse(path, number, "it is not a JSON object", "Each line must be one JSON object.")
        yield number, value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _parquet(stream: BinaryIO, path: str, key: str | None) -> Iterator[tuple[int, dict[str, Json]]]:
    number = 0
    try:
        file = pq.ParquetFile(stream)
        _check_key(file.schema_arrow.names, path, 1, key)
        for batch in file.iter_batches():
            for values in batch.to_pylist():
                number += 1
                yield number, {name: _plain(value) for name, value in values.items()}
    except (pa.ArrowException, OSError) as error:
        _refuse(path, number + 1, f"it is not readable as Parquet ({error})", "Write the file again.")


def _plain(value: Any) -> Json:
    """Return a Parquet value as JSON: times as ISO 8601, bytes as base64, NaN as null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    return str(value) if isinstance(value, decimal.Decimal) else repr(value)


def _key_text(values: dict[str, Json], key: str, path: str, line: int) -> str:
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        _refuse(path, line, f"the key column {key!r} holds {value!r}", "Keys must be text or whole numbers.")
    return str(value)


def _refuse(path: str, line: int, problem: str, help: str) -> NoReturn:
    raise Invalid(f"{path}, line {line}: {problem}.", help=help, path=path, line=line)
