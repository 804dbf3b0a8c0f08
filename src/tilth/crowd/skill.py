"""Skill: how often each worker is right on tasks whose answer is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tilth.crowd.answers import Answers, Floats
from tilth.crowd.interval import beta_bounds, wilson_bounds


@dataclass(frozen=True, slots=True, eq=False)
class Skills:
    """Per worker: golden answers given (`total`), of them `right`, and the ends of the interval of their accuracy.

    `mean` is the posterior mean with one right and one wrong answer added (Laplace), so that one answer convicts
    nobody.
    """

    workers: tuple[str, ...]
    right: NDArray[np.int64]
    total: NDArray[np.int64]
    mean: Floats
    low: Floats
    high: Floats

    def to_arrow(self) -> pa.Table:
        """Return one row per worker: worker, right, total, mean, low, high."""
        return pa.table(
            {
                "worker": pa.array(self.workers, pa.string()),
                "right": pa.array(self.right),
                "total": pa.array(self.total),
                "mean": pa.array(self.mean),
                "low": pa.array(self.low),
                "high": pa.array(self.high),
            }
        )


def skills_on_golden(
    answers: Answers, golden: Mapping[str, str], *, interval: str = "wilson", level: float = 0.95
) -> Skills:
    """Count each worker's right answers on `golden` tasks (task → label).

    `interval` is "wilson" (Wilson 1927) or "beta" (Jeffreys' Beta posterior). Workers without golden answers get
    total 0, mean 0.5 and the widest interval. Raises Invalid for a golden label outside the classes. Cost O(answers).
    """
    truth = answers.truth_codes(golden)[answers.task]
    asked = truth >= 0
    size = len(answers.workers)
    total = np.bincount(answers.worker[asked], minlength=size)
    right = np.bincount(answers.worker[asked & (truth == answers.label)], minlength=size)
    bounds = beta_bounds if interval == "beta" else wilson_bounds
    low, high = bounds(right, total, level=level)
    return Skills(answers.workers, right, total, (right + 1) / (total + 2), low, high)
