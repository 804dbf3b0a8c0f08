"""The queue: jobs and their states, in SQL. The only module that writes the rows of jobs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, insert, select, update

from tilth.errors import Conflict, Fenced, NotFound
from tilth.metadata import feed, leases
from tilth.metadata.leases import Lease
from tilth.metadata.schema.branches import moves
from tilth.metadata.schema.jobs import job_tries, jobs, pipelines
from tilth.model.canonical import canonical
from tilth.model.digest import Digest
from tilth.model.ids import ChangeId, CommitId, JobId, RepoId, new_id
from tilth.pipelines.items_so_far import drop_items
from tilth.pipelines.plan import Plan
from tilth.versioning.backend import Backend

ENDED = "job.ended"
STARTED = "job.started"
"""The feed event at the end of a job; facts: job, pipeline (PROJECT/NAME), state, output."""

CREATED, RUNNING = "created", "running"
SUCCESS, UNCHANGED, FAILED = "success", "unchanged", "failed"
UNRUNNABLE, STOPPED, SUPERSEDED = "unrunnable", "stopped", "superseded"
BLOCKING = (FAILED, UNRUNNABLE, STOPPED)
"""Ends after which what depends on the job at the same change cannot run."""


@dataclass(frozen=True, slots=True)
class Job:
    """A pipeline at a change. `pipeline` is PROJECT/NAME.

    `output` is the commit that it published. `total` counts the datums of its output, `run` those that ran in this
    job, `reused` those that did not need to; `cpu_s` and `wall_s` add up over the datums that ran, all tries.
    """

    id: JobId
    pipeline_id: str
    pipeline: str
    version: int
    kind: str
    change: ChangeId
    position: int
    rank: int
    state: str
    reason: str
    attempt: int
    reprocess: bool
    stop: bool
    created_ms: int
    started_ms: int | None
    ended_ms: int | None
    inputs: Sequence[Mapping[str, Any]]
    plan: Plan | None
    output: CommitId | None
    partial: Digest | None
    total: int
    run: int
    reused: int
    failed: int
    recovered: int
    cpu_s: float
    wall_s: float
    failed_datum: str | None
    failed_lines: str | None

    @property
    def ended(self) -> bool:
        """Whether the job will not change any more."""
        return self.state not in (CREATED, RUNNING)


@dataclass(frozen=True, slots=True)
class Try:
    """One try of a datum that did not succeed."""

    datum: str
    number: int
    state: str
    reason: str
    log: Digest | None
    wall_s: float
    cpu_s: float
    exit_code: int | None


def get_job(backend: Backend, id: str) -> Job:
    """Return one job. Raises NotFound."""
    with backend.database.read() as conn:
        return load_job(conn, id)


def load_job(conn: Connection, id: str) -> Job:
    """Return one job in the caller's transaction. Raises NotFound."""
    row = conn.execute(_SELECT.where(jobs.c.id == id)).first()
    if row is None:
        raise NotFound(f"There is no job {id}.", help="`tilth job list` shows them.", job=id)
    return _job(row)


def list_jobs(
    backend: Backend,
    *,
    pipeline: str | None = None,
    change: str | None = None,
    states: Sequence[str] = (),
    after: str | None = None,
    limit: int = 100,
) -> list[Job]:
    """Return up to `limit` jobs, newest first, behind the job id `after`; of a pipeline (id), a change, some states."""
    query = _SELECT
    if pipeline is not None:
        query = query.where(jobs.c.pipeline == pipeline)
    if change is not None:
        query = query.where(jobs.c.change == change)
    if states:
        query = query.where(jobs.c.state.in_(states))
    if after is not None:
        query = query.where(jobs.c.id < after)
    with backend.database.read() as conn:
        return [_job(row) for row in conn.execute(query.order_by(jobs.c.id.desc()).limit(limit))]


def count_jobs(conn: Connection) -> tuple[int, int]:
    """Return how many jobs wait and how many run."""
    rows = conn.execute(
        select(jobs.c.state, func.count()).where(jobs.c.state.in_((CREATED, RUNNING))).group_by(jobs.c.state)
    )
    counts = {state: count for state, count in rows}
    return counts.get(CREATED, 0), counts.get(RUNNING, 0)


