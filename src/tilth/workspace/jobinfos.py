"""Jobs as the value that crosses a door."""

from __future__ import annotations

from tilth.contract.jobs import JobInfo
from tilth.pipelines.queue import Job
from tilth.workspace.names import short_name


def job_info(job: Job) -> JobInfo:
    """Return a job; the last lines of a failing datum are part of the reason."""
    reason = job.reason
    if job.failed_lines and job.failed_lines.strip() not in reason:
        reason = f"{reason}\n{job.failed_lines.rstrip()}"
    return JobInfo(
        id=job.id,
        pipeline=short_name(job.pipeline),
        change=job.change,
        state=job.state,
        reason=reason,
        created_ms=job.created_ms,
        started_ms=job.started_ms,
        ended_ms=job.ended_ms,
        total=job.total,
        run=job.run,
        reused=job.reused,
        failed=job.failed,
        recovered=job.recovered,
        cpu_s=job.cpu_s,
        wall_s=job.wall_s,
        output=job.output,
    )
