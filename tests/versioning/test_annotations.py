"""Words about things."""

from __future__ import annotations

from pathlib import Path

import pytest
from writing import put

from tilth.errors import Invalid
from tilth.versioning.annotations import Kind, Subject, annotate, annotations_of, find, remove
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.rebuild import rebuild
from tilth.versioning.repos import Repo, create_repo
from tilth.versioning.trees import Tree


def test_each_thing_has_keys_of_its_own_and_is_found_by_them(backend: Backend, repo: Repo) -> None:
    commit = put(backend, repo, {"a": b"1"})
    digest = Tree(backend.store, commit.tree).need("a").digest
    things = [
        Subject(repo, Kind.REPO),
        Subject(repo, Kind.BRANCH, "main"),
        Subject(repo, Kind.COMMIT, commit.id),
        Subject(repo, Kind.FILE, "a", digest),
    ]
    for number, thing in enumerate(things):
        annotate(backend, thing, {"quality": f"q{number % 2}", "by": "camera 3"}, author="mara")
    annotate(backend, things[0], {"quality": "q9"}, author="jo")
    first = annotations_of(backend, things[0])
    assert [(each.key, each.value, each.author) for each in first] == [
        ("by", "camera 3", "mara"),
        ("quality", "q9", "jo"),
    ]
    assert {each.kind for each in find(backend, "by")} == set(Kind)
    assert [each.subject for each in find(backend, "quality", value="q0")] == [commit.id]
    assert [each.subject for each in find(backend, "quality", value="q1", repo=create_repo(backend, "other"))] == []
    paged = []
    after = None
    while page := find(backend, "by", after=after, limit=3):
        paged += page
        after = page[-1].position
    assert sorted(each.kind for each in paged) == sorted(Kind)
    assert remove(backend, things[3], ["by", "missing"]) == 1
    assert len(find(backend, "by")) == 3


@pytest.mark.parametrize("key", ["", "a b", "x" * 129, "é", "-a"])
def test_what_cannot_be_a_key_is_refused(backend: Backend, repo: Repo, key: str) -> None:
    with pytest.raises(Invalid):
        annotate(backend, Subject(repo, Kind.REPO), {key: "x"}, author="mara")
    with pytest.raises(Invalid):
        annotate(backend, Subject(repo, Kind.REPO), {"k": "x" * 5000}, author="mara")
    with pytest.raises(Invalid, match="at most 100"):
        annotate(backend, Subject(repo, Kind.REPO), {f"k{n}": "" for n in range(101)}, author="mara")


def test_they_are_known_after_a_rebuild(tmp_path: Path) -> None:
    with open_backend(tmp_path / "w") as backend:
        repo = create_repo(backend, "digits")
        put(backend, repo, {"a": b"1"})
        annotate(backend, Subject(repo, Kind.REPO), {"kept": "1", "gone": "1"}, author="mara")
        remove(backend, Subject(repo, Kind.REPO), ["gone"])
    for end in ("", "-wal", "-shm"):
        (tmp_path / "w" / f"tilth.db{end}").unlink(missing_ok=True)
    rebuild(tmp_path / "w")
    with open_backend(tmp_path / "w") as backend:
        assert [each.key for each in annotations_of(backend, Subject(repo, Kind.REPO))] == ["kept"]
