"""Writes to several repos as one change."""

from __future__ import annotations

import pytest
from writing import edits_of, files_of, put

from tilth.errors import Conflict, NotFound, NothingToCommit
from tilth.versioning import drafts, transactions
from tilth.versioning.backend import Backend
from tilth.versioning.branches import create_branch
from tilth.versioning.history import log
from tilth.versioning.repos import Repo, create_repo


def test_all_of_it_is_one_change_or_nothing_is(backend: Backend, repo: Repo) -> None:
    create_repo(backend, "labels")
    create_branch(backend, repo, "side")
    begun = transactions.begin(backend, author="mara", message="both")
    for place, branch in ((repo, "main"), ("labels", "main"), (repo, "side")):
        transactions.add(backend, begun.id, place, branch, edits_of(backend, {"a": b"1"}))
    assert (log(backend, repo, "main"), log(backend, "labels", "main")) == ([], [])
    put(backend, "labels", {"a/b": b"1"})
    with pytest.raises(Conflict, match="to be a folder"):
        transactions.commit(backend, begun.id)
    assert log(backend, repo, "main") == []
    transactions.add(backend, begun.id, "labels", "main", edits_of(backend, {"a/b": None}))
    transactions.add(backend, begun.id, "labels", "main", edits_of(backend, {"a": b"1"}))
    made = transactions.commit(backend, begun.id)
    assert {commit.change for commit in made} == {begun.id}
    assert [(commit.repo, commit.message) for commit in made] == [
        ("default/digits", "both"),
        ("default/labels", "both"),
        ("default/digits", "both"),
    ]
    assert files_of(backend, log(backend, "labels", "main")[0]) == {"a": b"1"}
    assert drafts.list_drafts(backend) == []
    with pytest.raises(NotFound, match="no open transaction"):
        transactions.commit(backend, begun.id)


def test_appends_in_a_transaction_add_up(backend: Backend, repo: Repo) -> None:
    """Case 2, within one commit: three appends, and three more in the next."""
    for _ in range(2):
        begun = transactions.begin(backend, author="mara")
        draft = transactions.draft_in(backend, begun.id, repo, "main")
        for word in (b"foo\n", b"bar\n", b"buzz\n"):
            drafts.append_in_draft(backend, draft, "words", word)
        (done,) = transactions.commit(backend, begun.id)
    assert files_of(backend, done)["words"] == b"foo\nbar\nbuzz\n" * 2
    assert len(log(backend, repo, "main")) == 2


def test_an_append_after_a_delete_begins_anew(backend: Backend, repo: Repo) -> None:
    put(backend, repo, {"dir/words": b"old"})
    begun = transactions.begin(backend, author="mara")
    transactions.add(backend, begun.id, repo, "main", edits_of(backend, {"dir": None}))
    drafts.append_in_draft(backend, transactions.draft_in(backend, begun.id, repo, "main"), "dir/words", b"new")
    (done,) = transactions.commit(backend, begun.id)
    assert files_of(backend, done) == {"dir/words": b"new"}


def test_it_is_aborted_whole_and_its_parts_are_not_committed_alone(backend: Backend, repo: Repo) -> None:
    begun = transactions.begin(backend, author="mara")
    with pytest.raises(NothingToCommit, match="is empty"):
        transactions.commit(backend, begun.id)
    transactions.add(backend, begun.id, repo, "main", edits_of(backend, {"a": b"1"}))
    (part,) = transactions.get(backend, begun.id).drafts
    with pytest.raises(Conflict, match="part of transaction"):
        drafts.commit_draft(backend, part.id)
    assert [each.id for each in transactions.list_transactions(backend)] == [begun.id]
    transactions.abort(backend, begun.id)
    assert (transactions.list_transactions(backend), drafts.list_drafts(backend)) == ([], [])


def test_a_branch_that_nothing_changes_on_gets_no_commit(backend: Backend, repo: Repo) -> None:
    create_repo(backend, "labels")
    put(backend, repo, {"a": b"1"})
    begun = transactions.begin(backend, author="mara")
    for place in (repo, "labels"):
        transactions.add(backend, begun.id, place, "main", edits_of(backend, {"a": b"1"}))
    assert [commit.repo for commit in transactions.commit(backend, begun.id)] == ["default/labels"]
