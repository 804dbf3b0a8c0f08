"""Rows of table files are items; broken files are refused by file and line."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth.datums.rows import read_rows
from tilth.errors import Invalid


def rows(data: bytes, path: str = "t.csv", key: str | None = None) -> dict[str, Any]:
    return {row.key: row.values for row in read_rows(io.BytesIO(data), path, key)}


def test_csv_rows_are_keyed_by_a_column() -> None:
    assert rows(b'\xef\xbb\xbfid,text\r\n1,a\n2,"b,\nc"\n\n', key="id") == {
        "1": {"id": "1", "text": "a"},
        "2": {"id": "2", "text": "b,\nc"},
    }


def test_rows_without_a_key_are_named_by_their_digest_and_equal_ones_are_one() -> None:
    found = rows(b"x\n1\n2\n1\n")
    assert [row["x"] for row in found.values()] == ["1", "2"]
    assert all(len(key) == 64 for key in found)


def test_json_lines_and_parquet_hold_the_same_rows() -> None:
    lines = rows(b'{"id": 1, "v": [1.5, null]}\n\n{"id": 2, "v": []}\n', "t.jsonl", "id")
    buffer = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2], "v": [[1.5, None], []]}), buffer)
    assert (
        rows(buffer.getvalue(), "t.parquet", "id")
        == lines
        == {"1": {"id": 1, "v": [1.5, None]}, "2": {"id": 2, "v": []}}
    )


@pytest.mark.parametrize(
    ("data", "path", "line", "word"),
    [
        (b"id,a\n1,2\n1,3\n", "t.csv", 3, "line 2"),
        (b"name,a\n1,2\n", "t.csv", 1, "'id'"),
        (b"id,a\n1\n", "t.csv", 2, "fields"),
        (b"id,a\n,2\n", "t.csv", 2, "''"),
        (b"id,id\n1,2\n", "t.csv", 1, "twice"),
        (b'id,a\n1,"2\n', "t.csv", 2, "end of data"),
        (b"", "t.csv", 1, "header"),
        (b"id\n\xff\n", "t.csv", 2, "UTF-8"),
        (b'{"id": 1}\n{"id": }\n', "t.jsonl", 2, "not JSON"),
        (b'{"id": 1}\n[1]\n', "t.jsonl", 2, "object"),
        (b'{"id": NaN}\n', "t.jsonl", 1, "NaN"),
        (b"[" * 100_000, "t.jsonl", 1, "not JSON"),
        (b'{"id": [1]}\n', "t.jsonl", 1, "key column"),
        (b"PAR1 no", "t.parquet", 1, "Parquet"),
    ],
)
def test_a_broken_file_is_refused_by_file_and_line(data: bytes, path: str, line: int, word: str) -> None:
    with pytest.raises(Invalid) as caught:
        rows(data, path, "id")
    assert caught.value.message.startswith(f"{path}, line {line}:")
    assert word in caught.value.message


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(Invalid, match=r"a\.png is not a table file"):
        rows(b"", "a.png")
