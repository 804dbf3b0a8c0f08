"""Labeling over HTTP, from the side of the person who labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tilth.client.transport import Transport
from tilth.contract.values import AssignmentInfo, SubmitInfo, WorkerInfo


class RemoteTasks:
    """A server's tasks. Every call is safe to repeat: a lost answer is asked for again and not given twice."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def next(self, pipeline: str) -> AssignmentInfo | None:
        """Take a task."""
        return self._call.post_or_none("tasks.next", AssignmentInfo, again=True, pipeline=pipeline)

    def submit(self, assignment: str, result: list[Mapping[str, Any]], *, unsure: bool = False) -> SubmitInfo:
        """Answer a task."""
        return self._call.post(
            "tasks.submit", SubmitInfo, again=True, assignment=assignment, result=list(result), unsure=unsure
        )

    def skip(self, assignment: str) -> SubmitInfo:
        """Give the task back."""
        return self._call.post("tasks.skip", SubmitInfo, again=True, assignment=assignment)

    def media(self, assignment: str, variable: str) -> Iterator[bytes]:
        """Stream the bytes shown for one variable of the task."""
        return self._call.stream("tasks.media", assignment=assignment, variable=variable)

    def me(self, pipeline: str) -> WorkerInfo:
        """Return the caller's own numbers."""
        return self._call.get("tasks.me", WorkerInfo, pipeline=pipeline)
