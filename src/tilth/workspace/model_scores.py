"""Models judged by a dataset's labels, in memory: labels and predictions as codes, laid beside one another once."""

from __future__ import annotations

import json
import threading
import uuid
from collections import OrderedDict
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tilth.contract.datasets import IntervalInfo
from tilth.crowd.interval import Interval
from tilth.curation.alignment import NONE, Aligned, Coded, align, coded, shared
from tilth.curation.compare import Pair
from tilth.curation.metrics import ConfusionMatrix, check_classes, score
from tilth.curation.uploads import joined_keys
from tilth.datasets.items import ItemView
from tilth.datasets.model_definition import Predictions
from tilth.datasets.tables import is_table, read_table
from tilth.errors import Invalid
from tilth.model.commit import Commit
from tilth.model.digest import Digest, digest_of
from tilth.versioning import revisions
from tilth.versioning.backend import Backend
from tilth.versioning.trees import Tree
from tilth.workspace.dataset_views import OpenDataset

KEPT = 24
"""Predictions kept beside one dataset: 8 bytes per item each."""
REMEMBERED = 4_096
"""Scores remembered, of all datasets."""
_LAYOUT = 1
"""Counts how scores have changed their meaning."""


@dataclass(frozen=True, slots=True)
class VersionScore:
    """How good one version is on the labels of a dataset."""

    predictions: int
    accuracy: Interval
    macro_f1: Interval


class Yardstick:
    """The items of an opened dataset and the labels that they have at one moment, to judge models by. Thread-safe."""

    def __init__(self, items: Items, labels: Coded) -> None:
        self.keys = items.keys
        self.labels = labels
        self._items = items
        self._scores: dict[tuple[str, str, Predictions], VersionScore] = {}

    def __len__(self) -> int:
        return len(self.keys)

    def aligned(self, backend: Backend, commit: Commit, predictions: Predictions) -> Aligned:
        """Return the predictions of a commit in the items' order. The first time costs reading them."""
        return self._items.aligned(backend, commit, predictions)

    def score(self, backend: Backend, commit: Commit, predictions: Predictions) -> VersionScore:
        """Return how good the predictions of a commit are on all labeled items."""
        key = _key(commit, predictions)
        found = self._scores.get(key)
        if found is None:
            found = self._scores[key] = self._judge(self.aligned(backend, commit, predictions))
        return found

    def pair(self, first: Aligned, second: Aligned, *, second_labels: Coded | None = None) -> Pair:
        """Return two models' predictions with the labels that they are judged by, as codes of the same names."""
        columns = [self.labels, first.predicted, second.predicted]
        if second_labels is None:
            names, (labels, one, two) = shared(columns)
            return Pair(names, labels, labels, one, two)
        names, (labels, one, two, others) = shared([*columns, second_labels])
        return Pair(names, labels, others, one, two)

    def labels_for(self, other: Yardstick) -> Coded:
        """Return the labels of another state of the data in the order of these items."""
        table = pa.table({"key": other.keys, "prediction": label_texts(other.labels)})
        return align(self.keys, table).predicted

    def _judge(self, aligned: Aligned) -> VersionScore:
        names, (labels, said) = shared([self.labels, aligned.predicted])
        both = (labels != NONE) & (said != NONE)
        check_classes(len(names))
        size = max(len(names), 1)
        cells = np.bincount(labels[both].astype(np.int64) * size + said[both], minlength=size * size)
        scores = score(ConfusionMatrix(names or ("",), cells.reshape(size, size)), resamples=300)
        return VersionScore(int((said != NONE).sum()), scores.accuracy, scores.macro_f1)


class Items:
    """The keys of an opened dataset's items, and the predictions that were laid beside them. Thread-safe."""

    def __init__(self, view: ItemView) -> None:
        self.keys: Any = view.values_of("key")
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        """Held while predictions are read, so that two who ask for them read them once."""
        self._aligned: OrderedDict[tuple[str, str, Predictions], Aligned] = OrderedDict()
        self._moments: OrderedDict[str, Yardstick] = OrderedDict()

    def at(self, view: ItemView, moment: str) -> Yardstick:
        """Return the yardstick of a moment, which the view shows now. Labels change by people's acts, keys do not."""
        with self._lock:
            if moment in self._moments:
                return self._moments[moment]
        found = Yardstick(self, coded(view.values_of("label")))
        if view.acts not in ("", moment):
            return found  # later acts lie over the view already: right now, but not what holds at that moment
        with self._lock:
            self._moments[moment] = found
            while len(self._moments) > 2:
                self._moments.popitem(last=False)
        return found

    def aligned(self, backend: Backend, commit: Commit, predictions: Predictions) -> Aligned:
        """Return the predictions of a commit in the items' order."""
        key = _key(commit, predictions)
        found = self._known(key)
        if found is not None:
            return found
        with self._reading:
            found = self._known(key)
            if found is not None:
                return found
            found = align(joined_keys(self.keys, predictions.match), read_predictions(backend, commit, predictions))
            with self._lock:
                self._aligned[key] = found
                while len(self._aligned) > KEPT:
                    self._aligned.popitem(last=False)
            return found

    def _known(self, key: tuple[str, str, Predictions]) -> Aligned | None:
        with self._lock:
            if key in self._aligned:
                self._aligned.move_to_end(key)
            return self._aligned.get(key)


