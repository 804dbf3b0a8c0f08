"""Project branches and people: what was bought in one project is not bought again in the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict
from tilth.labeling.service import LabelingDesk
from tilth.model.ids import WorkerId
from tilth.workspace.local import LocalWorkspace
from tilth.workspace.local import open as open_folder

CONFIG = (
    '<View><Text name="t" value="$text"/><Choices name="c" toName="t">'
    '<Choice value="cat"/><Choice value="dog"/></Choices></View>'
)
KNOWN = [{"path": "k.txt", "label": "dog"}]


def ask(**labeling: Any) -> dict[str, Any]:
    return {
        "pipeline": {"name": "ask"},
        "input": {"pfs": {"repo": "texts", "glob": "/*.txt", "name": "text"}},
        "labeling": {"config": CONFIG, "overlap": 2, "price": 0.1, "golden": {"answers": KNOWN}, **labeling},
    }


COUNT: dict[str, Any] = {
    "pipeline": {"name": "count"},
    "input": {"pfs": {"repo": "ask", "glob": "/labels/*", "name": "in"}},
    "transform": {"cmd": ["sh", "-c", "cp /pfs/in/labels/* /pfs/out/"]},
}


def run(workspace: Workspace) -> None:
    workspace.maintenance.run(timeout_s=120)


def answer(workspace: Workspace, pipeline: str, worker: str, label: str = "cat") -> int:
    """Answer all that is asked of a worker; return how many tasks that were."""
    desk = LabelingDesk(_backend(workspace))
    count = 0
    while hasattr(task := desk.next(pipeline, WorkerId(worker)), "id"):
        said = "dog" if "k\n" in str(task.data) else label
        result = [{"from_name": "c", "to_name": "t", "type": "choices", "value": {"choices": [said]}}]
        desk.submit(task.id, WorkerId(worker), result)
        count += 1
    return count


def _backend(workspace: Workspace) -> Any:
    assert isinstance(workspace, LocalWorkspace)
    return workspace._opened.backend


def labels(workspace: Workspace, pipeline: str) -> dict[str, Any]:
    return {label.key: label.label for label in workspace.labeling.labels(pipeline, limit=1000).items}


def tree(workspace: Workspace, repo: str) -> dict[str, str]:
    return {file.path: file.digest or "" for file in workspace.files.walk(repo).items}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Three texts and a known one, labeled by two people, and a step that reads the labels."""
    with open_folder(tmp_path / "workspace") as opened:
        opened.repos.create("texts")
        opened.files.put_many("texts", [(f"{name}.txt", f"{name}\n".encode()) for name in "abck"])
        opened.pipelines.create(ask())
        opened.pipelines.create(COUNT)
        run(opened)
        for worker in ("ann", "bob"):
            assert answer(opened, "default/ask", worker) >= 3
        run(opened)
        assert opened.labeling.get("ask").done == 3
        yield opened


def test_a_copy_asks_for_nothing_that_its_origin_has(workspace: Workspace) -> None:
    before, origin = tree(workspace, "ask"), workspace.labeling.get("ask")
    head = workspace.commits.get("ask").id
    workspace.projects.branch("default", "trial")
    run(workspace)
    told = workspace.labeling.get("trial/ask")
    assert (told.open, told.done, told.answers, told.spent) == (0, 3, origin.answers, 0)
    assert origin.spent > 0
    assert labels(workspace, "trial/ask") == labels(workspace, "ask")
    assert answer(workspace, "trial/ask", "cid") == 0
    # What is published would be the same, to the byte: so nothing is, and nothing below is computed.
    assert tree(workspace, "trial/ask") == before
    assert [job.run for job in workspace.jobs.list(pipeline="trial/count").items] == [0, 0]
    assert [commit.message for commit in workspace.commits.log("trial/ask").items] == ["Branched from default/ask@main"]
    assert workspace.commits.get("ask").id == head
    assert workspace.projects.changes("trial").answers == 0


