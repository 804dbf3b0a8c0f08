"""One-coin Dawid–Skene: one accuracy per worker."""

from __future__ import annotations

import numpy as np

from tilth.crowd.answers import Answers, Floats, Known
from tilth.crowd.consensus import Consensus, clamp, conclude, shares
from tilth.crowd.normalising import column_sums, normalise


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
    count = np.bincount(answers.worker, minlength=size) + (right + wrong)
    skill = np.full(size, 0.5)
    cells = answers.cells()
    before, step, converged = -np.inf, 0, not len(answers) or classes < 2
    while not converged and step < iterations:
        step += 1
        said = np.bincount(answers.worker, posterior.reshape(-1).take(cells), minlength=size)
        skill = np.clip(np.divide(said + right, count, out=np.full(size, 0.5), where=count > 0), 1e-10, 1 - 1e-10)
        share = np.maximum(column_sums(posterior) / max(len(posterior), 1), 1e-10)
        # An answer adds log p to its own class and log((1 − p)/(K − 1)) to the rest; a constant per task drops out
        # of the posterior but not of the likelihood.
        miss = np.log((1 - skill) / (classes - 1))
        weights = (np.log(skill) - miss)[answers.worker]
        score: Floats = np.bincount(cells, weights, minlength=posterior.size).astype(np.float64, copy=False)
        score = score.reshape(posterior.shape)
        score += np.bincount(answers.task, miss[answers.worker], minlength=len(score))[:, None]
        evidence = normalise(score, np.log(share))
        posterior = score
        clamp(posterior, truth)
        after = float(evidence.mean())
        converged = abs(after - before) < tolerance
        before = after
    return conclude("one_coin", answers, posterior, skill, iterations=max(step, 1), converged=converged)
