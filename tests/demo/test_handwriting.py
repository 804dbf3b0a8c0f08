"""The handwriting pipeline code: models are plain arrays, equal data gives equal bytes."""

from __future__ import annotations

import numpy as np
import pytest

from tilth.demo.digits_code.handwriting.models import fit, load, save
from tilth.demo.scans import all_scans, inverted, retouched


def _data() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    digits = load_digits()
    return np.asarray(digits.data / 16), np.asarray(digits.target, dtype=np.int64)


def test_a_saved_model_predicts_as_it_did_and_its_bytes_depend_on_the_data_alone() -> None:
    matrix, labels = _data()
    members = [fit(matrix[:300], labels[:300], seed) for seed in range(2)]
    data = save(members)
    assert data == save([fit(matrix[:300], labels[:300], seed) for seed in range(2)])
    for before, after in zip(members, load(data), strict=True):
        np.testing.assert_array_equal(before.probabilities(matrix[300:]), after.probabilities(matrix[300:]))


@pytest.mark.parametrize("classes", [2, 7, 10])
def test_a_model_never_predicts_a_class_that_it_was_not_taught(classes: int) -> None:
    matrix, labels = _data()
    taught = labels < classes
    member = fit(matrix[taught][:300], labels[taught][:300], 0)
    probabilities = member.probabilities(matrix)
    np.testing.assert_allclose(probabilities.sum(1), 1)
    assert set(probabilities.argmax(1).tolist()) <= set(range(classes))
    own = taught.copy()
    own[:600] = False
    assert (probabilities[own].argmax(1) == labels[own]).mean() > 0.85


def test_there_are_1797_scans_and_each_is_another_image() -> None:
    scans = all_scans()
    assert len(scans) == 1797
    assert len({scan.png for scan in scans}) == 1797
    assert retouched(scans[0].png) != scans[0].png
    assert inverted(inverted(scans[0].png)) == scans[0].png
