"""The pipelines' functions: join labels to the training rows, train, score on rows that never trained."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pyarrow.parquet as pq
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from tilth.curation.metrics import confusion_matrix, score
from tilth.execution.datum import Datum, Input

POSITIVE = "clickbait"


def enrich(datum: Datum) -> None:
    """Append the labeled headlines to the training rows: `enriched_train.csv` with headline, category, source."""
    rows = [(row["headline"], row["category"], "train") for row in _csv(datum.inputs["data"])]
    known = {headline for headline, _, _ in rows}
    labeled = [
        (str(row["key"]), str(row["label"]), "labeled")
        for file in datum.inputs["labels"].files
        if file.path.startswith("labels/") and file.path.endswith(".parquet")
        for row in pq.read_table(io.BytesIO(file.read_bytes())).to_pylist()
        if row["label"] is not None and str(row["key"]) not in known
    ]
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["headline", "category", "source"])
    writer.writerows(rows + sorted(labeled))
    datum.write("enriched_train.csv", output.getvalue())


def train(datum: Datum) -> None:
    """Train TF-IDF (1-2 grams) and logistic regression; the model is JSON that can be read without running code."""
    rows = _csv(datum.inputs["dataset"])
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=1)
    matrix = vectorizer.fit_transform(row["headline"] for row in rows)
    labels = np.array([row["category"] == POSITIVE for row in rows])
    linear = LogisticRegression(C=10.0, max_iter=1000).fit(matrix, labels)
    terms = sorted(vectorizer.vocabulary_.items(), key=lambda term: term[1])
    datum.write(
        "model.json",
        json.dumps(
            {
                "rows": len(rows),
                "terms": [term for term, _ in terms],
                "idf": vectorizer.idf_.round(9).tolist(),
                "weights": linear.coef_[0].round(9).tolist(),
                "bias": round(float(linear.intercept_[0]), 9),
            }
        ),
    )


def evaluate(datum: Datum) -> None:
    """Score on the held-out rows: accuracy (Wilson interval) and F1 of `clickbait` (bootstrap interval)."""
    (file,) = datum.inputs["model"].files
    model = json.loads(file.read_text())
    rows = _csv(datum.inputs["test"])
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, vocabulary=model["terms"])
    vectorizer.idf_ = np.asarray(model["idf"])
    scores = vectorizer.transform([row["headline"] for row in rows]) @ np.asarray(model["weights"]) + model["bias"]
    predicted = [POSITIVE if value > 0 else f"not{POSITIVE}" for value in np.asarray(scores)]
    scored = score(confusion_matrix([row["category"] for row in rows], predicted))
    f1 = scored.of(POSITIVE).f1
    metrics = {
        "n": len(rows),
        "trained_on": model["rows"],
        "accuracy": [scored.accuracy.value, scored.accuracy.low, scored.accuracy.high],
        "f1": [f1.value, f1.low, f1.high],
    }
    datum.write("metrics.json", json.dumps(metrics, indent=1))
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["headline", "category", "predicted", "score"])
    for row, guess, value in zip(rows, predicted, scores, strict=True):
        writer.writerow([row["headline"], row["category"], guess, f"{value:.4f}"])
    datum.write("predictions.csv", output.getvalue())


def _csv(source: Input) -> list[dict[str, str]]:
    (file,) = source.files
    return list(csv.DictReader(io.StringIO(file.read_text())))
