"""Majority vote: the label that most workers gave."""

from __future__ import annotations

from tilth.crowd.answers import Answers, Known
from tilth.crowd.consensus import Consensus, conclude, expected_skill, shares


def majority(answers: Answers, *, known: Known | None = None) -> Consensus:
    """Take per task t the class with most votes: argmax_c Σ_a [t_a = t][l_a = c].

    The posterior is the share of votes. Ties go to the lowest label code and are reported, so that two runs agree.
    `known` tasks get their known label. A worker's skill is the mean share of votes that their answers got.
    Cost O(answers).
    """
    posterior = shares(answers.votes(), answers.truth_codes(known))
    return conclude("majority", answers, posterior, expected_skill(answers, posterior))
