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


@dataclass(frozen=True, slots=True)
class AnswerImportInfo:
    """One import of answers: `table` is `repo@commit:file`, `answers` how many of it are there (0: all taken back)."""

    id: str
    table: str
    answers: int
    author: str
    at_ms: int
    taken_back_ms: int | None
    taken_back_by: str | None


@dataclass(frozen=True, slots=True)
class ImportUndo:
    """What taking an import back did, or in a dry run would do.

    `answers` go, to `items` items, `unlabeled` of which lose their label: they are asked again, for up to `asked` new
    answers at a `cost`. `left` answers of the import are still there: call again until it is 0.
    """

    id: str
    table: str
    answers: int
    items: int
    unlabeled: int
    asked: int
    cost: float
    left: int


@dataclass(frozen=True, slots=True)
class GuidelinesChange:
    """What new guidelines do: `breaking` ones ask all `items` again, for `asked` answers or more at a `cost`.

    `version` is the one they have from now on (in a dry run: would have).
    """

    version: str
    breaking: bool
    items: int
    asked: int
    cost: float
