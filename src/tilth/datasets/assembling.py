"""Assembling: the tables that a definition names, as the columns that a view shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tilth.datasets.definition import Definition, Fields, Labels, Match
from tilth.errors import Invalid

GIVEN, CERTAINTY = "given_label", "label_confidence"
RULED, LABEL_KEY, BY_PEOPLE = "ruled", "label_key", "by_people"
LABEL_KEYS = f"{LABEL_KEY}@"
"""Stands before the place of an older source of labels, from 1, in the column of its keys."""
RULED_BY = "expert"
"""The column of published labels that says whether an expert decided."""
"""Columns that are not shown: whether an expert ruled where the label was made, and the label's key there."""
SCORES = "p."
"""Stands before the name of a class in the column of its probability."""
SLICES = "slice."
ANALYSIS = ("x", "y", "suspect", "suggested", "duplicate_of", "outlier")
RESERVED = frozenset(
    {"key", "media", "label", GIVEN, CERTAINTY, RULED, LABEL_KEY, BY_PEOPLE, "labeled_by", "fixed", "mark"}
    | {"before_by", "before_sure"}
    | {"prediction", "confidence", "correct", "loss", "rowid", *ANALYSIS}
)
"""Names with one meaning in every dataset; a field of such a name is shown as `item.NAME`."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A table whose rows belong to items, by its key."""

    name: str
    """How errors call it: the field of the definition."""
    table: pa.Table
    key: str
    match: Match
    columns: Mapping[str, str]
    """Shown name → column of the table."""
    role: str = "field"


@dataclass(frozen=True, slots=True)
class Assembly:
    """Everything a view is made from: items (`key` and columns by shown name) and what is joined to them."""

    items: pa.Table
    joined: Sequence[Joined] = ()
    people: bool = False
    """Whether labels come from people who labeled, rather than with the data."""
    classes: Sequence[str] = ()
    media: str | None = None
    """The column that says what an item shows; None: the key."""
    roles: Mapping[str, str] = field(default_factory=dict)


def file_items(batches: Iterable[pa.RecordBatch], folder: str, *, from_folder: bool = False) -> pa.Table:
    """Return files (rows of a tree: path, kind, size) as items: key, folder, name, size; links are left out.

    `folder` is the place that the items were asked for; the column `folder` is relative to it. With `from_folder` a
    column `given_label` says the name of the folder that a file lies in directly. Works on columns.
    """
    found = pa.Table.from_batches(list(batches)) if not isinstance(batches, pa.Table) else batches
    files: Any = pc.equal(found["kind"], pa.scalar(0, pa.uint8()))
    found = found.filter(files)
    keys: Any = found["path"]
    below: Any = pc.utf8_slice_codeunits(keys, len(folder) + 1) if folder else keys
    name = pc.replace_substring_regex(keys, r"(?s)^.*/", "")
    inside = pc.replace_substring_regex(below, r"(?s)/?[^/]*$", "")
    columns = {"key": keys, "folder": inside, "name": name, "size": found["size"]}
    if from_folder:
        last: Any = pc.replace_substring_regex(inside, r"(?s)^.*/", "")
        columns[GIVEN] = pc.if_else(pc.equal(last, pa.scalar("")), pa.scalar(None, pa.string()), last)
    return pa.table(columns)


def row_items(table: pa.Table, definition: Definition) -> Assembly:
    """Return rows as items. Raises Invalid naming the field for a key, label or media column that is not there."""
    key = definition.items.key or "key"
    _need(table, key, "items.key")
    labels, media, own = definition.labels, definition.media, definition.own_labels
    label = own.column if own is not None else None
    if label is not None:
        _need(table, label, "labels.column")
    if media.column is not None:
        _need(table, media.column, "media.column")
    columns: dict[str, Any] = {"key": text(table[key])}
    shown_media: str | None = None
    for name in table.schema.names:
        if name == key and name != media.column:
            continue
        if name == label:
            columns[GIVEN] = text(table[name])
            continue
        shown = shown_name(name)
        columns[shown] = table[name]
        if name == media.column:
            shown_media = shown
    people = labels is not None and labels.pipeline is not None
    return Assembly(pa.table(columns), people=people, media=shown_media)


def joined_labels(labels: Labels, table: pa.Table) -> Joined:
    """Return a table of labels as columns to join: the label, and how sure it is where the table says so."""
    _need(table, labels.key, "labels.key")
    _need(table, labels.column, "labels.column")
    columns = {GIVEN: labels.column}
    if "confidence" in table.schema.names and pa.types.is_floating(table.schema.field("confidence").type):
        columns[CERTAINTY] = "confidence"
    if labels.pipeline is not None and RULED_BY in table.schema.names:
        columns[RULED] = RULED_BY
    if labels.pipeline is not None and labels.match != "path":
        columns[LABEL_KEY] = labels.key
    return Joined("labels", table, labels.key, labels.match, columns, "label")


def label_key_column(place: int) -> str:
    """Return the column that holds the keys of the items at one source of labels; 0 is the newest."""
    return LABEL_KEY if place == 0 else f"{LABEL_KEYS}{place}"


