"""Models of a workspace: versions, uploads, comparisons, tests and promotion."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth.contract.principal import Principal, Role
from tilth.contract.workspace import Workspace
from tilth.errors import BranchMoved, Conflict, Denied, HeldOut, Invalid, NotFound
from tilth.versioning.backend import open_backend
from tilth.versioning.repos import create_repo
from tilth.workspace import dataset_views
from tilth.workspace.local import open as open_local
from tilth.workspace.model_repos import load_model
from tilth.workspace.model_uploads import save_predictions

N = 200
CLASSES = ("cat", "dog", "owl")


def truth() -> list[str]:
    return [CLASSES[number % 3] for number in range(N)]


def said(right: int, shift: int = 0) -> str:
    """Return a CSV of predictions that has `right` items right, beginning with item `shift`."""
    rows = ["id,said,score"]
    for number, label in enumerate(truth()):
        correct = (number - shift) % N < right
        prediction = label if correct else CLASSES[(CLASSES.index(label) + 1) % 3]
        rows.append(f"{number},{prediction},{0.5 + (number % 50) / 100}")
    return "\n".join(rows)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    folder = tmp_path / "workspace"
    with open_backend(folder) as backend:
        create_repo(backend, "animals", kind="dataset")
    with open_local(folder) as workspace:
        workspace.repos.create("photos")
        rows = [f"{number},{label},{number % 2}" for number, label in enumerate(truth())]
        workspace.files.put("photos:rows.csv", "\n".join(["id,label,night", *rows]).encode())
        define(workspace)
        workspace.models.register("own", {"dataset": "animals"}, description="Mine")
        yield workspace


def define(workspace: Workspace) -> None:
    items = {"from": "photos@main:rows.csv", "key": "id"}
    labels = {"column": "label"}
    document = json.dumps({"items": items, "labels": labels, "media": {"kind": "none"}}).encode()
    workspace.files.put("animals:dataset.json", document)
    workspace.slices.create("animals", "night", where="night = 1", live=True)


def upload(workspace: Workspace, right: int, shift: int = 0) -> None:
    workspace.models.upload("own", said(right, shift).encode(), file="said.csv", save=True)


def test_a_model_needs_a_dataset_and_a_definition_that_makes_sense(workspace: Workspace) -> None:
    assert workspace.models.get("own").dataset == "animals"
    with pytest.raises(NotFound):
        workspace.models.register("two", {"dataset": "nothing"})
    with pytest.raises(Invalid, match="follow"):
        workspace.models.register("two", {"dataset": "animals", "follow": {}})
    with pytest.raises(Conflict):
        workspace.models.register("photos", {"dataset": "animals"})
    with pytest.raises(NotFound):
        workspace.models.get("photos")
    assert [model.name for model in workspace.models.list().items] == ["own"]


def test_each_upload_is_a_version_with_metrics_and_intervals(workspace: Workspace) -> None:
    assert workspace.models.get("own").versions == 0
    for right in (120, 150, 180):
        upload(workspace, right)
    page = workspace.models.versions("own", limit=2)
    assert [each.number for each in page.items] == [3, 2]
    assert [each.number for each in workspace.models.versions("own", after=page.next, limit=2).items] == [1]
    newest = page.items[0]
    assert newest.accuracy.value == pytest.approx(0.9)
    assert newest.accuracy.low < 0.9 < newest.accuracy.high
    assert (newest.accuracy.n, newest.predictions) == (N, N)
    with pytest.raises(Conflict, match="already"):
        upload(workspace, 180)


def test_a_report_says_what_is_wrong_and_saves_nothing_until_asked(workspace: Workspace) -> None:
    text = said(150).splitlines()
    bad = "\n".join([*text[:100], "7,owl,0.5", "999,cat,0.5", "nine,bird,2.0"]).encode()
    found = workspace.models.upload("own", bad, file="said.csv")
    assert (found.mapping.key, found.mapping.label, found.mapping.confidence) == ("id", "said", "score")
    assert (found.rows, found.contradictory.examples, found.out_of_range.count) == (102, ["7"], 1)
    assert found.unmatched_rows.examples == ["999"]
    assert found.unmatched_items.count == N - 98
    assert "3 of 102 rows cannot be kept" in found.problem
    assert workspace.models.get("own").versions == 0
    with pytest.raises(Invalid, match="cannot be kept"):
        workspace.models.upload("own", bad, file="said.csv", save=True)
    saved = workspace.models.upload("own", bad, file="said.csv", save=True, drop_bad=True, message="First")
    assert saved.commit is not None
    assert saved.commit.message == "First"
    version = workspace.models.versions("own").items[0]
    assert (version.predictions, version.message, version.commit) == (98, "First", saved.commit.id)


def test_a_file_of_no_item_is_refused_in_words(workspace: Workspace) -> None:
    found = workspace.models.upload("own", b"id,said\nx,cat\n", file="said.csv")
    assert "No row is of any item" in found.problem
    assert workspace.models.upload("own", b"a,b\n1.5,2.5\n", file="said.csv").problem
    for content, file in ((b"\x00\x01", "x.parquet"), (b"a", "x.txt")):
        with pytest.raises(Invalid):
            workspace.models.upload("own", content, file=file)
    with pytest.raises(Invalid, match="mapping"):
        workspace.models.upload("own", b"id,said\n1,cat\n", file="said.csv", mapping={"keys": "id"})


def test_predictions_in_a_repo_are_taken_by_reference(workspace: Workspace) -> None:
    workspace.files.put("photos:said.csv", said(150).encode())
    found = workspace.models.upload("own", reference="photos:said.csv", save=True)
    assert found.matched == N


def test_a_comparison_is_what_a_loop_over_the_items_finds(workspace: Workspace) -> None:
    upload(workspace, 120)
    upload(workspace, 120, shift=40)
    found = workspace.models.compare("own@1", "own@2")
    assert (found.fixed, found.broken, found.still_wrong, found.n) == (40, 40, 40, N)
    assert found.accuracy.verdict == "not distinguishable"
    assert sum(each.n for each in found.classes) == N
    (night,) = found.slices
    assert (night.name, night.n, night.fixed) == ("night", N // 2, 20)
    items = [
        item
        for start in (None, "30")
        for item in workspace.models.compared("own@1", "own@2", "broken", after=start, limit=30).items
    ]
    assert {int(item.key) for item in items} == set(range(40))
    sure = [item.second_confidence or 0 for item in items]
    assert sure == sorted(sure, reverse=True)
    assert items[0].fields == {"night": 1}
    only = workspace.models.compare("own@1", "own@2", where="night = 0 and label = 'cat'")
    assert only.n == sum(number % 2 == 0 and number % 3 == 0 for number in range(N))
    with pytest.raises(Invalid):
        workspace.models.compared("own@1", "own@2", "better")
    with pytest.raises(NotFound):
        workspace.models.compare("own@1", "own@9")


def test_a_clear_difference_is_called_better_and_its_lists_fit(workspace: Workspace) -> None:
    upload(workspace, 120)
    upload(workspace, 180)
    found = workspace.models.compare("own@1", "own")
    assert (found.fixed, found.broken, found.accuracy.verdict) == (60, 0, "better")
    assert found.macro_f1 is not None
    assert found.macro_f1.verdict == "better"
    assert workspace.models.compared("own@1", "own", "broken").items == []


def test_labels_that_people_change_count_at_once(workspace: Workspace) -> None:
    upload(workspace, 180)
    before = workspace.models.versions("own").items[0].accuracy
    rows = pa.table({"key": ["199"], "label": ["owl"], "by": ["me"], "at_ms": [1], "reason": [""]})
    sink = io.BytesIO()
    pq.write_table(rows, sink)
    workspace.files.put("animals:fixes/part.parquet", sink.getvalue())
    after = workspace.models.versions("own").items[0].accuracy
    assert before.value is not None
    assert after.value is not None
    # Item 199 is a dog and said to be an owl: the fix makes it right.
    assert after.value - before.value == pytest.approx(1 / N)


def test_tests_gate_promotion_and_production_moves_back(workspace: Workspace) -> None:
    upload(workspace, 150)
    workspace.models.set_test("own", "good", {"metric": "accuracy", "at_least": 0.7})
    workspace.models.set_test("own", "no-regress", {"not_worse_than": "production", "by": 0.02, "required": False})
    owls = {"metric": "recall", "class": "owl", "at_least": 0.1, "where": "night = 1"}
    workspace.models.set_test("own", "owls", owls)
    said = {test.name: test.words for test in workspace.models.board("own").tests}
    assert said["good"] == "accuracy is at least 70 %"
    assert said["no-regress"] == "accuracy is not worse by more than 2 points than that of the one in production"
    board = workspace.models.board("own")
    states = {result.test: result.state for result in board.results}
    assert states == {"good": "pass", "no-regress": "no baseline", "owls": "pass"}
    assert (board.needed, board.passed) == (2, {"1": 2})
    first = workspace.models.promote("own", "1", reason="the first")
    assert workspace.branches.get("own", "production").head == first.version
    upload(workspace, 110)
    with pytest.raises(Conflict, match="good: fail"):
        workspace.models.promote("own", "2")
    upload(workspace, 190)
    second = workspace.models.promote("own", "3")
    assert workspace.branches.get("own", "production").head == second.deployed_commit
    assert workspace.models.versions("own").items[0].promoted
    workspace.models.promote("own", "1", reason="back")
    told = [(each.number, each.reason) for each in workspace.models.promotions("own").items]
    assert told == [(1, "back"), (3, ""), (1, "the first")]
    promoted = workspace.models.get("own").promoted
    assert promoted is not None
    assert [test["name"] for test in promoted.tests] == ["good", "owls"]
    regressed = workspace.models.board("own", version="2").results
    assert {result.test: result.state for result in regressed}["no-regress"] == "fail"


def test_a_test_that_nothing_speaks_to_passes_nothing(workspace: Workspace) -> None:
    upload(workspace, 150)
    workspace.models.set_test("own", "few", {"at_least": 0.1, "where": "label = 'cat'", "min_n": 100})
    assert workspace.models.board("own").results[0].state == "too few"
    with pytest.raises(Conflict, match="too few"):
        workspace.models.promote("own", "1")
    workspace.models.remove_test("own", "few")
    assert workspace.models.promote("own", "1").number == 1
    with pytest.raises(NotFound):
        workspace.models.remove_test("own", "few")
    with pytest.raises(Invalid):
        workspace.models.set_test("own", "x", {"at_least": 0.1, "where": "colour = 1"})


def test_versions_that_a_branch_has_are_found_as_it_grows(workspace: Workspace) -> None:
    workspace.repos.create("eval")
    place = {"predictions": "eval@main:out/said.csv", "key": "id", "label": "said", "confidence": "score"}
    workspace.models.register("followed", {"dataset": "animals", "follows": place})
    assert workspace.models.get("followed").versions == 0
    rng = np.random.default_rng(0)
    for number in range(1, 5):
        workspace.files.put("eval:out/said.csv", said(int(rng.integers(50, 190))).encode())
        workspace.files.put("eval:other.txt", str(number).encode())
        assert workspace.models.get("followed").versions == number
    with pytest.raises(Conflict, match="follows"):
        workspace.models.upload("followed", said(10).encode(), file="said.csv")
    workspace.files.delete("eval:out")
    assert workspace.models.get("followed").versions == 4
    found = workspace.models.compare("followed@1", "followed@4")
    assert found.why == []


def test_training_makes_a_model_of_a_dataset_and_counts_what_changed(workspace: Workspace) -> None:
    define_notes(workspace, 30)
    first = workspace.models.train("notes")
    assert (first.pipeline, first.model, first.version, first.added) == ("notes-train", "notes-model", 1, 30)
    assert first.first
    workspace.maintenance.run(timeout_s=120)
    (version,) = workspace.models.versions("notes-model").items
    assert version.problem == ""
    assert version.accuracy.n == 30
    assert version.accuracy.value is not None
    assert version.accuracy.value > 0.8
    assert [(source.repo, source.number) for source in version.data] == [("notes", 1)]
    shown = {each.name: each.kind for each in workspace.datasets.columns("notes", model="notes-model")}
    assert {"p.bird", "p.fish", "loss"} <= shown.keys()
    put_texts(workspace, 40)
    second = workspace.models.train("notes-model")
    assert (second.version, second.saved, second.added, second.relabeled) == (2, True, 10, 0)
    assert not second.first
    workspace.maintenance.run(timeout_s=120)
    found = workspace.models.compare("notes-model@1", "notes-model@2")
    assert any("10 more items; version 2 instead of 1" in reason.words for reason in found.why)
    assert workspace.models.promote("notes-model", "2").deployed == "notes-train@production"
    with pytest.raises(Conflict, match="uploaded"):
        workspace.models.train("own")


def test_the_lineage_of_a_trained_model_leads_to_the_dataset_and_its_sources(workspace: Workspace) -> None:
    define_notes(workspace, 30)
    (record, *sources) = workspace.lineage.of("notes").nodes
    assert [node.commit.id for node in sources] == list(record.record_of), "none was saved yet: the sources themselves"
    assert {node.commit.repo for node in sources} == {"default/texts"}
    workspace.models.train("notes")
    assert workspace.lineage.of("notes-model").nodes[0].record_of == (), "the training has made no version yet"
    workspace.maintenance.run(timeout_s=120)
    nodes = workspace.lineage.of("notes-model@main").nodes
    assert [node.depth for node in nodes] == sorted(node.depth for node in nodes)
    assert [node.commit.repo for node in nodes[:2]] == ["default/notes-model", "default/notes-train"]
    assert list(nodes[0].record_of) == [nodes[1].commit.id]
    assert {"default/notes", "default/texts"} <= {node.commit.repo for node in nodes}
    assert len(workspace.lineage.of("notes-model", depth=1).nodes) == 2
    assert len(workspace.lineage.of("notes-model", depth=0).nodes) == 1
    workspace.datasets.fix("notes", "fish", keys=["0"])
    nodes = workspace.lineage.of("notes").nodes
    version = workspace.datasets.versions("notes").items[0].commit
    assert list(nodes[0].record_of) == [version], "an act leads to the newest saved version"
    assert "default/texts" in {node.commit.repo for node in nodes}


def test_training_leaves_a_model_that_somebody_else_made_as_it_is(workspace: Workspace) -> None:
    define_notes(workspace, 30)
    workspace.models.register("notes-model", {"dataset": "notes"}, description="ours")
    before = workspace.models.get("notes-model")
    with pytest.raises(Conflict, match="already that Tilth does not train: it has uploaded predictions"):
        workspace.models.train("notes")
    assert workspace.models.get("notes-model") == before
    assert workspace.datasets.get("notes").versions == 0, "nothing was done"
    assert "notes-train" not in [each.name for each in workspace.pipelines.list().items]


def test_training_again_keeps_what_was_changed_about_the_model(workspace: Workspace) -> None:
    define_notes(workspace, 30)
    workspace.models.train("notes")
    own = dict(workspace.models.get("notes-model").definition)
    changed = workspace.models.register("notes-model", own | {"follows": {**own["follows"], "match": "stem"}})
    workspace.models.train("notes")
    assert workspace.models.get("notes-model").definition == changed.definition


def test_nothing_is_trained_on_held_out_items_and_the_dataset_says_why(workspace: Workspace) -> None:
    define_notes(workspace, 30)
    assert workspace.datasets.get("notes").untrainable == ""
    workspace.repos.hold_out("texts")
    assert workspace.datasets.get("notes").untrainable.startswith("texts is held out")
    with pytest.raises(HeldOut, match="texts → notes → notes-train"):
        workspace.models.train("notes")
    assert workspace.datasets.get("notes").versions == 0, "nothing was done"
    assert "notes-embed" not in [each.name for each in workspace.pipelines.list().items]


def test_a_curator_trains_and_analyses_by_tilths_own_recipes_and_runs_no_code_of_others(tmp_path: Path) -> None:
    with open_local(tmp_path / "shared") as workspace:
        workspace.repos.create("texts")
        put_texts(workspace, 30)
    with open_local(tmp_path / "shared", principal=Principal("cora", Role.CURATOR, "c0")) as curator:
        items, media = {"from": "texts@main:rows.csv", "key": "id"}, {"kind": "text", "column": "text"}
        curator.datasets.define("notes", {"items": items, "media": media, "labels": {"column": "label"}})
        assert curator.models.train("notes").model == "notes-model"
        assert curator.analysis.start("notes").state in ("running", "missing")
        spec = dict(curator.pipelines.get("notes-train").spec)
        with pytest.raises(Denied):
            curator.pipelines.create(spec, update=True)


def test_a_list_of_models_judged_before_opens_no_dataset_until_labels_change(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.models.upload("own", said(150).encode(), file="a.csv", save=True)
    accuracy = workspace.models.get("own").recent[0].accuracy
    assert accuracy.n == N
    opened: list[str] = []
    real = dataset_views.open_view

    def open_view(of: Any, name: str, **asked: Any) -> Any:
        opened.append(name)
        return real(of, name, **asked)

    monkeypatch.setattr(dataset_views, "open_view", open_view)
    listed = {each.name: each for each in workspace.models.list().items}
    assert (listed["own"].recent[0].accuracy, opened) == (accuracy, [])
    workspace.datasets.fix("animals", "owl", keys=["0"])
    after = {each.name: each for each in workspace.models.list().items}["own"].recent[0].accuracy
    assert opened == ["animals"]
    assert after.value != accuracy.value


def test_the_next_process_lists_models_judged_before_without_opening_the_dataset(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(workspace, 150)
    told = workspace.models.list().items
    assert told[0].recent[0].accuracy.value == 0.75

    def never(*given: object, **more: object) -> None:
        raise AssertionError("the dataset was opened")

    real = dataset_views.open_view
    monkeypatch.setattr(dataset_views, "open_view", never)
    with open_local(tmp_path / "workspace") as again:
        assert again.models.list().items == told
    monkeypatch.setattr(dataset_views, "open_view", real)
    for file in (tmp_path / "workspace" / "scratch" / "scores").iterdir():
        file.write_text("[")
    with open_local(tmp_path / "workspace") as again:
        assert again.models.list().items == told


def test_two_uploads_at_once_do_not_mix(workspace: Workspace) -> None:
    local: Any = workspace.models
    late = load_model(local._backend, "own")
    workspace.models.upload("own", said(150).encode(), file="a.csv", save=True)
    with pytest.raises(BranchMoved):
        save_predictions(local._opened, late, pa.table({"key": ["1"], "prediction": ["cat"]}), "late")


def define_notes(workspace: Workspace, count: int) -> None:
    workspace.repos.create("texts")
    put_texts(workspace, count)
    items, media = {"from": "texts@main:rows.csv", "key": "id"}, {"kind": "text", "column": "text"}
    workspace.datasets.define("notes", {"items": items, "media": media, "labels": {"column": "label"}})


def put_texts(workspace: Workspace, count: int) -> None:
    words = {"bird": "wings feather beak nest song", "fish": "fins water scales gill swim"}
    lines = ["id,text,label"]
    for number in range(count):
        label = ("bird", "fish")[number % 2]
        word = words[label].split()
        lines.append(f"{number},{word[number % 5]} {word[(number * 3 + 1) % 5]} number {number},{label}")
    workspace.files.put("texts:rows.csv", "\n".join(lines).encode())
