"""Datasets: what they show, and what people do to them."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from sqlalchemy import func, select

from tilth.contract.datasets import ItemInfo
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Corrupt, HeldOut, Invalid, NotFound
from tilth.model.ids import CommitId
from tilth.versioning.commits import get_commit
from tilth.versioning.trees import Tree
from tilth.workspace import dataset_acts, dataset_undo
from tilth.workspace.dataset_views import open_view
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
    assert act.ruled == 0, "nobody is asked about them"
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
    assert workspace.datasets.metrics(named, "judge@1").n == 50
    with pytest.raises(NotFound, match="no version 2"):
        workspace.datasets.metrics(named, "judge@2")
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


CHOICES = (
    '<View><Text name="t" value="$headline"/><Choices name="c" toName="t" required="true">'
    '<Choice value="bait"/><Choice value="news"/></Choices></View>'
)


@pytest.fixture
def asked(workspace: Workspace) -> str:
    """A dataset whose labels one person gives in a labeling pipeline; `news` for all three so far."""
    workspace.repos.create("pool")
    workspace.files.put("pool@main:pool.csv", b"id,headline\na,Wow!\nb,Rain\nc,Look!\n")
    workspace.pipelines.create(
        {
            "pipeline": {"name": "ask"},
            "input": {"pfs": {"repo": "pool", "glob": "/pool.csv", "rows": True, "key": "id"}},
            "labeling": {
                "config": CHOICES,
                "guidelines": {"text": "Is it bait?", "version": "1"},
                "overlap": 1,
                "publish": "complete",
            },
        }
    )
    workspace.maintenance.run(timeout_s=60)
    for _ in range(3):
        lent = workspace.tasks.next("ask")
        assert lent is not None
        choice = {"from_name": "c", "to_name": "t", "type": "choices", "value": {"choices": ["news"]}}
        workspace.tasks.submit(lent.id, [choice])
    workspace.maintenance.run(timeout_s=60)
    workspace.datasets.define(
        "asked",
        {
            "items": {"from": "pool@main:pool.csv", "key": "id"},
            "media": {"kind": "text", "column": "headline"},
            "labels": {"from": "ask@main:labels", "key": "key", "column": "label", "pipeline": "ask"},
        },
    )
    return "asked"


def labels(workspace: Workspace, name: str) -> dict[str, tuple[str | None, str]]:
    return {item.key: (item.label, item.labeled_by) for item in workspace.datasets.items(name).items}


def test_a_fix_of_an_item_that_people_label_is_a_ruling(workspace: Workspace, asked: str) -> None:
    assert labels(workspace, asked) == dict.fromkeys("abc", ("news", "people"))
    detail = workspace.datasets.item(asked, "a")
    assert detail.ruling
    assert [answer["label"] for answer in detail.answers] == ["news"]
    act = workspace.datasets.fix(asked, "bait", keys=["a"], reason="it shouts")
    assert act.ruled == 1, "people are asked about it: other labels may follow, which a page can say"
    assert labels(workspace, asked)["a"] == ("bait", "fixed")
    ruled = {label.key: label for label in workspace.labeling.labels("ask").items}["a"]
    assert (ruled.label, ruled.final) == ("bait", True)
    workspace.maintenance.run(timeout_s=60)
    assert labels(workspace, asked)["a"] == ("bait", "fixed")
    assert workspace.datasets.items(asked, where="key = 'a'").items[0].given_label == "bait"
    workspace.datasets.undo(asked, act.commit)
    assert labels(workspace, asked)["a"][0] == "news"
    assert not {label.key: label for label in workspace.labeling.labels("ask").items}["a"].final
    workspace.maintenance.run(timeout_s=60)
    assert labels(workspace, asked)["a"] == ("news", "people")


def _held(workspace: Workspace, key: str = "a") -> tuple[object, bool]:
    label = {label.key: label for label in workspace.labeling.labels("ask").items}[key]
    return label.label, label.final


def test_rulings_are_undone_one_after_the_other_and_done_again(workspace: Workspace, asked: str) -> None:
    first = workspace.datasets.fix(asked, "bait", keys=["a", "b"])
    second = workspace.datasets.fix(asked, "news", keys=["a"])
    workspace.datasets.undo(asked, second.commit)
    back = workspace.datasets.undo(asked, first.commit)
    for _ in range(2):  # before the pipeline publishes, and behind it
        assert labels(workspace, asked)["a"][0] == labels(workspace, asked)["b"][0] == "news"
        workspace.maintenance.run(timeout_s=60)
    again = workspace.datasets.undo(asked, back.commit)
    assert (labels(workspace, asked)["a"], _held(workspace)) == (("bait", "fixed"), ("bait", True))
    workspace.maintenance.run(timeout_s=60)
    workspace.datasets.undo(asked, again.commit)
    assert labels(workspace, asked)["a"][0] == "news"
    assert not _held(workspace)[1]


def test_an_undo_leaves_what_somebody_else_ruled_since_or_before(workspace: Workspace, asked: str) -> None:
    workspace.labeling.rule("ask", "b", "bait")
    act = workspace.datasets.fix(asked, "bait", keys=["a"])
    before = workspace.datasets.fix(asked, "news", keys=["b"])
    workspace.labeling.rule("ask", "a", "news", reason="no, it is news")
    with pytest.raises(Conflict, match="changed again since: a"):
        workspace.datasets.undo(asked, act.commit)
    assert _held(workspace) == ("news", True)
    workspace.datasets.undo(asked, before.commit)
    assert _held(workspace, "b") == ("bait", True)
    assert labels(workspace, asked)["b"][0] == "bait"


def test_an_undo_that_was_interrupted_is_done_again(
    workspace: Workspace, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = workspace.datasets.fix(asked, "bait", keys=["a", "b"])
    with monkeypatch.context() as patch:
        for module in (dataset_acts, dataset_undo):
            patch.setattr(module, "commit_act", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            workspace.datasets.undo(asked, act.commit)
        with pytest.raises(ZeroDivisionError):
            workspace.datasets.fix(asked, "bait", keys=["c"])
    workspace.datasets.undo(asked, act.commit)
    workspace.datasets.undo(asked, workspace.datasets.fix(asked, "bait", keys=["c"]).commit)
    workspace.maintenance.run(timeout_s=60)
    assert {label for label, _ in labels(workspace, asked).values()} == {"news"}
    assert not any(_held(workspace, key)[1] for key in "abc")


def test_an_undone_ruling_gives_the_ruling_before_it_back(workspace: Workspace, asked: str) -> None:
    workspace.datasets.fix(asked, "bait", keys=["a", "c"])
    second = workspace.datasets.fix(asked, "news", keys=["a"])
    workspace.datasets.undo(asked, second.commit)
    assert labels(workspace, asked)["a"] == ("bait", "fixed")
    ruled = {label.key: label for label in workspace.labeling.labels("ask").items}["a"]
    assert (ruled.label, ruled.final) == ("bait", True)
    workspace.datasets.fix(asked, None, keys=["a", "c"])
    assert labels(workspace, asked)["c"][0] == "news"
    assert not any(label.final for label in workspace.labeling.labels("ask").items)


def test_a_fix_whose_ruling_does_not_come_through_leaves_no_act(
    workspace: Workspace, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = workspace.commits.get(f"{asked}@main").id
    monkeypatch.setattr("tilth.labeling.service.ROOM", -1_000)  # as if the ledger had moved on by so much meanwhile
    with pytest.raises(Conflict, match="meanwhile"):
        workspace.datasets.fix(asked, "bait", keys=["a"])
    assert workspace.commits.get(f"{asked}@main").id == head
    assert not any(label.final for label in workspace.labeling.labels("ask").items)


FIXER = """
import itertools, sys
from tilth.workspace.local import open as open_local
with open_local(sys.argv[1]) as workspace:
    for n in itertools.count():
        print(workspace.datasets.fix("asked", ("bait", "news")[n % 2], keys=["a", "b"]).commit, flush=True)
