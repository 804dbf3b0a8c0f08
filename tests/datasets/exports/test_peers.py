"""Exports, loaded by the programs they are for. They are no dependencies; make them available with

python3 -m venv benchmarks/.peers/exports
benchmarks/.peers/exports/bin/pip install datasets pycocotools pillow
"""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tilth.datasets.exports.export import export
from tilth.datasets.exports.subject import Format, Options, Subject

from .conftest import Make
from .test_export import BOX_FILES, BOXES, FILES, ROWS

PEER = Path(__file__).parents[3] / "benchmarks" / ".peers" / "exports" / "bin" / "python"

pytestmark = pytest.mark.skipif(
    not PEER.exists(), reason=f"{PEER} is missing; this file's first lines say how to make it"
)

LOAD = """
import json, sys, datasets
datasets.disable_progress_bars()
loaded = datasets.load_dataset(sys.argv[1], cache_dir=sys.argv[2])
told = {}
for split, rows in loaded.items():
    label = rows.features["label"]
    names = getattr(label, "names", None)
    told[split] = [
        [row["key"], label.int2str(row["label"]) if names and row["label"] is not None else row["label"],
         list(row["image"].size) if row.get("image") is not None else None, row.get("size")]
        for row in rows
    ]
print(json.dumps(told))
"""

COCO = """
import json, sys
from pycocotools.coco import COCO
coco = COCO(sys.argv[1])
def boxes(id):
    found = coco.loadAnns(coco.getAnnIds(imgIds=[id]))
    return [[coco.loadCats(each["category_id"])[0]["name"], each["bbox"]] for each in found]
told = {coco.loadImgs(id)[0]["file_name"]: boxes(id) for id in coco.getImgIds()}
print(json.dumps(told))
"""


def _ask(code: str, *arguments: str | Path) -> Any:
    environment = {
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "HOME": str(arguments[-1]),
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run([PEER, "-c", code, *map(str, arguments)], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def _unpacked(subject: Subject, format: Format, place: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(b"".join(export(subject, Options(format))))) as archive:
        archive.extractall(place)
    return place


def test_load_dataset_loads_the_shards(make: Make, tmp_path: Path) -> None:
    place = _unpacked(make(ROWS, FILES, classes=["dog", "cat"]), "huggingface", tmp_path / "cells")
    assert _ask(LOAD, place, tmp_path) == {
        "train": [["a.png", "cat", [8, 6], 3], ["d.png", None, [8, 6], 5]],
        "validation": [["b/c.png", "dog", [8, 6], None]],
    }


def test_load_dataset_loads_the_folder_of_images(make: Make, tmp_path: Path) -> None:
    place = _unpacked(make(ROWS, FILES), "imagefolder", tmp_path / "cells")
    told = _ask(LOAD, place, tmp_path)
    assert [row[:3] for row in told["train"]] == [["a.png", "cat", [8, 6]], ["d.png", None, [8, 6]]]
    assert [row[0] for row in told["validation"]] == ["b/c.png"]


def test_load_dataset_loads_text(make: Make, tmp_path: Path) -> None:
    rows = [
        {"key": str(number), "text": f"line {number}", "label": "ab"[number % 2], "size": number} for number in range(5)
    ]
    told = _ask(LOAD, _unpacked(make(rows, kind="text"), "huggingface", tmp_path / "lines"), tmp_path)
    assert [row[1] for row in told["train"]] == ["a", "b", "a", "b", "a"]


def test_pycocotools_reads_boxes_and_classes(make: Make, tmp_path: Path) -> None:
    place = _unpacked(make(BOXES, BOX_FILES), "coco", tmp_path / "boxes")
    told = _ask(COCO, place / "annotations.json", tmp_path)
    assert told["a.png"] == [["car", [50.0, 50.0, 100.0, 50.0]], ["dog", [0.0, 0.0, 20.0, 10.0]]]
    place = _unpacked(make(ROWS, FILES), "coco", tmp_path / "classes")
    assert _ask(COCO, place / "annotations.json", tmp_path)["a.png"] == [["cat", [0.0, 0.0, 8.0, 6.0]]]
