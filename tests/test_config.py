"""Where the workspace is, and what the environment says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tilth import connect
from tilth.config import compresses_chunks, find_workspace
from tilth.errors import Invalid


def test_the_folder_around_a_workspace_means_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tmp_path / "work"
    assert find_workspace(str(work)) == str(work)
    with connect(work / ".tilth") as workspace:
        workspace.repos.create("notes")
    with connect(work) as workspace:
        assert [repo.name for repo in workspace.repos.list().items] == ["notes"]
    assert find_workspace(str(work / ".tilth")) == str(work / ".tilth")
    monkeypatch.setenv("TILTH_WORKSPACE", str(work))
    assert find_workspace(None) == str(work / ".tilth")


def test_without_a_name_the_nearest_workspace_upward_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TILTH_WORKSPACE", raising=False)
    with connect(tmp_path / ".tilth"):
        pass
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert find_workspace(None, start=below) == str(tmp_path / ".tilth")


def test_files_are_compressed_unless_told_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TILTH_COMPRESSION", raising=False)
    assert compresses_chunks()
    monkeypatch.setenv("TILTH_COMPRESSION", "none")
    assert not compresses_chunks()
    monkeypatch.setenv("TILTH_COMPRESSION", "brotli")
    with pytest.raises(Invalid, match="brotli"):
        compresses_chunks()
