"""Labels that change below people's acts: a view they are brought into equals one that was made of them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilth.datasets.assembling import CERTAINTY, GIVEN, RULED, Assembly, joined_labels
from tilth.datasets.definition import Labels
from tilth.datasets.items import ItemView, Slice
from tilth.datasets.overlays import VALUES

KEYS = [f"item {number}" for number in range(8)]
STRANGERS = ["nobody", "no one"]
WORDS = st.sampled_from(["cat", "dog", "o'x", "🐈", "new", "newer"])
ACTS = st.dictionaries(st.sampled_from([*KEYS, "gone"]), WORDS, max_size=4)
ROWS = st.tuples(st.none() | WORDS, st.none() | st.floats(0, 1, width=32), st.none() | st.booleans())
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["fixes", "rulings", "marks"]), ACTS),
        st.tuples(st.just("labels"), st.dictionaries(st.sampled_from([*KEYS, *STRANGERS]), ROWS, max_size=6)),
    ),
    min_size=1,
    max_size=6,
)


def table(rows: dict[str, Any], label: str = "label", sure: str = "confidence", ruled: str = "expert") -> pa.Table:
    kinds = {label: pa.string(), sure: pa.float64(), ruled: pa.bool_()}
    columns = {
        name: pa.array([row[at] for row in rows.values()], kind) for at, (name, kind) in enumerate(kinds.items())
    }
    return pa.table({"key": pa.array(list(rows), pa.string()), **columns})


def made(labels: dict[str, Any]) -> ItemView:
    given = Labels("ask@main:labels", pipeline="ask")
    return ItemView(Assembly(pa.table({"key": KEYS}), [joined_labels(given, table(labels))], people=True))


def lay(view: ItemView, overlay: str, acts: dict[str, str]) -> None:
    rows = pa.Table.from_pylist([{"key": key, "value": value} for key, value in acts.items()], schema=VALUES)
    view.lay(overlay, {"part": repr(acts).encode()}, lambda name: rows)


def shown(view: ItemView) -> list[Any]:
    columns = [name for name in view.columns if name not in ("labeled_by",)]
    rows = view.page(columns=[*columns, "labeled_by"]).rows.to_pylist()
    return [rows, view.totals(), view.unmatched, view.values("label"), view.count("slice.cats = true")]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=st.dictionaries(st.sampled_from([*KEYS, *STRANGERS]), ROWS, max_size=6), steps=STEPS)
def test_labels_brought_below_acts_are_as_if_the_view_had_been_made_of_them(first: Any, steps: Any) -> None:
    cats = [Slice("cats", rule="label = 'cat'")]
    view, labels = made(first), dict(first)
    view.set_slices(cats)
    acts: dict[str, dict[str, str]] = {"fixes": {}, "rulings": {}, "marks": {}}
    for what, told in steps:
        if what != "labels":
            acts[what] = told
            lay(view, what, told)
            continue
        gone = {key: row for key, row in labels.items() if told.get(key) != row}
        fresh = {key: row for key, row in told.items() if labels.get(key) != row}
        new = table(fresh, GIVEN, CERTAINTY, RULED)
        lost = [key for key in gone if key not in told]
        before = shown(view)
        if {*lost, *fresh} <= set(KEYS):
            assert view.relabel_items(lost, new)
        else:
            assert not view.relabel_items(lost, new)
            assert shown(view) == before, "nothing of it"
            view.relabel(table(gone, GIVEN, CERTAINTY, RULED), new)
        labels = told
    with view, made(labels) as twin:
        twin.set_slices(cats)
        for overlay, laid in acts.items():
            lay(twin, overlay, laid)
        assert shown(view) == shown(twin)
