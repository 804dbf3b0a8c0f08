"""Datasets: what they show, and what people do to them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, HeldOut, Invalid, NotFound
from tilth.workspace.local import open as open_local

ROWS = "id,headline,topic,label,length\n" + "".join(
    f"r{n:03},Headline number {n},{'sport' if n % 2 else 'news'},{'yes' if n % 3 == 0 else 'no'},{n}\n"
    for n in range(60)
)
DEFINITION = {
    "items": {"from": "rows@main:headlines.csv", "key": "id"},
    "media": {"kind": "text", "column": "headline"},
    "labels": {"column": "label"},
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with open_local(tmp_path / "workspace") as workspace:
        workspace.repos.create("rows")
        workspace.files.put("rows@main:headlines.csv", ROWS.encode())
        yield workspace


@pytest.fixture
def named(workspace: Workspace) -> str:
    workspace.datasets.define("heads", DEFINITION)
    return "heads"


def picture(colour: tuple[int, int, int], size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", size, colour).save(sink, "PNG", **options)
    return sink.getvalue()


def parquet(**columns: list[object]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def predict(workspace: Workspace, name: str = "judge", *, dataset: str = "heads") -> None:
    keys = [f"r{n:03}" for n in range(50)]
    said = ["yes" if n % 3 == 0 or n % 10 == 1 else "no" for n in range(50)]
    workspace.repos.create("out")
    workspace.files.put(
        "out@main:predictions/part.parquet",
        parquet(key=keys, prediction=said, confidence=[(n % 10) / 10 for n in range(50)]),
    )
    from tilth.versioning.repos import MODEL, create_repo

    backend = workspace.repos._backend  # type: ignore[attr-defined]
    create_repo(backend, name, kind=MODEL)
    document = {"dataset": dataset, "follows": {"predictions": "out@main:predictions"}}
    workspace.files.put(f"{name}@main:model.json", json.dumps(document).encode())


def test_a_defined_dataset_is_told_listed_and_paged(workspace: Workspace, named: str) -> None:
    info = workspace.datasets.get(named)
    assert (info.items, info.labeled, list(info.classes), info.media) == (60, 60, ["no", "yes"], "text")
    assert [each.name for each in workspace.datasets.list().items] == ["heads"]
    assert workspace.repos.get("heads").kind == "dataset"
    assert [repo.name for repo in workspace.repos.list(kind="dataset").items] == ["heads"]
    page = workspace.datasets.items(named, limit=7)
    first = page.items[0]
    assert (first.key, first.label, first.labeled_by, first.media.text) == ("r000", "yes", "given", "Headline number 0")
    assert first.fields == {"topic": "news", "length": 0}
    keys = [item.key for item in page.items]
    while page.next is not None:
        page = workspace.datasets.items(named, after=page.next, limit=7)
        keys += [item.key for item in page.items]
    assert keys == [f"r{n:03}" for n in range(60)]


@pytest.mark.parametrize("sort", ["", "length"])
def test_a_place_far_inside_is_reached_by_one_question(workspace: Workspace, named: str, sort: str) -> None:
    where = "label = 'yes'"
    every = workspace.datasets.items(named, where=where, sort=sort, descending=bool(sort), limit=60).items
    page = workspace.datasets.items(named, where=where, sort=sort, descending=bool(sort), skip=11, limit=5)
    assert [item.key for item in page.items] == [item.key for item in every[11:16]]
    after = workspace.datasets.items(named, where=where, sort=sort, descending=bool(sort), after=page.next, limit=5)
    assert [item.key for item in after.items] == [item.key for item in every[16:21]]
    assert workspace.datasets.items(named, skip=60).items == []
    with pytest.raises(Invalid, match="passed over"):
        workspace.datasets.items(named, skip=-1)


def test_a_fix_is_one_commit_and_its_undo_another(workspace: Workspace, named: str) -> None:
    act = workspace.datasets.fix(named, "yes", keys=["r001", "r002"], reason="looked")
    assert (act.kind, act.count, act.undoable) == ("fix", 2, True)
    item = workspace.datasets.items(named, where="key = 'r001'").items[0]
    assert (item.label, item.given_label, item.labeled_by) == ("yes", "no", "fixed")
    other = workspace.datasets.fix(named, "no", keys=["r000"])
    undone = workspace.datasets.undo(named, act.commit)
    assert undone.kind == "undo"
    labels = {item.key: (item.label, item.labeled_by) for item in workspace.datasets.items(named, limit=3).items}
    assert labels == {"r000": ("no", "fixed"), "r001": ("no", "given"), "r002": ("no", "given")}
    told = {each.commit: each for each in workspace.datasets.acts(named).items}
    assert told[act.commit].undone
    assert not told[act.commit].undoable
    assert told[other.commit].undoable
    workspace.datasets.undo(named, undone.commit)
    assert workspace.datasets.items(named, where="labeled_by = 'fixed'").items[1].key == "r001"
    assert not {each.commit: each for each in workspace.datasets.acts(named).items}[act.commit].undone


def test_an_undo_names_the_items_changed_again(workspace: Workspace, named: str) -> None:
    act = workspace.datasets.fix(named, "yes", keys=["r001", "r002"])
    workspace.datasets.fix(named, "no", keys=["r002"])
    with pytest.raises(Conflict, match="r002") as caught:
        workspace.datasets.undo(named, act.commit)
    assert caught.value.facts["keys"] == ["r002"]


def test_a_filter_relabels_what_was_counted(workspace: Workspace, named: str) -> None:
    counted = workspace.datasets.count_items(named, where="topic = 'sport' and label = 'no'")
    assert (counted.total, counted.matching) == (60, 20)
    with pytest.raises(Conflict, match="20 items match now, not 19"):
        workspace.datasets.fix(named, "yes", where="topic = 'sport' and label = 'no'", expect=19)
    act = workspace.datasets.fix(named, "maybe", where="topic = 'sport' and label = 'no'", expect=20)
    assert act.count == 20
    assert list(workspace.datasets.get(named).classes) == ["maybe", "no", "yes"]
    assert workspace.datasets.count_items(named, where="label = 'maybe'").matching == 20
    workspace.datasets.fix(named, None, where="label = 'maybe'")
    assert workspace.datasets.count_items(named, where="labeled_by = 'fixed'").matching == 0


def test_marks_are_put_and_taken_off(workspace: Workspace, named: str) -> None:
    workspace.datasets.mark(named, "ambiguous", ["r003"], reason="both")
    assert workspace.datasets.items(named, where="mark = 'ambiguous'").items[0].key == "r003"
    detail = workspace.datasets.item(named, "r003")
    assert next((event.kind, event.label, event.reason) for event in detail.history) == ("marked", "ambiguous", "both")
    workspace.datasets.mark(named, None, ["r003"])
    assert workspace.datasets.items(named, where="mark is not missing").items == []


def test_predictions_are_scored_with_a_threshold(workspace: Workspace, named: str) -> None:
    predict(workspace)
    assert list(workspace.datasets.get(named).models) == ["judge"]
    metrics = workspace.datasets.metrics(named, "judge")
    assert (metrics.matching, metrics.n, metrics.unpredicted, metrics.below_threshold) == (60, 50, 10, 0)
    wrong = [n for n in range(50) if n % 10 == 1 and n % 3]
    assert metrics.accuracy.value == pytest.approx(1 - len(wrong) / 50)
    assert {(c.true, c.predicted): c.count for c in metrics.cells}[("no", "yes")] == len(wrong)
    sure = workspace.datasets.metrics(named, "judge", threshold=0.5)
    assert (sure.n, sure.below_threshold, sure.coverage.value) == (25, 25, 0.5)
    page = workspace.datasets.items(named, model="judge", where="correct = false", sort="confidence")
    assert [item.key for item in page.items] == [f"r{n:03}" for n in wrong]
    workspace.datasets.fix(named, "yes", where="correct = false", model="judge", expect=len(wrong))
    assert workspace.datasets.metrics(named, "judge").accuracy.value == 1.0


def test_a_version_keeps_what_was_and_is_derived(workspace: Workspace, named: str) -> None:
    first = workspace.datasets.save_version(named, "as it came")
    assert [used.repo for used in first.derivation.inputs] == ["default/rows", "default/heads"]  # type: ignore[union-attr]
    assert not workspace.datasets.save_version(named).changed
    workspace.datasets.fix(named, "yes", keys=["r001"])
    second = workspace.datasets.save_version(named)
    told = workspace.datasets.versions(named).items
    assert [(each.number, each.items, each.changed) for each in told] == [(2, 60, 1), (1, 60, 60)]
    assert workspace.datasets.items(named, at="1", where="key = 'r001'").items[0].label == "no"
    item = workspace.datasets.items(named, at=second.id, where="key = 'r001'").items[0]
    assert (item.label, item.labeled_by, item.media.text) == ("yes", "fixed", "Headline number 1")
    changes = workspace.commits.diff(first.id and f"heads@{first.id}", f"heads@{second.id}").items
    assert [change.path for change in changes] == ["items/part.parquet"]
    with pytest.raises(NotFound, match="no version 3"):
        workspace.datasets.items(named, at="3")


def test_nothing_is_trained_on_a_dataset_of_held_out_items(workspace: Workspace, named: str) -> None:
    workspace.datasets.save_version(named)
    workspace.repos.hold_out("rows")
    spec = {
        "pipeline": {"name": "learn"},
        "input": {"pfs": {"repo": "heads", "branch": "versions", "glob": "/"}},
        "transform": {"cmd": ["true"]},
        "trains": True,
    }
    with pytest.raises(HeldOut, match="rows → heads → learn"):
        workspace.pipelines.create(spec)


def test_files_are_items_labeled_by_their_folder(workspace: Workspace) -> None:
    workspace.repos.create("photos")
    files = [(f"{kind}/{n}.png", picture((n, 0, 0))) for kind in ("cat", "dog") for n in range(3)]
    workspace.files.put_many("photos@main", [*files, ("notes.pdf", b"x")])
    definition = workspace.datasets.guess("photos")
    assert definition["labels"] == {"from_folder": True}
    info = workspace.datasets.define("pets", definition)
    assert (info.items, info.labeled, list(info.classes)) == (6, 6, ["cat", "dog"])
    item = workspace.datasets.item("pets", "dog/2.png").item
    assert item.media.reference is not None
    assert b"".join(workspace.files.read(item.media.reference)) == picture((2, 0, 0))
    small = workspace.datasets.thumbnail("pets", "dog/2.png", size=16)
    assert Image.open(io.BytesIO(small)).size == (16, 8)
    workspace.datasets.save_version("pets")
    assert workspace.datasets.item("pets", "dog/2.png", at="1").item.media.reference == item.media.reference
    assert workspace.datasets.thumbnail("pets", "dog/2.png", size=16, at="1") == small


def test_labels_are_joined_by_name_and_strays_are_counted(workspace: Workspace) -> None:
    workspace.repos.create("photos")
    workspace.files.put_many(
        "photos@main",
        [
            ("a/one.png", picture((1, 1, 1))),
            ("b/two.png", picture((2, 2, 2))),
            ("truth.csv", b"file,truth\none.jpg,cat\ntwo.jpg,dog\nthree.jpg,dog\n"),
        ],
    )
    definition = dict(workspace.datasets.guess("photos"))
    assert definition["labels"] == {
        "from": "photos@main:truth.csv",
        "key": "file",
        "column": "truth",
        "match": "stem",
    }
    info = workspace.datasets.define("pets", definition)
    assert (info.items, info.labeled, info.unmatched) == (2, 2, {"labels": 1})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": {"from": "nowhere@main", "key": "id"}}, "items.from"),
        ({"items": {"from": "rows@main:headlines.csv", "key": "uid"}}, "items.key"),
        ({"items": {"from": "rows@main:headlines.csv", "key": "topic"}}, "items.key"),
        ({"labels": {"column": "truth"}}, "labels.column"),
        ({"labels": {"from": "rows@main:headlines.csv", "match": "close"}}, "labels.match"),
        ({"media": {"kind": "text", "column": "body"}}, "media.column"),
        ({"media": {"kind": "hologram"}}, "media.kind"),
        ({"fields": [{"from": "rows@main:headlines.csv", "key": "id", "columns": ["who"]}]}, "fields[0].columns"),
        ({"colour": "red"}, "colour"),
        ({"classes": ["a", "a"]}, "classes"),
    ],
)
def test_what_is_wrong_with_a_definition_is_named(workspace: Workspace, change: dict[str, object], field: str) -> None:
    with pytest.raises((Invalid, NotFound)) as caught:
        workspace.datasets.define("heads", {**DEFINITION, **change})
    assert caught.value.facts.get("field") == field
    assert workspace.datasets.list().items == []
