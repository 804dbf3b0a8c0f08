"""Next task and submit at 50,000 open tasks: server CPU per call, also for a worker who has seen nearly all of them.

A call is what a door makes: reading the spec, one transaction with its fsync, the values that go back. Known answers,
rules and a budget are on. The promise is at most 5 ms of CPU for a next task.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.report import Report
from tilth.labeling.service import LabelingDesk
from tilth.labeling.stage import LabelingStage
from tilth.model.ids import ChangeId, WorkerId, new_id
from tilth.model.labeling import Assignment
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.commits import commit_edits
from tilth.versioning.edits import Edits
from tilth.versioning.repos import create_repo
from tilth.versioning.trees import write_entry

TASKS = 50_000
CALLS = 2_000
WORKERS = 50
PROMISE_MS = 5.0
PIPELINE = "default/label"
CONFIG = (
    '<View><Text name="t" value="$text"/><Choices name="c" toName="t" required="true">'
    '<Choice value="cat"/><Choice value="dog"/></Choices></View>'
)
RESULT = [{"from_name": "c", "to_name": "t", "type": "choices", "value": {"choices": ["cat"]}}]

T = TypeVar("T")


def run(report: Report) -> None:
    """Measure intake, then calls by many workers, then by one who has answered nearly everything."""
    with tempfile.TemporaryDirectory(prefix="tilth-bench-") as scratch, open_backend(Path(scratch) / "w") as backend:
        stage, desk = LabelingStage(backend), LabelingDesk(backend)
        started = time.process_time()
        _fill(backend, stage)
        report.row(f"intake of {TASKS:,} new rows as tasks", f"{time.process_time() - started:.1f} cpu-s")
        _many_workers(report, desk)
        _one_worker(report, backend, desk)


def _many_workers(report: Report, desk: LabelingDesk) -> None:
    lent: list[float] = []
    submitted: list[float] = []
    for number in range(CALLS):
        worker = WorkerId(f"worker-{number % WORKERS}")
        task = _timed(lent, lambda worker=worker: desk.next(PIPELINE, worker))  # type: ignore[misc]
        assert isinstance(task, Assignment)
        _timed(submitted, lambda task=task, worker=worker: desk.submit(task.id, worker, RESULT))  # type: ignore[misc]
    _tell(report, f"next task at {TASKS:,} open tasks, {WORKERS} workers, per call", lent)
    _tell(report, f"submit at {TASKS:,} open tasks, {WORKERS} workers, per call", submitted)


def _one_worker(report: Report, backend: Backend, desk: LabelingDesk) -> None:
    """Let one worker have answered all but the last hundred tasks, without the 49,900 calls."""
    worker = WorkerId("veteran")
    desk.next(PIPELINE, worker)
    with backend.database.transaction() as conn:
        conn.exec_driver_sql(
            "INSERT INTO assignments SELECT 'seen-' || task, pipeline, task, ?, 0, 'skipped', 0, '0', 0, 0 FROM tasks "
            "WHERE state = 'open' AND task NOT IN (SELECT task FROM assignments WHERE worker = ?) "
            "ORDER BY stamp LIMIT (SELECT count(*) - 100 FROM tasks WHERE state = 'open')",
            (worker, worker),
        )
    held = desk.next(PIPELINE, worker)
    assert isinstance(held, Assignment)
    desk.submit(held.id, worker, RESULT)
    first: list[float] = []
    task = _timed(first, lambda: desk.next(PIPELINE, worker))
    assert isinstance(task, Assignment)
    desk.submit(task.id, worker, RESULT)
    later: list[float] = []
    for _ in range(50):
        task = _timed(later, lambda: desk.next(PIPELINE, worker))
        assert isinstance(task, Assignment)
        desk.submit(task.id, worker, RESULT)
    report.row("next task, once, past 49,900 tasks seen before", f"{first[0]:.1f} ms of CPU")
    _tell(report, "next task after that, per call", later)


def _timed(into: list[float], act: Callable[[], T]) -> T:
    started = time.process_time()
    result = act()
    into.append((time.process_time() - started) * 1e3)
    return result


def _tell(report: Report, promise: str, milliseconds: list[float]) -> None:
    p50, p99 = np.percentile(milliseconds, [50, 99])
    report.row(promise, f"p50 {p50:.2f} ms, p99 {p99:.2f} ms of CPU", f"promise {PROMISE_MS:g} ms", p99 / PROMISE_MS)


def _fill(backend: Backend, stage: LabelingStage) -> None:
    for name in ("items", "label"):
        create_repo(backend, name)
    rows = "".join(
        f"k{number},a headline that is about as long as most are: number {number}\n" for number in range(TASKS)
    )
    edits = Edits()
    edits.put(write_entry(backend.store, "pool.csv", b"id,text\n" + rows.encode()))
    commit_edits(backend, "items", "main", edits, author="benchmark")
    with backend.database.transaction() as conn:
        stage.declare(
            conn,
            PIPELINE,
            repo=PIPELINE,
            branch="main",
            spec={
                "config": CONFIG,
                "overlap": 3,
                "golden": {
                    "answers": [{"data": {"text": f"known {n}"}, "label": "cat"} for n in range(100)],
                    "every": 5,
                },
                "rules": {"golden": {"min_answers": 5, "max_errors": 3}, "skips": 20},
                "price": 0.01,
                "budget": 1_000_000,
            },
            input={"pfs": {"repo": "items", "glob": "/pool.csv", "rows": True, "key": "id"}},
            change=ChangeId(new_id()),
        )
    stage.take()
