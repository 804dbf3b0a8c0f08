"""Whose turn it is: the first waiting job that reads nothing which is still being made."""

from __future__ import annotations

import heapq
from collections.abc import Container

from sqlalchemy import Connection

from tilth.errors import Invalid, NotFound
from tilth.model.ids import JobId
from tilth.pipelines.queue import RUNNING, Job, running_jobs, waiting_jobs
from tilth.pipelines.registry import load_pipeline, owner_of
from tilth.pipelines.resolution import places_read
from tilth.versioning.repos import find_repo

LOOK_AHEAD = 100
"""How many waiting jobs are looked at for one that need not wait."""


def next_runnable(conn: Connection, begun: Container[JobId] = ()) -> Job | None:
    """Return the job to run now, None when each that waits has to wait for one that runs.

    Those `begun` count as running, whether their rows say so already or not.

    A job waits for those before it, in the order of the feed, of its own pipeline and of the pipelines whose output it
    reads. So jobs that have nothing to do with each other may run at the same time, and each reads the same commits
    as if they ran one by one. Cost: O(1) while nothing runs, else at most LOOK_AHEAD jobs.
    """
    unended: set[str] = set()
    for job in heapq.merge(running_jobs(conn), waiting_jobs(conn, LOOK_AHEAD), key=_place):
        idle = job.state != RUNNING and job.id not in begun
        if idle and job.pipeline_id not in unended and not (unended and _reads(conn, job) & unended):
            return job
        unended.add(job.pipeline_id)
    return None


def _place(job: Job) -> tuple[int, int, str]:
    return job.position, job.rank, job.id


def _reads(conn: Connection, job: Job) -> set[str]:
    """Return the pipelines whose output a job reads."""
    found: set[str] = set()
    try:
        places = places_read(conn, load_pipeline(conn, job.pipeline_id, job.version))
    except Invalid:  # the job will say so
        return found
    for repo, branch in places:
        try:
            owner = owner_of(conn, find_repo(conn, repo).id, branch)
        except NotFound:  # the job will say so
            continue
        if owner is not None:
            found.add(owner)
    return found
