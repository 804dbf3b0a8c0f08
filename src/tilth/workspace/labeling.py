"""Labeling pipelines of a local workspace, from the side of those who run them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tilth.contract.commit import CommitInfo
from tilth.contract.escalation import EscalatedItem
from tilth.contract.importing import (
    AnswerImportInfo,
    GuidelinesChange,
    ImportReport,
    ImportUndo,
    LabelCount,
    RowProblem,
)
from tilth.contract.labeling import LabelInfo, LabelingInfo
from tilth.contract.paging import Page
from tilth.contract.principal import Role
from tilth.contract.tasks import WorkerInfo
from tilth.errors import Conflict, Invalid, NotFound
from tilth.labeling.importing import Columns, Imported, import_table, list_imports, take_back
from tilth.labeling.ledger import desks, reports
from tilth.labeling.ledger.ledger import spec_of
from tilth.labeling.ledger.taking_back import AnswerImport
from tilth.labeling.shown import answers_of, media_of
from tilth.labeling.stage import LabelingStage
from tilth.model.labeling import Label, LabelingProgress, WorkerStats
from tilth.pipelines import registry
from tilth.versioning import revisions
from tilth.workspace.infos import commit_info
from tilth.workspace.names import full_name, short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of
from tilth.workspace.pipelines import LocalPipelines
from tilth.workspace.shown import given_answer, seen, tasks_shown

PUBLISH_ATTEMPTS = 5
WORDS = 500
"""Words of an imported table that a report tells of, most frequent first."""


class LocalLabeling:
    """Labeling pipelines of the folder."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._backend = opened.backend
        self._desk = opened.resources.desk
        self._principal = opened.principal

    def list(self) -> Page[LabelingInfo]:
        """List labeling pipelines; a labeler sees those it may work on, without what would tell of known answers."""
        found = [labeling_info(progress) for progress in self._desk.pipelines()]
        mine = [info for info in found if self._principal.may_label(full_name(info.pipeline))]
        if self._principal.role is not Role.LABELER:
            return Page(mine)
        return Page([_for_labeler(info) for info in mine])

    def get(self, pipeline: str) -> LabelingInfo:
        """Return one labeling pipeline's progress, from counters."""
        return labeling_info(self._desk.progress(self._seen(pipeline)))

    def workers(self, pipeline: str, *, after: str | None = None, limit: int = 1000) -> Page[WorkerInfo]:
        """List the workers of a labeling pipeline by opaque id."""
        found = self._desk.workers(self._seen(pipeline), after=after, limit=check_limit(limit) + 1)
        return page_of(found, limit, worker_info, lambda stats: stats.public)

    def labels(self, pipeline: str, *, after: str | None = None, limit: int = 100) -> Page[LabelInfo]:
        """List what holds now for each item."""
        found = self._desk.labels(self._seen(pipeline), after=after, limit=check_limit(limit) + 1)
        return page_of(found, limit, label_info, lambda label: label.key)

    def rule(self, pipeline: str, key: str, label: Any, *, reason: str = "") -> LabelInfo:
        """Decide an item as an expert."""
        return label_info(self._desk.rule(self._seen(pipeline), key, label, expert=self._principal.name, reason=reason))

    def reopen(self, pipeline: str, key: str, *, reason: str = "") -> LabelInfo:
        """Take a ruling back."""
        return label_info(self._desk.reopen(self._seen(pipeline), key, expert=self._principal.name, reason=reason))

    def ban(self, pipeline: str, worker: str, reason: str) -> WorkerInfo:
        """Ban a worker, named by opaque id."""
        if not reason.strip():
            raise Invalid("A ban needs a reason.", help="Say why; the worker is shown it.")
        name = self._desk.worker_of(self._seen(pipeline), worker)
        return worker_info(self._desk.ban(self._seen(pipeline), name, reason=reason))

    def publish(self, pipeline: str) -> CommitInfo | None:
        """Publish answers and labels now."""
        self._desk.progress(self._seen(pipeline))  # raises NotFound, where nothing new would be the wrong answer
        for attempt in range(PUBLISH_ATTEMPTS):
            try:
                commit = LabelingStage(self._backend).publish(self._seen(pipeline))
            except Conflict:
                # The coordinator published at the same moment; what it left out is published now.
                if attempt + 1 == PUBLISH_ATTEMPTS:
                    raise
                continue
            return commit_info(commit) if commit is not None else None
        raise AssertionError("the last attempt returns or raises")

    def escalated(self, pipeline: str, *, after: str | None = None, limit: int = 20) -> Page[EscalatedItem]:
        """List items that wait for an expert."""
        full = self._seen(pipeline)
        self._desk.progress(full)  # raises NotFound
        with self._backend.database.read() as conn:
            rows = reports.escalated(conn, full, after=after, limit=check_limit(limit) + 1)
            answers = answers_of(conn, [row.task for row in rows])
            spec = spec_of(reports.spec_text(conn, full))
        shown = tasks_shown(self._opened, full, [row.task for row in rows[:limit]])
        return page_of(
            rows,
            limit,
            lambda row: EscalatedItem(
                shown[row.task], row.unsure, row.rejected, [given_answer(spec, each) for each in answers[row.task]]
            ),
            lambda row: row.task,
        )

    def media(self, pipeline: str, task: str, variable: str) -> Iterator[bytes]:
        """Stream the bytes that a task shows."""
        _, pieces = media_of(self._backend, self._seen(pipeline), task, variable)
        return pieces

    def import_answers(
        self,
        pipeline: str,
        table: str,
        *,
        item: str,
        answer: str,
        worker: str = "",
        seconds: str = "",
        per: int = 1,
        match: str = "auto",
        labels: Mapping[str, str] | None = None,
        dry_run: bool = False,
        start: int = 0,
        most: int = 20_000,
    ) -> ImportReport:
        """Take answers that people gave elsewhere into the ledger."""
        asked = revisions.parse(table)
        commit = revisions.resolve(self._backend, asked)
        pinned = f"{commit.repo}@{commit.id}:{asked.path or ''}"
        done = import_table(
            self._backend,
            self._seen(pipeline),
            self._opened.resources.tables.at(pinned).table(),
            Columns(item, answer, worker, seconds, per),
            match=match,
            meanings=labels or {},
            source=pinned,
            commit=commit.id,
            author=self._principal.name,
            dry_run=dry_run,
            start=start,
            limit=most,
        )
        if done.imported:
            # Counted now, while it waits for them anyway, and not when somebody opens the page of people.
            self._opened.resources.standings.of(self._seen(pipeline))
        return import_report(done, commit.id)

    def imports(self, pipeline: str) -> Page[AnswerImportInfo]:
        """List the imports of answers, newest first."""
        return Page([import_info(found) for found in list_imports(self._backend, self._seen(pipeline))])

    def undo_import(self, pipeline: str, import_id: str, *, dry_run: bool = False, most: int = 20_000) -> ImportUndo:
        """Take an import of answers back."""
        if most < 1:
            raise Invalid("At least one answer goes at once.", help="Leave `most` out.")
        done = take_back(
            self._backend,
            self._seen(pipeline),
            import_id,
            author=self._principal.name,
            dry_run=dry_run,
            limit=most,
        )
        return ImportUndo(
            id=done.taken.id,
            table=_table(done.taken.source),
            answers=done.loss.answers,
            items=done.loss.items,
            unlabeled=done.loss.unlabeled,
            asked=done.loss.slots,
            cost=done.micros / 1e6,
            left=done.left,
        )

    def set_guidelines(
        self, pipeline: str, text: str, *, breaking: bool = False, reask: bool = False, dry_run: bool = False
    ) -> GuidelinesChange:
        """Change what people are told."""
        full = self._seen(pipeline)
        found = registry.get_pipeline(self._backend, full)
        with self._backend.database.read() as conn:
            row = desks.find(conn, full)
        if row is None or found.spec.labeling is None:
            raise NotFound(f"There is no labeling pipeline {pipeline!r}.", help="List them with `tilth labeling list`.")
        before = spec_of(row.spec).guidelines.version
        # Whoever set versions by hand goes on counting; else they are counted like the pipeline's own.
        counted = before.isdecimal() and len(before) < 6
        version = str(int(before) + 1) if counted else str(found.version + 1)
        guidelines: dict[str, Any] = {"text": text, "version": version} | ({"breaking": True} if breaking else {})
        told = {**found.spec.labeling, "guidelines": guidelines}
        parsed, _ = LabelingStage.check(told, project=found.project)
        again = desks.asked_again(row, parsed)
        if not dry_run:
            document = {**found.document, "labeling": told}
            LocalPipelines(self._opened).create(document, update=True, reask=reask)
        return GuidelinesChange(version, breaking, again.items, again.answers, again.micros / 1e6)

    def _seen(self, pipeline: str) -> str:
        return seen(self._opened.principal, pipeline)


