"""Labeling pipelines, from the side of those who run them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tilth.contract.commit import CommitInfo
from tilth.contract.escalation import EscalatedItem
from tilth.contract.importing import AnswerImportInfo, GuidelinesChange, ImportReport, ImportUndo
from tilth.contract.paging import Page
from tilth.contract.tasks import WorkerInfo


@dataclass(frozen=True, slots=True)
class LabelingInfo:
    """A labeling pipeline and how far it is, from counters."""

    pipeline: str
    state: str
    reason: str
    tasks: int
    done: int
    open: int
    withdrawn: int
    escalated: int
    golden: int
    answers: int
    rejected: int
    spent: float
    budget: float | None
    workers: int
    banned: int
    overlap: int
    guideline_version: str
    published_sequence: int
    ledger_sequence: int
    config: str = ""
    guidelines: str = ""
    method: str = ""
    """How labels follow from answers: dawid_skene (each person weighed by how often they seem right) or majority."""
    blocked: str = ""
    """Why it cannot start: what keeps its known answers from being loaded. No task is given out meanwhile."""
    taking_in: bool = False
    """Whether its items are taken in for the first time: `tasks` and `open` count those so far."""
    currency: str = ""
    """What `spent`, `budget` and pay are in; "" where the project names none."""


@dataclass(frozen=True, slots=True)
class LabelInfo:
    """What holds for one item: consensus or an expert's ruling."""

    key: str
    label: Any
    confidence: float
    answers: int
    final: bool
    state: str


class Labeling(Protocol):
    """Labeling pipelines, from the side of those who run them."""

    def list(self) -> Page[LabelingInfo]:
        """List labeling pipelines with their progress (those the caller may work on, for a labeler)."""

    def get(self, pipeline: str) -> LabelingInfo:
        """Return one labeling pipeline's progress, from counters."""

    def workers(self, pipeline: str, *, after: str | None = None, limit: int = 1000) -> Page[WorkerInfo]:
        """List the workers of a labeling pipeline by opaque id."""

    def labels(self, pipeline: str, *, after: str | None = None, limit: int = 100) -> Page[LabelInfo]:
        """List what holds now for each item, published or not."""

    def rule(self, pipeline: str, key: str, label: Any, *, reason: str = "") -> LabelInfo:
        """Decide an item as an expert; final until reopened."""

    def reopen(self, pipeline: str, key: str, *, reason: str = "") -> LabelInfo:
        """Take a ruling back: the answers hold again, and missing ones are asked for."""

    def ban(self, pipeline: str, worker: str, reason: str) -> WorkerInfo:
        """Ban a worker (by opaque id) for good: answers are rejected and unpaid, their tasks asked again.

        Raises Conflict when the worker is banned already.
        """

    def publish(self, pipeline: str) -> CommitInfo | None:
        """Publish answers and labels now; None when there is nothing new."""

    def escalated(self, pipeline: str, *, after: str | None = None, limit: int = 20) -> Page[EscalatedItem]:
        """List items that wait for an expert's ruling, with the answers so far."""

    def media(self, pipeline: str, task: str, variable: str) -> Iterator[bytes]:
        """Stream the bytes that a task shows for one variable, to those who run the pipeline."""

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
        """Take answers that people gave elsewhere into the ledger, unpaid, marked as imported.

        `table` is `repo@revision:file` (CSV, JSONL, Parquet); the others name its columns (no `worker`: all are one
        person's). `match`: path, name, stem or auto; `seconds` were spent on `per` answers; `labels` says which class a
        word of the table means. Rows `start` to `start + most` are imported, in one transaction; the report counts all
        rows; its `next` is where to go on (None: done). `dry_run` only reports. The same again imports nothing twice.
        """

    def imports(self, pipeline: str) -> Page[AnswerImportInfo]:
        """List the imports of answers, newest first."""

    def undo_import(self, pipeline: str, import_id: str, *, dry_run: bool = False, most: int = 20_000) -> ImportUndo:
        """Take an import of answers back, `most` answers in one transaction; `dry_run` tells what all would do.

        The answers stay in the history and count no more; items without enough others are asked again, and the next
        publication withdraws their labels. Repeat it while `left` is not 0. Raises Conflict when nothing is left.
        """

    def set_guidelines(
        self, pipeline: str, text: str, *, breaking: bool = False, reask: bool = False, dry_run: bool = False
    ) -> GuidelinesChange:
        """Change what people are told, as a new version of the pipeline; answers given so far stay.

        `breaking` ones ask every item again: that needs `reask`, else Conflict, with count and cost, is raised.
        """
