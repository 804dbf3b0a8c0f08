"""Datasets of a local workspace, and tables in its commits."""

from __future__ import annotations

import base64
import builtins
import datetime
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tilth.contract.commit import CommitInfo
from tilth.contract.datasets import (
    ActInfo,
    BinInfo,
    CellInfo,
    ClassMetrics,
    ColumnInfo,
    CountInfo,
    DatasetInfo,
    HistogramInfo,
    IntervalInfo,
    ItemDetail,
    ItemInfo,
    MetricsInfo,
    ValueInfo,
    VersionChanges,
    VersionInfo,
)
from tilth.contract.paging import Page
from tilth.contract.sending import ExportPlan, SendInfo, SendPlan
from tilth.datasets.assembling import CERTAINTY, GIVEN, SCORES, SLICES
from tilth.datasets.definition import parse_definition
from tilth.datasets.filters import Column, Compare
from tilth.datasets.model_definition import DEFINITION as MODEL_DEFINITION
from tilth.errors import Invalid, NotFound, TilthError
from tilth.model.commit import Commit
from tilth.model.names import DEFAULT_BRANCH
from tilth.versioning import repos
from tilth.versioning.branches import list_branches
from tilth.versioning.commits import get_commit
from tilth.versioning.repos import DATASET, MODEL, Repo
from tilth.workspace import (
    dataset_acts,
    dataset_guess,
    dataset_undo,
    dataset_versions,
    exporting,
    label_origin,
    sending,
    version_changes,
)
from tilth.workspace.dataset_sources import DEFINITION, label_role
from tilth.workspace.dataset_views import OpenDataset, open_view
from tilth.workspace.holding_out import untrainable
from tilth.workspace.names import full_name, short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of
from tilth.workspace.thumbnails import thumbnail

MAX_COLUMNS = 100
"""Columns whose histograms one call may ask for."""
MAX_BINS = 1000
MAX_RESAMPLED = 10_000_000
"""Cells of confusion matrices that are drawn for an interval: where many occur, fewer draws."""
_ANSWERS_SHOWN = 100