def tries_of(conn: Connection, job: JobId, datum: str | None = None, limit: int = 1000) -> list[Try]:
    """Return the tries of a job (of one datum) that did not succeed, by datum and in order."""
    query = select(job_tries).where(job_tries.c.job == job)
    if datum is not None:
        query = query.where(job_tries.c.datum == datum)
    rows = conn.execute(query.order_by(job_tries.c.datum, job_tries.c.attempt, job_tries.c["try"]).limit(limit))
    return [
        Try(
            row.datum,
            row._mapping["try"],
            row.state,
            row.reason,
            Digest(row.log) if row.log is not None else None,
            row.wall_s,
            row.cpu_s,
            row.exit_code,
        )
        for row in rows
    ]


def insert_job(
    conn: Connection,
    *,
    pipeline: str,
    version: int,
    kind: str,
    change: ChangeId,
    position: int,
    rank: int,
    reprocess: bool,
    newest_only: bool,
) -> JobId | None:
    """Add a job in state created, unless the pipeline has one at this change; return its id.

    With `newest_only`, older jobs of the pipeline that still wait become superseded.
    """
    here = and_(jobs.c.pipeline == pipeline, jobs.c.change == change)
    known = conn.execute(select(jobs.c.id, jobs.c.state).where(here)).first()
    if known is not None:
        if reprocess and known.state == CREATED:
            conn.execute(update(jobs).where(here).values(reprocess=True))
        return None
    id = JobId(new_id())
    now = now_ms()
    if newest_only:
        waiting = [jobs.c.pipeline == pipeline, jobs.c.state == CREATED]
        for row in conn.execute(select(jobs.c.id).where(*waiting)).all():
            end_job(conn, JobId(row.id), SUPERSEDED, reason=f"a newer job {id} of the pipeline waits")
    conn.execute(
        insert(jobs).values(
            id=id,
            pipeline=pipeline,
            version=version,
            kind=kind,
            change=change,
            position=position,
            rank=rank,
            state=CREATED,
            reason="",
            attempt=0,
            epoch=0,
            reprocess=reprocess,
            stop=False,
            created_ms=now,
            published=False,
            total=0,
            run=0,
            reused=0,
            failed=0,
            recovered=0,
            cpu_s=0.0,
            wall_s=0.0,
        )
    )
    return id


def waiting_jobs(conn: Connection, limit: int) -> list[Job]:
    """Return the first jobs that wait, by place in the feed and topological order.

    In this order each comes behind all that it depends on.
    """
    order = (jobs.c.position, jobs.c.rank, jobs.c.id)
    return [_job(row) for row in conn.execute(_SELECT.where(jobs.c.state == CREATED).order_by(*order).limit(limit))]


def running_jobs(conn: Connection) -> list[Job]:
    """Return the jobs that run, in the order of `waiting_jobs`."""
    order = (jobs.c.position, jobs.c.rank, jobs.c.id)
    return [_job(row) for row in conn.execute(_SELECT.where(jobs.c.state == RUNNING).order_by(*order))]


def start_job(conn: Connection, id: JobId, lease: Lease) -> Job:
    """Mark a waiting job as running under `lease`. Raises Fenced, and Conflict when it does not wait any more."""
    leases.check(conn, lease)
    changed = conn.execute(
        update(jobs)
        .where(jobs.c.id == id, jobs.c.state == CREATED)
        .values(state=RUNNING, epoch=lease.epoch, attempt=jobs.c.attempt + 1, started_ms=now_ms())
    ).rowcount
    job = load_job(conn, id)
    drop_items(conn, id)
    if not changed:
        raise Conflict(f"Job {id} is {job.state}, not waiting.", help="Look at it with `tilth job show`.", job=id)
    feed.append(conn, STARTED, ChangeId(job.change), {"job": id, "pipeline": job.pipeline})
    return job


def check_running(conn: Connection, job: Job, lease: Lease) -> None:
    """Raise Fenced unless `job` still runs in this attempt, under this lease."""
    leases.check(conn, lease)
    row = conn.execute(select(jobs.c.state, jobs.c.attempt, jobs.c.epoch).where(jobs.c.id == job.id)).one()
    if row.state != RUNNING or row.attempt != job.attempt or row.epoch != lease.epoch:
        raise Fenced(f"Job {job.id} is no longer run by this process.", help="Another process goes on with it.")


