"""Aggregation: the methods by name, and the choice between them by known answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import bdtr

from tilth.crowd.answers import Answers, Known
from tilth.crowd.consensus import Consensus
from tilth.crowd.dawid_skene import dawid_skene
from tilth.crowd.interval import Interval, wilson
from tilth.crowd.majority import majority
from tilth.crowd.one_coin import one_coin
from tilth.crowd.wawa import wawa
from tilth.errors import Invalid


class Method(Protocol):
    """Aggregates answers, holding `known` labels fixed."""

    def __call__(self, answers: Answers, *, known: Known | None = None) -> Consensus:
        """Return the consensus on every task of `answers`."""


METHODS: dict[str, Method] = {
    "dawid_skene": dawid_skene,
    "majority": majority,
    "wawa": wawa,
    "one_coin": one_coin,
}
"""Methods by name, the default first."""

DEFAULT_METHOD = "dawid_skene"


def aggregate(answers: Answers, *, method: str = DEFAULT_METHOD, known: Known | None = None) -> Consensus:
    """Conclude one label per task by the named method. Raises Invalid for an unknown method."""
    if method not in METHODS:
        raise Invalid(f"There is no aggregation method {method!r}.", help=f"Choose one of {', '.join(METHODS)}.")
    return METHODS[method](answers, known=known)


@dataclass(frozen=True, slots=True)
class Choice:
    """The method that scored best on golden tasks, all scores, and whether the lead over the default is noise.

    within_noise: the exact two-sided McNemar test does not tell the winner from the first method at 5 %.
    """

    method: str
    scores: Mapping[str, Interval]
    within_noise: bool


def choose_by_golden(answers: Answers, golden: Mapping[str, str], *, methods: Sequence[str] = tuple(METHODS)) -> Choice:
    """Choose the method with the best accuracy on `golden` tasks (task → label), which no method is shown.

    Equal scores go to the method named first. Raises Invalid where no golden task has an answer.
    """
    truth = answers.truth_codes(golden)
    asked = np.bincount(answers.task, minlength=len(answers.tasks)) > 0
    tasks = np.flatnonzero((truth >= 0) & asked)
    if not len(tasks) or not methods:
        raise Invalid(
            "No golden task has an answer, so there is nothing to choose a method by.",
            help="Add golden tasks, or name a method.",
        )
    right = {name: aggregate(answers, method=name).label[tasks] == truth[tasks] for name in methods}
    scores = {name: wilson(int(hits.sum()), len(tasks)) for name, hits in right.items()}
    best = max(methods, key=lambda name: (scores[name].value, -list(methods).index(name)))
    won = int((right[best] & ~right[methods[0]]).sum())
    lost = int((~right[best] & right[methods[0]]).sum())
    # Exact for a fair coin, whose two tails are alike.
    noise = won + lost == 0 or 2 * float(bdtr(min(won, lost), won + lost, 0.5)) > 0.05
    return Choice(best, scores, noise)
