"""Models, comparisons and uploads as the values that cross a door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tilth.contract.datasets import IntervalInfo
from tilth.contract.models import (
    ChangeInfo,
    FewInfo,
    GroupChange,
    JoinInfo,
    PromotionInfo,
    UploadColumn,
    UploadMapping,
)
from tilth.crowd.interval import Interval, wilson
from tilth.curation import uploads
from tilth.curation.compare import Change, Group, Pair
from tilth.curation.intervals import Difference
from tilth.curation.model_tests import ModelTest
from tilth.errors import Invalid
from tilth.model.commit import Commit
from tilth.workspace.infos import commit_info
from tilth.workspace.model_repos import PRODUCTION, ModelRepo
from tilth.workspace.model_scores import interval_info

MAX_GROUPS = 100
NOTHING = Interval(float("nan"), 0.0, 1.0, 0)
"""What is said where nothing was measured."""


def words_of(test: ModelTest) -> str:
    """Return what a test asks for, in words."""
    metric = {"macro_f1": "macro F1"}.get(test.metric, test.metric)
    of = f" of {test.of}" if test.of else ""
    on = f" where {test.where}" if test.where else ""
    if test.at_least is not None:
        return f"{metric}{of}{on} is at least {_percent(test.at_least)} %"
    by = f" by more than {_percent(test.by)} points" if test.by else ""
    version = "the one in production" if test.not_worse_than == PRODUCTION else f"version {test.not_worse_than}"
    return f"{metric}{of}{on} is not worse{by} than that of {version}"


def _percent(share: float) -> str:
    return f"{100 * share:.4g}"


def promotion_info(model: ModelRepo, told: Mapping[str, Any], commit: Commit) -> PromotionInfo:
    """Return what promoted.json of a commit says."""
    return PromotionInfo(
        model=model.name,
        number=int(told.get("number", 0)),
        version=str(told.get("version", "")),
        by=commit.author,
        at_ms=commit.at_ms,
        reason=str(told.get("reason", "")),
        commit=commit.id,
        deployed=str(told.get("deployed", "")),
        deployed_commit=str(told.get("deployed_commit", "")),
        tests=list(told.get("tests", ())),
    )


def chosen_mapping(given: Mapping[str, Any], guessed: uploads.Mapping) -> uploads.Mapping:
    """Return the mapping that was asked for, guessed where it says nothing."""
    known = {"key", "label", "confidence", "probabilities", "match", "scale"}
    strange = sorted(set(given) - known)
    if strange:
        raise Invalid(f"A mapping has no field {strange[0]!r}.", help=f"Its fields are {', '.join(sorted(known))}.")
    told: dict[str, Any] = asdict(guessed) | {"probabilities": guessed.probabilities} | dict(given)
    if isinstance(told["probabilities"], Mapping):
        told["probabilities"] = tuple((str(name), str(column)) for name, column in told["probabilities"].items())
    if told["match"] not in uploads.MATCHES:
        raise Invalid(f"Keys cannot match by {told['match']!r}.", help=f"Choose one of {', '.join(uploads.MATCHES)}.")
    scale = told["scale"]
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not scale > 0:
        raise Invalid(f"A confidence cannot be divided by {scale!r}.", help="Give 1, or 100 for percent.")
    return uploads.Mapping(
        key=str(told["key"] or ""),
        label=str(told["label"] or ""),
        confidence=str(told["confidence"] or ""),
        probabilities=told["probabilities"],
        match=told["match"],
        scale=float(scale),
    )


def upload_column(table: pa.Table, name: str) -> UploadColumn:
    """Return a column of an uploaded file with a few of its values."""
    values = [str(value)[:60] for value in table[name].slice(0, 5).to_pylist() if value is not None]
    return UploadColumn(name, str(table.schema.field(name).type), values)


def join_info(
    report: uploads.JoinReport,
    columns: Sequence[UploadColumn],
    mapping: UploadMapping,
    problem: str,
    commit: Commit | None,
) -> JoinInfo:
    """Return a join report as it crosses a door."""
    return JoinInfo(
        columns=columns,
        mapping=mapping,
        rows=report.rows,
        items=report.items,
        labeled=report.labeled,
        matched=report.matched,
        judged=report.judged,
        accuracy=interval_info(report.accuracy),
        unmatched_rows=_few(report.unmatched_rows),
        unmatched_items=_few(report.unmatched_items),
        missing=report.missing,
        contradictory=_few(report.contradictory),
        repeated=report.repeated,
        unknown_classes=dict(report.unknown_classes),
        out_of_range=_few(report.out_of_range),
        bad_rows=report.bad_rows,
        problem=problem,
        commit=commit_info(commit) if commit is not None else None,
    )


def no_join(columns: Sequence[UploadColumn], mapping: UploadMapping, rows: int, items: int, problem: str) -> JoinInfo:
    """Return a report of columns alone, where the mapping does not let them join."""
    none = FewInfo(0, ())
    return JoinInfo(
        columns=columns,
        mapping=mapping,
        rows=rows,
        items=items,
        labeled=0,
        matched=0,
        judged=0,
        accuracy=interval_info(NOTHING),
        unmatched_rows=none,
        unmatched_items=none,
        missing=0,
        contradictory=none,
        repeated=0,
        unknown_classes={},
        out_of_range=none,
        bad_rows=0,
        problem=problem,
    )


def _few(few: uploads.Few) -> FewInfo:
    return FewInfo(few.count, list(few.examples))


def change_info(change: Change) -> ChangeInfo:
    """Return a change as it crosses a door."""
    verdict = change.difference.verdict
    return ChangeInfo(
        interval_info(change.first),
        interval_info(change.second),
        difference_info(change.difference),
        "not distinguishable" if verdict == "within noise" else verdict,
    )


def difference_info(difference: Difference) -> IntervalInfo:
    """Return a difference as it crosses a door."""
    return interval_info(Interval(difference.value, difference.low, difference.high, difference.n))


def group_change(group: Group, where: str) -> GroupChange:
    """Return what changed for a class or slice, with the filter that finds its items."""
    return GroupChange(
        group.name, where, group.n, group.fixed, group.broken, group.still_wrong, change_info(group.change)
    )


def slice_rules(columns: Iterable[str]) -> list[tuple[str, str]]:
    """Return the slices of a dataset by name, with the filter for each."""
    found = [name.removeprefix("slice.") for name in columns if name.startswith("slice.")]
    return [(name, f"`slice.{name}` = true") for name in found[:MAX_GROUPS]]


def label_grid(pair: Pair, among: NDArray[np.bool_]) -> dict[str, IntervalInfo]:
    """Return the accuracy of both models by both versions of the labels, on the items of all of them."""
    judged = among & pair.judged()
    n = int(judged.sum())
    return {
        f"{model}@{data}": interval_info(wilson(int((said == labels)[judged].sum()), n))
        for model, said in (("first", pair.first), ("second", pair.second))
        for data, labels in (("first", pair.first_label), ("second", pair.second_label))
    }


def number_or_none(value: Any) -> float | None:
    """Return a number, None where it is none."""
    return float(value) if np.isfinite(value) else None
