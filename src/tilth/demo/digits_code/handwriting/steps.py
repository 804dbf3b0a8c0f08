"""The pipelines' functions: each takes one datum and writes files. No function here sees who labeled what."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from tilth.curation.confident import find_label_issues
from tilth.curation.confusions import worst_pairs
from tilth.curation.intervals import bootstrap
from tilth.curation.metrics import confusion_matrix
from tilth.curation.selection import select
from tilth.execution.datum import Datum, Input

from .models import CLASSES, Floats, Member, fit, load, save

SIDE = 8


def features(datum: Datum) -> None:
    """Turn one scan (8 x 8 grey PNG) into 64 numbers between 0 and 1."""
    (scan,) = datum.inputs["scans"].files
    try:
        with Image.open(io.BytesIO(scan.read_bytes())) as image:
            pixels = np.asarray(image.convert("L"), dtype=np.float32)
    except (OSError, ValueError, SyntaxError) as problem:
        raise ValueError(f"{scan.path} is not an image that can be read: {problem}") from problem
    if pixels.shape != (SIDE, SIDE):
        raise ValueError(f"{scan.path} is {pixels.shape[1]} x {pixels.shape[0]} pixels, expected {SIDE} x {SIDE}")
    datum.write(f"{scan.path.rsplit('/', 1)[-1].removesuffix('.png')}.f32", (pixels / 255).tobytes())


def dataset(datum: Datum) -> None:
    """Join labels with features by item name, for the items that one arm bought (parameter `arm`)."""
    arm = str(datum.parameters["arm"])
    vectors = _features(datum.inputs["features"])
    labels = _table(datum.inputs["labels"], "labels/")
    rows = sorted(
        (str(row["path"]).rsplit("/", 1)[-1].removesuffix(".png"), str(row["label"]), float(row["confidence"]))
        for row in labels.to_pylist()
        if str(row["path"]).split("/")[0] in ("first", arm) and row["label"] is not None
    )
    rows = [row for row in rows if row[0] in vectors]
    table = pa.table(
        {
            "item": pa.array([row[0] for row in rows], pa.string()),
            "label": pa.array([int(row[1]) for row in rows], pa.int64()),
            "confidence": pa.array([row[2] for row in rows], pa.float64()),
            "features": pa.array([vectors[row[0]].tolist() for row in rows], pa.list_(pa.float32(), SIDE * SIDE)),
        }
    )
    datum.write("train.parquet", _parquet(table))


def train(datum: Datum) -> None:
    """Train one member per seed (parameter `seeds`) on the dataset."""
    table = _table(datum.inputs["dataset"])
    if len(set(table["label"].to_pylist())) < 2:
        raise ValueError(f"{table.num_rows} labels of fewer than two classes: nothing to learn from yet")
    matrix, labels = _matrix(table), np.asarray(table["label"].to_numpy(), dtype=np.int64)
    datum.write("model.npz", save([fit(matrix, labels, seed) for seed in range(int(datum.parameters["seeds"]))]))


def evaluate(datum: Datum) -> None:
    """Score a model on the held-out scans: every seed's prediction, and accuracy with a 95 % interval."""
    vectors = _features(datum.inputs["features"])
    truth = {row["item"]: int(row["label"]) for row in _csv(datum.inputs["truth"])}
    items = sorted(item for item in truth if item in vectors)
    matrix = np.stack([vectors[item] for item in items]).astype(np.float64)
    each = np.stack([member.probabilities(matrix) for member in _model(datum.inputs["model"])])
    right = [str(truth[item]) for item in items]
    by_seed = [[str(digit) for digit in one] for one in each.argmax(2)]
    together = [str(digit) for digit in each.mean(0).argmax(1)]
    accuracy = bootstrap(right, by_seed)
    pairs = worst_pairs(confusion_matrix(right, together), limit=1)
    metrics = {
        "accuracy": accuracy.value,
        "low": accuracy.low,
        "high": accuracy.high,
        "n": len(items),
        "seeds": len(by_seed),
        "worst_pair": [
            {"first": pair.first, "second": pair.second, "errors": pair.count, "of": pair.rate.n} for pair in pairs
        ],
    }
    datum.write("metrics.json", json.dumps(metrics, indent=1))
    table = pa.table(
        {
            "item": pa.array(items, pa.string()),
            "truth": pa.array(right, pa.string()),
            "predicted": pa.array(together, pa.string()),
            "confidence": pa.array(each.mean(0).max(1), pa.float64()),
            "by_seed": pa.array(list(zip(*by_seed, strict=True)), pa.list_(pa.string())),
        }
    )
    datum.write("predictions.parquet", _parquet(table))


