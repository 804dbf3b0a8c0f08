"""Labeling in a local workspace, from the side of the person who labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from tilth.contract.practice import (
    ComparisonInfo,
    PracticeAnswer,
    PracticeInfo,
    PracticeOutcome,
    PracticeTaskInfo,
    StandingInfo,
)
from tilth.contract.principal import Role
from tilth.contract.tasks import AssignmentInfo, QueueInfo, SubmitInfo, WorkerInfo
from tilth.crowd.interval import wilson
from tilth.errors import Denied, Invalid
from tilth.labeling.practice import Standing
from tilth.model.canonical import Json
from tilth.model.ids import WorkerId
from tilth.model.labeling import Assignment, NoTask, Receipt
from tilth.workspace.labeling import worker_info
from tilth.workspace.names import full_name, short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit

PRACTICE = "practice:"
"""How a practice item's media is asked for, in place of an assignment: `practice:PROJECT/NAME:TASK`."""
PRACTICE_MOST = 100
TOLD_FROM = 5
"""Known answers that a score is told from: fewer say nothing of anybody."""


class LocalTasks:
    """The caller's tasks. An assignment is found only by the worker who holds or held it."""

    def __init__(self, opened: Opened) -> None:
        self._desk = opened.resources.desk
        self._principal = opened.principal
        self._worker = WorkerId(opened.principal.worker)

    def next(self, pipeline: str) -> AssignmentInfo | None:
        """Lend the caller a task."""
        lent = self._desk.next(self._allowed(pipeline), self._worker)
        return None if isinstance(lent, NoTask) else _assignment_info(lent)

    def queue(self, pipeline: str, *, limit: int = 2) -> QueueInfo:
        """Lend the caller several tasks."""
        found = self._desk.queue(self._allowed(pipeline), self._worker, limit)
        return QueueInfo([_assignment_info(lent) for lent in found.tasks], found.state)

    def submit(
        self, assignment: str, result: list[Mapping[str, Any]], *, unsure: bool = False, held_ms: int = 0
    ) -> SubmitInfo:
        """Answer a task."""
        return _submit_info(self._desk.submit(assignment, self._worker, result, unsure=unsure, held_ms=held_ms))

    def skip(self, assignment: str) -> SubmitInfo:
        """Give the task back."""
        return _submit_info(self._desk.skip(assignment, self._worker))

    def release(self, assignment: str) -> SubmitInfo:
        """Let go of a task that was taken ahead."""
        return _submit_info(self._desk.release(assignment, self._worker))

    def media(self, assignment: str, variable: str) -> Iterator[bytes]:
        """Stream the bytes shown for one variable of the task, or of a practice item."""
        if assignment.startswith(PRACTICE):
            pipeline, _, task = assignment.removeprefix(PRACTICE).rpartition(":")
            _, pieces = self._desk.practice_media(self._allowed(pipeline), task, variable)
            return pieces
        _, pieces = self._desk.media(assignment, self._worker, variable)
        return pieces

    def me(self, pipeline: str) -> WorkerInfo:
        """Return the caller's own numbers, so that they do not tell which tasks had a known answer.

        How those came out is told once per twenty answers, from five of them on, and in steps of 5 %; what is earned
        counts answers that wait, too.
        """
        full = self._allowed(pipeline)
        mine, told = worker_info(self._desk.worker(full, self._worker)), self._desk.told(full, self._worker)
        enough = told.total >= TOLD_FROM
        return replace(
            mine,
            golden_total=0,
            golden_right=0,
            earned=told.promised_micros / 1e6,
            told_accuracy=round(20 * told.right / told.total) / 20 if enough else None,
            told_answers=told.answers if enough else 0,
        )

    def practice(self, pipeline: str, *, limit: int = 10) -> PracticeInfo:
        """Return done items to try one's hand at."""
        full = self._allowed(pipeline)
        progress = self._desk.progress(full)
        tasks = self._desk.practice(full, self._worker, min(check_limit(limit), PRACTICE_MOST))
        shown = [
            PracticeTaskInfo(task.task, _with_media(f"{PRACTICE}{full}:{task.task}", task.data, task.media), task.media)
            for task in tasks
        ]
        return PracticeInfo(short_name(full), shown, progress.config, progress.guidelines, progress.guideline_version)

    def compare(self, pipeline: str, answers: list[PracticeAnswer]) -> ComparisonInfo:
        """Compare practice answers with those of the people who did the work."""
        full = self._allowed(pipeline)
        if not 1 <= len(answers) <= PRACTICE_MOST or len({answer.id for answer in answers}) < len(answers):
            raise Invalid(
                f"A comparison takes 1 to {PRACTICE_MOST} answers, each to another item.", help="Label some first."
            )
        given = [(answer.id, list(answer.result), max(answer.seconds, 0.0)) for answer in answers]
        found = self._desk.compare(full, self._worker, given)
        sees = self._principal.role is not Role.LABELER
        return ComparisonInfo(
            _standing_info(found.me, sees),
            [_standing_info(other, sees) for other in found.others],
            # To a labeler, what others said of an item would be a hint, should it be asked again.
            [PracticeOutcome(one.task, one.mine, one.theirs, one.share) for one in found.outcomes] if sees else [],
        )

    def _allowed(self, pipeline: str) -> str:
        full = full_name(pipeline)
        if not (self._principal.may_label(full) or self._principal.may_label(short_name(full))):
            raise Denied(
                f"{self._principal.name} may not label in {pipeline}.",
                help="Ask an owner to be let in.",
                pipeline=pipeline,
            )
        return full


def _assignment_info(lent: Assignment) -> AssignmentInfo:
    return AssignmentInfo(
        id=lent.id,
        pipeline=short_name(lent.pipeline),
        data=_with_media(lent.id, lent.data, lent.media),
        media=dict(lent.media),
        config=lent.config,
        guidelines=lent.guidelines,
        guideline_version=lent.guideline_version,
        expires_ms=lent.expires_ms,
        price=lent.price_micros / 1e6,
    )


def _with_media(assignment: str, data: Mapping[str, Json], media: Mapping[str, str]) -> dict[str, Json]:
    shown = dict(data)
    for variable in media:
        shown[variable] = f"/api/v1/tasks/media?{urlencode({'assignment': assignment, 'variable': variable})}"
    return shown


def _standing_info(standing: Standing, sees: bool) -> StandingInfo:
    interval = wilson(standing.agreed, standing.n)
    return StandingInfo(
        worker=standing.public if sees else "",
        n=standing.n,
        agreed=standing.agreed,
        low=interval.low,
        high=interval.high,
        median_seconds=standing.median_seconds,
    )


def _submit_info(receipt: Receipt) -> SubmitInfo:
    # Answers to known-answer tasks are judged at once; said so, it would tell these tasks from the others.
    state = "submitted" if receipt.state == "accepted" else receipt.state
    return SubmitInfo(receipt.assignment, state, receipt.worker_state, receipt.reason)
