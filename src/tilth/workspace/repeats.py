"""Repeats: the groups of near-duplicates that the analysis of a dataset found, with what contradicts in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tilth.datasets.items import ItemView

SPLITS = ("split", "Split", "subset", "fold")
"""Columns that may say what an item is for: the first one there is counts."""


@dataclass(frozen=True, slots=True)
class Group:
    """Keys of items that nearly repeat the first one, and the splits and labels that they have."""

    keys: Sequence[str]
    splits: Sequence[str]
    labels: Sequence[str]


def groups_of(view: ItemView) -> Sequence[Group]:
    """Return all groups: across splits first, then with labels that differ, then the largest. Cost O(repeats)."""
    split = next((name for name in SPLITS if view.kinds.get(name) == "text"), None)
    repeats = view.table("duplicate_of is not missing", columns=["duplicate_of"])
    members: dict[str, list[str]] = {}
    for key, head in zip(repeats["key"].to_pylist(), repeats["duplicate_of"].to_pylist(), strict=True):
        members.setdefault(str(head), []).append(str(key))
    wanted = [key for head, others in members.items() for key in (head, *others)]
    rows = view.among(wanted, ["key", "label", *([split] if split else [])]).to_pylist() if wanted else []
    told = {row["key"]: row for row in rows}
    groups = []
    for head, others in members.items():
        keys = [key for key in (head, *sorted(others)) if key in told]
        if len(keys) < 2:
            continue
        splits = sorted({str(told[key][split]) for key in keys if told[key][split] is not None}) if split else []
        labels = sorted({told[key]["label"] for key in keys if told[key]["label"] is not None})
        groups.append(Group(keys, splits, labels))
    groups.sort(key=lambda each: (len(each.splits) < 2, len(each.labels) < 2, -len(each.keys), each.keys[0]))
    return groups
