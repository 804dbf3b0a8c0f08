"""The same answers aggregated by every method: how they score and agree, what they decide otherwise. Pure."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tilth.crowd.aggregation import METHODS, aggregate
from tilth.crowd.agreement import fleiss_kappa, kappa_of, krippendorff_alpha
from tilth.crowd.answers import Answers, Codes
from tilth.crowd.consensus import Consensus
from tilth.crowd.normalising import row_sums
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


def compare(answers: Answers, *, known: Codes, certain: Codes, held: Consensus | None = None) -> Comparison:
    """Aggregate by every method. `known` answers score the methods, which do not see them; `certain` ones (known and
    ruled) are then held fixed, as when labels are published. Both are label codes per task, −1 where there is none.
    `held` is what is concluded with the certain ones already. Cost: two runs of each method, one if nothing is known.
    """
    votes = answers.votes()
    given = row_sums(votes).astype(np.int64)
    asked = np.flatnonzero((known >= 0) & (given > 0))
    items = np.flatnonzero((certain < 0) & (given > 0))
    labels: dict[str, Codes] = {}
    scores: dict[str, Share] = {}
    seconds: dict[str, float] = {}
    for method in METHODS:
        began = time.thread_time()
        scores[method] = count_share(0, 0)
        if len(asked):
            blind = aggregate(answers, method=method).label
            scores[method] = count_share(int((blind[asked] == known[asked]).sum()), len(asked))
        ready = held if held is not None and held.method == method else None
        labels[method] = (ready or aggregate(answers, method=method, known=certain)).label
        seconds[method] = time.thread_time() - began
    alpha = krippendorff_alpha(answers)
    size = int(np.bincount(given[given >= 2]).argmax()) if (given >= 2).any() else 0
    even = given == size
    return Comparison(
        items,
        labels,
        scores,
        seconds,
        tuple(_pairs(labels, items, len(answers.labels))),
        _finite(alpha),
        int((given >= 2).sum()),
        _finite(fleiss_kappa(votes[even])) if size else None,
        int(even.sum()) if size else 0,
        size,
    )


def _pairs(labels: Mapping[str, Codes], items: NDArray[np.int64], classes: int) -> list[Pair]:
    if not len(items):
        return []
    names, found = list(labels), list[Pair]()
    shown = {name: codes[items].astype(np.int64) for name, codes in labels.items()}
    for position, first in enumerate(names):
        for second in names[position + 1 :]:
            cells = shown[first] * classes + shown[second]
            table = np.bincount(cells, minlength=classes * classes).reshape(classes, classes)
            found.append(Pair(first, second, float(np.trace(table) / len(items)), _finite(kappa_of(table))))
    return found


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
