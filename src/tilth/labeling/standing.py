"""All answers of a pipeline as columns, kept in memory and brought up to date by what the ledger gained since.

Reading them the first time costs O(answers); later O(answers touched since). What follows from them (consensus, each
worker's numbers) is made anew when asked for after a change.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from tilth.crowd.aggregation import aggregate
from tilth.crowd.answers import Answers
from tilth.crowd.consensus import Consensus
from tilth.errors import NotFound
from tilth.labeling.comparing import Comparison
from tilth.labeling.labels import MAX_CATEGORIES
from tilth.labeling.ledger import columns, desks, reports
from tilth.labeling.ledger.ledger import REJECTED, spec_of
from tilth.labeling.rates import Share, count_share
from tilth.labeling.results import meaning_of
from tilth.labeling.spec import LabelingSpec
from tilth.versioning.backend import Backend

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

KEPT = 16
STATES = ("submitted", "accepted", REJECTED)


class _Codes:
    """A growing vocabulary: value → code."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self._code: dict[str, int] = {}

    def of(self, value: str) -> int:
        code = self._code.get(value)
        if code is None:
            code = self._code[value] = len(self.values)
            self.values.append(value)
        return code

    def now(self) -> tuple[list[str], dict[str, int]]:
        """Return values and codes as they are now."""
        return list(self.values), dict(self._code)


