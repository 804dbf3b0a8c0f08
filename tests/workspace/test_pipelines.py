"""A labeling pipeline and its desk change together or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Invalid, NotFound
from tilth.execution.code import archive_code
from tilth.metadata.schema.jobs import pipeline_versions
from tilth.pipelines.registry import find_pipeline
from tilth.versioning.backend import open_backend
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


@pytest.mark.parametrize("stored", ['{"pipeline": {"name": "ask"}, "colour": 1}', "{"])
def test_a_stored_spec_that_cannot_be_understood_stops_its_own_jobs_only(tmp_path: Path, stored: str) -> None:
    def copy(name: str, command: str = "cp /pfs/items/* /pfs/out/") -> dict[str, Any]:
        return {
            "pipeline": {"name": name},
            "input": {"pfs": {"repo": "items", "glob": "/*"}},
            "transform": {"cmd": ["sh", "-c", command]},
        }

    with open_folder(tmp_path / "workspace") as workspace:
        workspace.repos.create("items")
        for name in ("broken", "good"):
            workspace.pipelines.create(copy(name))
        workspace.maintenance.run(timeout_s=60)
        with open_backend(tmp_path / "workspace") as backend, backend.database.transaction() as conn:
            broken = find_pipeline(conn, "broken").id
            conn.execute(update(pipeline_versions).where(pipeline_versions.c.pipeline == broken).values(spec=stored))
        workspace.files.put("items:a.txt", b"a")
        workspace.maintenance.run(timeout_s=60)
        (failed,) = workspace.jobs.list(pipeline="broken", limit=1).items
        assert failed.state == "failed"
        assert "stored spec of pipeline default/broken cannot be used" in failed.reason
        assert workspace.jobs.list(pipeline="good", limit=1).items[0].state == "success"
        assert [(each.name, each.state) for each in workspace.pipelines.list().items] == [
            ("broken", "invalid"),
            ("good", "active"),
        ]
        assert workspace.pipelines.get("broken").state == "invalid"
        workspace.pipelines.create(copy("broken"), update=True)
        workspace.maintenance.run(timeout_s=60)
        assert workspace.jobs.list(pipeline="broken", limit=1).items[0].state == "success"
        with open_backend(tmp_path / "workspace") as backend, backend.database.transaction() as conn:
            conn.execute(update(pipeline_versions).where(pipeline_versions.c.pipeline == broken).values(spec=stored))
        workspace.pipelines.delete("broken")
        assert [each.name for each in workspace.pipelines.list().items] == ["good"]


def test_a_check_sees_the_cycle_that_an_update_refuses(tmp_path: Path) -> None:
    def copy(name: str, repo: str) -> dict[str, Any]:
        return {
            "pipeline": {"name": name},
            "input": {"pfs": {"repo": repo, "glob": "/*", "name": "in"}},
            "transform": {"cmd": ["sh", "-c", "cp /pfs/in/* /pfs/out/"]},
        }

    with open_folder(tmp_path / "workspace") as workspace:
        workspace.repos.create("items")
        workspace.pipelines.create(copy("first", "items"))
        workspace.pipelines.create(copy("second", "first"))
        for refused in (workspace.pipelines.check, lambda spec: workspace.pipelines.create(spec, update=True)):
            with pytest.raises(Invalid, match="form a cycle"):
                refused(copy("first", "second"))
        assert workspace.pipelines.check(copy("third", "second")).name == "third"


def test_an_update_without_code_keeps_the_code_that_is_there(tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "steps.py").write_text("def mark(datum):\n    datum.write('out', b'made')\n")
    made = {
        "pipeline": {"name": "marks"},
        "input": {"pfs": {"repo": "items", "glob": "/*"}},
        "function": "steps:mark",
        "code": "code",
    }
    with open_folder(tmp_path / "workspace") as workspace:
        workspace.repos.create("items")
        with pytest.raises(Invalid, match="no code came"):
            workspace.pipelines.create(made, update=True)
        workspace.pipelines.create(made, code=archive_code(code))
        workspace.files.put("items:a", b"a")
        changed = workspace.pipelines.create({**made, "description": "Marks each item."}, update=True)
        assert changed.version == 2
        with pytest.raises(Invalid, match="no code came"):
            workspace.pipelines.create({**made, "code": "elsewhere"}, update=True)
        assert [job.state for job in workspace.maintenance.run(timeout_s=60).jobs][-1:] != ["failed"]
        assert b"".join(workspace.files.read("marks:out")) == b"made"


def test_every_known_answer_is_looked_at_before_a_labeling_is_made(workspace: Workspace) -> None:
    workspace.repos.create("known")
    rows = [f"a.txt,{'cat' if number % 2 else 'dog'}" for number in (1, 1, 1)]
    rows += ["gone.txt,cat", "a.txt,horse", "a.txt,dog"]
    workspace.files.put("known:answers.csv", "\n".join(["path,label", *rows]).encode())
    golden = {"from": "known@main:answers.csv", "items": "items", "answer": "label", "every": 5}
    found = workspace.pipelines.check(spec(golden=golden)).known
    assert found is not None
    assert (found.rows, found.fit) == (4, 1)  # a row that stands there thrice is one
    assert [problem.partition(",")[0] for problem in found.problems] == ["answers.csv"] * 3
    for problem, line, why in zip(
        found.problems,
        ("line 5", "line 6", "line 7"),
        ("items has no file gone.txt", "horse", "second answer"),
        strict=True,
    ):
        assert line in problem
        assert why in problem


def test_a_table_of_known_answers_that_is_not_there_is_said_before_a_labeling_is_made(workspace: Workspace) -> None:
    found = workspace.pipelines.check(spec(golden={"from": "items@main:no.csv", "answer": "label", "every": 5})).known
    assert found is not None
    assert found.fit == 0
    assert "no file no.csv" in found.problems[0]
    assert workspace.pipelines.check(spec()).known is None
