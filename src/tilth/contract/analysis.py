"""Analysis: what the items of a dataset look like together, which are alike, and which labels look wrong.

The work itself is done by two ordinary pipelines, NAME-embed and NAME-analysis, which `start` makes and runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tilth.contract.datasets import IntervalInfo, ItemInfo
from tilth.contract.jobs import JobInfo


@dataclass(frozen=True, slots=True)
class AnalysisInfo:
    """How far the analysis of a dataset is."""

    dataset: str
    state: str
    """missing, running, failed, ready, old (something has changed since), or impossible (see reason)."""
    reason: str
    """Why it failed, is old, or cannot be."""
    stage: str
    """While running: describing (items one by one), or analysing (all together)."""
    done: int
    total: int
    version: int | None
    """The saved version that the results are of."""
    newest: int
    """The newest saved version; 0 where none is."""
    commit: str | None
    """The commit of NAME-analysis that holds the results."""
    jobs: Sequence[JobInfo]
    """The last run of each of the two pipelines."""
    unreadable: int
    """Items that could not be read; why is under `unreadable/` in NAME-embed."""
    summary: Mapping[str, Any]
    """items, described, labeled, suspects, likely_wrong, near_duplicates."""


@dataclass(frozen=True, slots=True)
class SimilarItem:
    """An item and how much it is like what was asked for, 0 to 1."""

    item: ItemInfo
    score: float


@dataclass(frozen=True, slots=True)
class SimilarInfo:
    """Items in the order in which a person should look at them."""

    items: Sequence[SimilarItem]
    by: str
    """similarity, or learned: from three examples and decisions on."""
    precision: IntervalInfo
    """Accepted of all that were decided (seeds do not count)."""
    candidates: int
    """Items left to look at."""
    without: int
    """Items that cannot be compared: they could not be read, or came after the analysis."""


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Items that show nearly the same; the first one stands for them."""

    items: Sequence[ItemInfo]
    splits: Sequence[str]
    """Values of the field `split` that occur, where there is one: more than one is a leak."""
    labels: Sequence[str]
    """Labels that occur: more than one is a contradiction."""


@dataclass(frozen=True, slots=True)
class DuplicatesInfo:
    """Groups of near-duplicates: across splits first, then with labels that differ, then the largest."""

    groups: Sequence[DuplicateGroup]
    next: str | None
    total: int
    across_splits: int
    contradicting: int


@dataclass(frozen=True, slots=True)
class ColourInfo:
    """What the points of a map are coloured by."""

    column: str
    kind: str
    """category, number or none."""
    names: Sequence[str]
    """For a category: its values, most first; `code` counts in them."""
    counts: Sequence[int]
    """Points of each value among those shown."""
    other: int
    """Points whose value is beyond the named ones (code = number of names)."""
    missing: int
    """Points without a value (code -1)."""
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class MapInfo:
    """The map of a dataset as columns, one place per point: `keys[i]` lies at `x[i]`, `y[i]` (−1 to 1)."""

    matching: int
    """Matching items that have a place."""
    without: int
    """Matching items without one."""
    keys: Sequence[str]
    """All of them, or a sample (the same one for the same question)."""
    x: Sequence[float]
    y: Sequence[float]
    code: Sequence[int]
    """For a category: position in `colour.names`."""
    value: Sequence[float | None]
    """For a number: the number itself."""
    colour: ColourInfo


@dataclass(frozen=True, slots=True)
class OverInfo:
    """A value that is commoner in a selection than in the rest."""

    column: str
    value: str
    """A value, or for numbers a range as text."""
    where: str
    """The filter that finds the items with it."""
    inside: IntervalInfo
    """Its share in the selection."""
    outside: IntervalInfo
    """Its share in the rest."""
    lift: float
    """How many times as common as in the rest (9999 where the rest has none)."""
    p: float
    """How likely so much difference is by chance, times the number of values looked at (Bonferroni)."""


@dataclass(frozen=True, slots=True)
class ExplainInfo:
    """What is special about a selection."""

    selected: int
    rest: int
    over: Sequence[OverInfo]
    """Most telling first; only what chance hardly explains (p < 0.05)."""
    looked_at: int
    """Values compared."""
    errors_inside: IntervalInfo | None
    """Share of wrong predictions among labeled items of the selection; None without a model."""
    errors_outside: IntervalInfo | None


class Analysis(Protocol):
    """Maps, similar items, near-duplicates and explanations of datasets."""

    def start(self, dataset: str) -> AnalysisInfo:
        """Save a version if something changed, make or update NAME-embed and NAME-analysis, and run them.

        Returns at once; `state` tells how far they are. Raises Invalid for items that cannot be compared.
        """

    def state(self, dataset: str) -> AnalysisInfo:
        """Tell how far the analysis is. Cheap."""

    def stop(self, dataset: str) -> AnalysisInfo:
        """Stop its runs. What was described stays and is not done again."""

    def map(
        self,
        dataset: str,
        *,
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        colour: str = "",
        points: int = 50_000,
    ) -> MapInfo:
        """Return the places of matching items, coloured by a column: all, or a sample of at most `points`."""

    def similar(
        self,
        dataset: str,
        seeds: Sequence[str],
        *,
        accepted: Sequence[str] = (),
        discarded: Sequence[str] = (),
        where: str = "",
        model: str | None = None,
        limit: int = 60,
        diverse: bool = True,
    ) -> SimilarInfo:
        """Find items like `seeds` and `accepted`, unlike `discarded`, that were not decided yet, best first.

        From three of them on the order is learned. `diverse` leaves out items that nearly repeat a better one of the
        same answer.
        """

    def neighbours(self, dataset: str, key: str, *, model: str | None = None, limit: int = 12) -> Sequence[SimilarItem]:
        """Return the items nearest to one."""

    def duplicates(self, dataset: str, *, after: str | None = None, limit: int = 50) -> DuplicatesInfo:
        """List groups of near-duplicates."""

    def explain(
        self,
        dataset: str,
        *,
        keys: Sequence[str] | None = None,
        selection: str | None = None,
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        limit: int = 20,
    ) -> ExplainInfo:
        """Say what is special about some items (`keys`, or a filter `selection`) against the rest of `where`."""
