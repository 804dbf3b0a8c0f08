"""What every Workspace does with projects, as tests; a part of `WorkspaceSuite`."""

from __future__ import annotations

from typing import Any

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Denied, Invalid, NotFound
from tilth.testing.material import CONFIG, RUN_S, AsUser, answer_all, every, read_file


class ProjectSuite:
    """Projects, and branches of them."""

    def test_a_project_is_branched_worked_on_and_promoted(self, workspace: Workspace, name: str) -> None:
        copy = f"{name}two"
        self._project(workspace, name)
        made = workspace.projects.branch(name, copy)
        assert (made.name, made.origin, made.repos, made.pipelines) == (copy, name, 2, 1)
        assert made in every(lambda after: workspace.projects.list(after=after, limit=2))
        assert read_file(workspace, f"{copy}/out:a") == b"1"
        change = workspace.files.put(f"{copy}/in:b", b"2").change
        workspace.maintenance.run(timeout_s=RUN_S)
        (job,) = workspace.jobs.list(change=change).items
        assert (job.pipeline, job.state, job.run, job.total) == (f"{copy}/out", "success", 1, 2)
        with pytest.raises(NotFound):
            workspace.files.stat(f"{name}/in:b")
        told = workspace.projects.changes(copy)
        assert (told.project, told.origin, told.answers) == (copy, name, 0)
        assert [(each.repo, each.state, each.ahead, each.added, each.output) for each in told.branches] == [
            (f"{copy}/in", "changed", 1, 1, False),
            (f"{copy}/out", "changed", 1, 1, True),
        ]
        done = workspace.projects.promote(copy, message="tried")
        assert (done.branches, done.pipelines, done.undecided) == ([f"{name}/in@main"], [], 0)
        workspace.maintenance.run(timeout_s=RUN_S)
        assert read_file(workspace, f"{name}/out:b") == b"2"
        (job,) = workspace.jobs.list(change=done.change).items
        assert (job.pipeline, job.run) == (f"{name}/out", 0)
        assert workspace.projects.promote(copy).change is None
        workspace.projects.delete(copy)
        assert copy not in [each.name for each in every(lambda after: workspace.projects.list(after=after, limit=2))]
        with pytest.raises(NotFound):
            workspace.projects.changes(copy)

    def test_what_both_projects_changed_is_listed_and_moves_nothing(self, workspace: Workspace, name: str) -> None:
        copy = f"{name}two"
        self._project(workspace, name)
        workspace.projects.branch(name, copy)
        workspace.files.put(f"{copy}/in:a", b"2")
        head = workspace.files.put(f"{name}/in:a", b"3").id
        done = workspace.projects.promote(copy)
        assert done.change is None
        assert [(each.place, each.kind) for each in done.conflicts] == [(f"{name}/in@main:a", "both changed")]
        assert workspace.commits.get(f"{name}/in").id == head
        with pytest.raises(Invalid):
            workspace.projects.promote(copy, prefer="mine")
        assert workspace.projects.promote(copy, prefer="theirs").branches == [f"{name}/in@main"]
        assert read_file(workspace, f"{name}/in:a") == b"2"

    def test_a_project_that_is_no_branch_is_neither_promoted_nor_deleted(self, workspace: Workspace, name: str) -> None:
        self._project(workspace, name)
        for act in (workspace.projects.promote, workspace.projects.changes, workspace.projects.delete):
            with pytest.raises(Conflict):
                act(name)
        with pytest.raises(Conflict):
            workspace.projects.branch(name, name)
        with pytest.raises(NotFound):
            workspace.projects.branch(f"{name}gone", f"{name}two")
        with pytest.raises(Invalid):
            workspace.projects.branch(name, "a b")

    def test_a_copy_of_a_labeling_pipeline_asks_nothing_again(self, workspace: Workspace, name: str) -> None:
        copy = f"{name}two"
        workspace.repos.create(f"{name}/pool")
        workspace.files.put(f"{name}/pool:pool.csv", b"id,headline\n1,one\n2,two\n")
        spec: dict[str, Any] = {
            "pipeline": {"name": "ask", "project": name},
            "input": {"pfs": {"repo": "pool", "glob": "/pool.csv", "rows": True, "key": "id"}},
            "labeling": {"config": CONFIG, "overlap": 1},
        }
        workspace.pipelines.create(spec)
        workspace.maintenance.run(timeout_s=RUN_S)
        assert answer_all(workspace.tasks, f"{name}/ask", lambda _: "news") == 2
        workspace.maintenance.run(timeout_s=RUN_S)
        workspace.projects.branch(name, copy)
        workspace.maintenance.run(timeout_s=RUN_S)
        told = workspace.labeling.get(f"{copy}/ask")
        assert (told.open, told.done) == (0, 2)
        workspace.files.put(f"{copy}/pool:pool.csv", b"id,headline\n1,one\n2,two\n3,three\n")
        workspace.maintenance.run(timeout_s=RUN_S)
        assert workspace.labeling.get(f"{copy}/ask").open == 1
        assert answer_all(workspace.tasks, f"{copy}/ask", lambda _: "bait") == 1
        assert workspace.projects.changes(copy).answers == 1
        assert workspace.projects.promote(copy).labeling == [f"{name}/ask"]
        workspace.maintenance.run(timeout_s=RUN_S)
        told = workspace.labeling.get(f"{name}/ask")
        assert (told.open, told.done) == (0, 3)

    def test_nobody_promotes_into_what_is_protected_from_them(
        self, workspace: Workspace, as_user: AsUser, name: str
    ) -> None:
        copy = f"{name}two"
        self._project(workspace, name)
        workspace.branches.protect(f"{name}/in", "main", roles=["owner"])
        workspace.projects.branch(name, copy)
        assert workspace.branches.get(f"{copy}/in", "main").protected is None
        workspace.access.create_user(f"{name}w", "writer")
        writer = as_user(workspace.access.create_token(f"{name}w").token)
        writer.files.put(f"{copy}/in:b", b"2")
        head = workspace.commits.get(f"{name}/in").id
        with pytest.raises(Denied, match="protected"):
            writer.projects.promote(copy)
        assert workspace.commits.get(f"{name}/in").id == head
        assert workspace.projects.promote(copy).branches == [f"{name}/in@main"]

    def _project(self, workspace: Workspace, name: str) -> None:
        """Make a project of a source and a step over it."""
        workspace.repos.create(f"{name}/in")
        workspace.files.put(f"{name}/in:a", b"1")
        workspace.pipelines.create(
            {
                "pipeline": {"name": "out", "project": name},
                "input": {"pfs": {"repo": "in", "glob": "/*"}},
                "transform": {"cmd": ["sh", "-c", "cp /pfs/in/* /pfs/out/"]},
            }
        )
        workspace.maintenance.run(timeout_s=RUN_S)
