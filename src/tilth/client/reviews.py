"""Reviews over HTTP."""

from __future__ import annotations

from typing import Any

from tilth.client.transport import Transport
from tilth.contract.paging import Page
from tilth.contract.reviews import DueItem, ErrorRates, ReviewInfo, ReviewItem


class RemoteReviews:
    """Reviews of a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def start(
        self, pipeline: str, *, size: int = 0, share: float = 0.0, by: str = "random", seed: int | None = None
    ) -> ReviewInfo:
        """Draw a sample of settled items."""
        return self._call.post("reviews.start", ReviewInfo, pipeline=pipeline, size=size, share=share, by=by, seed=seed)

    def list(self, pipeline: str, *, after: str | None = None, limit: int = 100) -> Page[ReviewInfo]:
        """List reviews, newest first."""
        return self._call.get("reviews.list", Page[ReviewInfo], pipeline=pipeline, after=after, limit=limit)

    def get(self, review: str) -> ReviewInfo:
        """Return one review."""
        return self._call.get("reviews.get", ReviewInfo, review=review)

    def items(self, review: str, *, todo: bool = False, after: str | None = None, limit: int = 20) -> Page[ReviewItem]:
        """List a review's items in order."""
        return self._call.get("reviews.items", Page[ReviewItem], review=review, todo=todo, after=after, limit=limit)

    def decide(self, review: str, position: int, verdict: str, *, label: Any = None, reason: str = "") -> ReviewItem:
        """Decide an item."""
        return self._call.post(
            "reviews.decide", ReviewItem, review=review, position=position, verdict=verdict, label=label, reason=reason
        )

    def undo(self, review: str) -> ReviewItem | None:
        """Take back the caller's last standing decision."""
        return self._call.post_or_none("reviews.undo", ReviewItem, review=review)

    def end(self, review: str) -> ReviewInfo:
        """End a review."""
        return self._call.post("reviews.end", ReviewInfo, review=review)

    def rates(self, pipeline: str, *, review: str | None = None) -> ErrorRates:
        """Return error rates with intervals."""
        return self._call.get("reviews.rates", ErrorRates, pipeline=pipeline, review=review)

    def due(self) -> Page[DueItem]:
        """List what waits for a person."""
        return self._call.get("reviews.due", Page[DueItem])
