"""Feedback edges over HTTP."""

from __future__ import annotations

from tilth.client.transport import Transport
from tilth.contract.commit import CommitInfo
from tilth.contract.feedback import FeedbackInfo
from tilth.contract.paging import Page


class RemoteFeedback:
    """Feedback edges of a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def declare(
        self, name: str, source: str, target: str, *, trigger: str = "person", budget: int, max_rounds: int
    ) -> FeedbackInfo:
        """Declare an edge."""
        return self._call.post(
            "feedback.declare",
            FeedbackInfo,
            name=name,
            source=source,
            target=target,
            trigger=trigger,
            budget=budget,
            max_rounds=max_rounds,
        )

    def get(self, name: str) -> FeedbackInfo:
        """Return one edge."""
        return self._call.get("feedback.get", FeedbackInfo, name=name)

    def list(self) -> Page[FeedbackInfo]:
        """List edges."""
        return self._call.get("feedback.list", Page[FeedbackInfo])

    def fire(self, name: str, *, message: str = "") -> CommitInfo | None:
        """Send the chosen items into the target."""
        return self._call.post_or_none("feedback.fire", CommitInfo, name=name, message=message)

    def end(self, name: str) -> FeedbackInfo:
        """End an edge for good."""
        return self._call.post("feedback.end", FeedbackInfo, name=name)
