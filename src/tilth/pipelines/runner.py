"""Run one job: cut, plan, take from the cache, run the rest, publish. Work follows what changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from itertools import chain, islice

import pyarrow as pa
from sqlalchemy import Connection

from tilth.datums.cutting import InputState, InputUpdate, spec_digest, update_input
from tilth.datums.inputs import Group, InputSpec, Pfs
from tilth.errors import BranchMoved, Failed, Fenced, NotFound, TilthError, Unavailable
from tilth.execution.executor import Executor
from tilth.metadata.leases import Lease
from tilth.model.canonical import Json
from tilth.model.commit import Derivation
from tilth.model.digest import Digest
from tilth.model.ids import CommitId
from tilth.pipelines.cache import CachedResult, keep_results, store_manifests
from tilth.pipelines.datum_rows import DatumRows
from tilth.pipelines.dispatch import Dispatcher, Failure, Finished, Progressed, Stopped
from tilth.pipelines.items_so_far import ItemSoFar, note_items
from tilth.pipelines.output import OutputMerge, shown
from tilth.pipelines.plan import DATUMS, OWNERS, PENDING, Plan, encode_datum
from tilth.pipelines.planning import Planner
from tilth.pipelines.queue import (
    FAILED,
    RUNNING,
    STOPPED,
    SUCCESS,
    UNCHANGED,
    UNRUNNABLE,
    Job,
    Try,
    check_running,
    end_job,
    load_job,
    note_inputs,
    note_progress,
    note_tries,
    previous_plan,
    put_back,
    start_job,
    stop_wanted,
)
from tilth.pipelines.recipe import transform_of
from tilth.pipelines.registry import Pipeline, load_pipeline
from tilth.pipelines.resolution import Sources, resolve_sources
from tilth.pipelines.tasks import TaskMaker, Work
from tilth.progress import Progress, silent
from tilth.publication.publish import publish
from tilth.storage.tables import Table
from tilth.versioning.backend import Backend, in_act
from tilth.versioning.branches import find_branch
from tilth.versioning.releasing import check_kept

LOOK_EVERY_S = 0.5
PUBLISH_ATTEMPTS = 8
MAX_LINES = 4_000


@in_act
def run_job(
    backend: Backend,
    executor: Executor,
    job: Job,
    lease: Lease,
    *,
    progress: Progress = silent,
    halted: Callable[[], bool],
) -> Job:
    """Run a waiting job of a code or function pipeline to its end and return it as it then is.

    The user's failures end the job; they are not raised. Raises Fenced when another process took the lease (nothing
    that was done then counts), and Unavailable when the machine cannot go on or `halted` says that this process ends
    (the job waits again).
    """
    with backend.database.transaction() as conn:
        job = start_job(conn, job.id, lease)
        pipeline = load_pipeline(conn, job.pipeline_id, job.version)
        previous = previous_plan(conn, job)
        try:
            sources = resolve_sources(conn, job, pipeline)
        except TilthError as error:
            end_job(conn, job.id, FAILED, reason=str(error))
            return load_job(conn, job.id)
        note_inputs(conn, job.id, sources.to_json())
        blocked = sources.blocked
        try:
            check_kept(conn, sources.commits.values())
        except NotFound as error:  # forgotten between its commit and this job: say so before anything runs
            blocked = str(error)
        if blocked is not None:
            end_job(conn, job.id, UNRUNNABLE, reason=blocked)
            return load_job(conn, job.id)
    run = _Run(backend, executor, job, lease, pipeline, sources, previous, progress, halted)
    try:
        run.go()
    except Stopped as stopped:
        run.end(STOPPED if stopped.reason == "stopped" else FAILED, stopped.reason)
    except Fenced:
        raise
    except Unavailable:
        _let_wait(backend, job, lease)
        raise
    except TilthError as error:
        datums = error.facts.get("datums") or ()
        run.end(FAILED, str(error), datum=str(datums[-1]) if isinstance(datums, list) and datums else None)
    except BaseException:
        _let_wait(backend, job, lease)
        raise
    with backend.database.read() as conn:
        return load_job(conn, job.id)


def _let_wait(backend: Backend, job: Job, lease: Lease) -> None:
    with backend.database.transaction(gated=False) as conn:  # where the workspace is moved, too: it may go on here
        put_back(conn, job, lease)


@dataclass(slots=True)
class _Counters:
    run: int = 0
    failed: int = 0
    recovered: int = 0
    cpu_s: float = 0.0
    wall_s: float = 0.0

    def values(self) -> dict[str, float]:
        return {
            "run": self.run,
            "failed": self.failed,
            "recovered": self.recovered,
            "cpu_s": self.cpu_s,
            "wall_s": self.wall_s,
        }


@dataclass(slots=True)
class _Run:
    """One attempt of one job."""

    backend: Backend
    executor: Executor
    job: Job
    lease: Lease
    pipeline: Pipeline
    sources: Sources
    previous: Plan | None
    progress: Progress
    halted: Callable[[], bool]
    counters: _Counters = field(default_factory=_Counters, init=False)
    datums: DatumRows = field(init=False)
    merge: OutputMerge = field(init=False)
    planner: Planner = field(init=False)
    recovered: dict[str, str] = field(default_factory=dict, init=False)
    first_failure: tuple[str, str] | None = field(default=None, init=False)
    left: int = field(default=0, init=False)
    stored: int = field(default=0, init=False)
    started: float = field(default_factory=time.monotonic, init=False)
    looked: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        store, before = self.backend.store, self.previous
        self.datums = DatumRows(
            Table(store, DATUMS, before.datums if before else None), self.job.id, self.pipeline.recipe
        )
        self.merge = OutputMerge(
            store, before.tree if before else None, Table(store, OWNERS, before.owners if before else None)
        )
        self.planner = Planner(self.backend, self.job, self.pipeline, before, self.datums, self.merge)

    def go(self) -> None:
        """Cut, plan, run, publish."""
        spec = self.pipeline.spec
        if self.previous is not None and self.planner.nothing_new(self.sources.trees):
            self._end_unchanged(self.previous)
            return
        update = update_input(
            self.backend.store, spec.input, self.sources.trees, self.previous.input if self.previous else None
        )
        groups = self.planner.groups(update)
        first = next((group for group in groups if group), None)
        if first is not None:
            self._dispatch(first, groups)
        plan = self._plan(update)
        if not self.planner.touched:
            self._end_unchanged(plan)
        elif self.counters.failed:
            self._end_failed(plan)
        else:
            tree, owners = self.merge.finish()
            self._publish(replace(plan, tree=tree, owners=owners.root))

    def end(self, state: str, reason: str, *, datum: str | None = None) -> None:
        """End the job without an output; `datum` is to blame. What ran until then stays to be looked at."""
        failure = self.first_failure
        shown_datums = self._datums_so_far()
        with self.backend.database.transaction() as conn:
            check_running(conn, self.job, self.lease)
            end_job(
                conn,
                self.job.id,
                state,
                reason=reason,
                plan=shown_datums,
                counters=self._totals(shown_datums.datum_table(self.backend.store) if shown_datums else None),
                failed_datum=failure[0] if failure else datum,
                failed_lines=failure[1] if failure else None,
            )

    def _datums_so_far(self) -> Plan | None:
        """Return a plan that shows what ran; the next job does not start from it. None where it cannot be written."""
        before = self.previous
        try:
            plan = Plan(
                before.input if before else InputState(spec_digest(self.pipeline.spec.input), {}, ()),
                self.pipeline.recipe,
                before.tree if before else None,
                self.datums.finish().root,
            )
            self.backend.store.flush()
        except TilthError:
            return None
        return plan

    # Running

    def _dispatch(self, first: list[Work], rest: Iterator[list[Work]]) -> None:
        spec = self.pipeline.spec
        head = list(islice(rest, 25))
        more = next(rest, None)
        known = sum(map(len, [first, *head])) if more is None else None
        able = self.executor.capabilities()
        dispatcher = Dispatcher(
            self.executor,
            transform_of(spec, self.pipeline.code),
            name=f"{self.job.id}-{self.job.attempt}-{self.lease.epoch}",
            tries=spec.datum_tries,
            slots=spec.parallelism,
            all_slots=able.slots if spec.kind == "function" else able.command_slots,
        )
        maker = TaskMaker(
            self.backend.store,
            self.sources.trees,
            self.sources.commits,
            self._environment(),
            grouped=_has_group(spec.input),
        )
        source = chain([first], head, [more] if more is not None else [], rest)
        if self.planner.complete:
            with self.backend.database.transaction() as conn:
                check_running(conn, self.job, self.lease)
                note_progress(conn, self.job.id, self.planner.counts())
        self.progress.begin(self.pipeline.spec.name, known, "items")
        try:
            # Closed at once on any error, so that nothing runs on for a job that has ended.
            with closing(dispatcher.run(source, maker.make, self._stop_reason)) as running:
                for progressed in running:
                    self._take(progressed)
                    self.progress.advance(len(progressed.finished))
        finally:
            self.progress.end()
        self.left = dispatcher.left

    def _environment(self) -> dict[str, str]:
        job, spec = self.job, self.pipeline.spec
        return {
            "TILTH_JOB_ID": job.id,
            "TILTH_CHANGE": job.change,
            "TILTH_PIPELINE": spec.full_name,
            "PACH_JOB_ID": job.change,
            "PACH_OUTPUT_COMMIT_ID": job.change,
            "PPS_PIPELINE_NAME": spec.name,
            "PPS_PROJECT_NAME": spec.project,
        }

    def _stop_reason(self) -> str | None:
        if self.halted():
            raise Unavailable("The process that ran this job ends.", help="The job goes on with `tilth run`.")
        now = time.monotonic()
        limit = self.pipeline.spec.job_timeout_s
        if limit is not None and now - self.started > limit:
            return f"the job ran longer than its job_timeout of {limit:g} s"
        if now - self.looked < LOOK_EVERY_S:
            return None
        self.looked = now
        with self.backend.database.read() as conn:
            check_running(conn, self.job, self.lease)
            return "stopped" if stop_wanted(conn, self.job.id) else None

    def _take(self, progressed: Progressed) -> None:
        """Keep what is done: results in the cache for whoever asks next, even if this job fails or dies."""
        store = self.backend.store
        good = [done for done in progressed.finished if done.outcome.state == SUCCESS]
        manifests = store_manifests(store, [done.outcome.outputs for done in good])
        for done in progressed.finished:
            self._count(done)
        self.stored += sum(done.outcome.stored for done in good)
        self.stored += sum(failure.outcome.stored for failure in progressed.failures)
        if good:
            store.flush()
        with self.backend.database.transaction() as conn:
            check_running(conn, self.job, self.lease)
            keep_results(
                conn,
                (
                    CachedResult(
                        done.work.identity,
                        manifest,
                        done.outcome.log,
                        sum(file.content.size for file in done.outcome.outputs),
                    )
                    for done, manifest in zip(good, manifests, strict=True)
                ),
            )
            note_tries(conn, self.job, map(_try, progressed.failures))
            note_progress(conn, self.job.id, self.counters.values() | self.planner.counts())
            self._note_items(
                conn, progressed, dict(zip((done.work.datum.key for done in good), manifests, strict=True))
            )
        for done, manifest in zip(good, manifests, strict=True):
            self._finished(done, manifest)
        for done in progressed.finished:
            if done.outcome.state != SUCCESS:
                self._finished(done, None)
        for done in good:  # last, because it ends the job where two wrote one path
            self.merge.add(done.work.datum.key, done.outcome.outputs)

    def _note_items(self, conn: Connection, progressed: Progressed, manifests: Mapping[str, Digest]) -> None:
        """Let it be seen while the job runs which items failed, which are worked on, which are done."""
        ended = [
            ItemSoFar(
                done.work.datum.key,
                done.outcome.state,
                done.outcome.reason[-MAX_LINES:],
                done.tries,
                done.wall_s,
                done.cpu_s,
                manifests.get(done.work.datum.key),
                done.outcome.log,
            )
            for done in progressed.finished
        ]
        note_items(
            conn,
            self.job.id,
            running=[ItemSoFar(each.key, RUNNING, tries=each.tries) for each in progressed.running],
            failed=[item for item in ended if item.state not in (SUCCESS, "recovered")],
            done=[item for item in ended if item.state in (SUCCESS, "recovered")],
        )

    def _count(self, done: Finished) -> None:
        state = done.outcome.state
        self.counters.cpu_s += done.cpu_s
        self.counters.wall_s += done.wall_s
        if state == SUCCESS:
            self.counters.run += 1
        elif state == "recovered":
            self.counters.recovered += 1
            self.recovered[done.work.datum.key] = encode_datum(done.work.datum)
        else:
            self.counters.failed += 1
            if self.first_failure is None:
                self.first_failure = (done.work.datum.key, done.outcome.reason[-MAX_LINES:])

    def _finished(self, done: Finished, manifest: Digest | None) -> None:
        outcome = done.outcome
        self.datums.put(
            done.work,
            outcome.state,
            manifest=manifest,
            log=outcome.log,
            reason=outcome.reason[-MAX_LINES:],
            tries=done.tries,
            wall_s=done.wall_s,
            cpu_s=done.cpu_s,
        )

    # Ending

    def _plan(self, update: InputUpdate) -> Plan:
        """Return the plan of this job, its output still the previous one."""
        before = self.previous
        pending = Table(self.backend.store, PENDING, before.pending if before else None)
        gone = [key for key in self.planner.settled if key not in self.recovered] if pending.root is not None else []
        if self.recovered or gone:
            rows = pa.table([list(self.recovered), list(self.recovered.values())], schema=PENDING.arrow)
            pending = pending.update(rows, gone)
        return Plan(
            update.state,
            self.pipeline.recipe,
            before.tree if before else None,
            self.datums.finish().root,
            before.owners if before else None,
            pending.root,
        )

    def _totals(self, datums: Table | None) -> dict[str, float]:
        counters = self.counters.values()
        if datums is None:
            return counters
        total = len(datums)
        done = self.counters.run + self.counters.failed + self.counters.recovered + self.left
        return counters | {"total": total, "reused": max(0, total - done)}

    def _end_unchanged(self, plan: Plan) -> None:
        self.backend.store.flush()
        with self.backend.database.transaction() as conn:
            check_running(conn, self.job, self.lease)
            end_job(
                conn, self.job.id, UNCHANGED, plan=plan, counters=self._totals(plan.datum_table(self.backend.store))
            )

    def _end_failed(self, plan: Plan) -> None:
        """End the job as failed; what could be made stays readable as a partial tree."""
        assert self.first_failure is not None
        key, lines = self.first_failure
        partial: Digest | None = None
        with suppress(Failed):
            partial, _ = self.merge.finish()
        self.backend.store.flush()
        count = self.counters.failed
        reason = f"{count} item{'s' if count > 1 else ''} failed, the first is {shown(key)}"
        if self.left:
            reason += f"; nothing more was started after {count} failures"
        with self.backend.database.transaction() as conn:
            check_running(conn, self.job, self.lease)
            end_job(
                conn,
                self.job.id,
                FAILED,
                reason=reason,
                plan=plan,
                partial=partial,
                counters=self._totals(plan.datum_table(self.backend.store)),
                failed_datum=key,
                failed_lines=lines,
            )

    def _publish(self, plan: Plan) -> None:
        """Publish the output; the job ends in the same transaction, if it is still this process's to end."""
        pipeline, store = self.pipeline, self.backend.store
        totals = self._totals(plan.datum_table(store))
        facts: dict[str, Json] = {
            "pipeline": pipeline.name,
            "version": pipeline.version,
            "plan": plan.to_json(),
            "items": {"total": int(totals["total"]), "run": self.counters.run},
        }
        if pipeline.keep_outputs:
            facts["kept_outputs"] = True
        derivation = Derivation(
            stage="pipeline",
            inputs=self.sources.inputs(),
            recipe=pipeline.recipe,
            job=self.job.id,
            facts=facts,
        )

        def also(conn: Connection) -> None:
            check_running(conn, self.job, self.lease)
            head = find_branch(conn, pipeline.output_id, pipeline.branch).head
            end_job(
                conn,
                self.job.id,
                SUCCESS,
                plan=plan,
                output=CommitId(head) if head is not None else None,
                counters=totals,
            )

        for attempt in range(PUBLISH_ATTEMPTS):
            try:
                publish(
                    self.backend,
                    repo=pipeline.output_id,
                    branch=pipeline.branch,
                    tree=plan.tree,
                    derivation=derivation,
                    change=self.job.change,
                    author=f"pipeline {pipeline.name}",
                    message=_said(self.counters.run, int(totals["reused"])),
                    stage=pipeline.name,
                    trains=pipeline.spec.trains,
                    # An attempt before this one, of a process that is gone, may have stored some of it uncounted.
                    stored=self.stored if self.job.attempt == 1 else None,
                    also=also,
                )
                return
            except BranchMoved:
                if attempt + 1 == PUBLISH_ATTEMPTS:
                    raise


def _said(run: int, reused: int) -> str:
    """Return what a version of a run says of itself: "3 items computed, 1,274 reused"."""
    items = f"{run:,} item{'' if run == 1 else 's'} computed"
    return f"{items}, {reused:,} reused" if run and reused else items if run else f"nothing computed, {reused:,} reused"


def _has_group(spec: InputSpec) -> bool:
    return isinstance(spec, Group) or (not isinstance(spec, Pfs) and any(map(_has_group, spec.inputs)))


def _try(failure: Failure) -> Try:
    outcome = failure.outcome
    return Try(
        failure.key,
        failure.number,
        outcome.state,
        outcome.reason[-MAX_LINES:],
        outcome.log,
        outcome.wall_s,
        outcome.cpu_s,
        outcome.exit_code,
    )
