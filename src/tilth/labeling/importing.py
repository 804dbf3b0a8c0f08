"""Importing answers: a table's rows become answers of opaque workers in the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from tilth.errors import Conflict, Invalid, NotFound
from tilth.labeling.joining import Joined, Place, join
from tilth.labeling.ledger import desks, importing, reports, taking_back
from tilth.labeling.ledger.importing import ImportedAnswer
from tilth.labeling.ledger.ledger import open_ledger, spec_of
from tilth.labeling.ledger.taking_back import AnswerImport, Loss
from tilth.labeling.results import meaning_of, result_for, validate_result
from tilth.labeling.service import Clock, wall_clock
from tilth.labeling.spec import LabelingSpec
from tilth.model.canonical import Json, canonical
from tilth.model.digest import digest_of
from tilth.versioning.backend import Backend

MAX_ROWS = 5_000_000


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of the table say what; `worker` and `seconds` may be empty. `per`: answers that `seconds` is of."""

    item: str
    answer: str
    worker: str = ""
    seconds: str = ""
    per: int = 1

    def as_json(self) -> dict[str, Json]:
        """Return it for the record."""
        return {
            "item": self.item,
            "answer": self.answer,
            "worker": self.worker,
            "seconds": self.seconds,
            "per": self.per,
        }


@dataclass(frozen=True, slots=True)
class Imported:
    """What one call found and did; `next` is the row to go on with, None when all are done.

    `present` and `otherwise` are of the rows that the call looked at: all in a dry run, else those to be written.
    """

    joined: Joined
    present: int
    otherwise: int
    known: int
    imported: int
    items: int
    items_without: int
    workers: int
    next: int | None


