"""Groups of near-duplicates, as the page of issues lists them."""

import pyarrow as pa

from tilth.datasets.assembling import GIVEN, Assembly, Joined
from tilth.datasets.items import ItemView
from tilth.datasets.overlays import FIXES
from tilth.workspace.repeats import groups_of

KEYS = ["a1", "a2", "b1", "b2", "b3", "c1", "c2", "d1"]


def view():
    items = pa.table(
        {
            "key": KEYS,
            GIVEN: ["cat"] * 6 + ["dog", "cat"],
            "split": ["train", "test", "train", "train", "train", "train", None, "train"],
        }
    )
    repeats = pa.table({"key": ["a2", "b2", "b3", "c2"], "duplicate_of": ["a1", "b1", "b1", "c1"]})
    return ItemView(
        Assembly(items, [Joined("analysis", repeats, "key", "path", {"duplicate_of": "duplicate_of"}, "analysis")])
    )


def test_groups_across_splits_come_first_then_those_that_contradict_then_the_largest():
    found = groups_of(view())
    assert [list(each.keys) for each in found] == [["a1", "a2"], ["c1", "c2"], ["b1", "b2", "b3"]]
    assert (list(found[0].splits), list(found[1].labels)) == (["test", "train"], ["cat", "dog"])


def test_a_fix_changes_which_groups_contradict():
    items = view()
    items.lay(FIXES, {"part": b"1"}, lambda _: pa.table({"key": ["b3", "c2"], "value": ["dog", "cat"]}))
    assert [list(each.labels) for each in groups_of(items)] == [["cat"], ["cat", "dog"], ["cat"]]
