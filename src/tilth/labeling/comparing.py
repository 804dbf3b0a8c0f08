"""The same answers aggregated by every method: how they score and agree, what they decide otherwise. Pure."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tilth.crowd.aggregation import METHODS, aggregate
from tilth.crowd.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from tilth.crowd.answers import Answers, Codes
from tilth.labeling.rates import Share, count_share


@dataclass(frozen=True, slots=True)
class Pair:
    """How far two methods agree on the items compared."""

    first: str
    second: str
    share: float
    kappa: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What every method makes of the answers. `labels`: method → label code per task, certain ones held fixed."""

    items: NDArray[np.int64]
    """Tasks compared: those with an answer and nothing certain."""
    labels: Mapping[str, Codes]
    scores: Mapping[str, Share]
    seconds: Mapping[str, float]
    pairs: tuple[Pair, ...]
    alpha: float | None
    alpha_items: int
    kappa: float | None
    kappa_items: int
    kappa_answers: int

    def flips(self, current: str, method: str = "") -> NDArray[np.int64]:
        """Return the tasks that `method` (or any) decides otherwise than `current`."""
        others = [method] if method else [name for name in self.labels if name != current]
        differs = np.zeros(len(self.items), bool)
        for name in others:
            differs |= self.labels[name][self.items] != self.labels[current][self.items]
        found: NDArray[np.int64] = self.items[differs]
        return found


def compare(answers: Answers, *, known: Mapping[str, str], certain: Mapping[str, str]) -> Comparison:
    """Aggregate by every method. `known` answers score the methods, which do not see them; `certain` ones (known and
    ruled) are then held fixed, as when labels are published. Cost: two runs of each method.
    """
    votes = answers.votes()
    given = votes.sum(axis=1).astype(np.int64)
    truth = answers.truth_codes({task: label for task, label in known.items() if label in answers.labels})
    asked = np.flatnonzero((truth >= 0) & (given > 0))
    held = answers.truth_codes({task: label for task, label in certain.items() if label in answers.labels})
    items = np.flatnonzero((held < 0) & (given > 0))
    labels: dict[str, Codes] = {}
    scores: dict[str, Share] = {}
    seconds: dict[str, float] = {}
    for method in METHODS:
        began = time.thread_time()
        blind = aggregate(answers, method=method).label
        scores[method] = count_share(int((blind[asked] == truth[asked]).sum()), len(asked))
        labels[method] = aggregate(answers, method=method, known=certain).label
        seconds[method] = time.thread_time() - began
    alpha = krippendorff_alpha(answers)
    size = int(np.bincount(given[given >= 2]).argmax()) if (given >= 2).any() else 0
    even = given == size
    return Comparison(
        items,
        labels,
        scores,
        seconds,
        tuple(_pairs(labels, items)),
        _finite(alpha),
        int((given >= 2).sum()),
        _finite(fleiss_kappa(votes[even])) if size else None,
        int(even.sum()) if size else 0,
        size,
    )


def _pairs(labels: Mapping[str, Codes], items: NDArray[np.int64]) -> list[Pair]:
    names = list(labels)
    found: list[Pair] = []
    for position, first in enumerate(names):
        for second in names[position + 1 :]:
            if not len(items):
                continue
            one, two = labels[first][items], labels[second][items]
            kappa = cohen_kappa(one, two)  # type: ignore[arg-type]
            found.append(Pair(first, second, float((one == two).mean()), _finite(kappa)))
    return found


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
