"""What every Workspace does with history, as tests; used like `WorkspaceSuite`."""

from __future__ import annotations

import io

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, NotFound
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


def _read(workspace: Workspace, reference: str) -> bytes:
    return b"".join(workspace.files.read(reference))


def _paths(workspace: Workspace, reference: str) -> list[str]:
    return [info.path for info in workspace.files.walk(reference).items]
