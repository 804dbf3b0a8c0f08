"""Labeling, from the side of the person who labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tilth.contract.practice import ComparisonInfo, PracticeAnswer, PracticeInfo


@dataclass(frozen=True, slots=True)
class AssignmentInfo:
    """A task lent to a worker until `expires_ms`. Known-answer tasks look like any other."""

    id: str
    pipeline: str
    data: Mapping[str, Any]
    """Label Studio task data: names of the config's variables to text or to a media URL path."""
    media: Mapping[str, str]
    """Variable name → content type, for variables whose bytes are read through `media()`."""
    config: str
    guidelines: str
    guideline_version: str
    expires_ms: int
    price: float


@dataclass(frozen=True, slots=True)
class QueueInfo:
    """The tasks that a worker holds, the one to do first first."""

    tasks: Sequence[AssignmentInfo]
    state: str
    """lent: as many as asked for. Else why there are fewer: finished, nothing_new (only others' work is left), closed,
    paused, budget or preparing."""


@dataclass(frozen=True, slots=True)
class SubmitInfo:
    """What became of a submitted answer."""

    assignment: str
    state: str
    worker_state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """One person (or simulated person) in one labeling pipeline, under an opaque public id."""

    worker: str
    state: str
    """active or banned."""
    reason: str
    answers: int
    rejected: int
    golden_total: int
    golden_right: int
    skipped: int
    mean_seconds: float
    earned: float
    told_accuracy: float | None = None
    """For the worker alone: share of known answers right, in steps of 5 %, as of their first `told_answers` answers."""
    told_answers: int = 0


class Tasks(Protocol):
    """Labeling, from the side of the person who labels."""

    def next(self, pipeline: str) -> AssignmentInfo | None:
        """Lend the caller a task; None when there is none. Raises Denied when the caller is banned (and says why)."""

    def queue(self, pipeline: str, *, limit: int = 2) -> QueueInfo:
        """Return up to `limit` (at most 4) tasks that the caller holds, lending what is missing, the first to do first.

        So that the next task is there before this one is answered. Raises Denied as `next` does.
        """

    def submit(
        self, assignment: str, result: list[Mapping[str, Any]], *, unsure: bool = False, held_ms: int = 0
    ) -> SubmitInfo:
        """Answer with a Label Studio result list. Repeating the same call is safe.

        `held_ms`: how long the answer was kept before it was sent, so that its giver could take it back.
        """

    def skip(self, assignment: str) -> SubmitInfo:
        """Give the task back."""

    def release(self, assignment: str) -> SubmitInfo:
        """Let go of a task that was taken ahead, as if its time had run out: others may have it at once."""

    def media(self, assignment: str, variable: str) -> Iterator[bytes]:
        """Stream the bytes shown for one variable of the task."""

    def me(self, pipeline: str) -> WorkerInfo:
        """Return the caller's own numbers; how known answers came out only now and then, rounded, and not which."""

    def practice(self, pipeline: str, *, limit: int = 10) -> PracticeInfo:
        """Return up to `limit` done items that the caller has not labeled, to try one's hand at. Nothing is lent."""

    def compare(self, pipeline: str, answers: list[PracticeAnswer]) -> ComparisonInfo:
        """Compare practice answers with those of the people who did the work. Nothing is kept.

        Cost: the answers to at most a thousand done items. Raises Invalid for an answer that does not fit.
        """
