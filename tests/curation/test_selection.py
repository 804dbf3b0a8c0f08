"""Selection: budget, seeds, and what makes an item worth asking about."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.curation.selection import select, uncertainty
from tilth.errors import Invalid


def test_doubt_goes_from_sure_to_all_equal() -> None:
    p = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [1 / 3, 1 / 3, 1 / 3]]
    assert uncertainty(p, doubt="margin") == pytest.approx([0, 1, 1])
    assert uncertainty(p, doubt="entropy") == pytest.approx([0, np.log(2) / np.log(3), 1])
    assert uncertainty(p, doubt="least_confident") == pytest.approx([0, 0.75, 1])


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 9999),
    st.integers(0, 30),
    st.integers(0, 40),
    st.sampled_from(["uncertain_diverse", "sampled", "uncertain", "random"]),
)
def test_a_choice_holds_the_budget_repeats_nothing_and_is_the_same_again(seed, n, budget, strategy) -> None:
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 3, (n, 2)).astype(float)
    p = rng.dirichlet([1, 1, 1], n).round(1)
    one, two = (
        select(budget, strategy=strategy, probabilities=p, embeddings=points, labeled=points[:2], seed=seed)
        for _ in range(2)
    )
    assert len(one) == min(budget, n)
    assert len(set(one.items.tolist())) == len(one)
    assert one.items.tolist() == two.items.tolist()


def test_the_greedy_choice_equals_one_written_with_loops() -> None:
    rng = np.random.default_rng(4)
    points, labeled, p = rng.normal(size=(40, 3)), rng.normal(size=(5, 3)), rng.dirichlet([1, 1], 40)
    doubt = uncertainty(p)
    chosen: list[int] = []
    for _ in range(10):
        seen = [*labeled, *points[chosen]]
        gain = [doubt[i] * min(np.linalg.norm(points[i] - s) for s in seen) for i in range(40)]
        chosen.append(max((i for i in range(40) if i not in chosen), key=gain.__getitem__))
    assert select(10, probabilities=p, embeddings=points, labeled=labeled).items.tolist() == chosen


def test_near_copies_are_not_bought_twice() -> None:
    points = np.repeat(np.eye(4) * 10, 25, axis=0) + np.random.default_rng(0).normal(0, 0.01, (100, 4))
    for strategy in ("uncertain_diverse", "sampled"):
        assert set(select(4, strategy=strategy, embeddings=points).items // 25) == {0, 1, 2, 3}


def test_sure_items_come_last() -> None:
    p = np.array([[0.5, 0.5]] * 5 + [[1.0, 0.0]] * 5)
    points = np.arange(10.0)[:, None] ** 2
    for strategy in ("uncertain_diverse", "sampled", "uncertain"):
        assert set(select(5, strategy=strategy, probabilities=p, embeddings=points).items) == {0, 1, 2, 3, 4}


def test_random_needs_only_the_size_of_the_pool() -> None:
    drawn = np.concatenate([select(2, strategy="random", pool=10, seed=s).items for s in range(500)])
    assert np.bincount(drawn, minlength=10).min() > 60


def test_what_is_missing_is_named() -> None:
    with pytest.raises(Invalid, match="needs embeddings"):
        select(1, probabilities=[[0.5, 0.5]])
    with pytest.raises(Invalid, match="needs class probabilities"):
        select(1, strategy="uncertain", pool=3)
    with pytest.raises(Invalid, match=r"\[1, 2\]"):
        select(1, probabilities=[[0.5, 0.5]], embeddings=[[1.0], [2.0]])
    with pytest.raises(Invalid, match="not given"):
        select(1, strategy="random")
    with pytest.raises(Invalid, match="-1"):
        select(-1, strategy="random", pool=1)
    with pytest.raises(Invalid, match="no strategy"):
        select(1, strategy="best", pool=1)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="shape"):
        uncertainty([1.0, 2.0])


def test_a_hundred_of_fifty_thousand_take_under_three_seconds() -> None:
    rng = np.random.default_rng(0)
    started = time.process_time()
    select(100, probabilities=rng.dirichlet([1] * 10, 50_000), embeddings=rng.normal(size=(50_000, 64)))
    assert time.process_time() - started < 3
