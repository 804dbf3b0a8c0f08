"""The coordinator: reads the feed, runs jobs, takes in and publishes labeling."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from tilth.errors import Fenced, TilthError
from tilth.execution.local import LocalExecutor
from tilth.labeling.service import LabelingDesk
from tilth.labeling.stage import LabelingStage
from tilth.metadata import leases
from tilth.model.ids import JobId
from tilth.pipelines.queue import Job
from tilth.pipelines.registry import Pipeline
from tilth.pipelines.resolution import Sources
from tilth.pipelines.stage import End, PipelineStage
from tilth.progress import Progress, silent
from tilth.versioning import touches, triggers
from tilth.versioning.backend import Backend
from tilth.workspace.lease import CoordinatorLease
from tilth.workspace.slot_store import opened_store

JOBS_AT_ONCE = 4
"""Jobs that run at the same time, where none reads what another makes. They share the executor's slots."""
WAIT_S = 0.25
"""While nothing else is to do, news from other processes are looked for so often."""
CLOSE_S = 30.0
TICK_S = 1.0
"""So often it is looked whether a branch is to follow another by the clock."""
RETRY_S = 5.0
"""A publication that failed is tried again after so long."""

_log = logging.getLogger(__name__)


def local_executor(backend: Backend, *, slots: int | None = None) -> LocalExecutor:
    """Return the executor that runs datums in processes on this machine; nothing starts before the first datum."""
    return LocalExecutor(
        partial(opened_store, backend.folder),
        slots=slots or os.cpu_count() or 2,
        scratch=backend.scratch / "execution",
    )


def _tell(pipeline: str, error: TilthError) -> None:
    _log.warning("labels of %s could not be published: %s", pipeline, error)


