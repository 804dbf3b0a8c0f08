"""Labeling in a local workspace, from the side of the person who labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from tilth.contract.values import AssignmentInfo, SubmitInfo, WorkerInfo
from tilth.errors import Denied
from tilth.model.ids import WorkerId
from tilth.model.labeling import Assignment, NoTask, Receipt
from tilth.workspace.labeling import worker_info
from tilth.workspace.names import full_name, short_name
from tilth.workspace.opened import Opened


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

    def submit(self, assignment: str, result: list[Mapping[str, Any]], *, unsure: bool = False) -> SubmitInfo:
        """Answer a task."""
        return _submit_info(self._desk.submit(assignment, self._worker, result, unsure=unsure))

    def skip(self, assignment: str) -> SubmitInfo:
        """Give the task back."""
        return _submit_info(self._desk.skip(assignment, self._worker))

    def media(self, assignment: str, variable: str) -> Iterator[bytes]:
        """Stream the bytes shown for one variable of the task."""
        _, pieces = self._desk.media(assignment, self._worker, variable)
        return pieces

    def me(self, pipeline: str) -> WorkerInfo:
        """Return the caller's own numbers, but not how the known answers among them came out."""
        mine = worker_info(self._desk.worker(self._allowed(pipeline), self._worker))
        return replace(mine, golden_total=0, golden_right=0)

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
    data = dict(lent.data)
    for variable in lent.media:
        data[variable] = f"/api/v1/tasks/media?{urlencode({'assignment': lent.id, 'variable': variable})}"
    return AssignmentInfo(
        id=lent.id,
        pipeline=short_name(lent.pipeline),
        data=data,
        media=dict(lent.media),
        config=lent.config,
        guidelines=lent.guidelines,
        guideline_version=lent.guideline_version,
        expires_ms=lent.expires_ms,
        price=lent.price_micros / 1e6,
    )


def _submit_info(receipt: Receipt) -> SubmitInfo:
    # Answers to known-answer tasks are judged at once; said so, it would tell these tasks from the others.
    state = "submitted" if receipt.state == "accepted" else receipt.state
    return SubmitInfo(receipt.assignment, state, receipt.worker_state, receipt.reason)
