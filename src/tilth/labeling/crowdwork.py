"""Workers of a pipeline from near: numbers from the ledger's columns, confusion, speed, and bans taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select

from tilth.errors import Conflict, Invalid
from tilth.labeling.comparing import Comparison, compare
from tilth.labeling.ledger import banning, reports
from tilth.labeling.ledger.ledger import open_ledger
from tilth.labeling.rates import Share, count_share
from tilth.labeling.service import Clock, LabelingDesk, wall_clock
from tilth.labeling.standing import NO_NUMBERS, Standing, Standings, WorkerNumbers
from tilth.metadata.schema.labeling import restrictions
from tilth.model.labeling import WorkerStats
from tilth.versioning.backend import Backend

SPEED_POINTS = 60


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker: the ledger's counters, and what all answers tell."""

    stats: WorkerStats
    numbers: WorkerNumbers

    @property
    def known(self) -> Share:
        """The score on known answers."""
        return count_share(self.stats.golden_right, self.stats.golden_total)


@dataclass(frozen=True, slots=True)
class Near:
    """What one worker said, against what the others said and against known answers: (true, said) → count or share.

    `consensus` leaves the worker's own answers out, and counts the items of `agreement`.
    """

    worker: Worker
    labels: tuple[str, ...]
    consensus: Mapping[tuple[str, str], int]
    known: Mapping[tuple[str, str], int]
    estimated: Mapping[tuple[str, str], float]
    speed: Sequence[tuple[int, float, int]]
    restrictions: Sequence[Any]


class WorkerDesk:
    """Tells how the people of a pipeline do. Thread-safe."""

    def __init__(
        self, backend: Backend, desk: LabelingDesk, standings: Standings, *, clock: Clock = wall_clock
    ) -> None:
        self._backend = backend
        self._desk = desk
        self._standings = standings
        self._clock = clock

    def workers(self, pipeline: str) -> list[Worker]:
        """Return all workers, by public id. Cost: O(workers), and what the ledger gained since the last call."""
        numbers = self._standings.of(pipeline).numbers
        with self._backend.database.read() as conn:
            found = reports.all_workers(conn, pipeline)
        return [Worker(stats, numbers.get(stats.worker, NO_NUMBERS)) for stats in found]

    def near(self, pipeline: str, public: str) -> Near:
        """Return one worker from near. Raises NotFound."""
        name = self._desk.worker_of(pipeline, public)
        standing = self._standings.of(pipeline)
        with self._backend.database.read() as conn:
            stats = reports.worker(conn, pipeline, name)
            history = conn.execute(
                select(restrictions)
                .where(restrictions.c.pipeline == pipeline, restrictions.c.worker == name)
                .order_by(restrictions.c.sequence)
            ).all()
        assert stats is not None, "worker_of has just found it"
        rows = standing.of_worker(name)
        worker = Worker(stats, standing.numbers.get(name, NO_NUMBERS))
        if standing.categories is None:
            return Near(worker, (), {}, {}, {}, _speed(standing, rows), history)
        told = rows[(standing.agrees[rows] >= 0) & ~standing.golden[rows]]
        golden = rows[standing.golden[rows] & ~standing.unsure[rows]]
        consensus = _cells(standing, standing.others[told], standing.meaning[told])
        answer = standing.known
        truth = [answer.get(standing.tasks[task], "") for task in standing.task[golden].tolist()]
        said = [standing.meanings[code] for code in standing.meaning[golden].tolist()]
        known = Counter(pair for pair in zip(truth, said, strict=True) if pair[0])
        return Near(
            worker, standing.categories, consensus, known, _estimated(standing, name), _speed(standing, rows), history
        )

    def answers(self, pipeline: str, public: str, only: str) -> tuple[Standing, list[int]]:
        """Return the rows of a worker's answers, newest first: all, or those that differ, are known, or rejected."""
        name = self._desk.worker_of(pipeline, public)
        standing = self._standings.of(pipeline)
        rows = standing.of_worker(name)
        if only == "differs":
            rows = rows[(standing.agrees[rows] == 0) | (standing.right[rows] == 0)]
        elif only == "known":
            rows = rows[standing.golden[rows]]
        elif only == "rejected":
            rows = rows[standing.rejected[rows]]
        elif only:
            raise Invalid(f"{only[:40]!r} chooses no answers.", help="Choose differs, known or rejected, or nothing.")
        return standing, rows.tolist()

    def unban(self, pipeline: str, public: str, *, reason: str) -> None:
        """Take a ban back. Raises Invalid without a reason, NotFound, Conflict."""
        if not reason.strip():
            raise Invalid("Taking a ban back needs a reason.", help="Say why; it is kept in the history.")
        name = self._desk.worker_of(pipeline, public)
        with self._backend.database.transaction() as conn, open_ledger(conn, pipeline, self._clock()) as ledger:
            person = ledger.worker(name)
            if person.state != "banned":
                raise Conflict("This labeler is not banned.", help="Nothing is to be taken back.", worker=public)
            banning.lift(ledger, person, reason=reason.strip())

    def compare(self, pipeline: str) -> tuple[Standing, Comparison]:
        """Aggregate by every method; kept until the ledger moves. Raises Invalid where answers are no categories."""
        standing = self._standings.of(pipeline)
        if standing.categories is None:
            raise Invalid(
                f"{pipeline} asks for something else than a category, so only equal answers can be counted.",
                help="Methods are compared where people choose one of a list.",
            )
        if standing.comparison is None:
            standing.comparison = compare(
                standing.answers,
                known=standing.known_codes,
                certain=standing.codes(standing.truths),
                held=standing.consensus,
            )
        return standing, standing.comparison


def classes_of(cells: Mapping[tuple[str, str], int]) -> dict[str, Share]:
    """Return class → share of answers that agree, from (true, said) counts."""
    total: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for (true, said), count in cells.items():
        total[true] += count
        right[true] += count if true == said else 0
    return {name: count_share(right[name], total[name]) for name in sorted(total)}


def _cells(standing: Standing, true: Any, said: Any) -> dict[tuple[str, str], int]:
    size = len(standing.meanings)
    pairs, counts = np.unique(true.astype(np.int64) * size + said, return_counts=True)
    return {
        (standing.meanings[pair // size], standing.meanings[pair % size]): count
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True)
    }


def _estimated(standing: Standing, name: str) -> dict[tuple[str, str], float]:
    confusion = standing.consensus.confusion
    if confusion is None or name not in standing.answers.workers or standing.categories is None:
        return {}
    matrix = confusion[standing.answers.workers.index(name)]
    labels = standing.categories
    return {
        (labels[true], labels[said]): float(matrix[true, said])
        for true in range(len(labels))
        for said in range(len(labels))
    }


def _speed(standing: Standing, rows: Any) -> list[tuple[int, float, int]]:
    """Return (time of the last, median seconds, how many) of consecutive answers, at most SPEED_POINTS of them."""
    oldest_first = rows[::-1]
    parts = np.array_split(oldest_first, min(SPEED_POINTS, len(oldest_first))) if len(oldest_first) else []
    return [(int(standing.at_ms[part].max()), float(np.median(standing.seconds[part])), len(part)) for part in parts]