class Coordinator:
    """Does all work of one workspace, while it holds the lease. One thread takes the steps; jobs run in their own.

    What it writes is fenced by the lease's epoch, so that a coordinator that was thought dead changes nothing. It keeps
    no truth of its own: killed anywhere, the next one goes on. Close it before the lease is released.
    """

    def __init__(
        self,
        backend: Backend,
        lease: CoordinatorLease,
        executor: LocalExecutor,
        *,
        trouble: Callable[[str, TilthError], None] = _tell,
    ) -> None:
        """`trouble` hears (and may raise) why labels of a pipeline could not be published."""
        self._lease = lease
        self._backend = backend
        self._history_noted = False
        self._tick_at = 0.0
        self._trouble = trouble
        self._labeling = LabelingStage(backend, guard=self._guard)
        self._pipelines = PipelineStage(backend, executor, {"labeling": _LabelingIntake(backend, self._labeling)})
        self._not_before: dict[str, float] = {}
        self._running: dict[JobId, tuple[Job, threading.Thread]] = {}
        self._ended: list[tuple[JobId, BaseException | None]] = []
        self._changed = threading.Condition()
        self._halted = threading.Event()
        self._let_go_by: float | None = None
        self._pipelines.recover(lease.lease)

    def step(self, progress: Progress = silent) -> bool:
        """Do what is to do now: read news, start jobs, publish what is due; False when that was nothing.

        Raises Fenced when the lease is lost, and Unavailable when the machine could not run a job (it waits again).
        """
        took = self._pipelines.take_events() > 0
        ended = self._reap()
        started = self._start(progress)
        return self._publish_due() or took or ended or started or self._tick() or self._note_history()

    def run(self, until: Callable[[], bool], *, deadline: float | None = None, progress: Progress = silent) -> bool:
        """Take steps until `until` says so or nothing is left; False when the deadline (monotonic) came first.

        Jobs that have begun are finished, except at the deadline: then they are put back, as by `close`.
        """
        in_time = True
        while not until():
            in_time = deadline is None or time.monotonic() < deadline
            if not in_time or not self.step(progress):
                if not in_time or not self._running:
                    break
                self.wait(_left(WAIT_S, deadline))
        while self._running:
            if deadline is not None and time.monotonic() >= deadline:
                self.close()
                break
            self.wait(_left(None, deadline))
            self._reap()
        return in_time

    def wait(self, timeout: float | None) -> None:
        """Wait up to `timeout` seconds until a job ends; not at all when none runs."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or not self._running, timeout)

    def close(self) -> None:
        """Let the jobs that run wait for the next coordinator, which takes up what they have done.

        It waits for them at most CLOSE_S in all, however often it is called. Nothing can be run after it.
        """
        self._halted.set()
        if self._let_go_by is None:
            self._let_go_by = time.monotonic() + CLOSE_S
        for _, thread in self._running.values():
            thread.join(max(0.0, self._let_go_by - time.monotonic()))

    def _reap(self) -> bool:
        """Take note of the jobs that have ended; raise what the first of them to fail raised."""
        with self._changed:
            ended, self._ended = self._ended, []
        for id, _ in ended:
            del self._running[id]
        failures = [failure for _, failure in ended if failure is not None]
        if failures:
            raise next((failure for failure in failures if isinstance(failure, Fenced)), failures[0])
        return bool(ended)

    def _start(self, progress: Progress) -> bool:
        """Start the jobs that may run now; return whether there were any."""
        before = len(self._running)
        while len(self._running) < JOBS_AT_ONCE:
            job = self._pipelines.next_runnable(self._running)
            if job is None:
                break
            thread = threading.Thread(target=self._run, args=(job, progress), name=f"tilth-job-{job.id}", daemon=True)
            self._running[job.id] = job, thread
            thread.start()
        return len(self._running) > before

    def _run(self, job: Job, progress: Progress) -> None:
        failure: BaseException | None = None
        try:
            self._pipelines.run(job, self._lease.lease, progress=progress, halted=self._halted.is_set)
        except BaseException as error:  # noqa: BLE001 (raised again by whoever takes the steps)
            failure = error
        with self._changed:
            self._ended.append((job.id, failure))
            self._changed.notify_all()

    def _publish_due(self) -> bool:
        now = time.monotonic()
        done = False
        # An intake says at its end what there is to label; before that, labels would seem to be complete too early.
        taking_in = {job.pipeline for job, _ in self._running.values()}
        for pipeline in self._labeling.due():
            if pipeline in taking_in or now < self._not_before.get(pipeline, 0.0):
                continue
            try:
                self._labeling.publish(pipeline)
                done = True
            except Fenced:
                raise
            except TilthError as error:
                self._not_before[pipeline] = now + RETRY_S
                self._trouble(pipeline, error)
        return done

    def _note_history(self) -> bool:
        """Note which paths some older commits touched, where an earlier version left that out."""
        if self._history_noted:
            return False
        self._history_noted = touches.fill(self._backend) == 0
        return not self._history_noted

    def _tick(self) -> bool:
        """Move the branches that follow others by the clock."""
        now = time.monotonic()
        if now < self._tick_at:
            return False
        self._tick_at = now + TICK_S
        return triggers.tick(self._backend, self._guard) > 0

    def _guard(self, conn: Connection) -> None:
        leases.check(conn, self._lease.lease)


def _left(longest: float | None, deadline: float | None) -> float | None:
    """Return how long to wait, in seconds: up to `longest`, and not beyond the deadline."""
    if deadline is None:
        return longest
    left = max(0.0, deadline - time.monotonic())
    return left if longest is None else min(longest, left)


class _LabelingIntake:
    """Runs the jobs of labeling pipelines: they only take in what the inputs show now."""

    def __init__(self, backend: Backend, stage: LabelingStage) -> None:
        self._backend = backend
        self._stage = stage
        self._desk = LabelingDesk(backend)

    def take_in(self, job: Job, pipeline: Pipeline, sources: Sources, end: End) -> None:
        """Take in the inputs of `job`. Newer commits come with it, so that none waits for people."""
        taken = self._stage.take_in(pipeline.name)
        tasks = self._desk.progress(pipeline.name).tasks
        created = taken.created if taken is not None else 0
        waiting = taken.waiting if taken is not None else ""
        with self._backend.database.transaction() as conn:
            end(conn, total=max(tasks, created), run=created, reason=waiting)
