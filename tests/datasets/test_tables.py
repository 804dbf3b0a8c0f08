"""What cannot be read as a table is refused before it costs the process its memory, its time or its life."""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth.datasets import tables
from tilth.datasets.model_definition import Predictions
from tilth.datasets.nesting import MOST_LEVELS, check_nesting
from tilth.datasets.predictions import joined_predictions
from tilth.datasets.tables import read_table
from tilth.errors import Invalid


@pytest.mark.parametrize("pair", [(b'{"a":', b"}"), (b"[", b"]"), (b'{"a":\n[', b"]}")])
def test_json_nested_too_deep_for_the_stack_is_refused(pair: tuple[bytes, bytes]) -> None:
    for levels in (200, 20_000, 200_000):
        data = b'{"x":"\\\\","y":"[\\"{","z":' + pair[0] * levels + b"1" + pair[1] * levels + b"}\n"
        with pytest.raises(Invalid, match=r"items.jsonl nests JSON deeper"):
            read_table(lambda path: data, ["items.jsonl"])  # noqa: B023 (called at once)


def test_brackets_in_texts_and_many_rows_are_no_nesting() -> None:
    text = '[{"\\' * 5_000
    data = b"".join(json.dumps({"key": str(n), "text": text, "boxes": [[1, 2]] * 200}).encode() + b"\n" for n in "abc")
    assert len(data) < 8 << 20
    assert read_table(lambda path: data, ["a.jsonl"])["text"].to_pylist() == [text] * 3
    check_nesting(b'{"a":"' + b"[" * (5 << 20) + b'"}', "a text longer than a block")
    check_nesting(b"[" * MOST_LEVELS + b"]" * MOST_LEVELS, "as deep as may be")
    with pytest.raises(Invalid):
        check_nesting(b'"' + b"x" * (5 << 20) + b'"' + b"[" * (MOST_LEVELS + 1), "deep behind a block")


def test_probabilities_nested_too_deep_are_refused() -> None:
    deep = '{"a":' * 20_000 + "1" + "}" * 20_000
    table = pa.table({"key": ["a"], "prediction": ["x"], "probabilities": [deep]})
    with pytest.raises(Invalid, match="nests JSON deeper"):
        joined_predictions(Predictions(source="p"), table)


def test_a_small_file_of_gigabytes_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "FREE_BYTES", 1 << 20)
    monkeypatch.setattr(tables, "MOST_RATIO", 100)
    rows = 200_000
    wide = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["y" * 2000]))
    sink = io.BytesIO()
    pq.write_table(pa.table({"x": wide}), sink, compression="zstd", store_schema=False)
    before = pa.total_allocated_bytes()
    with pytest.raises(Invalid, match=r"a.parquet has \d+,\d+ bytes, and more than"):
        read_table(lambda path: sink.getvalue(), ["a.parquet"])
    assert pa.total_allocated_bytes() - before < 50 << 20


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet"])
def test_a_table_of_a_hundred_thousand_columns_is_refused(name: str) -> None:
    names = [f"c{number}" for number in range(tables.MOST_COLUMNS + 1)]
    if name.endswith("sv"):
        data = ("\t" if name == "a.tsv" else ",").join(names).encode() + b"\n"
    elif name == "a.jsonl":
        data = json.dumps(dict.fromkeys(names, 1)).encode() + b"\n"
    else:
        sink = io.BytesIO()
        pq.write_table(pa.table({column: [1] for column in names}), sink)
        data = sink.getvalue()
    with pytest.raises(Invalid, match=r"has 5,001 columns; up to 5,000 are read"):
        read_table(lambda path: data, [name])


def test_columns_of_one_name_are_told_apart_at_once() -> None:
    data = b",".join([b"c"] * tables.MOST_COLUMNS) + b"\n"
    names = read_table(lambda path: data, ["a.csv"]).schema.names
    assert names[:2] == ["c", "c (2)"]
    assert len({name.lower() for name in names}) == tables.MOST_COLUMNS


def test_a_parquet_file_whose_column_names_are_no_text_is_refused() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"key": ["a"], "zzzz": [1]}), sink, store_schema=False)
    with pytest.raises(Invalid, match=r"a.parquet is not readable"):
        read_table(lambda path: sink.getvalue().replace(b"zzzz", b"\xff\xfe\xff\xfe"), ["a.parquet"], key="key")