class LocalDatasets:
    """Datasets of the folder."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._backend = opened.backend
        self._tables = opened.resources.tables

    def rows(
        self,
        reference: str,
        *,
        where: str = "",
        columns: Iterable[str] = (),
        after: str | None = None,
        limit: int = 100,
    ) -> Page[Mapping[str, Any]]:
        """Read rows of a table in key order."""
        page = self._tables.at(reference).page(
            where, columns=builtins.list(columns), after=after, limit=check_limit(limit)
        )
        rows = [{name: plain(value) for name, value in row.items()} for row in page.rows.to_pylist()]
        return Page(rows, page.next)

    def count(self, reference: str, *, where: str = "") -> int:
        """Count the rows that match."""
        return self._tables.at(reference).count(where)

    def define(
        self, name: str, definition: Mapping[str, Any], *, description: str = "", message: str = ""
    ) -> DatasetInfo:
        """Create a dataset or change what it is made of."""
        dataset_acts.define(self._opened, name, definition, description=description, message=message)
        return self.get(name)

    def guess(self, reference: str) -> Mapping[str, Any]:
        """Suggest a definition."""
        return dataset_guess.guess(self._backend, reference)

    def get(self, name: str) -> DatasetInfo:
        """Return one dataset, opened."""
        found = open_view(self._opened, name)
        counts = found.view.totals()
        self._opened.resources.dataset_views.counts[found.repo.id] = counts
        return self._told(
            found.repo,
            found.head,
            found.document,
            models=self._models(),
            counts=counts,
            classes=found.view.classes,
            unmatched=found.view.unmatched,
            untrainable=untrainable(self._opened, found),
        )

    def list(self, *, after: str | None = None, limit: int = 100) -> Page[DatasetInfo]:
        """List datasets by name, without opening them."""
        found = repos.list_repos(self._backend, kind=DATASET, after=after, limit=check_limit(limit) + 1)
        models = self._models()
        return page_of(found, limit, lambda repo: self._listed(repo, models), lambda repo: repo.full_name)

    def columns(self, name: str, *, model: str | None = None, at: str | None = None) -> Sequence[ColumnInfo]:
        """List what filters may name."""
        view = open_view(self._opened, name, model=model, at=at).view
        plain_ones = [column for column, role in view.roles.items() if role != "slice"]
        distinct = {**view.distinct(plain_ones), **{column: 2 for column in view.kinds if column not in plain_ones}}
        return [ColumnInfo(column, kind, view.roles[column], distinct[column]) for column, kind in view.kinds.items()]

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
        """List matching items by key, or by a column."""
        found = open_view(self._opened, name, model=model, at=at)
        view, shown = found.view, shown_columns(found)
        check_limit(limit)
        if skip < 0:
            raise Invalid(f"{skip} items cannot be passed over.", help="Give 0 or more.")
        if sort and not (sort == "key" and not descending):
            page = view.page_by(sort, where, descending=descending, columns=shown, after=after, skip=skip, limit=limit)
        else:
            page = view.page(where, columns=shown, after=after, skip=skip, limit=limit)
        return Page([item_info(found, row) for row in page.rows.to_pylist()], page.next)

    def item(self, name: str, key: str, *, model: str | None = None, at: str | None = None) -> ItemDetail:
        """Return one item with its answers, history and slices."""
        found = open_view(self._opened, name, model=model, at=at)
        rows = found.view.among([key]).to_pylist()
        if not rows:
            raise NotFound(
                f"{name} has no item {key[:200]!r}.", help="Look for it with a filter on key.", key=key[:200]
            )
        slices = [column.removeprefix(SLICES) for column, value in rows[0].items() if value and _is_slice(column)]
        ruling = found.version is None and bool(dataset_acts.tasks_of(self._opened, found, [key]))
        answers = self._answers(found, key)
        given = label_origin.given(self._opened.backend.store, found, key, answers)
        return ItemDetail(
            item_info(found, rows[0]),
            [answer for each in answers.values() for answer in each],
            dataset_acts.history(self._opened, found, key, given),
            slices,
            ruling,
        )

    def count_items(self, name: str, *, where: str = "", model: str | None = None, at: str | None = None) -> CountInfo:
        """Count the items that match."""
        view = open_view(self._opened, name, model=model, at=at).view
        total, _ = view.totals()
        return CountInfo(total, view.count(where) if where.strip() else total)

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
        wanted = builtins.list(columns)
        if len(wanted) > MAX_COLUMNS or not 1 <= bins <= MAX_BINS:
            raise Invalid(
                f"{len(wanted)} columns in {bins} bins are not possible.",
                help=f"Ask for up to {MAX_COLUMNS} columns in 1 to {MAX_BINS} bins.",
            )
        view = open_view(self._opened, name, model=model, at=at).view
        return [
            HistogramInfo(
                column=each.column,
                kind=view.kinds[each.column],
                n=each.n,
                missing=each.missing,
                bins=[BinInfo(*each_bin) for each_bin in each.bins],
                values=[ValueInfo(*pair) for pair in each.values],
                other=each.other,
            )
            for each in view.histograms(wanted, where, bins=bins)
        ]

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
        """List the values of a column that begin with `prefix`."""
        view = open_view(self._opened, name, model=model, at=at).view
        return [ValueInfo(*pair) for pair in view.values(column, prefix, where, limit=check_limit(limit))]

    def metrics(
        self, name: str, model: str, *, where: str = "", at: str | None = None, threshold: float = 0.0
    ) -> MetricsInfo:
        """Score a model on the matching items."""
        if not math.isfinite(threshold):
            raise Invalid(f"{threshold} is no threshold.", help="Give a number from 0 to 1.")
        view = open_view(self._opened, name, model=model, at=at).view
        counted = view.cells("label", "prediction", "confidence", threshold, where)
        return metrics_of(zip(*(counted[each].to_pylist() for each in counted.schema.names), strict=True))

    def thumbnail(self, name: str, key: str, *, size: int = 256, at: str | None = None) -> bytes:
        """Return a small picture of an image item."""
        found = open_view(self._opened, name, at=at)
        rows = found.view.among([key], [found.media_column]).to_pylist()
        if not rows:
            raise NotFound(
                f"{name} has no item {key[:200]!r}.", help="Look for it with a filter on key.", key=key[:200]
            )
        return thumbnail(self._opened, found.media(rows[0]), size)

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
        """Set the label of items, or take fixes back."""
        chosen = dataset_acts.Chosen(keys=keys, where=where, model=model, expect=expect)
        return dataset_acts.fix(self._opened, name, label, chosen, reason=reason)

    def mark(self, name: str, mark: str | None, keys: Sequence[str], *, reason: str = "") -> ActInfo:
        """Mark items, or take marks off."""
        return dataset_acts.mark(self._opened, name, mark, keys, reason=reason)

    def undo(self, name: str, commit: str) -> ActInfo:
        """Undo one act and keep later ones."""
        return dataset_undo.undo(self._opened, name, commit)

    def acts(self, name: str, *, after: str | None = None, limit: int = 100) -> Page[ActInfo]:
        """List what people did, newest first."""
        return dataset_acts.acts(self._opened, name, after=after, limit=check_limit(limit))

    def save_version(self, name: str, message: str = "") -> CommitInfo:
        """Save the working state as a version."""
        return dataset_versions.save_version(self._opened, name, message)

    def versions(self, name: str, *, after: str | None = None, limit: int = 100) -> Page[VersionInfo]:
        """List saved versions, newest first."""
        return dataset_versions.versions(self._opened, name, after=after, limit=check_limit(limit))

    def version_changes(
        self, name: str, old: str, new: str, *, what: str = "", after: str | None = None, limit: int = 100
    ) -> VersionChanges:
        """Compare two saved versions."""
        return version_changes.version_changes(
            self._opened, name, old, new, what=what, after=after, limit=check_limit(limit)
        )

    # Inside

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
        """Say what sending items to people would do, and cost at most."""
        return sending.plan(
            self._opened, name, keys=keys, where=where, slice=slice, model=model, pipeline=pipeline, new=new
        )

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
        """Send items to people."""
        return sending.send(
            self._opened,
            name,
            keys=keys,
            where=where,
            slice=slice,
            model=model,
            pipeline=pipeline,
            new=new,
            expect=expect,
            message=message,
        )

    def plan_export(self, name: str, *, where: str = "", model: str | None = None, at: str | None = None) -> ExportPlan:
        """Say how much an export would be."""
        return exporting.plan_export(self._opened, name, where=where, model=model, at=at)

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
        """Stream matching items as a zip archive."""
        return exporting.export(
            self._opened,
            name,
            format=format,
            where=where,
            model=model,
            at=at,
            media=media,
            spreadsheet_safe=spreadsheet_safe,
        )

    def _listed(self, repo: Repo, models: Mapping[str, Sequence[str]]) -> DatasetInfo:
        branches = {branch.name: branch for branch in list_branches(self._backend, repo)}
        head = branches[DEFAULT_BRANCH].head if DEFAULT_BRANCH in branches else None
        views = self._opened.resources.dataset_views
        if head is None:
            return self._told(repo, None, {}, models=models, problem="It is not defined yet.")
        commit = get_commit(self._backend, head)
        try:
            document = views.sources.document(commit, DEFINITION)
            parse_definition(document)
        except TilthError as problem:
            return self._told(repo, commit, {}, models=models, problem=problem.message)
        return self._told(repo, commit, document, models=models, counts=views.counts.get(repo.id))

    def _told(
        self,
        repo: Repo,
        head: Commit | None,
        document: Mapping[str, Any],
        *,
        models: Mapping[str, Sequence[str]],
        counts: tuple[int, int] | None = None,
        classes: Sequence[str] | None = None,
        unmatched: Mapping[str, int] | None = None,
        problem: str = "",
        untrainable: str = "",
    ) -> DatasetInfo:
        definition = parse_definition(document) if document else None
        known = classes if classes is not None else [each.name for each in definition.classes] if definition else []
        return DatasetInfo(
            name=repo.name,
            project=repo.project,
            description=repo.description,
            media=definition.media.kind if definition is not None else "none",
            definition=document,
            head=head.id if head is not None else "",
            items=counts[0] if counts is not None else None,
            labeled=counts[1] if counts is not None else None,
            classes=known,
            versions=dataset_versions.count_versions(self._backend, repo),
            models=models.get(repo.full_name, ()),
            analysis="ready" if self._opened.resources.dataset_views.sources.has_analysis(repo) else "none",
            unmatched=dict(unmatched or {}),
            problem=problem,
            untrainable=untrainable,
        )

    def _models(self) -> Mapping[str, Sequence[str]]:
        """Return dataset → the models whose definition names it. Costs O(models)."""
        views = self._opened.resources.dataset_views
        found: dict[str, builtins.list[str]] = {}
        for repo in repos.list_repos(self._backend, kind=MODEL):
            head = next((each.head for each in list_branches(self._backend, repo) if each.name == DEFAULT_BRANCH), None)
            if head is None:
                continue
            try:
                document = views.sources.document(get_commit(self._backend, head), MODEL_DEFINITION)
            except TilthError:
                continue
            dataset = full_name(str(document.get("dataset", "")))
            found.setdefault(dataset, []).append(short_name(repo.full_name))
        return found

    def _answers(self, found: OpenDataset, key: str) -> Mapping[int, Sequence[Mapping[str, Any]]]:
        """Return what people answered about an item, where their answers are published beside the labels: place of the
        source of labels → its answers, the newest first."""
        shown = ("worker", "label", "result", "seconds", "unsure", "state", "reason", "guideline_version", "at_ms")
        answers: dict[int, Sequence[Mapping[str, Any]]] = {}
        for place, labels in enumerate(found.definition.label_sources):
            source = found.source(label_role(place))
            if labels.pipeline is None or source is None:
                continue
            task = found.view.label_keys([key], place).get(key, key)
            try:
                view = self._tables.at(f"{source.commit.repo}@{source.commit.id}:answers")
                rows = view.top("at_ms", Compare(Column("key"), "=", task), limit=_ANSWERS_SHOWN).to_pylist()
            except TilthError:
                continue
            answers[place] = [{name: plain(row[name]) for name in shown if name in row} for row in rows]
        return answers


def shown_columns(found: OpenDataset) -> Sequence[str]:
    """Return the columns that a list of items reads: all but slices and probabilities."""
    return [name for name in found.view.kinds if not name.startswith((SLICES, SCORES))]


def item_info(found: OpenDataset, row: Mapping[str, Any]) -> ItemInfo:
    """Return an item from its row."""
    media = found.media_column
    return ItemInfo(
        key=row["key"],
        media=found.media(row),
        label=row.get("label"),
        given_label=row.get(GIVEN),
        label_confidence=_number(row.get(CERTAINTY)),
        labeled_by=row.get("labeled_by") or "none",
        prediction=row.get("prediction"),
        confidence=_number(row.get("confidence")),
        correct=row.get("correct"),
        mark=row.get("mark"),
        fields={
            name: plain(value)
            for name, value in row.items()
            if name not in _OWN and name != media and not name.startswith(SLICES)
        },
    )


def metrics_of(counted: Iterable[tuple[str | None, str | None, bool, int]]) -> MetricsInfo:
    """Return all numbers about a model from counts of (label, prediction, sure)."""
    from tilth.crowd.interval import wilson
    from tilth.curation.metrics import ConfusionMatrix, score

    cells: builtins.list[CellInfo] = []
    matching = unlabeled = unpredicted = below = 0
    for true, predicted, sure, n in counted:
        matching += n
        if true is None:
            unlabeled += n if predicted is not None else 0
        elif predicted is None:
            unpredicted += n
        elif not sure:
            below += n
        else:
            cells.append(CellInfo(true, predicted, n))
    n = sum(cell.count for cell in cells)
    matrix = ConfusionMatrix.of_cells(
        [cell.true for cell in cells], [cell.predicted for cell in cells], [cell.count for cell in cells]
    )
    scores = score(matrix, resamples=max(20, min(1000, MAX_RESAMPLED // max(len(cells), 1))))
    said = matrix.counts.sum(axis=0)
    return MetricsInfo(
        matching=matching,
        n=n,
        unlabeled=unlabeled,
        unpredicted=unpredicted,
        below_threshold=below,
        coverage=interval_info(wilson(n, n + below)),
        accuracy=interval_info(scores.accuracy),
        macro_precision=interval_info(scores.macro_precision),
        macro_recall=interval_info(scores.macro_recall),
        macro_f1=interval_info(scores.macro_f1),
        classes=[
            ClassMetrics(
                each.label,
                each.support,
                int(said[index]),
                interval_info(each.precision),
                interval_info(each.recall),
                interval_info(each.f1),
            )
            for index, each in enumerate(scores.classes)
        ],
        cells=cells,
    )


def interval_info(interval: Any) -> IntervalInfo:
    """Return a number with its interval; one that is not defined as None in 0 to 1."""
    value = float(interval.value)
    if not math.isfinite(value):
        return IntervalInfo(None, 0.0, 1.0, int(interval.n))
    return IntervalInfo(value, float(interval.low), float(interval.high), int(interval.n))


def plain(value: Any) -> Any:
    """Return a cell as JSON can say it: times as ISO 8601, bytes as base64, numbers that are none as null."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return str(value)


_OWN = frozenset(
    {"key", "label", GIVEN, CERTAINTY, "labeled_by", "prediction", "confidence", "correct", "mark"},
)


def _no_item(name: str, key: str) -> NotFound:
    return NotFound(f"{name} has no item {key[:200]!r}.", help="Look for it with a filter on key.", key=key[:200])


def _is_slice(column: str) -> bool:
    return column.startswith(SLICES)


def _number(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(float(value)) else None
