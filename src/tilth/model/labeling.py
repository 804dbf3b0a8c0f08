"""Vocabulary of labeling: what a task page needs and what a ledger says, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tilth.model.canonical import Json
from tilth.model.ids import AssignmentId, TaskId, WorkerId


@dataclass(frozen=True, slots=True)
class Assignment:
    """A task lent to a worker until `expires_ms`.

    `data` is Label Studio task data (media variables hold a placeholder that the door replaces with its own address);
    `media` maps those variables to their content type. Nothing tells a known-answer task from another.
    """

    id: AssignmentId
    pipeline: str
    task: TaskId
    data: Mapping[str, Json]
    media: Mapping[str, str]
    config: str
    guidelines: str
    guideline_version: str
    expires_ms: int
    price_micros: int


@dataclass(frozen=True, slots=True)
class NoTask:
    """Why a worker gets no task now, in plain words."""

    pipeline: str
    reason: str


@dataclass(frozen=True, slots=True)
class Queue:
    """The tasks that a worker holds, the one to do first; why there are not more, if there are fewer than asked for."""

    pipeline: str
    tasks: Sequence[Assignment]
    state: str
    """lent (as many as asked for), finished, nothing_new, closed, paused, budget or preparing."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PracticeTask:
    """A done task for practice: nothing is lent, and its answer is not kept."""

    task: TaskId
    data: Mapping[str, Json]
    media: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an answer or a skip. The same call again gives an equal receipt, but for later verdicts."""

    assignment: AssignmentId
    state: str
    """submitted, accepted, rejected or skipped."""
    worker_state: str
    """active or banned."""
    reason: str


@dataclass(frozen=True, slots=True)
class LabelingProgress:
    """A labeling pipeline and how far it is, from counters: O(1) in the number of tasks."""

    pipeline: str
    state: str
    reason: str
    tasks: int
    open: int
    done: int
    escalated: int
    withdrawn: int
    golden: int
    leased: int
    answers: int
    rejected: int
    reserved_micros: int
    spent_micros: int
    budget_micros: int | None
    budget_answers: int | None
    workers: int
    banned: int
    overlap: int
    guideline_version: str
    config: str
    guidelines: str
    method: str
    """How labels follow from answers: `dawid_skene` or `majority`."""
    published_sequence: int
    published_commit: str | None
    ledger_sequence: int
    blocked: str = ""
    """Why no task is lent before the known answers are there; "" once they are, or where none are asked for."""
    taking_in: bool = False
    """Whether its items are taken in for the first time: `tasks` counts those so far."""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class WorkerStats:
    """One worker in one labeling pipeline. `public` is the opaque id that may be published."""

    worker: WorkerId
    public: str
    state: str
    reason: str
    issued: int
    answers: int
    rejected: int
    skipped: int
    golden_right: int
    golden_total: int
    mean_seconds: float
    earned_micros: int


@dataclass(frozen=True, slots=True)
class Label:
    """What holds for one item now: an expert's ruling, a known answer, or the consensus of answers so far."""

    key: str
    path: str
    task: TaskId
    label: Json
    confidence: float
    answers: int
    final: bool
    state: str


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking in one change did to the tasks of a labeling pipeline."""

    pipeline: str
    created: int
    reused: int
    withdrawn: int
    golden: int
    open: int
    waiting: str = ""
    """Why nothing is lent yet, if so."""
    inputs: Sequence[str] = ()
