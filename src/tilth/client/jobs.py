"""Jobs over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from tilth.client.transport import Transport
from tilth.contract.jobs import DatumInfo, JobInfo
from tilth.contract.paging import Page
from tilth.errors import Unavailable
from tilth.progress import Progress, silent

_HOP_S = 20.0
_WATCHED_HOP_S = 0.5


class RemoteJobs:
    """Runs of a server's pipelines."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def list(
        self, *, pipeline: str | None = None, change: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[JobInfo]:
        """List jobs, newest first."""
        return self._call.get("jobs.list", Page[JobInfo], pipeline=pipeline, change=change, after=after, limit=limit)

    def get(self, job: str) -> JobInfo:
        """Return one job."""
        return self._call.get("jobs.get", JobInfo, job=job)

    def datums(
        self, job: str, *, state: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[DatumInfo]:
        """List the datums of a job."""
        return self._call.get("jobs.datums", Page[DatumInfo], job=job, state=state, after=after, limit=limit)

    def logs(self, job: str, *, datum: str | None = None) -> Iterator[bytes]:
        """Stream the log of one datum."""
        return self._call.stream("jobs.logs", job=job, datum=datum)

    def wait(self, what: str, *, timeout_s: float | None = None, progress: Progress = silent) -> Sequence[JobInfo]:
        """Wait by long polling, in short hops, so that no proxy cuts the wait; progress shows items done."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        longest = _HOP_S if progress is silent else _WATCHED_HOP_S
        done, total = 0, -1
        while True:
            left = longest if deadline is None else deadline - time.monotonic()
            try:
                jobs = self._call.get("jobs.wait", Jobs, what=what, timeout_s=max(0.0, min(longest, left)))
            except Unavailable as error:
                if not error.facts.get("timeout") or left <= 0:
                    raise
                now_done, now_total = _number(error.facts, "done"), _number(error.facts, "total")
                if now_total != total:
                    if total >= 0:
                        progress.end()
                    progress.begin("Running", now_total or None)
                    done, total = 0, now_total
                progress.advance(max(0, now_done - done))
                done = max(done, now_done)
                continue
            if total >= 0:
                progress.end()
            return jobs

    def stop(self, job: str) -> JobInfo:
        """Stop a job."""
        return self._call.post("jobs.stop", JobInfo, again=True, job=job)


Jobs = list[JobInfo]


def _number(facts: dict[str, object], name: str) -> int:
    value = facts.get(name)
    return value if isinstance(value, int) else 0
