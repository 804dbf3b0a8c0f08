"""Drafts."""

from __future__ import annotations

from typing import Any

import pytest
from writing import edits_of, files_of, put

from tilth.errors import BranchMoved, NotFound
from tilth.model.commit import Commit
from tilth.versioning import drafts
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.commits import commit_edits
from tilth.versioning.drafts import (
    add_to_draft,
    commit_draft,
    discard_draft,
    draft_contents,
    get_draft,
    list_drafts,
    open_draft,
)
from tilth.versioning.history import log
from tilth.versioning.repos import Repo


def test_a_draft_survives_its_process_and_commits_onto_the_current_head(backend: Backend, repo: Repo) -> None:
    put(backend, repo, {"a": b"1", "b": b"1"})
    with open_backend(backend.folder) as other:
        draft = open_draft(other, "digits", "main", author="jo")
        add_to_draft(other, draft.id, edits_of(other, {"a": b"draft", "c/d": b"draft"}))
        add_to_draft(other, draft.id, edits_of(other, {"b": None}))
    put(backend, repo, {"later": b"1"})
    assert get_draft(backend, draft.id).edits == 3
    assert len(draft_contents(backend, draft.id)) == 3
    commit = commit_draft(backend, draft.id, message="done")
    assert files_of(backend, commit) == {"a": b"draft", "c/d": b"draft", "later": b"1"}
    assert (commit.author, commit.message) == ("jo", "done")
    assert list_drafts(backend) == []
    with pytest.raises(NotFound):
        commit_draft(backend, draft.id)
    assert len(log(backend, repo, "main")) == 3


def test_order_in_a_draft_is_kept(backend: Backend, repo: Repo) -> None:
    put(backend, repo, {"old": b"1"})
    draft = open_draft(backend, repo, "main", author="jo")
    add_to_draft(backend, draft.id, edits_of(backend, {"gone": b"1"}))
    add_to_draft(backend, draft.id, edits_of(backend, {"/": None, "kept": b"2"}))
    assert files_of(backend, commit_draft(backend, draft.id)) == {"kept": b"2"}


def test_what_is_added_while_a_draft_is_committed_stays_in_it(
    backend: Backend, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = open_draft(backend, repo, "main", author="jo")
    add_to_draft(backend, draft.id, edits_of(backend, {"a": b"1", "b": b"1"}))

    def commit_late(*given: Any, **options: Any) -> Commit:
        add_to_draft(backend, draft.id, edits_of(backend, {"c": b"late", "d": b"late"}))
        return commit_edits(*given, **options)

    with monkeypatch.context() as patch:
        patch.setattr(drafts, "commit_edits", commit_late)
        assert files_of(backend, commit_draft(backend, draft.id)) == {"a": b"1", "b": b"1"}
    assert get_draft(backend, draft.id).edits == 2
    assert add_to_draft(backend, draft.id, edits_of(backend, {"e": b"later"})).edits == 3
    assert set(files_of(backend, commit_draft(backend, draft.id))) == {"a", "b", "c", "d", "e"}
    assert list_drafts(backend) == []


def test_if_head_refuses_a_moved_branch_and_keeps_the_draft(backend: Backend, repo: Repo) -> None:
    head = put(backend, repo, {"a": b"1"})
    draft = open_draft(backend, repo, "main", author="jo")
    add_to_draft(backend, draft.id, edits_of(backend, {"a": b"2"}))
    put(backend, repo, {"a": b"3"})
    with pytest.raises(BranchMoved):
        commit_draft(backend, draft.id, if_head=head.id)
    assert [each.id for each in list_drafts(backend, "digits")] == [draft.id]
    discard_draft(backend, draft.id)
    with pytest.raises(NotFound):
        get_draft(backend, draft.id)
