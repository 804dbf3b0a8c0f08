"""Overlays: what people decided about items, as tables in parts on a dataset's `main` branch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

FIXES, RULINGS, MARKS = "fixes", "rulings", "marks"
OVERLAYS = (FIXES, RULINGS, MARKS)
"""Folders of a dataset's repo, each a table in parts with the column `key`."""

_ACT: list[pa.Field[Any]] = [
    pa.field("by", pa.string()),
    pa.field("at_ms", pa.int64()),
    pa.field("reason", pa.string()),
]
_KEY: pa.Field[Any] = pa.field("key", pa.string(), nullable=False)
_LABEL: pa.Field[Any] = pa.field("label", pa.string())
SCHEMAS = {
    FIXES: pa.schema([_KEY, _LABEL, *_ACT]),
    RULINGS: pa.schema(
        [
            _KEY,
            _LABEL,
            *_ACT,
            pa.field("before", pa.string()),
            pa.field("pipeline", pa.string()),
            pa.field("task", pa.string()),
            pa.field("sequence", pa.int64()),
            pa.field("reopened", pa.bool_()),
            pa.field("before_by", pa.string()),
            pa.field("before_sure", pa.float64()),
        ]
    ),
    MARKS: pa.schema([_KEY, pa.field("mark", pa.string()), *_ACT]),
}
"""Rulings were made in the labeling pipeline that asks about the item (as `task`); what stands here tells them until
the labels do, whose ledger has passed `sequence` then. A reopened one has the label of `before` back, of which
`before_by` tells how it was made (an item's `labeled_by`), and `before_sure` how sure it was. Parts that were written
before there were these columns have none."""

_VALUES: list[pa.Field[Any]] = [pa.field("key", pa.string()), pa.field("value", pa.string())]
VALUES = pa.schema(_VALUES)
"""What of an overlay a view shows."""
_BEFORE: list[pa.Field[Any]] = [pa.field("before_by", pa.string()), pa.field("before_sure", pa.float64())]
RULING_VALUES = pa.schema([*_VALUES, *_BEFORE])
"""What of rulings a view shows: of reopened ones also how the label was made that they give back."""


def overlay_rows(data: bytes, folder: str) -> pa.Table:
    """Return the rows of a part with all columns of today; none stands in those that it was written without."""
    table = pq.read_table(pa.BufferReader(data)).replace_schema_metadata(None)
    for field in SCHEMAS[folder]:
        if field.name not in table.schema.names:
            table = table.append_column(field, pa.nulls(len(table), field.type))
    return table.select(SCHEMAS[folder].names).cast(SCHEMAS[folder])


def part_values(data: bytes, column: str) -> pa.Table:
    """Return keys and values of a part."""
    table = pq.read_table(pa.BufferReader(data), columns=["key", column])
    return table.rename_columns(["key", "value"]).replace_schema_metadata(None).cast(VALUES)


def ruling_values(data: bytes, *, after: Mapping[str, int]) -> pa.Table:
    """Return the RULING_VALUES of a part, of rulings behind the place `after` in their pipeline's ledger only."""
    table = overlay_rows(data, RULINGS)
    told = pa.array([*after.values(), 0], pa.int64())
    place = pc.index_in(table["pipeline"], value_set=pa.array([*after], pa.string()))
    known: Any = pc.fill_null(place, pa.scalar(len(after), pa.int32()))
    behind: Any = pc.greater(table["sequence"], told.take(known))
    table = table.filter(behind)
    # Of a label that was given back before it was noted how it was made: by people, as they are asked again.
    none = pa.scalar(None, pa.string())
    labeled: Any = pc.is_valid(table["label"])
    people: Any = pa.scalar("people", pa.string())
    assumed: Any = pc.if_else(labeled, people, none)
    flags: Any = table["reopened"]
    reopened: Any = pc.fill_null(flags, False)
    told_by: Any = pc.coalesce(table["before_by"], assumed)
    by: Any = pc.if_else(reopened, told_by, none)
    return pa.table([table["key"], table["label"], by, table["before_sure"]], schema=RULING_VALUES)


def changed_rows(old: pa.Table, new: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return of two tables with the same columns the rows that the other has not, or has otherwise, by `key`.

    Works on columns: cost O(rows), and no hashing where both have the same keys in the same order.
    """
    if old["key"].equals(new["key"]):
        differ: Any = pc.invert(_alike(old, new))
        return old.filter(differ), new.filter(differ)
    there: Any = pc.index_in(_whole(old["key"]), value_set=_whole(new["key"]))
    left, right = old.filter(pc.is_valid(there)), new.take(there.drop_null())
    kept = _whole(left["key"].filter(_alike(left, right)))

    def others(table: pa.Table) -> pa.Table:
        return table.filter(pc.invert(pc.is_in(table["key"], value_set=kept)))

    return others(old), others(new)


def _alike(left: pa.Table, right: pa.Table) -> Any:
    """Tell of each row whether two tables have the same in it; of a missing value the same is a missing one."""
    same: Any = pa.repeat(True, len(left))
    for name in left.schema.names:
        alike: Any = pc.equal(left[name], right[name])
        equal: Any = pc.fill_null(alike, False)
        none: Any = pc.and_(pc.is_null(left[name]), pc.is_null(right[name]))
        same = pc.and_(same, pc.or_(equal, none))
    return same


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
