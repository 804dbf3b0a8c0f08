"""Sampled reviews of a local workspace's labeling."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from tilth.contract.paging import Page
from tilth.contract.reviews import DueItem, ErrorRates, GroupRate, ReviewInfo, ReviewItem
from tilth.labeling import sampling
from tilth.labeling.ledger import desks, reports, reviewing
from tilth.labeling.ledger.ledger import spec_of
from tilth.labeling.rates import Share
from tilth.labeling.reviewing import ReviewDesk
from tilth.labeling.shown import answers_of
from tilth.model.labeling import WorkerStats
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of, position_of
from tilth.workspace.shown import given_answer, interval, plain_of, seen, tasks_shown

DOUBTFUL_FROM = 5
"""Known answers that somebody must have got before a low score is told."""
DOUBTFUL_BELOW = 0.7


class LocalReviews:
    """Reviews of the folder's labeling pipelines."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._database = opened.backend.database
        self._desk = ReviewDesk(opened.backend, opened.resources.desk, opened.resources.standings)
        self._author = opened.author

    def start(
        self, pipeline: str, *, size: int = 0, share: float = 0.0, by: str = "random", seed: int | None = None
    ) -> ReviewInfo:
        """Draw a sample of settled items."""
        review = self._desk.start(self._seen(pipeline), size=size, share=share, by=by, seed=seed, author=self._author)
        return self.get(review)

    def list(self, pipeline: str, *, after: str | None = None, limit: int = 100) -> Page[ReviewInfo]:
        """List reviews, newest first."""
        self._opened.resources.desk.progress(self._seen(pipeline))  # raises NotFound
        with self._database.read() as conn:
            rows = reviewing.of_pipeline(conn, self._seen(pipeline), after=after, limit=check_limit(limit) + 1)
            counts = reviewing.tallies(conn, [row.id for row in rows])
        return page_of(rows, limit, lambda row: review_info(row, counts[row.id]), lambda row: row.id)

    def get(self, review: str) -> ReviewInfo:
        """Return one review."""
        with self._database.read() as conn:
            row = self._find(conn, review)
            return review_info(row, reviewing.tallies(conn, [row.id])[row.id])

    def items(self, review: str, *, todo: bool = False, after: str | None = None, limit: int = 20) -> Page[ReviewItem]:
        """List a review's items in order."""
        check_limit(limit)
        start = -1 if after is None else position_of(after) or 0
        with self._database.read() as conn:
            row = self._find(conn, review)
            decided = {each.position for each in reviewing.standing(conn, review)} if todo else set()
        positions = [at for at in range(start + 1, row.size) if at not in decided][: limit + 1]
        shown = self._items(row, positions[:limit])
        return Page(shown, str(positions[limit - 1]) if len(positions) > limit else None)

    def decide(self, review: str, position: int, verdict: str, *, label: Any = None, reason: str = "") -> ReviewItem:
        """Decide an item."""
        self.get(review)
        self._desk.decide(review, position, verdict, label=label, reason=reason, author=self._author)
        return self._item(review, position)

    def undo(self, review: str) -> ReviewItem | None:
        """Take back the caller's last standing decision."""
        self.get(review)
        position = self._desk.undo(review, author=self._author)
        return self._item(review, position) if position is not None else None

    def end(self, review: str) -> ReviewInfo:
        """End a review."""
        with self._database.transaction() as conn:
            reviewing.set_ended(conn, self._find(conn, review).id)
        return self.get(review)

    def rates(self, pipeline: str, *, review: str | None = None) -> ErrorRates:
        """Return error rates with intervals."""
        found = self._desk.rates(self._seen(pipeline), review=review)
        return ErrorRates(
            interval(found.overall),
            found.overall.hits,
            _groups(found.classes),
            _groups(found.workers),
            _groups(found.folders),
            found.reviews,
            found.left_out,
            found.weighted,
        )

    def due(self) -> Page[DueItem]:
        """List what waits for a person."""
        found: list[DueItem] = []
        with self._database.read() as conn:
            for row in desks.rows(conn):
                if not self._opened.principal.may_label(row.pipeline):
                    continue
                name = short_name(row.pipeline)
                if row.escalated:
                    found.append(DueItem("escalated", name, row.escalated))
                reviews = reviewing.of_pipeline(conn, row.pipeline)
                counts = reviewing.tallies(conn, [review.id for review in reviews if not review.ended])
                for review in reviews:
                    left = review.size - sum(counts.get(review.id, {}).values())
                    if not review.ended and left:
                        found.append(DueItem("review", name, left, of=review.size, review=review.id))
                for worker in reports.all_workers(conn, row.pipeline):
                    if _is_doubtful(worker):
                        wrong = worker.golden_total - worker.golden_right
                        found.append(DueItem("worker", name, wrong, of=worker.golden_total, worker=worker.public))
        return Page(found)

    def _seen(self, pipeline: str) -> str:
        return seen(self._opened.principal, pipeline)

    def _find(self, conn: Connection, review: str) -> Any:
        """Return a review of a pipeline that the caller may see. Raises NotFound, Denied."""
        row = reviewing.find(conn, review)
        self._seen(row.pipeline)
        return row

    def _item(self, review: str, position: int) -> ReviewItem:
        with self._database.read() as conn:
            row = self._find(conn, review)
        return self._items(row, [position])[0]

    def _items(self, row: Any, positions: Sequence[int]) -> Sequence[ReviewItem]:
        with self._database.read() as conn:
            items = reviewing.items(conn, row.id, positions)
            answers = answers_of(conn, [item.task for item in items])
            decided = {each.position: each for each in reviewing.standing(conn, row.id)}
            spec = spec_of(reports.spec_text(conn, row.pipeline))
        shown = tasks_shown(self._opened, row.pipeline, [item.task for item in items])
        found: list[ReviewItem] = []
        for item in items:
            verdict = decided.get(item.position)
            found.append(
                ReviewItem(
                    review=row.id,
                    position=item.position,
                    shown=shown[item.task],
                    stratum=item.stratum,
                    label=plain_of(spec, item.meaning),
                    confidence=item.confidence,
                    answers=[given_answer(spec, answer) for answer in answers[item.task] if not answer.golden],
                    verdict=verdict.verdict if verdict is not None else "",
                    correction=_correction(spec, verdict),
                    reason=verdict.reason if verdict is not None else "",
                    by=verdict.author if verdict is not None else "",
                    at_ms=verdict.at_ms if verdict is not None else 0,
                )
            )
        return found


