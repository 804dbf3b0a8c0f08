"""Planning: which datums a job has to run, and what of the previous output goes. Work follows what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from tilth.datums.cutting import InputUpdate, Place, spec_digest
from tilth.datums.datum import Datum, identity_of
from tilth.model.digest import Digest
from tilth.pipelines.cache import find_results, load_manifest
from tilth.pipelines.datum_rows import DatumRows
from tilth.pipelines.output import OutputMerge
from tilth.pipelines.plan import Plan, decode_datum
from tilth.pipelines.queue import SUCCESS, Job
from tilth.pipelines.registry import Pipeline
from tilth.pipelines.tasks import Work
from tilth.versioning.backend import Backend

GROUP = 2_000
"""Datums planned at once, which bounds memory and the size of lookups."""

_T = TypeVar("_T")


@dataclass(slots=True)
class Planner:
    """Plans one job from the previous good one. Writes to `datums` and `merge` what needs no run.

    `touched` tells whether anything differs; `settled` are the keys that need not stay among those to try again.
    """

    backend: Backend
    job: Job
    pipeline: Pipeline
    previous: Plan | None
    datums: DatumRows
    merge: OutputMerge
    touched: bool = field(default=False, init=False)
    settled: list[str] = field(default_factory=list, init=False)
    complete: bool = field(default=False, init=False)
    """Whether all is planned; before that the counts below are only of what was planned until now."""
    to_run: int = field(default=0, init=False)
    added: int = field(default=0, init=False)
    removed: int = field(default=0, init=False)

    @property
    def _again(self) -> bool:
        """Whether all datums are to run again, whatever is known."""
        return self.job.reprocess or self.pipeline.spec.reprocess == "every_job"

    def nothing_new(self, trees: Mapping[Place, Digest | None]) -> bool:
        """Tell whether the inputs are what they were, without looking into them."""
        before = self.previous
        if before is None or self._again or before.pending is not None or not self._same_recipe(before):
            return False
        same = before.input.spec == spec_digest(self.pipeline.spec.input)
        return same and all(trees.get(place) == root for place, root in before.input.trees.items())

    def _same_recipe(self, before: Plan) -> bool:
        return before.recipe == self.pipeline.recipe or self.pipeline.keep_outputs

    def groups(self, update: InputUpdate) -> Iterator[list[Work]]:
        """Yield the datums to run, in groups; what is in the cache is taken from it on the way."""
        before = self.previous
        changed = before is not None and before.input.spec == update.state.spec and self._same_recipe(before)
        planned = self._changed(update, before) if changed and before and not self._again else self._all(update)
        for work in planned:
            if not work:
                continue
            self.touched = True
            left = self._from_cache(work)
            self.to_run += len(left)
            yield left
        self.complete = True

    def counts(self) -> dict[str, float]:
        """Return of how many datums the job is and how many need not run, once all is planned; nothing before."""
        if not self.complete:
            return {}
        total = len(self.datums.before) + self.added - self.removed
        return {"total": total, "reused": max(0, total - self.to_run)}

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
                    self._forget(row)
                    continue
                self.added += row is None
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
                self.added += row is None
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
                    self._forget(row)

    def _work(self, datum: Datum, content: Digest) -> Work:
        return Work(datum, content, identity_of(content, self.pipeline.recipe))

    def _drop(self, row: Mapping[str, Any] | None) -> None:
        if row is not None and row["manifest"] is not None:
            self.merge.drop(load_manifest(self.backend.store, Digest(row["manifest"])))

    def _forget(self, row: Mapping[str, Any] | None) -> None:
        if row is not None:
            self.touched = True
            self.removed += 1
            self.datums.delete(row["key"])
            self._settle(row["key"])
            self._drop(row)

    def _settle(self, key: str) -> None:
        """Note that `key` need not stay among those to try again."""
        if self.previous is not None and self.previous.pending is not None:
            self.settled.append(key)

    def _from_cache(self, work: list[Work]) -> list[Work]:
        """Take known results and return the work that is left.

        When all is to run again, only results of earlier attempts count: those newer than the job.
        """
        if self._again and self.job.attempt == 1:
            return work
        since = self.job.created_ms if self._again else 0
        with self.backend.database.read() as conn:
            known = find_results(conn, [item.identity for item in work], since_ms=since)
        left: list[Work] = []
        for item in work:
            result = known.get(item.identity)
            if result is None:
                left.append(item)
                continue
            self.merge.add(item.datum.key, load_manifest(self.backend.store, result.manifest))
            self.datums.put(item, SUCCESS, manifest=result.manifest, log=result.log)
        return left


def _grouped(items: Iterable[_T]) -> Iterator[list[_T]]:
    waiting = iter(items)
    while group := list(islice(waiting, GROUP)):
        yield group
