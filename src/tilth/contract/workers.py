"""The people of a labeling pipeline, by opaque id: how well, how fast, on what, and what was decided about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tilth.contract.datasets import IntervalInfo
from tilth.contract.paging import Page
from tilth.contract.reviews import GivenAnswer, ShownTask


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """One labeler. `known` is the score on known answers; `agreement` how often they say what most of the others to the
    same item say (or an expert ruled), their own answer left out; n counts items where the others are of one mind."""

    worker: str
    state: str
    reason: str
    answers: int
    rejected: int
    skipped: int
    known: IntervalInfo
    known_right: int
    agreement: IntervalInfo
    median_seconds: float
    earned: float
    last_ms: int
    imported: bool


@dataclass(frozen=True, slots=True)
class ConfusionCell:
    """How often a labeler said `said` where the others, or a known answer, say `true`."""

    true: str
    said: str
    count: int


@dataclass(frozen=True, slots=True)
class EstimatedCell:
    """Dawid–Skene's estimate: the chance that the labeler says `said` where the truth is `true`."""

    true: str
    said: str
    share: float


@dataclass(frozen=True, slots=True)
class ClassAgreement:
    """A labeler's agreement on items of one class."""

    label: str
    rate: IntervalInfo


@dataclass(frozen=True, slots=True)
class SpeedPoint:
    """The median seconds per answer of consecutive answers, at the time of the last of them."""

    at_ms: int
    seconds: float
    answers: int


@dataclass(frozen=True, slots=True)
class Restriction:
    """What was decided about a labeler: rule is golden, fast, skips, person, or lifted (a ban taken back)."""

    rule: str
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class WorkerDetail:
    """One labeler from near. `consensus` compares with what holds, `known` with known answers."""

    row: WorkerRow
    labels: Sequence[str]
    consensus: Sequence[ConfusionCell]
    known: Sequence[ConfusionCell]
    estimated: Sequence[EstimatedCell]
    classes: Sequence[ClassAgreement]
    speed: Sequence[SpeedPoint]
    restrictions: Sequence[Restriction]


@dataclass(frozen=True, slots=True)
class WorkerAnswer:
    """One answer of a labeler beside what holds; `right` only for known answers."""

    shown: ShownTask
    given: GivenAnswer
    label: Any
    agrees: bool | None
    golden: bool
    right: bool | None


@dataclass(frozen=True, slots=True)
class MethodScore:
    """How one way of aggregating does: right on known answers (which it is not shown), items decided otherwise."""

    method: str
    known: IntervalInfo
    differs: int
    current: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class MethodPair:
    """The share of items on which two methods agree, and Cohen's κ between them (None where undefined)."""

    first: str
    second: str
    share: float
    kappa: float | None
    n: int


@dataclass(frozen=True, slots=True)
class MethodComparison:
    """The same answers aggregated by each method. `alpha` is Krippendorff's, over `alpha_items` items with two or more
    answers; `kappa` Fleiss', over the `kappa_items` items with exactly `kappa_answers` answers.
    """

    items: int
    answers: int
    workers: int
    methods: Sequence[MethodScore]
    pairs: Sequence[MethodPair]
    alpha: float | None
    alpha_items: int
    kappa: float | None
    kappa_items: int
    kappa_answers: int


@dataclass(frozen=True, slots=True)
class Flip:
    """An item that methods decide differently: method → label."""

    shown: ShownTask
    votes: Sequence[str]
    labels: dict[str, str]


class Workers(Protocol):
    """Labelers of a pipeline, for those who run it."""

    def list(
        self, pipeline: str, *, sort: str = "known", descending: bool = False, after: str | None = None, limit: int = 50
    ) -> Page[WorkerRow]:
        """List labelers, sorted by known, agreement, seconds, answers, rejected, skipped, earned, state, last, worker.

        Those without a number come last. Cost: O(labelers) and what the ledger gained since the last call.
        """

    def get(self, pipeline: str, worker: str) -> WorkerDetail:
        """Return one labeler from near."""

    def answers(
        self, pipeline: str, worker: str, *, only: str = "", after: str | None = None, limit: int = 20
    ) -> Page[WorkerAnswer]:
        """List a labeler's answers, newest first, rejected ones too; only: `differs`, `known`, `rejected`."""

    def unban(self, pipeline: str, worker: str, reason: str) -> WorkerRow:
        """Give a banned labeler another chance. Answers that the ban rejected stay so: others were asked.

        What the rules look back on begins anew. Raises Conflict for one who is not banned.
        """

    def compare(self, pipeline: str) -> MethodComparison:
        """Aggregate the same answers by every method and tell how they differ. Raises Invalid where answers are not
        categories.
        """

    def flips(self, pipeline: str, *, method: str = "", after: str | None = None, limit: int = 20) -> Page[Flip]:
        """List items that `method` (or any) decides otherwise than the pipeline's own one does."""
