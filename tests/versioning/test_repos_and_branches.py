"""Repos, branches, head moves."""

from __future__ import annotations

import pytest
from writing import files_of, put

from tilth.errors import BranchMoved, Conflict, Denied, Invalid, NotFound
from tilth.model.commit import InputKind
from tilth.model.ids import new_id
from tilth.versioning.backend import Backend
from tilth.versioning.branches import (
    create_branch,
    delete_branch,
    get_branch,
    list_branches,
    list_moves,
    move_branch,
)
from tilth.versioning.commits import get_commit
from tilth.versioning.history import log
from tilth.versioning.provenance import declare_inputs, release_branch
from tilth.versioning.repos import Repo, create_repo, delete_repo, get_repo, list_repos, set_held_out


def derive(backend: Backend, repo: str, *inputs: str, branch: str = "main", trains: bool = False) -> None:
    with backend.database.transaction() as conn:
        declare_inputs(
            conn, repo, branch, [(name, "main", InputKind.DATA) for name in inputs], owner=f"p:{repo}", trains=trains
        )


def test_a_name_can_be_used_again_after_its_repo_is_deleted(backend: Backend, repo: Repo) -> None:
    with pytest.raises(Conflict, match="exists already"):
        create_repo(backend, "digits")
    commit = put(backend, repo, {"a": b"1"})
    delete_repo(backend, "digits")
    with pytest.raises(NotFound):
        get_repo(backend, "digits")
    again = create_repo(backend, "digits")
    assert again.id != repo.id
    assert get_branch(backend, again, "main").head is None
    assert get_commit(backend, commit.id).message == ""


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 64, "ab" * 16, "ü"])
def test_bad_repo_names_are_refused(backend: Backend, name: str) -> None:
    with pytest.raises(Invalid):
        create_repo(backend, name)


def test_repos_are_listed_by_name_in_pages_and_by_project(backend: Backend) -> None:
    for name in ("b", "a", "vision/z", "c"):
        create_repo(backend, name)
    assert [repo.full_name for repo in list_repos(backend, limit=2)] == ["default/a", "default/b"]
    assert [repo.full_name for repo in list_repos(backend, after="default/b")] == ["default/c", "vision/z"]
    assert [repo.name for repo in list_repos(backend, project="vision")] == ["z"]


def test_a_repo_that_another_reads_is_deleted_leaf_first_or_by_force(backend: Backend) -> None:
    for name in ("raw", "clean"):
        create_repo(backend, name)
    derive(backend, "clean", "raw")
    with pytest.raises(Conflict, match="default/clean"):
        delete_repo(backend, "raw")
    delete_repo(backend, "raw", force=True)
    assert get_branch(backend, "clean", "main").inputs == ()
    delete_repo(backend, "clean", force=True)
    assert list_repos(backend) == []


def test_a_branch_starts_at_a_commit_of_its_own_repo(backend: Backend, repo: Repo) -> None:
    other = create_repo(backend, "other")
    foreign = put(backend, other, {"x": b"x"})
    mine = put(backend, repo, {"a": b"1"})
    with pytest.raises(Invalid, match="not of repo"):
        create_branch(backend, repo, "wrong", head=foreign.id)
    with pytest.raises(NotFound):
        create_branch(backend, repo, "wrong", head=new_id())
    assert [branch.name for branch in list_branches(backend, repo)] == ["main"]
    branch = create_branch(backend, repo, "try", head=mine.id)
    assert branch.head == mine.id
    put(backend, repo, {"a": b"2"}, branch="try")
    assert get_branch(backend, repo, "main").head == mine.id


def test_a_branch_name_shaped_like_an_id_is_refused(backend: Backend, repo: Repo) -> None:
    with pytest.raises(Invalid, match="looks like an id"):
        create_branch(backend, repo, "0123456789abcdef" * 2)


def test_moving_a_head_back_and_forward_is_logged_newest_first(backend: Backend, repo: Repo) -> None:
    first = put(backend, repo, {"a": b"1"})
    second = put(backend, repo, {"a": b"2"})
    move_branch(backend, repo, "main", first.id, author="mara", message="roll back")
    assert files_of(backend, log(backend, repo, "main")[0]) == {"a": b"1"}
    move_branch(backend, repo, "main", second.id, author="mara")
    moves = list_moves(backend, repo, "main")
    assert [(move.old, move.new) for move in moves] == [
        (first.id, second.id),
        (second.id, first.id),
        (first.id, second.id),
        (None, first.id),
    ]
    assert moves[1].message == "roll back"
    assert list_moves(backend, repo, "main", after=moves[1].position, limit=1) == [moves[2]]
    with pytest.raises(BranchMoved):
        move_branch(backend, repo, "main", first.id, author="mara", if_head=first.id)


def test_a_derived_branch_is_written_only_by_its_stage(backend: Backend) -> None:
    for name in ("raw", "clean"):
        create_repo(backend, name)
    derive(backend, "clean", "raw")
    with pytest.raises(Denied, match="p:clean"):
        put(backend, "clean", {"a": b"1"})
    with pytest.raises(Conflict, match="is an input of default/clean"):
        delete_branch(backend, "raw", "main")


def test_what_a_stage_writes_is_not_deleted_under_it(backend: Backend) -> None:
    for name in ("raw", "clean"):
        create_repo(backend, name)
    derive(backend, "clean", "raw")
    with pytest.raises(Denied, match="output of p:clean"):
        delete_branch(backend, "clean", "main")
    with pytest.raises(Conflict, match="output of p:clean"):
        delete_repo(backend, "clean")
    with backend.database.transaction() as conn:
        release_branch(conn, "clean", "main")
    delete_branch(backend, "clean", "main")
    delete_repo(backend, "clean")


def test_cycles_and_inputs_from_the_own_repo_are_refused_and_named(backend: Backend) -> None:
    for name in ("a", "b", "c"):
        create_repo(backend, name)
    derive(backend, "b", "a")
    derive(backend, "c", "b")
    with pytest.raises(Invalid, match="a@main → c@main → b@main → a@main"):
        derive(backend, "a", "c")
    with pytest.raises(Invalid, match="own repo"):
        derive(backend, "a", "a")
    with pytest.raises(NotFound, match="nowhere"):
        derive(backend, "a", "nowhere")
    assert get_branch(backend, "a", "main").owner is None


def test_a_held_out_repo_cannot_be_declared_upstream_of_training(backend: Backend) -> None:
    create_repo(backend, "exam", held_out=True)
    for name in ("pool", "dataset", "model"):
        create_repo(backend, name)
    derive(backend, "dataset", "exam", "pool")
    with pytest.raises(Denied, match="exam → dataset → model") as caught:
        derive(backend, "model", "dataset", trains=True)
    assert caught.value.facts["path"] == ["exam", "dataset", "model"]
    derive(backend, "dataset", "pool")
    derive(backend, "model", "dataset", trains=True)
    with pytest.raises(Denied, match="exam → dataset → model"):
        derive(backend, "dataset", "exam", "pool")
    assert [used.repo for used in get_branch(backend, "dataset", "main").inputs] == ["default/pool"]
    assert set_held_out(backend, "pool").held_out
    assert get_repo(backend, "pool").held_out


def test_a_description_has_a_limit(backend: Backend) -> None:
    assert create_repo(backend, "fits", description="é" * 4096).description == "é" * 4096
    with pytest.raises(Invalid, match="4097 characters; 4096 are the most"):
        create_repo(backend, "long", description="é" * 4097)
