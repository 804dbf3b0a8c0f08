"""Cutting finds the datums of an input, and of a change only those that it touches."""

from __future__ import annotations

from typing import Any

import pytest

from tilth.datums.cutting import InputState
from tilth.errors import Invalid


def pfs(repo: str, glob: str = "/*", **more: Any) -> dict[str, Any]:
    return {"pfs": {"repo": repo, "glob": glob, **more}}


def changed(forest: Any, spec: dict[str, Any], previous: InputState) -> dict[str, str]:
    """Return key → what became of it."""
    found = {}
    for change in forest.cut(spec, previous).changes():
        found[change.key] = "new" if change.old is None else "gone" if change.new is None else "changed"
    return found


def test_files_and_folders_that_match_are_datums(forest: Any) -> None:
    forest.edit("r", {"a": b"1", "d/x": b"2", "d/y": b"3"})
    assert set(forest.shown(forest.cut(pfs("r")))) == {"r:/a", "r:/d"}
    assert set(forest.shown(forest.cut(pfs("r", "/**")))) == {"r:/a", "r:/d", "r:/d/x", "r:/d/y"}
    assert set(forest.shown(forest.cut(pfs("r", "/")))) == {"r:/"}
    assert set(forest.shown(forest.cut(pfs("empty", "/")))) == set()


def test_only_what_a_change_touches_is_a_changed_datum(forest: Any) -> None:
    forest.edit("r", {f"d{n}/f{m}": b"0" for n in range(30) for m in range(3)})
    state = forest.cut(pfs("r")).state
    forest.edit("r", {"d1/f1": b"1", "d2/new": b"2", "d3": None, "top": b"3"})
    assert changed(forest, pfs("r"), state) == {
        "r:/d1": "changed",
        "r:/d2": "changed",
        "r:/d3": "gone",
        "r:/top": "new",
    }


def test_a_folder_that_becomes_a_file_changes(forest: Any) -> None:
    forest.edit("r", {"a/b": b"1"})
    state = forest.cut(pfs("r")).state
    forest.edit("r", {"a": None})
    forest.edit("r", {"a": b"now a file"})
    assert changed(forest, pfs("r"), state) == {"r:/a": "changed"}
    state = forest.cut(pfs("r"), state).state
    forest.edit("r", {"a": None})
    forest.edit("r", {"a/c": b"a folder again"})
    assert changed(forest, pfs("r"), state) == {"r:/a": "changed"}
    assert forest.cut(pfs("r"), state).state == forest.cut(pfs("r")).state


def test_a_rename_is_another_datum_and_a_rewrite_of_equal_bytes_is_none(forest: Any) -> None:
    forest.edit("r", {"a": b"1", "b": b"2"})
    state = forest.cut(pfs("r")).state
    forest.edit("r", {"a": b"1"})
    assert changed(forest, pfs("r"), state) == {}
    forest.edit("r", {"a": None, "c": b"1"})
    assert changed(forest, pfs("r"), state) == {"r:/a": "gone", "r:/c": "new"}


def test_one_changed_row_is_one_changed_datum(forest: Any) -> None:
    spec = pfs("r", "/*.csv", rows=True, key="id")
    forest.edit("r", {"t.csv": b"id,v\n1,a\n2,b\n3,c\n", "other.csv": b"id,v\n1,z\n"})
    first = forest.cut(spec)
    assert len(forest.shown(first)) == 4
    forest.edit("r", {"t.csv": b"id,v\n3,c\n2,B\n4,d\n"})
    assert changed(forest, spec, first.state) == {
        "r:/t.csv\t1": "gone",
        "r:/t.csv\t2": "changed",
        "r:/t.csv\t4": "new",
    }
    rows = [datum.members[0].values for datum in forest.cut(spec, first.state).datums()]
    assert {"id": "2", "v": "B"} in rows


def test_a_row_in_another_file_is_another_datum(forest: Any) -> None:
    spec = pfs("r", "/*.csv", rows=True, key="id")
    forest.edit("r", {"t.csv": b"id,v\n1,a\n", "u.csv": b"id,v\n1,a\n"})
    assert len(set(forest.shown(forest.cut(spec)).values())) == 2


def test_a_broken_table_file_is_refused_by_file_and_line(forest: Any) -> None:
    forest.edit("r", {"t.csv": b"id,v\n1,a\n1,b\n"})
    with pytest.raises(Invalid, match=r"default/r:t\.csv, line 3"):
        forest.cut(pfs("r", "/*", rows=True, key="id"))


