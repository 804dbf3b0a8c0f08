"""Practice on done items, and how one stands beside the people who did the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PracticeTaskInfo:
    """A done item for practice."""

    id: str
    data: Mapping[str, Any]
    media: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PracticeInfo:
    """Done items of one labeling pipeline, for practice."""

    pipeline: str
    tasks: Sequence[PracticeTaskInfo]
    config: str
    guidelines: str
    guideline_version: str


@dataclass(frozen=True, slots=True)
class PracticeAnswer:
    """An answer to a practice item: a Label Studio result list, and how long it took."""

    id: str
    result: Sequence[Mapping[str, Any]]
    seconds: float


@dataclass(frozen=True, slots=True)
class StandingInfo:
    """How often somebody agreed with what all others held, with a 95 % interval, and how quick they were."""

    worker: str
    """Opaque id; empty for the caller, and for everybody where the caller may not see who works."""
    n: int
    agreed: int
    low: float
    high: float
    median_seconds: float


@dataclass(frozen=True, slots=True)
class PracticeOutcome:
    """One practised item: what the caller said, and what the others held."""

    id: str
    mine: str
    theirs: str
    share: float
    """Share of the others' answers that said so."""


@dataclass(frozen=True, slots=True)
class ComparisonInfo:
    """The caller beside all who did the work, the most agreeing first.

    `outcomes` is empty for callers who may not see labels.
    """

    me: StandingInfo
    others: Sequence[StandingInfo]
    outcomes: Sequence[PracticeOutcome]
