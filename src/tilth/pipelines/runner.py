"""Run one job: cut, plan, take from the cache, run the rest, publish. Work follows what changed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any, TypeVar

import pyarrow as pa
from sqlalchemy import Connection

from tilth.datums.cutting import InputUpdate, spec_digest, update_input
from tilth.datums.datum import Datum, DatumChange, identity_of, members_json
from tilth.datums.inputs import Group, InputSpec, Pfs
from tilth.errors import BranchMoved, Failed, Fenced, TilthError, Unavailable
from tilth.execution.executor import Executor
from tilth.metadata.leases import Lease
from tilth.model.canonical import Json, canonical
from tilth.model.commit import Derivation
from tilth.model.digest import Digest
from tilth.model.ids import CommitId
from tilth.pipelines.cache import CachedResult, find_results, keep_results, load_manifest, store_manifests
from tilth.pipelines.datum_rows import DatumRows
from tilth.pipelines.dispatch import Dispatcher, Failure, Finished, Progressed, Stopped
from tilth.pipelines.output import OutputMerge, shown
from tilth.pipelines.plan import DATUMS, OWNERS, PENDING, Plan, decode_datum, encode_datum
from tilth.pipelines.queue import (
    FAILED,
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
from tilth.versioning.backend import Backend
from tilth.versioning.branches import find_branch

GROUP = 2_000
"""Datums planned at once, which bounds memory and the size of lookups."""
LOOK_EVERY_S = 0.5
PUBLISH_ATTEMPTS = 8
MAX_LINES = 4_000

_T = TypeVar("_T")


def run_job(backend: Backend, executor: Executor, job: Job, lease: Lease, *, progress: Progress = silent) -> Job:
    """Run a waiting job of a code or function pipeline to its end and return it as it then is.

    The user's failures end the job; they are not raised. Raises Fenced when another process took the lease (nothing
    that was done then counts), and Unavailable when the machine cannot go on (the job waits again).
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
        if sources.blocked is not None:
            end_job(conn, job.id, UNRUNNABLE, reason=sources.blocked)
            return load_job(conn, job.id)
    run = _Run(backend, executor, job, lease, pipeline, sources, previous, progress)
    try:
        run.go()
    except Stopped as stopped:
        run.end(STOPPED if stopped.reason == "stopped" else FAILED, stopped.reason)
    except Fenced:
        raise
    except Unavailable:
        _let_wait(backend, job)
        raise
    except TilthError as error:
        run.end(FAILED, str(error))
    except BaseException:
        _let_wait(backend, job)
        raise
    with backend.database.read() as conn:
        return load_job(conn, job.id)


