"""Getting work done from where one is: by oneself when nobody else does it, else by waiting for who does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing

from sqlalchemy import Connection, select

from tilth.contract.jobs import JobInfo
from tilth.contract.maintenance import QuietReport, StatusInfo
from tilth.errors import Conflict, NotFound, TilthError, Unavailable
from tilth.execution.local import LocalExecutor
from tilth.labeling.stage import LabelingStage
from tilth.metadata import feed
from tilth.metadata.schema.branches import moves
from tilth.pipelines import queue
from tilth.pipelines.queue import Job
from tilth.pipelines.stage import CURSOR
from tilth.progress import Progress, silent
from tilth.versioning.backend import Backend
from tilth.workspace.coordinator import Coordinator, local_executor
from tilth.workspace.jobinfos import job_info
from tilth.workspace.lease import CoordinatorLease, holder_of
from tilth.workspace.names import short_name

_PAGE = 1000
_NAMED = 3
_FIRST_PAUSE_S = 0.01
_LONGEST_PAUSE_S = 0.25


class Working:
    """Runs a workspace's work in this process, or watches another process run it. Close it at the end."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._labeling = LabelingStage(backend)
        self._executor: LocalExecutor | None = None
        self._one = threading.Lock()

    def close(self) -> None:
        """End the worker processes."""
        with self._one:
            if self._executor is not None:
                self._executor.close()
                self._executor = None

    def status(self) -> StatusInfo:
        """Tell whether anything is left to do, and who does it."""
        self._labeling.return_overdue()
        # All of one moment: labels that are published between two looks would be neither due nor news.
        with self._backend.database.read() as conn:
            position, taken = feed.last(conn), feed.cursor(conn, CURSOR)
            waiting, running = queue.count_jobs(conn)
            due = self._labeling.due_in(conn)
        return StatusInfo(
            quiet=taken >= position and not waiting and not running and not due,
            coordinator=holder_of(self._backend.database),
            position=position,
            taken=taken,
            waiting=waiting,
            running=running,
            at_ms=time.time_ns() // 1_000_000,
        )

    def run(self, *, timeout_s: float | None = None, progress: Progress = silent) -> QuietReport:
        """Work, or wait, until nothing is left to do.

        Raises Unavailable on timeout, naming jobs that have not ended. Those that this process ran are put back: what
        they have done is kept, and the next run goes on with them.
        """
        began_ms = time.time_ns() // 1_000_000
        deadline = _deadline(timeout_s)
        pause = _FIRST_PAUSE_S
        while True:
            status = self.status()
            if status.quiet:
                break
            if deadline is not None and time.monotonic() >= deadline:
                raise Unavailable(
                    f"Not everything was done within {timeout_s:g} s: {self._left(status)}.",
                    help="What is done is kept; `tilth run` goes on with the rest, and `tilth job list` shows it.",
                    timeout=True,
                )
            if not self._work(lambda: False, deadline, progress):
                pause = _sleep(pause, deadline)
        ended = self._ended_since(began_ms)
        return QuietReport(ended, sum(job.output is not None for job in ended))

    def wait(self, what: str, *, timeout_s: float | None = None, progress: Progress = silent) -> Sequence[JobInfo]:
        """Work, or wait, until a job or all jobs of a change have ended. Only looks when `timeout_s` is 0.

        Raises NotFound for what is neither, and Unavailable on timeout, with `done` and `total` items so far.
        """
        deadline = _deadline(timeout_s)
        with self._backend.database.read() as conn:
            news = feed.last(conn)
        pause = _FIRST_PAUSE_S
        while True:
            jobs, known = self._look(what, news)
            if known and all(job.ended for job in jobs):
                return [job_info(job) for job in jobs]
            if deadline is not None and time.monotonic() >= deadline:
                left = [job for job in jobs if not job.ended]
                raise Unavailable(
                    f"{len(left)} of {len(jobs)} jobs of {what} have not ended yet.",
                    help="Wait longer, or look at `tilth job list`.",
                    timeout=True,
                    done=sum(job.run + job.reused + job.failed for job in jobs),
                    total=sum(job.total for job in jobs),
                )
            if not self._work(lambda: self._ended(what, news), deadline, progress):
                pause = _sleep(pause, deadline)

    def _work(self, until: Callable[[], bool], deadline: float | None, progress: Progress) -> bool:
        """Take the lease and work; False when another has it."""
        left_s = -1 if deadline is None else max(0.0, deadline - time.monotonic())
        if not self._one.acquire(timeout=left_s):
            return False
        try:
            try:
                lease = CoordinatorLease.take(str(self._backend.folder), self._backend.database, "a command")
            except Conflict:
                return False
            try:
                if self._executor is None:
                    self._executor = local_executor(self._backend)
                coordinator = Coordinator(self._backend, lease, self._executor, trouble=_raise)
                with closing(coordinator):
                    coordinator.run(until, deadline=deadline, progress=progress)
            finally:
                lease.release()
        finally:
            self._one.release()
        return True

    def _left(self, status: StatusInfo) -> str:
        """Say what is left to do, naming the first jobs."""
        unended = queue.list_jobs(self._backend, states=(queue.RUNNING, queue.CREATED), limit=_NAMED)
        counts = [f"{status.running} running"] * (status.running > 0) + [f"{status.waiting} waiting"]
        if not unended:
            return "news are still to be read, or labels to be published"
        names = [f"{short_name(job.pipeline)} (job {job.id})" for job in unended]
        more = ["…"] * (status.running + status.waiting > len(names))
        return f"of its jobs {' and '.join(counts)}: {', '.join(names + more)}"

    def _ended(self, what: str, news: int) -> bool:
        jobs, known = self._look(what, news)
        return known and all(job.ended for job in jobs)

    def _look(self, what: str, news: int) -> tuple[list[Job], bool]:
        """Return the jobs that `what` names, and whether there can be no more of them."""
        with self._backend.database.read() as conn:
            try:
                return [queue.load_job(conn, what)], True
            except NotFound:
                taken = feed.cursor(conn, CURSOR) >= news
                is_change = _is_change(conn, what)
        jobs: list[Job] = []
        after: str | None = None
        while True:
            page = queue.list_jobs(self._backend, change=what, after=after, limit=_PAGE)
            jobs.extend(page)
            if len(page) < _PAGE:
                break
            after = page[-1].id
        if not jobs and taken and not is_change:
            raise NotFound(f"There is no job and no change {what}.", help="`tilth job list` shows both.", what=what)
        return jobs, taken

    def _ended_since(self, began_ms: int) -> list[JobInfo]:
        """Return the jobs that ended since a time, oldest first."""
        ended: list[Job] = []
        after: str | None = None
        while True:
            page = queue.list_jobs(self._backend, after=after, limit=_PAGE)
            found = [job for job in page if (job.ended_ms or 0) >= began_ms]
            ended.extend(found)
            if len(page) < _PAGE or not found:
                return [job_info(job) for job in reversed(ended)]
            after = page[-1].id


def _raise(pipeline: str, error: TilthError) -> None:
    if not isinstance(error, Conflict):  # someone else has just published: looked at again
        raise error


def _is_change(conn: Connection, what: str) -> bool:
    return conn.execute(select(moves.c.position).where(moves.c.change == what).limit(1)).first() is not None


def _deadline(timeout_s: float | None) -> float | None:
    return None if timeout_s is None else time.monotonic() + timeout_s


def _sleep(pause: float, deadline: float | None) -> float:
    left = pause if deadline is None else max(0.0, deadline - time.monotonic())
    time.sleep(min(pause, left))
    return min(pause * 1.5, _LONGEST_PAUSE_S)
