"""Aggregation against published accuracies, brute-force twins and limits."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.crowd import normalising
from tilth.crowd.aggregation import METHODS, aggregate, choose_by_golden
from tilth.crowd.answers import Answers
from tilth.crowd.dawid_skene import NO_PRIOR, DirichletPrior, dawid_skene
from tilth.crowd.majority import majority
from tilth.errors import Invalid


def read_set(folder: Path) -> tuple[Answers, dict[str, str]]:
    with (folder / "answers.csv").open() as file:
        rows = list(csv.DictReader(file))
    with (folder / "truth.csv").open() as file:
        truth = {row["task"]: row["truth"] for row in csv.DictReader(file)}
    return Answers.of([r["task"] for r in rows], [r["worker"] for r in rows], [r["label"] for r in rows]), truth


def accuracy(found: dict[str, str], truth: dict[str, str]) -> float:
    return sum(found[task] == label for task, label in truth.items()) / len(truth)


def synthetic(count: int, classes: int, *, overlap: int = 5, workers: int = 1341, seed: int = 0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, count // overlap)
    skill = rng.beta(6, 3, workers)
    task = np.repeat(np.arange(count // overlap), overlap)
    worker = rng.integers(0, workers, len(task))
    right = rng.random(len(task)) < skill[worker]
    label = np.where(right, truth[task], (truth[task] + rng.integers(1, classes, len(task))) % classes)
    return task, worker, label, truth


# The better of the published rows "DS" and "DS with prior"; one default has to reach both.
PUBLISHED = {"bluebird": 0.898, "rte": 0.929, "cf": 0.887, "snow_temp": 0.944, "web": 0.829, "d_product": 0.940}
# cf is left out: with 3.7 answers per worker its published .827 is where one program stopped, not where EM converges.
PUBLISHED_PLAIN = {"bluebird": 0.889, "rte": 0.927, "snow_temp": 0.942, "web": 0.829, "d_product": 0.940}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_default_reaches_the_best_published_accuracy_on_every_set(shared_data: Path, name: str) -> None:
    answers, truth = read_set(shared_data / "crowd" / name)
    found = aggregate(answers)
    assert found.converged
    assert accuracy(found.labels_by_task(), truth) >= PUBLISHED[name] - 0.005


@pytest.mark.parametrize("name", PUBLISHED_PLAIN)
def test_without_prior_it_is_plain_dawid_skene(shared_data: Path, name: str) -> None:
    answers, truth = read_set(shared_data / "crowd" / name)
    found = dawid_skene(answers, prior=NO_PRIOR)
    assert accuracy(found.labels_by_task(), truth) >= PUBLISHED_PLAIN[name] - 0.005


@pytest.mark.parametrize(
    ("method", "name", "published"),
    [
        ("majority", "bluebird", 0.759),
        ("majority", "snow_temp", 0.939),
        ("majority", "d_product", 0.897),
        ("wawa", "rte", 0.919),
        ("wawa", "snow_temp", 0.944),
        ("wawa", "web", 0.769),
        ("one_coin", "bluebird", 0.583),
        ("one_coin", "rte", 0.925),
        ("one_coin", "cf", 0.883),
        ("one_coin", "web", 0.808),
        ("one_coin", "d_product", 0.908),
    ],
)
def test_the_other_methods_reach_their_published_accuracy(
    shared_data: Path, method: str, name: str, published: float
) -> None:
    answers, truth = read_set(shared_data / "crowd" / name)
    assert accuracy(aggregate(answers, method=method).labels_by_task(), truth) >= published - 0.005


def plain_em(answers: Answers, prior: DirichletPrior, steps: int):
    """Dawid–Skene as one would write it from the paper, with loops."""
    tasks, workers, classes = len(answers.tasks), len(answers.workers), len(answers.labels)
    rows = list(zip(answers.task.tolist(), answers.worker.tolist(), answers.label.tolist(), strict=True))
    q = np.zeros((tasks, classes))
    for t, _, label in rows:
        q[t, label] += 1
    q /= q.sum(axis=1, keepdims=True)
    for _ in range(steps):
        theta = np.full((workers, classes, classes), prior.wrong)
        for c in range(classes):
            theta[:, c, c] = prior.right
        for t, w, label in rows:
            theta[w, :, label] += q[t]
        theta /= theta.sum(axis=2, keepdims=True)
        pi = q.mean(axis=0)
        for t in range(tasks):
            q[t] = pi
        for t, w, label in rows:
            q[t] *= theta[w, :, label]
        q /= q.sum(axis=1, keepdims=True)
    return q, theta


def test_it_equals_em_written_with_loops() -> None:
    task, worker, label, _ = synthetic(600, 3, workers=12)
    answers = Answers.of(task, worker, label)
    prior = DirichletPrior(1.0, 0.5)
    found = dawid_skene(answers, prior=prior, iterations=7, tolerance=0)
    posterior, confusion = plain_em(answers, prior, 7)
    np.testing.assert_allclose(found.posterior, posterior, atol=1e-9)
    assert found.confusion is not None
    np.testing.assert_allclose(found.confusion, confusion, atol=1e-9)
    assert (found.iterations, found.converged) == (7, False)


@pytest.mark.parametrize("method", ["dawid_skene", "one_coin"])
@pytest.mark.parametrize("known", [None, {"0": "1", "5": "2"}], ids=["blind", "with known answers"])
def test_scores_that_reach_far_conclude_what_near_ones_do(
    monkeypatch: pytest.MonkeyPatch, method: str, known: dict[str, str] | None
) -> None:
    task, worker, label, _ = synthetic(600, 3, workers=12)
    answers = Answers.of(task, worker, label)
    near = aggregate(answers, method=method, known=known)
    monkeypatch.setattr(normalising, "REACH", 1.0)
    far = aggregate(answers, method=method, known=known)
    np.testing.assert_allclose(far.posterior, near.posterior, atol=1e-12)
    np.testing.assert_allclose(far.skill, near.skill, atol=1e-12)
    assert (far.label.tolist(), far.iterations) == (near.label.tolist(), near.iterations)


@pytest.mark.parametrize("method", METHODS)
def test_a_task_that_thousands_answer_is_as_sure_as_can_be(method: str) -> None:
    size = 3000
    answers = Answers.of(np.repeat([0, 1], size), np.tile(np.arange(size), 2), np.repeat([0, 1], size))
    found = aggregate(answers, method=method)
    assert found.posterior.tolist() == [[1.0, 0.0], [0.0, 1.0]]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
    st.sampled_from(sorted(METHODS)),
)
def test_the_order_of_answers_changes_nothing_at_all(rows, random, method) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, two = (aggregate(Answers.of(*map(list, zip(*some, strict=True))), method=method) for some in (rows, shuffled))
    assert one.posterior.tobytes() == two.posterior.tobytes()
    assert one.skill.tobytes() == two.skill.tobytes()
    np.testing.assert_allclose(one.posterior.sum(axis=1), 1)
    assert one.to_arrow().equals(two.to_arrow())


def test_a_tie_goes_to_the_first_label_and_is_reported() -> None:
    answers = Answers.of(["a", "a", "b"], ["x", "y", "x"], ["no", "yes", "yes"], labels=["yes", "no"])
    found = majority(answers)
    assert found.labels_by_task() == {"a": "yes", "b": "yes"}
    assert found.tie.tolist() == [True, False]
    assert found.confidence.tolist() == [0.5, 1.0]


@pytest.mark.parametrize("method", METHODS)
def test_known_tasks_keep_their_known_label(method: str) -> None:
    answers = Answers.of(["a", "a", "b", "b"], ["x", "y", "x", "y"], ["no", "no", "yes", "no"])
    found = aggregate(answers, method=method, known={"a": "yes", "elsewhere": "no"})
    assert found.labels_by_task()["a"] == "yes"
    assert found.confidence[0] == 1.0


def test_known_truths_save_the_consensus_from_a_majority_of_adversaries() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 200)
    task = np.repeat(np.arange(200), 5)
    worker = np.tile(np.arange(5), 200)
    honest = worker < 2
    label = np.where(honest ^ (rng.random(1000) < 0.1), truth[task], 1 - truth[task])
    answers = Answers.of(task, worker, label)
    known = {str(t): str(truth[t]) for t in range(30)}
    unseen = {str(t): str(truth[t]) for t in range(30, 200)}
    assert accuracy(aggregate(answers).labels_by_task(), unseen) < 0.2
    assert accuracy(aggregate(answers, known=known).labels_by_task(), unseen) > 0.95


def test_class_shares_may_be_given() -> None:
    answers = Answers.of(["a", "a"], ["x", "y"], ["no", "yes"])
    assert dawid_skene(answers, class_shares=[0.9, 0.1]).labels_by_task() == {"a": "no"}
    assert dawid_skene(answers, class_shares=[0.1, 0.9]).labels_by_task() == {"a": "yes"}
    with pytest.raises(Invalid, match="Class shares"):
        dawid_skene(answers, class_shares=[1.0])


@pytest.mark.parametrize("method", METHODS)
def test_no_answers_and_one_class_are_fine(method: str) -> None:
    empty = aggregate(Answers.of([], [], [], labels=["yes", "no"], tasks=["a"]), method=method)
    assert empty.posterior.tolist() == [[0.5, 0.5]]
    assert empty.tie.tolist() == [True]
    assert len(aggregate(Answers.of([], [], []), method=method).tasks) == 0
    alone = aggregate(Answers.of(["a", "a"], ["x", "y"], ["yes", "yes"]), method=method)
    assert alone.labels_by_task() == {"a": "yes"}


def test_a_task_without_answers_gets_the_class_shares() -> None:
    rows = [(f"t{n}", w, "yes" if n < 9 else "no") for n in range(10) for w in "xyz"]
    answers = Answers.of(*map(list, zip(*rows, strict=True)), tasks=[*(f"t{n}" for n in range(10)), "new"])
    assert aggregate(answers).labels_by_task()["new"] == "yes"


def test_the_choice_by_golden_scores_prefers_the_better_method(shared_data: Path) -> None:
    answers, truth = read_set(shared_data / "crowd" / "bluebird")
    choice = choose_by_golden(answers, truth, methods=("majority", "dawid_skene"))
    assert choice.method == "dawid_skene"
    assert choice.scores["dawid_skene"].n == 108
    assert not choice.within_noise
    few = dict(list(truth.items())[:4])
    assert choose_by_golden(answers, few, methods=("majority", "dawid_skene")).within_noise
    with pytest.raises(Invalid, match="No golden task"):
        choose_by_golden(answers, {"nowhere": "1"})


def test_bad_input_is_named() -> None:
    with pytest.raises(Invalid, match="2 tasks, 1 workers"):
        Answers.of(["a", "b"], ["x"], ["yes"])
    with pytest.raises(Invalid, match="'label' of answers has 1 missing"):
        Answers.of(["a"], ["x"], [None])  # type: ignore[list-item]
    with pytest.raises(Invalid, match="'maybe'"):
        Answers.of(["a"], ["x"], ["maybe"], labels=["yes", "no"])
    with pytest.raises(Invalid, match="no classes"):
        Answers.of([], [], [], tasks=["a"])
    with pytest.raises(Invalid, match="no aggregation method 'magic'"):
        aggregate(Answers.of(["a"], ["x"], ["yes"]), method="magic")
    with pytest.raises(Invalid, match="known answer 'maybe' of task 'a'"):
        aggregate(Answers.of(["a"], ["x"], ["yes"]), known={"a": "maybe"})
    many = Answers.of(np.arange(3000), np.arange(3000), np.arange(3000))
    with pytest.raises(Invalid, match="do not fit"):
        dawid_skene(many)


def test_a_million_answers_take_less_than_two_seconds_of_cpu() -> None:
    answers = Answers.of(*synthetic(1_000_000, 2)[:3])
    started = time.process_time()
    found = dawid_skene(answers)
    assert found.converged
    assert time.process_time() - started < 2
