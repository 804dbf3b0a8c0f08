"""Labeling over HTTP, from the side of those who run it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tilth.client.transport import Transport
from tilth.contract.commit import CommitInfo
from tilth.contract.escalation import EscalatedItem
from tilth.contract.importing import AnswerImportInfo, GuidelinesChange, ImportReport, ImportUndo
from tilth.contract.labeling import LabelInfo, LabelingInfo
from tilth.contract.paging import Page
from tilth.contract.tasks import WorkerInfo


class RemoteLabeling:
    """Labeling pipelines of a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def list(self) -> Page[LabelingInfo]:
        """List labeling pipelines with their progress."""
        return self._call.get("labeling.list", Page[LabelingInfo])

    def get(self, pipeline: str) -> LabelingInfo:
        """Return one labeling pipeline's progress."""
        return self._call.get("labeling.get", LabelingInfo, pipeline=pipeline)

    def workers(self, pipeline: str, *, after: str | None = None, limit: int = 1000) -> Page[WorkerInfo]:
        """List the workers of a labeling pipeline by opaque id."""
        return self._call.get("labeling.workers", Page[WorkerInfo], pipeline=pipeline, after=after, limit=limit)

    def labels(self, pipeline: str, *, after: str | None = None, limit: int = 100) -> Page[LabelInfo]:
        """List what holds now for each item."""
        return self._call.get("labeling.labels", Page[LabelInfo], pipeline=pipeline, after=after, limit=limit)

    def rule(self, pipeline: str, key: str, label: Any, *, reason: str = "") -> LabelInfo:
        """Decide an item as an expert."""
        return self._call.post("labeling.rule", LabelInfo, pipeline=pipeline, key=key, label=label, reason=reason)

    def reopen(self, pipeline: str, key: str, *, reason: str = "") -> LabelInfo:
        """Take a ruling back."""
        return self._call.post("labeling.reopen", LabelInfo, pipeline=pipeline, key=key, reason=reason)

    def ban(self, pipeline: str, worker: str, reason: str) -> WorkerInfo:
        """Ban a worker, named by opaque id."""
        return self._call.post("labeling.ban", WorkerInfo, pipeline=pipeline, worker=worker, reason=reason)

    def publish(self, pipeline: str) -> CommitInfo | None:
        """Publish answers and labels now."""
        return self._call.post_or_none("labeling.publish", CommitInfo, again=True, pipeline=pipeline)

    def escalated(self, pipeline: str, *, after: str | None = None, limit: int = 20) -> Page[EscalatedItem]:
        """List items that wait for an expert."""
        return self._call.get("labeling.escalated", Page[EscalatedItem], pipeline=pipeline, after=after, limit=limit)

    def media(self, pipeline: str, task: str, variable: str) -> Iterator[bytes]:
        """Stream the bytes that a task shows."""
        return self._call.stream("labeling.media", pipeline=pipeline, task=task, variable=variable)

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
        return self._call.post(
            "labeling.import_answers",
            ImportReport,
            pipeline=pipeline,
            table=table,
            item=item,
            answer=answer,
            worker=worker,
            seconds=seconds,
            per=per,
            match=match,
            labels=labels,
            dry_run=dry_run,
            start=start,
            most=most,
        )

    def imports(self, pipeline: str) -> Page[AnswerImportInfo]:
        """List the imports of answers, newest first."""
        return self._call.get("labeling.imports", Page[AnswerImportInfo], pipeline=pipeline)

    def undo_import(self, pipeline: str, import_id: str, *, dry_run: bool = False, most: int = 20_000) -> ImportUndo:
        """Take an import of answers back."""
        return self._call.post(
            "labeling.undo_import", ImportUndo, pipeline=pipeline, import_id=import_id, dry_run=dry_run, most=most
        )

    def set_guidelines(
        self, pipeline: str, text: str, *, breaking: bool = False, reask: bool = False, dry_run: bool = False
    ) -> GuidelinesChange:
        """Change what people are told."""
        return self._call.post(
            "labeling.set_guidelines",
            GuidelinesChange,
            pipeline=pipeline,
            text=text,
            breaking=breaking,
            reask=reask,
            dry_run=dry_run,
        )