def review_info(row: Any, counts: Mapping[str, int]) -> ReviewInfo:
    """Return a review and how far it is."""
    decided = sum(counts.values())
    state = "done" if decided >= row.size else "ended" if row.ended else "open"
    return ReviewInfo(
        id=row.id,
        pipeline=short_name(row.pipeline),
        by=row.kind,
        size=row.size,
        population=row.population,
        seed=row.seed,
        author=row.author,
        created_ms=row.created_ms,
        state=state,
        decided=decided,
        accepted=counts.get(reviewing.ACCEPTED, 0),
        corrected=counts.get(reviewing.CORRECTED, 0),
        rejected=counts.get(reviewing.REJECTED, 0),
        skipped=counts.get(reviewing.SKIPPED, 0),
        counts=row.kind != sampling.UNSURE,
    )


def _correction(spec: Any, verdict: Any) -> Any:
    if verdict is None or verdict.result is None:
        return None
    if spec.config.categorical is not None:
        return verdict.meaning
    return json.loads(verdict.result)


def _groups(found: Mapping[str, Share]) -> Sequence[GroupRate]:
    return [GroupRate(name, interval(share), share.hits) for name, share in found.items()]


def _is_doubtful(worker: WorkerStats) -> bool:
    total, right = worker.golden_total, worker.golden_right
    return worker.state == "active" and total >= DOUBTFUL_FROM and right / total < DOUBTFUL_BELOW
