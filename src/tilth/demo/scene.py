"""Where a story plays: an embedded workspace in a folder, served by a real server process on loopback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from tilth.client import open as open_remote
from tilth.connection import connect
from tilth.contract.code import archive_code
from tilth.contract.jobs import JobInfo
from tilth.contract.tasks import Tasks
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Failed, Unavailable

CODE = Path(__file__).parent
OWNER = "demo"


class Scene:
    """The owner's remote workspace, and the door through which simulated labelers come in."""

    def __init__(self, folder: Path, url: str, workspace: Workspace, stack: ExitStack) -> None:
        self.folder = folder
        self.url = url
        self.workspace = workspace
        self._stack = stack

    def labeler(self, name: str, pipeline: str) -> Tasks:
        """Make a user that may only label in `pipeline`, and return its own connection to the worker API."""
        with suppress(Conflict):
            self.workspace.access.create_user(name, "labeler", labels=[pipeline])
        token = self.workspace.access.create_token(name).token
        return self._stack.enter_context(open_remote(self.url, token)).tasks


@contextmanager
def opened(folder: Path) -> Iterator[Scene]:
    """Make (or find) the workspace in `folder/.tilth`, start a server on a free loopback port, connect as its owner."""
    folder = folder.resolve()
    place = folder / ".tilth"
    folder.mkdir(parents=True, exist_ok=True)
    with connect(str(place)) as local:
        with suppress(Conflict):
            local.access.create_user(OWNER, "owner")
        token = local.access.create_token(OWNER).token
    with ExitStack() as stack:
        url = stack.enter_context(_serving(place))
        workspace = stack.enter_context(open_remote(url, token))
        yield Scene(folder, url, workspace, stack)


@contextmanager
def _serving(place: Path) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tilth.server", str(place), "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith("http"):
            raise Unavailable(
                f"The server for {place} did not start: {line.strip() or 'it said nothing'}",
                help="Start it by hand with `tilth up` to see why.",
            )
        yield line.split()[0]
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def code_archive(name: str) -> bytes:
    """Return the archive of one of the demo's code folders, as a user would send theirs."""
    return archive_code(CODE / name)


def all_jobs(workspace: Workspace) -> list[JobInfo]:
    """Return all jobs of the workspace, newest first."""
    jobs: list[JobInfo] = []
    after: str | None = None
    while True:
        page = workspace.jobs.list(after=after, limit=1000)
        jobs.extend(page.items)
        if page.next is None:
            return jobs
        after = page.next


def failures_in(jobs: Sequence[JobInfo]) -> None:
    """Raise Failed for the first job that did not succeed."""
    for job in jobs:
        if job.state in ("failed", "unrunnable"):
            raise Failed(f"Run {job.id} of {job.pipeline} {job.state}: {job.reason}", help=f"tilth job show {job.id}")


def rerun_all(workspace: Workspace, labeling: str) -> tuple[int, int, int]:
    """Run every pipeline again at its inputs; returns answers bought, items recomputed, items reused."""
    bought = workspace.labeling.get(labeling).answers
    before = {job.id for job in all_jobs(workspace)}
    for pipeline in workspace.pipelines.list().items:
        workspace.pipelines.rerun(pipeline.name)
    workspace.maintenance.run(timeout_s=300)
    jobs = [job for job in all_jobs(workspace) if job.id not in before]
    failures_in(jobs)
    return (
        workspace.labeling.get(labeling).answers - bought,
        sum(job.run for job in jobs),
        sum(job.reused for job in jobs),
    )


def rows_of(workspace: Workspace, reference: str) -> Iterator[Mapping[str, Any]]:
    """Stream all rows of a table, page by page."""
    after: str | None = None
    while True:
        page = workspace.datasets.rows(reference, after=after, limit=1000)
        yield from page.items
        if page.next is None:
            return
        after = page.next


def read(workspace: Workspace, reference: str) -> bytes:
    """Return the bytes of one small file."""
    return b"".join(workspace.files.read(reference))
