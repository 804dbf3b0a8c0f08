"""Commits whose data goes while their history stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from writing import files_of, put

from tilth.errors import Conflict, Invalid, NotFound, NothingToCommit
from tilth.model.commit import Commit, CommitInput, Derivation
from tilth.model.ids import CommitId
from tilth.versioning import touches
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.branches import create_branch, get_branch, list_moves, move_branch
from tilth.versioning.commits import commit_edits, get_commit
from tilth.versioning.edits import Edits
from tilth.versioning.history import log
from tilth.versioning.merging import merge
from tilth.versioning.rebuild import rebuild
from tilth.versioning.releasing import check_kept, drop, forget, released_among
from tilth.versioning.repos import Repo, create_repo
from tilth.versioning.revert import revert
from tilth.versioning.tags import create_tag
from tilth.versioning.verify import verify


@pytest.fixture
def three(backend: Backend, repo: Repo) -> list[Commit]:
    return [put(backend, repo, {"a": b"%d" % number}) for number in range(3)]


def test_a_forgotten_commit_keeps_its_record_and_says_who_forgot_it(
    backend: Backend, repo: Repo, three: list[Commit], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = forget(backend, three[1].id, author="mara", reason="a person asked")
    assert (gone.how, gone.author) == ("forgotten", "mara")
    assert forget(backend, three[1].id, author="jo") == gone
    with backend.database.read() as conn, pytest.raises(NotFound, match=r"forgotten by mara on 20.*: a person asked"):
        check_kept(conn, [three[1].id])
    assert get_commit(backend, three[1].id).seal == three[1].seal
    assert [commit.id for commit in log(backend, repo, "main", path="a")] == [each.id for each in reversed(three)]
    for refused in (
        lambda: revert(backend, repo, "main", three[2].id, author="mara"),
        lambda: merge(backend, repo, three[1], create_branch(backend, repo, "x", head=three[1].id).name, author="m"),
        lambda: move_branch(backend, repo, "main", three[1].id, author="mara"),
        lambda: create_tag(backend, repo, "t", three[1].id, author="mara"),
    ):
        with pytest.raises((NotFound, Conflict), match=r"forgotten|not kept"):
            refused()
    monkeypatch.setattr(backend.store, "get", _without(backend, three[1]))
    assert verify(backend).problems == []


def test_the_paths_of_a_wide_commit_are_noted_before_its_tree_goes(backend: Backend, repo: Repo) -> None:
    wide = {f"f{number:05}": b"" for number in range(touches.MOST + 1)}
    first = put(backend, repo, wide)
    second = put(backend, repo, {"other": b"1"})
    put(backend, repo, {"f00001": b"2"})
    forget(backend, first.id, author="mara")
    forget(backend, second.id, author="mara")
    assert log(backend, repo, "main", path="f00002")[0].id == first.id


def test_heads_and_tagged_commits_are_not_forgotten(backend: Backend, repo: Repo, three: list[Commit]) -> None:
    create_tag(backend, repo, "v1", three[0].id, author="mara")
    with pytest.raises(Conflict, match="head of branch main"):
        forget(backend, three[2].id, author="mara")
    with pytest.raises(Conflict, match="tagged v1"):
        forget(backend, three[0].id, author="mara")
    with pytest.raises(NotFound):
        forget(backend, CommitId("0" * 32), author="mara")


def test_dropping_the_head_returns_the_branch_to_its_parent(backend: Backend, repo: Repo, three: list[Commit]) -> None:
    """Case 22: and at the first commit to nothing; the branch survives."""
    branch, gone = drop(backend, repo, "main", author="mara", reason="wrong")
    assert (branch.head, [each.commit for each in gone]) == (three[1].id, [three[2].id])
    assert get_commit(backend, three[2].id).message == three[2].message
    branch, gone = drop(backend, repo, "main", to=three[0].id, author="mara")
    assert branch.head == three[0].id
    branch, _ = drop(backend, repo, "main", author="mara")
    assert branch.head is None
    assert log(backend, repo, "main") == []
    with pytest.raises(Invalid, match="nothing to drop"):
        drop(backend, repo, "main", author="mara")
    with backend.database.read() as conn:
        assert released_among(conn, [each.id for each in three]) == {each.id for each in three}
    assert [move.new for move in list_moves(backend, repo, "main", limit=3)] == [None, three[0].id, three[1].id]
    assert files_of(backend, put(backend, repo, {"b": b"1"})) == {"b": b"1"}


def test_what_others_need_is_not_dropped(backend: Backend, repo: Repo, three: list[Commit]) -> None:
    """Cases 23 and 24, our way: lineage is never cut; the later one is dropped first, or the data is forgotten."""
    create_repo(backend, "out")
    used = CommitInput(repo.full_name, "main", three[2].id, three[2].seal)
    made = commit_edits(
        backend, "out", "main", Edits(), author="m", derivation=Derivation("copy", (used,)), allow_empty=True
    )
    with pytest.raises(Conflict, match=rf"{made.id} of default/out was made from {three[2].id}"):
        drop(backend, repo, "main", author="mara")
    drop(backend, "out", "main", author="mara")
    drop(backend, repo, "main", author="mara")
    create_branch(backend, repo, "side", head=three[1].id)
    put(backend, repo, {"s": b"1"}, branch="side")
    with pytest.raises(Conflict, match="was made from"):
        drop(backend, repo, "main", author="mara")
    drop(backend, repo, "side", author="mara")
    with pytest.raises(Conflict, match="head of branch side"):
        drop(backend, repo, "main", author="mara")
    with pytest.raises(Invalid, match="not before"):
        drop(backend, repo, "side", to=made.id, author="mara")


def test_what_was_let_go_is_known_after_a_rebuild(tmp_path: Path) -> None:
    with open_backend(tmp_path / "w") as backend:
        repo = create_repo(backend, "digits")
        commits = [put(backend, repo, {"a": b"%d" % number}) for number in range(3)]
        forget(backend, commits[0].id, author="mara")
        drop(backend, repo, "main", author="jo")
    for end in ("", "-wal", "-shm"):
        (tmp_path / "w" / f"tilth.db{end}").unlink(missing_ok=True)
    assert rebuild(tmp_path / "w").problems == ()
    with open_backend(tmp_path / "w") as backend:
        assert get_branch(backend, "digits", "main").head == commits[1].id
        with backend.database.read() as conn:
            assert released_among(conn, [each.id for each in commits]) == {commits[0].id, commits[2].id}


def test_nothing_is_committed_by_a_drop_of_nothing(backend: Backend, repo: Repo, three: list[Commit]) -> None:
    with pytest.raises(Invalid):
        drop(backend, repo, "main", to=three[2].id, author="mara")
    with pytest.raises(NothingToCommit):
        put(backend, repo, {"a": b"2"})


def _without(backend: Backend, commit: Commit) -> object:
    """Return a reader of the store that lost the tree of a commit, as after its collection."""
    read = backend.store.get

    def get(digest: object) -> bytes:
        if digest == commit.tree:
            raise NotFound(f"There is no object {digest!r}.")
        return read(digest)  # type: ignore[arg-type]

    return get
