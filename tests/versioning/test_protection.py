"""Protected branches."""

from __future__ import annotations

import pytest
from writing import put

from tilth.errors import Conflict, Denied
from tilth.model.commit import InputKind
from tilth.versioning.backend import Backend
from tilth.versioning.branches import create_branch, delete_branch, get_branch, move_branch, protect
from tilth.versioning.following import Trigger
from tilth.versioning.merging import merge
from tilth.versioning.provenance import declare_inputs
from tilth.versioning.releasing import drop
from tilth.versioning.repos import Repo, create_repo, delete_repo
from tilth.versioning.triggers import follow
from tilth.workspace import access_ledger


@pytest.fixture
def guarded(backend: Backend, repo: Repo) -> Repo:
    for name, role in (("mara", "writer"), ("olga", "owner")):
        access_ledger.create_user(backend.database, name, role, ())
    put(backend, repo, {"a": b"1"})
    put(backend, repo, {"a": b"2"})
    create_branch(backend, repo, "side", head=get_branch(backend, repo, "main").head)
    protect(backend, repo, "main", ["owner"], author="olga")
    return repo


def test_only_named_roles_write_there(backend: Backend, guarded: Repo) -> None:
    with pytest.raises(Denied, match="only owner may write there"):
        put(backend, guarded, {"a": b"3"})
    source = put(backend, guarded, {"b": b"1"}, branch="side")
    with pytest.raises(Denied, match="protected"):
        merge(backend, guarded, source, "main", author="mara")
    assert merge(backend, guarded, source, "main", author="olga").moved
    protect(backend, guarded, "main", ["owner", "writer"], author="olga")
    put(backend, guarded, {"a": b"3"})


def test_its_head_never_moves_back_and_it_is_not_deleted(backend: Backend, guarded: Repo) -> None:
    create_branch(backend, guarded, "lone")
    put(backend, guarded, {"c": b"1"}, branch="lone")
    protect(backend, guarded, "lone", ["owner"], author="olga")
    with pytest.raises(Conflict, match="never moves back"):
        drop(backend, guarded, "lone", author="olga")
    first = put(backend, guarded, {"c": b"1"}, branch="side")
    move_branch(backend, guarded, "main", first.id, author="olga")
    with pytest.raises(Conflict, match="never moves back"):
        move_branch(backend, guarded, "main", first.parents[0], author="olga")
    with pytest.raises(Denied, match="is protected"):
        delete_branch(backend, guarded, "main")
    with pytest.raises(Conflict, match="is protected"):
        delete_repo(backend, guarded)
    assert get_branch(backend, guarded, "main").roles == ("owner",)
    for name in ("main", "lone"):
        protect(backend, guarded, name, None, author="olga")
    move_branch(backend, guarded, "main", first.parents[0], author="mara")
    delete_repo(backend, guarded)


def test_no_stage_takes_a_protected_branch_or_one_that_follows(backend: Backend, guarded: Repo) -> None:
    create_repo(backend, "source")
    create_branch(backend, guarded, "late")
    follow(backend, guarded, "late", Trigger("side", commits=1), author="mara")
    for branch, says in (("main", "is protected"), ("late", "follows side")):
        with pytest.raises(Conflict, match=says), backend.database.transaction() as conn:
            declare_inputs(conn, guarded, branch, [("source", "main", InputKind.DATA)], owner="stage")
