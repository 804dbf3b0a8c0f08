"""What every Workspace does with pipelines and jobs, as tests; a part of `WorkspaceSuite`."""

from __future__ import annotations

import io

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Denied, HeldOut, Invalid, NotFound, Unavailable
from tilth.testing.material import RUN_S, doubling, every, make_pipeline, read_file


class PipelineSuite:
    """Pipelines, their jobs, what comes of them."""

    def test_a_commit_runs_its_pipelines_and_one_changed_file_runs_one_item(
        self, workspace: Workspace, name: str
    ) -> None:
        up = make_pipeline(workspace, name)
        workspace.files.put_many(name, [(f"{number}.txt", b"%d" % number) for number in range(4)])
        report = workspace.maintenance.run(timeout_s=RUN_S)
        assert any(job.pipeline == up and job.state == "success" for job in report.jobs)
        assert read_file(workspace, f"{up}:2.txt") == b"22"
        change = workspace.files.put(f"{name}:2.txt", b"x").change
        (job,) = workspace.jobs.wait(change, timeout_s=RUN_S)
        assert (job.pipeline, job.state, job.total, job.run, job.reused) == (up, "success", 4, 1, 3)
        assert workspace.jobs.wait(job.id, timeout_s=1) == [job]
        assert read_file(workspace, f"{up}:2.txt") == b"xx"
        assert workspace.jobs.get(job.id) == job
        assert [each.id for each in workspace.jobs.list(change=change).items] == [job.id]
        assert workspace.pipelines.get(up).last_job == job.id
        workspace.maintenance.run(timeout_s=RUN_S)
        assert workspace.maintenance.status().waiting == 0

    def test_the_datums_of_a_job_can_be_looked_at(self, workspace: Workspace, name: str) -> None:
        up = make_pipeline(workspace, name)
        commit = workspace.files.put_many(name, [(f"{number}.txt", b"%d" % number) for number in range(3)])
        (job,) = workspace.jobs.wait(commit.change, timeout_s=RUN_S)
        datums = every(lambda after: workspace.jobs.datums(job.id, after=after, limit=2))
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
        spec = doubling(name)
        told = workspace.pipelines.check(spec)
        assert (told.kind, told.items, list(told.inputs)) == ("code", 2, [f"{name}@main"])
        with pytest.raises(Invalid) as caught:
            workspace.pipelines.create({**spec, "transfrom": {}})
        assert "transfrom" in caught.value.message
        with pytest.raises(NotFound):
            workspace.pipelines.get(told.name)

    def test_pipelines_are_updated_listed_run_again_and_deleted(self, workspace: Workspace, name: str) -> None:
        up = make_pipeline(workspace, name)
        with pytest.raises(Conflict):
            workspace.pipelines.create(doubling(name))
        workspace.files.put(f"{name}:a", b"1")
        workspace.maintenance.run(timeout_s=RUN_S)
        changed = {**doubling(name), "description": "the same, said again"}
        assert workspace.pipelines.create(changed, update=True).version == 2
        assert up in [each.name for each in every(lambda after: workspace.pipelines.list(after=after, limit=3))]
        workspace.maintenance.run(timeout_s=RUN_S)
        (job,) = workspace.jobs.wait(workspace.pipelines.rerun(up, reprocess=True), timeout_s=RUN_S)
        assert (job.total, job.run) == (1, 1)
        workspace.pipelines.delete(up)
        with pytest.raises(NotFound):
            workspace.pipelines.get(up)
        assert read_file(workspace, f"{up}:a") == b"11"

    def test_a_derived_branch_is_written_by_its_pipeline_alone(self, workspace: Workspace, name: str) -> None:
        up = make_pipeline(workspace, name)
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
            workspace.pipelines.create({**doubling(name), "trains": True})
        assert name in caught.value.message
        assert not workspace.repos.hold_out(name, False).held_out

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
        assert read_file(workspace, f"{name}:all") == b"1"
        before = len(workspace.jobs.list(pipeline=name).items)
        assert workspace.pipelines.resume(name).state == "active"
        workspace.maintenance.run(timeout_s=RUN_S)
        assert read_file(workspace, f"{name}:all") == b"3"
        assert len(workspace.jobs.list(pipeline=name).items) == before + 1

    def test_lineage_leads_from_a_file_to_the_item_and_commit_it_came_from(
        self, workspace: Workspace, name: str
    ) -> None:
        up = make_pipeline(workspace, name)
        source = workspace.files.put_many(name, [("a", b"1"), ("b", b"2")])
        workspace.maintenance.run(timeout_s=RUN_S)
        found = workspace.lineage.of(f"{up}:a")
        assert [node.commit.repo for node in found.nodes] == [f"default/{up}", f"default/{name}"]
        (datum,) = found.datums
        assert (datum.pipeline, list(datum.inputs)) == (up, [f"{name}@{source.id}:a"])
        below = workspace.lineage.descendants(f"{name}@{source.id}")
        assert [node.commit.repo for node in below.nodes][1:] == [f"default/{up}"]

    def test_waiting_ends_when_its_time_is_up(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        spec = {**doubling(name), "transform": {"cmd": ["sh"], "stdin": ["sleep 3", "cp /pfs/in/* /pfs/out/"]}}
        workspace.pipelines.create(spec)
        change = workspace.files.put(f"{name}:a", b"1").change
        with pytest.raises(Unavailable):
            workspace.jobs.wait(change, timeout_s=0.0)
        (job,) = workspace.jobs.wait(change, timeout_s=RUN_S)
        assert job.state == "success"