def test_a_new_item_of_a_copy_is_asked_there_alone_and_its_answers_are_promoted(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    workspace.files.put("trial/texts:d.txt", b"d\n")
    run(workspace)
    assert workspace.labeling.get("trial/ask").open == 1
    assert workspace.labeling.get("ask").open == 0
    assert [answer(workspace, "trial/ask", worker, "dog") for worker in ("ann", "bob")] == [1, 1]
    run(workspace)
    assert labels(workspace, "trial/ask")["d.txt"] == "dog"
    assert "d.txt" not in labels(workspace, "ask")
    assert workspace.labeling.get("trial/ask").spent == pytest.approx(0.2)
    origin = workspace.labeling.get("ask")
    assert workspace.projects.changes("trial").answers == 2
    done = workspace.projects.promote("trial")
    assert (done.branches, done.labeling) == (["texts@main"], ["ask"])
    run(workspace)
    told = workspace.labeling.get("ask")
    assert (told.open, told.done, told.answers, told.spent) == (0, 4, origin.answers + 2, pytest.approx(origin.spent))
    assert labels(workspace, "ask")["d.txt"] == "dog"
    assert tree(workspace, "ask") == tree(workspace, "trial/ask")
    assert workspace.projects.changes("trial").answers == 0
    # Promoted again it changes nothing, and neither does what the branch buys of its own.
    run(workspace)
    assert workspace.labeling.get("ask").answers == told.answers


def test_what_is_half_answered_is_asked_of_others_only(workspace: Workspace) -> None:
    workspace.files.put("texts:d.txt", b"d\n")
    run(workspace)
    assert answer(workspace, "default/ask", "ann") == 1
    workspace.projects.branch("default", "trial")
    run(workspace)
    assert workspace.labeling.get("trial/ask").open == 1
    assert answer(workspace, "trial/ask", "ann") == 0
    assert answer(workspace, "trial/ask", "bob") == 1
    assert workspace.labeling.get("trial/ask").open == 0
    assert workspace.labeling.get("ask").open == 1


def test_rulings_and_bans_come_along_and_rulings_go_back(workspace: Workspace) -> None:
    workspace.labeling.rule("ask", "a.txt", "dog")
    public = {person.worker: person for person in workspace.labeling.workers("ask").items}
    workspace.labeling.ban("ask", next(iter(public)), reason="by hand")
    workspace.projects.branch("default", "trial")
    run(workspace)
    assert labels(workspace, "trial/ask")["a.txt"] == "dog"
    assert {person.worker: person.state for person in workspace.labeling.workers("trial/ask").items} == {
        person.worker: person.state for person in workspace.labeling.workers("ask").items
    }
    workspace.labeling.rule("trial/ask", "b.txt", "dog")
    workspace.labeling.rule("trial/ask", "a.txt", "cat")
    workspace.projects.promote("trial")
    run(workspace)
    # Where an expert decided in the origin, that holds.
    assert (labels(workspace, "ask")["a.txt"], labels(workspace, "ask")["b.txt"]) == ("dog", "dog")


def test_a_branch_of_a_branch_has_the_answers_of_both(workspace: Workspace) -> None:
    answers = workspace.labeling.get("ask").answers
    workspace.projects.branch("default", "one")
    workspace.files.put("one/texts:d.txt", b"d\n")
    run(workspace)
    assert [answer(workspace, "one/ask", worker) for worker in ("ann", "bob")] == [1, 1]
    workspace.projects.branch("one", "two")
    workspace.files.put("two/texts:e.txt", b"e\n")
    run(workspace)
    assert (workspace.labeling.get("two/ask").open, workspace.labeling.get("two/ask").done) == (1, 4)
    assert [answer(workspace, "two/ask", worker) for worker in ("ann", "bob")] == [1, 1]
    for name in ("two", "one"):
        run(workspace)
        workspace.projects.promote(name)
    run(workspace)
    told = workspace.labeling.get("ask")
    assert (told.open, told.done, told.answers) == (0, 5, answers + 4)


def test_another_question_in_a_copy_is_asked_once_for_both(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    more = CONFIG.replace('<Choice value="dog"/>', '<Choice value="dog"/><Choice value="cow"/>')
    spec = {**ask(config=more), "pipeline": "trial/ask"}
    spec["input"] = {"pfs": {"repo": "trial/texts", "glob": "/*.txt", "name": "text"}}
    workspace.pipelines.create(spec, update=True, reask=True)
    run(workspace)
    assert workspace.labeling.get("trial/ask").open == 3
    assert all(answer(workspace, "trial/ask", worker, "cow") >= 3 for worker in ("ann", "bob"))
    assert workspace.projects.promote("trial").pipelines == ["ask"]
    run(workspace)
    told = workspace.labeling.get("ask")
    assert (told.open, told.done) == (0, 3)
    assert labels(workspace, "ask")["a.txt"] == "cow"


def test_rulings_that_the_origin_has_are_not_owed_to_it(workspace: Workspace) -> None:
    workspace.labeling.rule("ask", "a.txt", "dog")
    workspace.projects.branch("default", "trial")
    run(workspace)
    assert workspace.projects.promote("trial").change is None
    workspace.labeling.rule("trial/ask", "b.txt", "dog")
    assert workspace.projects.promote("trial").labeling == ["ask"]
    run(workspace)
    assert workspace.projects.promote("trial").change is None


def test_answers_that_the_origin_would_not_take_are_not_owed_to_it(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    for place in ("texts", "trial/texts"):
        workspace.files.put(f"{place}:d.txt", b"d\n")
    run(workspace)
    assert [answer(workspace, "trial/ask", worker) for worker in ("ann", "bob")] == [1, 1]
    assert workspace.projects.changes("trial").answers == 2
    assert answer(workspace, "default/ask", "bob") == 1  # said there, too
    assert workspace.projects.changes("trial").answers == 1
    known = {person.worker: person.answers for person in workspace.labeling.workers("ask").items}
    ann = min(known, key=lambda worker: known[worker])
    workspace.labeling.ban("ask", ann, "guesses")
    assert workspace.projects.changes("trial").answers == 0
    run(workspace)
    assert workspace.projects.promote("trial").change is None
    workspace.workers.unban("ask", ann, "read the guidelines")
    assert workspace.projects.promote("trial").labeling == ["ask"]
    run(workspace)
    assert workspace.projects.changes("trial").answers == 0


def test_a_copy_under_the_name_of_a_deleted_one_publishes_what_its_ledger_says(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    run(workspace)
    workspace.labeling.rule("trial/ask", "a.txt", "dog")
    workspace.labeling.publish("trial/ask")
    published = tree(workspace, "trial/ask")
    workspace.projects.delete("trial")
    workspace.projects.branch("default", "trial")
    run(workspace)
    assert labels(workspace, "trial/ask")["a.txt"] == "dog"
    assert tree(workspace, "trial/ask") == published


def test_a_copy_of_another_project_does_not_take_the_answers_to_other_items(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    run(workspace)
    workspace.projects.delete("trial")
    workspace.repos.create("other/texts")
    workspace.pipelines.create(
        {**ask(), "pipeline": "other/ask", "input": {"pfs": {"repo": "other/texts", "glob": "/*"}}}
    )
    with pytest.raises(Conflict, match="an earlier pipeline trial/ask"):
        workspace.projects.branch("other", "trial")
    assert "trial" not in [each.name for each in workspace.projects.list().items]
