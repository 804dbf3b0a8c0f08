"""What every Workspace does, as tests: subclass it, give the fixtures `workspace` and `as_user`, and run pytest.

The workspace may be shared by all tests and need not be empty: each test works in repos of its own.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tilth.contract.entry import FileInfo
from tilth.contract.paging import Page
from tilth.contract.practice import PracticeAnswer
from tilth.contract.tasks import AssignmentInfo, Tasks
from tilth.contract.workspace import Workspace
from tilth.errors import (
    BranchMoved,
    Conflict,
    Denied,
    HeldOut,
    Invalid,
    NotFound,
    Purged,
    TilthError,
    Unauthenticated,
    Unavailable,
)
from tilth.model.ids import new_id

AsUser = Callable[[str], Workspace]
"""Opens the same workspace as the holder of a token."""

CONFIG = (
    '<View><Text name="text" value="$headline"/><Choices name="kind" toName="text" choice="single">'
    '<Choice value="bait"/><Choice value="news"/></Choices></View>'
)
RUN_S = 120.0


class WorkspaceSuite:
    """The behaviours. `workspace` has an owner's rights."""

    @pytest.fixture
    def name(self) -> str:
        """A name that no other test uses."""
        return f"t{new_id()[-12:]}x"

    def test_a_paused_pipeline_gets_no_jobs_until_it_is_resumed(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(f"{name}in")
        spec = {
            "pipeline": {"name": name},
            "input": {"pfs": {"repo": f"{name}in", "glob": "/*"}},
            "transform": {"cmd": ["sh", "-c", f"cat /pfs/{name}in/* > /pfs/out/all"]},
        }
        workspace.pipelines.create(spec)
        workspace.files.put(f"{name}in:a", b"1")
        workspace.maintenance.run(timeout_s=RUN_S)
        paused = workspace.pipelines.pause(name)
        assert paused.state == "paused"
        assert paused.paused_by
        assert workspace.pipelines.pause(name) == paused
        with pytest.raises(Conflict):
            workspace.pipelines.rerun(name)
        for content in (b"2", b"3"):
            workspace.files.put(f"{name}in:a", content)
        workspace.maintenance.run(timeout_s=RUN_S)
        assert len(workspace.jobs.list(pipeline=name).items) <= 2
        assert _read(workspace, f"{name}:all") == b"1"
        before = len(workspace.jobs.list(pipeline=name).items)
        assert workspace.pipelines.resume(name).state == "active"
        workspace.maintenance.run(timeout_s=RUN_S)
        assert _read(workspace, f"{name}:all") == b"3"
        assert len(workspace.jobs.list(pipeline=name).items) == before + 1

    # Tags

    def test_a_tag_names_a_commit_for_good(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        first = workspace.files.put(f"{name}:a", b"1")
        made = workspace.tags.create(name, "v1", message="as published")
        assert (made.repo, made.commit, made.message) == (name, first.id, "as published")
        second = workspace.files.put(f"{name}:a", b"2")
        assert _read(workspace, f"{name}@v1:a") == b"1"
        assert workspace.tags.create(name, "v1", at=first.id) == made
        with pytest.raises(Conflict):
            workspace.tags.create(name, "v1", at=second.id)
        with pytest.raises(Conflict):
            workspace.tags.create(name, "main")
        with pytest.raises(Conflict):
            workspace.branches.create(name, "v1")
        workspace.tags.create(name, "v2")
        assert [tag.name for tag in _all(lambda after: workspace.tags.list(name, after=after, limit=1))] == ["v1", "v2"]
        workspace.tags.delete(name, "v1")
        with pytest.raises(NotFound):
            workspace.tags.delete(name, "v1")
        with pytest.raises(NotFound):
            workspace.commits.get(f"{name}@v1")

    # Repos and branches

    def test_a_repo_is_made_found_listed_and_deleted(self, workspace: Workspace, name: str) -> None:
        made = workspace.repos.create(name, description="letters")
        assert (made.name, made.project, made.description, made.held_out) == (name, "default", "letters", False)
        assert list(made.branches) == ["main"]
        assert workspace.repos.get(name) == made
        assert made in _all(lambda after: workspace.repos.list(after=after, limit=2))
        workspace.repos.delete(name)
        with pytest.raises(NotFound):
            workspace.repos.get(name)

    def test_a_taken_or_impossible_name_is_refused(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        with pytest.raises(Conflict):
            workspace.repos.create(name)
        for bad in ("", "a b", "../x", "x" * 64, new_id(), "a/b/c", "ü"):
            with pytest.raises(Invalid):
                workspace.repos.create(bad)

    def test_a_repo_can_live_in_a_project(self, workspace: Workspace, name: str) -> None:
        made = workspace.repos.create(f"research/{name}")
        assert (made.project, made.name) == ("research", name)
        workspace.files.put(f"research/{name}:a", b"1")
        assert _read(workspace, f"research/{name}:a") == b"1"
        with pytest.raises(NotFound):
            workspace.repos.get(name)

    def test_errors_keep_their_class_words_and_facts(self, workspace: Workspace, name: str) -> None:
        with pytest.raises(NotFound) as caught:
            workspace.repos.get(name)
        assert name in caught.value.message
        assert caught.value.help
        assert caught.value.facts["repo"] == name

    def test_a_branch_starts_anywhere_moves_and_tells_its_moves(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        first = workspace.files.put(f"{name}:a", b"1")
        second = workspace.files.put(f"{name}:a", b"2")
        branch = workspace.branches.create(name, "old", head="main^")
        assert branch.head == first.id
        assert _read(workspace, f"{name}@old:a") == b"1"
        moved = workspace.branches.move(name, "old", "main", message="deploy")
        assert moved.head == second.id
        workspace.branches.move(name, "old", first.id)
        moves = _all(lambda after: workspace.branches.moves(name, "old", after=after, limit=2))
        assert [move.new for move in moves] == [first.id, second.id, first.id]
        assert moves[1].message == "deploy"
        assert {each.name for each in workspace.branches.list(name).items} == {"main", "old"}
        workspace.branches.delete(name, "old")
        with pytest.raises(NotFound):
            workspace.branches.get(name, "old")

    # Files and commits

    def test_what_is_put_is_read_back_whole_and_by_range(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        content = bytes(range(256)) * 20_000
        commit = workspace.files.put(f"{name}:deep/er/data.bin", io.BytesIO(content), message="bytes")
        assert (commit.files, commit.size, commit.message, commit.changed) == (1, len(content), "bytes", True)
        reference = f"{name}:deep/er/data.bin"
        assert _read(workspace, reference) == content
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
        assert _paths(workspace, name) == ["new/local", "new/stream", "new/ünï code.txt", "old/kept"]
        assert list(commit.parents) == [before]
        with pytest.raises(BranchMoved) as caught:
            workspace.files.put_many(name, [("z", b"z")], if_head=before)
        assert caught.value.facts["found"] == commit.id
        workspace.files.delete(f"{name}:new")
        assert _paths(workspace, name) == ["old/kept"]

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
        assert _paths(workspace, name) == ["top/b.txt", "top/run.sh", "top/sub/a.txt"]
        assert workspace.files.get_folder(f"{name}:top/b.txt", tmp_path / "one") == 1
        assert (tmp_path / "one" / "b.txt").read_bytes() == b"b"

    def test_lists_are_paged_by_level_below_and_by_glob(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put_many(name, [(f"d{number}/f.{end}", b"x") for number in range(3) for end in ("csv", "txt")])
        workspace.files.put(f"{name}:top.txt", b"y")
        level = _all(lambda after: workspace.files.list(name, after=after, limit=2))
        assert [(info.path, info.kind) for info in level] == [
            ("d0", "folder"),
            ("d1", "folder"),
            ("d2", "folder"),
            ("top.txt", "file"),
        ]
        below = _all(lambda after: workspace.files.walk(f"{name}:d1", after=after, limit=1))
        assert [info.path for info in below] == ["d1/f.csv", "d1/f.txt"]
        found = _all(lambda after: workspace.files.walk(name, glob="**/*.csv", after=after, limit=2))
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

    def test_history_is_told_newest_first_and_by_path(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        made = [workspace.files.put(f"{name}:{'a' if number % 2 else 'b'}", b"%d" % number) for number in range(5)]
        log = _all(lambda after: workspace.commits.log(name, after=after, limit=2))
        assert [commit.id for commit in log] == [commit.id for commit in reversed(made)]
        touched = _all(lambda after: workspace.commits.log(f"{name}:a", after=after, limit=1))
        assert [commit.id for commit in touched] == [made[3].id, made[1].id]
        assert workspace.commits.get(f"{name}@main^2").id == made[2].id
        assert workspace.commits.get(f"{name}@{made[1].change}").id == made[1].id

    def test_a_diff_names_what_was_added_changed_and_deleted(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put_many(name, [("same", b"1"), ("changed", b"1"), ("gone", b"1")])
        workspace.files.put_many(name, [("changed", b"2"), ("new", b"2")], deletes=["gone"])
        changes = _all(lambda after: workspace.commits.diff(None, name, after=after, limit=2))
        kinds = [(change.path, change.old is not None, change.new is not None) for change in changes]
        assert kinds == [("changed", True, True), ("gone", True, False), ("new", False, True)]
        assert not workspace.commits.diff(name, name).items

    def test_a_revert_undoes_one_commit_and_keeps_later_ones(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put_many(name, [("a", b"1"), ("b", b"1")])
        bad = workspace.files.put(f"{name}:a", b"bad")
        workspace.files.put(f"{name}:b", b"2")
        workspace.commits.revert(f"{name}@{bad.id}", message="undo")
        assert (_read(workspace, f"{name}:a"), _read(workspace, f"{name}:b")) == (b"1", b"2")
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
        assert _paths(workspace, name) == ["old"]
        between = workspace.files.put(f"{name}:other", b"3")
        with pytest.raises(BranchMoved):
            workspace.drafts.commit(draft.id, if_head=new_id())
        commit = workspace.drafts.commit(draft.id, message="all at once")
        assert list(commit.parents) == [between.id]
        counts = workspace.commits.get(name).counts
        assert counts is not None
        assert (counts.added, counts.changed, counts.removed, counts.put) == (2, 0, 1, 2)
        assert _paths(workspace, name) == ["a", "b/c", "other"]
        with pytest.raises(NotFound):
            workspace.drafts.commit(draft.id)
        second = workspace.drafts.open(name)
        workspace.drafts.discard(second.id)
        with pytest.raises(NotFound):
            workspace.drafts.get(second.id)

    # Slices, sending, exports

    def test_slices_of_a_dataset_are_kept_changed_and_found_by_filter(self, workspace: Workspace, name: str) -> None:
        self._dataset(workspace, name)
        made = workspace.slices.create(name, "odd", keys=["1", "3"], type="label quality", note="odd ones")
        assert made.slice is not None
        assert (made.count, made.slice.items, made.slice.state) == (2, 2, "triage")
        workspace.slices.create(name, "news", where="label = 'news'", live=True, expect=2)
        moved = workspace.slices.update(name, "odd", state="in progress", owner="maria")
        workspace.slices.set_items(name, "odd", add=["0"])
        workspace.slices.set_items(name, "odd", keys=["0", "1"], status="done")
        told = workspace.slices.comment(name, "odd", "look twice", key="1").slice
        assert told is not None
        assert (told.owner, told.items, dict(told.statuses)) == ("maria", 3, {"done": 2})
        assert workspace.slices.get(name, "odd") == told
        assert [each.text for each in told.comments] == ["look twice"]
        listed = _all(lambda after: workspace.slices.list(name, after=after, limit=1))
        assert [(each.name, each.live) for each in listed] == [("news", True), ("odd", False)]
        noted = _all(lambda after: workspace.slices.items(name, "odd", after=after, limit=2))
        assert [(each.key, each.status) for each in noted] == [("0", "done"), ("1", "done"), ("3", "open")]
        assert [each.key for each in workspace.slices.items(name, "odd", keys=["3"]).items] == ["3"]
        where = "slice.odd = true and slice.news = true"
        assert workspace.datasets.count_items(name, where=where).matching == 1
        with pytest.raises(Conflict):
            workspace.slices.update(name, "odd", state="resolved")
        with pytest.raises(NotFound):
            workspace.slices.get(name, "none")
        assert moved.commit is not None
        workspace.slices.delete(name, "odd")
        assert [each.name for each in workspace.slices.list(name).items] == ["news"]

    def test_items_are_sent_to_people_once(self, workspace: Workspace, name: str) -> None:
        self._dataset(workspace, name)
        form = {"name": f"{name}-ask", "overlap": 1, "price": 0.5}
        plan = workspace.datasets.plan_send(name, keys=["0", "1"], new=form)
        assert (plan.items, plan.new, list(plan.cost), plan.makes_pipeline) == (2, 2, [1.0, 1.0], True)
        sent = workspace.datasets.send(name, keys=["0", "1"], new=form, expect=2)
        assert sent.commit is not None
        assert workspace.commits.get(f"{name}-ask-inbox@{sent.commit}").derivation is not None
        again = workspace.datasets.send(name, keys=["0", "1"], pipeline=f"{name}-ask")
        assert (again.commit, again.act, again.plan.already) == (None, None, 2)
        with pytest.raises(Conflict):
            workspace.datasets.send(name, keys=["0", "1"], pipeline=f"{name}-ask", expect=3)

    def test_matching_items_are_exported_as_an_archive(self, workspace: Workspace, name: str) -> None:
        self._dataset(workspace, name)
        plan = workspace.datasets.plan_export(name, where="label = 'bait'")
        assert (plan.items, plan.media) == (2, 0)
        assert "huggingface" in plan.formats
        pieces = workspace.datasets.export(name, format="jsonl", where="label = 'bait'")
        with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
            rows = [json.loads(line) for line in archive.read("items.jsonl").splitlines()]
            assert json.loads(archive.read("export.json"))["where"] == "label = 'bait'"
        assert [(row["key"], row["label"]) for row in rows] == [("1", "bait"), ("3", "bait")]
        with pytest.raises(Invalid):
            list(workspace.datasets.export(name, format="xls"))
        with pytest.raises(NotFound):
            list(workspace.datasets.export(f"{name}-none"))

    def _dataset(self, workspace: Workspace, name: str) -> None:
        """Make the dataset `name` of four headlines, `1` and `3` of them bait."""
        workspace.repos.create(f"{name}-rows")
        lines = "".join(f"{number},line {number},{('news', 'bait')[number % 2]}\n" for number in range(4))
        workspace.files.put(f"{name}-rows:rows.csv", f"id,headline,label\n{lines}".encode())
        definition = {
            "media": {"kind": "text", "column": "headline"},
            "items": {"from": f"{name}-rows@main:rows.csv", "key": "id"},
            "labels": {"column": "label"},
        }
        workspace.datasets.define(name, definition)

    # Pipelines and jobs

    def test_a_commit_runs_its_pipelines_and_one_changed_file_runs_one_item(
        self, workspace: Workspace, name: str
    ) -> None:
        up = self._pipeline(workspace, name)
        workspace.files.put_many(name, [(f"{number}.txt", b"%d" % number) for number in range(4)])
        report = workspace.maintenance.run(timeout_s=RUN_S)
        assert any(job.pipeline == up and job.state == "success" for job in report.jobs)
        assert _read(workspace, f"{up}:2.txt") == b"22"
        change = workspace.files.put(f"{name}:2.txt", b"x").change
        (job,) = workspace.jobs.wait(change, timeout_s=RUN_S)
        assert (job.pipeline, job.state, job.total, job.run, job.reused) == (up, "success", 4, 1, 3)
        assert workspace.jobs.wait(job.id, timeout_s=1) == [job]
        assert _read(workspace, f"{up}:2.txt") == b"xx"
        assert workspace.jobs.get(job.id) == job
        assert [each.id for each in workspace.jobs.list(change=change).items] == [job.id]
        assert workspace.pipelines.get(up).last_job == job.id
        workspace.maintenance.run(timeout_s=RUN_S)
        assert workspace.maintenance.status().waiting == 0

    def test_the_datums_of_a_job_can_be_looked_at(self, workspace: Workspace, name: str) -> None:
        up = self._pipeline(workspace, name)
        commit = workspace.files.put_many(name, [(f"{number}.txt", b"%d" % number) for number in range(3)])
        (job,) = workspace.jobs.wait(commit.change, timeout_s=RUN_S)
        datums = _all(lambda after: workspace.jobs.datums(job.id, after=after, limit=2))
        assert [(datum.state, list(datum.outputs)) for datum in datums] == [
            ("success", [f"{number}.txt"]) for number in range(3)
        ]
        assert not workspace.jobs.datums(job.id, state="failed").items
        assert job.output is not None
        assert workspace.commits.get(f"{up}@{job.output}").derivation is not None

    def test_a_failing_item_is_named_first_with_its_log_and_moves_no_branch(
        self, workspace: Workspace, name: str
    ) -> None:
        workspace.repos.create(name)
        spec = {
            "pipeline": {"name": f"{name}-bad"},
            "input": {"pfs": {"repo": name, "glob": "/*", "name": "in"}},
            "transform": {"cmd": ["sh"], "stdin": ["if test -e /pfs/in/bad; then echo no luck; exit 7; fi"]},
            "datum_tries": 1,
        }
        workspace.pipelines.create(spec)
        commit = workspace.files.put_many(name, [("bad", b"1"), ("aaa", b"2")])
        (job,) = workspace.jobs.wait(commit.change, timeout_s=RUN_S)
        assert (job.state, job.failed, job.output) == ("failed", 1, None)
        assert "bad" in job.reason
        first = workspace.jobs.datums(job.id).items[0]
        assert first.state == "failed"
        assert "bad" in first.key
        assert b"no luck" in b"".join(workspace.jobs.logs(job.id))
        assert workspace.branches.get(f"{name}-bad", "main").head is None

    def test_a_spec_is_checked_before_anything_is_made(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put_many(name, [("a", b"1"), ("b", b"1")])
        spec = self._spec(name)
        told = workspace.pipelines.check(spec)
        assert (told.kind, told.items, list(told.inputs)) == ("code", 2, [f"{name}@main"])
        with pytest.raises(Invalid) as caught:
            workspace.pipelines.create({**spec, "transfrom": {}})
        assert "transfrom" in caught.value.message
        with pytest.raises(NotFound):
            workspace.pipelines.get(told.name)

    def test_pipelines_are_updated_listed_run_again_and_deleted(self, workspace: Workspace, name: str) -> None:
        up = self._pipeline(workspace, name)
        with pytest.raises(Conflict):
            workspace.pipelines.create(self._spec(name))
        workspace.files.put(f"{name}:a", b"1")
        workspace.maintenance.run(timeout_s=RUN_S)
        changed = {**self._spec(name), "description": "the same, said again"}
        assert workspace.pipelines.create(changed, update=True).version == 2
        assert up in [each.name for each in _all(lambda after: workspace.pipelines.list(after=after, limit=3))]
        workspace.maintenance.run(timeout_s=RUN_S)
        (job,) = workspace.jobs.wait(workspace.pipelines.rerun(up, reprocess=True), timeout_s=RUN_S)
        assert (job.total, job.run) == (1, 1)
        workspace.pipelines.delete(up)
        with pytest.raises(NotFound):
            workspace.pipelines.get(up)
        assert _read(workspace, f"{up}:a") == b"11"

    def test_a_derived_branch_is_written_by_its_pipeline_alone(self, workspace: Workspace, name: str) -> None:
        up = self._pipeline(workspace, name)
        with pytest.raises(Denied):
            workspace.files.put(f"{up}:mine", b"1")
        with pytest.raises(Denied):
            workspace.files.put(f"{up}:mine", io.BytesIO(bytes(8 << 20)))
        with pytest.raises(Conflict):
            workspace.repos.delete(name)

    def test_nothing_is_trained_on_what_is_held_out(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name, held_out=True)
        workspace.files.put(f"{name}:a", b"1")
        with pytest.raises(HeldOut) as caught:
            workspace.pipelines.create({**self._spec(name), "trains": True})
        assert name in caught.value.message
        assert not workspace.repos.hold_out(name, False).held_out

    # Labeling

    def test_people_label_and_what_they_say_becomes_a_commit(
        self, workspace: Workspace, as_user: AsUser, name: str
    ) -> None:
        ask = self._labeling(workspace, name, overlap=2)
        people = [self._labeler(workspace, as_user, f"{name}-{number}", ask) for number in range(2)]
        for person in people:
            assert _answer_all(person.tasks, ask, lambda shown: "bait" if "!" in shown else "news") == 3
        report = workspace.maintenance.run(timeout_s=RUN_S)
        assert report is not None
        rows = workspace.datasets.rows(f"{ask}:labels").items
        held = {row["key"]: row["label"] for row in rows}
        assert {key.rpartition("#")[2]: label for key, label in held.items()}
        assert sorted(held.values()) == ["bait", "bait", "news"]
        assert workspace.datasets.count(f"{ask}:answers") == 6
        state = workspace.labeling.get(ask)
        assert (state.tasks, state.done, state.open, state.answers) == (3, 3, 0, 6)
        workers = workspace.labeling.workers(ask).items
        first = workspace.labeling.workers(ask, limit=1)
        rest = workspace.labeling.workers(ask, after=first.items[-1].worker)
        assert [*first.items, *rest.items] == list(workers)
        assert len(workers) == 2
        assert not any(name in worker.worker for worker in workers)
        lineage = workspace.lineage.of(f"{ask}@main")
        facts = lineage.nodes[0].commit.derivation
        assert facts is not None
        assert facts.facts["guideline_version"] == "1"

    def test_a_task_is_lent_once_and_an_answer_counts_once(
        self, workspace: Workspace, as_user: AsUser, name: str
    ) -> None:
        ask = self._labeling(workspace, name, overlap=1)
        first = self._labeler(workspace, as_user, f"{name}-a", ask)
        other = self._labeler(workspace, as_user, f"{name}-b", ask)
        lent = first.tasks.next(ask)
        assert lent is not None
        again = first.tasks.next(ask)
        assert again is not None
        assert again.id == lent.id
        theirs = other.tasks.next(ask)
        assert theirs is not None
        assert theirs.data != lent.data
        with pytest.raises(NotFound):
            other.tasks.submit(lent.id, _choice("bait"))
        told = first.tasks.submit(lent.id, _choice("bait"))
        assert told.worker_state == "active"
        assert first.tasks.submit(lent.id, _choice("bait")) == told
        with pytest.raises(Conflict):
            first.tasks.submit(lent.id, _choice("news"))
        with pytest.raises(Invalid):
            other.tasks.submit(theirs.id, _choice("neither"))
        assert other.tasks.skip(theirs.id).state == "skipped"
        assert first.tasks.me(ask).answers == 1
        assert workspace.labeling.get(ask).answers == 1

    def test_several_tasks_are_held_at_once(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        ask = self._labeling(workspace, name, overlap=1)
        person = self._labeler(workspace, as_user, f"{name}-a", ask)
        first = person.tasks.queue(ask, limit=1)
        queue = person.tasks.queue(ask)
        assert [task.id for task in queue.tasks][:1] == [task.id for task in first.tasks]
        assert (len(queue.tasks), queue.state) == (2, "lent")
        with pytest.raises(Invalid):
            person.tasks.queue(ask, limit=50)
        for task in queue.tasks:
            person.tasks.submit(task.id, _choice("bait"), held_ms=3)
        rest = person.tasks.queue(ask, limit=3)
        assert (len(rest.tasks), rest.state) == (1, "nothing_new")
        assert person.tasks.release(rest.tasks[0].id).state == "expired"
        assert person.tasks.release(rest.tasks[0].id).state == "expired"
        assert person.tasks.release(queue.tasks[0].id).state == "answered"
        other = self._labeler(workspace, as_user, f"{name}-b", ask)
        with pytest.raises(NotFound):
            other.tasks.release(rest.tasks[0].id)
        taken = other.tasks.queue(ask, limit=3).tasks
        assert taken, "what was let go is there for others at once"
        for task in taken:
            other.tasks.release(task.id)
        rest = person.tasks.queue(ask, limit=3)
        assert len(rest.tasks) == 1, "it was free again"
        person.tasks.skip(rest.tasks[0].id)
        mine = person.tasks.me(ask)
        assert (mine.answers, mine.told_accuracy, mine.golden_total) == (2, None, 0)

    def test_done_items_are_for_practice(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        ask = self._labeling(workspace, name, overlap=2)
        for number in range(2):
            _answer_all(self._labeler(workspace, as_user, f"{name}-{number}", ask).tasks, ask, lambda shown: "bait")
        practice = workspace.tasks.practice(ask, limit=2)
        assert len(practice.tasks) == 2
        assert practice.config == workspace.labeling.get(ask).config
        said = [PracticeAnswer(task.id, _choice("bait"), 1.5) for task in practice.tasks]
        found = workspace.tasks.compare(ask, said)
        assert (found.me.n, found.me.agreed, found.me.median_seconds) == (2, 2, 1.5)
        assert found.me.low < 1
        assert [(other.n, other.agreed) for other in found.others] == [(3, 3), (3, 3)]
        assert all(other.worker for other in found.others)
        assert len(found.outcomes) == 2
        newcomer = self._labeler(workspace, as_user, f"{name}-new", ask)
        shown = newcomer.tasks.compare(ask, said)
        assert shown.outcomes == []
        assert not any(other.worker for other in shown.others)
        assert workspace.labeling.get(ask).answers == 6
        with pytest.raises(Invalid):
            workspace.tasks.compare(ask, [])
        with pytest.raises(Invalid):
            workspace.tasks.compare(ask, [PracticeAnswer(said[0].id, _choice("neither"), 1)])

    def test_an_expert_decides_and_publishes_by_hand(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        ask = self._labeling(workspace, name, overlap=1)
        person = self._labeler(workspace, as_user, f"{name}-a", ask)
        _answer_all(person.tasks, ask, lambda shown: "bait")
        labels = _all(lambda after: workspace.labeling.labels(ask, after=after, limit=2))
        assert [label.label for label in labels] == ["bait"] * 3
        ruled = workspace.labeling.rule(ask, labels[0].key, "news", reason="it is")
        assert (ruled.label, ruled.final) == ("news", True)
        workspace.labeling.publish(ask)
        workspace.maintenance.run(timeout_s=RUN_S)
        rows = {row["key"]: row["label"] for row in workspace.datasets.rows(f"{ask}:labels").items}
        assert rows[labels[0].key] == "news"
        assert workspace.labeling.publish(ask) is None
        reopened = workspace.labeling.reopen(ask, labels[0].key, reason="read once more")
        assert (reopened.label, reopened.final) == ("bait", False)
        with pytest.raises(NotFound):
            workspace.labeling.reopen(ask, "no such item")

    def test_a_banned_workers_answers_are_asked_again(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        ask = self._labeling(workspace, name, overlap=1)
        person = self._labeler(workspace, as_user, f"{name}-a", ask)
        _answer_all(person.tasks, ask, lambda shown: "bait")
        (worker,) = workspace.labeling.workers(ask).items
        with pytest.raises(Invalid):
            workspace.labeling.ban(ask, worker.worker, " ")
        with pytest.raises(NotFound):
            workspace.labeling.ban(ask, "nobody", "answers at random")
        banned = workspace.labeling.ban(ask, worker.worker, "answers at random")
        assert (banned.worker, banned.state, banned.reason) == (worker.worker, "banned", "answers at random")
        assert banned.rejected == 3
        assert (workspace.labeling.get(ask).open, workspace.labeling.get(ask).banned) == (3, 1)
        with pytest.raises(Denied, match="answers at random"):
            person.tasks.next(ask)
        with pytest.raises(Conflict):
            workspace.labeling.ban(ask, worker.worker, "again")

    def test_labels_are_reviewed_and_people_seen_from_near(self, workspace: Workspace, name: str) -> None:
        """A sample is decided and undone, its rate told; a ban is taken back; methods are compared."""
        ask = self._labeling(workspace, name, overlap=1)
        _answer_all(workspace.tasks, ask, lambda shown: "news")
        review = workspace.reviews.start(ask, size=2, seed=1)
        assert (review.size, review.state, review.counts) == (2, "open", True)
        items = workspace.reviews.items(review.id, limit=2).items
        assert [item.label for item in items] == ["news", "news"]
        assert items[0].answers[0].label == "news"
        workspace.reviews.decide(review.id, 0, "corrected", label="bait", reason="it is")
        workspace.reviews.decide(review.id, 1, "accepted")
        rates = workspace.reviews.rates(ask)
        assert (rates.wrong, rates.overall.n, rates.overall.value) == (1, 2, 0.5)
        undone = workspace.reviews.undo(review.id)
        assert undone is not None
        assert (undone.position, undone.verdict) == (1, "")
        assert [each.kind for each in workspace.reviews.due().items if each.pipeline == ask] == ["review"]
        assert workspace.reviews.end(review.id).state == "ended"
        assert [each.id for each in workspace.reviews.list(ask).items] == [review.id]
        (row,) = workspace.workers.list(ask).items
        assert workspace.workers.get(ask, row.worker).row == row
        assert len(workspace.workers.answers(ask, row.worker).items) == row.answers
        found = workspace.workers.compare(ask)
        assert found.answers == row.answers
        for method in found.methods:
            flips = workspace.workers.flips(ask, method=method.method).items
            assert len(flips) == method.differs
        assert workspace.labeling.escalated(ask).items == []
        workspace.labeling.ban(ask, row.worker, "answers at random")
        assert workspace.workers.unban(ask, row.worker, "another chance").state == "active"

    def test_answers_given_elsewhere_are_imported_once(self, workspace: Workspace, name: str) -> None:
        """Rows join items or are told why not; the same again imports nothing."""
        ask = self._labeling(workspace, name, overlap=1)
        key = workspace.labeling.labels(ask).items[0].key
        table = f"{name}-given@main:given.csv"
        workspace.repos.create(f"{name}-given")
        workspace.files.put(table, f"item,who,label\n{key},ann,news\nnone such,ann,news\n".encode())
        asked: dict[str, Any] = {"item": "item", "answer": "label", "worker": "who"}
        report = workspace.labeling.import_answers(ask, table, **asked)
        assert (report.rows, report.matched, report.imported, report.next) == (2, 1, 1, None)
        assert [(problem.kind, problem.count) for problem in report.problems] == [("item", 1)]
        assert workspace.labeling.import_answers(ask, table, **asked).imported == 0

    def test_an_import_of_answers_is_taken_back(self, workspace: Workspace, name: str) -> None:
        """What would go is told first; then the item is asked again, and the same may be imported again."""
        ask = self._labeling(workspace, name, overlap=1)
        key = workspace.labeling.labels(ask).items[0].key
        table = f"{name}-given@main:given.csv"
        workspace.repos.create(f"{name}-given")
        workspace.files.put(table, f"item,who,label\n{key},ann,news\n".encode())
        asked: dict[str, Any] = {"item": "item", "answer": "label", "worker": "who"}
        before = workspace.labeling.get(ask).open
        workspace.labeling.import_answers(ask, table, **asked)
        (found,) = workspace.labeling.imports(ask).items
        assert (found.answers, found.table.partition("@")[0], found.taken_back_ms) == (1, f"{name}-given", None)
        told = workspace.labeling.undo_import(ask, found.id, dry_run=True)
        assert (told.answers, told.items, told.unlabeled, told.asked, told.left) == (1, 1, 1, 1, 1)
        assert workspace.labeling.get(ask).open == before - 1
        assert workspace.labeling.undo_import(ask, found.id).left == 0
        assert workspace.labeling.get(ask).open == before
        with pytest.raises(Conflict):
            workspace.labeling.undo_import(ask, found.id)
        with pytest.raises(NotFound):
            workspace.labeling.undo_import(ask, "0" * 16)
        assert workspace.labeling.import_answers(ask, table, **asked).imported == 1

    def test_guidelines_are_changed_as_a_new_version(self, workspace: Workspace, name: str) -> None:
        """A typo asks nobody again; a breaking change says whom it asks again, and needs a yes."""
        ask = self._labeling(workspace, name, overlap=1)
        info = workspace.labeling.get(ask)
        same = workspace.labeling.set_guidelines(ask, "Look twice.", dry_run=True)
        assert (same.items, workspace.labeling.get(ask).guideline_version) == (0, info.guideline_version)
        made = workspace.labeling.set_guidelines(ask, "Look twice.")
        now = workspace.labeling.get(ask)
        assert (now.guidelines, now.guideline_version, now.tasks) == ("Look twice.", made.version, info.tasks)
        told = workspace.labeling.set_guidelines(ask, "All new.", breaking=True, dry_run=True)
        assert (told.items, told.asked) == (info.tasks, info.tasks)
        with pytest.raises(Conflict):
            workspace.labeling.set_guidelines(ask, "All new.", breaking=True)
        assert workspace.labeling.get(ask).guidelines == "Look twice."
        assert workspace.labeling.set_guidelines(ask, "All new.", breaking=True, reask=True).items == info.tasks
        assert workspace.labeling.get(ask).guidelines == "All new."

    def test_a_labeler_sees_only_its_own_labeling_pipelines(
        self, workspace: Workspace, as_user: AsUser, name: str
    ) -> None:
        mine = self._labeling(workspace, name, overlap=1)
        other = self._labeling(workspace, f"{name}o", overlap=1)
        person = self._labeler(workspace, as_user, f"{name}-a", mine)
        assert [info.pipeline for info in person.labeling.list().items] == [mine]
        assert person.access.me().role == "labeler"
        with pytest.raises(Denied):
            person.tasks.next(other)
        with pytest.raises(Denied):
            person.tasks.me(other)

    # Datasets, feedback, lineage

    def test_tables_are_filtered_paged_and_counted(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        table = "key,n,word\n" + "".join(
            f"k{number},{number},{'odd' if number % 2 else 'even'}\n" for number in range(9)
        )
        workspace.files.put(f"{name}:t.csv", table.encode())
        rows = _all(lambda after: workspace.datasets.rows(f"{name}:t.csv", where="word = 'odd'", after=after, limit=2))
        assert [row["n"] for row in rows] == [1, 3, 5, 7]
        only = workspace.datasets.rows(f"{name}:t.csv", columns=["n"], limit=1).items[0]
        assert dict(only) == {"key": "k0", "n": 0}
        assert workspace.datasets.count(f"{name}:t.csv", where="n >= 5") == 4
        with pytest.raises(Invalid):
            workspace.datasets.count(f"{name}:t.csv", where="nope = 1")
        with pytest.raises(Invalid):
            workspace.datasets.rows(f"{name}:t.csv", where="1; DROP TABLE data")

    def test_a_dataset_is_asked_fixed_undone_and_saved(self, workspace: Workspace, name: str) -> None:
        data = self._numbers(workspace, name)
        info = workspace.datasets.get(data)
        assert (info.items, info.labeled, list(info.classes), info.media) == (9, 9, ["even", "odd"], "text")
        assert data in [each.name for each in _all(lambda after: workspace.datasets.list(after=after))]
        items = _all(lambda after: workspace.datasets.items(data, sort="n", descending=True, after=after, limit=2))
        assert [item.fields["n"] for item in items] == [8, 7, 6, 5, 4, 3, 2, 1, 0]
        counted = workspace.datasets.count_items(data, where="label = 'odd' and n > 2")
        assert (counted.total, counted.matching) == (9, 3)
        told = workspace.datasets.histograms(data, ["label", "n"], where="n >= 1", bins=4)
        assert [(each.value, each.count) for each in told[0].values] == [("even", 4), ("odd", 4)]
        assert [each.count for each in told[1].bins] == [1, 2, 2, 3]
        assert [each.value for each in workspace.datasets.values(data, "label", prefix="OD")] == ["odd"]
        assert {each.name: each.role for each in workspace.datasets.columns(data)}["n"] == "field"
        act = workspace.datasets.fix(data, "prime", where="n = 2 or n = 3", expect=2, reason="counted")
        with pytest.raises(Conflict):
            workspace.datasets.fix(data, "prime", where="n = 5", expect=2)
        marked = workspace.datasets.mark(data, "ambiguous", ["k1"])
        detail = workspace.datasets.item(data, "k2")
        assert (detail.item.label, detail.item.given_label, detail.item.labeled_by) == ("prime", "even", "fixed")
        assert [(event.kind, event.label, event.reason) for event in detail.history[:1]] == [
            ("fixed", "prime", "counted")
        ]
        version = workspace.datasets.save_version(data, "with primes")
        assert version.derivation is not None
        assert not workspace.datasets.save_version(data).changed
        workspace.datasets.undo(data, act.commit)
        acts = {each.commit: each for each in _all(lambda after: workspace.datasets.acts(data, after=after, limit=2))}
        assert (acts[act.commit].undone, acts[marked.commit].undone, len(acts)) == (True, False, 4)
        assert workspace.datasets.count_items(data, where="label = 'prime'").matching == 0
        assert workspace.datasets.count_items(data, where="label = 'prime'", at=version.id).matching == 2
        assert [(each.number, each.items, each.message) for each in workspace.datasets.versions(data).items] == [
            (1, 9, "with primes")
        ]
        with pytest.raises(NotFound):
            workspace.datasets.item(data, "nobody")
        with pytest.raises(Invalid) as caught:
            workspace.datasets.define(data, {"items": {"from": f"{name}:t.csv", "key": "nope"}})
        assert caught.value.facts["field"] == "items.key"

    def test_pictures_are_a_dataset_with_thumbnails(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        files = [(f"{kind}/{number}.png", _PICTURE) for kind in ("cat", "dog") for number in range(2)]
        workspace.files.put_many(f"{name}@main", files)
        workspace.datasets.define(f"{name}-set", workspace.datasets.guess(f"{name}@main"))
        item = workspace.datasets.items(f"{name}-set", where="label = 'dog'").items[0]
        assert (item.key, item.media.kind) == ("dog/0.png", "image")
        assert item.media.reference is not None
        assert _read(workspace, item.media.reference) == _PICTURE
        assert workspace.datasets.thumbnail(f"{name}-set", "dog/0.png", size=32).startswith(b"\x89PNG")
        with pytest.raises(NotFound):
            workspace.datasets.thumbnail(f"{name}-set", "dog/7.png")

    def _numbers(self, workspace: Workspace, name: str) -> str:
        workspace.repos.create(name)
        rows = "".join(f"k{n},{n},word {n},{'odd' if n % 2 else 'even'}\n" for n in range(9))
        workspace.files.put(f"{name}:t.csv", f"key,n,word,label\n{rows}".encode())
        definition = {
            "items": {"from": f"{name}:t.csv", "key": "key"},
            "media": {"kind": "text", "column": "word"},
            "labels": {"column": "label"},
        }
        return workspace.datasets.define(f"{name}-set", definition, description="numbers").name

    def test_chosen_items_go_back_through_a_declared_edge_within_its_budget(
        self, workspace: Workspace, name: str
    ) -> None:
        workspace.repos.create(name)
        workspace.repos.create(f"{name}-inbox")
        workspace.files.put_many(name, [("a", b"1"), ("b", b"2")])
        edge = workspace.feedback.declare(f"{name}-e", name, f"{name}-inbox:more", budget=3, max_rounds=5)
        assert (edge.budget, edge.used, edge.state) == (3, 0, "open")
        fired = workspace.feedback.fire(f"{name}-e", message="round 1")
        assert fired is not None
        assert fired.derivation is not None
        assert [source.kind for source in fired.derivation.inputs] == ["feedback"]
        assert _paths(workspace, f"{name}-inbox") == ["more/a", "more/b"]
        assert workspace.feedback.get(f"{name}-e").used == 2
        with pytest.raises(Conflict):
            workspace.feedback.fire(f"{name}-e")
        assert f"{name}-e" in [each.name for each in workspace.feedback.list().items]
        ended = workspace.feedback.end(f"{name}-e")
        assert ended.state.startswith("ended")
        assert workspace.feedback.end(f"{name}-e") == ended
        with pytest.raises(Conflict, match="has ended"):
            workspace.feedback.fire(f"{name}-e")
        with pytest.raises(NotFound):
            workspace.feedback.end("no-such-edge")

    def test_lineage_leads_from_a_file_to_the_item_and_commit_it_came_from(
        self, workspace: Workspace, name: str
    ) -> None:
        up = self._pipeline(workspace, name)
        source = workspace.files.put_many(name, [("a", b"1"), ("b", b"2")])
        workspace.maintenance.run(timeout_s=RUN_S)
        found = workspace.lineage.of(f"{up}:a")
        assert [node.commit.repo for node in found.nodes] == [f"default/{up}", f"default/{name}"]
        (datum,) = found.datums
        assert (datum.pipeline, list(datum.inputs)) == (up, [f"{name}@{source.id}:a"])
        below = workspace.lineage.descendants(f"{name}@{source.id}")
        assert [node.commit.repo for node in below.nodes][1:] == [f"default/{up}"]

    # Models

    def test_a_model_is_judged_compared_tested_and_promoted(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(f"{name}-rows")
        rows = [f"{number},{'cat' if number % 2 else 'dog'}" for number in range(60)]
        workspace.files.put(f"{name}-rows:rows.csv", "\n".join(["id,label", *rows]).encode())
        items = {"from": f"{name}-rows@main:rows.csv", "key": "id"}
        workspace.datasets.define(f"{name}-set", {"items": items, "labels": {"column": "label"}})
        made = workspace.models.register(name, {"dataset": f"{name}-set"}, description="Mine")
        assert (made.versions, made.follows, made.description) == (0, "", "Mine")
        assert name in [model.name for model in _all(lambda after: workspace.models.list(after=after, limit=2))]

        def said(right: int) -> bytes:
            lines = [row if number < right else f"{number},eel" for number, row in enumerate(rows)]
            return "\n".join(["id,says", *lines]).encode()

        tried = workspace.models.upload(name, said(30), file="said.csv")
        assert (tried.mapping.key, tried.mapping.label, tried.matched, tried.commit) == ("id", "says", 60, None)
        assert tried.unknown_classes == {"eel": 30}
        for right in (30, 57):
            saved = workspace.models.upload(name, said(right), file="said.csv", mapping={"label": "says"}, save=True)
            assert saved.commit is not None
        versions = _all(lambda after: workspace.models.versions(name, after=after, limit=1))
        assert [version.number for version in versions] == [2, 1]
        assert versions[0].accuracy.n == 60
        found = workspace.models.compare(f"{name}@1", name)
        assert (found.fixed, found.broken, found.still_wrong, found.accuracy.verdict) == (27, 0, 3, "better")
        fixed = _all(lambda after: workspace.models.compared(f"{name}@1", name, "fixed", after=after, limit=10))
        assert len({item.key for item in fixed}) == 27
        workspace.models.set_test(name, "good", {"metric": "accuracy", "at_least": 0.9})
        board = workspace.models.board(name)
        assert (board.needed, board.passed) == (1, {"1": 0, "2": 1})
        with pytest.raises(Conflict, match="good"):
            workspace.models.promote(name, "1")
        assert workspace.models.promote(name, "2", reason="better").reason == "better"
        assert [each.number for each in workspace.models.promotions(name).items] == [2]
        workspace.models.remove_test(name, "good")
        with pytest.raises(Conflict, match="uploaded"):
            workspace.models.train(name)
        with pytest.raises(NotFound):
            workspace.models.get(f"{name}-set")

    # Access and care

    def test_users_have_a_role_and_tokens_that_end(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        assert workspace.access.create_user(name, "reader").role == "reader"
        with pytest.raises(Conflict):
            workspace.access.create_user(name, "reader")
        with pytest.raises(Invalid):
            workspace.access.create_user(f"{name}2", "king")
        token = workspace.access.create_token(name)
        assert len(token.token) >= 43
        assert as_user(token.token).access.me().name == name
        workspace.access.revoke_token(token.id)
        with pytest.raises(Unauthenticated):
            as_user(token.token).access.me()
        second = workspace.access.create_token(name)
        assert name in [user.name for user in workspace.access.list_users().items]
        workspace.access.remove_user(name)
        with pytest.raises(Unauthenticated):
            as_user(second.token).access.me()
        with pytest.raises(NotFound):
            workspace.access.create_token(name)

    def test_a_changed_role_holds_at_once_and_a_user_switched_off_is_out(
        self, workspace: Workspace, as_user: AsUser, name: str
    ) -> None:
        workspace.access.create_user(name, "reader")
        token = workspace.access.create_token(name).token
        assert workspace.access.change_user(name, role="curator").role == "curator"
        assert as_user(token).access.me().role == "curator"
        assert [*workspace.access.change_user(name, role="reviewer", labels=["ask"]).labels] == ["ask"]
        assert [*workspace.access.change_user(name, disabled=True).labels] == ["ask"]
        with pytest.raises(Unauthenticated):
            as_user(token).access.me()
        assert not workspace.access.change_user(name, disabled=False).disabled
        mine = as_user(token).access.list_tokens().items
        assert [(each.user, each.kind, each.current) for each in mine] == [(name, "token", True)]
        assert name in [each.user for each in workspace.access.list_tokens().items]

    def test_a_curator_asks_people_and_runs_no_code(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        workspace.access.create_user(name, "curator")
        curator = as_user(workspace.access.create_token(name).token)
        curator.repos.create(name)
        with pytest.raises(Denied):
            curator.pipelines.create(self._spec(name))
        workspace.pipelines.create(self._spec(name))
        with pytest.raises(Denied):
            curator.pipelines.delete(f"{name}-up")
        assert curator.pipelines.create(self._asking(name)).kind == "labeling"

    def test_an_invite_is_for_one_labeling_pipeline_and_can_be_taken_back(
        self, workspace: Workspace, name: str
    ) -> None:
        pipeline = self._labeling(workspace, name, overlap=1)
        made = workspace.access.invite(pipeline, max_uses=3)
        assert (made.pipeline, made.role, made.state, made.uses, made.max_uses) == (pipeline, "labeler", "open", 0, 3)
        assert made.path.startswith("/join/")
        listed = next(each for each in workspace.access.list_invites().items if each.id == made.id)
        assert listed.path == ""
        assert workspace.access.revoke_invite(made.id).state == "revoked"
        with pytest.raises(NotFound):
            workspace.access.invite("nothing")
        with pytest.raises(Invalid):
            workspace.access.invite(pipeline, role="owner")

    def test_s3_keys_are_shown_once(self, workspace: Workspace, name: str) -> None:
        workspace.access.create_user(name, "writer")
        made = workspace.keys.create(name)
        assert made.secret
        listed = next(each for each in workspace.keys.list().items if each.id == made.id)
        assert (listed.user, listed.secret) == (name, "")
        workspace.keys.revoke(made.id)
        assert made.id not in [each.id for each in workspace.keys.list().items]

    def test_the_audit_trail_can_be_read_and_exported(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        page = workspace.audit.list(object=name, limit=5)
        assert all(each.object.startswith(name) for each in page.items)
        assert b"".join(workspace.audit.export(object=name)).startswith(b"time,position,")

    def test_authors_are_who_wrote(self, workspace: Workspace, as_user: AsUser, name: str) -> None:
        workspace.repos.create(name)
        workspace.access.create_user(name, "writer")
        writer = as_user(workspace.access.create_token(name).token)
        assert writer.files.put(f"{name}:a", b"1").author == name

    def test_verify_re_hashes_everything_and_holds_a_seal_against_it(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        commit = workspace.files.put(f"{name}:a", b"1")
        seen = _Watched()
        report = workspace.maintenance.verify(against=commit.seal, progress=seen)
        assert not report.problems
        assert report.commits >= 1
        assert report.bytes > 0
        assert seen.begun
        assert not workspace.maintenance.verify(again=True).resumed
        with pytest.raises(NotFound):
            workspace.maintenance.verify(against="0" * 64)

    def test_garbage_goes_and_what_was_committed_stays(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put(f"{name}:gone", name.encode() * 10_000)
        workspace.repos.delete(name)
        workspace.repos.create(name)
        kept = workspace.files.put(f"{name}:kept", name.encode() * 5_000)
        report = workspace.maintenance.gc(wait_s=30.0)
        assert not report.waiting, "somebody holds what nobody is about to record"
        assert report.packs_after >= 1
        assert b"".join(workspace.files.read(f"{name}@{kept.id}:kept")) == name.encode() * 5_000
        assert not workspace.maintenance.verify().problems

    def test_purged_bytes_are_told_refused_and_allowed_again(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        secret = name.encode() * 3_000
        commit = workspace.files.put_many(name, [("a", secret), ("b", secret), ("c", b"kept")])
        with pytest.raises(Conflict) as raised:
            workspace.maintenance.purge(f"{name}:a", reason="asked to", wait_s=30.0)
        assert raised.value.facts["places"] == [f"{name}:b"]
        report = workspace.maintenance.purge(f"{name}:a", reason="asked to", everywhere=True, wait_s=30.0)
        assert (list(report.files), list(report.places)) == ([f"{name}@{commit.id}:a"], [f"{name}:b"])
        assert (list(report.waiting), report.left) == ([], 0), "somebody holds what nobody is about to record"
        with pytest.raises(Purged, match="asked to"):
            b"".join(workspace.files.read(f"{name}:b"))
        with pytest.raises(Purged, match="asked to"):
            workspace.files.put(f"{name}:d", secret)
        assert b"".join(workspace.files.read(f"{name}:c")) == b"kept"
        verified = workspace.maintenance.verify(again=True)
        assert not verified.problems
        assert {f"{name}@{commit.id}:{path}" for path in "ab"} <= {
            gone.where.removeprefix("default/") for gone in verified.gone
        }
        workspace.maintenance.allow(report.digests[0])
        workspace.files.put(f"{name}:d", secret)

    def test_usage_and_news_are_told(self, workspace: Workspace, name: str) -> None:
        before = workspace.maintenance.usage()
        workspace.repos.create(name)
        commit = workspace.files.put(f"{name}:a", name.encode() * 100)
        after = workspace.maintenance.usage()
        assert after.repos == before.repos + 1
        assert after.logical >= before.logical + 100 * len(name)
        assert after.stored > before.stored
        position = workspace.maintenance.status().position
        news = workspace.maintenance.events(after=max(0, position - 20)).items
        assert any(event.facts.get("commit") == commit.id for event in news)

    def test_each_repo_is_told_what_it_takes_and_what_is_its_own(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        workspace.files.put(f"{name}:a", name.encode() * 100)
        (mine,) = [each for each in workspace.maintenance.repo_usage() if each.repo == name]
        assert mine.logical == 100 * len(name)
        assert mine.stored >= mine.own > 0

    def test_waiting_ends_when_its_time_is_up(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        spec = {**self._spec(name), "transform": {"cmd": ["sh"], "stdin": ["sleep 3", "cp /pfs/in/* /pfs/out/"]}}
        workspace.pipelines.create(spec)
        change = workspace.files.put(f"{name}:a", b"1").change
        with pytest.raises(Unavailable):
            workspace.jobs.wait(change, timeout_s=0.0)
        (job,) = workspace.jobs.wait(change, timeout_s=RUN_S)
        assert job.state == "success"

    def test_a_page_longer_than_a_thousand_is_refused(self, workspace: Workspace) -> None:
        for limit in (0, 1001):
            with pytest.raises(Invalid):
                workspace.repos.list(limit=limit)

    # What the tests are made of

    def _spec(self, name: str) -> dict[str, Any]:
        return {
            "pipeline": {"name": f"{name}-up"},
            "input": {"pfs": {"repo": name, "glob": "/*", "name": "in"}},
            "transform": {
                "cmd": ["sh"],
                "stdin": ["for f in /pfs/in/*; do cat $f $f > /pfs/out/$(basename $f); done"],
            },
        }

    def _pipeline(self, workspace: Workspace, name: str) -> str:
        workspace.repos.create(name)
        return workspace.pipelines.create(self._spec(name)).name

    def _labeling(self, workspace: Workspace, name: str, *, overlap: int) -> str:
        workspace.repos.create(name)
        workspace.files.put(f"{name}:pool.csv", b"headline\nWow!\nYou must see this!\nRain tomorrow\n")
        made = workspace.pipelines.create(self._asking(name, overlap=overlap))
        workspace.maintenance.run(timeout_s=RUN_S)
        return made.name

    def _asking(self, name: str, *, overlap: int = 1) -> dict[str, Any]:
        return {
            "pipeline": {"name": f"{name}-ask"},
            "input": {"pfs": {"repo": name, "glob": "/pool.csv", "rows": True, "key": "headline"}},
            "labeling": {
                "config": CONFIG,
                "guidelines": {"text": "Is it bait?", "version": "1"},
                "overlap": overlap,
                "publish": "complete",
            },
        }

    def _labeler(self, workspace: Workspace, as_user: AsUser, user: str, pipeline: str) -> Workspace:
        workspace.access.create_user(user, "labeler", labels=[pipeline])
        return as_user(workspace.access.create_token(user).token)


_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class _Watched:
    """Progress that remembers that it was told something."""

    def __init__(self) -> None:
        self.begun = False

    def begin(self, what: str, total: int | None = None, unit: str = "items") -> None:
        """Remember it."""
        self.begun = True

    def advance(self, amount: int = 1) -> None:
        """Ignore it."""

    def end(self) -> None:
        """Ignore it."""


def _all(page: Callable[[str | None], Page[Any]]) -> list[Any]:
    found: list[Any] = []
    after: str | None = None
    while True:
        one = page(after)
        found.extend(one.items)
        if one.next is None:
            return found
        after = one.next


def _read(workspace: Workspace, reference: str) -> bytes:
    return b"".join(workspace.files.read(reference))


def _paths(workspace: Workspace, reference: str) -> list[str]:
    files: Iterator[FileInfo] = iter(workspace.files.walk(reference).items)
    return [info.path for info in files]


def _choice(value: str) -> list[Any]:
    return [{"from_name": "kind", "to_name": "text", "type": "choices", "value": {"choices": [value]}}]


def _answer_all(tasks: Tasks, pipeline: str, opinion: Callable[[str], str]) -> int:
    count = 0
    while True:
        lent: AssignmentInfo | None = tasks.next(pipeline)
        if lent is None:
            return count
        tasks.submit(lent.id, _choice(opinion(str(lent.data["headline"]))))
        count += 1


__all__ = ["TilthError", "WorkspaceSuite"]
