"""Sending items of a dataset to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SendPlan:
    """What sending would do, and cost at most."""

    pipeline: str
    makes_pipeline: bool
    inbox: str
    """`repo@branch` that receives the items."""
    items: int
    new: int
    """Items that people have not been asked this way before."""
    already: int
    """Items that lie there already, as they are: nothing is bought for them again."""
    answers: Sequence[int]
    """Fewest and most answers that the new items need."""
    cost: Sequence[float]
    """What these cost, in the pipeline's currency; known answers that are mixed in included."""
    budget_left: float | None
    """What the pipeline may still spend; None: no limit."""
    config: str
    """The question as Label Studio's XML."""
    warnings: Sequence[str] = ()
    currency: str = ""


@dataclass(frozen=True, slots=True)
class SendInfo:
    """What sending did."""

    plan: SendPlan
    commit: str | None
    """The commit that handed the items over; None when all were there already."""
    act: str | None
    """The commit on the dataset's repo that says so; None when it said so already."""


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """How much an export would be."""

    items: int
    media: int
    """Items with a file."""
    media_bytes: int
    formats: Sequence[str]
    """Formats that these items can have."""
