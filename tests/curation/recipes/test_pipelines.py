"""The built-in recipes as the pipelines they are: incremental, with lineage, and honest about what cannot be read."""

import io
import json
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tilth.curation.recipe_specs import analysis_spec, described, embed_spec, model_spec, recipe_code
from tilth.datums.globs import compile_glob
from tilth.demo.scans import all_scans
from tilth.errors import Invalid
from tilth.pipelines.spec import parse_spec
from tilth.workspace.local import open as open_workspace

DEFINITION = {"media": {"kind": "image"}, "items": {"from": "photos@main:scans", "glob": "**.png"}}


def _parquet(table):
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def _read(workspace, reference):
    return b"".join(workspace.files.read(reference))


def _table(workspace, reference):
    paths = [file.path for file in workspace.files.walk(reference).items]
    repo = reference.partition(":")[0]
    return pa.concat_tables(
        [pq.read_table(io.BytesIO(_read(workspace, f"{repo}:{path}"))) for path in paths]
    ).to_pylist()


def _last(workspace, pipeline):
    return workspace.jobs.list(pipeline=pipeline, limit=1).items[0]


def test_embed_analysis_and_model_run_as_pipelines_and_embed_runs_only_what_changed(tmp_path):
    scans = all_scans()[:120]
    files = [(f"scans/{scan.name}.png", scan.png) for scan in scans]
    broken = ("scans/broken.png", b"\x89PNG\r\n\x1a\n no image")
    keys = [path for path, _ in files] + ["scans/broken.png"]
    labels = [scan.digit for scan in scans] + ["0"]
    labels[10] = "7"
    labels[6] = None
    with open_workspace(tmp_path / "w") as workspace:
        workspace.repos.create("photos")
        workspace.files.put_many("photos", [*files, broken])
        workspace.repos.create("digits")
        workspace.branches.create("digits", "versions")
        table = pa.table({"key": keys, "media": keys, "label": pa.array(labels, pa.string())})
        workspace.files.put("digits@versions:items/part.parquet", _parquet(table))
        for spec in (
            embed_spec("digits", DEFINITION),
            analysis_spec("digits", DEFINITION),
            model_spec("digits", DEFINITION),
        ):
            workspace.pipelines.create(spec, code=recipe_code())
        workspace.maintenance.run()

        embedded = _last(workspace, "digits-embed")
        assert (embedded.state, embedded.run) == ("success", 121)
        assert "not an image" in _read(workspace, "digits-embed:unreadable/scans/broken.png.txt").decode()

        rows = {row["key"]: row for row in _table(workspace, "digits-analysis:items")}
        assert sorted(rows) == sorted(keys)
        assert set(rows[keys[0]]) == {"key", "x", "y", "suspect", "suggested", "duplicate_of", "outlier"}
        assert rows[keys[10]]["suggested"] == scans[10].digit == "0"
        assert rows[keys[6]]["suspect"] is None
        assert rows["scans/broken.png"]["x"] is None
        summary = json.loads(_read(workspace, "digits-analysis:summary.json"))
        assert (summary["items"], summary["described"], summary["labeled"]) == (121, 120, 119)

        metrics = json.loads(_read(workspace, "digits-model:metrics.json"))
        assert metrics["basis"] == "out of fold"
        assert metrics["n"] == metrics["trained_on"] == 119
        assert 0.6 < metrics["accuracy"]["low"] < metrics["accuracy"]["value"] <= metrics["accuracy"]["high"] <= 1
        predictions = {row["key"]: row for row in _table(workspace, "digits-model:predictions")}
        assert len(predictions) == 120, "an item without a vector has no prediction"
        assert predictions[keys[6]]["basis"] == "model"
        assert predictions[keys[0]]["basis"] == "out of fold"
        assert sum(predictions[keys[0]]["probabilities"].values()) == pytest.approx(1, abs=1e-5)

        workspace.files.put("photos:scans/broken.png", all_scans()[200].png)
        workspace.maintenance.run()
        assert _last(workspace, "digits-embed").run == 1
        assert all(file.path.startswith("files/") for file in workspace.files.walk("digits-embed").items)
        assert {row["key"] for row in _table(workspace, "digits-analysis:items") if row["x"] is None} == set()


