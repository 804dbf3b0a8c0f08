"""What differs between two trees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tilth.model.entry import Entry
from tilth.storage.tables import diff_tables
from tilth.versioning.trees import Tree, entry_of, folder_path


@dataclass(frozen=True, slots=True)
class Change:
    """One path that differs; `old` None means added, `new` None means deleted."""

    path: str
    old: Entry | None
    new: Entry | None


def diff_trees(old: Tree, new: Tree, prefix: str = "", *, after: str | None = None) -> Iterator[Change]:
    """Yield what differs at and below `prefix`, by path, behind the path `after`. Costs O(changed + log n)."""
    clean = folder_path(prefix)
    start = f"{after}\x01" if after is not None else None
    spans: list[tuple[str, str | None]] = [(start or "", None)]
    if clean:
        whole = ((clean, f"{clean}\x01"), (f"{clean}/", f"{clean}0"))
        spans = [(max(first, start or ""), last) for first, last in whole if start is None or start < last]
    for first, last in spans:
        for path, before, now in diff_tables(old.table, new.table, first, last):
            yield Change(
                str(path),
                entry_of(before) if before is not None else None,
                entry_of(now) if now is not None else None,
            )