def stop_wanted(conn: Connection, id: JobId) -> bool:
    """Tell whether someone asked a running job to stop."""
    return bool(conn.execute(select(jobs.c.stop).where(jobs.c.id == id)).scalar())


def note_progress(conn: Connection, id: JobId, counters: Mapping[str, float]) -> None:
    """Write counters of a running job."""
    conn.execute(update(jobs).where(jobs.c.id == id).values(**counters))


def note_inputs(conn: Connection, id: JobId, inputs: Sequence[Mapping[str, Any]]) -> None:
    """Write down which commits a job reads."""
    conn.execute(update(jobs).where(jobs.c.id == id).values(inputs=canonical(list(inputs)).decode()))


def note_tries(conn: Connection, job: Job, tries: Iterable[Try]) -> None:
    """Add tries that did not succeed."""
    rows = [
        {
            "job": job.id,
            "datum": each.datum,
            "attempt": job.attempt,
            "try": each.number,
            "state": each.state,
            "reason": each.reason,
            "log": each.log,
            "wall_s": each.wall_s,
            "cpu_s": each.cpu_s,
            "exit_code": each.exit_code,
        }
        for each in tries
    ]
    if rows:
        conn.execute(insert(job_tries), rows)


def end_job(
    conn: Connection,
    id: JobId,
    state: str,
    *,
    reason: str = "",
    plan: Plan | None = None,
    output: CommitId | None = None,
    partial: Digest | None = None,
    counters: Mapping[str, float] | None = None,
    failed_datum: str | None = None,
    failed_lines: str | None = None,
) -> None:
    """End a job and tell the feed, in the caller's transaction."""
    conn.execute(
        update(jobs)
        .where(jobs.c.id == id)
        .values(
            state=state,
            reason=reason,
            ended_ms=now_ms(),
            plan=canonical(plan.to_json()).decode() if plan is not None else None,
            output=output,
            published=output is not None,
            partial=partial,
            failed_datum=failed_datum,
            failed_lines=failed_lines,
            **(counters or {}),
        )
    )
    drop_items(conn, id)
    row = conn.execute(
        select(jobs.c.change, pipelines.c.project, pipelines.c.name)
        .join(pipelines, pipelines.c.id == jobs.c.pipeline)
        .where(jobs.c.id == id)
    ).one()
    feed.append(
        conn,
        ENDED,
        ChangeId(row.change),
        {"job": id, "pipeline": f"{row.project}/{row.name}", "state": state, "output": output},
    )


def put_back(conn: Connection, job: Job, lease: Lease) -> None:
    """Let a running job wait again: it could not go on for a reason outside of it.

    Nothing happens when it is no longer this attempt that runs: whoever took it over goes on.
    """
    mine = and_(jobs.c.attempt == job.attempt, jobs.c.epoch == lease.epoch)
    conn.execute(update(jobs).where(jobs.c.id == job.id, jobs.c.state == RUNNING, mine).values(state=CREATED))


def requeue_orphans(conn: Connection, lease: Lease) -> int:
    """Let the jobs wait again that run under an older lease: the process that ran them is gone. Return how many."""
    leases.check(conn, lease)
    stale = and_(jobs.c.state == RUNNING, jobs.c.epoch < lease.epoch)
    for row in conn.execute(select(jobs.c.id).where(stale, jobs.c.stop)).all():
        end_job(conn, JobId(row.id), STOPPED, reason="stopped")
    return conn.execute(update(jobs).where(stale).values(state=CREATED)).rowcount


def stop_job(backend: Backend, id: str) -> Job:
    """Stop a job: at once if it waits, soon if it runs. Its branch does not move. An ended job stays as it is."""
    with backend.database.transaction() as conn:
        job = load_job(conn, id)
        if job.state == CREATED:
            end_job(conn, job.id, STOPPED, reason="stopped before it started")
        elif job.state == RUNNING:
            conn.execute(update(jobs).where(jobs.c.id == id).values(stop=True))
        return load_job(conn, id)


