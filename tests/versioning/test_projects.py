"""Copies of a project's repos: whole or not at all, without content, found again from objects alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tilth.versioning.backend import open_backend
from tilth.versioning.rebuild import rebuild
from tilth.versioning.verify import verify
from tilth.workspace.local import open as open_folder

KILLED = """
import os, shutil, signal, sys
from pathlib import Path
import sqlalchemy
from sqlalchemy import event
from tilth.workspace import projects
from tilth.workspace.local import open as open_folder

act, base, moments = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])

def work(left):
    def step(*_):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    with open_folder(base / "work") as workspace:
        event.listen(sqlalchemy.engine.Engine, "before_cursor_execute", step)
        event.listen(sqlalchemy.engine.Engine, "commit", step)
        workspace.projects.branch("default", "trial") if act == "branch" else workspace.projects.promote("trial")
        (base / "left").write_text(str(left[0]))

def killed(point):
    shutil.copytree(base / "before", base / "work")
    pid = os.fork()
    if pid == 0:
        work([point])
        os._exit(0)
    os.waitpid(pid, 0)
    (base / "work").rename(base / f"after{point}")

killed(1_000_000)
steps = 1_000_000 - int((base / "left").read_text())
# Up to the commit of the database, and one behind it, when the workspace is being closed.
for point in {*(steps * number // moments for number in range(1, moments + 1)), steps + 1}:
    killed(point)
"""


def _prepare(folder: Path, *, branched: bool) -> None:
    with open_folder(folder / "before") as workspace:
        for name in ("one", "two"):
            workspace.repos.create(name)
            workspace.files.put_many(name, [(f"{number}.txt", f"{name} {number}".encode()) for number in range(20)])
        workspace.pipelines.create(
            {
                "pipeline": {"name": "out"},
                "input": {"pfs": {"repo": "one", "glob": "/*"}},
                "transform": {"cmd": ["sh", "-c", "cp /pfs/one/* /pfs/out/"]},
            }
        )
        if branched:
            workspace.projects.branch("default", "trial")
            for name in ("one", "two"):
                workspace.files.put(f"trial/{name}:1.txt", b"changed")
            workspace.repos.create("trial/new")
            workspace.files.put("trial/new:x", b"new")


@pytest.mark.parametrize("moments", [1, pytest.param(40, marks=pytest.mark.soak)])
@pytest.mark.parametrize("act", ["branch", "promote"])
def test_one_who_is_killed_on_the_way_did_all_of_it_or_nothing(tmp_path: Path, act: str, moments: int) -> None:
    _prepare(tmp_path, branched=act == "promote")
    script = [sys.executable, "-c", KILLED, act, str(tmp_path), str(moments)]
    subprocess.run(script, check=True, timeout=300)
    points = sorted(tmp_path.glob("after*"))
    outcomes = set()
    for point in points:
        with open_folder(point) as workspace:
            if act == "branch":
                told = [(each.name, each.repos, each.pipelines) for each in workspace.projects.list().items]
                outcomes.add(len(told))
                assert told in ([("default", 3, 1)], [("default", 3, 1), ("trial", 3, 1)])
                if len(told) == 1:
                    workspace.projects.branch("default", "trial")
                assert len(workspace.files.list("trial/two").items) == 20
            else:
                heads = {workspace.commits.get(name).message for name in ("one", "two")}
                assert len(heads) == 1
                made = [repo.name for repo in workspace.repos.list().items if repo.project == "default"]
                done = heads == {"Promote trial"}
                assert ("new" in made) == done
                outcomes.add(done)
                assert (workspace.projects.promote("trial").change is None) == done
    assert len(outcomes) == 2
    for point in points[:: max(1, moments // 2)]:
        with open_backend(point) as backend:
            assert not verify(backend).problems


def test_a_copy_costs_no_content(tmp_path: Path) -> None:
    with open_folder(tmp_path / "w") as workspace:
        workspace.repos.create("data")
        workspace.files.put_many("data", [(f"{number}.bin", os.urandom(20_000)) for number in range(200)])
    before = _size(tmp_path / "w" / "packs")
    with open_folder(tmp_path / "w") as workspace:
        workspace.projects.branch("default", "trial")
        assert len(workspace.files.list("trial/data", limit=1000).items) == 200
    grown = _size(tmp_path / "w" / "packs") - before
    assert before > 4_000_000
    assert grown < 8_000


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def test_a_project_branch_is_rebuilt_from_objects_alone(tmp_path: Path) -> None:
    _prepare(tmp_path, branched=True)
    for name in ("tilth.db", "tilth.db-wal", "tilth.db-shm"):
        (tmp_path / "before" / name).unlink(missing_ok=True)
    assert not rebuild(tmp_path / "before").problems
    with open_folder(tmp_path / "before") as workspace:
        (trial,) = [each for each in workspace.projects.list().items if each.name == "trial"]
        assert (trial.origin, trial.repos) == ("default", 4)
        told = workspace.projects.changes("trial")
        assert [(each.repo, each.state, each.changed) for each in told.branches if not each.output] == [
            ("trial/new", "new", 0),
            ("trial/one", "changed", 1),
            ("trial/two", "changed", 1),
        ]


def test_what_only_a_deleted_branch_had_is_collected(tmp_path: Path) -> None:
    with open_folder(tmp_path / "w") as workspace:
        workspace.repos.create("data")
        workspace.files.put("data:kept", os.urandom(100_000))
        workspace.projects.branch("default", "trial")
        workspace.files.put("trial/data:gone", os.urandom(3_000_000))
        workspace.projects.delete("trial")
    with open_folder(tmp_path / "w") as workspace:
        assert workspace.maintenance.gc(wait_s=10).freed > 2_900_000
        assert sum(map(len, workspace.files.read("data:kept"))) == 100_000