def import_table(
    backend: Backend,
    pipeline: str,
    table: pa.Table,
    columns: Columns,
    *,
    match: str,
    meanings: Mapping[str, str],
    source: str,
    commit: str,
    author: str,
    dry_run: bool,
    start: int,
    limit: int,
    clock: Clock = wall_clock,
) -> Imported:
    """Join a whole table and write its rows from `start` on, at most `limit`, in one transaction.

    Raises Invalid for a column that is not there, NotFound. Cost: O(rows + items) to join, O(limit) to write.
    """
    for name in filter(None, (columns.item, columns.answer, columns.worker, columns.seconds)):
        if name not in table.column_names:
            raise Invalid(f"The table has no column {name[:80]!r}.", help=f"It has {', '.join(table.column_names)}.")
    if table.num_rows > MAX_ROWS:
        raise Invalid(f"The table has {table.num_rows:,} rows.", help=f"Import up to {MAX_ROWS:,} at once.")
    if columns.per < 1 or start < 0:
        raise Invalid("Seconds are of one answer or more, and rows count from 0.", help="Give positive numbers.")
    with backend.database.read() as conn:
        spec = _spec(conn, pipeline)
        places = [Place(*found) for found in reports.places(conn, pipeline)]
        golden = set(reports.known_meanings(conn, pipeline))
    given = _Given(spec, meanings)
    joined = join(
        _column(table, columns.item),
        _column(table, columns.worker) if columns.worker else None,
        _column(table, columns.answer),
        _column(table, columns.seconds) if columns.seconds else None,
        places=places,
        match=match,
        meaning=given.label,
        per=columns.per,
    )
    end = start + limit
    chosen = joined.good[start:end]
    looked_at = joined.good if dry_run else chosen
    pairs = [(good.task, good.worker) for good in looked_at]
    with backend.database.read() as conn:
        there = importing.present(conn, pipeline, pairs)
    present = sum(pair in there for pair in pairs)
    otherwise = sum(
        pair in there and there[pair] != given.answers[good.label].meaning
        for pair, good in zip(pairs, looked_at, strict=True)
    )
    written = 0
    if not dry_run and chosen:
        batch = [
            ImportedAnswer(
                good.task,
                good.worker,
                given.answers[good.label].result,
                given.answers[good.label].body,
                given.answers[good.label].meaning,
                good.seconds,
            )
            for good in chosen
        ]
        with backend.database.transaction() as conn, open_ledger(conn, pipeline, clock()) as ledger:
            written = importing.import_answers(ledger, batch, importing.import_id(source))
            importing.note_import(
                ledger, source=source, commit=commit, mapping=columns.as_json(), count=written, author=author
            )
    asked = {good.task for good in joined.good}
    tasks = {place.task for place in places}
    return Imported(
        joined=joined,
        present=present,
        otherwise=otherwise,
        known=sum(good.task in golden for good in joined.good),
        imported=written,
        items=len(asked),
        items_without=len(tasks - asked),
        workers=len({good.worker for good in joined.good}),
        next=end if not dry_run and end < len(joined.good) else None,
    )


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What taking an import back did (or, foreseen, would do): `left` answers are still to go. `micros`: what asking
    again costs at most."""

    taken: AnswerImport
    loss: Loss
    left: int
    micros: int


def list_imports(backend: Backend, pipeline: str) -> list[AnswerImport]:
    """Return the imports of a pipeline, newest first. Raises NotFound."""
    with backend.database.read() as conn:
        _spec(conn, pipeline)
        return taking_back.imports(conn, pipeline)


def take_back(
    backend: Backend, pipeline: str, id: str, *, author: str, dry_run: bool, limit: int, clock: Clock = wall_clock
) -> TakenBack:
    """Withdraw up to `limit` answers of an import, in one transaction; or tell what withdrawing all would do.

    Raises NotFound, and Conflict where it is taken back already.
    """
    with backend.database.read() as conn:
        spec = _spec(conn, pipeline)
        taken = next((each for each in taking_back.imports(conn, pipeline) if each.id == id), None)
        if taken is None:
            raise NotFound(
                f"There is no import {id[:40]!r} in {pipeline}.", help="List them with `tilth labeling imports`."
            )
        if not taken.answers:
            raise Conflict(f"No answers of this import to {pipeline} are left.", help="It was taken back already.")
        loss = taking_back.foresee(conn, pipeline, spec, id) if dry_run else Loss()
    left = loss.answers
    if not dry_run:
        with backend.database.transaction() as conn, open_ledger(conn, pipeline, clock()) as ledger:
            loss, left = taking_back.take_back(ledger, id, most=limit, author=author)
    return TakenBack(taken, loss, left, loss.slots * spec.price_micros)


def _spec(conn: Connection, pipeline: str) -> LabelingSpec:
    row = desks.head(conn, pipeline)
    if row is None:
        raise NotFound(f"There is no labeling pipeline {pipeline!r}.", help="List them with `tilth labeling list`.")
    return spec_of(row.spec)


@dataclass(frozen=True, slots=True)
class _Answer:
    result: str
    body: bytes
    meaning: str


class _Given:
    """What each word of the table says, checked once."""

    def __init__(self, spec: LabelingSpec, meanings: Mapping[str, str]) -> None:
        self._spec = spec
        self._meanings = meanings
        self._listed = spec.config.labels()
        self._folded: dict[str, str] = {}
        for label in self._listed:
            self._folded.setdefault(label.casefold(), label)
        self.answers: dict[str, _Answer] = {}

    def label(self, word: str) -> str:
        """Return the label that a word of the table is, "" where it is none."""
        label = self._meanings.get(word, word)
        if not label:
            return ""
        if self._listed and label not in self._listed:
            label = self._folded.get(label.casefold(), label)
        if label in self.answers:
            return label
        try:
            answer: Json = label
            if label.startswith("["):
                answer = json.loads(label)
            result = result_for(self._spec.config, answer)
            validate_result(self._spec.config, result, {})
        except (Invalid, ValueError, RecursionError):
            return ""
        text = canonical(list(result)).decode()
        body = digest_of(canonical({"result": list(result), "unsure": False}))
        self.answers[label] = _Answer(text, body, meaning_of(self._spec.config, result))
        return label


def _column(table: pa.Table, name: str) -> Sequence[Any]:
    values: list[Any] = table[name].to_pylist()
    return values
