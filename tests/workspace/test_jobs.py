"""A run can be looked into while it goes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from tilth.contract.jobs import DatumInfo
from tilth.contract.workspace import Workspace
from tilth.workspace.local import open as open_folder

LOOK_S = 60.0


def test_the_items_of_a_run_are_listed_while_it_goes_failing_ones_first(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    program = (
        "f=$(ls /pfs/in); case $f in bad) exit 7;; "
        f'wait) while [ ! -e "{gate}" ]; do sleep 0.05; done;; esac; echo $f; cp "/pfs/in/$f" /pfs/out/'
    )
    with open_folder(tmp_path / "w") as workspace:
        workspace.repos.create("photos")
        workspace.pipelines.create(
            {
                "pipeline": {"name": "slow"},
                "input": {"pfs": {"repo": "photos", "glob": "/*", "name": "in"}},
                "transform": {"cmd": ["sh"], "stdin": [program]},
                "datum_tries": 1,
            }
        )
        files = [(name, b"x") for name in ("aaa", "bad", "wait", *(f"z{n}" for n in range(7)))]
        commit = workspace.files.put_many("photos", files)
        running = Thread(target=lambda: workspace.jobs.wait(commit.change, timeout_s=LOOK_S))
        running.start()
        try:
            items = _once(workspace, lambda found: [item.state for item in found][:2] == ["failed", "running"])
            assert items[0].key == "in:/bad"
            job = workspace.jobs.list(pipeline="slow").items[0]
            assert not job.ended
            # Items go out in twos: what shares its two with the one that waits is not told before.
            done = _once(workspace, lambda found: [item.state for item in found].count("success") == 7)
            assert [item.state for item in done] == ["failed", "running", "running", *["success"] * 7]
            assert [item.key for item in done[1:3]] == ["in:/wait", "in:/z0"]
            assert all(list(item.outputs) == [item.key.removeprefix("in:/")] for item in done[3:])
            assert [item.key for item in _all(workspace, job.id)] == [item.key for item in done]
            assert [item.key for item in workspace.jobs.datums(job.id, state="failed").items] == ["in:/bad"]
            assert b"".join(workspace.jobs.logs(job.id, datum=done[3].key)).decode().strip() == done[3].outputs[0]
            assert b"".join(workspace.jobs.logs(job.id, datum="in:/wait")) == b""
            assert b"".join(workspace.jobs.logs(job.id, datum="in:/bad")) == b"", "it wrote none, which is no error"
        finally:
            gate.touch()
            running.join(LOOK_S)
        ended = workspace.jobs.datums(job.id).items
        assert [item.state for item in ended] == ["failed", *["success"] * 9]


def _all(workspace: Workspace, job: str) -> list[DatumInfo]:
    """Return the items, read in pages of two."""
    found: list[DatumInfo] = []
    after: str | None = None
    while True:
        page = workspace.jobs.datums(job, after=after, limit=2)
        found += page.items
        if page.next is None:
            return found
        after = page.next


def _once(workspace: Workspace, so: Callable[[list[DatumInfo]], bool]) -> list[DatumInfo]:
    """Return the items of the newest run as soon as they are `so`."""
    end = time.monotonic() + LOOK_S
    found: list[DatumInfo] = []
    while time.monotonic() < end:
        jobs = workspace.jobs.list(pipeline="slow").items
        found = list(workspace.jobs.datums(jobs[0].id).items) if jobs else []
        if so(found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"The items never came to be so: {found}")
