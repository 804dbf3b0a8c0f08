"""Reading what a dataset is made from as the tables of its view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tilth.datasets.assembling import (
    ANALYSIS,
    GIVEN,
    Assembly,
    Joined,
    file_items,
    joined_fields,
    joined_labels,
    layered_labels,
    row_items,
)
from tilth.datasets.definition import Definition, Labels
from tilth.datasets.predictions import joined_predictions
from tilth.datasets.tables import SUFFIXES, read_table
from tilth.errors import Invalid
from tilth.model.commit import Commit
from tilth.versioning.glob import compile_glob, matching
from tilth.versioning.trees import Tree
from tilth.workspace.dataset_sources import ITEMS, DatasetSources, Source, label_role
from tilth.workspace.names import short_name


def assemble(known: DatasetSources, definition: Definition, sources: Sequence[Source]) -> Assembly:
    """Read the tables of a definition from its sources. Raises Invalid naming the field that does not fit."""
    by_role = {each.role: each for each in sources}
    items = by_role["items"]
    labels = definition.labels
    classes = [each.name for each in definition.classes]
    people = labels is not None and labels.pipeline is not None
    if definition.items.key is None:
        made = Assembly(_files(known, items, definition), people=people)
    else:
        made = row_items(_table(known, items, definition.items.key), definition)
    joined: list[Joined] = []
    if definition.older:
        layers = [
            (number, each, None if each.source is None else table)
            for number, each in enumerate(definition.label_sources)
            if (table := _labels_of(known, by_role.get(label_role(number)), each)) is not None or each.source is None
        ]
        made = replace(made, items=layered_labels(made.items, layers))
    elif labels is not None and "labels" in by_role:
        table = _table(known, by_role["labels"], labels.key, optional=labels.pipeline is not None)
        if table is not None:
            joined.append(joined_labels(labels, table))
    for number, each in enumerate(definition.fields):
        place = f"fields[{number}]"
        joined.append(joined_fields(each, _table(known, by_role[place], each.key), place))
    return replace(made, joined=[*joined, *_extras(known, sources)], classes=classes)


def assemble_version(
    known: DatasetSources, version: Commit, extra: Sequence[Source], classes: Sequence[str]
) -> Assembly:
    """Read the rows of a saved version, with a model's predictions and the analysis among `extra`."""
    tree = Tree(known.backend.store, version.tree)
    table = read_table(tree.read, sorted(known.parts(tree, ITEMS)), key="key")
    shown = {name: table[name] for name in table.schema.names if name != "label"}
    if "label" in table.schema.names:
        shown[GIVEN] = table["label"]
    return Assembly(pa.table(shown), _extras(known, extra), classes=classes, media="media")


def _labels_of(known: DatasetSources, source: Source | None, labels: Labels) -> Any:
    """Return a table of labels, None where nobody has labeled yet."""
    return _table(known, source, labels.key, optional=labels.pipeline is not None) if source is not None else None


def _extras(known: DatasetSources, sources: Sequence[Source]) -> list[Joined]:
    by_role = {each.role: each for each in sources}
    joined = []
    place = known.predictions(sources)
    if place is not None:
        joined.append(joined_predictions(place, _table(known, by_role["predictions"], place.key)))
    if "analysis" in by_role:
        table = _table(known, by_role["analysis"], "key")
        if "key" in table.schema.names:
            columns = {name: name for name in ANALYSIS if name in table.schema.names}
            joined.append(Joined("analysis", table, "key", "path", columns, "analysis"))
    return joined


def _files(known: DatasetSources, source: Source, definition: Definition) -> pa.Table:
    tree = Tree(known.backend.store, source.commit.tree)
    folder = source.reference.path or ""
    glob = definition.items.glob
    batches = []
    pattern = compile_glob(glob.lstrip("/")) if glob else None
    for batch in tree.batches(folder):
        some = batch.select(["path", "kind", "size"])
        if pattern is not None:
            below = pc.utf8_slice_codeunits(some.column("path"), len(folder) + 1) if folder else some.column("path")
            some = some.take(pa.array(matching(below, pattern), pa.int64()))
        batches.append(some)
    own = definition.own_labels
    if not sum(batch.num_rows for batch in batches):
        raise Invalid(
            f"{source.pinned} holds no file{f' that matches {glob}' if glob else ''}.",
            help="Look at items.from and items.glob; `tilth ls` shows what is there.",
            field="items.from",
        )
    return file_items(batches, folder, from_folder=own is not None and own.from_folder)


def _table(known: DatasetSources, source: Source, key: str, *, optional: bool = False) -> Any:
    tree = Tree(known.backend.store, source.commit.tree)
    path = source.reference.path or ""
    parts = known.parts(tree, path)
    if not parts:
        if optional:
            return None
        place = "" if source.role == "predictions" else f" ({source.role} of the dataset)"
        raise Invalid(
            f"{short_name(source.commit.repo)}@{source.branch}:{path} holds no table{place}.",
            help=f"Tables are files ending in {', '.join(SUFFIXES)}; `tilth ls` shows what is there.",
            field=f"{source.role}.from",
        )
    return read_table(tree.read, sorted(parts), key=key)
