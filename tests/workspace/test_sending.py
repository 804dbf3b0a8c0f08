"""Sending items to people: their labels come back into the dataset, and nothing is bought twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, HeldOut, Invalid, NotFound
from tilth.workspace.local import open as open_local

from .test_slices import keys_of, picture, workspace

__all__ = ["workspace"]

NEW: dict[str, Any] = {"name": "again", "guidelines": "Look twice.", "overlap": 1, "price": 0.1, "budget": 5}
CONFIG = (
    '<View><Image name="image" value="$image"/><Choices name="label" toName="image">'
    '<Choice value="a"/><Choice value="b"/></Choices></View>'
)
PICKED = ["0/00.png", "1/01.png"]


def answer_all(workspace: Workspace, pipeline: str, label: str) -> int:
    """Answer every task as one person and publish; return how many."""
    workspace.maintenance.run(timeout_s=60)
    count = 0
    while (task := workspace.tasks.next(pipeline)) is not None:
        shown = next(iter(task.media or task.data))
        workspace.tasks.submit(
            task.id,
            [{"from_name": "label", "to_name": shown, "type": "choices", "value": {"choices": [label]}}],
        )
        count += 1
    workspace.labeling.publish(pipeline)
    workspace.maintenance.run(timeout_s=60)
    return count


def test_people_are_asked_and_their_labels_win(workspace: Workspace) -> None:
    workspace.slices.create("cells", "odd", keys=PICKED)
    plan = workspace.datasets.plan_send("cells", slice="odd", new=NEW)
    assert (plan.pipeline, plan.makes_pipeline, plan.items, plan.new, plan.already) == ("again", True, 2, 2, 0)
    assert (list(plan.answers), list(plan.cost), plan.budget_left) == ([2, 2], [0.2, 0.2], 5.0)
    with pytest.raises(NotFound):
        workspace.pipelines.get("again")
    sent = workspace.datasets.send("cells", slice="odd", new=NEW, expect=2)
    assert sent.commit is not None
    assert sent.act is not None
    commit = workspace.commits.get(f"again-inbox@{sent.commit}")
    assert commit.derivation is not None
    assert {(each.repo, each.kind) for each in commit.derivation.inputs} == {
        ("default/cells", "feedback"),
        ("default/photos", "copy"),
    }
    assert answer_all(workspace, "again", "b") == 2
    items = {item.key: item for item in workspace.datasets.items("cells").items}
    assert (items["0/00.png"].label, items["0/00.png"].labeled_by) == ("b", "people")
    assert (items["0/06.png"].label, items["0/06.png"].labeled_by) == ("a", "given")
    assert len(keys_of(workspace, "label = 'b'")) == 7
    info = workspace.slices.get("cells", "odd")
    assert [(each.pipeline, each.asked, each.answered, each.settled) for each in info.progress] == [("again", 2, 2, 2)]
    assert [(each.items, each.new, each.commit) for each in info.rounds] == [(2, 2, sent.commit)]
    workspace.datasets.fix("cells", "a", keys=["0/00.png"])
    assert workspace.datasets.item("cells", "0/00.png").item.label == "a"


def test_the_same_items_again_buy_nothing(workspace: Workspace) -> None:
    first = workspace.datasets.send("cells", keys=PICKED, new=NEW)
    assert answer_all(workspace, "again", "a") == 2
    plan = workspace.datasets.plan_send("cells", keys=[*PICKED, "2/02.png"], pipeline="again")
    assert (plan.new, plan.already, list(plan.answers)) == (1, 2, [1, 1])
    assert "not asked or bought again" in plan.warnings[0]
    assert plan.budget_left == pytest.approx(4.8)
    again = workspace.datasets.send("cells", keys=PICKED, pipeline="again")
    assert (again.commit, again.act, again.plan.new) == (None, None, 0)
    more = workspace.datasets.send("cells", keys=[*PICKED, "2/02.png"], pipeline="again")
    assert more.commit not in (None, first.commit)
    assert answer_all(workspace, "again", "a") == 1
    spent = workspace.labeling.get("again").spent
    assert spent == pytest.approx(0.3)


def test_the_newest_people_win_and_older_labels_stay_below(workspace: Workspace) -> None:
    workspace.datasets.send("cells", keys=PICKED, new=NEW)
    answer_all(workspace, "again", "b")
    workspace.datasets.send("cells", keys=PICKED[:1], new={**NEW, "name": "third"})
    answer_all(workspace, "third", "a")
    labels = {item.key: item.label for item in workspace.datasets.items("cells").items}
    assert (labels["0/00.png"], labels["1/01.png"], labels["0/06.png"]) == ("a", "b", "a")
    given = workspace.datasets.get("cells").definition["labels"]
    assert [each.get("pipeline") for each in given] == ["third", "again", None]


def test_an_act_of_sending_can_be_undone(workspace: Workspace) -> None:
    sent = workspace.datasets.send("cells", keys=PICKED, new=NEW)
    answer_all(workspace, "again", "b")
    assert sent.act is not None
    workspace.datasets.undo("cells", sent.act)
    assert len(keys_of(workspace, "label = 'b'")) == 6


def test_known_answers_come_along(workspace: Workspace) -> None:
    form = {**NEW, "known": [{"key": "2/05.png", "label": "b"}], "known_every": 2}
    plan = workspace.datasets.plan_send("cells", keys=PICKED, new=form)
    assert plan.cost[0] > 0.2
    workspace.datasets.send("cells", keys=PICKED, new=form)
    workspace.maintenance.run(timeout_s=60)
    assert workspace.labeling.get("again").golden == 1


def test_items_go_to_a_pipeline_that_reads_their_repo_already(workspace: Workspace) -> None:
    workspace.pipelines.create(
        {
            "pipeline": {"name": "label"},
            "input": {"pfs": {"repo": "photos", "glob": "/**.png"}},
            "labeling": {"config": CONFIG},
        }
    )
    plan = workspace.datasets.plan_send("cells", keys=PICKED, pipeline="label")
    assert (plan.new, plan.already) == (0, 2)
    sent = workspace.datasets.send("cells", keys=PICKED, pipeline="label")
    assert sent.commit is None
    assert sent.act is not None, "its labels are taken from now on"
    answer_all(workspace, "label", "a")
    assert not keys_of(workspace, "label = 'b'")


def test_a_persons_inbox_is_filled_and_nothing_in_it_is_overwritten(workspace: Workspace) -> None:
    workspace.repos.create("queue")
    workspace.files.put("queue:0/00.png", picture(200))
    spec = {
        "pipeline": {"name": "label"},
        "input": {"pfs": {"repo": "queue", "glob": "/**.png"}},
        "labeling": {"config": CONFIG},
    }
    workspace.pipelines.create(spec)
    with pytest.raises(Conflict):
        workspace.datasets.plan_send("cells", keys=PICKED, pipeline="label")
    assert workspace.datasets.send("cells", keys=["1/01.png"], pipeline="label").plan.new == 1
    assert [file.path for file in workspace.files.walk("queue").items] == ["0/00.png", "1/01.png"]


def test_held_out_items_do_not_reach_what_is_trained(workspace: Workspace) -> None:
    workspace.datasets.send("cells", keys=PICKED, new=NEW)
    workspace.pipelines.create(
        {
            "pipeline": {"name": "model"},
            "input": {"pfs": {"repo": "again-inbox", "glob": "/"}},
            "transform": {"cmd": ["true"]},
            "trains": True,
        }
    )
    workspace.repos.create("secret")
    workspace.files.put("secret:x.png", picture(3))
    workspace.repos.hold_out("secret")
    workspace.datasets.define(
        "hidden", {"media": {"kind": "image"}, "items": {"from": "secret@main"}, "classes": ["a", "b"]}
    )
    with pytest.raises(HeldOut):
        workspace.datasets.send("hidden", keys=["x.png"], pipeline="again")


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"name": "../x"},
        {"name": "x", "colour": "red"},
        {"name": "x", "overlap": "three"},
        {"name": "x", "overlap": True},
        {"name": "x", "classes": []},
        {"name": "x", "task": "poem"},
        {"name": "x", "price": -1},
        {"name": "x", "known": [{"key": "nope"}]},
    ],
)
def test_a_wrong_form_is_refused_before_anything_is_made(workspace: Workspace, form: dict[str, Any]) -> None:
    before = [repo.name for repo in workspace.repos.list().items]
    with pytest.raises(Invalid):
        workspace.datasets.send("cells", keys=PICKED, new=form)
    assert [repo.name for repo in workspace.repos.list().items] == before


def test_a_wrong_choice_of_items_is_refused(workspace: Workspace) -> None:
    for asked in (
        {},
        {"keys": PICKED, "where": "label = 'a'"},
        {"where": "label = 'z'"},
        {"keys": PICKED, "pipeline": "x"},
    ):
        with pytest.raises(Invalid):
            workspace.datasets.plan_send("cells", **{"new": NEW, **asked})  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        workspace.datasets.plan_send("cells", keys=["gone"], new=NEW)
    with pytest.raises(NotFound):
        workspace.datasets.plan_send("cells", keys=PICKED, pipeline="nobody")
    with pytest.raises(Conflict):
        workspace.datasets.send("cells", keys=PICKED, new=NEW, expect=3)


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Workspace]:
    with open_local(tmp_path / "lines") as workspace:
        workspace.repos.create("rows")
        workspace.files.put("rows:r.csv", b'id,headline,label\nn/1,"a, ""b""",x\n../2,two,y\nthree,=3,x\n')
        workspace.datasets.define(
            "lines",
            {
                "media": {"kind": "text", "column": "headline"},
                "items": {"from": "rows@main:r.csv", "key": "id"},
                "labels": {"column": "label"},
            },
        )
        yield workspace


def test_rows_go_as_rows_under_any_key(lines: Workspace) -> None:
    lines.datasets.send("lines", keys=["n/1", "../2"], new=NEW)
    assert answer_all(lines, "again", "y") == 2
    lines.datasets.send("lines", where="key is not missing", pipeline="again")
    assert answer_all(lines, "again", "x") == 1
    labels = {item.key: (item.label, item.labeled_by) for item in lines.datasets.items("lines").items}
    assert labels == {"n/1": ("y", "people"), "../2": ("y", "people"), "three": ("x", "people")}
