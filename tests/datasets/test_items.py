"""The view of a dataset equals what a plain join in Python says, whatever is laid over it in whatever order."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilth.datasets.assembling import (
    Assembly,
    file_items,
    joined_fields,
    joined_labels,
    match_keys,
    row_items,
    text,
)
from tilth.datasets.definition import Fields, Labels, parse_definition
from tilth.datasets.items import MOST_VALUES, ItemView, Slice
from tilth.datasets.model_definition import Predictions
from tilth.datasets.overlays import VALUES, changed_rows
from tilth.datasets.predictions import joined_predictions
from tilth.errors import Invalid

WORDS = st.sampled_from(["cat", "dog", "o'x", 'q"', "é", "", "🐈", "a\nb", "%"])
NAMES = st.sampled_from(["a", "b.png", "c.tar.gz", ".hidden", "d e", "ü'", 'x"y'])
FOLDERS = st.sampled_from(["", "in/", "in/deep/", "o'x/"])
KEYS = st.lists(st.builds(lambda folder, name: folder + name, FOLDERS, NAMES), unique=True, min_size=1, max_size=20)


def python_match(key: str, match: str) -> str:
    if match == "path":
        return key
    name = re.sub(r"(?s)^.*/", "", key)
    return name if match == "name" else re.sub(r"(?s)(.)\.[^.]*$", r"\1", name)


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    keys = draw(KEYS)
    match = draw(st.sampled_from(["path", "name", "stem"]))
    named = draw(st.lists(st.sampled_from([*keys, "stray", "x/stray.png"]), unique=True))
    labels: dict[str, str | None] = {}
    for key in named:
        if python_match(key, match) not in {python_match(other, match) for other in labels}:
            labels[key] = draw(st.none() | WORDS)
    predicted = draw(st.lists(st.sampled_from(keys), unique=True))
    number = st.none() | st.floats(0, 1, width=32)
    predictions = {key: (draw(WORDS), draw(number)) for key in predicted}
    some = st.dictionaries(st.sampled_from([*keys, "gone"]), WORDS | st.sampled_from(["new", "newer"]), max_size=6)
    return {
        "keys": keys,
        "match": match,
        "labels": labels,
        "predictions": predictions,
        "fixes": draw(st.lists(some, max_size=4)),
        "marks": draw(st.lists(some, max_size=3)),
        "rulings": draw(st.lists(some, max_size=3)),
        "order": draw(st.permutations(["fixes", "marks", "rulings"])),
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_the_view_is_the_join_of_its_sources_with_the_acts_laid_over_it(world: dict[str, Any]) -> None:
    keys, labels, predictions = world["keys"], world["labels"], world["predictions"]
    view = ItemView(
        Assembly(
            pa.table({"key": pa.array(keys, pa.string()), "size": list(range(len(keys)))}),
            [
                joined_labels(
                    Labels("labels@main", match=world["match"]),
                    pa.table({"key": pa.array(labels, pa.string()), "label": pa.array(labels.values(), pa.string())}),
                ),
                joined_predictions(
                    Predictions("out@main"),
                    pa.table(
                        {
                            "key": pa.array(predictions, pa.string()),
                            "prediction": pa.array([said for said, _ in predictions.values()], pa.string()),
                            "confidence": pa.array([sure for _, sure in predictions.values()], pa.float64()),
                        }
                    ),
                ),
            ],
        )
    )
    last: dict[str, dict[str, str]] = {"fixes": {}, "marks": {}, "rulings": {}}
    for overlay in world["order"]:
        for step, acts in enumerate(world[overlay]):
            # In two parts that change at different times.
            parts = {f"part-{half}": {k: v for k, v in acts.items() if len(k) % 2 == half} for half in (0, 1)}
            read = {name: pa.Table.from_pylist(_rows(rows), schema=VALUES) for name, rows in parts.items()}
            digests = {name: repr(rows).encode() for name, rows in parts.items()}
            view.lay(overlay, digests, read.__getitem__)
            last[overlay] = acts
            assert step >= 0
    by_match = {python_match(key, world["match"]): label for key, label in labels.items()}
    expected = []
    for place, key in sorted(enumerate(keys), key=lambda each: each[1].encode()):
        given_label = by_match.get(python_match(key, world["match"]))
        act = last["fixes"].get(key, last["rulings"].get(key))
        label = act if act is not None else given_label
        said, sure = predictions.get(key, (None, None))
        by = "fixed" if act is not None else "none" if given_label is None else "given"
        expected.append(
            {
                "key": key,
                "label": label,
                "given_label": given_label,
                "labeled_by": by,
                "mark": last["marks"].get(key),
                "prediction": said,
                "confidence": sure,
                "correct": None if said is None or label is None else said == label,
                "size": place,
            }
        )
    found = view.table(columns=list(expected[0])).to_pylist()
    assert found == expected
    assert view.totals() == (len(keys), sum(row["label"] is not None for row in expected))
    assert sum(view.unmatched.values()) == len(by_match.keys() - {python_match(key, world["match"]) for key in keys})
    for column in ("label", "prediction", "labeled_by", "correct"):
        counted = view.histograms([column], bins=1000)[0]
        wanted: dict[str, int] = {}
        for row in expected:
            if row[column] is not None:
                said = str(row[column]).lower() if column == "correct" else row[column]
                wanted[said] = wanted.get(said, 0) + 1
        assert dict(counted.values) == wanted
        for value, count in wanted.items():
            if column != "correct":
                assert view.count(f"{column} = '{value.replace(chr(39), chr(39) * 2)}'") == count
    cells: dict[tuple[Any, ...], int] = {}
    for row in expected:
        sure = row["confidence"] is None or row["confidence"] >= 0.5
        cell = row["label"], row["prediction"], sure
        cells[cell] = cells.get(cell, 0) + 1
    counted_cells = view.cells("label", "prediction", "confidence", 0.5).to_pylist()
    assert {(row["true"], row["predicted"], row["sure"]): row["count"] for row in counted_cells} == cells
    view.close()


def _rows(acts: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in acts.items()]


@given(st.lists(st.builds(lambda folder, name: folder + name, FOLDERS, NAMES)))
def test_keys_match_by_path_name_and_stem(keys: list[str]) -> None:
    for match in ("path", "name", "stem"):
        found = match_keys(pa.array(keys, pa.string()), match).to_pylist()  # type: ignore[arg-type]
        assert found == [python_match(key, match) for key in keys]


def test_files_tell_their_folder_name_and_class() -> None:
    batch = pa.record_batch(
        {
            "path": ["all/cat/1.png", "all/dog/deep/2.png", "all/3.png", "all/link"],
            "kind": pa.array([0, 0, 0, 1], pa.uint8()),
            "size": [1, 2, 3, 4],
        }
    )
    rows = file_items([batch], "all", from_folder=True).to_pylist()
    assert [(row["key"], row["folder"], row["name"], row["given_label"]) for row in rows] == [
        ("all/cat/1.png", "cat", "1.png", "cat"),
        ("all/dog/deep/2.png", "dog/deep", "2.png", "deep"),
        ("all/3.png", "", "3.png", None),
    ]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([1, None, 3]), ["1", None, "3"]),
        (pa.array([1.0, None, 3.0]), ["1", None, "3"]),
        (pa.array([1.5, float("inf")]), ["1.5", "inf"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
        (pa.array([[1], [2]]), [None, None]),
        (pa.nulls(2), [None, None]),
    ],
)
def test_labels_are_text_whatever_they_were(column: Any, expected: list[str | None]) -> None:
    assert text(pa.chunked_array([column])).to_pylist() == expected


def test_more_labels_than_classes_can_be_are_text_and_can_still_be_fixed() -> None:
    keys = [f"{number:05}" for number in range(MOST_VALUES + 500)]
    definition = parse_definition({"items": {"from": "x@main", "key": "key"}, "labels": {"column": "label"}})
    view = ItemView(row_items(pa.table({"key": keys, "label": [f"about {key}" for key in keys]}), definition))
    fixes = pa.Table.from_pylist(_rows({"00007": "something else"}), schema=VALUES)
    view.lay("fixes", {"part.parquet": b"1"}, lambda name: fixes)
    assert view.page("label = 'something else'").rows["key"].to_pylist() == ["00007"]
    few = ItemView(row_items(pa.table({"key": keys, "label": ["a", "b"] * (len(keys) // 2)}), definition))
    many = pa.Table.from_pylist(_rows({key: f"now {key}" for key in keys}), schema=VALUES)
    few.lay("fixes", {"part.parquet": b"1"}, lambda name: many)
    assert few.page("label = 'now 00007'").rows["key"].to_pylist() == ["00007"]
    few.lay("fixes", {}, lambda name: many)
    assert few.totals() == (len(keys), len(keys))
    assert few.count("labeled_by = 'fixed'") == 0
    assert few.classes == ["a", "b"]


def test_slices_follow_rules_keys_and_fixes() -> None:
    definition = parse_definition({"items": {"from": "x@main", "key": "key"}, "labels": {"column": "label"}})
    view = ItemView(row_items(pa.table({"key": ["a", "b", "c"], "label": ["x", "y", "x"]}), definition))
    view.set_slices([Slice("it's", rule="label = 'x'"), Slice("chosen", keys=("b", "nobody"))])
    assert view.keys("`slice.it's` = true").to_pylist() == ["a", "c"]
    assert view.keys("slice.chosen = true").to_pylist() == ["b"]
    fixes = pa.Table.from_pylist(_rows({"b": "x"}), schema=VALUES)
    view.lay("fixes", {"part.parquet": b"1"}, lambda name: fixes)
    assert view.count("`slice.it's` = true") == 3
    view.set_slices([Slice("chosen", keys=("a",))])
    assert view.keys("slice.chosen = true").to_pylist() == ["a"]
    with pytest.raises(Invalid, match="no column"):
        view.count("`slice.it's` = true")


def test_fields_keep_their_names_or_stand_behind_one() -> None:
    table = pa.table({"id": ["a"], "label": ["given by others"], "width": [3]})
    assert dict(joined_fields(Fields("x@main", key="id"), table, "fields[0]").columns) == {
        "item.label": "label",
        "width": "width",
    }
    named = joined_fields(Fields("x@main", key="id", name="camera", columns=("width",)), table, "fields[0]")
    assert dict(named.columns) == {"camera.width": "width"}
    items = pa.table({"key": ["a"], "width": [1]})
    with pytest.raises(Invalid, match="width"):
        ItemView(Assembly(items, [joined_fields(Fields("x@main", key="id"), table, "fields[0]")]))


def test_a_key_that_comes_twice_is_named_with_its_source() -> None:
    with pytest.raises(Invalid, match="'a'") as caught:
        ItemView(Assembly(pa.table({"key": ["a", "b", "a"]})))
    assert caught.value.facts["field"] == "items.key"
    twice = joined_labels(Labels("l@main", match="name"), pa.table({"key": ["x/a", "y/a"], "label": ["1", "2"]}))
    with pytest.raises(Invalid, match="labels has two rows for 'a'"):
        ItemView(Assembly(pa.table({"key": ["a"]}), [twice]))


def test_loss_is_one_minus_the_probability_of_the_label() -> None:
    items = pa.table({"key": ["a", "b", "c", "d"], "given_label": ["x", "y", "z", None]})
    table = pa.table(
        {
            "key": ["a", "b", "c", "d"],
            "prediction": ["x", "x", "x", "x"],
            "scores": pa.array([{"x": 0.75, "y": 0.25}] * 4),
        }
    )
    place = Predictions("out@main", probabilities="scores")
    view = ItemView(Assembly(items, [joined_predictions(place, table)]))
    assert view.table(columns=["loss"])["loss"].to_pylist() == [0.25, 0.75, None, None]
    assert view.table(columns=["confidence"])["confidence"].to_pylist() == [0.75] * 4


def test_a_slice_in_parts_changes_by_the_parts_that_differ() -> None:
    view = ItemView(Assembly(pa.table({"key": ["a", "b", "c", "d", "e"]})))

    def shown() -> list[str]:
        return view.table("slice.s = true")["key"].to_pylist()

    view.set_slices([Slice("s", parts={b"1": ("a", "b"), b"2": ("c", "nobody")})])
    assert shown() == ["a", "b", "c"]
    view.set_slices([Slice("s", parts={b"1": ("a", "b"), b"3": ("c", "d"), b"4": ()})])
    assert shown() == ["a", "b", "c", "d"]
    view.set_slices([Slice("s", parts={b"5": ("a", "c", "d"), b"6": ("e",)})])
    assert shown() == ["a", "c", "d", "e"]
    view.set_slices([Slice("s", rule="key = 'b'")])
    assert shown() == ["b"]
    view.set_slices([Slice("s", keys=("d",))])
    assert shown() == ["d"]
    view.set_slices([])
    assert "slice.s" not in view.kinds


def test_changed_rows_are_those_that_differ_or_are_on_one_side_only() -> None:
    old = pa.table({"key": ["a", "b", "c", "d"], "label": ["x", None, "y", None], "n": [1, 2, 3, 4]})
    new = pa.table({"key": ["d", "c", "b", "e"], "label": [None, "z", None, "x"], "n": [4, 3, 2, 5]})
    before, after = changed_rows(old, new)
    assert before["key"].to_pylist() == ["a", "c"]
    assert after["key"].to_pylist() == ["c", "e"]
    assert [len(rows) for rows in changed_rows(old, old)] == [0, 0]
    assert changed_rows(old, old.slice(0, 0))[0].equals(old)
