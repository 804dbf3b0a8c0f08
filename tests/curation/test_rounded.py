"""Rounded vectors: they bound every product, and change no answer."""

from __future__ import annotations

import numpy as np
import pytest

from tilth.curation import similarity
from tilth.curation.rounded import round_vectors
from tilth.curation.similarity import Score, best_rows, nearest_rows, rank_similar

N, DIMENSIONS = 4_000, 67


def _units(made: np.ndarray) -> np.ndarray:
    made = made.astype(np.float32)
    return made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-12)


def _kinds() -> dict[str, np.ndarray]:
    """Vectors that can be told apart by little, by much, hardly or not at all."""
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(20, DIMENSIONS))
    spikes = rng.normal(size=(N, DIMENSIONS)) * 1e-4
    spikes[np.arange(N), rng.integers(0, DIMENSIONS, N)] = rng.choice([-1, 1], N)
    one = rng.normal(size=DIMENSIONS)
    missing = rng.normal(size=(N, DIMENSIONS))
    missing[rng.random(N) < 0.3] = 0
    return {
        "clusters": _units(centres[rng.integers(0, 20, N)] + 0.3 * rng.normal(size=(N, DIMENSIONS))),
        "noise, which nothing makes smaller": _units(rng.normal(size=(N, DIMENSIONS))),
        "few directions": _units(rng.normal(size=(N, 3)) @ rng.normal(size=(3, DIMENSIONS))),
        "many equal ones": np.repeat(_units(rng.normal(size=(N // 40, DIMENSIONS))), 40, axis=0),
        "all nearly the same": _units(one + 1e-4 * rng.normal(size=(N, DIMENSIONS))),
        "one number alone": _units(spikes),
        "without a vector": _units(missing),
    }


KINDS = _kinds()


@pytest.fixture(autouse=True)
def _always_by_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "FEW", 0)


@pytest.mark.parametrize("kind", KINDS)
def test_every_product_lies_between_its_bounds(kind: str) -> None:
    vectors = KINDS[kind]
    rounded = round_vectors(vectors)
    for query in (vectors[7], 40 * np.random.default_rng(0).normal(size=DIMENSIONS), np.zeros(DIMENSIONS)):
        least, most = rounded.products(query.astype(np.float32))
        exact = vectors.astype(np.float64) @ query.astype(np.float32).astype(np.float64)
        assert (least <= exact).all()
        assert (exact <= most).all()


@pytest.mark.parametrize("kind", KINDS)
def test_with_rounded_vectors_the_answer_is_that_of_brute_force(kind: str) -> None:
    vectors = KINDS[kind]
    rounded = round_vectors(vectors)
    rng = np.random.default_rng(1)
    for good, bad in (([5], []), ([5], [9]), ([5, 6], []), ([5, 80, 81], [9, 10]), (list(range(30)), [90])):
        for share, limit, diverse in ((1.0, 12, True), (0.3, 60, False), (0.002, 50, True), (1.0, N, False)):
            candidates = rng.random(N) < share
            given = {"candidates": candidates, "limit": limit, "diverse": diverse}
            plain = rank_similar(vectors, good, bad, **given)
            quick = rank_similar(vectors, good, bad, rounded=rounded, **given)
            assert quick.rows.tolist() == plain.rows.tolist()
            assert quick.scores.tolist() == plain.scores.tolist()
    plain, quick = nearest_rows(vectors, 11, limit=40), nearest_rows(vectors, 11, limit=40, rounded=rounded)
    assert quick.rows.tolist() == plain.rows.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_equal_scores_come_in_order_of_rows(kind: str) -> None:
    vectors = KINDS[kind]
    score = Score(vectors[3:5], vectors[7:8], 0.25)
    exact = score.of(vectors)
    open_ = np.random.default_rng(2).random(N) < 0.5
    rows, scores = best_rows(vectors, score, open_, 200, round_vectors(vectors))
    wanted = [row for row in np.lexsort((np.arange(N), -exact)).tolist() if open_[row]][:200]
    assert rows.tolist() == wanted
    assert scores.tolist() == exact[wanted].tolist()


def test_rows_that_cannot_be_among_the_best_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = KINDS["clusters"]
    counted = 0
    of = Score.of

    def watched(self: Score, some: np.ndarray) -> np.ndarray:
        nonlocal counted
        counted += len(some)
        return of(self, some)

    monkeypatch.setattr(Score, "of", watched)
    rank_similar(vectors, [5], [9], limit=12, rounded=round_vectors(vectors))
    assert counted < N / 20
