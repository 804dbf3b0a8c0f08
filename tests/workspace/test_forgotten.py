"""What reads data that was let go: it is told what went, by whom and when, before and after its bytes are collected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import NotFound
from tilth.workspace.local import open as open_local

FORGOTTEN = r"was forgotten by owner on 20\d\d-\d\d-\d\d .*: a person asked"
PIPELINE = {
    "pipeline": {"name": "copied"},
    "input": {"pfs": {"repo": "images", "glob": "/*"}},
    "transform": {"cmd": ["sh", "-c", "cp /pfs/images/* /pfs/out/"]},
}


@pytest.fixture(params=["at once", "collected"])
def forgetful(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Workspace]]:
    """Return how to forget commits (`repo@commit`): the workspace is then as a process that comes later finds it."""
    opened: list[Workspace] = []

    def start() -> Workspace:
        opened.append(open_local(tmp_path / "w"))
        return opened[-1]

    def forget(*commits: str) -> Workspace:
        for commit in commits:
            opened[-1].commits.forget(commit, reason="a person asked")
        opened.pop().close()
        workspace = start()
        if request.param == "collected":
            for _ in range(3):
                workspace.maintenance.gc(wait_s=5)
            opened.pop().close()
            workspace = start()
        return workspace

    def act(*commits: str) -> Workspace:
        return forget(*commits) if commits else start()

    yield act
    for workspace in opened:
        workspace.close()


def test_tables_and_guesses_of_a_forgotten_commit_say_so(forgetful: Callable[..., Workspace]) -> None:
    workspace = forgetful()
    workspace.repos.create("tables")
    old = workspace.files.put("tables:items.csv", b"id,label\n1,cat\n2,dog\n")
    workspace.files.put("tables:items.csv", b"id,label\n1,cow\n2,owl\n")
    assert workspace.datasets.count(f"tables@{old.id}:items.csv") == 2
    workspace = forgetful(f"tables@{old.id}")
    pinned = f"tables@{old.id}:items.csv"
    calls: list[Callable[[], Any]] = [
        lambda: workspace.datasets.rows(pinned),
        lambda: workspace.datasets.count(pinned),
        lambda: workspace.datasets.guess(f"tables@{old.id}"),
        lambda: workspace.datasets.define("pinned", {"items": {"from": pinned, "key": "id"}, "task": "classification"}),
        lambda: workspace.files.archive(f"tables@{old.id}"),
        lambda: workspace.files.read(pinned),
        lambda: workspace.files.copy(pinned, "tables:back.csv"),
    ]
    for call in calls:
        with pytest.raises(NotFound, match=FORGOTTEN) as refused:
            call()
        assert "put the data again" in refused.value.help


def test_an_old_version_of_a_dataset_shows_its_rows_and_says_which_pictures_went(
    forgetful: Callable[..., Workspace],
) -> None:
    workspace = forgetful()
    for name in ("tables", "images"):
        workspace.repos.create(name)
    workspace.files.put("tables:items.csv", b"id,image,label\n1,a.png,cat\n2,b.png,dog\n")
    old = workspace.files.put_many("images", [("a.png", b"one"), ("b.png", b"two")])
    definition = {
        "items": {"from": "tables@main:items.csv", "key": "id"},
        "task": "classification",
        "labels": {"column": "label"},
        "media": {"kind": "image", "column": "image", "media_from": "images@main"},
    }
    workspace.datasets.define("pets", definition)
    workspace.datasets.save_version("pets", "first")
    workspace.files.put_many("images", [("a.png", b"another one")], deletes=["b.png"])
    assert b"".join(workspace.datasets.export("pets", format="csv", at="1"))
    workspace = forgetful(f"images@{old.id}")
    assert [item.label for item in workspace.datasets.items("pets", at="1").items] == ["cat", "dog"]
    with pytest.raises(NotFound, match=FORGOTTEN):
        workspace.datasets.thumbnail("pets", "1", at="1")
    with pytest.raises(NotFound, match=FORGOTTEN) as refused:
        list(workspace.datasets.export("pets", format="csv", at="1"))
    assert "without media" in refused.value.help
    assert b"".join(workspace.datasets.export("pets", format="csv", at="1", media=False))
    assert workspace.datasets.plan_export("pets", at="1").items == 2
    assert b"".join(workspace.datasets.export("pets", format="csv"))
    workspace.datasets.save_version("pets", "second")


def test_a_job_whose_input_was_forgotten_before_it_ran_says_so_and_the_next_one_runs(
    forgetful: Callable[..., Workspace],
) -> None:
    workspace = forgetful()
    workspace.repos.create("images")
    workspace.files.put("images:kept", b"kept")
    workspace.pipelines.create(PIPELINE)
    workspace.maintenance.run(timeout_s=60)
    old = workspace.files.put("images:secret", b"not to be seen")
    workspace.files.delete("images:secret")
    workspace.files.put("images:later", b"later")
    workspace = forgetful(f"images@{old.id}")
    workspace.maintenance.run(timeout_s=60)
    jobs = {job.change: job for job in workspace.jobs.list(pipeline="copied").items}
    assert jobs[old.change].state == "unrunnable"
    assert f"Commit {old.id} was forgotten by owner" in jobs[old.change].reason
    assert [file.path for file in workspace.files.walk("copied").items] == ["kept", "later"]
    with pytest.raises(NotFound, match="secret"):
        workspace.files.read(f"copied@{jobs[old.change].output or 'main'}:secret")
