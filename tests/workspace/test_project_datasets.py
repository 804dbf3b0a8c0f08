"""Project branches with datasets and models: what these say of other repos is said of the copies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tilth.contract.workspace import Workspace
from tilth.workspace.local import open as open_folder

ROWS = "id,text,label\n" + "".join(f"{number},word {number},{'yes' if number % 3 else 'no'}\n" for number in range(30))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A dataset of 30 rows at its second version, and a model with two versions, the first promoted."""
    with open_folder(tmp_path / "workspace") as opened:
        opened.repos.create("rows")
        opened.files.put("rows:rows.csv", ROWS.encode())
        opened.datasets.define(
            "words",
            {
                "items": {"from": "rows@main:rows.csv", "key": "id"},
                "labels": {"column": "label"},
                "media": {"kind": "text", "column": "text"},
            },
        )
        opened.datasets.save_version("words")
        opened.datasets.fix("words", "no", keys=["1"])
        opened.datasets.save_version("words")
        opened.models.register("guess", {"dataset": "words"})
        for word in ("no", "yes"):
            said = "id,said\n" + "".join(f"{number},{word}\n" for number in range(30))
            opened.models.upload("guess", said.encode(), file="said.csv", save=True)
        opened.models.promote("guess", "1")
        yield opened


def label(workspace: Workspace, dataset: str, key: str) -> str:
    return str(workspace.datasets.item(dataset, key).item.label)


def test_a_copied_dataset_shows_the_copies_and_keeps_its_acts(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    told = json.loads(b"".join(workspace.files.read("trial/words:dataset.json")))
    assert told["items"]["from"] == "trial/rows@main:rows.csv"
    assert workspace.datasets.get("trial/words").items == 30
    assert label(workspace, "trial/words", "1") == "no"
    workspace.datasets.fix("trial/words", "no", keys=["2"])
    workspace.files.put("trial/rows:rows.csv", ROWS.replace("word 4,", "word four,").encode())
    assert (label(workspace, "trial/words", "2"), label(workspace, "words", "2")) == ("no", "yes")
    done = workspace.projects.promote("trial")
    assert sorted(done.branches) == ["rows@main", "words@main"]
    assert label(workspace, "words", "2") == "no"
    told = json.loads(b"".join(workspace.files.read("words:dataset.json")))
    assert told["items"]["from"] == "rows@main:rows.csv"


def test_the_newest_version_of_a_dataset_comes_along_with_its_number(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    (version,) = workspace.datasets.versions("trial/words").items
    assert (version.number, version.items) == (2, 30)
    assert workspace.datasets.count_items("trial/words", at="2").total == 30
    assert not workspace.datasets.save_version("trial/words").changed
    workspace.datasets.fix("trial/words", "no", keys=["2"])
    workspace.datasets.save_version("trial/words")
    assert [each.number for each in workspace.datasets.versions("trial/words").items] == [3, 2]
    assert [each.number for each in workspace.datasets.versions("words").items] == [2, 1]


def test_a_copied_model_is_judged_by_the_copied_dataset(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    model = workspace.models.get("trial/guess")
    assert model.dataset == "trial/words"
    before = workspace.models.versions("guess").items
    # The newest version and the one that was promoted come along.
    assert [each.accuracy for each in workspace.models.versions("trial/guess").items] == [
        each.accuracy for each in before
    ]
    workspace.models.set_test("trial/guess", "good", {"metric": "accuracy", "at_least": 0.1})
    assert workspace.models.board("trial/guess", version="production").versions[0].number == 1
    workspace.datasets.fix("trial/words", "no", keys=["2"])
    assert workspace.models.versions("trial/guess").items[0].accuracy.value < before[0].accuracy.value
    assert workspace.models.versions("guess").items[0].accuracy == before[0].accuracy


def test_a_definition_changed_in_a_copy_comes_back_naming_the_origins_repos(workspace: Workspace) -> None:
    workspace.projects.branch("default", "trial")
    workspace.repos.create("trial/more")
    workspace.files.put("trial/more:more.csv", b"key,size\n1,10\n")
    document = json.loads(b"".join(workspace.files.read("trial/words:dataset.json")))
    workspace.datasets.define("trial/words", document | {"fields": [{"from": "trial/more@main:more.csv"}]})
    done = workspace.projects.promote("trial")
    assert sorted(done.branches) == ["more@main", "words@main"]
    told = json.loads(b"".join(workspace.files.read("words:dataset.json")))
    assert (told["items"]["from"], told["fields"][0]["from"]) == ("rows@main:rows.csv", "more@main:more.csv")
    assert workspace.datasets.item("words", "1").item.fields["size"] == 10