def test_items_set_apart_are_not_trained_on_and_are_what_the_model_is_judged_by(tmp_path):
    letters = random.Random(0)
    said = ["".join(letters.choices("aeioubdklmnprst", k=6)) for _ in range(60 * 4)]
    texts = [
        " ".join(["a good day is good" if n % 2 else "bad rain again how bad", *said[4 * n : 4 * n + 4]])
        for n in range(60)
    ]
    texts[21], texts[24] = f"{texts[1]} indeed", f"{texts[4]} indeed"  # in the training rows, and nearly in the test
    rows = [{"id": str(n), "text": text, "n": n} for n, text in enumerate(texts)]
    with open_workspace(tmp_path / "w") as workspace:
        definition = {"media": {"kind": "text", "column": "text"}, "items": {"from": "rows@main:all.csv", "key": "id"}}
        workspace.repos.create("rows")
        lines = "".join(f"{row['id']},{row['text']},{row['n']}\n" for row in rows)
        workspace.files.put("rows:all.csv", f"id,text,n\n{lines}".encode())
        workspace.repos.create("talk")
        workspace.branches.create("talk", "versions")
        table = pa.table(
            {
                "key": [row["id"] for row in rows],
                "media": [row["text"] for row in rows],
                "label": ["good" if row["n"] % 2 else "bad" for row in rows],
                "split": ["Test" if row["n"] < 20 else "train" for row in rows],
            }
        )
        workspace.files.put("talk@versions:items/part.parquet", _parquet(table))
        for spec in (embed_spec("talk", definition), model_spec("talk", definition, model="spoken")):
            workspace.pipelines.create(spec, code=recipe_code())
        workspace.maintenance.run()
        metrics = json.loads(_read(workspace, "spoken:metrics.json"))
        assert (metrics["basis"], metrics["n"]) == ("set apart", 20)
        assert (metrics["trained_on"], metrics["left_out"]) == (38, 2)
        told = {row["key"]: row["basis"] for row in _table(workspace, "spoken:predictions")}
        assert (told["21"], told["24"], told["22"], told["1"]) == ("model", "model", "out of fold", "model")
        assert metrics["accuracy"]["value"] == 1.0
        assert workspace.pipelines.get("spoken").spec["trains"] is True


def test_one_class_cannot_be_learned_and_the_run_says_so(tmp_path):
    with open_workspace(tmp_path / "w") as workspace:
        definition = {"media": {"kind": "text", "column": "t"}, "items": {"from": "rows:all.csv", "key": "id"}}
        workspace.repos.create("rows")
        workspace.files.put("rows:all.csv", b"id,t\n1,one\n2,two\n")
        workspace.repos.create("talk")
        workspace.branches.create("talk", "versions")
        table = pa.table({"key": ["1", "2"], "media": ["one", "two"], "label": ["a", "a"]})
        workspace.files.put("talk@versions:items/part.parquet", _parquet(table))
        for spec in (embed_spec("talk", definition), model_spec("talk", definition)):
            workspace.pipelines.create(spec, code=recipe_code())
        workspace.maintenance.run()
        job = _last(workspace, "talk-model")
        assert job.state == "failed"
        assert "label items of at least two classes" in job.reason


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ({"from": "photos"}, "a/b/c.JPG"),
        ({"from": "photos"}, "top.png"),
        ({"from": "photos@x:in (1)/{a}"}, "in (1)/{a}/deep/p.webp"),
        ({"from": "photos@main:in", "glob": "**/*.png"}, "in/p.png"),
        ({"from": "photos@main:in", "glob": "*.png"}, "in/p.png"),
    ],
)
def test_the_glob_of_embed_finds_what_the_dataset_shows(source, path):
    spec = parse_spec(embed_spec("d", {"media": {"kind": "image"}, "items": source}))
    assert compile_glob(spec.input.glob).matches(path)
    assert not compile_glob(spec.input.glob).matches("in/notes.doc")
    assert spec.input.repo == "default/photos"


def test_a_dataset_in_a_project_keeps_its_pipelines_there():
    spec = parse_spec(analysis_spec("birds/nests", {"media": {"kind": "image"}, "items": {"from": "photos"}}))
    assert spec.full_name == "birds/nests-analysis"
    assert [leaf.repo for leaf in spec.input.inputs] == ["birds/nests", "birds/nests-embed"]


def test_what_shows_nothing_cannot_be_described():
    with pytest.raises(Invalid, match="nothing that can be compared"):
        described({"media": {"kind": "none"}, "items": {"from": "rows:a.csv", "key": "id"}})
    with pytest.raises(Invalid, match="kind video"):
        described({"media": {"kind": "video"}, "items": {"from": "films"}})