def import_info(found: AnswerImport) -> AnswerImportInfo:
    """Return one import of answers."""
    return AnswerImportInfo(
        found.id,
        _table(found.source),
        found.answers,
        found.author,
        found.at_ms,
        found.taken_back_ms,
        found.taken_back_by,
    )


def _table(source: str) -> str:
    repo, at, place = source.partition("@")
    return short_name(repo) + at + place


def import_report(done: Imported, commit: str) -> ImportReport:
    """Return what became of a table's rows."""
    problems = done.joined.problems
    return ImportReport(
        rows=done.joined.rows,
        matched=len(done.joined.good),
        present=done.present,
        otherwise=done.otherwise,
        known=done.known,
        imported=done.imported,
        items=done.items,
        items_without=done.items_without,
        workers=done.workers,
        match=done.joined.match,
        problems=[RowProblem(kind, count, problems.examples[kind]) for kind, count in problems.counts.most_common()],
        labels=[LabelCount(word, label, count) for word, (label, count) in list(done.joined.words.items())[:WORDS]],
        commit=commit,
        next=done.next,
    )


_HIDDEN: dict[str, Any] = {
    "golden": 0,
    "answers": 0,
    "rejected": 0,
    "spent": 0.0,
    "budget": None,
    "workers": 0,
    "banned": 0,
    "published_sequence": 0,
    "ledger_sequence": 0,
}