def stop_jobs_of(conn: Connection, pipeline: str, reason: str) -> None:
    """Stop all jobs of a pipeline, for `reason`."""
    stop_waiting_jobs_of(conn, pipeline, reason)
    conn.execute(update(jobs).where(jobs.c.pipeline == pipeline, jobs.c.state == RUNNING).values(stop=True))


def stop_waiting_jobs_of(conn: Connection, pipeline: str, reason: str) -> None:
    """Stop the jobs of a pipeline that have not begun, for `reason`."""
    for row in conn.execute(select(jobs.c.id).where(jobs.c.pipeline == pipeline, jobs.c.state == CREATED)).all():
        end_job(conn, JobId(row.id), STOPPED, reason=reason)


def previous_plan(conn: Connection, job: Job) -> Plan | None:
    """Return the plan of the newest good job of the same pipeline before this one."""
    row = conn.execute(
        select(jobs.c.plan)
        .where(
            jobs.c.pipeline == job.pipeline_id,
            jobs.c.id != job.id,
            jobs.c.state.in_((SUCCESS, UNCHANGED)),
            jobs.c.plan.is_not(None),
            jobs.c.position <= job.position,
        )
        .order_by(jobs.c.position.desc(), jobs.c.rank.desc(), jobs.c.id.desc())
        .limit(1)
    ).first()
    return Plan.from_json(json.loads(row.plan)) if row is not None else None


def state_at(conn: Connection, pipeline: str, change: ChangeId) -> tuple[JobId, str] | None:
    """Return id and state of a pipeline's job at a change."""
    row = conn.execute(select(jobs.c.id, jobs.c.state).where(jobs.c.pipeline == pipeline, jobs.c.change == change))
    found = row.first()
    return (JobId(found.id), found.state) if found is not None else None


def head_at(conn: Connection, repo: RepoId, branch: str, owner: str | None, position: int) -> CommitId | None:
    """Return the commit that a branch stands for, for a job at `position` of the feed.

    For a source branch the newest move up to there. For the output of pipeline `owner`, the newest of what its
    jobs up to there published (whenever they ended) and what others moved the head to. Cost: O(moves since its last
    job that published).
    """
    newest = (
        select(moves.c.new)
        .where(moves.c.repo == repo, moves.c.branch == branch, moves.c.position <= position)
        .order_by(moves.c.position.desc())
        .limit(1)
    )
    own = None
    if owner is not None:
        own = conn.execute(
            select(jobs.c.position, jobs.c.output)
            .where(jobs.c.pipeline == owner, jobs.c.published, jobs.c.position <= position)
            .order_by(jobs.c.position.desc())
            .limit(1)
        ).first()
        by_a_job = exists().where(jobs.c.pipeline == owner, jobs.c.change == moves.c.change, jobs.c.published)
        newest = newest.where(~by_a_job)
    if own is not None:
        newest = newest.where(moves.c.position > own.position)
    other = conn.execute(newest).first()
    if other is not None:
        return CommitId(other.new) if other.new is not None else None
    return CommitId(own.output) if own is not None else None


def now_ms() -> int:
    """Return Unix milliseconds."""
    return time.time_ns() // 1_000_000


_SELECT = select(jobs, pipelines.c.project, pipelines.c.name.label("pipeline_name")).join(
    pipelines, pipelines.c.id == jobs.c.pipeline
)


def _job(row: Row[Any]) -> Job:
    return Job(
        id=JobId(row.id),
        pipeline_id=row.pipeline,
        pipeline=f"{row.project}/{row.pipeline_name}",
        version=row.version,
        kind=row.kind,
        change=ChangeId(row.change),
        position=row.position,
        rank=row.rank,
        state=row.state,
        reason=row.reason,
        attempt=row.attempt,
        reprocess=row.reprocess,
        stop=row.stop,
        created_ms=row.created_ms,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
        inputs=json.loads(row.inputs) if row.inputs else (),
        plan=Plan.from_json(json.loads(row.plan)) if row.plan else None,
        output=CommitId(row.output) if row.output else None,
        partial=Digest(row.partial) if row.partial else None,
        total=row.total,
        run=row.run,
        reused=row.reused,
        failed=row.failed,
        recovered=row.recovered,
        cpu_s=row.cpu_s,
        wall_s=row.wall_s,
        failed_datum=row.failed_datum,
        failed_lines=row.failed_lines,
    )
