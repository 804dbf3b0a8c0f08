"""What every Workspace does with files, as tests; a part of `WorkspaceSuite`."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import BranchMoved, Conflict, Invalid, NotFound
from tilth.model.ids import new_id
from tilth.testing.material import every, paths_below, read_file


class FileSuite:
    """Bytes, folders, lists."""

    def test_what_is_put_is_read_back_whole_and_by_range(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        content = bytes(range(256)) * 20_000
        commit = workspace.files.put(f"{name}:deep/er/data.bin", io.BytesIO(content), message="bytes")
        assert (commit.files, commit.size, commit.message, commit.changed) == (1, len(content), "bytes", True)
        reference = f"{name}:deep/er/data.bin"
        assert read_file(workspace, reference) == content
        assert (
            b"".join(workspace.files.read(reference, start=1_000_000, stop=1_000_300)) == content[1_000_000:1_000_300]
        )
        assert b"".join(workspace.files.read(reference, start=len(content) - 5)) == content[-5:]
        info = workspace.files.stat(reference)
        assert (info.kind, info.size) == ("file", len(content))
        assert workspace.files.stat(f"{name}:deep").kind == "folder"

    def test_a_write_that_changes_nothing_is_the_head_that_was_there(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        first = workspace.files.put(f"{name}:a", b"1")
        again = workspace.files.put(f"{name}:a", b"1")
        assert (again.id, again.changed) == (first.id, False)

    def test_many_files_and_deletes_are_one_commit(self, workspace: Workspace, name: str, tmp_path: Path) -> None:
        workspace.repos.create(name)
        workspace.files.put_many(name, [(f"old/{number}", b"x") for number in range(3)])
        local = tmp_path / "local.txt"
        local.write_bytes(b"from a file")
        files: list[tuple[str, Any]] = [
            ("new/ünï code.txt", b"bytes"),
            ("new/stream", io.BytesIO(b"stream")),
            ("new/local", local),
            ("old/kept", b"kept"),
        ]
        before = workspace.branches.get(name, "main").head
        commit = workspace.files.put_many(name, files, deletes=["old"], message="turn over", if_head=before)
        assert paths_below(workspace, name) == ["new/local", "new/stream", "new/ünï code.txt", "old/kept"]
        assert list(commit.parents) == [before]
        with pytest.raises(BranchMoved) as caught:
            workspace.files.put_many(name, [("z", b"z")], if_head=before)
        assert caught.value.facts["found"] == commit.id
        workspace.files.delete(f"{name}:new")
        assert paths_below(workspace, name) == ["old/kept"]

    def test_a_folder_goes_in_and_comes_out_the_same(self, workspace: Workspace, name: str, tmp_path: Path) -> None:
        workspace.repos.create(name)
        source = tmp_path / "source"
        (source / "sub").mkdir(parents=True)
        (source / "sub" / "a.txt").write_bytes(b"a")
        (source / "run.sh").write_bytes(b"#!/bin/sh\n")
        (source / "run.sh").chmod(0o755)
        (source / "link").symlink_to("sub/a.txt")
        workspace.files.put_folder(f"{name}:top", source)
        out = tmp_path / "out"
        assert workspace.files.get_folder(f"{name}:top", out) == 3
        assert (out / "sub" / "a.txt").read_bytes() == b"a"
        assert (out / "run.sh").stat().st_mode & 0o111
        assert (out / "link").readlink() == Path("sub/a.txt")
        (source / "link").unlink()
        (source / "b.txt").write_bytes(b"b")
        workspace.files.put_folder(f"{name}:top", source, mirror=True)
        assert paths_below(workspace, name) == ["top/b.txt", "top/run.sh", "top/sub/a.txt"]
        assert workspace.files.get_folder(f"{name}:top/b.txt", tmp_path / "one") == 1
        assert (tmp_path / "one" / "b.txt").read_bytes() == b"b"

    def test_lists_are_paged_by_level_below_and_by_glob(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put_many(name, [(f"d{number}/f.{end}", b"x") for number in range(3) for end in ("csv", "txt")])
        workspace.files.put(f"{name}:top.txt", b"y")
        level = every(lambda after: workspace.files.list(name, after=after, limit=2))
        assert [(info.path, info.kind) for info in level] == [
            ("d0", "folder"),
            ("d1", "folder"),
            ("d2", "folder"),
            ("top.txt", "file"),
        ]
        below = every(lambda after: workspace.files.walk(f"{name}:d1", after=after, limit=1))
        assert [info.path for info in below] == ["d1/f.csv", "d1/f.txt"]
        found = every(lambda after: workspace.files.walk(name, glob="**/*.csv", after=after, limit=2))
        assert [info.path for info in found] == ["d0/f.csv", "d1/f.csv", "d2/f.csv"]

    @pytest.mark.parametrize("path", ["../x", "a/../../x", "a//b", "a/./b", "nul\x00", "new\nline"])
    def test_paths_that_leave_the_repo_are_refused(self, workspace: Workspace, name: str, path: str) -> None:
        workspace.repos.create(name)
        with pytest.raises(Invalid):
            workspace.files.put(f"{name}:{path}", b"x")
        with pytest.raises(Invalid):
            workspace.files.put_many(name, [(path, b"x")])
        with pytest.raises(Invalid):
            workspace.files.stat(f"{name}:{path}")
        draft = workspace.drafts.open(name)
        with pytest.raises(Invalid):
            workspace.drafts.put(draft.id, path, b"x")
        assert workspace.branches.get(name, "main").head is None

    def test_a_file_cannot_also_be_a_folder(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put(f"{name}:a", b"1")
        with pytest.raises(Conflict):
            workspace.files.put(f"{name}:a/b", b"2")

    def test_what_is_missing_is_not_found(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        with pytest.raises(NotFound):
            workspace.commits.get(name)
        workspace.files.put(f"{name}:a", b"1")
        for act in (
            lambda: workspace.files.stat(f"{name}:b"),
            lambda: list(workspace.files.read(f"{name}:b")),
            lambda: workspace.files.delete(f"{name}:b"),
            lambda: workspace.files.list(f"{name}:b"),
            lambda: workspace.commits.get(f"{name}@nowhere"),
            lambda: workspace.jobs.get(new_id()),
            lambda: workspace.jobs.wait(new_id(), timeout_s=5),
            lambda: workspace.pipelines.get(name),
            lambda: workspace.labeling.get(name),
            lambda: workspace.feedback.get(name),
            lambda: workspace.drafts.get(new_id()),
            lambda: workspace.branches.get(name, "nope"),
        ):
            with pytest.raises(NotFound):
                act()
