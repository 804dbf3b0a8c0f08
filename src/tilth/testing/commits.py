"""What every Workspace does with commits and drafts, as tests; a part of `WorkspaceSuite`."""

from __future__ import annotations

import io

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import BranchMoved, Conflict, NotFound
from tilth.model.ids import new_id
from tilth.testing.material import every, paths_below, read_file


class CommitSuite:
    """Commits and drafts."""

    def test_history_is_told_newest_first_and_by_path(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        made = [workspace.files.put(f"{name}:{'a' if number % 2 else 'b'}", b"%d" % number) for number in range(5)]
        log = every(lambda after: workspace.commits.log(name, after=after, limit=2))
        assert [commit.id for commit in log] == [commit.id for commit in reversed(made)]
        touched = every(lambda after: workspace.commits.log(f"{name}:a", after=after, limit=1))
        assert [commit.id for commit in touched] == [made[3].id, made[1].id]
        assert workspace.commits.get(f"{name}@main^2").id == made[2].id
        assert workspace.commits.get(f"{name}@{made[1].change}").id == made[1].id

    def test_a_diff_names_what_was_added_changed_and_deleted(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put_many(name, [("same", b"1"), ("changed", b"1"), ("gone", b"1")])
        workspace.files.put_many(name, [("changed", b"2"), ("new", b"2")], deletes=["gone"])
        changes = every(lambda after: workspace.commits.diff(None, name, after=after, limit=2))
        kinds = [(change.path, change.old is not None, change.new is not None) for change in changes]
        assert kinds == [("changed", True, True), ("gone", True, False), ("new", False, True)]
        assert not workspace.commits.diff(name, name).items

    def test_a_revert_undoes_one_commit_and_keeps_later_ones(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put_many(name, [("a", b"1"), ("b", b"1")])
        bad = workspace.files.put(f"{name}:a", b"bad")
        workspace.files.put(f"{name}:b", b"2")
        workspace.commits.revert(f"{name}@{bad.id}", message="undo")
        assert (read_file(workspace, f"{name}:a"), read_file(workspace, f"{name}:b")) == (b"1", b"2")
        workspace.files.put(f"{name}:a", b"3")
        with pytest.raises(Conflict):
            workspace.commits.revert(f"{name}@{bad.id}")

    def test_a_draft_gathers_writes_and_becomes_one_commit(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put(f"{name}:old", b"1")
        draft = workspace.drafts.open(name)
        workspace.drafts.put(draft.id, "a", b"1")
        workspace.drafts.put(draft.id, "b/c", io.BytesIO(b"2"))
        workspace.drafts.delete(draft.id, "old")
        assert workspace.drafts.get(draft.id).changes == 3
        assert paths_below(workspace, name) == ["old"]
        between = workspace.files.put(f"{name}:other", b"3")
        with pytest.raises(BranchMoved):
            workspace.drafts.commit(draft.id, if_head=new_id())
        commit = workspace.drafts.commit(draft.id, message="all at once")
        assert list(commit.parents) == [between.id]
        counts = workspace.commits.get(name).counts
        assert counts is not None
        assert (counts.added, counts.changed, counts.removed, counts.put) == (2, 0, 1, 2)
        assert paths_below(workspace, name) == ["a", "b/c", "other"]
        with pytest.raises(NotFound):
            workspace.drafts.commit(draft.id)
        second = workspace.drafts.open(name)
        workspace.drafts.discard(second.id)
        with pytest.raises(NotFound):
            workspace.drafts.get(second.id)
