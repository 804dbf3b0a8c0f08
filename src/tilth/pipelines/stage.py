"""The stage: from news in the feed to jobs in the queue, and from the queue to ended jobs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol

from sqlalchemy import Connection, select

from tilth.errors import Fenced, Invalid, TilthError, Unavailable
from tilth.execution.executor import Executor
from tilth.metadata import feed
from tilth.metadata.feed import Event
from tilth.metadata.leases import Lease
from tilth.metadata.schema.branches import branch_inputs
from tilth.metadata.schema.jobs import pipelines
from tilth.model.ids import ChangeId, JobId
from tilth.pipelines.lanes import Lanes
from tilth.pipelines.queue import (
    FAILED,
    SUCCESS,
    UNRUNNABLE,
    Job,
    check_running,
    count_jobs,
    end_job,
    insert_job,
    load_job,
    note_inputs,
    put_back,
    requeue_orphans,
    start_job,
)
from tilth.pipelines.registry import CHANGED, Pipeline, load_pipeline
from tilth.pipelines.resolution import Sources, resolve_sources
from tilth.pipelines.runner import run_job
from tilth.pipelines.turn import next_runnable
from tilth.progress import Progress, silent
from tilth.versioning.backend import Backend

CURSOR = "pipelines"
READ = 200
MOVED = "head.moved"

_Place = tuple[str, str]


def _never() -> bool:
    return False


class Intake(Protocol):
    """Runs the jobs of a kind of pipeline that this package does not know: labeling."""

    def take_in(self, job: Job, pipeline: Pipeline, sources: Sources, end: End) -> None:
        """Take in the inputs of `job` and call `end` in the transaction that records it.

        What is published later is a change of its own. Raising a TilthError ends the job as failed.
        """


class End(Protocol):
    """Ends an intake's job, in the caller's transaction. Raises Fenced when the job is no longer ours."""

    def __call__(self, conn: Connection, *, total: int = 0, run: int = 0, reason: str = "") -> None:
        """End the job as a success: `total` items are there, `run` of them were taken in now."""


@dataclass(slots=True)
class PipelineStage:
    """The pipelines of one workspace. `intakes` plugs in who runs the jobs of other kinds.

    The coordinator calls, in a loop and under its lease: `take_events`, `next_runnable`, `run`. One thread takes the
    first two steps; jobs that do not depend on one another may run in threads of their own.
    """

    backend: Backend
    executor: Executor
    intakes: Mapping[str, Intake]
    _lanes: Lanes = field(init=False)

    def __post_init__(self) -> None:
        self._lanes = Lanes(self.executor)

    def take_events(self, limit: int = READ) -> int:
        """Read the feed and insert the jobs that it asks for, in one transaction with the cursor; return how many
        events were read. Costs nothing but a look when there is no news."""
        with self.backend.database.read() as conn:
            if feed.last(conn) <= feed.cursor(conn, CURSOR):
                return 0
        with self.backend.database.transaction() as conn:
            events = self._news(conn, limit)
            for change, mine in groupby(events, key=lambda event: event.change):
                take_change(conn, change, list(mine))
            if events:
                feed.advance(conn, CURSOR, events[-1].position)
        return len(events)

    def next_runnable(self, begun: Container[JobId] = ()) -> Job | None:
        """Return the job to run now; None when nothing waits, or each waits for one that runs, those `begun` too."""
        with self.backend.database.read() as conn:
            return next_runnable(conn, begun)

    def run(self, job: Job, lease: Lease, *, progress: Progress = silent, halted: Callable[[], bool] = _never) -> Job:
        """Run a waiting job to its end. Raises Fenced and Unavailable as `run_job` does.

        Several threads may each run one of the jobs that `next_runnable` returned.
        """
        intake = self.intakes.get(job.kind)
        if job.kind in ("code", "function"):
            with self._lanes.lane() as executor:
                return run_job(self.backend, executor, job, lease, progress=progress, halted=halted)
        if intake is None:
            with self.backend.database.transaction() as conn:
                start_job(conn, job.id, lease)
                end_job(conn, job.id, FAILED, reason=f"nothing here can run {job.kind} pipelines")
                return load_job(conn, job.id)
        return self._run_intake(intake, job, lease)

    def recover(self, lease: Lease) -> int:
        """Let jobs wait again whose process is gone; return how many. Call it once after taking the lease."""
        with self.backend.database.transaction() as conn:
            return requeue_orphans(conn, lease)

    def quiet(self) -> bool:
        """Tell whether there is neither news to read nor a job to run."""
        with self.backend.database.read() as conn:
            return feed.last(conn) <= feed.cursor(conn, CURSOR) and count_jobs(conn) == (0, 0)

    def _run_intake(self, intake: Intake, job: Job, lease: Lease) -> Job:
        with self.backend.database.transaction() as conn:
            job = start_job(conn, job.id, lease)
            pipeline = load_pipeline(conn, job.pipeline_id, job.version)
            try:
                sources = resolve_sources(conn, job, pipeline)
            except TilthError as error:
                end_job(conn, job.id, FAILED, reason=str(error))
                return load_job(conn, job.id)
            note_inputs(conn, job.id, sources.to_json())
            if sources.blocked is not None:
                end_job(conn, job.id, UNRUNNABLE, reason=sources.blocked)
                return load_job(conn, job.id)

        def end(conn: Connection, *, total: int = 0, run: int = 0, reason: str = "") -> None:
            check_running(conn, job, lease)
            end_job(conn, job.id, SUCCESS, reason=reason, counters={"total": total, "run": run, "reused": total - run})

        try:
            intake.take_in(job, pipeline, sources, end)
        except Fenced:
            raise
        except Unavailable:
            with self.backend.database.transaction(gated=False) as conn:
                put_back(conn, job, lease)
            raise
        except TilthError as error:
            with self.backend.database.transaction() as conn:
                check_running(conn, job, lease)
                end_job(conn, job.id, FAILED, reason=str(error))
        with self.backend.database.read() as conn:
            return load_job(conn, job.id)

    def _news(self, conn: Connection, limit: int) -> list[Event]:
        """Read events; all of a change that were written together come together."""
        events = feed.read(conn, feed.cursor(conn, CURSOR), limit)
        while len(events) >= limit:
            more = feed.read(conn, events[-1].position, 1)
            if not more or more[0].change != events[-1].change:
                break
            events += more
        return events


def take_change(conn: Connection, change: ChangeId, events: list[Event]) -> int:
    """Insert a job for each pipeline that a change reaches and that has none at it; return how many.

    They are ranked in topological order, so that in the queue each comes behind all that it depends on.
    """
    starts: list[_Place] = []
    again: set[str] = set()
    for event in events:
        if event.kind == MOVED:
            starts += _readers(conn, (event.facts["repo_id"], event.facts["branch"]))
        elif event.kind == CHANGED:
            identifier = event.facts["pipeline"]
            row = conn.execute(
                select(pipelines.c.repo, pipelines.c.branch).where(
                    pipelines.c.id == identifier, pipelines.c.deleted_ms.is_(None)
                )
            ).first()
            if row is not None:
                starts.append((row.repo, row.branch))
                if event.facts.get("reprocess"):
                    again.add(identifier)
    count = 0
    for rank, place in enumerate(_reachable(conn, starts)):
        row = conn.execute(
            select(pipelines.c.id).where(
                pipelines.c.repo == place[0],
                pipelines.c.branch == place[1],
                pipelines.c.deleted_ms.is_(None),
                pipelines.c.paused_ms.is_(None),
                pipelines.c.position < events[-1].position,  # a pipeline has no jobs for what was before it
            )
        ).first()
        if row is None:
            continue
        pipeline = load_pipeline(conn, row.id)
        inserted = insert_job(
            conn,
            pipeline=pipeline.id,
            version=pipeline.version,
            kind=pipeline.kind,
            change=change,
            position=events[-1].position,
            rank=rank,
            reprocess=pipeline.id in again,
            newest_only=not isinstance(pipeline.parsed, Invalid) and pipeline.parsed.backlog == "newest",
        )
        count += inserted is not None
    return count


def _reachable(conn: Connection, starts: list[_Place]) -> list[_Place]:
    """Return the branches downstream of `starts`, those included, each behind all that it reads among them."""
    readers: dict[_Place, list[_Place]] = {}
    waiting = deque(dict.fromkeys(starts))
    while waiting:
        place = waiting.popleft()
        if place not in readers:
            readers[place] = _readers(conn, place)
            waiting.extend(readers[place])
    before = dict.fromkeys(readers, 0)
    for below in readers.values():
        for place in below:
            before[place] += 1
    free = deque(sorted(place for place, count in before.items() if not count))
    ordered: list[_Place] = []
    while free:
        place = free.popleft()
        ordered.append(place)
        for reader in readers[place]:
            before[reader] -= 1
            if not before[reader]:
                free.append(reader)
    return ordered


def _readers(conn: Connection, place: _Place) -> list[_Place]:
    rows = conn.execute(
        select(branch_inputs.c.repo, branch_inputs.c.branch)
        .where(branch_inputs.c.input_repo == place[0], branch_inputs.c.input_branch == place[1])
        .order_by(branch_inputs.c.repo, branch_inputs.c.branch)
    )
    return [(row.repo, row.branch) for row in rows]
