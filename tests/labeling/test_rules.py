"""Rules are pure: history in, verdict with a plain reason out."""

from __future__ import annotations

import pytest

from tilth.labeling.rules import (
    FastRule,
    GoldenRule,
    Rules,
    SkipRule,
    WorkerHistory,
    accuracy_of,
    golden_is_due,
    judge,
    label_confidence,
    majority,
)


def test_too_many_wrong_known_answers_ban_with_the_count_as_reason() -> None:
    rules = Rules(golden=GoldenRule(min_answers=5, max_errors=3))
    assert judge(rules, WorkerHistory(golden_right=1, golden_total=4)) is None
    assert judge(rules, WorkerHistory(golden_right=7, golden_total=10)) is None
    ban = judge(rules, WorkerHistory(golden_right=6, golden_total=10))
    assert ban is not None
    assert ban.reason == "4 of 10 known answers wrong"


def test_accuracy_can_be_asked_of_the_last_answers_only() -> None:
    rules = Rules(golden=GoldenRule(min_answers=2, min_accuracy=0.6, last=4))
    old_sins = WorkerHistory(4, 10, recent_golden=(False, False, True, True, True, True))
    assert judge(rules, old_sins) is None
    ban = judge(rules, WorkerHistory(8, 10, recent_golden=(True, True, False, False, True, False)))
    assert ban is not None
    assert ban.reason == "3 of 4 known answers wrong"


def test_fast_answers_and_skips_ban() -> None:
    rules = Rules(fast=FastRule(2.0, 2, 5), skips=SkipRule(3))
    assert judge(rules, WorkerHistory(recent_seconds=(1, 9, 9, 9, 9, 9))) is None
    fast = judge(rules, WorkerHistory(recent_seconds=(9, 1, 9, 1, 9)))
    assert fast is not None
    assert fast.reason == "2 of the last 5 answers took less than 2 s"
    assert judge(rules, WorkerHistory(skips_in_row=2)) is None
    skips = judge(rules, WorkerHistory(skips_in_row=3))
    assert skips is not None
    assert skips.rule == "skips"


def test_each_block_of_tasks_has_one_known_answer_at_a_place_that_differs() -> None:
    places = set()
    for block in range(40):
        due = [n for n in range(5) if golden_is_due("p", "w", block * 5 + n, 5)]
        assert len(due) == 1
        places.add(due[0])
    assert places == {0, 1, 2, 3, 4}


def test_confidence_follows_the_formula() -> None:
    # Two of three say a, all with q = 0.8, two classes: .8*.8*.2 / (.8*.8*.2 + .2*.2*.8) = 0.8
    label, confidence = label_confidence([("a", 0.8), ("a", 0.8), ("b", 0.8)], 2)
    assert label == "a"
    assert confidence == pytest.approx(0.8)
    # One good worker outweighs two guessing ones.
    assert label_confidence([("a", 0.95), ("b", 0.5), ("b", 0.5)], 2)[0] == "a"
    # Classes that nobody named share what is left.
    assert label_confidence([("a", 0.7)], 4)[1] == pytest.approx(0.7)


def test_accuracy_of_a_stranger_is_a_guess() -> None:
    assert accuracy_of(0, 0) == 0.5
    assert accuracy_of(9, 9) == pytest.approx(0.95)


def test_majority_breaks_ties_by_text() -> None:
    assert majority(["b", "a"]) == ("a", 0.5)
    assert majority(["b", "b", "a"]) == ("b", pytest.approx(2 / 3))
