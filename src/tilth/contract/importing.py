"""What became of the rows of a table of answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why rows are left out: how many, and the first of them in words."""

    kind: str
    """item (none such), ambiguous, label (no class), worker (nobody), twice (the same item and person again), otherwise
    (the same again with another answer)."""
    count: int
    examples: Sequence[str]


@dataclass(frozen=True, slots=True)
class LabelCount:
    """How often a word stands in the table, and the class it is taken as ("" : none)."""

    word: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How the rows of a table joined the items. rows = matched + those left out by a problem; none is dropped silently.

    `matched` rows are good; of those, `known` are on known answers, `present` were imported before, of
    those looked at: all in a dry run, else those of this call
    (`otherwise` of them with another answer, which stays). `imported` is what
    this call wrote, `next` the row to go on with.
    """

    rows: int
    matched: int
    present: int
    otherwise: int
    known: int
    imported: int
    items: int
    items_without: int
    workers: int
    match: str
    problems: Sequence[RowProblem]
    labels: Sequence[LabelCount]
    commit: str
    next: int | None
