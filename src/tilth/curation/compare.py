"""Compare two models on the same items: what the second fixed, what it broke, and whether that is more than noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tilth.crowd.interval import Interval, wilson
from tilth.curation.alignment import Codes
from tilth.curation.intervals import Difference
from tilth.curation.metrics import MOST_CLASSES, Floats
from tilth.errors import Invalid

Outcome: TypeAlias = Literal["fixed", "broken", "still_wrong"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
DRAWS = 400_000
"""Numbers drawn at most for one interval of a mean over classes, which is what a comparison costs beside counting."""
FEWEST_DRAWS = 200
MOST_PATTERNS = 50_000
"""Combinations of label and predictions beyond which they are texts and no classes, and have no macro F1."""


@dataclass(frozen=True, slots=True)
class Change:
    """One number of both models on the same n items, and the second's minus the first's with its interval."""

    first: Interval
    second: Interval
    difference: Difference


@dataclass(frozen=True, slots=True)
class Group:
    """A class or a slice: how many items of it each model has right, and what changed."""

    name: str
    n: int
    fixed: int
    broken: int
    still_wrong: int
    change: Change


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the n items that have a label and a prediction of both."""

    n: int
    fixed: int
    broken: int
    still_wrong: int
    accuracy: Change
    macro_f1: Change | None
    classes: tuple[Group, ...]
    """By class of the label: accuracy among its items is recall. Most items first."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Codes of one set of items: the labels that each model is judged by, and what each said. NONE: there is none."""

    names: tuple[str, ...]
    first_label: Codes
    second_label: Codes
    first: Codes
    second: Codes

    @cached_property
    def right(self) -> NDArray[np.int8]:
        """Per item 1 + 2 · (the first is right) + (the second is right); 0 where not both can be judged."""
        found = (
            1 + 2 * (self.first == self.first_label).view(np.int8) + (self.second == self.second_label).view(np.int8)
        )
        none = (self.first_label < 0) | (self.second_label < 0) | (self.first < 0) | (self.second < 0)
        found[none] = 0
        codes: NDArray[np.int8] = found
        return codes

    def judged(self) -> NDArray[np.bool_]:
        """Mark the items that both models can be judged on."""
        found: NDArray[np.bool_] = self.right > 0
        return found

    def having(self, outcome: Outcome, among: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        """Mark the items that had an outcome, of those `among`."""
        found: NDArray[np.bool_] = self.right == {"still_wrong": 1, "fixed": 2, "broken": 3}[outcome]
        return found if among is None else found & among


def compare(
    pair: Pair,
    among: NDArray[np.bool_] | None = None,
    *,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    most_classes: int = 100,
) -> Comparison:
    """Compare two models on the items `among` (all without it) that both can be judged on.

    Differences of shares are paired (see `paired_shares`); that of macro F1 is the percentile interval of a paired
    bootstrap over items, and None where each model is judged by labels of its own, or these are no classes. Items with
    equal label and predictions are interchangeable, so the cost beside counting, O(items), does not grow with them.
    """
    classes = max(len(pair.names), 1)
    # Per class of the second's label (they differ only between two versions of the data), by what is right.
    right, labels = (pair.right, pair.second_label) if among is None else (pair.right[among], pair.second_label[among])
    places = (labels + 1) * 5 + right
    cells = np.bincount(places, minlength=(classes + 1) * 5).reshape(-1, 5)[1:, 1:]
    rng = np.random.default_rng(seed)
    groups = [_group(name, row, rng, level, resamples) for name, row in _largest(pair.names, cells, most_classes)]
    whole = _group("", cells.sum(axis=0), rng, level, resamples)
    same = pair.first_label is pair.second_label
    return Comparison(
        whole.n,
        whole.fixed,
        whole.broken,
        whole.still_wrong,
        whole.change,
        _macro_f1(pair, among, classes, rng, level, resamples) if same and whole.n else None,
        tuple(groups),
    )


def group(
    name: str, pair: Pair, among: NDArray[np.bool_], *, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> Group:
    """Compare two models on one slice of the items."""
    cells = np.bincount(pair.right[among], minlength=5)[1:]
    return _group(name, cells, np.random.default_rng(seed), level, resamples)


def paired_shares(
    both: int,
    only_first: int,
    only_second: int,
    neither: int,
    *,
    level: float = 0.95,
    resamples: int = 2000,
    rng: np.random.Generator,
) -> Difference:
    """Return the share right of the second minus that of the first on the same items.

    Percentile bootstrap over the four cells, each with ½ added: that keeps its promise also with few items that differ,
    where drawing from the plain counts is too sure (Agresti and Min 2005, "Simple improved confidence intervals for
    comparing matched proportions"). n = 0 gives nan in (−1, 1). The value is that of the plain counts.
    """
    cells = np.array([both, only_first, only_second, neither], np.float64)
    n = int(cells.sum())
    if not n:
        return Difference(float("nan"), -1.0, 1.0, 0, 1, level)
    smooth = (cells + 0.5) / (n + 2)
    drawn = rng.multinomial(n + 2, smooth, size=resamples)
    low, high = np.quantile((drawn[:, 2] - drawn[:, 1]) / (n + 2), [(1 - level) / 2, (1 + level) / 2])
    return Difference((only_second - only_first) / n, float(low), float(high), n, 1, level)


def worst_first(
    pair: Pair, outcome: str, confidence: tuple[Floats, Floats], among: NDArray[np.bool_] | None = None
) -> NDArray[np.int64]:
    """Return the positions of the items with an outcome, worst first; equals in the items' order.

    Worst is where the model that is wrong (the second; the first for `fixed`) was surest. Raises Invalid for an outcome
    that there is not. Cost O(items).
    """
    if outcome not in OUTCOMES:
        raise Invalid(f"There is no outcome {outcome!r}.", help=f"Choose one of {', '.join(OUTCOMES)}.")
    chosen: Outcome = outcome
    places = np.flatnonzero(pair.having(chosen, among))
    sure = np.nan_to_num(confidence[0 if chosen == "fixed" else 1][places], nan=-1.0)
    return places[np.argsort(-sure, kind="stable")]


def _largest(names: Sequence[str], cells: NDArray[np.int64], most: int) -> list[tuple[str, NDArray[np.int64]]]:
    sizes = cells.sum(axis=1)
    order = [int(index) for index in np.argsort(-sizes, kind="stable")[:most] if sizes[index]]
    return [(names[index], cells[index]) for index in order]


def _group(name: str, cells: NDArray[np.int64], rng: np.random.Generator, level: float, resamples: int) -> Group:
    """Make a group of its counts (wrong and wrong, fixed, broken, right and right)."""
    still, fixed, broken, right = (int(count) for count in cells)
    n = still + fixed + broken + right
    return Group(
        name,
        n,
        fixed,
        broken,
        still,
        Change(
            wilson(right + broken, n, level=level),
            wilson(right + fixed, n, level=level),
            paired_shares(right, broken, fixed, still, level=level, resamples=resamples, rng=rng),
        ),
    )


def _macro_f1(
    pair: Pair, among: NDArray[np.bool_] | None, classes: int, rng: np.random.Generator, level: float, resamples: int
) -> Change | None:
    judged = pair.judged() if among is None else pair.judged() & among
    labels, first, second = (codes[judged] for codes in (pair.first_label, pair.first, pair.second))
    if classes > 200:
        patterns, counts = np.unique((labels.astype(np.int64) * classes + first) * classes + second, return_counts=True)
    else:
        patterns, counts = _counted((labels * classes + first) * classes + second, classes**3)
    if len(patterns) > MOST_PATTERNS or classes > MOST_CLASSES:
        return None
    n = int(counts.sum())
    true, said = patterns // classes**2, np.stack([patterns // classes % classes, patterns % classes])
    draws = max(FEWEST_DRAWS, min(resamples, DRAWS // len(patterns)))
    drawn = np.vstack([counts, rng.multinomial(n, counts / n, size=draws)]).astype(np.float64)
    values = np.stack([_f1_of(drawn, true, each, classes) for each in said])
    tail = [(1 - level) / 2, (1 + level) / 2]
    ends = np.nanquantile(values[:, 1:], tail, axis=1)
    low, high = np.nanquantile(values[1, 1:] - values[0, 1:], tail)
    return Change(
        Interval(float(values[0, 0]), float(ends[0, 0]), float(ends[1, 0]), n, level),
        Interval(float(values[1, 0]), float(ends[0, 1]), float(ends[1, 1]), n, level),
        Difference(float(values[1, 0] - values[0, 0]), float(low), float(high), n, 1, level),
    )


def _counted(cells: Codes, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count without sorting, which is what `unique` would do."""
    counts = np.bincount(cells, minlength=size)
    patterns = np.flatnonzero(counts)
    return patterns, counts[patterns]


def _f1_of(drawn: Floats, true: NDArray[np.int64], said: NDArray[np.int64], classes: int) -> Floats:
    """Return macro F1 for each row of pattern weights, from hits, truths and guesses per class alone."""
    rows = np.arange(len(true))

    def by_class(of: NDArray[np.int64], mask: NDArray[np.bool_]) -> Floats:
        into = sparse.csr_array((np.ones(int(mask.sum())), (rows[mask], of[mask])), shape=(len(true), classes))
        summed: Floats = np.asarray(drawn @ into)
        return summed

    everywhere = np.ones(len(true), bool)
    hits, truths, guesses = by_class(true, true == said), by_class(true, everywhere), by_class(said, everywhere)
    occurs = (truths + guesses) > 0
    f1 = np.divide(2 * hits, truths + guesses, out=np.zeros_like(hits), where=occurs)
    mean: Floats = f1.sum(axis=1) / np.maximum(occurs.sum(axis=1), 1)
    return mean
