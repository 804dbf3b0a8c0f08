"""Edits and trees: what a list of puts and deletes makes of a tree."""

from __future__ import annotations

import pyarrow as pa
import pytest
from writing import edits_of

from tilth.errors import Conflict, Invalid, NotFound
from tilth.model.entry import Entry
from tilth.versioning.backend import Backend
from tilth.versioning.edits import Delete, Edits, Put
from tilth.versioning.trees import Folder, Tree


def tree_of(backend: Backend, *paths: str) -> Tree:
    return Tree(backend.store).apply(edits_of(backend, {path: path.encode() for path in paths}))


def paths_of(tree: Tree) -> list[str]:
    return [entry.path for entry in tree.walk()]


def test_order_is_kept_a_put_then_delete_of_everything_leaves_nothing(backend: Backend) -> None:
    edits = edits_of(backend, {"file": b"1", "dir/file": b"2"})
    edits.delete("/")
    assert len(Tree(backend.store).apply(edits)) == 0
    assert len(tree_of(backend, "old").apply(edits)) == 0
    edits.put(next(iter(edits_of(backend, {"new": b"3"}))).entry)  # type: ignore[union-attr]
    assert paths_of(tree_of(backend, "old").apply(edits)) == ["new"]


def test_a_later_put_of_one_path_wins(backend: Backend) -> None:
    edits = edits_of(backend, {"a": b"1"})
    edits.put(next(iter(edits_of(backend, {"a": b"2"}))).entry)  # type: ignore[union-attr]
    assert Tree(backend.store).apply(edits).read("a") == b"2"


def test_deleting_a_folder_takes_all_below_and_no_neighbour(backend: Backend) -> None:
    tree = tree_of(backend, "dir/a", "dir/b/c", "dir!", "dir.txt", "dir0", "dirs/a", "z")
    edits = Edits()
    edits.delete("dir/")
    assert paths_of(tree.apply(edits)) == ["dir!", "dir.txt", "dir0", "dirs/a", "z"]


def test_deleting_what_is_not_there_changes_nothing(backend: Backend) -> None:
    tree = tree_of(backend, "a/b")
    edits = Edits([Delete("nothing"), Delete("a/b/c")])
    assert tree.apply(edits).root == tree.root


@pytest.mark.parametrize(
    ("before", "put", "file", "below"),
    [
        (["foo"], "foo/bar", "foo", "foo/bar"),
        (["foo/bar"], "foo", "foo", "foo/bar"),
        (["foo/a/b/c"], "foo/a", "foo/a", "foo/a/b/c"),
        (["foo", "foo.txt", "z"], "foo/a/b", "foo", "foo/a/b"),
        (["foo!", "foo/bar"], "foo", "foo", "foo/bar"),
    ],
)
def test_a_path_cannot_be_file_and_folder(backend: Backend, before: list[str], put: str, file: str, below: str) -> None:
    tree = tree_of(backend, *before)
    with pytest.raises(Conflict) as caught:
        tree.apply(edits_of(backend, {put: b""}))
    assert (caught.value.facts["file"], caught.value.facts["below"]) == (file, below)
    with pytest.raises(Conflict):
        tree_of(backend, file, below)


def test_a_file_may_become_a_folder_when_the_file_is_deleted_first(backend: Backend) -> None:
    tree = tree_of(backend, "foo", "x/y")
    after = tree.apply(edits_of(backend, {"foo": None, "foo/bar": b"1", "x": None}))
    assert paths_of(after) == ["foo/bar"]
    back = after.apply(edits_of(backend, {"foo/": None, "foo": b"1"}))
    assert paths_of(back) == ["foo"]


@pytest.mark.parametrize("path", ["../foo", "foo/../bar", "/../x", "a//b", "a\0b", "a\x1fb", "", ".", "//a", "a/."])
def test_hostile_paths_are_refused_at_the_door(backend: Backend, path: str) -> None:
    entry = next(iter(edits_of(backend, {"ok": b""}))).entry  # type: ignore[union-attr]
    with pytest.raises(Invalid):
        Edits().put(Entry(path, entry.kind, entry.size, entry.digest))


def test_edits_iterate_in_the_order_they_were_made(backend: Backend) -> None:
    edits = edits_of(backend, {"a": b"1", "b": None, "c": b"2"})
    kinds = [edit.path if isinstance(edit, Delete) else edit.entry.path for edit in edits]
    assert kinds == ["a", "b", "c"]
    assert Tree(backend.store).apply(Edits(edits)).root == Tree(backend.store).apply(edits).root
    assert isinstance(next(iter(edits)), Put)


