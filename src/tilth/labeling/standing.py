"""All answers of a pipeline as columns, kept in memory and brought up to date by what the ledger gained since.

What the list of people tells is counted along (`gathered`): it costs O(answers touched since). What needs all answers,
such as what the pipeline's method concludes, is made anew when it is asked for after a change.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from tilth.crowd.aggregation import aggregate
from tilth.crowd.answers import Answers, Codes
from tilth.crowd.consensus import Consensus
from tilth.crowd.interval import wilson_bounds
from tilth.errors import NotFound
from tilth.labeling import gathered as rows_
from tilth.labeling import kept
from tilth.labeling.comparing import Comparison
from tilth.labeling.gathered import Gathered, Ints, Mask
from tilth.labeling.labels import MAX_CATEGORIES
from tilth.labeling.ledger import columns, desks
from tilth.labeling.ledger.ledger import spec_of
from tilth.labeling.rates import Share, count_share
from tilth.labeling.spec import LabelingSpec
from tilth.versioning.backend import Backend

KEPT = 16
KEPT_EVERY = 5_000
"""Answers after which what is kept on disk is written anew."""


@dataclass(frozen=True, slots=True)
class WorkerNumbers:
    """What the columns tell of one worker. `agreement` is with the others: one's own answers have no part in it."""

    agreement: Share
    median_seconds: float
    last_ms: int
    imported: bool


NO_NUMBERS = WorkerNumbers(count_share(0, 0), 0.0, 0, False)


