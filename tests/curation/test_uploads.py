"""Uploaded predictions: what is guessed of their columns, and what the join report finds."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tilth.curation.uploads import Mapping, guess, report
from tilth.errors import Invalid

KEYS = pa.array(["img/1.png", "img/2.png", "img/3.png", "img/4.png"])
LABELS = pa.array(["cat", "dog", "cat", None])
CLASSES = ("cat", "dog")


def test_columns_are_guessed_by_what_is_in_them() -> None:
    table = pa.table({"n": [1, 2, 3], "what": ["cat", "dog", "cat"], "score": [97.0, 50.0, 60.0]})
    assert guess(table, KEYS, CLASSES) == Mapping("n", "what", "score", (), "stem", 100.0)
    table = pa.table({"file": ["1.png", "2.png"], "p_cat": [0.2, 0.6], "p_dog": [0.8, 0.4]})
    assert guess(table, KEYS, CLASSES) == Mapping("file", "", "", (("cat", "p_cat"), ("dog", "p_dog")), "name")
    table = pa.table({"path": ["img/1.png"], "label": ["new class"], "id": ["7"]})
    assert guess(table, KEYS, CLASSES) == Mapping("path", "label")


def test_the_report_counts_everything_that_is_wrong_and_keeps_the_rest() -> None:
    table = pa.table(
        {
            "key": ["1", "2", "2", "3", "3", "9", None, "4"],
            "said": ["cat", "cat", "dog", "bird", "bird", "cat", "cat", "dog"],
            "sure": [0.9, 0.5, 0.5, 0.7, 0.7, 0.1, 0.1, 1.5],
        }
    )
    found, kept = report(table, Mapping("key", "said", "sure", (), "stem"), KEYS, LABELS)
    assert (found.rows, found.items, found.labeled, found.matched, found.judged) == (8, 4, 3, 2, 2)
    assert (found.accuracy.value, found.accuracy.n) == (0.5, 2)
    assert (found.unmatched_rows.count, found.unmatched_rows.examples) == (1, ("9",))
    assert found.unmatched_items.examples == ("img/2.png", "img/4.png")
    assert (found.contradictory.count, found.contradictory.examples) == (2, ("2",))
    assert (found.missing, found.repeated, found.bad_rows) == (1, 1, 4)
    assert found.out_of_range.examples == ("1.5",)
    assert found.unknown_classes == (("bird", 1),)
    assert kept.to_pylist() == [
        {"key": "9", "prediction": "cat", "confidence": 0.1},
        {"key": "img/1.png", "prediction": "cat", "confidence": 0.9},
        {"key": "img/3.png", "prediction": "bird", "confidence": 0.7},
    ]


def test_probabilities_say_prediction_and_confidence() -> None:
    table = pa.table({"key": ["img/1.png", "img/2.png"], "a": [0.3, None], "b": [0.7, None]})
    _, kept = report(table, Mapping("key", probabilities=(("cat", "a"), ("dog", "b"))), KEYS, LABELS)
    assert kept.to_pylist() == [
        {"key": "img/1.png", "prediction": "dog", "confidence": 0.7, "p.cat": 0.3, "p.dog": 0.7}
    ]


def test_a_column_that_is_not_there_or_not_chosen_is_named() -> None:
    table = pa.table({"key": ["1"], "x": ["cat"]})
    for mapping in (Mapping("key", "y"), Mapping("", "x"), Mapping("key", ""), Mapping("key", "x", "x")):
        with pytest.raises(Invalid):
            report(table, mapping, KEYS, LABELS)


def test_numbers_are_keys_and_classes_as_they_are_written() -> None:
    table = pa.table({"key": [1, 2], "digit": [3.0, 4.0]})
    _, kept = report(table, Mapping("key", "digit", "", (), "stem"), KEYS, pa.array(["3", "3", None, None]))
    assert [row["prediction"] for row in kept.to_pylist()] == ["3", "4"]
    assert np.isnan(report(table.slice(0, 0), Mapping("key", "digit"), KEYS, LABELS)[0].accuracy.value)
