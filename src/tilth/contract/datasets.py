"""Datasets: items with their labels, fields and predictions, and what people do to them.

A dataset is a repo of kind "dataset". Its `main` branch holds the definition and people's acts (fixes, marks, slices),
one commit each; its `versions` branch holds what was saved to train on. Every *question* takes the same three
arguments: `where` is a filter (`label = 'cat' and confidence < 0.5`; the language of `tilth.datasets.filters`), `model`
is "NAME" or "NAME@VERSION" and adds its predictions, `at` is a version (a commit of branch `versions`, or its number),
None being the working state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tilth.contract.commit import CommitInfo
from tilth.contract.paging import Page
from tilth.contract.sending import ExportPlan, SendInfo, SendPlan


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """A dataset and what is in it now."""

    name: str
    project: str
    description: str
    media: str
    """What an item is: image, text, audio, video, or none."""
    definition: Mapping[str, Any]
    head: str
    """The commit of `main` that holds the definition and the acts."""
    items: int | None
    """Counted when the dataset was opened; None in lists, which open nothing, until somebody has opened it."""
    labeled: int | None
    classes: Sequence[str]
    versions: int
    models: Sequence[str]
    """Models whose predictions can be shown with it."""
    analysis: str
    """none, or ready when `NAME-analysis` has something."""
    unmatched: Mapping[str, int] = field(default_factory=dict)
    """Source → rows of it that belong to no item."""
    problem: str = ""
    """Why it cannot be opened now, if so."""
    untrainable: str = ""
    """Why nothing may be trained on it, if so; told when the dataset was opened, not in lists."""


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """A column that filters, sorting and histograms may name."""

    name: str
    kind: str
    """number, text, boolean, time or other."""
    role: str
    """key, label, prediction, confidence, field, analysis, act or slice."""
    distinct: int
    """About how many different values it has."""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What an item shows: text as it is, else a file to read by `files.read(reference)`."""

    kind: str
    reference: str | None = None
    """`repo@commit:path`."""
    text: str | None = None


@dataclass(frozen=True, slots=True)
class ItemInfo:
    """One item. What is not there is None."""

    key: str
    media: MediaInfo
    label: str | None
    """What holds: an expert's fix, else what the source says."""
    given_label: str | None
    label_confidence: float | None
    labeled_by: str
    """people, given, fixed or none."""
    prediction: str | None
    confidence: float | None
    correct: bool | None
    mark: str | None
    fields: Mapping[str, Any]
    """Every other column."""


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """One thing that happened to an item's label; newest first in lists."""

    kind: str
    """fixed, marked, or given."""
    label: str | None
    by: str
    at_ms: int
    reason: str
    commit: str


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """An item with all that is known about its label."""

    item: ItemInfo
    answers: Sequence[Mapping[str, Any]]
    """Published answers, people by opaque id: worker, label, seconds, unsure, state."""
    history: Sequence[LabelEvent]
    slices: Sequence[str]
    ruling: bool = False
    """Whether fixing it rules in the labeling pipeline that made its label."""


@dataclass(frozen=True, slots=True)
class CountInfo:
    """How many items there are, and how many match."""

    total: int
    matching: int


@dataclass(frozen=True, slots=True)
class BinInfo:
    """How many values lie in low ≤ value < high (the last bin has its high, too)."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class ValueInfo:
    """How many items have a value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class HistogramInfo:
    """How a column spreads over n matching items; numbers by `bins`, all else by its commonest `values`."""

    column: str
    kind: str
    n: int
    missing: int
    bins: Sequence[BinInfo]
    values: Sequence[ValueInfo]
    other: int


@dataclass(frozen=True, slots=True)
class IntervalInfo:
    """A number on n items, with the ends of its 95 % interval; `value` is None where n is 0."""

    value: float | None
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class ClassMetrics:
    """One class: `support` items truly are of it, `predicted` were said to be."""

    label: str
    support: int
    predicted: int
    precision: IntervalInfo
    recall: IntervalInfo
    f1: IntervalInfo


@dataclass(frozen=True, slots=True)
class CellInfo:
    """How many items of class `true` were predicted as `predicted`."""

    true: str
    predicted: str
    count: int