class Standing:
    """Answers and what follows from them at one moment of the ledger. Parts are made when first asked for."""

    def __init__(self, sequence: int, spec: LabelingSpec, held: Gathered) -> None:
        self.sequence, self.spec = sequence, spec
        self.size = held.size
        self.task, self.worker, self.meaning = held.task.now, held.worker.now, held.meaning.now
        self.seconds, self.at_ms, self.others = held.seconds.now, held.at_ms.now, held.others.now
        self.ids = held.ids
        self._flags, self._state = held.flags.now, held.state.now
        self._counts = held.told.now, held.hits.now, held.median.now, held.last_ms.now
        self._tasks, self._workers, self._meanings = held.tasks, held.workers, held.meanings
        self._known, self._ruled = held.known, held.ruled
        self._words = len(held.meanings)
        self._rank = held.rank
        self.comparison: Comparison | None = None
        """Kept here by who made it, so that it goes when the ledger moves."""

    @property
    def tasks(self) -> Sequence[str]:
        """The tasks by code; a later view may see more of them at the end."""
        return self._tasks.values

    @property
    def workers(self) -> Sequence[str]:
        """The workers by code."""
        return self._workers.values

    @property
    def meanings(self) -> Sequence[str]:
        """What was said, by code."""
        return self._meanings.values

    @property
    def golden(self) -> Mask:
        """Which answers are to known-answer tasks."""
        found: Mask = (self._flags & rows_.GOLDEN) != 0
        return found

    @property
    def unsure(self) -> Mask:
        """Which answers say that they are unsure."""
        found: Mask = (self._flags & rows_.UNSURE) != 0
        return found

    @property
    def rejected(self) -> Mask:
        """Which answers were rejected."""
        found: Mask = (self._flags & (rows_.REJECTED | rows_.GONE)) == rows_.REJECTED
        return found

    @property
    def there(self) -> Mask:
        """Which answers there are: all but those taken back."""
        found: Mask = (self._flags & rows_.GONE) == 0
        return found

    @property
    def right(self) -> NDArray[np.int8]:
        """Of answers to known-answer tasks, whether they are right; −1 for others."""
        right = (self._flags & rows_.RIGHT) != 0
        return np.where((self._flags & rows_.TOLD) != 0, right, -1).astype(np.int8)

    @property
    def counted(self) -> Mask:
        """Which answers count: neither rejected nor unsure."""
        found: Mask = (self._flags & (rows_.REJECTED | rows_.UNSURE)) == 0
        return found

    @property
    def agrees(self) -> NDArray[np.int8]:
        """Per answer: whether the others to its item (or an expert) say the same; −1: cannot be told."""
        return np.where(self.others >= 0, self.others == self.meaning, -1).astype(np.int8)

    @property
    def known(self) -> Mapping[str, str]:
        """Known-answer task → its answer."""
        return {self.tasks[task]: self.meanings[said] for task, said in self._known.items()}

    @property
    def ruled(self) -> Mapping[str, str]:
        """Task → what an expert ruled."""
        return {self.tasks[task]: self.meanings[said] for task, said in self._ruled.items()}

    @cached_property
    def categories(self) -> tuple[str, ...] | None:
        """The labels that may be said, those of the config first; None where answers are no categories."""
        if self.spec.config.categorical is None:
            return None
        said = np.flatnonzero(np.bincount(self.meaning[self.counted], minlength=1)).tolist()
        extra = {*said, *self._known.values(), *self._ruled.values()}
        vocabulary = tuple(dict.fromkeys([*self.spec.config.labels(), *sorted(self.meanings[code] for code in extra)]))
        return vocabulary if len(vocabulary) <= MAX_CATEGORIES else None

    @cached_property
    def _label_of(self) -> Ints:
        """Meaning code → label code, −1 for what is no label."""
        code = {name: number for number, name in enumerate(self.categories or ())}
        return np.array([code.get(name, -1) for name in self.meanings[: self._words]] or [-1], np.int64)

    @cached_property
    def place(self) -> Ints:
        """Per task its place among the tasks of `answers`: in the order of their names."""
        return self._rank(len(self._state))

    @cached_property
    def answers(self) -> Answers:
        """The answers that count, for the crowd's mathematics. Only where there are categories.

        Tasks and workers in the order of their names, so that sums come out the same whatever came first.
        """
        assert self.categories is not None
        rows = np.flatnonzero(self.counted)
        workers = self.workers[: len(self._counts[0])]
        rank = np.empty(len(workers), np.int64)
        rank[sorted(range(len(workers)), key=workers.__getitem__)] = np.arange(len(workers))
        # One number sorts faster than three columns.
        width, crowd = max(len(self.categories), 1), max(len(workers), 1)
        key = self.place[self.task[rows]] * crowd + rank[self.worker[rows]]
        key = key * width + self._label_of[self.meaning[rows]]
        key.sort()
        rest = key // width
        names = np.empty(len(self._state), object)
        names[self.place] = self.tasks[: len(self._state)]
        return Answers(
            (rest // crowd).astype(np.int32),
            (rest % crowd).astype(np.int32),
            (key % width).astype(np.int32),
            tuple(names.tolist()),
            tuple(sorted(workers)),
            self.categories,
        )

    @property
    def method(self) -> str:
        """How the pipeline decides."""
        return "majority" if self.spec.aggregation == "majority" or self.categories is None else "dawid_skene"

    @property
    def truths(self) -> dict[int, int]:
        """Task → meaning of what is certain, by code: known answers and experts' rulings."""
        return {**self._known, **self._ruled}

    def codes(self, truths: Mapping[int, int]) -> Codes:
        """Return per task of `answers` the label code of what `truths` says of it, −1 where it says nothing."""
        found = np.full(len(self._state), -1, np.int32)
        if truths:
            found[self.place[list(truths)]] = self._label_of[list(truths.values())]
        return found

    @property
    def known_codes(self) -> Codes:
        """Per task of `answers` the label code of its known answer, −1 where it has none."""
        return self.codes(self._known)

    @cached_property
    def consensus(self) -> Consensus:
        """What the pipeline's method concludes, certain answers held fixed. Only where there are categories."""
        return aggregate(self.answers, method=self.method, known=self.codes(self.truths))

    @cached_property
    def holds(self) -> tuple[Ints, NDArray[np.float64]]:
        """Per task: the code of the meaning that holds (−1: none) and its confidence."""
        size = len(self._state)
        meaning, confidence = np.full(size, -1, np.int64), np.zeros(size)
        counted = np.bincount(self.task[self.counted], minlength=size)
        if self.categories is not None:
            if self.size:
                codes = np.array([self._meanings.find(name) for name in self.categories] or [-1], np.int64)
                meaning = np.where(counted > 0, codes[self.consensus.label[self.place]], -1)
                confidence = np.where(counted > 0, self.consensus.confidence[self.place], 0.0)
        elif counted.any():
            rows = np.flatnonzero(self.counted)
            task_of, word = self.task[rows].astype(np.int64), self.meaning[rows]
            pairs, votes = np.unique(task_of * self._words + word, return_counts=True)
            task, said = pairs // self._words, pairs % self._words
            names = np.array([self.meanings[code] for code in said], dtype=object)
            order = np.lexsort((names.astype(str), -votes, task))
            first = order[np.unique(task[order], return_index=True)[1]]
            meaning[task[first]] = said[first]
            confidence[task[first]] = votes[first] / counted[task[first]]
        certain = self.truths
        if certain:
            meaning[list(certain)], confidence[list(certain)] = list(certain.values()), 1.0
        return meaning, confidence

    def held(self, task: str) -> tuple[str, float] | None:
        """Return what holds for a task and how sure it is; None where nothing does."""
        code = self._tasks.find(task)
        if not 0 <= code < len(self._state) or self.holds[0][code] < 0:
            return None
        return self.meanings[self.holds[0][code]], float(self.holds[1][code])

    @cached_property
    def settled(self) -> Ints:
        """The tasks that the crowd has settled and no expert has ruled, with something that holds; in the order of
        their names, so that equal seeds draw equal samples whatever came first."""
        found = np.flatnonzero((self._state == rows_.SETTLED) & (self.holds[0] >= 0))
        ordered: Ints = found[np.argsort(self.place[found])]
        return ordered

    @cached_property
    def numbers(self) -> dict[str, WorkerNumbers]:
        """Worker → agreement, median speed, last answer. Cost: O(workers)."""
        told, hits, median, last = (column.tolist() for column in self._counts)
        low, high = (ends.tolist() for ends in wilson_bounds(self._counts[1], self._counts[0]))
        return {
            name: WorkerNumbers(
                Share(hits[code] / told[code], low[code], high[code], told[code], hits[code])
                if told[code]
                else count_share(0, 0),
                median[code],
                last[code],
                name.startswith(columns.IMPORTED),
            )
            for code, name in enumerate(self.workers[: len(told)])
        }

    def of_worker(self, name: str) -> Ints:
        """Return the rows of a worker's answers, newest first. Cost: O(answers), of one column."""
        code = self._workers.find(name)
        rows = np.flatnonzero((self.worker == code) & self.there) if code >= 0 else np.empty(0, np.int64)
        newest: Ints = rows[np.lexsort((rows, self.at_ms[rows]))[::-1]]
        return newest

    def of_tasks(self, names: Sequence[str]) -> dict[str, Ints]:
        """Return task → rows of its answers. Cost: O(answers), of one column."""
        codes = np.array([self._tasks.find(name) for name in names], np.int64)
        wanted = np.zeros(max(len(self._state), 1), np.bool_)
        wanted[codes[(codes >= 0) & (codes < len(self._state))]] = True
        rows = np.flatnonzero(wanted[self.task] & self.there)
        found: dict[str, Ints] = {name: np.empty(0, np.int64) for name in names}
        for code in np.unique(self.task[rows]).tolist():
            found[self.tasks[code]] = rows[self.task[rows] == code]
        return found


class Standings:
    """The pipelines that were asked about last."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[Gathered, Standing]] = OrderedDict()

    def of(self, pipeline: str) -> Standing:
        """Return how a pipeline stands now. Raises NotFound."""
        with self._lock, self._backend.database.read() as conn:
            row = desks.head(conn, pipeline)
            if row is None:
                raise NotFound(
                    f"There is no labeling pipeline {pipeline!r}.", help="List them with `tilth labeling list`."
                )
            spec = spec_of(row.spec)
            known = self._kept.get(pipeline)
            if known is not None and known[1].sequence == row.sequence and known[1].spec is spec:
                self._kept.move_to_end(pipeline)
                return known[1]
            held = self._read(conn, pipeline, row.sequence, known[0] if known is not None else None)
            for label in spec.config.labels():
                held.meanings.of(label)
            now = Standing(row.sequence, spec, held)
            self._kept[pipeline] = (held, now)
            self._kept.move_to_end(pipeline)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return now

    def _read(self, conn: Connection, pipeline: str, sequence: int, held: Gathered | None) -> Gathered:
        place = kept.place_of(self._backend.scratch, pipeline)
        if held is None:
            held = kept.find(place, pipeline)
            if held is not None and held.since > sequence:
                held = None
            if held is not None:
                _bring_up(conn, pipeline, sequence, held)
                if not columns.are_all(conn, pipeline, held.size, held.ids[-1] if held.ids else ""):
                    held = None
        if held is None or held.since < sequence:
            held = held or Gathered()
            _bring_up(conn, pipeline, sequence, held)
        if held.gained >= KEPT_EVERY:
            kept.keep(place, held, pipeline)
            held.gained = 0
        return held


def _bring_up(conn: Connection, pipeline: str, sequence: int, held: Gathered) -> None:
    held.take(columns.touched(conn, pipeline, held.since), columns.tasks_touched(conn, pipeline, held.since))
    held.since = sequence
