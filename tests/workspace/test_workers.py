"""People of a labeling are listed by what is sure of them, and a project says that it still takes its items in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tilth.contract.workspace import Workspace
from tilth.workspace.local import open as open_folder

CONFIG = (
    '<View><Text name="t" value="$text"/><Choices name="c" toName="t">'
    '<Choice value="cat"/><Choice value="dog"/></Choices></View>'
)
ITEMS = 50
SPEC: dict[str, Any] = {
    "pipeline": {"name": "ask"},
    "input": {"pfs": {"repo": "items", "glob": "/*.txt", "name": "text"}},
    "labeling": {"config": CONFIG, "overlap": 4},
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with open_folder(tmp_path / "workspace") as opened:
        opened.repos.create("items")
        opened.files.put_many("items@main", [(f"{number:02}.txt", b"%d" % number) for number in range(ITEMS)])
        opened.pipelines.create(SPEC)
        yield opened


def test_a_project_takes_in_its_items_until_the_first_run_has_ended(workspace: Workspace) -> None:
    assert workspace.labeling.get("ask").taking_in
    workspace.maintenance.run(timeout_s=60)
    found = workspace.labeling.get("ask")
    assert (found.taking_in, found.tasks) == (False, ITEMS)


def test_who_agreed_five_times_of_five_is_less_sure_than_who_did_38_times_of_40(workspace: Workspace) -> None:
    workspace.maintenance.run(timeout_s=60)
    said = {
        "ann": (ITEMS, 0),
        "bob": (ITEMS, 0),
        "few": (5, 0),
        "some": (40, 2),
    }  # how many, and how many of them wrong
    rows = [
        f"{number:02}.txt,{'dog' if number < wrong else 'cat'},{who}"
        for who, (many, wrong) in said.items()
        for number in range(many)
    ]
    workspace.repos.create("answers")
    workspace.files.put("answers:a.csv", "\n".join(["item,answer,worker", *rows]).encode())
    workspace.labeling.import_answers("ask", "answers@main:a.csv", item="item", answer="answer", worker="worker")
    found = workspace.workers.list("ask", sort="agreement").items
    assert [row.agreement.n for row in found[:2]] == [5, 40]
    few, some = found[:2]
    assert few.agreement.value == 1
    assert some.agreement.value == 0.95
    down = workspace.workers.list("ask", sort="agreement", descending=True).items
    assert [row.agreement.n for row in down[2:]] == [40, 5]
