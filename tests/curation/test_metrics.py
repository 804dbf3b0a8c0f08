"""Metrics against scikit-learn, and intervals against brute force and limits."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_recall_fscore_support

from tilth.curation.confusions import worst_confusions, worst_pairs
from tilth.curation.intervals import bootstrap, paired_bootstrap
from tilth.curation.metrics import MOST_CLASSES, ConfusionMatrix, confusion_matrix, score
from tilth.errors import Invalid


@pytest.fixture
def labels() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 4, 500)
    return truth, np.where(rng.random(500) < 0.8, truth, rng.integers(0, 4, 500))


def test_every_metric_equals_scikit_learns(labels) -> None:
    truth, predicted = labels
    found = score(confusion_matrix(truth, predicted))
    precision, recall, f1, support = precision_recall_fscore_support(truth, predicted)
    assert [c.precision.value for c in found.classes] == pytest.approx(precision)
    assert [c.recall.value for c in found.classes] == pytest.approx(recall)
    assert [c.f1.value for c in found.classes] == pytest.approx(f1)
    assert [c.support for c in found.classes] == support.tolist()
    assert found.macro_f1.value == pytest.approx(f1.mean())
    assert found.accuracy.value == pytest.approx((truth == predicted).mean())
    for interval in (found.accuracy, found.macro_f1, found.macro_recall, found.of("2").f1):
        assert interval.low < interval.value < interval.high
    assert (found.n, found.accuracy.n) == (500, 500)
    with pytest.raises(Invalid, match="no class '9'"):
        found.of("9")


def test_a_class_never_predicted_scores_zero_and_one_that_never_occurs_is_left_out() -> None:
    found = score(confusion_matrix(["a", "a", "b"], ["a", "a", "a"], labels=["a", "b", "c"]))
    assert found.macro_f1.value == pytest.approx(f1_score(["a", "a", "b"], ["a", "a", "a"], average="macro"))
    assert found.of("c").support == 0


def test_no_items_give_no_numbers_but_no_error() -> None:
    found = score(confusion_matrix([], [], labels=["a", "b"]))
    assert found.n == 0
    assert np.isnan(found.accuracy.value)
    assert (found.macro_f1.low, found.macro_f1.high) == (0, 1)


def test_strange_labels_are_named() -> None:
    with pytest.raises(Invalid, match="'c' is not one"):
        confusion_matrix(["a"], ["c"], labels=["a", "b"])
    with pytest.raises(Invalid, match=r"\[1, 2\]"):
        confusion_matrix(["a"], ["a", "b"])
    with pytest.raises(Invalid, match="missing"):
        confusion_matrix(["a"], [None])
    with pytest.raises(Invalid, match="shape"):
        ConfusionMatrix(("a",), np.zeros((2, 2), np.int64))


def test_the_bootstrap_equals_resampling_of_items(labels) -> None:
    truth, predicted = labels
    rng = np.random.default_rng(0)
    draws = [(truth == predicted)[rng.integers(0, 500, 500)].mean() for _ in range(4000)]
    found = bootstrap(truth, [predicted], resamples=4000)
    assert found.value == pytest.approx((truth == predicted).mean())
    assert (found.low, found.high) == pytest.approx(np.quantile(draws, [0.025, 0.975]), abs=0.006)
    macro = bootstrap(truth, [predicted], metric="macro_f1")
    assert macro.value == pytest.approx(f1_score(truth, predicted, average="macro"))


def test_a_real_gain_is_told_from_noise() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 2, 1000)
    weak = [np.where(rng.random(1000) < 0.8, truth, 1 - truth) for _ in range(3)]
    same = [np.where(rng.random(1000) < 0.8, truth, 1 - truth) for _ in range(3)]
    strong = [np.where(rng.random(1000) < 0.9, truth, 1 - truth) for _ in range(3)]
    assert paired_bootstrap(truth, weak, strong).verdict == "better"
    assert paired_bootstrap(truth, strong, weak).verdict == "worse"
    noise = paired_bootstrap(truth, weak, same)
    assert noise.verdict == "within noise"
    assert (noise.n, noise.seeds) == (1000, 3)
    assert "within noise" in str(noise)


def test_pairing_on_items_is_sharper_than_two_separate_intervals() -> None:
    truth = np.arange(400) % 2
    first = np.where(np.arange(400) % 4 == 3, 1 - truth, truth)
    second = np.where(np.arange(400) % 4 == 3, np.where(np.arange(400) % 40 == 3, truth, first), truth)
    found = paired_bootstrap(truth, [first], [second])
    assert found.value == pytest.approx(0.025)
    assert found.verdict == "better"
    alone = [bootstrap(truth, [some]) for some in (first, second)]
    assert alone[0].high > alone[1].low


def test_equal_seeds_give_equal_intervals_and_bad_calls_are_refused(labels) -> None:
    truth, predicted = labels
    assert bootstrap(truth, [predicted], seed=5) == bootstrap(truth, [predicted], seed=5)
    assert paired_bootstrap(truth, [predicted], [predicted]).value == 0
    with pytest.raises(Invalid, match="got 1 and 0"):
        paired_bootstrap(truth, [predicted], [])
    with pytest.raises(Invalid, match="no metric 'auc'"):
        bootstrap(truth, [predicted], metric="auc")
    with pytest.raises(Invalid, match="no predictions"):
        bootstrap([], [[]])


def test_the_worst_confusions_come_first_with_their_counts() -> None:
    matrix = ConfusionMatrix(("3", "8", "9"), np.array([[50, 9, 0], [4, 40, 6], [1, 6, 30]]))
    assert [(c.true, c.predicted, c.count) for c in worst_confusions(matrix, limit=2)] == [("3", "8", 9), ("8", "9", 6)]
    assert worst_confusions(matrix)[0].rate.n == 59
    assert len(worst_confusions(matrix)) == 5
    worst = worst_pairs(matrix)[0]
    assert (worst.first, worst.second, worst.count, worst.forward, worst.backward) == ("3", "8", 13, 9, 4)
    assert worst.rate.n == 109
    assert worst_pairs(ConfusionMatrix(("a",), np.array([[3]]))) == ()


def test_a_matrix_from_counted_pairs_equals_one_from_items() -> None:
    cells = ConfusionMatrix.of_cells(["a", "b", "a"], ["a", "a", "c"], [2, 1, 1])
    items = confusion_matrix(["a", "a", "b", "a"], ["a", "a", "a", "c"])
    assert cells.labels == items.labels
    assert (cells.counts == items.counts).all()
    assert (cells + items).n == 8


def test_many_classes_cost_what_occurs_and_texts_are_no_classes() -> None:
    names = [f"c{number:04}" for number in range(MOST_CLASSES)]
    said = [*names[1:], names[0]]
    scores = score(ConfusionMatrix.of_cells([*names, *names], [*names, *said], [3] * MOST_CLASSES + [1] * MOST_CLASSES))
    assert scores.macro_recall.value == pytest.approx(0.75)
    assert scores.macro_recall.low < 0.75 < scores.macro_recall.high
    with pytest.raises(Invalid, match="too many for classes"):
        ConfusionMatrix.of_cells([*names, "one more"], [*names, "one more"], [1] * (MOST_CLASSES + 1))
