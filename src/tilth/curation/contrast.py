"""Contrast: which values are commoner in a selection than in the rest, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom

from tilth.crowd.interval import Interval, wilson

MOST_LIFT = 9999.0


@dataclass(frozen=True, slots=True)
class Counted:
    """A value of a column: how many items of the selection have it, and how many of all (selection and rest)."""

    column: str
    value: str
    inside: int
    all: int


@dataclass(frozen=True, slots=True)
class Over:
    """A value that is commoner inside: its shares, how many times as common, and p (see `over_represented`)."""

    column: str
    value: str
    inside: Interval
    outside: Interval
    lift: float
    p: float


def over_represented(
    counted: Sequence[Counted], selected: int, total: int, *, level: float = 0.05, limit: int = 20
) -> list[Over]:
    """Return the values that are commoner among `selected` items than among the others of `total`.

    p is Fisher's exact test, one-sided (the chance that a random selection of that size holds at least so many),
    times the number of values looked at (Bonferroni). Most telling first: by s log(s / r), s and r the shares inside
    and outside, which is what the value adds to the divergence of the selection from the rest. Cost O(values).
    """
    if not counted or not 0 < selected < total:
        return []
    inside = np.array([each.inside for each in counted], np.int64)
    every = np.array([each.all for each in counted], np.int64)
    p = np.minimum(hypergeom.sf(inside - 1, total, every, selected) * len(counted), 1.0)
    rest = total - selected
    share = inside / selected
    # A half more of each, so that what the rest lacks altogether can be ranked, too.
    log_lift = np.log((inside + 0.5) / (selected + 1)) - np.log((every - inside + 0.5) / (rest + 1))
    telling = share * log_lift
    order = [at for at in np.lexsort((p, -telling)) if p[at] < level and log_lift[at] > 0][:limit]
    found = []
    for at in order:
        one = counted[at]
        outside = (one.all - one.inside) / rest
        lift = share[at] / outside if outside else MOST_LIFT
        found.append(
            Over(
                one.column,
                one.value,
                wilson(one.inside, selected),
                wilson(one.all - one.inside, rest),
                float(min(lift, MOST_LIFT)),
                float(p[at]),
            )
        )
    return found
