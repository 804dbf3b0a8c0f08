"""What every Workspace does with history, as tests; used like `WorkspaceSuite`."""

from __future__ import annotations

import io

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Invalid, NotFound
from tilth.model.ids import new_id


class HistorySuite:
    """The behaviours. `workspace` has an owner's rights."""

    @pytest.fixture
    def name(self) -> str:
        """A name that no other test uses."""
        return f"h{new_id()[-12:]}x"

    def test_bytes_are_appended(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.append(f"{name}:log", b"one\n")
        done = workspace.files.append(f"{name}:log", io.BytesIO(b"two\n"), message="more")
        assert done.message == "more"
        assert _read(workspace, f"{name}:log") == b"one\ntwo\n"
        again = workspace.files.append(f"{name}:log", b"")
        assert (again.id, again.changed) == (done.id, False)

    def test_files_and_folders_are_copied_and_moved_between_repos(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.repos.create(f"{name}2")
        workspace.files.put_many(name, [("a/x", b"1"), ("a/y", b"2"), ("z", b"3")])
        copied = workspace.files.copy(f"{name}:a", f"{name}2:b")
        assert copied.derivation is not None
        assert copied.derivation.inputs[0].kind == "copy"
        workspace.files.copy(f"{name}@main:z", f"{name}2:kept/")
        assert _paths(workspace, f"{name}2") == ["b/x", "b/y", "kept/z"]
        moved = workspace.files.move(f"{name}:a", f"{name}2:c", message="out of the way")
        assert _paths(workspace, name) == ["z"]
        assert _paths(workspace, f"{name}2:c") == ["c/x", "c/y"]
        assert workspace.commits.get(name).change == moved.change
        assert not workspace.files.copy(f"{name}:z", f"{name}2:kept/z").changed
        with pytest.raises(NotFound):
            workspace.files.move(f"{name}:a", f"{name}2:c")
        with pytest.raises(Conflict):
            workspace.files.copy(f"{name}:z", f"{name}2:c")

    def test_branches_are_merged_and_conflicts_decided(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put_many(name, [("a", b"1"), ("b", b"1"), ("c", b"1"), ("d/x", b"1")])
        workspace.branches.create(name, "side", head="main")
        workspace.files.put_many(name, [("a", b"2"), ("c", b"2"), ("mine", b"2")])
        theirs = workspace.files.put_many(f"{name}@side", [("a", b"3"), ("b", b"3"), ("c", b"3")], deletes=["d"])
        found = workspace.commits.merge(f"{name}@side", name)
        assert (found.commit, found.undecided) == (None, 2)
        assert [(each.path, each.kind) for each in found.conflicts] == [("a", "both changed"), ("c", "both changed")]
        listed = workspace.commits.conflicts(f"{name}@side", name, limit=1)
        assert ([each.path for each in listed.items], listed.next) == (["a"], "a")
        assert [e.path for e in workspace.commits.conflicts(f"{name}@side", name, after="a").items] == ["c"]
        draft = workspace.drafts.open(name).id
        workspace.drafts.put(draft, "c", b"both")
        done = workspace.commits.merge(f"{name}@side", name, decisions={"a": "theirs"}, draft=draft, message="both")
        assert done.commit is not None
        assert done.commit.parents[1] == theirs.id
        assert _paths(workspace, name) == ["a", "b", "c", "mine"]
        assert (_read(workspace, f"{name}:a"), _read(workspace, f"{name}:c")) == (b"3", b"both")
        assert workspace.commits.merge(name, f"{name}@side", dry_run=True).moved
        assert workspace.commits.merge(name, f"{name}@side").moved
        with pytest.raises(Invalid):
            workspace.commits.merge(name, f"{name}@side", decisions={"a": "mine"})


def _read(workspace: Workspace, reference: str) -> bytes:
    return b"".join(workspace.files.read(reference))


def _paths(workspace: Workspace, reference: str) -> list[str]:
    return [info.path for info in workspace.files.walk(reference).items]
