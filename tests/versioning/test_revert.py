"""Undoing one commit."""

from __future__ import annotations

import pytest
from writing import files_of, put

from tilth.errors import Conflict, Invalid, NothingToCommit
from tilth.versioning.backend import Backend
from tilth.versioning.branches import create_branch
from tilth.versioning.repos import Repo
from tilth.versioning.revert import revert


def test_an_old_commit_is_undone_and_later_ones_stay(backend: Backend, repo: Repo) -> None:
    put(backend, repo, {"a": b"1", "b": b"1"})
    bad = put(backend, repo, {"a": b"bad", "b": None, "c": b"bad"}, message="bad import")
    put(backend, repo, {"later": b"1"})
    undone = revert(backend, repo, "main", bad.id, author="mara")
    assert files_of(backend, undone) == {"a": b"1", "b": b"1", "later": b"1"}
    assert undone.message == "Revert 'bad import'"
    assert undone.derivation is not None
    assert undone.derivation.facts == {"reverts": bad.id}
    with pytest.raises(NothingToCommit):
        revert(backend, repo, "main", bad.id, author="mara")
    redone = revert(backend, repo, "main", undone.id, author="mara")
    assert files_of(backend, redone) == {"a": b"bad", "c": b"bad", "later": b"1"}


def test_paths_changed_again_since_are_named(backend: Backend, repo: Repo) -> None:
    put(backend, repo, {"a": b"1", "b": b"1"})
    bad = put(backend, repo, {"a": b"2", "b": b"2"})
    put(backend, repo, {"a": b"3"})
    with pytest.raises(Conflict, match=r"since: a\.") as caught:
        revert(backend, repo, "main", bad.id, author="mara")
    assert caught.value.facts["paths"] == ["a"]


def test_a_file_that_became_a_folder_comes_back_as_a_file(backend: Backend, repo: Repo) -> None:
    put(backend, repo, {"x": b"1"})
    bad = put(backend, repo, {"x": None, "x/y": b"2"})
    assert files_of(backend, revert(backend, repo, "main", bad.id, author="mara")) == {"x": b"1"}


def test_only_commits_of_the_branchs_history_can_be_reverted(backend: Backend, repo: Repo) -> None:
    first = put(backend, repo, {"x": b"1"})
    create_branch(backend, repo, "side", head=first.id)
    aside = put(backend, repo, {"y": b"1"}, branch="side")
    with pytest.raises(Invalid, match="not in the history"):
        revert(backend, repo, "main", aside.id, author="mara")
    assert files_of(backend, revert(backend, repo, "side", first.id, author="mara")) == {"y": b"1"}