def _let_wait(backend: Backend, job: Job) -> None:
    with backend.database.transaction() as conn:
        put_back(conn, job.id)


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
    counters: _Counters = field(default_factory=_Counters, init=False)
    datums: DatumRows = field(init=False)
    merge: OutputMerge = field(init=False)
    touched: bool = field(default=False, init=False)
    recovered: dict[str, str] = field(default_factory=dict, init=False)
    settled: list[str] = field(default_factory=list, init=False)
    first_failure: tuple[str, str] | None = field(default=None, init=False)
    gave_up: bool = field(default=False, init=False)
    started: float = field(default_factory=time.monotonic, init=False)
    looked: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        store, before = self.backend.store, self.previous
        self.datums = DatumRows(Table(store, DATUMS, before.datums if before else None))
        self.merge = OutputMerge(
            store, before.tree if before else None, Table(store, OWNERS, before.owners if before else None)
        )

    def go(self) -> None:
        """Cut, plan, run, publish."""
        spec = self.pipeline.spec
        if self._nothing_new():
            assert self.previous is not None
            self._end_unchanged(self.previous)
            return
        update = update_input(
            self.backend.store, spec.input, self.sources.trees, self.previous.input if self.previous else None
        )
        groups = self._groups(update)
        first = next((group for group in groups if group), None)
        if first is not None:
            self._dispatch(first, groups)
        plan = self._plan(update)
        if not self.touched:
            self._end_unchanged(plan)
        elif self.counters.failed:
            self._end_failed(plan)
        else:
            tree, owners = self.merge.finish()
            self._publish(replace(plan, tree=tree, owners=owners.root))

    def end(self, state: str, reason: str) -> None:
        """End the job without an output."""
        failure = self.first_failure
        with self.backend.database.transaction() as conn:
            check_running(conn, self.job, self.lease)
            end_job(
                conn,
                self.job.id,
                state,
                reason=reason,
                counters=self._totals(None),
                failed_datum=failure[0] if failure else None,
                failed_lines=failure[1] if failure else None,
            )

    # Planning

    @property
    def _again(self) -> bool:
        return self.job.reprocess or self.pipeline.spec.reprocess == "every_job"

    def _nothing_new(self) -> bool:
        """Tell whether the inputs are what they were, without looking into them."""
        before = self.previous
        if before is None or self._again or before.pending is not None or not self._same_recipe(before):
            return False
        trees = self.sources.trees
        same = before.input.spec == spec_digest(self.pipeline.spec.input)
        return same and all(trees.get(place) == root for place, root in before.input.trees.items())

    def _same_recipe(self, before: Plan) -> bool:
        return before.recipe == self.pipeline.recipe or self.pipeline.keep_outputs

    def _groups(self, update: InputUpdate) -> Iterator[list[Work]]:
        """Yield the datums to run, in groups; what is in the cache is taken from it on the way."""
        before = self.previous
        changed = before is not None and before.input.spec == update.state.spec and self._same_recipe(before)
        planned = self._changed(update, before) if changed and before and not self._again else self._all(update)
        for work in planned:
            if not work:
                continue
            self.touched = True
            yield self._from_cache(work)

    def _changed(self, update: InputUpdate, before: Plan) -> Iterator[list[Work]]:
        """Plan what differs from the previous job, and what recovered there without output."""
        again = {
            row["key"]: row["datum"]
            for batch in before.pending_table(self.backend.store).scan()
            for row in batch.to_pylist()
        }
        for group in _grouped(update.changes()):
            rows = self.datums.find([change.key for change in group])
            work: list[Work] = []
            for change in group:
                again.pop(change.key, None)
                self._settle(change.key)
                row = rows.get(change.key)
                if change.new is None:
                    self._forget(change, row)
                    continue
                content = change.new.digest
                if row is not None and row["state"] == SUCCESS and row["content"] == content:
                    continue
                self._drop(row)
                work.append(self._work(change.new, content))
            yield work
        self.settled.extend(again)
        for texts in _grouped(iter(again.values())):
            yield [self._work(datum, datum.digest) for datum in map(decode_datum, texts)]

    def _all(self, update: InputUpdate) -> Iterator[list[Work]]:
        """Plan all datums, because recipe or input spec are others, or everything is to run again."""
        seen: set[str] = set()
        keep = self.pipeline.keep_outputs
        for group in _grouped(update.datums()):
            rows = self.datums.find([datum.key for datum in group])
            work: list[Work] = []
            for datum in group:
                seen.add(datum.key)
                self._settle(datum.key)
                item = self._work(datum, datum.digest)
                row = rows.get(datum.key)
                good = row is not None and row["state"] == SUCCESS and not self._again
                if row is not None and good:
                    same = row["content"] == item.content if keep else row["identity"] == item.identity
                    if same:
                        continue
                self._drop(row)
                work.append(item)
            yield work
        for batch in self.datums.before.scan():
            for row in batch.to_pylist():
                if row["key"] not in seen:
                    self._forget(DatumChange(row["key"], None, None), row)

    def _work(self, datum: Datum, content: Digest) -> Work:
        return Work(datum, content, identity_of(content, self.pipeline.recipe))

    def _drop(self, row: Mapping[str, Any] | None) -> None:
        if row is not None and row["manifest"] is not None:
            self.merge.drop(load_manifest(self.backend.store, Digest(row["manifest"])))

    def _forget(self, change: DatumChange, row: Mapping[str, Any] | None) -> None:
        if row is not None:
            self.touched = True
            self.datums.delete(change.key)
            self._settle(change.key)
            self._drop(row)

    def _settle(self, key: str) -> None:
        """Note that `key` need not stay among those to try again."""
        if self.previous is not None and self.previous.pending is not None:
            self.settled.append(key)

    def _from_cache(self, work: list[Work]) -> list[Work]:
        """Take known results and return the work that is left."""
        if self._again:
            return work
        with self.backend.database.read() as conn:
            known = find_results(conn, [item.identity for item in work])
        left: list[Work] = []
        for item in work:
            result = known.get(item.identity)
            if result is None:
                left.append(item)
                continue
            self.merge.add(item.datum.key, load_manifest(self.backend.store, result.manifest))
            self._row(item, SUCCESS, manifest=result.manifest, log=result.log)
        return left

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
        self.progress.begin(self.pipeline.spec.name, known, "items")
        try:
            # Closed at once on any error, so that nothing runs on for a job that has ended.
            with closing(dispatcher.run(source, maker.make, self._stop_reason)) as running:
                for progressed in running:
                    self._take(progressed)
                    self.progress.advance(len(progressed.finished))
        finally:
            self.progress.end()
        self.gave_up = dispatcher.gave_up

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
        if good:
            store.flush()
        with self.backend.database.transaction() as conn:
            check_running(conn, self.job, self.lease)
            keep_results(
                conn,
                (
                    CachedResult(done.work.identity, manifest, done.outcome.log)
                    for done, manifest in zip(good, manifests, strict=True)
                ),
            )
            note_tries(conn, self.job, map(_try, progressed.failures))
            note_progress(conn, self.job.id, self.counters.values())
        for done, manifest in zip(good, manifests, strict=True):
            self.merge.add(done.work.datum.key, done.outcome.outputs)
            self._finished(done, manifest)
        for done in progressed.finished:
            if done.outcome.state != SUCCESS:
                self._finished(done, None)

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
        self._row(
            done.work,
            outcome.state,
            manifest=manifest,
            log=outcome.log,
            reason=outcome.reason[-MAX_LINES:],
            tries=done.tries,
            wall_s=done.wall_s,
            cpu_s=done.cpu_s,
        )

    def _row(
        self,
        work: Work,
        state: str,
        *,
        manifest: Digest | None,
        log: Digest | None,
        reason: str = "",
        tries: int = 0,
        wall_s: float = 0.0,
        cpu_s: float = 0.0,
    ) -> None:
        self.datums.put(
            work.datum.key,
            work.content,
            work.identity,
            state,
            manifest=manifest,
            log=log,
            job=self.job.id,
            recipe=self.pipeline.recipe,
            members=canonical(members_json(work.datum)).decode(),
            reason=reason,
            tries=tries,
            wall_s=wall_s,
            cpu_s=cpu_s,
        )

    # Ending

    def _plan(self, update: InputUpdate) -> Plan:
        """Return the plan of this job, its output still the previous one."""
        before = self.previous
        pending = Table(self.backend.store, PENDING, before.pending if before else None)
        gone = [key for key in self.settled if key not in self.recovered] if pending.root is not None else []
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
        done = self.counters.run + self.counters.failed + self.counters.recovered
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
        reason = f"{count} datum{'s' if count > 1 else ''} failed, the first is {shown(key)}"
        if self.gave_up:
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
                    message=f"{self.counters.run} run, {int(totals['reused'])} reused",
                    stage=pipeline.name,
                    trains=pipeline.spec.trains,
                    also=also,
                )
                return
            except BranchMoved:
                if attempt + 1 == PUBLISH_ATTEMPTS:
                    raise


def _grouped(items: Iterable[_T]) -> Iterator[list[_T]]:
    waiting = iter(items)
    while group := list(islice(waiting, GROUP)):
        yield group


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
