"""Exports of datasets: what matches, as it was, with its files."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

from tilth.contract.workspace import Workspace
from tilth.errors import Invalid, NotFound
from tilth.model.entry import Entry
from tilth.workspace import exporting

from .test_slices import picture, workspace

__all__ = ["workspace"]


def opened(workspace: Workspace, **asked: object) -> zipfile.ZipFile:
    data = b"".join(workspace.datasets.export("cells", **asked))  # type: ignore[arg-type]
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return archive


def test_only_what_matches_is_exported_and_the_archive_says_so(workspace: Workspace) -> None:
    workspace.datasets.fix("cells", "b", keys=["0/00.png"])
    workspace.slices.create("cells", "dark", keys=["0/00.png", "1/01.png"])
    plan = workspace.datasets.plan_export("cells", where="slice.dark = true")
    archive = opened(workspace, format="csv", where="slice.dark = true")
    rows = list(csv.DictReader(io.StringIO(archive.read("items.csv").decode())))
    assert [(row["key"], row["label"], row["given_label"]) for row in rows] == [
        ("0/00.png", "b", "a"),
        ("1/01.png", "b", "b"),
    ]
    assert archive.read("media/0/00.png") == picture(0)
    told = json.loads(archive.read("export.json"))
    assert (told["where"], told["items"], told["commit"]) == (
        "slice.dark = true",
        plan.items,
        workspace.commits.get("cells").id,
    )
    assert told["sources"]["items"] == f"photos@{workspace.commits.get('photos').id}"
    assert told["definition"]["items"] == {"from": "photos@main"}
    assert plan.media_bytes == sum(len(picture(shade)) for shade in (0, 9)) == told["media_bytes"]


def test_acts_meanwhile_do_not_mix_with_an_export(workspace: Workspace) -> None:
    pieces = workspace.datasets.export("cells", format="coco")
    first = next(iter(pieces))
    workspace.datasets.fix("cells", "b", where="label = 'a'", expect=6)
    with zipfile.ZipFile(io.BytesIO(first + b"".join(pieces))) as archive:
        told = json.loads(archive.read("annotations.json"))
    assert sorted(each["category_id"] for each in told["annotations"]) == [1] * 6 + [2] * 6


def test_an_act_while_the_rows_are_copied_is_not_in_the_export(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 3)  # so that the act comes between two portions of the copy
    found, acted = exporting._Files.find, []

    def find(files: exporting._Files, reference: str | None) -> Entry | None:
        if not acted:
            acted.append(workspace.datasets.fix("cells", "b", where="label = 'a'", expect=6))
        return found(files, reference)

    monkeypatch.setattr(exporting._Files, "find", find)
    before = workspace.commits.get("cells").id
    archive = opened(workspace, format="csv")
    rows = list(csv.DictReader(io.StringIO(archive.read("items.csv").decode())))
    assert sorted(row["label"] for row in rows) == ["a"] * 6 + ["b"] * 6
    assert json.loads(archive.read("export.json"))["commit"] == before
    assert {each.label for each in workspace.datasets.items("cells").items} == {"b"}


def test_a_saved_version_is_exported_as_it_was(workspace: Workspace) -> None:
    version = workspace.datasets.save_version("cells", "before")
    workspace.datasets.fix("cells", "b", where="label = 'a'", expect=6)
    archive = opened(workspace, format="jsonl", at=version.id, where="label = 'a'")
    assert len(archive.read("items.jsonl").splitlines()) == 6
    assert json.loads(archive.read("export.json"))["version"] == version.id
    assert archive.read("media/0/00.png") == picture(0)


def test_every_format_is_made(workspace: Workspace) -> None:
    for format in workspace.datasets.plan_export("cells").formats:
        assert "export.json" in opened(workspace, format=format).namelist()


def test_what_cannot_be_is_refused(workspace: Workspace) -> None:
    with pytest.raises(Invalid):
        list(workspace.datasets.export("cells", format="xls"))
    with pytest.raises(Invalid):
        list(workspace.datasets.export("cells", where="nothing = 1"))
    with pytest.raises(NotFound):
        list(workspace.datasets.export("photos"))