"""


@pytest.mark.slow
def test_a_fix_that_is_killed_is_a_ruling_and_an_act_or_neither(workspace: Workspace, asked: str) -> None:
    from tilth.metadata.schema.labeling import rulings

    chance = random.Random(3)
    acknowledged: list[str] = []
    for _ in range(3):
        fixer = subprocess.Popen([sys.executable, "-c", FIXER, workspace.place], stdout=subprocess.PIPE, text=True)
        assert fixer.stdout is not None
        acknowledged.append(fixer.stdout.readline().strip())
        time.sleep(chance.random() * 0.2)
        fixer.kill()
        acknowledged += [line.strip() for line in fixer.stdout if len(line) == len(acknowledged[0]) + 1]
        fixer.wait()
    fixes = [act for act in workspace.datasets.acts(asked, limit=1000).items if act.kind == "fix"]
    with workspace.repos._backend.database.read() as conn:  # type: ignore[attr-defined]
        ruled = conn.execute(select(func.count()).select_from(rulings)).scalar()
    assert ruled == 2 * len(fixes), "each act has its rulings, each ruling its act"
    assert {act.commit for act in fixes} >= set(acknowledged)
    assert labels(workspace, asked)["a"] == (_held(workspace)[0], "fixed")
    for act in fixes:
        workspace.datasets.undo(asked, act.commit)
    assert not any(_held(workspace, key)[1] for key in "abc")


def test_a_class_that_a_labeling_pipeline_lacks_changes_nothing(workspace: Workspace, asked: str) -> None:
    head = workspace.commits.get(f"{asked}@main").id
    with pytest.raises(Invalid, match="opinion"):
        workspace.datasets.fix(asked, "opinion", keys=["a", "b"])
    assert workspace.commits.get(f"{asked}@main").id == head
    assert not any(label.final for label in workspace.labeling.labels("ask").items)


HOSTILE = [
    "'; DROP TABLE data; --",
    'say "no" `twice`',
    "<script>alert(1)</script>",
    "naïve 🐈 \u202etxt",
    "a,b\nc",
    "%_*?[x]",
    "NULL",
    "\\",
]


def test_hostile_names_values_and_labels_are_only_text(workspace: Workspace) -> None:
    keys = [f"{number} {text}" for number, text in enumerate(HOSTILE)]
    workspace.files.put(
        "rows@main:hostile.parquet",
        parquet(**{"key": keys, "label": HOSTILE, 'a "field"': HOSTILE, "fixed": HOSTILE, "p.x": HOSTILE}),
    )
    definition = {"items": {"from": "rows@main:hostile.parquet", "key": "key"}, "labels": {"column": "label"}}
    workspace.datasets.define("hostile", definition)
    found = workspace.datasets.items("hostile")
    assert [(item.key, item.label) for item in found.items] == list(zip(keys, HOSTILE, strict=True))
    assert found.items[0].fields == {'a "field"': HOSTILE[0], "item.fixed": HOSTILE[0], "item.p.x": HOSTILE[0]}
    for key, text in zip(keys, HOSTILE, strict=True):
        quoted = text.replace("'", "''")
        assert [item.key for item in workspace.datasets.items("hostile", where=f"label = '{quoted}'").items] == [key]
        named = f"`a \"field\"` = '{quoted}'"
        assert workspace.datasets.count_items("hostile", where=named).matching == 1
        assert [value.value for value in workspace.datasets.values("hostile", "label", prefix=text)] == [text]
        act = workspace.datasets.fix("hostile", f"new {text}", keys=[key], reason=text)
        assert workspace.datasets.item("hostile", key).item.label == f"new {text}"
        workspace.datasets.undo("hostile", act.commit)
    told = workspace.datasets.histograms("hostile", ["label", 'a "field"'])
    assert [len(each.values) for each in told] == [len(HOSTILE)] * 2
    version = workspace.datasets.save_version("hostile")
    again = workspace.datasets.items("hostile", at=version.id)
    assert [item.label for item in again.items] == HOSTILE
    with pytest.raises(Invalid, match="character 9"):
        workspace.datasets.items("hostile", where="label = ; drop")
    with pytest.raises(NotFound):
        workspace.datasets.fix("hostile", "x", keys=["' OR 1=1 --"])
    for label in ("", " ", "a\0b", "x" * 10_001):
        with pytest.raises(Invalid):
            workspace.datasets.fix("hostile", label, keys=[keys[0]])


def test_pages_of_any_order_hold_every_item_once(workspace: Workspace, named: str) -> None:
    predict(workspace)
    for sort in ("confidence", "topic", "length", "label", "correct", "loss", "mark", "labeled_by"):
        for descending in (False, True):
            found: list[str] = []
            after = None
            while True:
                page = workspace.datasets.items(
                    named, model="judge", sort=sort, descending=descending, after=after, limit=7
                )
                found += [item.key for item in page.items]
                after = page.next
                if after is None:
                    break
            assert sorted(found) == [f"r{n:03}" for n in range(60)], sort
    with pytest.raises(Invalid, match="not the key of a page"):
        workspace.datasets.items(named, sort="length", after="r001")


def test_two_people_do_not_lose_each_others_acts(workspace: Workspace, named: str) -> None:
    import threading

    problems: list[BaseException] = []

    def person(number: int) -> None:
        try:
            for step in range(5):
                workspace.datasets.fix(named, "yes", keys=[f"r{number * 10 + step:03}"])
        except BaseException as problem:  # noqa: BLE001 - told below
            problems.append(problem)

    people = [threading.Thread(target=person, args=(number,)) for number in range(4)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    assert problems == []
    assert workspace.datasets.count_items(named, where="labeled_by = 'fixed'").matching == 20
    assert len(workspace.datasets.acts(named).items) == 21


def test_slices_are_columns(workspace: Workspace, named: str) -> None:
    workspace.slices.create(named, "long", where="length >= 50", live=True)
    made = workspace.slices.create(named, "two", keys=["r001", "r055"])
    assert workspace.datasets.count_items(named, where="slice.long = true").matching == 10
    assert workspace.datasets.count_items(named, where="slice.two = true and slice.long = true").matching == 1
    assert list(workspace.datasets.item(named, "r055").slices) == ["long", "two"]
    names = [column.name for column in workspace.datasets.columns(named) if column.role == "slice"]
    assert names == ["slice.long", "slice.two"]
    assert workspace.datasets.acts(named).items[0].kind == "slice"
    workspace.datasets.undo(named, workspace.datasets.acts(named).items[0].commit)
    assert made.slice is not None
    with pytest.raises(Invalid, match=r"slice\.two"):
        workspace.datasets.count_items(named, where="slice.two = true")


def test_probabilities_and_analysis_become_columns(workspace: Workspace, named: str) -> None:
    predict(workspace)
    keys = [f"r{n:03}" for n in range(60)]
    workspace.files.put(
        "out@main:predictions/part.parquet",
        parquet(
            key=keys,
            prediction=["no"] * 60,
            probabilities=[json.dumps({"yes": 0.25, "no": 0.75}) for _ in keys],
        ),
    )
    workspace.repos.create("heads-analysis")
    workspace.files.put(
        "heads-analysis@main:part.parquet", parquet(key=keys, x=[0.0] * 60, y=[1.0] * 60, suspect=[0.5] * 60)
    )
    item = workspace.datasets.items(named, model="judge", limit=1).items[0]
    assert (item.confidence, item.correct, item.fields["loss"], item.fields["x"]) == (0.75, False, 0.75, 0.0)
    assert workspace.datasets.get(named).analysis == "ready"
    roles = {column.name: column.role for column in workspace.datasets.columns(named, model="judge")}
    assert (roles["p.yes"], roles["suspect"], roles["loss"]) == ("prediction", "analysis", "prediction")


@pytest.mark.parametrize(
    ("size", "data"),
    [
        (64, b"not a picture"),
        (64, picture((1, 2, 3))[:-40]),
        (5000, picture((1, 2, 3))),
        (64, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x86\xa0\x00\x01\x86\xa0\x08\x02\x00\x00\x00" + b"\0" * 40),
        (64, b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
    ],
)
def test_what_is_no_picture_is_refused(workspace: Workspace, size: int, data: bytes) -> None:
    workspace.repos.create("photos")
    workspace.files.put("photos@main:a.png", data)
    workspace.datasets.define("pets", {"items": {"from": "photos@main"}, "media": {"kind": "image"}})
    with pytest.raises(Invalid):
        workspace.datasets.thumbnail("pets", "a.png", size=size)


def test_a_picture_stands_as_its_camera_says(workspace: Workspace) -> None:
    sink = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 200), (9, 9, 9)).save(sink, "JPEG", exif=exif)
    workspace.repos.create("photos")
    workspace.files.put("photos@main:a.jpg", sink.getvalue())
    workspace.datasets.define("pets", {"items": {"from": "photos@main"}, "media": {"kind": "image"}})
    small = Image.open(io.BytesIO(workspace.datasets.thumbnail("pets", "a.jpg", size=100)))
    assert small.size == (50, 100)
    assert not small.getexif()


def test_tables_are_guessed(workspace: Workspace) -> None:
    guessed = workspace.datasets.guess("rows")
    assert guessed["items"] == {"from": "rows@main:headlines.csv", "key": "id"}
    assert guessed["labels"] == {"column": "label"}
    assert guessed["media"] == {"kind": "text", "column": "headline"}
    workspace.datasets.define("guessed", guessed)
    with pytest.raises(NotFound):
        workspace.datasets.guess("rows:nothing")


def test_rows_name_pictures_that_lie_elsewhere(workspace: Workspace) -> None:
    workspace.repos.create("photos")
    workspace.files.put_many("photos@main", [(f"all/{n}.png", picture((n, n, n))) for n in range(3)])
    workspace.files.put("rows@main:pictures.csv", b"id,file,label\n0,0.png,x\n1,1.png,y\n2,2.png,x\n")
    workspace.datasets.define(
        "pictures",
        {
            "items": {"from": "rows@main:pictures.csv", "key": "id"},
            "media": {"kind": "image", "column": "file", "media_from": "photos@main:all"},
            "labels": {"column": "label"},
        },
    )
    for at in (None, "1"):
        if at is not None:
            workspace.datasets.save_version("pictures")
        item = workspace.datasets.item("pictures", "2", at=at).item
        assert item.media.reference is not None
        assert item.media.reference.endswith(":all/2.png")
        assert b"".join(workspace.files.read(item.media.reference)) == picture((2, 2, 2))


def test_a_changed_source_is_seen_at_once(workspace: Workspace, named: str) -> None:
    workspace.datasets.fix(named, "yes", keys=["r001", "r050"])
    workspace.files.put("rows@main:headlines.csv", b"id,headline,topic,label,length\nr001,Only one,news,no,3\n")
    info = workspace.datasets.get(named)
    assert (info.items, info.labeled) == (1, 1)
    item = workspace.datasets.items(named).items[0]
    assert (item.label, item.given_label, item.media.text) == ("yes", "no", "Only one")
    version = workspace.datasets.save_version(named)
    assert version.files == 3


def test_the_definition_changes_and_its_change_is_undone(workspace: Workspace, named: str) -> None:
    workspace.datasets.define(named, {**DEFINITION, "classes": ["yes", "no"]})
    with pytest.raises(Invalid, match="no class"):
        workspace.datasets.fix(named, "maybe", keys=["r001"])
    latest = workspace.datasets.acts(named).items[0]
    assert latest.kind == "define"
    workspace.datasets.undo(named, latest.commit)
    assert workspace.datasets.fix(named, "maybe", keys=["r001"]).count == 1
    with pytest.raises(Conflict, match="no dataset"):
        workspace.datasets.define(workspace.repos.create("taken").name, DEFINITION)
    with pytest.raises(NotFound, match="no dataset"):
        workspace.datasets.get("rows")


def test_two_datasets_of_the_same_data_have_acts_of_their_own(workspace: Workspace, named: str) -> None:
    workspace.datasets.define("other", DEFINITION)
    workspace.datasets.fix(named, "perhaps", keys=["r001"])
    assert workspace.datasets.count_items("other", where="label = 'perhaps'").matching == 0
    workspace.datasets.mark("other", "ambiguous", ["r002"])
    assert workspace.datasets.count_items(named, where="label = 'perhaps'").matching == 1
    assert workspace.datasets.count_items(named, where="mark is not missing").matching == 0


def test_who_looked_earlier_does_not_bring_the_past_back(workspace: Workspace, named: str) -> None:
    views = workspace.datasets._opened.resources.dataset_views  # type: ignore[attr-defined]
    before = views.open(named)
    workspace.datasets.fix(named, "perhaps", keys=["r001"])
    now = views.open(named)
    assert now.view is before.view
    assert not views._lay(before.view, before.head, before.sources, now.view.position - 1)
    assert now.view.acts == now.head.id
    assert workspace.datasets.count_items(named, where="label = 'perhaps'").matching == 1


def test_a_version_is_of_one_moment_and_has_a_number_of_its_own(workspace: Workspace, named: str) -> None:
    failed: list[Exception] = []

    def work(label: str) -> None:
        try:
            for number in range(6):
                workspace.datasets.fix(named, f"{label}{number}", keys=[f"r{number:03}"])
                workspace.datasets.save_version(named)
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=work, args=(label,)) for label in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    told = workspace.datasets.versions(named).items
    assert [each.number for each in told] == [*range(len(told), 0, -1)]
    store = workspace.datasets._backend.store  # type: ignore[attr-defined]
    for each in told:
        derivation = workspace.commits.get(f"{named}@{each.commit}").derivation
        assert derivation is not None
        head = next(used.commit for used in derivation.inputs if used.repo.endswith(f"/{named}") or used.repo == named)
        tree = Tree(store, get_commit(workspace.datasets._backend, CommitId(head)).tree)  # type: ignore[attr-defined]
        fixed = {
            row["key"]: row["label"]
            for entry in tree.walk("fixes")
            for row in pq.read_table(pa.BufferReader(tree.read(entry.path))).to_pylist()
        }
        items = workspace.datasets.items(named, at=each.commit, limit=100).items
        assert {item.key: item.label for item in items if item.key in fixed} == fixed


def test_numbers_that_are_none_do_not_make_a_version(workspace: Workspace) -> None:
    workspace.files.put("rows@main:n.parquet", parquet(id=["a", "b"], size=[float("nan"), 1.5], label=["yes", "no"]))
    definition = {"items": {"from": "rows@main:n.parquet", "key": "id"}, "labels": {"column": "label"}}
    workspace.datasets.define("gaps", definition)
    workspace.datasets.save_version("gaps")
    # Another definition, or all rows would not be compared.
    workspace.datasets.define("gaps", {**definition, "classes": [{"name": "yes"}, {"name": "no"}]})
    second = workspace.datasets.save_version("gaps")
    assert workspace.datasets.versions("gaps").items[0].changed == 0
    assert second.changed


def test_a_changed_picture_is_a_new_version_though_the_rows_are_the_same(workspace: Workspace) -> None:
    workspace.repos.create("photos")
    workspace.files.put_many("photos@main", [("old/a.png", picture((1, 2, 3))), ("else.txt", b"1")])
    workspace.files.put("rows@main:pictures.csv", b"id,file,label\n1,a.png,cat\n")
    definition = {
        "items": {"from": "rows@main:pictures.csv", "key": "id"},
        "media": {"kind": "image", "column": "file", "media_from": "photos@main:old"},
        "labels": {"column": "label"},
    }
    workspace.datasets.define("looks", definition)
    first = workspace.datasets.save_version("looks")
    workspace.files.put("photos@main:else.txt", b"2")
    assert not workspace.datasets.save_version("looks").changed
    workspace.files.put("photos@main:old/a.png", picture((9, 9, 9)))
    second = workspace.datasets.save_version("looks")
    assert second.changed
    shown = [workspace.datasets.thumbnail("looks", "1", at=each.id) for each in (first, second)]
    assert shown[0] != shown[1]


def test_labels_that_people_gave_are_guessed_before_a_table_beside_the_pictures(workspace: Workspace) -> None:
    workspace.repos.create("birds")
    files = [(f"{n}.png", picture((n * 40, n, n))) for n in range(3)]
    workspace.files.put_many("birds@main", [*files, ("some.csv", b"path,label\n0.png,x\n1.png,y\n")])
    before = workspace.datasets.guess("birds")
    assert before["labels"]["from"] == "birds@main:some.csv"
    config = (
        '<View><Image name="image" value="$image"/><Choices name="kind" toName="image">'
        '<Choice value="z"/><Choice value="x"/><Choice value="y"/></Choices></View>'
    )
    workspace.pipelines.create(
        {
            "pipeline": {"name": "askbirds"},
            "input": {"pfs": {"repo": "birds", "glob": "/*.png", "name": "image"}},
            "labeling": {"config": config},
        }
    )
    assert workspace.datasets.guess("birds") == before  # nobody has answered yet
    workspace.maintenance.run(timeout_s=60)
    for label in "xyx":
        task = workspace.tasks.next("askbirds")
        assert task is not None
        answer = {"from_name": "kind", "to_name": "image", "type": "choices", "value": {"choices": [label]}}
        workspace.tasks.submit(task.id, [answer])
    workspace.labeling.publish("askbirds")
    found = workspace.datasets.guess("birds")
    assert found["labels"] == {
        "from": "askbirds@main:labels",
        "key": "path",
        "column": "label",
        "pipeline": "askbirds",
    }
    assert found["classes"] == [{"name": "z"}, {"name": "x"}, {"name": "y"}], "those that no item has, too"
    workspace.datasets.define("guessedbirds", found)
    assert workspace.datasets.get("guessedbirds").labeled == 3
    assert list(workspace.datasets.get("guessedbirds").classes) == ["z", "x", "y"]


def test_tables_with_nameless_equal_and_taken_columns_are_datasets(workspace: Workspace) -> None:
    rows = ",id,Label,label,ROWID,z,Z,z\n" + "".join(f"{n},r{n},a,b,word{n},1,2,3\n" for n in range(4))
    workspace.files.put("rows@main:saved.csv", rows.encode())
    workspace.datasets.define("odd", {"items": {"from": "rows@main:saved.csv", "key": "id"}})
    names = [column.name for column in workspace.datasets.columns("odd")]
    shown = {"column 1", "item.Label", "label (2)", "item.ROWID", "z", "Z (2)", "z (3)"}
    assert shown <= {*names}
    assert workspace.datasets.items("odd", where="`item.ROWID` = 'word2'").items[0].key == "r2"
    workspace.slices.create("odd", "some", keys=["r1", "r3"])
    workspace.files.put("rows@main:more.csv", b"id,Z\nr1,5\n")
    twice = {"items": {"from": "rows@main:saved.csv", "key": "id"}, "fields": [{"from": "rows:more.csv", "key": "id"}]}
    with pytest.raises(Invalid, match="Two columns"):
        workspace.datasets.define("odder", twice)
    found = workspace.datasets.items("odd", where="slice.some = true", sort="item.ROWID", descending=True).items
    assert [item.key for item in found] == ["r3", "r1"]
    with pytest.raises(Invalid, match="NUL"):
        workspace.datasets.count_items("odd", where="key = '\0'")


def test_a_definition_nested_too_deep_spoils_no_list(tmp_path: Path) -> None:
    with open_local(tmp_path / "w") as workspace:
        workspace.repos.create("photos")
        workspace.files.put("photos:t.csv", b"key,label\n1,a\n")
        workspace.datasets.define("deep", {"items": {"from": "photos:t.csv", "key": "key"}})
        workspace.files.put("deep:dataset.json", b"[" * 20_000 + b"]" * 20_000)
        assert [each.name for each in workspace.datasets.list().items] == ["deep"]
        with pytest.raises(Corrupt, match="deep is not JSON"):
            workspace.datasets.get("deep")


def test_two_versions_are_compared_item_by_item(workspace: Workspace) -> None:
    workspace.repos.create("pets")
    files = [(f"{kind}/{n}.png", picture((n, 0, 0))) for kind in ("cat", "dog") for n in range(4)]
    workspace.files.put_many("pets@main", files)
    workspace.datasets.define("zoo", workspace.datasets.guess("pets"))
    first = workspace.datasets.save_version("zoo")
    workspace.files.delete("pets@main:cat/0.png")
    workspace.files.put_many("pets@main", [("dog/9.png", picture((9, 9, 9))), ("dog/1.png", picture((1, 1, 1)))])
    workspace.datasets.fix("zoo", "dog", keys=["cat/1.png"])
    workspace.datasets.save_version("zoo")
    found = workspace.datasets.version_changes("zoo", "1", "2")
    assert (found.old.number, found.new.number) == (1, 2)
    assert (found.added, found.removed, found.relabeled, found.otherwise) == (1, 1, 1, 1)
    assert [(each.key, each.what, each.old_label, each.new_label) for each in found.items.items] == [
        ("cat/0.png", "removed", "cat", None),
        ("cat/1.png", "relabeled", "cat", "dog"),
        ("dog/1.png", "otherwise", "dog", "dog"),
        ("dog/9.png", "added", None, "dog"),
    ]
    page = workspace.datasets.version_changes("zoo", first.id, "2", limit=1)
    assert (page.items.next, page.relabeled) == ("cat/0.png", 1)
    rest = workspace.datasets.version_changes("zoo", "1", "2", after=page.items.next, what="relabeled").items
    assert ([each.key for each in rest.items], rest.next) == (["cat/1.png"], None)
    back = workspace.datasets.version_changes("zoo", "2", "1")
    assert (back.added, back.removed, back.relabeled, back.otherwise) == (1, 1, 1, 1)
    assert workspace.datasets.version_changes("zoo", "2", "2").items.items == []
    with pytest.raises(NotFound, match="no version 3"):
        workspace.datasets.version_changes("zoo", "1", "3")
    with pytest.raises(Invalid, match="no kind"):
        workspace.datasets.version_changes("zoo", "1", "2", what="moved")


def test_each_source_of_labels_knows_items_by_keys_of_its_own(workspace: Workspace) -> None:
    workspace.repos.create("pets")
    workspace.files.put_many("pets@main", [(f"pets/{n}.png", picture((n, 0, 0))) for n in range(4)])
    asked = {"old": [(0, "cat"), (1, "cat"), (2, "cat")], "new": [(2, "dog"), (3, "dog")]}
    for repo, said in asked.items():
        workspace.repos.create(repo)
        table = parquet(key=[f"{repo}/{n}.png" for n, _ in said], label=[label for _, label in said])
        workspace.files.put(f"{repo}@main:labels.parquet", table)
    sources = [{"from": f"{repo}@main:labels.parquet", "match": "name", "pipeline": repo} for repo in ("new", "old")]
    workspace.datasets.define("zoo", {"items": {"from": "pets@main"}, "media": {"kind": "image"}, "labels": sources})
    labels = [item.label for item in workspace.datasets.items("zoo").items]
    assert labels == ["cat", "cat", "dog", "dog"]
    view = open_view(workspace.datasets._opened, "zoo").view  # type: ignore[attr-defined]
    keys = [f"pets/{n}.png" for n in range(4)]
    assert view.label_keys(keys) == {keys[2]: "new/2.png", keys[3]: "new/3.png"}
    assert view.label_keys(keys, 1) == {keys[0]: "old/0.png", keys[1]: "old/1.png", keys[2]: "old/2.png"}
    assert not [column.name for column in workspace.datasets.columns("zoo") if column.name.startswith("label_key")]


@pytest.mark.parametrize("published", ["never", "fixed", "undone", "both"])
def test_an_undone_fix_reads_at_once_as_what_people_said(workspace: Workspace, asked: str, published: str) -> None:
    def told() -> tuple[ItemInfo, int, int]:
        item = next(item for item in workspace.datasets.items(asked).items if item.key == "a")
        assert workspace.datasets.item(asked, "a").item == item
        fixed = workspace.datasets.items(asked, where="labeled_by = 'fixed'").items
        sure = workspace.datasets.items(asked, where=f"label_confidence >= {item.label_confidence or 0}").items
        return item, len(fixed), len(sure)

    before = told()
    assert (before[0].label, before[0].labeled_by, before[1]) == ("news", "people", 0)
    assert before[0].label_confidence
    act = workspace.datasets.fix(asked, "bait", keys=["a"])
    assert (told()[0].labeled_by, told()[1]) == ("fixed", 1)
    if published in ("fixed", "both"):
        workspace.maintenance.run(timeout_s=60)
    assert (told()[0].labeled_by, told()[1]) == ("fixed", 1)
    workspace.datasets.undo(asked, act.commit)
    now = told()
    if published in ("fixed", "both"):
        now = replace(now[0], given_label="news"), *now[1:]  # what was published last, until labels are anew
    assert now == before
    if published in ("undone", "both"):
        workspace.maintenance.run(timeout_s=60)
        assert told() == before


def test_an_items_history_names_who_gave_its_label_at_each_source_that_holds_it(
    workspace: Workspace, asked: str
) -> None:
    told = workspace.datasets.item(asked, "a").history
    assert [(event.kind, event.label, event.by) for event in told] == [("given", "news", "1 person of ask")]
    workspace.repos.create("more")
    workspace.files.put("more@main:more.csv", b"id,headline\nx,Sun\n")
    workspace.pipelines.create(
        {
            "pipeline": {"name": "other"},
            "input": {"pfs": {"repo": "more", "glob": "/more.csv", "rows": True, "key": "id"}},
            "labeling": {"config": CHOICES, "guidelines": {"text": "?", "version": "1"}, "overlap": 1},
        }
    )
    workspace.maintenance.run(timeout_s=60)
    lent = workspace.tasks.next("other")
    assert lent is not None
    choice = {"from_name": "c", "to_name": "t", "type": "choices", "value": {"choices": ["bait"]}}
    workspace.tasks.submit(lent.id, [choice])
    workspace.labeling.publish("other")
    of = [
        {"from": f"{name}@main:labels", "key": "key", "column": "label", "pipeline": name} for name in ("other", "ask")
    ]
    workspace.datasets.define(
        asked,
        {
            "items": {"from": "pool@main:pool.csv", "key": "id"},
            "media": {"kind": "text", "column": "headline"},
            "labels": of,
        },
    )
    assert workspace.datasets.item(asked, "a").history == told
    workspace.datasets.fix(asked, "bait", keys=["a"])
    workspace.maintenance.run(timeout_s=60)
    after = workspace.datasets.item(asked, "a").history
    assert [(event.kind, event.by) for event in after[1:]] == [("given", "an expert in ask")]
