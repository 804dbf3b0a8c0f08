"""What differs between two versions of a dataset, item by item. Work follows the parts that differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from tilth.contract.datasets import VersionChange, VersionChanges
from tilth.contract.paging import Page
from tilth.datasets.parts import scan_parts
from tilth.errors import Invalid
from tilth.model.commit import Commit
from tilth.versioning.diff import diff_trees
from tilth.versioning.trees import Tree
from tilth.workspace.dataset_sources import ITEMS, find_dataset, find_version_of
from tilth.workspace.dataset_versions import equal_values, version_info
from tilth.workspace.opened import Opened

ADDED, REMOVED, RELABELED, OTHERWISE = WHATS = ("added", "removed", "relabeled", "otherwise")
_EMPTY = pa.table({"key": pa.array([], pa.string()), "label": pa.array([], pa.string())})


def version_changes(
    opened: Opened, name: str, old: str, new: str, *, what: str, after: str | None, limit: int
) -> VersionChanges:
    """Compare two versions, each a number or a commit; see Datasets.version_changes."""
    if what and what not in WHATS:
        raise Invalid(f"{what!r} is no kind of difference.", help=f"Ask for one of {', '.join(WHATS)}.")
    with opened.backend.database.read() as conn:
        first, second = _both(conn, name, old, new)
    table = _changes(Tree(opened.backend.store, first.tree), Tree(opened.backend.store, second.tree))
    counts = dict.fromkeys(WHATS, 0) | {str(row["values"]): int(row["counts"]) for row in _counted(table["what"])}
    wanted = table.filter(pc.field("what") == what) if what else table
    if after is not None:
        wanted = wanted.filter(pc.field("key") > after)
    rows = wanted.slice(0, limit).to_pylist()
    items = [VersionChange(row["key"], row["what"], row["old_label"], row["new_label"]) for row in rows]
    following = items[-1].key if len(wanted) > limit else None
    return VersionChanges(version_info(first), version_info(second), **counts, items=Page(items, following))


def _counted(column: Any) -> Sequence[Any]:
    return column.value_counts().to_pylist()  # type: ignore[no-any-return]


def _both(conn: Connection, name: str, old: str, new: str) -> tuple[Commit, Commit]:
    repo = find_dataset(conn, name)
    return find_version_of(conn, repo, old), find_version_of(conn, repo, new)


def _changes(old: Tree, new: Tree) -> pa.Table:
    """Return key, what, old_label and new_label of the items that differ, by key."""
    gone, fresh = [], []
    for each in diff_trees(old, new, ITEMS):
        if each.old is not None:
            gone.append(each.path.rpartition("/")[2])
        if each.new is not None:
            fresh.append(each.path.rpartition("/")[2])
    before, after = _rows(old, gone), _rows(new, fresh)
    place = pc.index_in(after["key"], value_set=before["key"].combine_chunks())
    added = after.filter(pc.is_null(place))
    removed = before.filter(pc.invert(pc.is_in(before["key"], value_set=after["key"].combine_chunks())))
    both = after.filter(pc.is_valid(place))
    beside = before.take(pc.drop_null(place))
    relabeled = pc.invert(equal_values(both["label"], beside["label"]))
    otherwise: Any = pc.and_(pc.invert(relabeled), _differs(beside, both))
    parts = [
        _told(ADDED, added["key"], pa.nulls(len(added), pa.string()), added["label"]),
        _told(REMOVED, removed["key"], removed["label"], pa.nulls(len(removed), pa.string())),
        *(
            _told(what, both["key"].filter(which), beside["label"].filter(which), both["label"].filter(which))
            for what, which in ((RELABELED, relabeled), (OTHERWISE, otherwise))
        ),
    ]
    whole = pa.concat_tables(parts)
    return whole.take(pc.sort_indices(whole["key"]))


def _rows(tree: Tree, names: Sequence[str]) -> pa.Table:
    """Return the rows of some parts."""
    if not names:
        return _EMPTY
    parts = list(scan_parts(lambda name: tree.read(f"{ITEMS}/{name}"), names, key="key"))
    return pa.concat_tables(parts, promote_options="permissive")


def _differs(before: pa.Table, after: pa.Table) -> Any:
    """Tell of rows beside one another whether any value other than the label differs, or who gave it."""
    differs: Any = pa.array([False] * len(after), pa.bool_())
    for column in {*before.schema.names, *after.schema.names} - {"key", "label"}:
        if column in before.schema.names and column in after.schema.names:
            old, new = before[column], after[column]
            if old.type != new.type:
                old, new = pc.cast(old, pa.string(), safe=False), pc.cast(new, pa.string(), safe=False)
            differs = pc.or_(differs, pc.invert(equal_values(new, old)))
        else:
            differs = pc.or_(differs, pc.is_valid((before if column in before.schema.names else after)[column]))
    return differs


def _told(what: str, keys: Any, old: Any, new: Any) -> pa.Table:
    texts = [pc.cast(each, pa.string()) for each in (keys, old, new)]
    return pa.table(
        {
            "key": texts[0],
            "what": pa.array([what] * len(texts[0]), pa.string()),
            "old_label": texts[1],
            "new_label": texts[2],
        }
    )
