"""Wawa: votes weighted by how often a worker agrees with the majority."""

from __future__ import annotations

import numpy as np

from tilth.crowd.answers import Answers, Known
from tilth.crowd.consensus import Consensus, conclude, shares
from tilth.crowd.majority import majority


def wawa(answers: Answers, *, known: Known | None = None) -> Consensus:
    """Weigh each vote by its worker's agreement with the aggregate (Worker Agreement With Aggregate, Appen).

    With m the majority label of a task, s_w = Σ_a [w_a = w][l_a = m(t_a)] / n_w; the label of t is
    argmax_c Σ_a [t_a = t][l_a = c] s_{w_a}. `known` tasks count with their known label in s and in the result.
    A worker's skill is s_w. Cost O(answers).
    """
    first = majority(answers, known=known)
    size = len(answers.workers)
    count = np.bincount(answers.worker, minlength=size)
    agreed = np.bincount(answers.worker, answers.label == first.label[answers.task], minlength=size)
    skill = np.divide(agreed, count, out=np.zeros(size), where=count > 0)
    votes = answers.votes(skill[answers.worker])
    posterior = shares(votes, answers.truth_codes(known), out=votes)
    return conclude("wawa", answers, posterior, skill)
