"""Changes that run through pipelines: the reference's cases 16 to 20, in our own words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tilth.contract.workspace import Workspace
from tilth.workspace.local import open as open_local


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with open_local(tmp_path / "w") as workspace:
        for name in ("a", "b"):
            workspace.repos.create(name)
        yield workspace


def spec(name: str, *inputs: str) -> dict[str, Any]:
    reads = [{"pfs": {"repo": repo, "glob": "/"}} for repo in inputs]
    return {
        "pipeline": {"name": name},
        "input": reads[0] if len(reads) == 1 else {"cross": reads},
        "transform": {"cmd": ["sh", "-c", " && ".join(f"cat /pfs/{repo}/* >> /pfs/out/{repo}" for repo in inputs)]},
    }


def run(workspace: Workspace) -> None:
    workspace.maintenance.run(timeout_s=120)


def test_16_to_20_one_change_runs_through(workspace: Workspace) -> None:
    workspace.files.put("a:x", b"a1")
    first_b = workspace.files.put("b:x", b"b1")
    workspace.files.put("b:y", b"b2")

    # 18: a new pipeline takes the heads there are, once, and not their history.
    workspace.pipelines.create(spec("c", "a", "b"))
    workspace.pipelines.create(spec("d", "c"))
    run(workspace)
    (made,) = workspace.commits.log("c").items
    assert sorted(used.repo for used in made.derivation.inputs) == ["default/a", "default/b"] if made.derivation else ""

    # 16: a commit's change has the commits of all it caused, in the order of the graph, and no others.
    change = workspace.files.put("a:x", b"a2").change
    run(workspace)
    jobs = list(reversed(workspace.jobs.list(change=change).items))
    assert [(job.pipeline, job.state) for job in jobs] == [("c", "success"), ("d", "success")]
    assert [workspace.commits.get(f"{repo}@{change}").change for repo in ("a", "c", "d")] == [change] * 3

    # 17: a repo that the change did not touch is found through lineage, as it was used.
    assert workspace.commits.get(f"b@{change}").id == workspace.commits.get("b").id
    assert workspace.commits.get(f"b@{change}").change != change

    # 19: staged data run nothing until the head moves there.
    workspace.branches.create("a", "staging", head="main")
    staged = workspace.files.put("a@staging:x", b"a3")
    run(workspace)
    assert workspace.jobs.list(change=staged.change).items == []
    before = workspace.commits.get("c").id
    workspace.branches.move("a", "main", "staging")
    run(workspace)
    latest = workspace.commits.get("c")
    assert latest.id != before
    assert latest.derivation is not None
    assert staged.id in [used.commit for used in latest.derivation.inputs]

    # 20: a head moved back is the old commit under a new change, downstream is made anew from the old data.
    workspace.branches.move("b", "main", first_b.id)
    back = workspace.branches.moves("b", "main", limit=1).items[0].change
    run(workspace)
    rewound = workspace.commits.get(f"c@{back}")
    assert workspace.commits.get(f"b@{back}").id == first_b.id
    assert rewound.change == back
    assert rewound.id != latest.id
    assert b"".join(workspace.files.read("c:b")) == b"b1"
    assert workspace.commits.get(f"a@{back}").id == staged.id
