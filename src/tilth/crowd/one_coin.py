"""One-coin Dawid–Skene: one accuracy per worker."""

from __future__ import annotations

import numpy as np

from tilth.crowd.answers import Answers, Known
from tilth.crowd.consensus import Consensus, clamp, conclude, shares
from tilth.crowd.normalising import Relative, exponentiate


def one_coin(
    answers: Answers,
    *,
    known: Known | None = None,
    prior: tuple[float, float] = (0.0, 0.0),
    iterations: int = 100,
    tolerance: float = 1e-5,
) -> Consensus:
    """Estimate labels with one accuracy per worker (the one-coin case of Dawid and Skene 1979; Zhang et al. 2014, §2).

    A worker w is right with probability p_w and else says one of the other K − 1 classes at random:
    q_t(c) ∝ π_c Π_{a: t_a = t} p_w^[l_a = c] ((1 − p_w) / (K − 1))^[l_a ≠ c];
    p_w = (α + Σ_a q_{t_a}(l_a)) / (α + β + n_w), π = mean of q, with pseudo-counts `prior` = (α right, β wrong).
    Stops when the mean log-likelihood per task moves by less than `tolerance`. Use it for many classes or few answers
    per worker. Cost O(answers) per iteration.
    """
    truth = answers.truth_codes(known)
    classes, size = len(answers.labels), len(answers.workers)
    posterior = shares(answers.votes(), truth)
    right, wrong = prior
    # As places: what is looked up and counted by codes of 32 bits is copied every time.
    task, worker, label = (codes.astype(np.intp) for codes in (answers.task, answers.worker, answers.label))
    count = np.bincount(worker, minlength=size) + (right + wrong)
    skill = np.full(size, 0.5)
    # Only the classes that somebody said of a task differ: their scores are summed, all others have none.
    occurs = answers.votes().reshape(-1) > 0
    cells = np.flatnonzero(occurs)
    own = answers.cells()
    place = (np.cumsum(occurs, dtype=np.int32).take(own) - 1).astype(np.intp)
    probable, factor = np.empty(len(answers)), np.empty(len(answers))
    most = int(np.bincount(task, minlength=1).max())
    now = Relative.of(posterior)
    before, step, converged = -np.inf, 0, not len(answers) or classes < 2
    while not converged and step < iterations:
        step += 1
        # Into the same columns again, as with the table below: new ones of this size are slow to get. And unchecked,
        # for checking makes copies.
        np.take(now.score.reshape(-1), own, out=probable, mode="clip")
        for column, at in ((now.share, label), (now.scale, task)):
            probable *= np.take(column, at, out=factor, mode="clip")
        said = np.bincount(worker, probable, minlength=size)
        skill = np.clip(np.divide(said + right, count, out=np.full(size, 0.5), where=count > 0), 1e-10, 1 - 1e-10)
        share = np.maximum(now.class_sums() / len(posterior), 1e-10)
        # An answer adds log p to its own class and log((1 − p)/(K − 1)) to the rest; a constant per task drops out
        # of the posterior but not of the likelihood.
        miss = np.log((1 - skill) / (classes - 1))
        weights = np.log(skill) - miss
        posterior.fill(0.0)
        np.take(weights, worker, out=factor, mode="clip")
        posterior.reshape(-1)[cells] = np.bincount(place, factor, minlength=len(cells))
        now, evidence = exponentiate(posterior, share, reach=most * float(np.abs(weights).max()))
        np.take(miss, worker, out=factor, mode="clip")
        evidence += np.bincount(task, factor, minlength=len(posterior))
        now.clamp(truth)
        after = float(evidence.mean())
        converged = abs(after - before) < tolerance
        before = after
    if step:
        posterior = now.posterior()
        clamp(posterior, truth)
    return conclude("one_coin", answers, posterior, skill, iterations=max(step, 1), converged=converged)
