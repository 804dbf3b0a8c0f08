"""Suspects: labels flipped on purpose are found, and few others are called wrong."""

import numpy as np
import pytest

from tilth.curation.recipes.dataset_steps.image import describe_image
from tilth.curation.recipes.dataset_steps.layout import lay_out, principal
from tilth.curation.recipes.dataset_steps.model import LinearModel, fit, out_of_fold
from tilth.curation.recipes.dataset_steps.near import nearest
from tilth.curation.recipes.dataset_steps.suspects import find_suspects
from tilth.demo.scans import all_scans

CLASSES = tuple("0123456789")


@pytest.fixture(scope="module")
def digits():
    scans = all_scans()
    matrix = np.stack([describe_image(scan.png)[0] for scan in scans])
    return matrix, np.array([int(scan.digit) for scan in scans])


def test_flipped_labels_are_found_with_the_right_suggestion(digits):
    matrix, truth = digits
    points, alone = principal(matrix), np.arange(len(truth))
    precision, recall, right = [], [], []
    for seed in (11, 12):
        rng = np.random.default_rng(seed)
        wrong = rng.random(len(truth)) < 0.05
        given = np.where(wrong, (truth + rng.integers(1, 10, len(truth))) % 10, truth)
        found = find_suspects(matrix, points, given, CLASSES, alone)
        called = found.suggested >= 0
        precision.append((called & wrong).sum() / called.sum())
        recall.append((called & wrong).sum() / wrong.sum())
        right.append((found.suggested[called & wrong] == truth[called & wrong]).mean())
        assert 0.5 * wrong.sum() <= found.likely <= 1.2 * wrong.sum()
        assert found.doubt[wrong].mean() > 0.9 > 0.2 > found.doubt[~wrong].mean()
    assert np.mean(precision) > 0.9
    assert np.mean(recall) > 0.95
    assert np.mean(right) > 0.97


def test_copies_with_the_same_wrong_label_do_not_vouch_for_one_another(digits):
    matrix, truth = digits
    rows = np.concatenate([np.arange(400), np.zeros(30, np.int64)])
    given = truth[rows].copy()
    given[0] = given[400:] = (truth[0] + 1) % 10
    groups = rows.copy()
    found = find_suspects(matrix[rows], principal(matrix[rows]), given, CLASSES, groups)
    assert (found.suggested[400:] == truth[0]).all()


def test_out_of_fold_probabilities_are_probabilities_also_for_a_class_seen_once(digits):
    matrix, truth = digits
    codes = np.where(truth[:60] > 4, 1, 0)
    codes[7] = 2
    p = out_of_fold(matrix[:60], codes, ("a", "b", "c"), np.arange(60))
    assert p.sum(axis=1) == pytest.approx(np.ones(60))
    assert p[7, 2] < 0.2
    assert out_of_fold(matrix[:3], np.zeros(3, np.int64), ("a", "b"), np.arange(3))[:, 0].tolist() == [1, 1, 1]


def test_a_model_is_the_same_after_it_was_saved(digits):
    matrix, truth = digits
    model = fit(matrix[:300], truth[:300], CLASSES)
    back = LinearModel.decode(model.encode())
    assert back.classes == CLASSES
    assert (back.probabilities(matrix[300:310]) == model.probabilities(matrix[300:310])).all()
    assert (model.probabilities(matrix[300:]).argmax(axis=1) == truth[300:]).mean() > 0.89
    assert model.probabilities(matrix[:0]).shape == (0, 10)


def test_the_map_keeps_neighbours_and_places_what_is_no_landmark_among_its_own(digits, monkeypatch):
    from tilth.curation.recipes.dataset_steps import layout

    monkeypatch.setattr(layout, "LANDMARKS", 500)
    matrix, truth = digits[0][:900], digits[1][:900]
    places = lay_out(principal(matrix))
    assert places.min() >= -1
    assert places.max() <= 1
    found, _ = nearest(places.astype(np.float32), places.astype(np.float32), 5, own=np.arange(900))
    assert (truth[found] == truth[:, None]).mean() > 0.85
    assert (lay_out(principal(matrix)) == places).all(), "equal data give an equal map"


@pytest.mark.parametrize("count", [0, 1, 2, 9, 12])
def test_few_or_equal_items_have_a_map_too(digits, count):
    assert lay_out(principal(digits[0][:count])).shape == (count, 2)
    assert np.isfinite(lay_out(principal(np.ones((count, 8), np.float32)))).all()
