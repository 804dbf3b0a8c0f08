"""View: joined columns, pages, counts; and that nothing but the given tables can be reached."""

from __future__ import annotations

import datetime

import duckdb
import pyarrow as pa
import pytest

from tilth.datasets.parts import build_parts
from tilth.datasets.view import View
from tilth.errors import Invalid

ITEMS = pa.table(
    {
        "key": [f"i{n}" for n in range(10)],
        "size": [float(n) for n in range(9)] + [None],
        "at": [datetime.datetime(2026, 1, n + 1) for n in range(10)],
    }
)
LABELS = pa.table({"key": ["i3", "i1", "i2"], "label": ["cat", "dog", "cat"]})
PREDICTIONS = pa.table({"key": ["i1", "i2", "i9", "strange"], "label": ["dog", "dog", "cat", "cat"]})


@pytest.fixture
def view():
    with View({"items": ITEMS, "labels": LABELS, "predictions": PREDICTIONS}) as opened:
        yield opened


def test_columns_of_all_sources_stand_side_by_side(view: View) -> None:
    assert view.columns == ("key", "size", "at", "labels.label", "predictions.label")
    assert view.count() == 10
    rows = view.table("labels.label is not missing", columns=["labels.label", "predictions.label"]).to_pylist()
    assert rows == [
        {"key": "i1", "labels.label": "dog", "predictions.label": "dog"},
        {"key": "i2", "labels.label": "cat", "predictions.label": "dog"},
        {"key": "i3", "labels.label": "cat", "predictions.label": None},
    ]
    assert view.count("labels.label != predictions.label and predictions.label is not missing") == 2
    assert view.count("at >= '2026-01-08'") == 3


def test_pages_end_where_the_rows_do(view: View) -> None:
    seen, after, pages = [], None, 0
    while True:
        page = view.page("size >= 1", after=after, limit=4)
        seen += page.rows["key"].to_pylist()
        pages += 1
        if page.next is None:
            break
        after = page.next
    assert seen == [f"i{n}" for n in range(1, 9)]
    assert pages == 2
    with pytest.raises(Invalid, match="no column 'colour'"):
        view.page(columns=["colour"])
    with pytest.raises(Invalid, match="0 rows"):
        view.page(limit=0)


def test_the_top_of_a_column(view: View) -> None:
    assert view.top("size", "size < 8", limit=2)["key"].to_pylist() == ["i7", "i6"]
    assert view.top("size", descending=False, limit=2)["size"].to_pylist() == [0.0, 1.0]


def test_histograms_account_for_every_row(view: View) -> None:
    numbers = view.histogram("size", bins=4)
    assert [count for _, _, count in numbers.bins] == [2, 2, 2, 3]
    assert (numbers.bins[0][0], numbers.bins[-1][1], numbers.n, numbers.missing) == (0.0, 8.0, 10, 1)
    words = view.histogram("labels.label", bins=1)
    assert (words.values, words.other, words.missing, words.n) == ((("cat", 2),), 1, 7, 10)
    assert view.histogram("size", "size = 3").bins == ((3.0, 3.0, 1),)
    assert view.histogram("size", "size is missing").missing == 1
    with View({"x": pa.table({"key": ["a", "b", "c"], "v": [float("nan"), float("inf"), 1.0]})}) as odd:
        assert (odd.histogram("v").bins, odd.histogram("v").other) == (((1.0, 1.0, 1),), 2)


def test_confusion_counts_rows_that_have_both(view: View) -> None:
    assert view.confusion("labels.label", "predictions.label").to_pylist() == [
        {"true": "cat", "predicted": "dog", "count": 1},
        {"true": "dog", "predicted": "dog", "count": 1},
    ]


def test_files_of_every_kind_open_as_one_view() -> None:
    files = {
        "items.csv": b"key,headline,n\n007,Ten things,1\n08,Rain,2\n",
        "more.jsonl": b'{"key": "x", "headline": "Sun", "n": 3}\n',
        **build_parts(pa.table({"key": ["007", "x"], "label": ["yes", "no"]}), key="key"),
    }
    sources = {"items": ["items.csv", "more.jsonl"], "labels": ["part.parquet"]}
    with View.open(files.__getitem__, sources) as view:
        assert view.table("n > 1", columns=["labels.label"]).to_pylist() == [
            {"key": "08", "labels.label": None},
            {"key": "x", "labels.label": "no"},
        ]


def test_rows_without_a_key_are_numbered() -> None:
    with View.open({"a.csv": b"headline,label\nTen,1\nTen,0\n"}.__getitem__, {"a": ["a.csv"]}) as view:
        assert view.page(limit=1).next == "000000000000"
        assert view.page(after="000000000000").rows.to_pylist() == [
            {"row": "000000000001", "headline": "Ten", "label": 0}
        ]


def test_what_is_wrong_with_a_table_is_named() -> None:
    with pytest.raises(Invalid, match="'i1' comes twice in 'labels'"):
        View({"items": ITEMS, "labels": pa.table({"key": ["i1", "i1"]})})
    with pytest.raises(Invalid, match="'labels' has no key column 'key'"):
        View({"items": ITEMS, "labels": pa.table({"id": ["i1"]})})
    with pytest.raises(Invalid, match=r"a\.parquet is not readable"):
        View.open(lambda path: b"junk", {"a": ["a.parquet"]})
    with pytest.raises(Invalid, match=r"a\.png is not a table"):
        View.open(lambda path: b"junk", {"a": ["a.png"]})
    with pytest.raises(Invalid, match="no table file"):
        View.open(lambda path: b"", {"a": []})
    with pytest.raises(Invalid, match="do not fit together"):
        View.open(
            {"a.csv": b"key,v\na,1\n", "b.jsonl": b'{"key":"b","v":{"x":1}}'}.__getitem__, {"a": ["a.csv", "b.jsonl"]}
        )


def test_the_database_reaches_no_file_and_no_variable(view: View, tmp_path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    local_table = pa.table({"a": [1]})
    assert local_table is not None
    for sql in (
        f"SELECT * FROM '{secret}'",
        "SELECT * FROM local_table",
        f"ATTACH '{tmp_path}/x.db'",
        "SET threads = 1",
    ):
        with pytest.raises(duckdb.Error):
            view._con.execute(sql)
