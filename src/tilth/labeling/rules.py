"""Quality rules: from what a worker has done to what happens to them, and why. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GoldenRule:
    """Ban when, after `min_answers` known answers, too many are wrong. `last` looks at the last N only."""

    min_answers: int
    max_errors: int | None = None
    min_accuracy: float | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class FastRule:
    """Ban when `count` of the last `of` answers took less than `seconds`."""

    seconds: float
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class SkipRule:
    """Ban when so many tasks were skipped in a row."""

    in_a_row: int


@dataclass(frozen=True, slots=True)
class Rules:
    """All quality rules of one labeling pipeline."""

    golden: GoldenRule | None = None
    fast: FastRule | None = None
    skips: SkipRule | None = None

    @property
    def memory(self) -> int:
        """How many of a worker's latest answers the rules look at."""
        return max(self.fast.of if self.fast else 0, (self.golden.last or 0) if self.golden else 0, 20)


@dataclass(frozen=True, slots=True)
class WorkerHistory:
    """What the rules know about a worker in one pipeline; newest last."""

    golden_right: int = 0
    golden_total: int = 0
    recent_golden: tuple[bool, ...] = ()
    recent_seconds: tuple[float, ...] = ()
    skips_in_row: int = 0


@dataclass(frozen=True, slots=True)
class Ban:
    """The worker gets no more tasks; earlier answers are rejected and unpaid, and their tasks asked again."""

    rule: str
    reason: str


def judge(rules: Rules, history: WorkerHistory) -> Ban | None:
    """Return the ban that the history earns, with its reason in plain words; None: go on."""
    golden = rules.golden
    if golden is not None:
        total, wrong = history.golden_total, history.golden_total - history.golden_right
        if golden.last:
            recent = history.recent_golden[-golden.last :]
            total, wrong = len(recent), recent.count(False)
        if total >= golden.min_answers and total:
            too_many = golden.max_errors is not None and wrong > golden.max_errors
            too_low = golden.min_accuracy is not None and (total - wrong) / total < golden.min_accuracy
            if too_many or too_low:
                return Ban("golden", f"{wrong} of {total} known answers wrong")
    fast = rules.fast
    if fast is not None:
        window = history.recent_seconds[-fast.of :]
        hasty = sum(seconds < fast.seconds for seconds in window)
        if hasty >= fast.count:
            return Ban("fast", f"{hasty} of the last {len(window)} answers took less than {fast.seconds:g} s")
    if rules.skips is not None and history.skips_in_row >= rules.skips.in_a_row:
        return Ban("skips", f"{history.skips_in_row} tasks skipped in a row")
    return None


def golden_is_due(pipeline: str, worker: str, issued: int, every: int) -> bool:
    """Tell whether a worker's next task should be a known one.

    One of each `every` tasks is, at a place that only the server can tell: it depends on the worker and the block.
    """
    block, place = divmod(issued, every)
    seed = hashlib.blake2b(f"{pipeline}\0{worker}\0{block}".encode(), digest_size=8).digest()
    return int.from_bytes(seed) % every == place


def label_confidence(votes: Sequence[tuple[str, float]], categories: int) -> tuple[str, float]:
    """Return the most probable label and its probability, from (label, accuracy of the one who gave it) votes.

    Independent errors spread evenly over the other categories, uniform prior: P(z) is the product over votes of q where
    the vote is z, and (1 - q) / (categories - 1) where not.
    """
    labels = sorted({label for label, _ in votes})
    categories = max(categories, len(labels), 2)
    weights: dict[str, float] = {}
    for label in labels:
        weight = 1.0
        for vote, accuracy in votes:
            weight *= accuracy if vote == label else (1.0 - accuracy) / (categories - 1)
        weights[label] = weight
    nobody = 1.0
    for _, accuracy in votes:
        nobody *= (1.0 - accuracy) / (categories - 1)
    total = sum(weights.values()) + nobody * (categories - len(labels))
    best = max(labels, key=lambda label: (weights[label], label))
    return best, weights[best] / total if total > 0 else 1.0 / categories


def accuracy_of(golden_right: int, golden_total: int) -> float:
    """Return a worker's accuracy from known answers, smoothed: (1/2 + right) / (1 + total)."""
    return (0.5 + golden_right) / (1.0 + golden_total)


def majority(votes: Sequence[str]) -> tuple[str, float]:
    """Return the most frequent label (ties: the first in order of text) and its share."""
    counts: Mapping[str, int] = {vote: votes.count(vote) for vote in votes}
    best = min(counts, key=lambda label: (-counts[label], label))
    return best, counts[best] / len(votes)
