"""The coordinator runs what does not depend on one another at the same time, and lets go when it is closed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Unavailable
from tilth.execution.code import archive_code
from tilth.versioning.backend import open_backend
from tilth.workspace.coordinator import Coordinator, local_executor
from tilth.workspace.lease import CoordinatorLease
from tilth.workspace.local import open as open_folder

MEET = """
import time
from pathlib import Path

def step(datum):
    here = Path({folder!r})
    (here / datum.parameters["me"]).touch()
    end = time.monotonic() + 60
    while not (here / datum.parameters["other"]).exists():
        assert time.monotonic() < end, "the other never came"
        time.sleep(0.01)
    datum.write("met", b"yes")
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with open_folder(tmp_path / "workspace") as opened:
        opened.repos.create("a")
        opened.files.put("a:x", b"1")
        yield opened


def meet(workspace: Workspace, tmp_path: Path, me: str, other: str) -> None:
    """Make a pipeline whose one item waits until the other pipeline's has begun."""
    code = tmp_path / "code"
    code.mkdir(exist_ok=True)
    (code / "steps.py").write_text(MEET.format(folder=str(tmp_path)))
    spec = {
        "pipeline": {"name": me},
        "input": {"pfs": {"repo": "a", "glob": "/*"}},
        "function": "steps:step",
        "code": ".",
        "parameters": {"me": me, "other": other},
    }
    workspace.pipelines.create(spec, code=archive_code(code))


def test_two_jobs_that_wait_for_each_other_both_end_because_both_run(workspace: Workspace, tmp_path: Path) -> None:
    meet(workspace, tmp_path, "left", "right")
    meet(workspace, tmp_path, "right", "left")
    workspace.maintenance.run(timeout_s=120)
    jobs = workspace.jobs.list().items
    assert {(job.pipeline, job.state) for job in jobs} == {("left", "success"), ("right", "success")}


def test_a_closed_coordinator_leaves_its_jobs_to_the_next_one(workspace: Workspace, tmp_path: Path) -> None:
    meet(workspace, tmp_path, "alone", "nobody")
    with open_backend(tmp_path / "workspace") as backend, local_executor(backend, slots=1) as executor:
        lease = CoordinatorLease.take(str(backend.folder), backend.database, "test")
        coordinator = Coordinator(backend, lease, executor)
        while not (tmp_path / "alone").exists():
            coordinator.step()
            coordinator.wait(0.05)
        began = time.monotonic()
        coordinator.close()
        assert time.monotonic() - began < 20
        lease.release()
        assert [job.state for job in workspace.jobs.list().items] == ["created"]
    (tmp_path / "nobody").touch()
    workspace.maintenance.run(timeout_s=120)
    assert [job.state for job in workspace.jobs.list().items] == ["success"]


def test_a_job_that_the_machine_cannot_run_is_told_of_and_waits(workspace: Workspace, tmp_path: Path) -> None:
    class Broken:
        def capabilities(self) -> Any:
            raise Unavailable("No process can be started.", help="See why.")

    meet(workspace, tmp_path, "p", "p")
    with open_backend(tmp_path / "workspace") as backend:
        lease = CoordinatorLease.take(str(backend.folder), backend.database, "test")
        coordinator = Coordinator(backend, lease, Broken())  # type: ignore[arg-type]
        with pytest.raises(Unavailable, match="No process"):
            coordinator.run(lambda: False, deadline=time.monotonic() + 60)
        coordinator.close()
        lease.release()
    assert [job.state for job in workspace.jobs.list().items] == ["created"]


def test_a_run_ends_soon_after_its_timeout_and_the_next_one_goes_on(workspace: Workspace, tmp_path: Path) -> None:
    meet(workspace, tmp_path, "alone", "nobody")
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"within 3 s: .*alone \(job ") as raised:
        workspace.maintenance.run(timeout_s=3)
    assert time.monotonic() - began < 20
    assert raised.value.facts["timeout"]
    (job,) = workspace.jobs.list().items
    assert job.state == "created"
    assert job.id in raised.value.message
    (tmp_path / "nobody").touch()
    assert workspace.maintenance.run(timeout_s=120).commits == 1
    assert [(each.id, each.state) for each in workspace.jobs.list().items] == [(job.id, "success")]