class Yardsticks:
    """One per opened dataset, for as long as that is kept open. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        """Where scores lie for the next process; what is missing is counted again."""
        self._lock = threading.Lock()
        self._kept: WeakKeyDictionary[ItemView, Items] = WeakKeyDictionary()
        self._scores: OrderedDict[tuple[object, ...], VersionScore] = OrderedDict()

    def remembered(self, moment: Digest, commit: Commit, predictions: Predictions) -> VersionScore | None:
        """Return how good a version was at a moment of a dataset (`DatasetViews.moment`), if it was asked for then."""
        key = (moment, *_key(commit, predictions))
        with self._lock:
            known = self._scores.get(key)
        if known is not None:
            return known
        try:
            told = json.loads(self._file(key).read_text())
            score = VersionScore(int(told[0]), Interval(*told[1]), Interval(*told[2]))
        except (OSError, ValueError, TypeError, IndexError, KeyError):
            return None
        self._hold(key, score)
        return score

    def remember(self, moment: Digest, commit: Commit, predictions: Predictions, score: VersionScore) -> None:
        """Keep a score, so that the next list of models need not open the dataset, in another process neither."""
        key = (moment, *_key(commit, predictions))
        self._hold(key, score)
        with suppress(OSError):  # a full disk is no reason to fail
            self._folder.mkdir(parents=True, exist_ok=True)
            part = self._folder / f"{uuid.uuid4().hex}.part"
            part.write_text(json.dumps(astuple(score)))
            part.replace(self._file(key))
            found = sorted(self._folder.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
            for old in found[REMEMBERED:]:
                old.unlink(missing_ok=True)

    def _hold(self, key: tuple[object, ...], score: VersionScore) -> None:
        with self._lock:
            self._scores[key] = score
            while len(self._scores) > REMEMBERED:
                self._scores.popitem(last=False)

    def _file(self, key: tuple[object, ...]) -> Path:
        return self._folder / f"{digest_of(repr((_LAYOUT, *key)).encode()).hex()}.json"

    def of(self, opened: OpenDataset) -> Yardstick:
        """Return the yardstick of an opened dataset. The first time costs O(items), after an act O(labels)."""
        with self._lock:
            items = self._kept.get(opened.view)
        if items is None:
            items = Items(opened.view)
            with self._lock:
                items = self._kept.setdefault(opened.view, items)
        return items.at(opened.view, opened.state)


def read_predictions(backend: Backend, commit: Commit, predictions: Predictions) -> pa.Table:
    """Return the predictions in a commit: columns key (as it joins), prediction, confidence. Raises Invalid."""
    place = revisions.parse(predictions.source)
    tree = Tree(backend.store, commit.tree)
    path = place.path or ""
    files = [entry.path for entry in tree.walk(path) if entry.path == path or is_table(entry.path)]
    if not files:
        raise Invalid(
            f"{place.repo}@{commit.id[:12]} holds no predictions at {path or 'its root'}.",
            help="Look at what the model follows.",
        )
    table = read_table(tree.read, files, key=predictions.key)
    for name in (predictions.key, predictions.label):
        if name not in table.schema.names:
            raise Invalid(
                f"The predictions of {place.repo} have no column {name!r}.",
                help=f"Their columns are {', '.join(table.schema.names)}; change the model's definition.",
            )
    columns: dict[str, Any] = {
        "key": joined_keys(table[predictions.key], predictions.match),
        "prediction": joined_keys(table[predictions.label], "path"),
    }
    if predictions.confidence and predictions.confidence in table.schema.names:
        columns["confidence"] = table[predictions.confidence].cast(pa.float64())
    found = pa.table(columns)
    return found.filter(found["key"].is_valid())


def interval_info(interval: Interval) -> IntervalInfo:
    """Return an interval as it crosses a door."""
    value = None if np.isnan(interval.value) else interval.value
    return IntervalInfo(value, _finite(interval.low, 0.0), _finite(interval.high, 1.0), interval.n)


def _finite(value: float, otherwise: float) -> float:
    return value if np.isfinite(value) else otherwise


def label_texts(labels: Coded) -> Any:
    if not labels.names:
        return pa.nulls(len(labels.codes), pa.string())
    names = pa.array(labels.names, pa.string())
    missing: NDArray[np.bool_] = labels.codes == NONE
    return names.take(pa.array(np.where(missing, 0, labels.codes), pa.int32(), mask=missing))


def _key(commit: Commit, predictions: Predictions) -> tuple[str, str, Predictions]:
    return commit.repo, commit.id, predictions