class _Columns:
    """Answers in columns that grow; the same answer again overwrites its row."""

    def __init__(self) -> None:
        self.tasks, self.workers, self.meanings = _Codes(), _Codes(), _Codes()
        self.ids: list[str] = []
        self._row: dict[str, int] = {}
        self._whole: NDArray[np.int64] = np.empty((0, 8), np.int64)
        self._seconds: NDArray[np.float64] = np.empty(0)
        self.since = -1

    def take(self, rows: Sequence[Any]) -> None:
        """Add answers, or bring them up to date."""
        fresh: list[tuple[int, ...]] = []
        seconds: list[float] = []
        for row in rows:
            values = (
                self.tasks.of(row[1]),
                self.workers.of(row[2]),
                self.meanings.of(row[3]),
                bool(row[4]),
                -1 if row[5] is None else int(row[5]),
                bool(row[6]),
                STATES.index(row[7]),
                row[9],
            )
            known = self._row.get(row[0])
            if known is None:
                self._row[row[0]] = len(self.ids)
                self.ids.append(row[0])
                fresh.append(values)
                seconds.append(row[8])
            elif known < len(self._whole):
                self._whole[known] = values
                self._seconds[known] = row[8]
            else:
                fresh[known - len(self._whole)] = values
        if fresh:
            self._whole = np.concatenate([self._whole, np.array(fresh, np.int64)])
            self._seconds = np.concatenate([self._seconds, np.array(seconds)])

    def table(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return a copy that later changes leave alone."""
        return self._whole.copy(), self._seconds.copy()


@dataclass(frozen=True, slots=True)
class WorkerNumbers:
    """What the columns tell of one worker."""

    agreement: Share
    median_seconds: float
    last_ms: int
    imported: bool


class Standing:
    """Answers and what follows from them at one moment of the ledger. Parts are made when first asked for."""

    def __init__(
        self,
        sequence: int,
        spec: LabelingSpec,
        held: _Columns,
        known: Mapping[str, str],
        ruled: Mapping[str, str],
    ) -> None:
        self.sequence, self.spec = sequence, spec
        self.known, self.ruled = known, ruled
        whole, self.seconds = held.table()
        self.task, self.worker, self.meaning = whole[:, 0], whole[:, 1], whole[:, 2]
        self.golden: Mask = whole[:, 3] == 1
        self.right = whole[:, 4]
        self.unsure: Mask = whole[:, 5] == 1
        self.rejected: Mask = whole[:, 6] == STATES.index(REJECTED)
        self.at_ms = whole[:, 7]
        self.ids = list(held.ids)
        self.tasks, self._tasks = held.tasks.now()
        self.workers, self._workers = held.workers.now()
        self.meanings, self._meanings = held.meanings.now()
        self.size = len(self.task)
        self.comparison: Comparison | None = None
        """Kept here by who made it, so that it goes when the ledger moves."""

    @property
    def counted(self) -> Mask:
        """Which answers count: neither rejected nor unsure."""
        return ~(self.rejected | self.unsure)

    @cached_property
    def categories(self) -> tuple[str, ...] | None:
        """The labels that may be said, those of the config first; None where answers are no categories."""
        said = np.unique(self.meaning[self.counted])
        extra = sorted({self.meanings[code] for code in said} | set(self.known.values()) | set(self.ruled.values()))
        vocabulary = tuple(dict.fromkeys([*self.spec.config.labels(), *extra]))
        if self.spec.config.categorical is None or len(vocabulary) > MAX_CATEGORIES:
            return None
        return vocabulary

    @cached_property
    def answers(self) -> Answers:
        """The answers that count, for the crowd's mathematics. Only where there are categories."""
        assert self.categories is not None
        rows = np.flatnonzero(self.counted)
        code = {name: number for number, name in enumerate(self.categories)}
        label_of = np.array([code.get(name, -1) for name in self.meanings] or [0], np.int64)
        task, worker, label = self.task[rows], self.worker[rows], label_of[self.meaning[rows]]
        order = np.lexsort((label, worker, task))
        return Answers(
            task[order].astype(np.int32),
            worker[order].astype(np.int32),
            label[order].astype(np.int32),
            tuple(self.tasks),
            tuple(self.workers),
            self.categories,
        )

    @property
    def method(self) -> str:
        """How the pipeline decides."""
        return "majority" if self.spec.aggregation == "majority" or self.categories is None else "dawid_skene"

    @cached_property
    def truths(self) -> dict[str, str]:
        """Task → what is certain: known answers and experts' rulings."""
        return {**self.known, **self.ruled}

    @cached_property
    def consensus(self) -> Consensus:
        """What the pipeline's method concludes, certain answers held fixed. Only where there are categories."""
        certain = {task: meaning for task, meaning in self.truths.items() if self._tasks.get(task, -1) >= 0}
        return aggregate(self.answers, method=self.method, known=certain)

    @cached_property
    def holds(self) -> tuple[Ints, NDArray[np.float64]]:
        """Per task: the code of the meaning that holds (−1: none) and its confidence."""
        size = len(self.tasks)
        meaning, confidence = np.full(size, -1, np.int64), np.zeros(size)
        counted = np.bincount(self.task[self.counted], minlength=size)
        if self.categories is not None:
            if self.size:
                codes = np.array([self._meanings.get(name, -1) for name in self.categories] or [-1], np.int64)
                meaning = np.where(counted > 0, codes[self.consensus.label], -1)
                confidence = np.where(counted > 0, self.consensus.confidence, 0.0)
        elif counted.any():
            rows = np.flatnonzero(self.counted)
            pairs, votes = np.unique(self.task[rows] * len(self.meanings) + self.meaning[rows], return_counts=True)
            task, said = pairs // len(self.meanings), pairs % len(self.meanings)
            names = np.array([self.meanings[code] for code in said], dtype=object)
            order = np.lexsort((names.astype(str), -votes, task))
            first = order[np.unique(task[order], return_index=True)[1]]
            meaning[task[first]] = said[first]
            confidence[task[first]] = votes[first] / counted[task[first]]
        for name, value in self.truths.items():
            code = self._tasks.get(name, -1)
            if code >= 0:
                meaning[code], confidence[code] = self._meanings.get(value, -1), 1.0
        return meaning, confidence

    def held(self, task: str) -> tuple[str, float] | None:
        """Return what holds for a task and how sure it is; None where nothing does."""
        code = self._tasks.get(task, -1)
        if code < 0 or self.holds[0][code] < 0:
            return None
        return self.meanings[self.holds[0][code]], float(self.holds[1][code])

    @cached_property
    def agrees(self) -> NDArray[np.int8]:
        """Per answer: whether it is what holds on an item that others answered too; −1: cannot be told.

        Rejected answers are compared as well: they are why somebody was banned.
        """
        counted = np.bincount(self.task[self.counted], minlength=len(self.tasks))
        others = counted[self.task] - self.counted
        held = self.holds[0][self.task]
        certain = np.zeros(len(self.tasks), bool)
        for name in self.truths:
            code = self._tasks.get(name, -1)
            if code >= 0:
                certain[code] = True
        told = ~self.unsure & (held >= 0) & ((others > 0) | certain[self.task])
        agreed: NDArray[np.int8] = np.where(told, held == self.meaning, -1).astype(np.int8)
        return agreed

    @cached_property
    def numbers(self) -> dict[str, WorkerNumbers]:
        """Worker → agreement, median speed, last answer. Cost: O(answers), once per change."""
        size = len(self.workers)
        told = (self.agrees >= 0) & ~self.golden
        n = np.bincount(self.worker[told], minlength=size)
        hits = np.bincount(self.worker[told], self.agrees[told] == 1, minlength=size).astype(np.int64)
        order = np.lexsort((self.seconds, self.worker))
        starts = np.searchsorted(self.worker[order], np.arange(size + 1))
        found: dict[str, WorkerNumbers] = {}
        for code, name in enumerate(self.workers):
            mine = order[starts[code] : starts[code + 1]]
            median = float(np.median(self.seconds[mine])) if len(mine) else 0.0
            last = int(self.at_ms[mine].max()) if len(mine) else 0
            found[name] = WorkerNumbers(
                count_share(int(hits[code]), int(n[code])), median, last, name.startswith(columns.IMPORTED)
            )
        return found

    def of_worker(self, name: str) -> Ints:
        """Return the rows of a worker's answers, newest first."""
        code = self._workers.get(name, -1)
        rows = np.flatnonzero(self.worker == code) if code >= 0 else np.empty(0, np.int64)
        newest: Ints = rows[np.lexsort((rows, self.at_ms[rows]))[::-1]]
        return newest

    def of_tasks(self, names: Sequence[str]) -> dict[str, Ints]:
        """Return task → rows of its answers. Cost: O(answers)."""
        codes = np.array([self._tasks.get(name, -1) for name in names], np.int64)
        rows = np.flatnonzero(np.isin(self.task, codes[codes >= 0]))
        found: dict[str, Ints] = {name: np.empty(0, np.int64) for name in names}
        for code in np.unique(self.task[rows]).tolist():
            found[self.tasks[code]] = rows[self.task[rows] == code]
        return found


class Standings:
    """The pipelines that were asked about last."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[_Columns, Standing]] = OrderedDict()

    def of(self, pipeline: str) -> Standing:
        """Return how a pipeline stands now. Raises NotFound."""
        with self._lock, self._backend.database.read() as conn:
            row = desks.find(conn, pipeline)
            if row is None:
                raise NotFound(
                    f"There is no labeling pipeline {pipeline!r}.", help="List them with `tilth labeling list`."
                )
            spec = spec_of(row.spec)
            held, before = self._kept.get(pipeline, (_Columns(), None))
            if before is not None and before.sequence == row.sequence and before.spec is spec:
                self._kept.move_to_end(pipeline)
                return before
            now = _read(conn, row, spec, held)
            self._kept[pipeline] = (held, now)
            self._kept.move_to_end(pipeline)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return now


def _read(conn: Connection, row: Any, spec: LabelingSpec, held: _Columns) -> Standing:
    held.take(columns.touched(conn, row.pipeline, held.since))
    held.since = row.sequence
    known = reports.known_meanings(conn, row.pipeline)
    ruled = {
        task: meaning if meaning else meaning_of(spec.config, json.loads(result))
        for task, result, meaning in columns.rulings_now(conn, row.pipeline)
    }
    for name in (*known, *ruled):
        held.tasks.of(name)
    for meaning in (*known.values(), *ruled.values(), *spec.config.labels()):
        held.meanings.of(meaning)
    return Standing(row.sequence, spec, held, known, ruled)