def test_a_cross_pairs_all_and_a_change_touches_its_pairs_only(forest: Any) -> None:
    spec = {"cross": [pfs("a"), pfs("b")]}
    forest.edit("a", {f"x{n}": b"" for n in range(4)})
    forest.edit("b", {f"y{n}": b"" for n in range(5)})
    first = forest.cut(spec)
    assert len(forest.shown(first)) == 20
    forest.edit("b", {"y1": b"new"})
    assert changed(forest, spec, first.state) == {f"a:/x{n}\nb:/y1": "changed" for n in range(4)}
    forest.edit("a", {"x9": b""})
    assert len(changed(forest, spec, first.state)) == 9
    assert len(forest.shown(forest.cut({"cross": [pfs("a"), pfs("none")]}))) == 0


def test_a_join_pairs_equal_keys(forest: Any) -> None:
    spec = {"join": [pfs("a", "/foo(?)(?)", join_on="$1$2"), pfs("b", "/foo(?)(?)", join_on="$2$1")]}
    forest.edit("a", {f"foo{n}{m}": b"" for n in range(4) for m in range(4)})
    forest.edit("b", {f"foo{n}{m}": b"" for n in range(4) for m in range(4)})
    first = forest.cut(spec)
    found = forest.shown(first)
    assert len(found) == 16
    assert "a:/foo12\nb:/foo21" in found
    forest.edit("b", {"foo21": b"new", "foo30": None})
    assert changed(forest, spec, first.state) == {"a:/foo12\nb:/foo21": "changed", "a:/foo03\nb:/foo30": "gone"}


def test_an_outer_join_keeps_what_has_no_partner(forest: Any) -> None:
    spec = {"join": [pfs("a", "/(*)", join_on="$1", outer_join=True), pfs("b", "/(*)", join_on="$1")]}
    forest.edit("a", {"1": b"", "2": b""})
    forest.edit("b", {"2": b"", "3": b""})
    first = forest.cut(spec)
    assert set(forest.shown(first)) == {"a:/1", "a:/2\nb:/2"}
    forest.edit("b", {"1": b"", "2": None})
    assert changed(forest, spec, first.state) == {
        "a:/1": "gone",
        "a:/1\nb:/1": "new",
        "a:/2\nb:/2": "gone",
        "a:/2": "new",
    }


def test_rows_join_files_by_a_column(forest: Any) -> None:
    spec = {
        "join": [
            pfs("images", "/(*).png", join_on="$1"),
            pfs("labels", "/*.csv", rows=True, key="id", join_on="${image}"),
        ]
    }
    forest.edit("images", {"cat.png": b"c", "dog.png": b"d"})
    forest.edit("labels", {"l.csv": b"id,image\n1,cat\n2,dog\n3,owl\n"})
    first = forest.cut(spec)
    assert set(forest.shown(first)) == {"images:/cat.png\nlabels:/l.csv\t1", "images:/dog.png\nlabels:/l.csv\t2"}
    forest.edit("labels", {"l.csv": b"id,image\n1,dog\n2,dog\n3,owl\n"})
    assert set(changed(forest, spec, first.state)) == {
        "images:/cat.png\nlabels:/l.csv\t1",
        "images:/dog.png\nlabels:/l.csv\t1",
    }


def test_a_group_is_one_datum_per_key(forest: Any) -> None:
    spec = {"group": [pfs("a", "/(?)*", group_by="$1"), pfs("b", "/[0-9](*)", group_by="$1")]}
    forest.edit("a", {"x1": b"", "x2": b"", "y1": b""})
    forest.edit("b", {"1x": b""})
    first = forest.cut(spec)
    sizes = {datum.key: len(datum.members) for datum in first.datums()}
    assert sizes == {"a+b:\tx": 3, "a+b:\ty": 1}
    forest.edit("b", {"2y": b""})
    assert changed(forest, spec, first.state) == {"a+b:\ty": "changed"}


def test_a_union_tells_inputs_of_one_name_apart(forest: Any) -> None:
    forest.edit("a", {"x": b"1"})
    forest.edit("b", {"x": b"2"})
    first = forest.cut({"union": [pfs("a", name="in"), pfs("b", name="in")]})
    assert len(forest.shown(first)) == 2
    assert {datum.members[0].input for datum in first.datums()} == {"in"}


def test_the_content_of_a_reference_input_does_not_count(forest: Any) -> None:
    spec = {"cross": [pfs("a"), pfs("m", "/", reference=True)]}
    forest.edit("a", {"x": b"1"})
    forest.edit("m", {"model": b"1"})
    first = forest.cut(spec)
    forest.edit("m", {"model": b"2"})
    assert changed(forest, spec, first.state) == {}


def test_a_state_is_read_back_from_its_json(forest: Any) -> None:
    forest.edit("a", {"x": b"1"})
    state = forest.cut({"cross": [pfs("a"), pfs("none")]}).state
    assert InputState.from_json(state.to_json()) == state


def test_another_spec_counts_everything_as_new(forest: Any) -> None:
    forest.edit("a", {"x": b"1", "y": b"2"})
    state = forest.cut(pfs("a")).state
    update = forest.cut(pfs("a", "/**"), state)
    assert forest.apply({}, update) == forest.shown(update)
