"""The coordinator: reads the feed, runs pipelines, takes in and publishes labeling, one step at a time."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from tilth.errors import Fenced, NotFound, TilthError
from tilth.execution.local import LocalExecutor
from tilth.labeling.service import LabelingDesk
from tilth.labeling.stage import LabelingStage
from tilth.metadata import leases
from tilth.model.ids import ChangeId, new_id
from tilth.pipelines import registry
from tilth.pipelines.queue import Job
from tilth.pipelines.registry import Pipeline
from tilth.pipelines.resolution import Sources
from tilth.pipelines.stage import End, PipelineStage
from tilth.progress import Progress, silent
from tilth.versioning.backend import Backend
from tilth.workspace.lease import CoordinatorLease
from tilth.workspace.pipelines import open_labeling
from tilth.workspace.slot_store import opened_store

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
    """Does all work of one workspace, while it holds the lease. Not thread-safe: one thread takes the steps.

    What it writes is fenced by the lease's epoch, so that a coordinator that was thought dead changes nothing. It keeps
    no truth of its own: killed anywhere, the next one goes on.
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
        self._trouble = trouble
        self._labeling = LabelingStage(backend, guard=self._guard)
        self._pipelines = PipelineStage(backend, executor, {"labeling": _LabelingIntake(backend, self._labeling)})
        self._not_before: dict[str, float] = {}
        self._pipelines.recover(lease.lease)

    def step(self, progress: Progress = silent) -> bool:
        """Do one thing: read news, run one job, or publish what is due; False when there is nothing to do.

        Raises Fenced when the lease is lost, and Unavailable when the machine cannot run a job (it waits again).
        """
        took = self._pipelines.take_events()
        job = self._pipelines.next_runnable()
        if job is not None:
            self._pipelines.run(job, self._lease.lease, progress=progress)
            return True
        return self._publish_due() or took > 0

    def run(self, until: Callable[[], bool], *, deadline: float | None = None, progress: Progress = silent) -> bool:
        """Take steps until `until` says so or nothing is left; False when the deadline (monotonic) came first.

        A job that has begun is finished even beyond the deadline.
        """
        while not until():
            if deadline is not None and time.monotonic() >= deadline:
                return False
            if not self.step(progress):
                return True
        return True

    def _publish_due(self) -> bool:
        now = time.monotonic()
        done = False
        for pipeline in self._labeling.due():
            if now < self._not_before.get(pipeline, 0.0):
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

    def _guard(self, conn: Connection) -> None:
        leases.check(conn, self._lease.lease)


class _LabelingIntake:
    """Runs the jobs of labeling pipelines: they only take in what the inputs show now."""

    def __init__(self, backend: Backend, stage: LabelingStage) -> None:
        self._backend = backend
        self._stage = stage
        self._desk = LabelingDesk(backend)

    def take_in(self, job: Job, pipeline: Pipeline, sources: Sources, end: End) -> None:
        """Take in the inputs of `job`. Newer commits come with it, so that none waits for people."""
        self._ensure_open(pipeline)
        taken = self._stage.take_in(pipeline.name)
        tasks = self._desk.progress(pipeline.name).tasks
        created = taken.created if taken is not None else 0
        waiting = taken.waiting if taken is not None else ""
        with self._backend.database.transaction() as conn:
            end(conn, total=max(tasks, created), run=created, reason=waiting)

    def _ensure_open(self, pipeline: Pipeline) -> None:
        """Open the desk if the process that made the pipeline died before it could."""
        try:
            if self._desk.progress(pipeline.name).state != "closed":
                return
            newest = registry.get_pipeline(self._backend, pipeline.name)
        except NotFound:
            newest = pipeline
        open_labeling(self._stage, newest, newest.spec, ChangeId(new_id()))
