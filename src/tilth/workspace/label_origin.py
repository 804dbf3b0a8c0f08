"""Who gave an item its labels: of each source that holds the item, the people or the repo behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tilth.contract.datasets import LabelEvent
from tilth.datasets.assembling import GIVEN
from tilth.datasets.definition import Labels
from tilth.datasets.parts import plan_parts
from tilth.errors import TilthError
from tilth.labeling.ledger.importing import GUIDELINES as IMPORTED
from tilth.storage.store import Store
from tilth.versioning.trees import Tree
from tilth.workspace.dataset_sources import Source, label_role
from tilth.workspace.dataset_views import OpenDataset
from tilth.workspace.names import short_name


def given(
    store: Store, found: OpenDataset, key: str, answers: Mapping[int, Sequence[Mapping[str, Any]]]
) -> list[LabelEvent]:
    """Return how each source of labels that holds an item gave its label; `answers` are those of people by its place.

    Reads one part of each labeling pipeline's labels.
    """
    events: list[LabelEvent] = []
    others: list[Source] = []
    for place, labels in enumerate(found.definition.label_sources):
        source = found.source(label_role(place)) if labels.source is not None else found.source("items")
        if source is None:
            continue
        if labels.pipeline is None:
            others.append(source)
            continue
        task = found.view.label_keys([key], place).get(key)
        row = _row(store, source, labels, task) if task is not None else None
        if row is not None:
            said = answers.get(place, ())
            times = [int(each["at_ms"]) for each in said if each.get("at_ms")]
            at_ms = max(times, default=source.commit.at_ms)
            by = _people(short_name(labels.pipeline), said, ruled=bool(row.get("expert")))
            events.append(LabelEvent("given", row[labels.column], by, at_ms, "", source.commit.id))
    rows = found.view.among([key], [GIVEN]).to_pylist()
    label = rows[0][GIVEN] if rows else None
    if not events and others and label is not None:
        by = " or ".join(dict.fromkeys(short_name(each.commit.author) for each in others))
        events.append(LabelEvent("given", label, by, others[0].commit.at_ms, "", others[0].commit.id))
    return events


def _row(store: Store, source: Source, labels: Labels, task: str) -> dict[str, Any] | None:
    """Return what a labeling pipeline published of an item; None where it did not."""
    tree, folder = Tree(store, source.commit.tree), source.reference.path or ""
    try:
        names = [entry.path.rpartition("/")[2] for entry in tree.list(folder)]
        for name in plan_parts(names, [task]):
            if name in names:
                table = pq.read_table(pa.BufferReader(tree.read(f"{folder}/{name}")))
                keys: Any = table[labels.key]
                rows: list[dict[str, Any]] = table.filter(pc.equal(keys, pa.scalar(task))).to_pylist()
                return rows[0] if rows and rows[0].get(labels.column) is not None else None
    except (TilthError, KeyError):
        return None  # no table as a labeling pipeline publishes it
    return None


def _people(pipeline: str, answers: Sequence[Mapping[str, Any]], *, ruled: bool) -> str:
    if ruled:
        return f"an expert in {pipeline}"
    counted = [each for each in answers if each.get("state") in (None, "accepted")]
    brought = {each["worker"] for each in counted if each.get("guideline_version") == IMPORTED}
    asked = {each["worker"] for each in counted} - brought
    told = [f"{_number(asked)} of {pipeline}"] if asked else []
    if brought:
        told.append(f"imported answers of {_number(brought)}" + ("" if asked else f" in {pipeline}"))
    return " and ".join(told) or f"people of {pipeline}"


def _number(people: set[Any]) -> str:
    return "1 person" if len(people) == 1 else f"{len(people):,} people"
