"""Model tests: what they ask, and when they pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score

from tilth.curation.compare import Pair
from tilth.curation.model_tests import judge, parse_test
from tilth.errors import Invalid

ALL = np.ones(200, bool)


def _pair(seed: int = 0) -> Pair:
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 2, 200).astype(np.int32)

    def model(right: float) -> Any:
        return np.where(rng.random(200) < right, label, 1 - label).astype(np.int32)

    return Pair(("cat", "dog"), label, label, model(0.7), model(0.9))


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"at_least": 0.9, "not_worse_than": "production"},
        {"metric": "recall", "at_least": 0.9},
        {"metric": "accuracy", "class": "cat", "at_least": 0.9},
        {"metric": "speed", "at_least": 0.9},
        {"at_least": 90},
        {"at_least": True},
        {"at_least": 0.9, "min_n": 0},
        {"at_least": 0.9, "reqired": True},
    ],
)
def test_a_test_that_makes_no_sense_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        parse_test(told)


def test_a_test_is_read_back_as_it_was_written() -> None:
    for told in ({"at_least": 0.5}, {"metric": "recall", "class": "cat", "not_worse_than": "production", "by": 0.02}):
        test = parse_test(told)
        assert parse_test(test.to_json()) == test


def test_the_value_is_that_of_the_metric_on_the_chosen_items() -> None:
    pair = _pair()
    chosen = np.arange(200) < 120
    label, said = pair.second_label[chosen], pair.second[chosen]
    recall = judge(parse_test({"metric": "recall", "class": "dog", "at_least": 0.5}), pair, chosen, has_baseline=False)
    assert recall.value.value == pytest.approx(recall_score(label, said))
    told = {"metric": "precision", "class": "dog", "at_least": 0.5}
    precision = judge(parse_test(told), pair, chosen, has_baseline=False)
    assert precision.value.value == pytest.approx(precision_score(label, said))
    assert (recall.state, recall.clear) == ("pass", True)


def test_a_threshold_decides_by_the_value_and_says_whether_the_interval_agrees() -> None:
    pair = _pair()
    value = judge(parse_test({"at_least": 0.1}), pair, ALL, has_baseline=False).value.value
    near = judge(parse_test({"at_least": value + 0.001}), pair, ALL, has_baseline=False)
    assert (near.state, near.clear) == ("fail", False)
    far = judge(parse_test({"at_least": 0.999}), pair, ALL, has_baseline=False)
    assert (far.state, far.clear) == ("fail", True)


def test_too_few_items_pass_nothing() -> None:
    few = judge(parse_test({"at_least": 0.1, "min_n": 50}), _pair(), np.arange(200) < 49, has_baseline=False)
    assert few.state == "too_few"
    unknown = parse_test({"metric": "recall", "class": "newt", "at_least": 0.1})
    assert judge(unknown, _pair(), ALL, has_baseline=False).state == "too_few"


@pytest.mark.parametrize("metric", ["accuracy", "recall", "precision", "macro_f1"])
def test_not_worse_than_compares_on_the_same_items(metric: str) -> None:
    told = {"metric": metric, "not_worse_than": "production", "by": 0.01}
    if metric in ("recall", "precision"):
        told["class"] = "dog"
    test, pair = parse_test(told), _pair()
    assert judge(test, pair, ALL, has_baseline=False).state == "no_baseline"
    better = judge(test, pair, ALL, has_baseline=True)
    assert (better.state, better.clear) == ("pass", True)
    worse = judge(
        test, Pair(pair.names, pair.first_label, pair.second_label, pair.second, pair.first), ALL, has_baseline=True
    )
    assert (worse.state, worse.clear) == ("fail", True)
    assert better.difference is not None
    assert worse.difference is not None
    assert worse.difference.value == pytest.approx(-better.difference.value)


def test_what_cannot_be_compared_neither_passes_nor_fails() -> None:
    label = np.repeat(np.array([0, 1], np.int32), 100)
    never, sometimes = np.zeros(200, np.int32), label.copy()
    pair = Pair(("cat", "dog"), label, label, never, sometimes)
    test = parse_test({"metric": "precision", "class": "dog", "not_worse_than": "production"})
    found = judge(test, pair, ALL, has_baseline=True)
    assert found.state == "too_few", "the first never says dog, so there is no precision to fall behind"
