"""Contrast: what is over-represented, against Fisher's test by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import fisher_exact

from tilth.curation.contrast import MOST_LIFT, Counted, over_represented


def test_shares_lift_and_p_are_those_of_fishers_test() -> None:
    counted = [Counted("camera", "left", 18, 40), Counted("camera", "right", 2, 60)]
    (over,) = over_represented(counted, 20, 100)
    assert (over.column, over.value) == ("camera", "left")
    assert over.inside.value == pytest.approx(18 / 20)
    assert over.outside.value == pytest.approx(22 / 80)
    assert over.lift == pytest.approx((18 / 20) / (22 / 80))
    assert over.p == pytest.approx(2 * fisher_exact([[18, 2], [22, 58]], alternative="greater").pvalue)


def test_what_the_rest_lacks_is_told_with_a_finite_lift() -> None:
    (over,) = over_represented([Counted("a", "b", 30, 30)], 40, 1000)
    assert over.lift == MOST_LIFT


def test_chance_is_not_told() -> None:
    rng = np.random.default_rng(0)
    told = 0
    for _ in range(40):
        values = rng.integers(0, 20, 2000)
        inside = rng.permutation(2000) < 150
        counted = [
            Counted("v", str(v), int((inside & (values == v)).sum()), int((values == v).sum())) for v in range(20)
        ]
        told += len(over_represented(counted, 150, 2000))
    assert told <= 6, "five in a hundred runs may tell something"


def test_no_selection_and_no_rest_tell_nothing() -> None:
    assert over_represented([Counted("a", "b", 0, 5)], 0, 10) == []
    assert over_represented([Counted("a", "b", 10, 10)], 10, 10) == []
    assert over_represented([], 3, 10) == []
