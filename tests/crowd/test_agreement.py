"""Agreement against the worked examples of the papers that define it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.crowd.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from tilth.crowd.answers import Answers
from tilth.errors import Invalid

# Krippendorff 2011, example with four observers, twelve units and missing data: nominal α = .743.
OBSERVERS = ["123321412...", "1233224125.3", ".3332342251.".replace(" ", ""), "12332441251."]


def answers_of(rows: list[str]) -> Answers:
    triples = [
        (str(unit), str(observer), value)
        for observer, row in enumerate(rows)
        for unit, value in enumerate(row.replace(" ", ""))
        if value != "."
    ]
    return Answers.of(*map(list, zip(*triples, strict=True)))


def test_krippendorffs_alpha_of_his_example_with_missing_data() -> None:
    assert krippendorff_alpha(answers_of(OBSERVERS)) == pytest.approx(0.743, abs=5e-4)


def test_krippendorffs_alpha_of_his_binary_example() -> None:
    # Two observers, ten units: α = .095.
    assert krippendorff_alpha(answers_of(["0100000010", "1110010000"])) == pytest.approx(0.095, abs=5e-4)


def test_fleiss_kappa_of_the_published_table() -> None:
    table = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    assert fleiss_kappa(table) == pytest.approx(0.210, abs=5e-4)


@pytest.mark.parametrize(
    ("table", "kappa"),
    [([[20, 5], [10, 15]], 0.4), ([[45, 15], [25, 15]], 0.1304), ([[25, 35], [5, 35]], 0.2593)],
)
def test_cohens_kappa_of_published_tables(table: list[list[int]], kappa: float) -> None:
    pairs = [(i, j) for i in range(2) for j in range(2) for _ in range(table[i][j])]
    assert cohen_kappa([i for i, _ in pairs], [j for _, j in pairs]) == pytest.approx(kappa, abs=5e-5)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=4), min_size=2, max_size=8))
def test_alpha_equals_its_definition_by_pairs(units: list[list[int]]) -> None:
    triples = [(str(u), str(w), str(v)) for u, values in enumerate(units) for w, v in enumerate(values)]
    values = [values for values in units if len(values) > 1]
    everything = [v for some in values for v in some]
    n = len(everything)
    observed = sum(
        sum(a != b for i, a in enumerate(some) for j, b in enumerate(some) if i != j) / (len(some) - 1)
        for some in values
    )
    expected = sum(a != b for i, a in enumerate(everything) for j, b in enumerate(everything) if i != j)
    found = krippendorff_alpha(Answers.of(*map(list, zip(*triples, strict=True))))
    if expected == 0:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(1 - observed / n / (expected / (n * (n - 1))))


def test_perfect_agreement_is_one_and_unequal_tasks_are_refused() -> None:
    assert krippendorff_alpha(answers_of(["0110", "0110"])) == 1
    assert fleiss_kappa(np.array([[3, 0], [0, 3]])) == 1
    with pytest.raises(Invalid, match="Fleiss"):
        fleiss_kappa([[3, 0], [1, 1]])
    with pytest.raises(Invalid, match="got 1 and 2"):
        cohen_kappa([1], [1, 2])
