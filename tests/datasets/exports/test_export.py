"""Exports, read by programs that know nothing of Tilth."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image

from tilth.datasets.exports.export import export
from tilth.datasets.exports.rows import _cell
from tilth.datasets.exports.subject import Options, Subject
from tilth.errors import Invalid

from .conftest import Make, picture
from .test_boxes import region

ROWS: list[dict[str, Any]] = [
    {"key": "a.png", "label": "cat", "split": "train", "size": 3, "sharp": True, "note": "=1+1"},
    {"key": "b/c.png", "label": "dog", "split": "val", "size": None, "sharp": False, "note": 'say "hi",\nü'},
    {"key": "d.png", "label": None, "split": None, "size": 5, "sharp": None, "note": "-5 degrees"},
]
FILES = {row["key"]: picture(colour=number * 30) for number, row in enumerate(ROWS)}


def opened(subject: Subject, options: Options) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(export(subject, options))))
    assert archive.testzip() is None
    names = archive.namelist()
    assert len({name.casefold() for name in names}) == len(names)
    return archive


def test_csv_comes_with_its_images_and_says_how_it_was_made(make: Make) -> None:
    archive = opened(make(ROWS, FILES, classes=["dog", "cat"]), Options("csv"))
    rows = list(csv.DictReader(io.StringIO(archive.read("items.csv").decode(), newline="")))
    assert [row["key"] for row in rows] == ["a.png", "b/c.png", "d.png"]
    assert [row["label"] for row in rows] == ["cat", "dog", ""]
    assert [row["note"] for row in rows] == ["'=1+1", 'say "hi",\nü', "'-5 degrees"]
    assert [(row["size"], row["sharp"]) for row in rows] == [("3", "true"), ("", "false"), ("5", "")]
    assert {row["key"]: archive.read(row["file"]) for row in rows} == FILES
    told = json.loads(archive.read("export.json"))
    assert (told["dataset"], told["format"], told["items"], told["classes"]) == ("cells", "csv", 3, ["dog", "cat"])
    assert (told["where"], told["media"], told["spreadsheet_safe"]) == ("all", "included", True)
    assert told["media_bytes"] == sum(map(len, FILES.values()))


def test_csv_for_programs_is_left_as_it_is(make: Make) -> None:
    archive = opened(make(ROWS), Options("csv", spreadsheet_safe=False))
    rows = list(csv.DictReader(io.StringIO(archive.read("items.csv").decode(), newline="")))
    assert rows[0]["note"] == "=1+1"


@pytest.mark.parametrize("text", ["=A", "+1", "-1", "@x", "\tx", "\rx", "＝x"])
def test_nothing_in_a_spreadsheet_runs(make: Make, text: str) -> None:
    archive = opened(make([{"key": text, "label": text, "n": -1}]), Options("csv"))
    (row,) = csv.DictReader(io.StringIO(archive.read("items.csv").decode(), newline=""))
    assert (row["key"], row["label"], row["n"]) == (f"'{text}", f"'{text}", "-1")


def test_by_reference_nothing_is_copied(make: Make) -> None:
    archive = opened(make(ROWS, FILES), Options("jsonl", media=False))
    rows = [json.loads(line) for line in archive.read("items.jsonl").decode().splitlines()]
    assert rows[1]["file"] == "photos@abc:b/c.png"
    assert rows[0]["size"] == 3
    assert set(archive.namelist()) == {"items.jsonl", "export.json"}


def test_parquet_keeps_the_columns_types(make: Make) -> None:
    archive = opened(make(ROWS, FILES), Options("parquet"))
    table = pq.read_table(io.BytesIO(archive.read("items.parquet")))
    assert table.schema.field("size").type == "int64"
    assert table["sharp"].to_pylist() == [True, False, None]
    assert archive.read(table["file"][0].as_py()) == FILES["a.png"]


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "huggingface"])
def test_nothing_is_exported_as_nothing(make: Make, format: Any) -> None:
    subject = make(ROWS, FILES)
    empty = Subject("none", "image", "key", subject.columns, (), lambda: iter(()), {})
    archive = opened(empty, Options(format))
    assert json.loads(archive.read("export.json"))["items"] == 0


def test_a_column_called_file_is_left_alone(make: Make) -> None:
    archive = opened(make([{"key": "a", "file": "mine"}]), Options("jsonl"))
    assert json.loads(archive.read("items.jsonl")) == {"key": "a", "file": "mine", "file_": None}


def test_coco_tells_a_class_as_one_annotation_of_the_whole_image(make: Make) -> None:
    archive = opened(make(ROWS, FILES, classes=["dog", "cat"]), Options("coco"))
    told = json.loads(archive.read("annotations.json"))
    assert [each["name"] for each in told["categories"]] == ["dog", "cat"]
    assert [(each["file_name"], each["width"], each["height"]) for each in told["images"]] == [
        ("a.png", 8, 6),
        ("b/c.png", 8, 6),
        ("d.png", 8, 6),
    ]
    assert [(each["image_id"], each["category_id"], each["bbox"]) for each in told["annotations"]] == [
        (1, 2, [0, 0, 8, 6]),
        (2, 1, [0, 0, 8, 6]),
    ]
    assert archive.read("images/b/c.png") == FILES["b/c.png"]


BOXES = [
    {"key": "a.png", "label": json.dumps([region("car", 25, 50, 50, 50), region("dog", 0, 0, 10, 10)]), "split": None},
    {"key": "a.jpg", "label": "[]", "split": "test"},
    {"key": "broken.png", "label": json.dumps([region("car", 0, 0, 1, 1)]), "split": None},
]
BOX_FILES = {"a.png": picture((200, 100)), "a.jpg": picture(), "broken.png": b"no image"}


def test_coco_tells_boxes_in_pixels_and_what_it_could_not_read(make: Make) -> None:
    archive = opened(make(BOXES, BOX_FILES), Options("coco"))
    told = json.loads(archive.read("annotations.json"))
    boxes = {each["id"]: each["bbox"] for each in told["annotations"]}
    assert list(boxes.values()) == [[50, 50, 100, 50], [0, 0, 20, 10]]
    assert told["info"]["unreadable"] == ["broken.png"]


def test_yolo_writes_boxes_beside_the_images(make: Make) -> None:
    archive = opened(make(BOXES, BOX_FILES), Options("yolo"))
    told = yaml.safe_load(archive.read("data.yaml"))
    assert (told["nc"], told["names"]) == (2, {0: "car", 1: "dog"})
    assert {told["train"], told["test"]} == {"images/train", "images/test"}
    images = [name for name in archive.namelist() if name.startswith("images/")]
    labels = {name: archive.read(name).decode() for name in archive.namelist() if name.startswith("labels/")}
    assert len(labels) == 3, "two images that differ in their ending only have labels of their own"
    for image in images:
        assert image.replace("images/", "labels/").rpartition(".")[0] + ".txt" in labels
    first = next(text for text in labels.values() if text.count("\n") == 2)
    assert first.splitlines()[0].split() == ["0", "0.500000", "0.750000", "0.500000", "0.500000"]


def test_yolo_writes_classes_as_folders(make: Make) -> None:
    archive = opened(make(ROWS, FILES), Options("yolo"))
    images = [name for name in archive.namelist() if name.endswith(".png")]
    assert images == ["train/cat/a.png", "val/dog/b/c.png"]
    with Image.open(io.BytesIO(archive.read(images[0]))) as image:
        assert image.size == (8, 6)


def test_imagefolder_names_every_image_in_metadata(make: Make) -> None:
    archive = opened(make(ROWS, FILES), Options("imagefolder"))
    rows = pq.read_table(io.BytesIO(archive.read("train/metadata.parquet")))
    assert rows["file_name"].to_pylist() == ["images/a.png", "images/d.png"]
    assert archive.read("validation/images/b/c.png") == FILES["b/c.png"]


def test_formats_that_do_not_fit_are_refused(make: Make) -> None:
    for format in ("coco", "yolo", "imagefolder"):
        with pytest.raises(Invalid):
            list(export(make(ROWS, kind="text"), Options(format)))
    with pytest.raises(Invalid):
        list(export(make(ROWS), Options("xml")))  # type: ignore[arg-type]


def test_hostile_keys_and_classes_stay_inside(make: Make, tmp_path: Path) -> None:
    keys = ["../../evil", "/abs", "A", "a", "c\\d", "x" * 3000, "metadata.csv", "=cmd"]
    rows = [{"key": key, "label": f"../{key}", "split": "../up"} for key in keys]
    files = dict.fromkeys(keys, picture())
    for format in ("csv", "coco", "yolo", "imagefolder", "huggingface"):
        archive = opened(make(rows, files, suffix=".png"), Options(format))  # type: ignore[arg-type]
        for name in archive.namelist():
            assert not name.startswith("/")
            assert ".." not in name.split("/")
            assert "\\" not in name
        archive.extractall(tmp_path / format)
        if format != "huggingface":
            assert sum(1 for name in archive.namelist() if name.endswith(".png")) == len(keys)


def test_a_label_that_looks_like_markup_stays_text(make: Make) -> None:
    rows = [{"key": "a", "label": "---\n<script>", "split": None}]
    card = opened(make(rows), Options("huggingface")).read("README.md").decode()
    head = next(yaml.safe_load_all(card))
    (label,) = [each for each in head["dataset_info"]["features"] if each["name"] == "label"]
    assert label["dtype"]["class_label"]["names"] == {"0": "---\n<script>"}


@pytest.mark.parametrize("value", ["=1", " =1", "\ufeff=1", "\u00a0+1", "\u200b@x", "\t=1", "＝1"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe_also_behind_what_it_trims(value: str) -> None:
    assert _cell(value, safe=True) == f"'{value}"
    assert _cell(value, safe=False) == value