def test_equal_files_give_equal_roots_whatever_the_history(backend: Backend) -> None:
    names = [f"{number % 7}/{number}" for number in range(500)]
    at_once = tree_of(backend, *names)
    slowly = tree_of(backend, "gone")
    for start in range(0, 500, 50):
        slowly = slowly.apply(edits_of(backend, {name: name.encode() for name in names[start : start + 50]}))
    slowly = slowly.apply(Edits([Delete("gone")]))
    assert slowly.root == at_once.root
    assert len(slowly) == 500


def test_a_list_shows_one_level_and_pages_behind_any_path(backend: Backend) -> None:
    tree = tree_of(backend, "a", "b/1", "b/2", "b.txt", "c/d/e", "f")
    everything = [(type(each).__name__, each.path) for each in tree.list()]
    assert everything == [("Entry", "a"), ("Entry", "b.txt"), ("Folder", "b"), ("Folder", "c"), ("Entry", "f")]
    for index in range(len(everything)):
        after = everything[index][1]
        assert [(type(each).__name__, each.path) for each in tree.list(after=after)] == everything[index + 1 :]
    assert list(tree.list(limit=3))[-1] == Folder("b")
    assert [each.path for each in tree.list("b/")] == ["b/1", "b/2"]
    assert list(tree.list("nowhere")) == []


def test_a_list_seeks_over_large_folders(backend: Backend) -> None:
    tree = tree_of(backend, *(f"big/{number:05}" for number in range(6000)), "zz", *(f"many{n}/x" for n in range(50)))
    listed = [each.path for each in tree.list()]
    assert listed == sorted(["big", "zz", *(f"many{n}" for n in range(50))], key=lambda path: path)
    assert [each.path for each in tree.list("big", after="big/05997")] == ["big/05998", "big/05999"]


def test_walk_stat_and_folders(backend: Backend) -> None:
    tree = tree_of(backend, "a/1", "a/2", "a!", "ab")
    assert [entry.path for entry in tree.walk("a")] == ["a/1", "a/2"]
    assert [entry.path for entry in tree.walk("a", after="a/1")] == ["a/2"]
    assert [entry.path for entry in tree.walk(after="a!", limit=2)] == ["a/1", "a/2"]
    assert [entry.path for entry in tree.walk("ab")] == ["ab"]
    assert tree.stat("a") is None
    assert tree.is_folder("a")
    assert not tree.is_folder("ab")
    with pytest.raises(NotFound, match="is a folder"):
        tree.read("a")


def test_globs_match_within_and_across_folders(backend: Backend) -> None:
    roots = [f"file{n}" for n in range(30)]
    tree = tree_of(backend, *roots, *(f"dir1/{name}" for name in roots), *(f"dir2/dir3/{name}" for name in roots))

    def count(pattern: str) -> int:
        return sum(1 for _ in tree.glob(pattern))

    assert count("*") == 30
    assert count("*/*") == 30
    assert count("dir2/dir3/file1?") == 10
    assert count("**file1?") == 30
    assert count("**/file7") == 3
    assert count("{dir1,dir2/dir3}/file[12]") == 4
    assert count("/dir1/file2[!0-4]") == 5
    assert [entry.path for entry in tree.glob("dir1/*", after="dir1/file8")] == ["dir1/file9"]
    for unclosed in ("[unclosed", "{unclosed", "["):
        with pytest.raises(Invalid, match="not closed"):
            count(unclosed)
    assert count("[[]x") == 0
    assert count("[z-a]*") == 0
    assert count("dir1[+-9]file1") == 0  # a slash lies in that range, and is in no class


def test_a_hostile_glob_takes_no_longer_than_another(backend: Backend) -> None:
    tree = tree_of(backend, "a" * 250, "/".join(["aaa"] * 60))
    assert list(tree.glob("*a" * 100 + "b")) == []
    assert list(tree.glob("**a" * 100 + "b")) == []
    assert list(tree.glob("{a,aa}" * 100 + "b")) == []
    with pytest.raises(Invalid, match="too large"):
        list(tree.glob("?" * 500_000))


def test_rows_put_at_once_make_the_same_tree_as_puts_one_by_one(backend: Backend) -> None:
    one = edits_of(backend, {"b": b"1", "a/x": b"2", "c": b"3", "a/y": b"4"})
    rows, _ = one.settled()
    at_once = Edits()
    at_once.delete("a")
    at_once.put_rows(pa.concat_tables([rows.slice(2), rows.slice(0, 2), rows.slice(1, 1)]))
    assert len(at_once) == 6
    before = tree_of(backend, "a/old", "b")
    assert paths_of(before.apply(at_once)) == ["a/x", "a/y", "b", "c"]
    assert Tree(backend.store).apply(at_once).root == Tree(backend.store).apply(one).root
    at_once.delete("b")  # what follows rows put at once still follows them
    assert paths_of(before.apply(at_once)) == ["a/x", "a/y", "c"]
    assert [type(each).__name__ for each in at_once] == ["Delete", *["Put"] * 5, "Delete"]
