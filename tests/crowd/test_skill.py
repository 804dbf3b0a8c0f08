"""Intervals and skill on golden tasks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, binomtest

from tilth.crowd.answers import Answers
from tilth.crowd.interval import beta_bounds, wilson
from tilth.crowd.skill import skills_on_golden
from tilth.errors import Invalid


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (3, 10), (10, 10), (81, 263), (1, 1)])
def test_wilsons_interval_equals_scipys(hits: int, n: int) -> None:
    expected = binomtest(hits, n).proportion_ci(method="wilson")
    found = wilson(hits, n)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert str(wilson(3, 10)) == "0.300 (0.108–0.603, n=10)"


def test_nothing_counted_is_no_knowledge() -> None:
    nothing = wilson(0, 0)
    assert (nothing.low, nothing.high, nothing.n) == (0, 1, 0)
    assert np.isnan(nothing.value)
    with pytest.raises(Invalid, match="11 of 10"):
        wilson(11, 10)


def test_the_beta_interval_is_the_posteriors() -> None:
    low, high = beta_bounds([4], [10])
    assert (low[0], high[0]) == pytest.approx(beta(4.5, 6.5).interval(0.95))


@pytest.mark.parametrize("interval", ["wilson", "beta"])
def test_skill_counts_golden_tasks_only(interval: str) -> None:
    answers = Answers.of(
        ["g1", "g2", "t1", "g1", "t1"], ["ann", "ann", "ann", "bob", "eve"], ["yes", "no", "no", "no", "yes"]
    )
    found = skills_on_golden(answers, {"g1": "yes", "g2": "yes"}, interval=interval).to_arrow().to_pylist()
    assert [(row["worker"], row["right"], row["total"]) for row in found] == [
        ("ann", 1, 2),
        ("bob", 0, 1),
        ("eve", 0, 0),
    ]
    assert [row["mean"] for row in found] == [0.5, 1 / 3, 0.5]
    assert all(row["low"] <= row["mean"] <= row["high"] for row in found)
