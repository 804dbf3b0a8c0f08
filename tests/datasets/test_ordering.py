"""Pages far inside an order are the rows that sorting everything gives."""

from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tilth.datasets.ordering import FAR
from tilth.datasets.view import View
from tilth.errors import Invalid

ROWS = 24_000
START = datetime.datetime(2026, 1, 1)


def _table() -> pa.Table:
    rng = np.random.default_rng(4)
    number = rng.normal(size=ROWS).round(3).tolist()
    for place in range(0, ROWS, 7):
        number[place] = None
    for place, odd in ((3, math.nan), (5, math.inf), (8, -math.inf), (10, math.nan)):
        number[place] = odd
    return pa.table(
        {
            "key": [f"k{place:06}" for place in range(ROWS)],
            "number": pa.array(number, pa.float64()),
            "count": rng.integers(0, 40, ROWS),
            "text": [f"about w{value}, é" if value % 9 else None for value in rng.integers(0, 9000, ROWS).tolist()],
            "few": rng.choice(np.array(["a", "b", "c"]), ROWS),
            "same": pa.repeat("x", ROWS),
            "flag": rng.random(ROWS) < 0.3,
            "at": [START + datetime.timedelta(seconds=int(value)) for value in rng.integers(0, 10**6, ROWS)],
            "gone": pa.nulls(ROWS, pa.float64()),
        }
    )


TABLE = _table()


@pytest.fixture(scope="module")
def view() -> View:
    return View({"items": TABLE})


def _sorted(column: str, *, descending: bool, rows: list[dict[str, Any]]) -> list[str]:
    """Sort as plain Python does: missing last, NaN above all numbers, equal ones by key."""

    def rank(value: Any) -> tuple[bool, Any]:
        return (isinstance(value, float) and math.isnan(value), 0.0 if value != value else value)

    known = [row for row in rows if row[column] is not None]
    known.sort(key=lambda row: rank(row[column]), reverse=descending)  # keeps equal ones in their order
    return [row["key"] for row in [*known, *(row for row in rows if row[column] is None)]]


@pytest.mark.parametrize("column", [name for name in TABLE.schema.names])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("where", ["", "count < 30"])
def test_a_page_far_inside_is_that_of_the_whole_order(view: View, column: str, descending: bool, where: str) -> None:
    rows = [row for row in TABLE.to_pylist() if not where or row["count"] < 30]
    wanted = _sorted(column, descending=descending, rows=rows)
    for skip in (FAR, len(rows) // 2, len(rows) - 5_000, len(rows) - 20, len(rows), len(rows) + FAR):
        page = view.page_by(column, where, descending=descending, columns=["key"], skip=skip, limit=50)
        assert page.rows["key"].to_pylist() == wanted[skip : skip + 50]
        assert (page.next is None) == (skip + 50 >= len(rows))


def test_pages_go_on_behind_a_jump(view: View) -> None:
    wanted = _sorted("number", descending=True, rows=TABLE.to_pylist())
    page = view.page_by("number", descending=True, skip=12_000, limit=100)
    again = view.page_by("number", descending=True, after=page.next, limit=100)
    assert again.rows["key"].to_pylist() == wanted[12_100:12_200]
    far = view.page_by("number", descending=True, after=page.next, skip=FAR, limit=100)
    assert far.rows["key"].to_pylist() == wanted[12_100 + FAR : 12_200 + FAR]


def test_a_place_in_another_order_is_refused(view: View) -> None:
    page = view.page_by("text", limit=5)
    with pytest.raises(Invalid):
        view.page_by("number", after=page.next)
