"""Plain tables: CSV, JSON lines and Parquet with the media in a folder beside."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from tilth.datasets.exports.subject import Media, Options, Subject, Survey, column, plain
from tilth.datasets.exports.zips import Zip

FILE = "file"
"""The column that says where in the archive (or, by reference, in the workspace) an item's media lies."""
_TRIMMED = " \ufeff\u200b\u00a0"  # some spreadsheets take these away before they look
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Place = Callable[[str, Media | None], str | None]


def write_rows(archive: Zip, subject: Subject, options: Options, known: Survey) -> Iterator[bytes]:
    """Write items.csv, items.jsonl or items.parquet, and the media below media/."""

    def place(key: str, shown: Media | None) -> str | None:
        if shown is None:
            return None
        return f"media/{known.names.of(key, shown.suffix)}" if options.media else shown.reference

    if options.format == "csv":
        yield from archive.written(
            "items.csv",
            lambda out: write_csv(out, subject, placed(subject, place), safe=options.spreadsheet_safe),
            compress=True,
        )
    elif options.format == "jsonl":
        yield from archive.written("items.jsonl", lambda out: _write_jsonl(out, placed(subject, place)), compress=True)
    else:
        yield from archive.written("items.parquet", lambda out: _write_parquet(out, subject, place), compress=False)
    if options.media:
        yield from write_media(archive, subject, lambda key, shown: f"media/{known.names.of(key, shown.suffix)}")


def write_media(archive: Zip, subject: Subject, name: Callable[[str, Media], str]) -> Iterator[bytes]:
    """Add every item's media under the name that `name` gives it."""
    for page in subject.pages():
        for key, shown in zip(column(page.table, subject.key), page.media, strict=True):
            if shown is not None:
                yield from archive.stored(name(key, shown), shown.size, shown.read)


def placed(subject: Subject, place: Place) -> Iterator[dict[str, Any]]:
    """Yield the items as plain values, with where their media lies."""
    for page in subject.pages():
        shown = page.media
        for row, media in zip(page.table.to_pylist(), shown, strict=True):
            values = {name: plain(value) for name, value in row.items()}
            values[_free(FILE, subject)] = place(row[subject.key], media)
            yield values


def write_csv(out: IO[bytes], subject: Subject, rows: Iterator[dict[str, Any]], *, safe: bool) -> None:
    """Write rows as CSV (UTF-8, CRLF); with `safe`, text that a spreadsheet would run gets an apostrophe in front."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    columns = [*subject.columns, _free(FILE, subject)]
    writer.writerow([_cell(name, safe=safe) for name in columns])
    for row in rows:
        writer.writerow([_cell(row.get(name), safe=safe) for name in columns])
        if text.tell() > 1 << 18:
            out.write(text.getvalue().encode(errors="replace"))
            text.seek(0)
            text.truncate()
    out.write(text.getvalue().encode(errors="replace"))


def _cell(value: Any, *, safe: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return str(value)
    return f"'{value}" if safe and value.lstrip(_TRIMMED).startswith(_FORMULA) else value


def _write_jsonl(out: IO[bytes], rows: Iterator[dict[str, Any]]) -> None:
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False).encode(errors="replace") + b"\n")


def _write_parquet(out: IO[bytes], subject: Subject, place: Place) -> None:
    writer: pq.ParquetWriter | None = None
    sink = pa.PythonFile(cast(io.IOBase, out), mode="w")
    name = _free(FILE, subject)
    for page in subject.pages():
        files = [place(key, shown) for key, shown in zip(column(page.table, subject.key), page.media, strict=True)]
        table = page.table.append_column(name, pa.array(files, pa.string()))
        if writer is None:
            writer = pq.ParquetWriter(sink, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is None:
        fields = [pa.field(each, pa.string()) for each in (*subject.columns, name)]
        writer = pq.ParquetWriter(sink, pa.schema(fields), compression="zstd")
    writer.close()


def _free(name: str, subject: Subject) -> str:
    while name in subject.columns:
        name += "_"
    return name
