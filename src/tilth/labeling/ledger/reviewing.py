"""Reviews in the ledger: samples drawn, items decided, decisions taken back. Decisions are only ever added."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from tilth.errors import Conflict, Invalid, NotFound
from tilth.labeling.ledger import rejecting, ruling
from tilth.labeling.ledger.answering import Given
from tilth.labeling.ledger.ledger import Ledger
from tilth.labeling.ledger.tasks import DONE
from tilth.metadata.schema.labeling import rulings, task_sources, tasks
from tilth.metadata.schema.reviewing import review_decisions, review_items, reviews
from tilth.model.canonical import Json, canonical
from tilth.model.ids import new_id

ACCEPTED, CORRECTED, REJECTED, SKIPPED, UNDONE = "accepted", "corrected", "rejected", "skipped", "undone"
VERDICTS = (ACCEPTED, CORRECTED, REJECTED, SKIPPED)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One item of a new sample."""

    task: str
    key: str
    path: str
    stratum: str
    meaning: str
    confidence: float


def settled_among(conn: Connection, task_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return task → (key, path), the first by key, of those that the crowd has settled and no expert has ruled."""
    found: dict[str, tuple[str, str]] = {}
    for begin in range(0, len(task_ids), 500):
        query = (
            select(tasks.c.task, task_sources.c.key, task_sources.c.path)
            .join(task_sources, task_sources.c.task == tasks.c.task)
            .where(
                tasks.c.task.in_(list(task_ids[begin : begin + 500])),
                tasks.c.state == DONE,
                tasks.c.final.is_(None),
                task_sources.c.active.is_(True),
            )
            .order_by(task_sources.c.key)
        )
        for row in conn.execute(query):
            found.setdefault(row[0], (row[1], row[2]))
    return found


def start(
    ledger: Ledger,
    drawn: Sequence[Drawn],
    *,
    kind: str,
    seed: int,
    population: int,
    strata: Mapping[str, int],
    author: str,
) -> str:
    """Write a new sample; return its id."""
    review = new_id()
    ledger.conn.execute(
        insert(reviews).values(
            id=review,
            pipeline=ledger.pipeline,
            kind=kind,
            size=len(drawn),
            population=population,
            strata=canonical(dict(strata)).decode(),
            seed=seed,
            author=author,
            created_ms=ledger.now_ms,
        )
    )
    ledger.conn.execute(
        insert(review_items),
        [
            {
                "review": review,
                "position": position,
                "task": item.task,
                "key": item.key,
                "path": item.path,
                "stratum": item.stratum,
                "meaning": item.meaning,
                "confidence": item.confidence,
            }
            for position, item in enumerate(drawn)
        ],
    )
    return review


def find(conn: Connection, review: str) -> Any:
    """Return the row of a review. Raises NotFound."""
    row = conn.execute(select(reviews).where(reviews.c.id == review)).first()
    if row is None:
        raise NotFound(f"There is no review {review[:64]!r}.", help="List them with `tilth labeling reviews PIPELINE`.")
    return row


def of_pipeline(conn: Connection, pipeline: str, *, after: str | None = None, limit: int = 1000) -> list[Any]:
    """Return reviews, newest first."""
    query = select(reviews).where(reviews.c.pipeline == pipeline)
    if after is not None:
        query = query.where(reviews.c.id < after)
    return list(conn.execute(query.order_by(reviews.c.id.desc()).limit(limit)))


def set_ended(conn: Connection, review: str) -> None:
    """Close a review to further decisions."""
    conn.execute(update(reviews).where(reviews.c.id == review).values(ended=1))


def items(conn: Connection, review: str, positions: Sequence[int]) -> list[Any]:
    """Return items of a review by position."""
    query = select(review_items).where(review_items.c.review == review, review_items.c.position.in_(list(positions)))
    return list(conn.execute(query.order_by(review_items.c.position)))


def sampled(conn: Connection, review_ids: Sequence[str]) -> dict[tuple[str, int], Any]:
    """Return (review, position) → item of whole reviews."""
    query = select(review_items).where(review_items.c.review.in_(list(review_ids)))
    return {(row.review, row.position): row for row in conn.execute(query)}


def standing(conn: Connection, review: str | None = None, *, pipeline: str = "") -> list[Any]:
    """Return the decisions that hold, in order: those not taken back, of one review or of a pipeline."""
    of = review_decisions.c.review == review if review is not None else review_decisions.c.pipeline == pipeline
    rows = conn.execute(select(review_decisions).where(of).order_by(review_decisions.c.sequence)).all()
    undone = {row.undoes for row in rows if row.verdict == UNDONE}
    return [row for row in rows if row.verdict != UNDONE and row.id not in undone]


def tallies(conn: Connection, review_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return review → verdict → how many decisions hold. Cost: O(decisions of these reviews), by index."""
    query = (
        select(review_decisions.c.review, review_decisions.c.id, review_decisions.c.verdict, review_decisions.c.undoes)
        .where(review_decisions.c.review.in_(list(review_ids)))
        .order_by(review_decisions.c.sequence)
    )
    rows = conn.execute(query).all()
    undone = {row.undoes for row in rows if row.verdict == UNDONE}
    found: dict[str, dict[str, int]] = {review: {} for review in review_ids}
    for row in rows:
        if row.verdict != UNDONE and row.id not in undone:
            found[row.review][row.verdict] = found[row.review].get(row.verdict, 0) + 1
    return found


def decide(
    ledger: Ledger,
    row: Any,
    verdict: str,
    *,
    correction: Given | None,
    reason: str,
    author: str,
) -> None:
    """Write a decision on the item `row` and do what it says. Raises Conflict when it is decided already."""
    if _standing_on(ledger.conn, row.review, row.position) is not None:
        raise Conflict(
            f"{row.key!r} is decided already in this review.", help="Go on with the next item.", key=row.key[:200]
        )
    acts: dict[str, Json] = {}
    if verdict == CORRECTED:
        assert correction is not None
        acts["before"] = _final(ledger.conn, row.task)
        ruling.rule(ledger, row.key, author, correction.result, correction.meaning, reason=reason)
        acts["ruling"] = _last_ruling(ledger.conn, row.task)
    elif verdict == REJECTED:
        acts["answers"] = dict(rejecting.reject_answers(ledger, row.task, reason))
    ledger.conn.execute(
        insert(review_decisions).values(
            id=new_id(),
            pipeline=ledger.pipeline,
            review=row.review,
            position=row.position,
            verdict=verdict,
            result=canonical(list(correction.result)).decode() if correction is not None else None,
            meaning=correction.meaning if correction is not None else None,
            reason=reason,
            acts=canonical(acts).decode(),
            undoes=None,
            author=author,
            sequence=ledger.next_sequence(),
            at_ms=ledger.now_ms,
        )
    )


def undo(ledger: Ledger, review: str, author: str) -> int | None:
    """Take back the author's last decision that holds; return its position. None when there is none.

    Raises Conflict when the item was ruled otherwise since.
    """
    mine = [row for row in standing(ledger.conn, review) if row.author == author]
    if not mine:
        return None
    last = mine[-1]
    (row,) = items(ledger.conn, review, [last.position])
    acts = json.loads(last.acts)
    reason = f"taken back: {last.reason}" if last.reason else "taken back"
    if last.verdict == CORRECTED:
        if _last_ruling(ledger.conn, row.task) != acts["ruling"]:
            raise Conflict(
                f"{row.key!r} was decided again since, so your correction is not what holds.",
                help="Open the item and rule on it, or take its ruling back.",
                key=row.key[:200],
            )
        ruling.restore(ledger, row.key, author, acts["before"], reason=reason)
    elif last.verdict == REJECTED:
        rejecting.restore_answers(ledger, row.task, acts["answers"], last.reason)
    ledger.conn.execute(
        insert(review_decisions).values(
            id=new_id(),
            pipeline=ledger.pipeline,
            review=review,
            position=last.position,
            verdict=UNDONE,
            reason="",
            acts="{}",
            undoes=last.id,
            author=author,
            sequence=ledger.next_sequence(),
            at_ms=ledger.now_ms,
        )
    )
    return int(last.position)


def check_verdict(verdict: str, *, has_label: bool, reason: str) -> None:
    """Raise Invalid unless this is a whole decision."""
    if verdict not in VERDICTS:
        raise Invalid(f"{verdict[:40]!r} is no decision.", help=f"Choose one of {', '.join(VERDICTS)}.")
    if verdict == CORRECTED and not has_label:
        raise Invalid("A correction needs the right label.", help="Give it as `label`.")
    if verdict == REJECTED and not reason.strip():
        raise Invalid("Rejecting answers needs a reason.", help="Say why; those who gave them see it.")


def _standing_on(conn: Connection, review: str, position: int) -> Any | None:
    rows = conn.execute(
        select(review_decisions.c.id, review_decisions.c.verdict, review_decisions.c.undoes)
        .where(review_decisions.c.review == review, review_decisions.c.position == position)
        .order_by(review_decisions.c.sequence)
    ).all()
    undone = {row.undoes for row in rows}
    return next((row for row in rows if row.verdict != UNDONE and row.id not in undone), None)


def _final(conn: Connection, task: str) -> Json:
    row = conn.execute(select(tasks.c.final).where(tasks.c.task == task)).first()
    if row is None or row.final is None:
        return None
    said = conn.execute(
        select(rulings.c.meaning).where(rulings.c.task == task).order_by(rulings.c.sequence.desc()).limit(1)
    ).scalar()
    return {"result": row.final, "meaning": said}


def _last_ruling(conn: Connection, task: str) -> int:
    return int(conn.execute(select(func.max(rulings.c.sequence)).where(rulings.c.task == task)).scalar() or 0)
