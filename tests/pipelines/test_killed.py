"""A coordinator killed at any moment loses nothing that was done, and the next one goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tilth.execution.code import store_code
from tilth.metadata import leases
from tilth.pipelines.queue import get_job
from tilth.pipelines.stage import PipelineStage
from tilth.versioning.backend import open_backend
from tilth.workspace.coordinator import local_executor

COUNT = 400
COORDINATOR = """
import sys, time
from pathlib import Path
from tilth.execution.code import store_code
from tilth.metadata import leases
from tilth.pipelines.stage import PipelineStage
from tilth.versioning.backend import open_backend
from tilth.workspace.coordinator import local_executor

with open_backend(Path(sys.argv[1])) as backend:
    lease = leases.acquire(backend.database, "coordinator", "killed", 600)
    with local_executor(backend, slots=1) as executor:
        stage = PipelineStage(backend, executor, {})
        stage.take_events()
        stage.run(stage.next_runnable(), lease)
"""
STEPS = """
import time
def run(datum):
    time.sleep(0.01)
    with open({ran!r}, "a") as ran:
        ran.write(datum.key + "\\n")
    datum.write(datum.inputs["a"].file.path, b"done")
"""


def test_after_kill_9_finished_datums_are_not_run_again(real_workshop: Any, tmp_path: Path) -> None:
    workshop = real_workshop
    ran = tmp_path / "ran"
    ran.touch()
    code = tmp_path / "code"
    code.mkdir()
    (code / "steps.py").write_text(STEPS.format(ran=str(ran)))
    snapshot = store_code(workshop.backend.store, code)
    workshop.backend.store.flush()
    workshop.repo("a", {f"f{n}": b"" for n in range(COUNT)})
    workshop.pipeline("p", {"pfs": {"repo": "a", "glob": "/*"}}, function="steps:run", code=snapshot)
    folder = workshop.backend.folder
    leases.release(workshop.backend.database, workshop.lease)
    process = subprocess.Popen([sys.executable, "-c", COORDINATOR, str(folder)])
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with workshop.backend.database.read() as conn:
            started = conn.exec_driver_sql("SELECT coalesce(max(run), 0) FROM jobs").scalar()
        if started and started >= 20:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with workshop.backend.database.read() as conn:
        done = conn.exec_driver_sql("SELECT count(*) FROM results").scalar()
    assert 20 <= done < COUNT
    with open_backend(folder) as backend:
        lease = leases.acquire(backend.database, "coordinator", "killed", 600)
        with local_executor(backend, slots=1) as executor:
            stage = PipelineStage(backend, executor, {})
            assert stage.recover(lease) == 1
            job = stage.next_runnable()
            assert job is not None
            before = len(ran.read_text().splitlines())
            job = stage.run(job, lease)
        assert (job.state, job.total, job.attempt) == ("success", COUNT, 2)
        assert job.run == COUNT - done
        assert len(ran.read_text().splitlines()) - before == COUNT - done
        assert get_job(backend, job.id).output is not None
