"""Copies and moves without data."""

from __future__ import annotations

import pytest
from writing import files_of, put

from tilth.errors import Conflict, HeldOut, Invalid, NotFound, NothingToCommit
from tilth.model.commit import InputKind
from tilth.storage.records import RecordKind
from tilth.versioning.backend import Backend
from tilth.versioning.branches import create_branch
from tilth.versioning.copying import copy, move
from tilth.versioning.history import log
from tilth.versioning.provenance import declare_inputs
from tilth.versioning.repos import Repo, create_repo


def test_a_folder_a_file_and_everything_are_copied_below_the_target(backend: Backend, repo: Repo) -> None:
    """Case 26."""
    first = put(backend, repo, {"a/x": b"1", "a/b/y": b"2", "z": b"3"})
    create_branch(backend, repo, "side")
    side = (repo, "side")
    copy(backend, first, "a", side, "c", author="mara")
    copy(backend, first, "z", side, "c/z2", author="mara")
    copy(backend, first, "z", side, "d", into=True, author="mara")
    done = copy(backend, first, "", side, "all", author="mara")
    assert files_of(backend, done) == {
        "c/x": b"1",
        "c/b/y": b"2",
        "c/z2": b"3",
        "d/z": b"3",
        "all/a/x": b"1",
        "all/a/b/y": b"2",
        "all/z": b"3",
    }
    assert files_of(backend, copy(backend, first, "a", side, "", author="mara"))["b/y"] == b"2"
    with pytest.raises(NothingToCommit):
        copy(backend, first, "a", side, "c", author="mara")


def test_a_copy_between_repos_stores_no_data_and_names_its_source(backend: Backend, repo: Repo) -> None:
    first = put(backend, repo, {f"a/{n}": b"%d" % n for n in range(50)})
    create_repo(backend, "other")
    chunks = len(list(backend.store.records(RecordKind.CHUNK)))
    done = copy(backend, first, "a", ("other", "main"), "b", named="main", author="mara")
    assert files_of(backend, done) == {f"b/{n}": b"%d" % n for n in range(50)}
    assert len(list(backend.store.records(RecordKind.CHUNK))) == chunks
    assert done.derivation is not None
    (used,) = done.derivation.inputs
    assert (used.commit, used.branch, used.kind) == (first.id, "main", InputKind.COPY)
    assert done.derivation.facts == {"from": "a", "to": "b"}


def test_what_cannot_be_copied_is_refused(backend: Backend, repo: Repo) -> None:
    first = put(backend, repo, {"a/x": b"1", "z": b"3"})
    with pytest.raises(NotFound, match="no missing to copy"):
        copy(backend, first, "missing", (repo, "main"), "b", author="mara")
    with pytest.raises(Conflict, match="needs it to be a folder"):
        copy(backend, first, "a", (repo, "main"), "z", author="mara")
    with pytest.raises(Invalid):
        copy(backend, first, "a", (repo, "main"), "../b", author="mara")


def test_a_move_within_a_branch_is_one_commit(backend: Backend, repo: Repo) -> None:
    put(backend, repo, {"a/x": b"1", "a/b/y": b"2", "z": b"3"})
    (done,) = move(backend, (repo, "main"), "a", (repo, "main"), "c/d", author="mara")
    assert files_of(backend, done) == {"c/d/x": b"1", "c/d/b/y": b"2", "z": b"3"}
    (done,) = move(backend, (repo, "main"), "z", (repo, "main"), "z/z", author="mara")
    assert files_of(backend, done)["z/z"] == b"3"
    (done,) = move(backend, (repo, "main"), "c", (repo, "main"), "c/d", author="mara")
    assert set(files_of(backend, done)) == {"c/d/d/x", "c/d/d/b/y", "z/z"}


def test_a_move_between_repos_is_one_change_of_two_commits(backend: Backend, repo: Repo) -> None:
    put(backend, repo, {"a/x": b"1", "z": b"3"})
    create_repo(backend, "other")
    into, out_of = move(backend, (repo, "main"), "a", ("other", "main"), "", author="mara")
    assert (files_of(backend, into), files_of(backend, out_of)) == ({"x": b"1"}, {"z": b"3"})
    assert into.change == out_of.change
    put(backend, "other", {"z/deep": b"4"})
    with pytest.raises(Conflict):
        move(backend, (repo, "main"), "z", ("other", "main"), "", author="mara")
    assert files_of(backend, log(backend, repo, "main")[0]) == {"z": b"3"}
    with pytest.raises(NotFound):
        move(backend, (repo, "main"), "gone", ("other", "main"), "", author="mara")


def test_held_out_data_cannot_be_copied_towards_training(backend: Backend, repo: Repo) -> None:
    create_repo(backend, "exam", held_out=True)
    create_repo(backend, "model")
    secret = put(backend, "exam", {"x": b"1"})
    with backend.database.transaction() as conn:
        declare_inputs(conn, "model", "main", [(repo, "main", InputKind.DATA)], owner="train", trains=True)
    with pytest.raises(HeldOut, match="exam → digits → model"):
        copy(backend, secret, "", (repo, "main"), "", author="mara")
    with pytest.raises(HeldOut, match="exam → digits → model"):
        move(backend, ("exam", "main"), "x", (repo, "main"), "", author="mara")
    assert log(backend, repo, "main") == []