def layered_labels(items: pa.Table, layers: Sequence[tuple[int, Labels, pa.Table | None]]) -> pa.Table:
    """Return items with the labels of several sources laid over one another, the first on top.

    Each comes with its place among the sources; one without a table is the items' own column. Beside the label come how
    sure it is, whether people gave it, whether an expert ruled, and the key at each source that has keys of its own.
    Works on columns. Raises Invalid naming the field, as for one source.
    """
    size = len(items)
    found: dict[str, Any] = {
        GIVEN: pa.nulls(size, pa.string()),
        CERTAINTY: pa.nulls(size, pa.float64()),
        BY_PEOPLE: pa.repeat(False, size),
        RULED: pa.repeat(False, size),
    }
    for number, labels, table in reversed(layers):
        place = "labels" if number == 0 else f"labels[{number}]"
        if table is None:
            if GIVEN in items.schema.names:
                found[GIVEN] = pc.coalesce(text(items[GIVEN]), found[GIVEN])
            continue
        joined = joined_labels(labels, table)
        keys = match_keys(text(table[labels.key]), labels.match)
        check_keys(keys.drop_null(), place)
        at = pc.index_in(match_keys(items["key"], labels.match), value_set=_whole(keys))
        said = text(table[labels.column]).take(at)
        here = pc.is_valid(said)
        found[GIVEN] = pc.coalesce(said, found[GIVEN])
        sure = table[joined.columns[CERTAINTY]].take(at) if CERTAINTY in joined.columns else None
        found[CERTAINTY] = pc.if_else(
            here, sure if sure is not None else pa.scalar(None, pa.float64()), found[CERTAINTY]
        )
        found[BY_PEOPLE] = pc.if_else(here, labels.pipeline is not None, found[BY_PEOPLE])
        ruled: Any = pa.scalar(False)
        if RULED in joined.columns:
            said_so: Any = table[RULED_BY].take(at)
            ruled = pc.fill_null(said_so, False)
        found[RULED] = pc.if_else(here, ruled, found[RULED])
        if LABEL_KEY in joined.columns:
            found[label_key_column(number)] = text(table[labels.key]).take(at)
    kept = items.drop_columns([name for name in (GIVEN,) if name in items.schema.names])
    for name, column in found.items():
        kept = kept.append_column(name, column)
    return kept


def joined_fields(fields: Fields, table: pa.Table, place: str) -> Joined:
    """Return a table of fields as columns to join."""
    _need(table, fields.key, f"{place}.key")
    for name in fields.columns:
        _need(table, name, f"{place}.columns")
    wanted = [name for name in fields.columns or table.schema.names if name != fields.key]
    if fields.name:
        columns = {f"{fields.name}.{name}": name for name in wanted}
    else:
        columns = {shown_name(name): name for name in wanted}
    return Joined(place, table, fields.key, fields.match, columns)


def shown_name(name: str) -> str:
    """Return how a field of this name is shown."""
    plain = name.lower()  # a database does not tell them apart by case
    taken = plain in RESERVED or plain.startswith((SCORES, SLICES, LABEL_KEYS))
    return f"item.{name}" if taken else name


def match_keys(keys: Any, match: Match) -> Any:
    """Return what of keys is compared: the whole, the file name, or the name without its ending."""
    if match == "path":
        return keys
    names = pc.replace_substring_regex(keys, r"(?s)^.*/", "")
    return names if match == "name" else pc.replace_substring_regex(names, r"(?s)(.)\.[^.]*$", r"\1")


def text(column: Any) -> Any:
    """Return a column as text; what is no plain value becomes none."""
    kind: Any = column.type
    if pa.types.is_dictionary(kind):
        return text(column.cast(kind.value_type))
    if pa.types.is_string(kind):
        return column
    if pa.types.is_floating(kind):
        whole = pc.all(pc.equal(column, pc.floor(column))).as_py()
        if whole and column.null_count < len(column):  # a column of whole numbers with a gap is read as floats
            return column.cast(pa.int64(), safe=False).cast(pa.string())
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_null(kind):
        return pa.nulls(len(column), pa.string())
    return column.cast(pa.string())


def check_keys(keys: Any, name: str) -> None:
    """Raise Invalid for a key that comes twice, or (for items) is missing."""
    if len(pc.unique(keys)) == len(keys):
        return
    counted: Any = pc.value_counts(keys)
    counts = counted.field("counts")
    first = pc.index(pc.greater(counts, pa.scalar(1, pa.int64())), True).as_py()
    twice = counted.field("values")[first].as_py()
    raise Invalid(
        f"{name} has two rows for {str(twice)[:200]!r}.",
        help="One row per item: keep one, choose another key, or match by the whole path.",
        field=name,
    )


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _need(table: pa.Table, column: str, place: str) -> None:
    if column not in table.schema.names:
        raise Invalid(
            f"The field {place} names the column {column!r}, which is not there.",
            help=f"Columns are {', '.join(table.schema.names[:50])}.",
            field=place,
        )
