"""Labeling over HTTP, from the side of the person who labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from tilth.client.transport import Transport
from tilth.contract.practice import ComparisonInfo, PracticeAnswer, PracticeInfo
from tilth.contract.tasks import AssignmentInfo, QueueInfo, SubmitInfo, WorkerInfo


class RemoteTasks:
    """A server's tasks. Every call is safe to repeat: a lost answer is asked for again and not given twice."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def next(self, pipeline: str) -> AssignmentInfo | None:
        """Take a task."""
        return self._call.post_or_none("tasks.next", AssignmentInfo, again=True, pipeline=pipeline)

    def queue(self, pipeline: str, *, limit: int = 2) -> QueueInfo:
        """Take several tasks."""
        return self._call.post("tasks.queue", QueueInfo, again=True, pipeline=pipeline, limit=limit)

    def submit(
        self, assignment: str, result: list[Mapping[str, Any]], *, unsure: bool = False, held_ms: int = 0
    ) -> SubmitInfo:
        """Answer a task."""
        said = {"assignment": assignment, "result": list(result), "unsure": unsure, "held_ms": held_ms}
        return self._call.post("tasks.submit", SubmitInfo, again=True, **said)

    def skip(self, assignment: str) -> SubmitInfo:
        """Give the task back."""
        return self._call.post("tasks.skip", SubmitInfo, again=True, assignment=assignment)

    def release(self, assignment: str) -> SubmitInfo:
        """Let go of a task that was taken ahead."""
        return self._call.post("tasks.release", SubmitInfo, again=True, assignment=assignment)

    def media(self, assignment: str, variable: str) -> Iterator[bytes]:
        """Stream the bytes shown for one variable of the task."""
        return self._call.stream("tasks.media", assignment=assignment, variable=variable)

    def me(self, pipeline: str) -> WorkerInfo:
        """Return the caller's own numbers."""
        return self._call.get("tasks.me", WorkerInfo, pipeline=pipeline)

    def practice(self, pipeline: str, *, limit: int = 10) -> PracticeInfo:
        """Return done items to try one's hand at."""
        return self._call.get("tasks.practice", PracticeInfo, pipeline=pipeline, limit=limit)

    def compare(self, pipeline: str, answers: list[PracticeAnswer]) -> ComparisonInfo:
        """Compare practice answers."""
        said = [asdict(answer) for answer in answers]
        return self._call.post("tasks.compare", ComparisonInfo, again=True, pipeline=pipeline, answers=said)
