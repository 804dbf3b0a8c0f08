"""A labeling pipeline and its desk change together or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Invalid, NotFound
from tilth.workspace.local import open as open_folder

CONFIG = (
    '<View><Text name="t" value="$text"/><Choices name="c" toName="t">'
    '<Choice value="cat"/><Choice value="dog"/></Choices></View>'
)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with open_folder(tmp_path / "workspace") as opened:
        opened.repos.create("items")
        opened.files.put("items:a.txt", b"a")
        opened.pipelines.create(spec())
        opened.maintenance.run(timeout_s=60)
        assert opened.labeling.get("ask").tasks == 1
        yield opened


def spec(repo: str = "items", config: str = CONFIG, **labeling: Any) -> dict[str, Any]:
    return {
        "pipeline": {"name": "ask"},
        "input": {"pfs": {"repo": repo, "glob": "/*.txt", "name": "text"}},
        "labeling": {"config": config, "overlap": 1, **labeling},
    }


@pytest.mark.parametrize("repo", ["nowhere", "ask"])
def test_an_update_that_the_pipeline_refuses_leaves_the_desk_as_it_was(workspace: Workspace, repo: str) -> None:
    with pytest.raises((NotFound, Invalid, Conflict)):
        workspace.pipelines.create(spec(repo, guidelines="Other."), update=True)
    assert workspace.labeling.get("ask").guidelines == ""
    workspace.files.put("items:b.txt", b"b")
    workspace.maintenance.run(timeout_s=60)
    assert workspace.labeling.get("ask").tasks == 2


def test_an_update_that_the_desk_refuses_leaves_the_pipeline_as_it_was(workspace: Workspace) -> None:
    before = workspace.pipelines.get("ask")
    with pytest.raises(Conflict, match="asks all 1 items"):
        workspace.pipelines.create(spec(config=CONFIG.replace("dog", "fox")), update=True)
    assert workspace.pipelines.get("ask") == before
    workspace.pipelines.create(spec(config=CONFIG.replace("dog", "fox")), update=True, reask=True)
    assert "fox" in workspace.labeling.get("ask").config


def test_a_pipeline_made_again_after_its_deletion_finds_its_tasks(workspace: Workspace) -> None:
    workspace.pipelines.delete("ask")
    assert workspace.tasks.next("ask") is None
    workspace.pipelines.create(spec())
    workspace.maintenance.run(timeout_s=60)
    assert workspace.labeling.get("ask").tasks == 1
    assert workspace.tasks.next("ask") is not None
