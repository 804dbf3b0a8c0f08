"""Jobs of a local workspace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from tilth.contract.jobs import DatumInfo, JobInfo
from tilth.contract.paging import Page
from tilth.errors import Invalid, NotFound
from tilth.model.digest import Digest
from tilth.pipelines import cache, items_so_far, queue, registry
from tilth.pipelines.items_so_far import ItemSoFar
from tilth.pipelines.queue import Job
from tilth.progress import Progress, silent
from tilth.workspace.jobinfos import job_info
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of
from tilth.workspace.working import Working

_TRIES = "tries:"
_TABLE = "table:"
_NOW = "now:"
_DONE = "done:"
_PIECE = 1 << 16
FAILED_STATES = ("failed", "timeout", "lost")


class LocalJobs:
    """Runs of the folder's pipelines."""

    def __init__(self, opened: Opened, working: Working) -> None:
        self._backend = opened.backend
        self._working = working

    def list(
        self, *, pipeline: str | None = None, change: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[JobInfo]:
        """List jobs, newest first."""
        named = registry.get_pipeline(self._backend, pipeline).id if pipeline is not None else None
        found = queue.list_jobs(self._backend, pipeline=named, change=change, after=after, limit=check_limit(limit) + 1)
        return page_of(found, limit, job_info, lambda job: job.id)

    def get(self, job: str) -> JobInfo:
        """Return one job by id."""
        return job_info(queue.get_job(self._backend, job))

    def datums(
        self, job: str, *, state: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[DatumInfo]:
        """List the datums of a job: those that failed first, then those of its output by key.

        Of a job that runs those being worked on come behind what failed (in state running), then what was done last
        (the newest 20,000); what it has not come to, and what it need not run, is listed when it has ended.
        """
        check_limit(limit)
        if after is not None and not after.startswith((_TRIES, _TABLE, _NOW, _DONE)):
            raise Invalid(f"{after!r} is not the key of a page.", help="Pass the `next` of the page before.")
        found = queue.get_job(self._backend, job)
        keyed = self._datums(found, after) if found.ended else self._datums_so_far(found, after)
        wanted = (each for each in keyed if state is None or each[1].state == state)
        return page_of(wanted, limit, lambda each: each[1], lambda each: each[0])

    def logs(self, job: str, *, datum: str | None = None) -> Iterator[bytes]:
        """Stream the log of one datum, or of the first failing (else first) one."""
        found = queue.get_job(self._backend, job)
        key = datum if datum is not None else found.failed_datum
        with self._backend.database.read() as conn:
            tries = queue.tries_of(conn, found.id, key)
        failing = [each for each in tries if each.log is not None]
        if failing:
            named = failing[-1].datum if key is not None else failing[0].datum
            log = next(each.log for each in reversed(failing) if each.datum == named)
            return self._pieces(log)
        row = self._row(found, key)
        if row is None and not found.ended:
            so_far = self._so_far(found, key)
            if so_far is not None or tries:
                return self._pieces(so_far.log if so_far is not None else None)
        if row is None:
            raise NotFound(
                f"Job {job} has no datum {key!r}." if key is not None else f"Job {job} has no datums yet.",
                help="`tilth job show` lists them.",
                job=job,
            )
        return self._pieces(Digest(row["log"]) if row["log"] is not None else None)

    def wait(self, what: str, *, timeout_s: float | None = None, progress: Progress = silent) -> Sequence[JobInfo]:
        """Wait until a job, or all jobs of a change, have ended, doing the work where no server does it."""
        return self._working.wait(what, timeout_s=timeout_s, progress=progress)

    def stop(self, job: str) -> JobInfo:
        """Stop a job; its branch does not move."""
        return job_info(queue.stop_job(self._backend, job))

    def _datums(self, job: Job, after: str | None) -> Iterator[tuple[str, DatumInfo]]:
        failed = self._failed(job)
        if after is None or after.startswith(_TRIES):
            seen = after.removeprefix(_TRIES) if after is not None else ""
            for key, info in sorted(failed.items()):
                if key > seen:
                    yield _TRIES + key, info
        if job.plan is None:
            return
        start = after.removeprefix(_TABLE) + "\0" if after is not None and after.startswith(_TABLE) else None
        for batch in job.plan.datum_table(self._backend.store).scan(start, None):
            for row in batch.to_pylist():
                if row["key"] not in failed:
                    yield _TABLE + row["key"], self._info(job, row)

    def _datums_so_far(self, job: Job, after: str | None) -> Iterator[tuple[str, DatumInfo]]:
        """Yield what is known of the items of a job that runs, behind the key of a page."""
        with self._backend.database.read() as conn:
            failed = items_so_far.failed_items(conn, job.id)
            running = items_so_far.running_items(conn, job.id)
        stages = [(_TRIES, failed), (_NOW, running)]
        begun = after is None
        for prefix, items in stages:
            behind = after.removeprefix(prefix) if after is not None and after.startswith(prefix) else None
            begun = begun or behind is not None
            if begun:
                for item in items:
                    if behind is None or item.key > behind:
                        yield prefix + item.key, self._info_so_far(item)
        start, _, key = after.removeprefix(_DONE).partition(":") if after and after.startswith(_DONE) else ("", "", "")
        told = {item.key for item in running}  # one may be done since
        for number, item in self._done(job, int(start) if start else None, key):
            if item.key in told:
                continue
            yield f"{_DONE}{number}:{item.key}", self._info_so_far(item)

    def _done(self, job: Job, start: int | None = None, key: str = "") -> Iterator[tuple[int, ItemSoFar]]:
        """Yield what a running job has done, the newest first, behind `key` of the group `start`."""
        upto = start
        while True:
            with self._backend.database.read() as conn:
                groups = items_so_far.done_groups(conn, job.id, upto=upto)
            for number, items in groups:
                keys = [item.key for item in items]
                first = keys.index(key) + 1 if number == start and key in keys else 0
                for item in items[first:] if number != start or first else ():
                    yield number, item
            if not groups:
                return
            upto = groups[-1][0] - 1

    def _info_so_far(self, item: ItemSoFar) -> DatumInfo:
        return DatumInfo(
            key=item.key,
            state=item.state,
            reason=item.reason,
            tries=item.tries,
            wall_s=item.wall_s,
            cpu_s=item.cpu_s,
            outputs=self._outputs(item.manifest),
        )

    def _so_far(self, job: Job, key: str | None) -> ItemSoFar | None:
        """Return an item of a running job; of no key the newest that has a log."""
        with self._backend.database.read() as conn:
            running = items_so_far.running_items(conn, job.id)
        found = chain(running, (item for _, item in self._done(job)))
        return next((item for item in found if (item.log is not None if key is None else item.key == key)), None)

    def _outputs(self, manifest: Digest | None) -> Sequence[str]:
        if manifest is None:
            return ()
        return tuple(file.path for file in cache.load_manifest(self._backend.store, manifest))

    def _failed(self, job: Job) -> dict[str, DatumInfo]:
        """Return the datums whose last try did not succeed, by key."""
        with self._backend.database.read() as conn:
            tries = queue.tries_of(conn, job.id)
        last = {each.datum: each for each in tries}
        good: set[str] = set()
        if job.plan is not None and last:
            rows = job.plan.datum_table(self._backend.store).get_many(sorted(last)).to_pylist()
            good = {row["key"] for row in rows if row["state"] not in FAILED_STATES}
        return {
            key: DatumInfo(key, each.state, each.reason, False, each.number, each.wall_s, each.cpu_s)
            for key, each in last.items()
            if key not in good
        }

    def _row(self, job: Job, key: str | None) -> Mapping[str, Any] | None:
        if job.plan is None:
            return None
        table = job.plan.datum_table(self._backend.store)
        if key is not None:
            return table.get(key)
        batch = next(table.scan(None, None), None)
        return batch.slice(0, 1).to_pylist()[0] if batch is not None and batch.num_rows else None

    def _info(self, job: Job, row: Mapping[str, Any]) -> DatumInfo:
        return DatumInfo(
            key=row["key"],
            state=row["state"],
            reason=row["reason"],
            reused=row["job"] != job.id or row["tries"] == 0,
            tries=row["tries"],
            wall_s=row["wall_s"],
            cpu_s=row["cpu_s"],
            outputs=self._outputs(Digest(row["manifest"]) if row["manifest"] is not None else None),
        )

    def _pieces(self, log: Digest | None) -> Iterator[bytes]:
        text = self._backend.store.get(log) if log is not None else b""
        return iter([text[start : start + _PIECE] for start in range(0, len(text), _PIECE)])
