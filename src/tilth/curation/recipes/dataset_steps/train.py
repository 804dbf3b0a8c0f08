"""Train a model on a saved dataset, and judge it on items that it did not learn from."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.crowd.interval import Interval
from tilth.curation.metrics import confusion_matrix, score
from tilth.execution.datum import Datum

from .duplicates import families, near_pairs
from .items import read_items, write_table
from .model import fit, out_of_fold


def train(datum: Datum) -> None:
    """Write `model.npz`, `model.json`, `predictions/part*.parquet` and `metrics.json`.

    It learns from labeled items whose field `split` is not test, validation or the like, and that do not nearly repeat
    such an item: a copy among them would give its answer away. Predictions (key, prediction, confidence, probabilities
    by class, basis) are out of fold for items that it learned from, so that they are honest, and the final model's for
    all others. Metrics are over labeled items set apart where there are any, else over the out-of-fold predictions.
    Raises ValueError for fewer than two classes.
    """
    items = read_items(datum)
    labeled = np.array([label is not None for label in items.labels], bool) & items.described
    apart = items.held_back() & items.described
    near = families(len(items.keys), near_pairs(str(datum.parameters["media"]), items.vectors, items.signatures))
    copies = labeled & ~apart & np.isin(near, near[apart])
    learn = np.flatnonzero(labeled & ~apart & ~copies)
    classes = tuple(sorted({str(items.labels[row]) for row in learn}))
    left_out = int(copies.sum())
    if left_out:
        print(f"left out {left_out:,} items that nearly repeat one set apart for testing")
    if len(classes) < 2:
        besides = f", besides {left_out} that nearly repeat items set apart for testing" if left_out else ""
        raise ValueError(
            f"{len(learn)} labeled items of {len(classes)} classes{besides}: label items of at least two classes, "
            "then train"
        )
    code = {name: number for number, name in enumerate(classes)}
    codes = np.array([code[str(items.labels[row])] for row in learn], np.int64)
    vectors = items.vectors[learn]
    model = fit(vectors, codes, classes)
    print(f"learned from {len(learn):,} items of {len(classes)} classes")
    shown = np.flatnonzero(items.described)
    probabilities = np.zeros((len(items.keys), len(classes)))
    probabilities[shown] = model.probabilities(items.vectors[shown])
    probabilities[learn] = out_of_fold(vectors, codes, classes, near[learn])
    best = probabilities.argmax(axis=1)
    learned = np.zeros(len(items.keys), bool)
    learned[learn] = True
    write_table(
        datum,
        "predictions",
        {
            "key": pa.array([items.keys[row] for row in shown], pa.string()),
            "prediction": pa.array([classes[best[row]] for row in shown], pa.string()),
            "confidence": pa.array(probabilities[shown, best[shown]], pa.float64()),
            "probabilities": pa.StructArray.from_arrays(
                [pa.array(column) for column in probabilities[shown].astype(np.float32).T], names=list(classes)
            ),
            "basis": pa.array(["out of fold" if learned[row] else "model" for row in shown], pa.string()),
        },
    )
    testing = np.flatnonzero(labeled & apart)
    judged, basis = (testing, "set apart") if len(testing) else (learn, "out of fold")
    metrics = _metrics([str(items.labels[row]) for row in judged], [classes[best[row]] for row in judged])
    metrics |= {"basis": basis, "trained_on": len(learn), "left_out": left_out, "items": len(items.keys)}
    datum.write("metrics.json", json.dumps(metrics, indent=1))
    datum.write("model.npz", model.encode())
    told = {"kind": "logistic regression on vectors", "media": datum.parameters["media"], "classes": classes}
    datum.write("model.json", json.dumps(told | {"dimensions": vectors.shape[1], "trained_on": len(learn)}, indent=1))
    print(f"accuracy {metrics['accuracy']['value']:.3f} ({basis}, n = {metrics['n']:,})")


def _metrics(truth: list[str], predicted: list[str]) -> dict[str, Any]:
    matrix = confusion_matrix(truth, predicted)
    scores = score(matrix)
    return {
        "n": scores.n,
        "accuracy": _interval(scores.accuracy),
        "macro_f1": _interval(scores.macro_f1),
        "classes": [
            {
                "label": each.label,
                "support": each.support,
                "precision": _interval(each.precision),
                "recall": _interval(each.recall),
                "f1": _interval(each.f1),
            }
            for each in scores.classes
        ],
        "confusion": {"labels": list(matrix.labels), "counts": matrix.counts.tolist()},
    }


def _interval(given: Interval) -> dict[str, float]:
    return {"value": given.value, "low": given.low, "high": given.high, "n": given.n}
