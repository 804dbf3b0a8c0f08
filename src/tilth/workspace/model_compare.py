"""Two versions compared, by class, by slice and item by item."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tilth.contract.models import ComparedItem, ModelComparison
from tilth.contract.paging import Page
from tilth.curation import compare as comparing
from tilth.curation.alignment import NONE
from tilth.workspace import dataset_views
from tilth.workspace.datasets import plain
from tilth.workspace.lineage import quoted_text
from tilth.workspace.model_infos import MAX_GROUPS, change_info, group_change, label_grid, number_or_none, slice_rules
from tilth.workspace.model_lineage import reasons
from tilth.workspace.model_versions import aligned, named, tell_versions, yardstick_of
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, position_of


def compare(
    opened: Opened,
    first: str,
    second: str,
    *,
    dataset: str = "",
    where: str = "",
    at: str | None = None,
    second_at: str | None = None,
) -> ModelComparison:
    """Compare two versions."""
    one, two = named(opened, first), named(opened, second)
    dataset = dataset or two.model.definition.dataset
    shown = dataset_views.open_view(opened, dataset, at=at)
    yardstick = opened.resources.yardsticks.of(shown)
    left, right = aligned(opened, yardstick, one), aligned(opened, yardstick, two)
    others = None
    if second_at is not None and second_at != at:
        others = yardstick.labels_for(yardstick_of(opened, dataset, second_at))
    pair = yardstick.pair(left, right, second_labels=others)
    among = shown.view.matching(where)
    found = comparing.compare(pair, among, most_classes=MAX_GROUPS)
    slices = [
        group_change(comparing.group(name, pair, among & shown.view.matching(rule)), rule)
        for name, rule in slice_rules(shown.view.kinds)
    ]
    labeled = among & (pair.first_label != NONE) & (pair.second_label != NONE)
    return ModelComparison(
        first=tell_versions(opened, one.model, [one])[0],
        second=tell_versions(opened, two.model, [two])[0],
        dataset=dataset,
        where=where,
        matching=int(among.sum()),
        n=found.n,
        unlabeled=int(among.sum() - labeled.sum()),
        unpredicted=int(labeled.sum()) - found.n,
        fixed=found.fixed,
        broken=found.broken,
        still_wrong=found.still_wrong,
        accuracy=change_info(found.accuracy),
        macro_f1=change_info(found.macro_f1) if found.macro_f1 is not None else None,
        classes=[group_change(each, f"label = {quoted_text(each.name)}") for each in found.classes],
        slices=slices,
        grid=label_grid(pair, among) if others is not None else {},
        why=reasons(opened.backend, one.commit, two.commit),
    )


def compared(
    opened: Opened,
    first: str,
    second: str,
    outcome: str,
    *,
    dataset: str = "",
    where: str = "",
    at: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> Page[ComparedItem]:
    """List the items with an outcome, worst first."""
    start = position_of(after) or 0
    one, two = named(opened, first), named(opened, second)
    dataset = dataset or two.model.definition.dataset
    shown = dataset_views.open_view(opened, dataset, at=at)
    yardstick = opened.resources.yardsticks.of(shown)
    left, right = aligned(opened, yardstick, one), aligned(opened, yardstick, two)
    pair = yardstick.pair(left, right)
    confidence = left.confidence.astype(np.float64), right.confidence.astype(np.float64)
    among = shown.view.matching(where) if where.strip() else None
    places = comparing.worst_first(pair, outcome, confidence, among)
    some = places[start : start + check_limit(limit)]
    keys = yardstick.keys.take(pa.array(some)).to_pylist()
    rows = {row["key"]: row for row in shown.view.among(keys).to_pylist()} if keys else {}
    fields = [name for name, role in shown.view.roles.items() if role == "field"]
    found = [
        ComparedItem(
            key=key,
            media=shown.media(rows[key]),
            label=pair.names[pair.first_label[place]],
            first=pair.names[pair.first[place]],
            first_confidence=number_or_none(left.confidence[place]),
            second=pair.names[pair.second[place]],
            second_confidence=number_or_none(right.confidence[place]),
            mark=rows[key].get("mark"),
            fields={name: plain(rows[key].get(name)) for name in fields},
        )
        for key, place in zip(keys, some, strict=True)
    ]
    return Page(found, str(start + len(some)) if start + len(some) < len(places) else None)
