"""Jobs for people: a line each, and why one failed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence

from tilth.cli.tables import print_facts, print_table
from tilth.cli.wording import number, repo_name, safe, safe_lines, seconds, short, when
from tilth.contract.jobs import JobInfo
from tilth.contract.workspace import Workspace
from tilth.errors import Failed

FAILED = frozenset({"failed", "unrunnable"})
LAST_LINES = 20
_TAIL = 1 << 16
_FAILING_SHOWN = 3


def print_jobs(jobs: Iterable[JobInfo], *, empty: str) -> None:
    """Print one line per job."""
    print_table(
        ("job", "pipeline", "state", "items#", "run#", "reused#", "failed#", "took#", "published", "when"),
        (
            (
                job.id,
                job.pipeline,
                job.state,
                number(job.total),
                number(job.run),
                number(job.reused),
                number(job.failed),
                _took(job),
                short(job.output),
                when(job.ended_ms or job.started_ms or job.created_ms),
            )
            for job in jobs
        ),
        empty=empty,
    )


def print_job(job: JobInfo) -> None:
    """Print one job in full."""
    print_facts(
        (
            ("job", job.id),
            ("pipeline", job.pipeline),
            ("state", job.state),
            ("reason", _why(job)),
            ("change", job.change),
            ("items", f"{number(job.total)}: {number(job.run)} run, {number(job.reused)} reused"),
            ("failed", number(job.failed) if job.failed else ""),
            ("recovered", number(job.recovered) if job.recovered else ""),
            ("took", f"{_took(job)}; items {seconds(job.wall_s)}, processor {seconds(job.cpu_s)}"),
            ("made", when(job.created_ms)),
            ("ended", when(job.ended_ms)),
            ("published", job.output or "nothing"),
        )
    )


def print_failures(workspace: Workspace, jobs: Sequence[JobInfo], *, headline: bool = True) -> None:
    """Print why jobs failed: a headline for each, and the last log lines of its first failing items."""
    for job in jobs:
        if job.state not in FAILED:
            continue
        if headline:
            print(f"\n{repo_name(job.pipeline)} {job.state}{f': {_why(job)}' if job.reason else ''}")
        failing = workspace.jobs.datums(job.id, state="failed", limit=_FAILING_SHOWN).items
        for datum in failing:
            lines = last_lines(workspace.jobs.logs(job.id, datum=datum.key), LAST_LINES)
            # What the log says anyway is not said twice.
            reason = _first_line(datum.reason) if lines else safe(datum.reason)
            print(f"\nitem {safe(datum.key)} failed{f': {reason}' if reason else ''}")
            for line in lines:
                print(f"  | {line}")
        if job.failed > len(failing) > 0:
            print(f"\n{number(job.failed - len(failing))} more failed: tilth job items {job.id} --state failed")


def _why(job: JobInfo) -> str:
    # Where items failed, each tells its own reason.
    return _first_line(job.reason) if job.failed else safe(job.reason)


def _first_line(reason: str) -> str:
    return safe(reason.partition("\n")[0])


def _took(job: JobInfo) -> str:
    if job.started_ms is None:
        return "-"
    return seconds(((job.ended_ms or time.time_ns() // 1_000_000) - job.started_ms) / 1000)


def last_lines(log: Iterator[bytes], count: int) -> list[str]:
    """Return the last lines of a log, without control characters; holds 64 kB of it."""
    tail = b""
    for piece in log:
        tail = (tail + piece)[-_TAIL:]
    return safe_lines(tail.decode(errors="replace")).splitlines()[-count:]


def exit_code(jobs: Iterable[JobInfo]) -> int:
    """Return the exit code that tells whether any job failed."""
    sys.stdout.flush()
    return Failed.exit_code if any(job.state in FAILED for job in jobs) else 0