@dataclass(frozen=True, slots=True)
class MetricsInfo:
    """How good a model's predictions are on the matching items."""

    matching: int
    n: int
    """Matching items with a label and a prediction at or above the threshold: what the numbers are over."""
    unlabeled: int
    """Matching items with a prediction and no label."""
    unpredicted: int
    """Matching items with a label and no prediction at all."""
    below_threshold: int
    """Labeled items whose prediction is less sure than the threshold: here, no prediction."""
    coverage: IntervalInfo
    """n of those that have a label and a prediction."""
    accuracy: IntervalInfo
    macro_precision: IntervalInfo
    macro_recall: IntervalInfo
    macro_f1: IntervalInfo
    classes: Sequence[ClassMetrics]
    cells: Sequence[CellInfo]
    """The confusion matrix, without its empty cells."""


@dataclass(frozen=True, slots=True)
class ActInfo:
    """One act of a person: one commit on `main`."""

    commit: str
    kind: str
    """define, fix, mark, slice, undo, or other."""
    count: int
    """How many items it is about."""
    by: str
    at_ms: int
    message: str
    undoable: bool
    undone: bool = False
    ruled: int = 0
    """Of a fix: items that people are asked about, decided as an expert's ruling. What is certain tells how far each
    labeler is to be trusted, so that labels of other items may follow."""


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One saved version."""

    number: int
    commit: str
    at_ms: int
    by: str
    message: str
    items: int
    labeled: int
    changed: int
    """Items added, gone, or different since the version before."""


@dataclass(frozen=True, slots=True)
class VersionChange:
    """One item that differs between two versions."""

    key: str
    what: str
    """added, removed, relabeled, or otherwise: a field, its picture, or who labeled it."""
    old_label: str | None
    new_label: str | None


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """What differs between two versions: how many items in which way, and a page of them by key."""

    old: VersionInfo
    new: VersionInfo
    added: int
    removed: int
    relabeled: int
    otherwise: int
    items: Page[VersionChange]


class Datasets(Protocol):
    """Datasets; and tables in commits, read through DuckDB."""

    def rows(
        self,
        reference: str,
        *,
        where: str = "",
        columns: Iterable[str] = (),
        after: str | None = None,
        limit: int = 100,
    ) -> Page[Mapping[str, Any]]:
        """Read rows of the table at `repo@revision:folder-or-file` (Parquet, CSV, JSONL), filtered."""

    def count(self, reference: str, *, where: str = "") -> int:
        """Count the rows that match."""

    def define(
        self, name: str, definition: Mapping[str, Any], *, description: str = "", message: str = ""
    ) -> DatasetInfo:
        """Create a dataset or change what it is made of. It is opened first: Invalid names the field that is wrong."""

    def guess(self, reference: str) -> Mapping[str, Any]:
        """Suggest a definition for what lies at `repo[@branch][:path]`: images, or a table."""

    def get(self, name: str) -> DatasetInfo:
        """Return one dataset, opened."""

    def list(self, *, after: str | None = None, limit: int = 100) -> Page[DatasetInfo]:
        """List datasets by name, without opening them."""

    def columns(self, name: str, *, model: str | None = None, at: str | None = None) -> Sequence[ColumnInfo]:
        """List what filters may name."""

    def items(
        self,
        name: str,
        *,
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        sort: str = "",
        descending: bool = False,
        after: str | None = None,
        skip: int = 0,
        limit: int = 100,
    ) -> Page[ItemInfo]:
        """List matching items by key, or by the column `sort` (missing values last, equal ones by key).

        `skip` passes over as many first: a place far inside is one question away. Read on with `after`, which costs
        the same everywhere.
        """

    def item(self, name: str, key: str, *, model: str | None = None, at: str | None = None) -> ItemDetail:
        """Return one item with its answers, history and slices. Raises NotFound."""

    def count_items(self, name: str, *, where: str = "", model: str | None = None, at: str | None = None) -> CountInfo:
        """Count the items that match."""

    def histograms(
        self,
        name: str,
        columns: Iterable[str],
        *,
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        bins: int = 20,
    ) -> Sequence[HistogramInfo]:
        """Count the values of several columns among the matching items."""

    def values(
        self,
        name: str,
        column: str,
        *,
        prefix: str = "",
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        limit: int = 20,
    ) -> Sequence[ValueInfo]:
        """List the values of a column that begin with `prefix` (in any case), commonest first."""

    def metrics(
        self, name: str, model: str, *, where: str = "", at: str | None = None, threshold: float = 0.0
    ) -> MetricsInfo:
        """Score a model on the matching items; predictions less sure than `threshold` count as none."""

    def thumbnail(self, name: str, key: str, *, size: int = 256, at: str | None = None) -> bytes:
        """Return a small picture (PNG or JPEG, at most `size` on either side) of an image item. Raises Invalid."""

    def fix(
        self,
        name: str,
        label: str | None,
        *,
        keys: Sequence[str] | None = None,
        where: str | None = None,
        model: str | None = None,
        expect: int | None = None,
        reason: str = "",
    ) -> ActInfo:
        """Set the label of items, named by `keys` or by a filter; None takes earlier fixes back.

        With a filter, `expect` is the count that the person saw: Conflict when it is another by now. Where a labeling
        pipeline made the label, the fix is a final ruling there. Raises Invalid for an unknown key or class.
        """

    def mark(self, name: str, mark: str | None, keys: Sequence[str], *, reason: str = "") -> ActInfo:
        """Mark items (model_wrong, ambiguous, bad_data, accepted, discarded, ...); None takes the mark off."""

    def undo(self, name: str, commit: str) -> ActInfo:
        """Undo one act and keep later ones. Raises Conflict that names the items changed again since."""

    def acts(self, name: str, *, after: str | None = None, limit: int = 100) -> Page[ActInfo]:
        """List what people did, newest first."""

    def save_version(self, name: str, message: str = "") -> CommitInfo:
        """Save the working state as a version on branch `versions`, derived from its sources.

        `changed` is False, and the commit the one before, when nothing differs.
        """

    def versions(self, name: str, *, after: str | None = None, limit: int = 100) -> Page[VersionInfo]:
        """List saved versions, newest first."""

    def version_changes(
        self, name: str, old: str, new: str, *, what: str = "", after: str | None = None, limit: int = 100
    ) -> VersionChanges:
        """Compare two saved versions, each by number or commit: counts, and the items that differ by key.

        `what` lists only the added, removed, relabeled or otherwise different ones. Costs the parts that differ.
        """

    def plan_send(
        self,
        name: str,
        *,
        keys: Iterable[str] = (),
        where: str = "",
        slice: str = "",
        model: str | None = None,
        pipeline: str | None = None,
        new: Mapping[str, Any] | None = None,
    ) -> SendPlan:
        """Say what sending items to people would do, and cost at most; nothing is made yet. See `send`."""

    def send(
        self,
        name: str,
        *,
        keys: Iterable[str] = (),
        where: str = "",
        slice: str = "",
        model: str | None = None,
        pipeline: str | None = None,
        new: Mapping[str, Any] | None = None,
        expect: int | None = None,
        message: str = "",
    ) -> SendInfo:
        """Send items (named, or matching, or of a slice) to people: to a labeling pipeline, or to a `new` one.

        A new one is a short form: name, question, task (classification, boxes, text), classes, multiple, guidelines,
        overlap, price, budget, known ([{key, label}]), known_every; only the name is needed. The pipeline's labels
        become the dataset's newest source of labels. Items that lie there already are not asked again. `expect` is the
        count that was shown: Conflict when it is another. Raises HeldOut where held-out items would be trained on.
        """

    def plan_export(self, name: str, *, where: str = "", model: str | None = None, at: str | None = None) -> ExportPlan:
        """Say how much an export would be, and in which formats."""

    def export(
        self,
        name: str,
        *,
        format: str = "csv",
        where: str = "",
        model: str | None = None,
        at: str | None = None,
        media: bool = True,
        spreadsheet_safe: bool = True,
    ) -> Iterator[bytes]:
        """Stream matching items as a zip archive: csv, jsonl, parquet, coco, yolo, huggingface or imagefolder.

        `media` brings the files along, else they are named by reference. `spreadsheet_safe` puts an apostrophe before
        text in CSV that a spreadsheet would run as a formula. `export.json` in it tells filter, versions and sources.
        """