def _for_labeler(info: LabelingInfo) -> LabelingInfo:
    # In steps: an exact count that stands still after an answer would tell that the task had a known answer.
    step = max(1, info.tasks // 20)
    done = (info.done + info.escalated) // step * step
    return replace(info, **_HIDDEN, done=done, open=info.tasks - done, escalated=0)


def labeling_info(progress: LabelingProgress) -> LabelingInfo:
    """Return how far a labeling pipeline is."""
    return LabelingInfo(
        pipeline=short_name(progress.pipeline),
        state=progress.state,
        reason=progress.reason,
        tasks=progress.tasks,
        done=progress.done,
        open=progress.open,
        withdrawn=progress.withdrawn,
        escalated=progress.escalated,
        golden=progress.golden,
        answers=progress.answers,
        rejected=progress.rejected,
        spent=progress.spent_micros / 1e6,
        budget=progress.budget_micros / 1e6 if progress.budget_micros is not None else None,
        workers=progress.workers,
        banned=progress.banned,
        overlap=progress.overlap,
        guideline_version=progress.guideline_version,
        published_sequence=progress.published_sequence,
        ledger_sequence=progress.ledger_sequence,
        config=progress.config,
        guidelines=progress.guidelines,
        method=progress.method,
        blocked=progress.blocked,
        taking_in=progress.taking_in,
        currency=progress.currency,
    )


def worker_info(stats: WorkerStats) -> WorkerInfo:
    """Return a worker under its opaque public id."""
    return WorkerInfo(
        worker=stats.public,
        state=stats.state,
        reason=stats.reason,
        answers=stats.answers,
        rejected=stats.rejected,
        golden_total=stats.golden_total,
        golden_right=stats.golden_right,
        skipped=stats.skipped,
        mean_seconds=stats.mean_seconds,
        earned=stats.earned_micros / 1e6,
    )


def label_info(label: Label) -> LabelInfo:
    """Return what holds for one item."""
    return LabelInfo(label.key, label.label, label.confidence, label.answers, label.final, label.state)
