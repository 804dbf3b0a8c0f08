"""Copies of pipelines in a project branch: the same spec and code over the copied repos, its last good run taken over.

The copy's first run starts from the plan of that run, so it costs what has changed since, and nothing is computed where
nothing has. Of two pipelines, a copy and its origin, it is known up to which versions they agree.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from tilth.datums.cutting import spec_digest
from tilth.metadata import feed
from tilth.metadata.schema.jobs import jobs, pipelines
from tilth.metadata.schema.projects import pipeline_bases
from tilth.model.canonical import Json
from tilth.model.ids import ChangeId
from tilth.model.names import DEFAULT_PROJECT
from tilth.pipelines.plan import Plan
from tilth.pipelines.queue import SUCCESS, UNCHANGED, end_job, insert_job
from tilth.pipelines.registry import Pipeline

Move = Callable[[str], str]
"""Takes PROJECT/REPO and returns its name in the other project, or the same where it is not there."""


def moved_document(document: Mapping[str, Any], before: str, name: str, moved: Move) -> dict[str, Json]:
    """Return the spec of a pipeline in project `before` as that of `name` (PROJECT/NAME) over inputs that are `moved`.

    Input names stay, which are in the identity of what was computed; so do inputs of other projects.
    """
    project, _, short = name.partition("/")
    written = dict(document)
    written["pipeline"] = {"name": short} if project == DEFAULT_PROJECT else {"name": short, "project": project}
    if "input" in written:
        written["input"] = _moved_input(written["input"], before, project, moved)
    labeling = written.get("labeling")
    if isinstance(labeling, Mapping):
        written["labeling"] = _moved_labeling(labeling, before, project, moved)
    return written


def _moved_input(written: Any, before: str, project: str, moved: Move) -> Any:
    if isinstance(written, list):
        return [_moved_input(each, before, project, moved) for each in written]
    if not isinstance(written, Mapping):
        return written
    if not isinstance(written.get("pfs"), Mapping):
        return {kind: _moved_input(each, before, project, moved) for kind, each in written.items()}
    pfs = dict(written["pfs"])
    full = _full(str(pfs.get("repo", "")), str(pfs.pop("project", before)))
    home, _, short = moved(full).partition("/")
    pfs["repo"] = short
    pfs.setdefault("name", full.partition("/")[2])
    if home != project:
        pfs["project"] = home
    return {**written, "pfs": pfs}


def _moved_labeling(labeling: Mapping[str, Any], before: str, project: str, moved: Move) -> dict[str, Any]:
    golden = labeling.get("golden")
    if not isinstance(golden, Mapping):
        return dict(labeling)
    told = dict(golden)
    for field in ("source", "items"):
        if isinstance(told.get(field), str) and told[field]:
            told[field] = _moved_place(told[field], before, project, moved)
    return {**labeling, "golden": told}


def _moved_place(text: str, before: str, project: str, moved: Move) -> str:
    """Return `[PROJECT/]REPO[@BRANCH][:PATH]` moved."""
    at, colon, path = text.partition(":")
    repo, sign, branch = at.partition("@")
    home, _, short = moved(_full(repo, before)).partition("/")
    return f"{short if home == project else f'{home}/{short}'}{sign}{branch}{colon}{path}"


def _full(repo: str, project: str) -> str:
    return repo if "/" in repo else f"{project}/{repo}"


@dataclass(frozen=True, slots=True)
class LastRun:
    """What the newest good run of a pipeline left."""

    job: str
    total: int
    plan: Plan


def last_run(conn: Connection, pipeline: str) -> LastRun | None:
    """Return what the newest good run of a pipeline left, None before the first."""
    row = conn.execute(
        select(jobs.c.id, jobs.c.total, jobs.c.plan)
        .where(jobs.c.pipeline == pipeline, jobs.c.state.in_((SUCCESS, UNCHANGED)), jobs.c.plan.is_not(None))
        .order_by(jobs.c.position.desc(), jobs.c.rank.desc(), jobs.c.id.desc())
        .limit(1)
    ).first()
    return LastRun(row.id, row.total, Plan.from_json(json.loads(row.plan))) if row is not None else None


def take_over_run(
    conn: Connection, copy: Pipeline, origin: Pipeline, run: LastRun, change: ChangeId, rank: int, moved: Move
) -> None:
    """Give a copied pipeline the last good run of its origin as its own first, in the caller's transaction.

    Its tables are shared. A run with items to try again is left out, because these name the origin's repos: the copy
    then plans all, and finds what was computed in the cache.
    """
    if run.plan.pending is not None or run.plan.input.spec != spec_digest(origin.spec.input):
        return
    state = run.plan.input
    trees = {(moved(repo), branch): root for (repo, branch), root in state.trees.items()}
    plan = replace(run.plan, input=replace(state, spec=spec_digest(copy.spec.input), trees=trees))
    job = insert_job(
        conn,
        pipeline=copy.id,
        version=copy.version,
        kind=copy.kind,
        change=change,
        position=feed.last(conn),
        rank=rank,
        reprocess=False,
        newest_only=False,
    )
    assert job is not None, "a new pipeline has no jobs"
    totals = {"total": run.total, "reused": run.total}
    end_job(conn, job, UNCHANGED, reason=f"taken over from run {run.job} of {origin.name}", plan=plan, counters=totals)


def copy_pause(conn: Connection, copy: Pipeline, origin: Pipeline) -> None:
    """Let a copy of a paused pipeline be paused by the same person."""
    row = conn.execute(select(pipelines.c.paused_ms, pipelines.c.paused_by).where(pipelines.c.id == origin.id)).one()
    paused = {"paused_ms": row.paused_ms, "paused_by": row.paused_by}
    conn.execute(update(pipelines).where(pipelines.c.id == copy.id).values(**paused))


@dataclass(frozen=True, slots=True)
class PipelineBase:
    """Up to which version a copy (`ours`) and its origin (`theirs`) agree."""

    pipeline: str
    origin: str
    ours: int
    theirs: int


def note_pipeline_base(conn: Connection, base: PipelineBase) -> None:
    """Write down up to which versions a copy and its origin agree."""
    conn.execute(delete(pipeline_bases).where(pipeline_bases.c.pipeline == base.pipeline))
    conn.execute(
        insert(pipeline_bases).values(pipeline=base.pipeline, origin=base.origin, ours=base.ours, theirs=base.theirs)
    )


def pipeline_base(conn: Connection, pipeline: str) -> PipelineBase | None:
    """Return what is known of a copied pipeline; None for one that was not copied."""
    row = conn.execute(select(pipeline_bases).where(pipeline_bases.c.pipeline == pipeline)).first()
    return PipelineBase(row.pipeline, row.origin, row.ours, row.theirs) if row is not None else None
