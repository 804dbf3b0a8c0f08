"""Confident learning against loops written from the paper, and on scans with seeded wrong labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import SVC

from tilth.curation.confident import find_label_issues
from tilth.errors import Invalid


def by_hand(label: np.ndarray, p: np.ndarray, rule: str) -> set[int]:
    """The paper's definitions with loops."""
    n, k = p.shape
    groups = [[i for i in range(n) if label[i] == c] for c in range(k)]
    threshold = [np.mean([p[i, c] for i in groups[c]]) - 1e-6 if groups[c] else np.inf for c in range(k)]
    joint = np.zeros((k, k))
    confident = {}
    for i in range(n):
        eligible = [c for c in range(k) if p[i, c] >= threshold[c]]
        if eligible:
            confident[i] = max(eligible, key=lambda c, i=i: (p[i, c], -c))
            joint[label[i], confident[i]] += 1
    for c in range(k):
        if joint[c].sum() == 0:
            joint[c, c] = 1
        joint[c] *= len(groups[c]) / joint[c].sum()
    off = {i for i, c in confident.items() if c != label[i]}
    by_class, by_pair = set(), set()
    for c in range(k):
        keep_one = max(len(groups[c]) - 1, 0)
        wrong = min(round(joint[c].sum() - joint[c, c]), keep_one)
        by_class.update(sorted(groups[c], key=lambda i, c=c: p[i, c])[:wrong])
        for j in range(k):
            if j != c:
                count = min(round(joint[c, j]), keep_one)
                by_pair.update(sorted(groups[c], key=lambda i, c=c, j=j: p[i, c] - p[i, j])[:count])
    chosen = {"confident": off, "class": by_class, "noise_rate": by_pair, "both": by_class & by_pair}[rule]
    return {i for i in chosen if p[i].argmax() != label[i]}


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(1, 60),
    st.integers(2, 4),
    st.sampled_from(["both", "class", "noise_rate", "confident"]),
)
def test_it_equals_the_paper_written_with_loops(seed: int, n: int, classes: int, rule: str) -> None:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(classes, 0.7), n)
    label = np.where(rng.random(n) < 0.7, p.argmax(axis=1), rng.integers(0, classes, n))
    found = find_label_issues(label, p, labels=[str(c) for c in range(classes)], rule=rule)
    assert set(found.items.tolist()) == by_hand(label, p, rule)
    assert np.all(np.diff(found.self_confidence[found.items]) >= 0)


@pytest.mark.filterwarnings("ignore::FutureWarning")  # scikit-learn moves Platt scaling out of SVC
def test_seeded_wrong_labels_of_scans_are_found_as_well_as_the_reference_does() -> None:
    # The reference on these scans, 5 % flips and out-of-sample SVC probabilities: precision .951, recall .797.
    pixels, truth = load_digits(return_X_y=True)
    precision, recall = [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        flipped = rng.permutation(len(truth))[:90]
        label = truth.copy()
        label[flipped] = (truth[flipped] + rng.integers(1, 10, 90)) % 10
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        model = SVC(probability=True, random_state=0)
        p = cross_val_predict(model, pixels / 16, label, cv=folds, method="predict_proba")
        found = find_label_issues(label, p, labels=[str(c) for c in range(10)])
        hits = np.isin(found.items, flipped).sum()
        precision.append(hits / len(found))
        recall.append(hits / 90)
        assert np.isin(found.ranking[:90], flipped).mean() > 0.85
    assert np.mean(precision) >= 0.94
    assert np.mean(recall) >= 0.79
    first = found.to_arrow([f"scan-{i}" for i in range(len(label))]).to_pylist()[0]
    assert first["key"] == f"scan-{found.items[0]}"
    assert first["suggested"] == str(truth[found.items[0]])


def test_right_labels_raise_no_issue_and_no_items_no_error() -> None:
    p = np.eye(3)[[0, 1, 2, 0, 1, 2]] * 0.8 + 0.2 / 3
    assert len(find_label_issues(["a", "b", "c"] * 2, p, labels=["a", "b", "c"])) == 0
    assert len(find_label_issues([], np.empty((0, 2)), labels=["a", "b"])) == 0


def test_bad_probabilities_are_refused() -> None:
    with pytest.raises(Invalid, match=r"\(1, 3\)"):
        find_label_issues(["a"], [[0.1, 0.2, 0.7]], labels=["a", "b"])
    with pytest.raises(Invalid, match="fit"):
        find_label_issues(["a"], [[np.nan, 1]], labels=["a", "b"])
    with pytest.raises(Invalid, match="no rule"):
        find_label_issues(["a"], [[0.5, 0.5]], labels=["a", "b"], rule="guess")  # type: ignore[arg-type]
