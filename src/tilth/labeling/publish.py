"""Publishing: what the ledger says becomes a commit of labels, answers and workers, with its derivation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from tilth.datasets.part_changes import PartChanges, parts_in
from tilth.datasets.parts import read_parts, write_parts
from tilth.errors import Conflict
from tilth.labeling.identity import TaskNames
from tilth.labeling.labels import (
    ANSWERS,
    LABELS,
    WORKERS,
    Agreed,
    agree,
    answer_rows,
    has_label,
    label_rows,
    worker_rows,
)
from tilth.labeling.ledger import desks, importing, reports
from tilth.labeling.ledger.ledger import budget_reason, open_ledger, spec_of
from tilth.labeling.results import meaning_of
from tilth.labeling.spec import LabelingSpec
from tilth.model.canonical import Json
from tilth.model.commit import Commit, CommitInput, Derivation, InputKind
from tilth.model.digest import digest_of
from tilth.model.ids import ChangeId, CommitId, new_id
from tilth.model.names import DEFAULT_BRANCH
from tilth.publication.inputs import used
from tilth.publication.publish import publish as publish_commit
from tilth.versioning.backend import Backend, in_act
from tilth.versioning.branches import find_branch
from tilth.versioning.commits import load_commit
from tilth.versioning.edits import Edits
from tilth.versioning.trees import Tree, write_entry

Guard = Callable[[Connection], None]


def is_due(row: Any, now_ms: int) -> bool:
    """Tell whether a labeling pipeline's row says that it is time to publish."""
    if row.changed <= row.published_sequence:
        return False
    spec = spec_of(row.spec)
    if row.open == 0 or (row.leased == 0 and budget_reason(spec, row) is not None):
        return True
    if spec.publish.every is not None and row.settled >= spec.publish.every:
        return True
    since = max(row.published_ms, row.created_ms)
    return spec.publish.seconds is not None and now_ms - since >= spec.publish.seconds * 1000


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Everything that one publication says, read at one moment of the ledger."""

    row: Any
    spec: LabelingSpec
    head: Commit | None
    inputs: tuple[CommitInput, ...]
    labels: Sequence[Mapping[str, object]]
    without: Sequence[str]
    """Keys whose label goes."""
    answers: Sequence[Mapping[str, object]]
    workers: Sequence[Mapping[str, object]]
    method: str
    alpha: float | None


@in_act
def publish(backend: Backend, pipeline: str, now_ms: int, guard: Guard) -> Commit | None:
    """Publish what has changed since the last time; None when nothing did or nothing would differ.

    Whatever happens meanwhile is told by the next publication. Safe to repeat after a crash at any point. Raises
    Conflict when another process has just published. Cost: O(changed tasks and answers), and for Dawid–Skene one pass
    over all answers that count and the published labels.
    """
    with backend.database.read() as conn:
        row = desks.find(conn, pipeline)
        if row is None or row.changed <= row.published_sequence:
            return None
        snapshot = _read(backend, conn, row)
    base = Tree(backend.store, snapshot.head.tree if snapshot.head is not None else None)
    tree = _tables(backend, base, snapshot)

    def told(conn: Connection) -> None:
        guard(conn)
        now = desks.find(conn, pipeline)
        if now is None or now.published_sequence != row.published_sequence:
            raise Conflict(f"{pipeline} has just been published by another process.", help="Look again.")
        head = find_branch(conn, row.repo, row.branch).head
        desks.set_fields(conn, pipeline, published_sequence=row.sequence, published_ms=now_ms, published_commit=head)
        with open_ledger(conn, pipeline, now_ms) as ledger:
            ledger.counters.settled = max(ledger.counters.settled - row.settled, 0)

    nothing_yet = snapshot.head is None and not snapshot.labels and not snapshot.answers
    if nothing_yet or tree.root == base.root:
        with backend.database.transaction() as conn:
            told(conn)
        return None
    return publish_commit(
        backend,
        repo=row.repo,
        branch=row.branch,
        tree=tree.root,
        derivation=_derivation(snapshot),
        change=ChangeId(new_id()),
        author=pipeline,
        message=_message(snapshot),
        stage=pipeline,
        also=told,
    )


def _read(backend: Backend, conn: Connection, row: Any) -> _Snapshot:
    spec, pipeline, since = spec_of(row.spec), row.pipeline, row.published_sequence
    names = TaskNames.of(pipeline, row.identity)
    head_id = find_branch(conn, row.repo, row.branch).head
    head = load_commit(conn, head_id) if head_id is not None else None
    rows = reports.changed_items(conn, pipeline, since)
    moved = sorted({item.task for item in rows if item.moved > since}) if since else []
    without = [item.key for item in rows if not has_label(item)]
    if spec.aggregation != "majority" and spec.config.categorical is not None:
        known = reports.known_meanings(conn, pipeline)
        for task, result in reports.ruled_meanings(conn, pipeline).items():
            known[task] = meaning_of(spec.config, json.loads(result))
        # Every answer tells about its worker, so a new one may change any label.
        agreed = agree(spec, reports.all_votes(conn, pipeline), known)
        touched = {item.key for item in rows}
        base = Tree(backend.store, head.tree if head is not None else None)
        rows += reports.items_named(conn, pipeline, _outdated(base, agreed, touched, names))
        votes = reports.votes(conn, sorted({item.task for item in rows if has_label(item)}))
    else:
        votes = reports.votes(conn, sorted({item.task for item in rows if has_label(item)}))
        agreed = _plurality(spec, votes)
    answers = reports.changed_answers(conn, pipeline, since, moved)
    places = reports.places_of(conn, sorted({answer.task for answer in answers}))
    return _Snapshot(
        row=row,
        spec=spec,
        head=head,
        inputs=_inputs(conn, row),
        labels=label_rows(spec, rows, votes, agreed, names),
        without=without,
        answers=answer_rows(spec, answers, places, names),
        workers=worker_rows(reports.all_workers(conn, pipeline), agreed.skill),
        method=agreed.method,
        alpha=agreed.alpha,
    )


def _outdated(base: Tree, agreed: Agreed, touched: set[str], names: TaskNames) -> list[str]:
    """Return the published keys, beside those touched, whose consensus is another now."""
    parts = _names(base, "labels")
    if not parts:
        return []
    columns = ["key", "task", "label", "confidence", "method"]
    before = read_parts(lambda name: base.read(f"labels/{name}"), parts, key="key", columns=columns)
    rows = zip(*(before[name].to_pylist() for name in columns), strict=True)
    return [
        key
        for key, task, label, confidence, method in rows
        if method == agreed.method
        and key not in touched
        and agreed.by_task.get(names.own(task), (label, confidence)) != (label, confidence)
    ]


def _plurality(spec: LabelingSpec, votes: Mapping[str, Sequence[Any]]) -> Agreed:
    ballots = [(task, vote.worker, vote.meaning) for task, given in votes.items() for vote in given]
    agreed = agree(spec, ballots, {})
    return Agreed("majority", agreed.by_task, agreed.skill)


def _inputs(conn: Connection, row: Any) -> tuple[CommitInput, ...]:
    found: list[CommitInput] = []
    for places, kind in ((row.taken, InputKind.DATA), (row.golden_taken or "{}", InputKind.REFERENCE)):
        for place, commit in sorted(json.loads(places).items()):
            if commit is not None and all(commit != other.commit for other in found):
                found.append(used(load_commit(conn, commit), place.rpartition("@")[2], kind))
    for source in importing.sources(conn, row.pipeline):
        if all(source != other.commit for other in found):
            found.append(used(load_commit(conn, CommitId(source)), DEFAULT_BRANCH, InputKind.DATA))
    return tuple(found)


def _tables(backend: Backend, base: Tree, snapshot: _Snapshot) -> Tree:
    edits = Edits()
    labels, without = _table(snapshot.labels, LABELS), list(snapshot.without)
    for folder, key, table, deletes in (
        ("labels", "key", labels, without),
        ("answers", "answer", _table(snapshot.answers, ANSWERS), []),
        ("workers", "worker", _table(snapshot.workers, WORKERS), []),
    ):
        for name, data in _write(base, folder, key, table, deletes).items():
            if data is None:
                edits.delete(f"{folder}/{name}")
            else:
                edits.put(write_entry(backend.store, f"{folder}/{name}", data))
    after = base.apply(edits)
    # For datasets that show these labels; a note is of what is in the parts, so nobody minds if this is not published.
    PartChanges(backend.scratch / "views").note(parts_in(base, "labels"), parts_in(after, "labels"), labels, without)
    return after


def _table(rows: Sequence[Mapping[str, object]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def _names(base: Tree, folder: str) -> list[str]:
    return [entry.path.rpartition("/")[2] for entry in base.list(folder)] if base.root is not None else []


def _write(base: Tree, folder: str, key: str, table: pa.Table, deletes: list[str]) -> dict[str, bytes | None]:
    names = _names(base, folder)
    if names and not len(table) and not deletes:
        return {}
    return write_parts(lambda name: base.read(f"{folder}/{name}"), names, table, deletes, key=key)


def _derivation(snapshot: _Snapshot) -> Derivation:
    row, spec = snapshot.row, snapshot.spec
    facts: dict[str, Json] = {
        "ledger_sequence": row.sequence,
        "previous": snapshot.head.id if snapshot.head is not None else None,
        "guideline_version": spec.guidelines.version,
        "guideline_digest": spec.guidelines.digest.hex(),
        "method": snapshot.method,
        "alpha": snapshot.alpha,
        "tasks": row.open + row.done + row.escalated,
        "open": row.open,
        "done": row.done,
        "escalated": row.escalated,
        "known": row.golden,
        "answers": row.answers,
        "rejected": row.rejected,
        "workers": row.workers,
        "banned": row.banned,
        "spent": row.spent_micros / 1e6,
    }
    if spec.currency:
        facts["currency"] = spec.currency
    return Derivation(row.pipeline, snapshot.inputs, digest_of(row.spec.encode()), None, facts)


def _message(snapshot: _Snapshot) -> str:
    row = snapshot.row
    people = row.workers - row.banned
    by = "" if not people else " by 1 person" if people == 1 else f" by {people:,} people"
    return f"{row.done:,} of {row.open + row.done + row.escalated:,} items labeled{by}"
