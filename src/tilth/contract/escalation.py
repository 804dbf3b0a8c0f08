"""Items that wait for an expert's ruling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tilth.contract.reviews import GivenAnswer, ShownTask


@dataclass(frozen=True, slots=True)
class EscalatedItem:
    """An item that the crowd could not decide: how many were unsure or rejected, and all answers."""

    shown: ShownTask
    unsure: int
    rejected: int
    answers: Sequence[GivenAnswer]
