"""Comparing two models: against brute force, and against published numbers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from tilth.curation.alignment import NONE, align, coded, shared
from tilth.curation.compare import Pair, compare, group, paired_shares, worst_first

NAMES = ("a", "b", "c")
codes = st.lists(st.tuples(*[st.integers(-1, 2)] * 3), min_size=1, max_size=60)


def _pair(rows: list[tuple[int, int, int]]) -> Pair:
    label, first, second = (np.array(column, np.int32) for column in zip(*rows, strict=True))
    return Pair(NAMES, label, label, first, second)


@settings(max_examples=60, deadline=None)
@given(codes)
def test_counts_are_those_of_a_loop_over_the_items(rows: list[tuple[int, int, int]]) -> None:
    judged = [row for row in rows if NONE not in row]
    found = compare(_pair(rows), resamples=50)
    assert found.n == len(judged)
    assert found.fixed == sum(first != label and second == label for label, first, second in judged)
    assert found.broken == sum(first == label and second != label for label, first, second in judged)
    assert found.still_wrong == sum(first != label and second != label for label, first, second in judged)
    for one in found.classes:
        of = [row for row in judged if NAMES[row[0]] == one.name]
        assert one.n == len(of) > 0
        assert one.change.second.value == pytest.approx(sum(row[2] == row[0] for row in of) / len(of))
    if judged:
        assert found.accuracy.difference.value == pytest.approx((found.fixed - found.broken) / found.n)
        assert found.macro_f1 is not None
        label, first, second = zip(*judged, strict=True)
        for said, value in ((first, found.macro_f1.first), (second, found.macro_f1.second)):
            assert value.value == pytest.approx(f1_score(label, said, average="macro", zero_division=0))


@settings(max_examples=40, deadline=None)
@given(codes, st.randoms())
def test_worst_first_is_a_stable_sort_by_the_confidence_of_whom_is_wrong(
    rows: list[tuple[int, int, int]], random: object
) -> None:
    pair = _pair(rows)
    sure = np.random.default_rng(len(rows)).random((2, len(rows)))
    wrong = [i for i, row in enumerate(rows) if NONE not in row and row[1] == row[0] != row[2]]
    assert worst_first(pair, "broken", (sure[0], sure[1])).tolist() == sorted(wrong, key=lambda i: -sure[1][i])


def test_the_interval_of_paired_shares_is_that_of_the_published_example() -> None:
    # Agresti (2002), Categorical Data Analysis, 10.1: approval of the prime minister in two surveys of 1,600 people.
    # The difference is -0.04 with the 95 % interval (-0.06, -0.02).
    found = paired_shares(794, 150, 86, 570, rng=np.random.default_rng(0), resamples=20_000)
    assert found.value == pytest.approx(-0.04)
    assert found.low == pytest.approx(-0.059, abs=0.002)
    assert found.high == pytest.approx(-0.021, abs=0.002)
    assert found.verdict == "worse"


def test_few_items_that_differ_are_within_noise_as_an_exact_test_says() -> None:
    # McNemar's exact test: 4 of 4 one way has p = 0.125, 8 of 8 has p = 0.008.
    rng = np.random.default_rng(0)
    assert paired_shares(96, 0, 4, 0, rng=rng).verdict == "within noise"
    assert paired_shares(92, 0, 8, 0, rng=rng).verdict == "better"
    nothing = paired_shares(0, 0, 0, 0, rng=rng)
    assert nothing.n == 0
    assert np.isnan(nothing.value)
    assert nothing.verdict == "within noise"


def test_a_paired_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    shares = np.array([0.80, 0.05, 0.08, 0.07])
    held = 0
    for _ in range(300):
        cells = rng.multinomial(150, shares)
        found = paired_shares(*(int(cell) for cell in cells), rng=rng, resamples=400)
        held += found.low <= 0.03 <= found.high
    assert 0.91 <= held / 300 <= 0.99


def test_two_label_versions_judge_each_model_by_its_own() -> None:
    first, second = np.array([0, 1, 1], np.int32), np.array([0, 0, 1], np.int32)
    said = np.array([0, 0, 1], np.int32)
    found = compare(Pair(NAMES, first, second, said, said))
    assert (found.fixed, found.broken, found.macro_f1) == (1, 0, None)


def test_a_group_is_a_comparison_of_its_items() -> None:
    rows = [(0, 0, 1), (1, 0, 1), (2, 2, 2), (0, 1, 0)]
    pair = _pair(rows)
    among = np.array([True, True, False, False])
    one, whole = group("some", pair, among), compare(pair, among)
    assert (one.n, one.fixed, one.broken) == (whole.n, whole.fixed, whole.broken) == (2, 1, 1)


def test_predictions_are_laid_beside_the_items() -> None:
    table = pa.table(
        {"key": ["b", "z", "a", "b"], "prediction": ["x", "x", "y", "y"], "confidence": [0.5, 1, None, 0.1]}
    )
    found = align(pa.array(["a", "b", "c"]), table)
    assert [found.predicted.names[code] if code != NONE else None for code in found.predicted.codes] == ["y", "x", None]
    assert np.isnan(found.confidence[[0, 2]]).all()
    names, (left, right) = shared([coded(pa.array(["q", None])), found.predicted])
    assert names == ("q", "x", "y")
    assert left.tolist() == [0, NONE]
    assert right.tolist() == [2, 1, NONE]