def choose(datum: Datum) -> None:
    """Choose the next items to label: uncertainty x diversity for the arm `chosen`, chance for `random`.

    Writes copies of the chosen scans, so that the feedback edge can send them on as they are.
    """
    arm, count = str(datum.parameters["arm"]), int(datum.parameters["count"])
    vectors = _features(datum.inputs["features"])
    labeled = {str(item) for item in _table(datum.inputs["dataset"])["item"].to_pylist()}
    pool = sorted(item for item in vectors if item not in labeled)
    if not pool:
        return
    if arm == "random":
        picked = select(count, strategy="random", pool=len(pool), seed=int(datum.parameters["seed"]) + len(labeled))
    else:
        matrix = np.stack([vectors[item] for item in pool]).astype(np.float64)
        known = np.stack([vectors[item] for item in sorted(labeled)]).astype(np.float64)
        probabilities = np.mean([member.probabilities(matrix) for member in _model(datum.inputs["model"])], axis=0)
        picked = select(count, probabilities=probabilities, embeddings=matrix, labeled=known)
    names = {pool[index] for index in picked.items}
    for scan in datum.inputs["scans"].files:
        if scan.path.rsplit("/", 1)[-1].removesuffix(".png") in names:
            datum.write(scan.path.rsplit("/", 1)[-1], scan.read_bytes())


def issues(datum: Datum) -> None:
    """List likely label errors by confident learning on out-of-fold probabilities (5 folds, by item order)."""
    table = _table(datum.inputs["dataset"])
    matrix, labels = _matrix(table), np.asarray(table["label"].to_numpy(), dtype=np.int64)
    folds = np.random.default_rng(0).permutation(len(labels)) % 5
    probabilities = np.zeros((len(labels), CLASSES))
    for fold in range(5):
        inside = folds != fold
        if len(set(labels[inside].tolist())) < 2:
            continue
        probabilities[~inside] = fit(matrix[inside], labels[inside], seed=fold).probabilities(matrix[~inside])
    names = [str(digit) for digit in range(CLASSES)]
    found = find_label_issues([str(label) for label in labels], probabilities, labels=names)
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["item", "label", "suggested", "self_confidence"])
    items = table["item"].to_pylist()
    for index in found.items:
        suggested = names[found.suggested[index]]
        writer.writerow([items[index], labels[index], suggested, f"{found.self_confidence[index]:.4f}"])
    datum.write("issues.csv", output.getvalue())


def _features(source: Input) -> dict[str, NDArray[np.float32]]:
    return {
        file.path.rsplit("/", 1)[-1].removesuffix(".f32"): np.frombuffer(file.read_bytes(), dtype=np.float32)
        for file in source.files
    }


def _table(source: Input, prefix: str = "") -> pa.Table:
    parts = [
        pq.read_table(io.BytesIO(file.read_bytes()))
        for file in source.files
        if file.path.startswith(prefix) and file.path.endswith(".parquet")
    ]
    if not parts:
        raise ValueError(f"input {source.name!r} holds no table below {prefix!r}")
    return pa.concat_tables(parts)


def _matrix(table: pa.Table) -> Floats:
    return np.stack([np.asarray(row, dtype=np.float64) for row in table["features"].to_pylist()])


def _csv(source: Input) -> list[Mapping[str, str]]:
    (file,) = source.files
    return list(csv.DictReader(io.StringIO(file.read_text())))


def _model(source: Input) -> list[Member]:
    (file,) = source.files
    return load(file.read_bytes())


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()
