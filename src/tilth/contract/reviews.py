"""Reviews: experts check a sample of what the crowd decided, and so learn how often labels are wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tilth.contract.datasets import IntervalInfo
from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class ShownTask:
    """What a task shows: `data` by variable (text, or the address of the bytes), `media` variable → content type."""

    task: str
    key: str
    path: str
    data: Mapping[str, Any]
    media: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One labeler's answer, the labeler by opaque id. `result` is the Label Studio result list."""

    answer: str
    worker: str
    label: str | None
    result: Sequence[Mapping[str, Any]]
    seconds: float
    state: str
    unsure: bool
    imported: bool
    at_ms: int


@dataclass(frozen=True, slots=True)
class ReviewInfo:
    """A sample of settled items for an expert. `by`: random, class, worker or unsure; `counts` tells error rates."""

    id: str
    pipeline: str
    by: str
    size: int
    population: int
    seed: int
    author: str
    created_ms: int
    state: str
    """open, done (every item decided) or ended."""
    decided: int
    accepted: int
    corrected: int
    rejected: int
    skipped: int
    counts: bool
    """Whether its decisions feed the error rates: only those of samples drawn at random do."""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One item of a review: what it shows, what held when the sample was drawn, who said what, what was decided."""

    review: str
    position: int
    shown: ShownTask
    stratum: str
    label: Any
    """A category, else a result list."""
    confidence: float
    answers: Sequence[GivenAnswer]
    verdict: str
    """accepted, corrected, rejected, skipped; empty while undecided."""
    correction: Any = None
    reason: str = ""
    by: str = ""
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class GroupRate:
    """The error rate within one class, labeler or folder."""

    name: str
    rate: IntervalInfo
    wrong: int
    """How many of the n were wrong."""


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """How often labels are wrong, from decided items of random samples only.

    `left_out` counts decisions on other samples (least confident first), which would overstate it. In `workers` the
    rate is that of a labeler's own answers. Unequal chances of being drawn are weighed out (`weighted` says so).
    """

    overall: IntervalInfo
    wrong: int
    classes: Sequence[GroupRate]
    workers: Sequence[GroupRate]
    folders: Sequence[GroupRate]
    reviews: int
    left_out: int
    weighted: bool


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing in labeling that waits for a person: kind is review, escalated or worker."""

    kind: str
    pipeline: str
    count: int
    of: int = 0
    review: str = ""
    worker: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class Reviews(Protocol):
    """Sampled review of what labeling decided."""

    def start(
        self, pipeline: str, *, size: int = 0, share: float = 0.0, by: str = "random", seed: int | None = None
    ) -> ReviewInfo:
        """Draw a sample of settled items: `size` of them, or a `share` of all. Equal seeds draw equal samples.

        by: `random`; `class` or `worker` (equally many of each, for rates in small groups); `unsure` (least confident
        first: finds errors fast and says nothing about how many there are). Raises Invalid where nothing is settled.
        """

    def list(self, pipeline: str, *, after: str | None = None, limit: int = 100) -> Page[ReviewInfo]:
        """List reviews, newest first."""

    def get(self, review: str) -> ReviewInfo:
        """Return one review."""

    def items(self, review: str, *, todo: bool = False, after: str | None = None, limit: int = 20) -> Page[ReviewItem]:
        """List a review's items in order; `todo`: only those not decided yet."""

    def decide(self, review: str, position: int, verdict: str, *, label: Any = None, reason: str = "") -> ReviewItem:
        """Decide an item: `accepted`, `corrected` (to `label`: a ruling), `rejected` (its answers are unpaid and asked
        again; needs a reason) or `skipped`. Append-only. Raises Conflict when it is decided already.
        """

    def undo(self, review: str) -> ReviewItem | None:
        """Take back the caller's last standing decision with all it did; None when there is none. Raises Conflict when
        somebody has decided the item otherwise since.
        """

    def end(self, review: str) -> ReviewInfo:
        """End a review before all is decided; decisions stay."""

    def rates(self, pipeline: str, *, review: str | None = None) -> ErrorRates:
        """Return error rates with intervals, over all random reviews or one."""

    def due(self) -> Page[DueItem]:
        """List what waits for a person: open reviews, items for an expert, labelers who fail known answers."""
