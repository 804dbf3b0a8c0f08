"""Intake: what changed in the input becomes tasks created, found again, or withdrawn."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from tilth.datums.cutting import InputState, update_input
from tilth.datums.datum import Datum
from tilth.datums.inputs import InputSpec, Pfs, branches, leaves, parse_input
from tilth.errors import Invalid, TilthError
from tilth.labeling.content import TaskContent, Unshowable, content_of_files, content_of_row
from tilth.labeling.identity import TaskNames
from tilth.labeling.known import Place, Waiting, head_of, known_places, load_known, reader
from tilth.labeling.ledger import desks, reports
from tilth.labeling.ledger.carrying import carry_step
from tilth.labeling.ledger.intake import ShownItem, Tally, set_known, take_in
from tilth.labeling.ledger.ledger import open_ledger, spec_of
from tilth.labeling.spec import LabelingSpec
from tilth.model.canonical import canonical
from tilth.model.commit import Commit
from tilth.model.digest import Digest
from tilth.model.entry import Entry
from tilth.model.ids import CommitId
from tilth.model.labeling import Intake
from tilth.storage.store import Store
from tilth.versioning.backend import Backend, in_act
from tilth.versioning.trees import Tree

AT_ONCE = 1_000
"""Items taken in by one transaction, so that labelers never wait long for the write lock."""
MAX_PROBLEMS = 1_000

Guard = Callable[[Connection], None]


@in_act
def take(backend: Backend, pipeline: str, now_ms: int, guard: Guard) -> Intake | None:
    """Bring a pipeline's tasks in line with the heads of its inputs; None when nothing has moved since.

    Safe to repeat after a crash at any point. `guard` runs in every transaction and may refuse. Raises Invalid for a
    broken table file, or when not one of the items can be shown. Cost: O(changed items).
    """
    brought = _bring_over(backend, pipeline, now_ms, guard)
    with backend.database.read() as conn:
        row = desks.find(conn, pipeline)
        if row is None:
            return None
        spec = spec_of(row.spec)
        project = pipeline.partition("/")[0]
        source = parse_input(json.loads(row.input), project=project)
        heads = _heads(conn, [(repo, branch) for repo, branch, _ in branches(source)])
        extra = _heads(conn, [(place.repo, place.branch) for place in known_places(spec, project)])
    taken, golden_taken = _named(heads), _named({**extra, **(heads if _golden_reads_input(spec) else {})})
    moved = brought or taken != json.loads(row.taken)
    waiting, golden = "", row.golden
    if spec.golden and (row.golden_state == "waiting" or golden_taken != json.loads(row.golden_taken or "{}")):
        waiting = _take_known(backend, row, spec, source, {**heads, **extra}, golden_taken, now_ms, guard)
        moved = True
    if not moved:
        return None
    tally = _take_items(backend, row, spec, source, heads, taken, now_ms, guard)
    with backend.database.read() as conn:
        row = desks.find(conn, pipeline)
    assert row is not None
    golden = row.golden
    inputs = [f"{repo}@{commit.id}" for (repo, _), commit in heads.items() if commit is not None]
    return Intake(pipeline, tally.created, tally.reused, tally.withdrawn, golden, row.open, waiting, inputs)


def _bring_over(backend: Backend, pipeline: str, now_ms: int, guard: Guard) -> bool:
    """Bring over what was bought in another project, where that is to be done; tell whether it was."""
    with backend.database.read() as conn:
        row = desks.find(conn, pipeline)
    if row is None or row.carry == "[]":
        return False
    going = True
    while going:
        with backend.database.transaction() as conn:
            guard(conn)
            with open_ledger(conn, pipeline, now_ms) as ledger:
                going = carry_step(conn, ledger)
    return True


def _heads(conn: Connection, places: list[tuple[str, str]]) -> dict[tuple[str, str], Commit | None]:
    return {(repo, branch): head_of(conn, repo, branch) for repo, branch in places}


def _named(heads: Mapping[tuple[str, str], Commit | None]) -> dict[str, CommitId | None]:
    return {f"{repo}@{branch}": commit.id if commit is not None else None for (repo, branch), commit in heads.items()}


def _golden_reads_input(spec: LabelingSpec) -> bool:
    golden = spec.golden
    return golden is not None and golden.source is None and any(known.path is not None for known in golden.answers)


def _take_known(
    backend: Backend,
    row: Any,
    spec: LabelingSpec,
    source: InputSpec,
    heads: Mapping[tuple[str, str], Commit | None],
    golden_taken: Mapping[str, CommitId | None],
    now_ms: int,
    guard: Guard,
) -> str:
    """Load the known answers; return why nothing is lent yet ("" when they are there).

    A problem with them does not stop the intake: the tasks are made, and none is lent until it is solved.
    """
    first = next(iter(leaves(source)))
    try:
        items = load_known(
            backend.store,
            spec,
            names=TaskNames.of(row.pipeline, row.identity),
            epoch=row.epoch,
            input_name=first.name,
            input_place=Place(first.repo, first.branch),
            head=lambda repo, branch: heads.get((repo, branch)),
        )
    except Waiting as why:
        reason = str(why)
    except Invalid as error:
        reason = str(error)
    else:
        with backend.database.transaction() as conn:
            guard(conn)
            with open_ledger(conn, row.pipeline, now_ms) as ledger:
                set_known(ledger, items)
            desks.set_fields(
                conn,
                row.pipeline,
                golden_state="ready",
                golden_reason="",
                golden_taken=canonical(golden_taken).decode(),
            )
        return ""
    with backend.database.transaction() as conn:
        guard(conn)
        # Known answers that were there keep their place: a broken later file does not stop the work.
        desks.set_fields(conn, row.pipeline, golden_reason=reason, golden_taken=canonical(golden_taken).decode())
    return reason if row.golden_state == "waiting" else ""


def _take_items(
    backend: Backend,
    row: Any,
    spec: LabelingSpec,
    source: InputSpec,
    heads: Mapping[tuple[str, str], Commit | None],
    taken: Mapping[str, CommitId | None],
    now_ms: int,
    guard: Guard,
) -> Tally:
    store, pipeline = backend.store, row.pipeline
    trees: dict[tuple[str, str], Digest | None] = {
        place: commit.tree if commit is not None else None for place, commit in heads.items()
    }
    whole = row.intake is None
    update = update_input(store, source, trees, None if whole else InputState.from_json(json.loads(row.intake)))
    problems: dict[str, str] = json.loads(row.problems)
    schema, tally, seen = spec.config.digest, Tally(), set[str]()
    names = TaskNames.of(pipeline, row.identity)
    showable = 0

    def items() -> Iterator[ShownItem]:
        nonlocal showable
        for change in update.changes():
            datum = change.new or change.old
            if datum is None:
                continue
            key, path = key_of(source, datum)
            seen.add(key)
            problems.pop(key, None)
            if change.new is None:
                yield ShownItem(key, path, "", None, "")
                continue
            try:
                content = content_of_datum(store, spec, change.new, trees)
            except Unshowable as why:
                problems[key] = str(why)
                yield ShownItem(key, path, "", None, "")
                continue
            showable += 1
            task = names.own(content.task_id(names.identity, schema, row.epoch))
            yield ShownItem(key, path, _digest_of(change.new), task, content.to_text())

    batch: list[ShownItem] = []
    for item in items():
        batch.append(item)
        if len(batch) == AT_ONCE:
            _write(backend, pipeline, batch, tally, now_ms, guard)
            batch = []
    if problems and not showable and whole and not seen - problems.keys():
        key, reason = next(iter(problems.items()))
        raise Invalid(
            f"Not one of the {len(problems):,} items of {pipeline} can be shown. {key}: {reason}.",
            help="Change the labeling config's variables, or the input.",
        )
    if whole:
        with backend.database.read() as conn:
            gone = sorted(set(reports.active_keys(conn, pipeline)) - seen)
        batch += [ShownItem(key, "", "", None, "") for key in gone]
    while len(batch) > AT_ONCE:
        _write(backend, pipeline, batch[:AT_ONCE], tally, now_ms, guard)
        batch = batch[AT_ONCE:]
    store.flush()
    kept = dict(list(problems.items())[:MAX_PROBLEMS])
    with backend.database.transaction() as conn:
        guard(conn)
        with open_ledger(conn, pipeline, now_ms) as ledger:
            take_in(ledger, batch, tally)
        desks.set_fields(
            conn,
            pipeline,
            taken=canonical(dict(taken)).decode(),
            intake=canonical(update.state.to_json()).decode(),
            problems=canonical(kept).decode(),
        )
    return tally


def _write(backend: Backend, pipeline: str, items: list[ShownItem], tally: Tally, now_ms: int, guard: Guard) -> None:
    with backend.database.transaction() as conn:
        guard(conn)
        with open_ledger(conn, pipeline, now_ms) as ledger:
            take_in(ledger, items, tally)


def key_of(source: InputSpec, datum: Datum) -> tuple[str, str]:
    """Return an item's key and where it lies.

    The key is the path for files; for rows of one file the row's key, of several files `path#key`; for combinations of
    inputs the datum's own key.
    """
    if not isinstance(source, Pfs) or len(datum.members) != 1:
        return datum.key, " ".join(_place(member.path, member.row_key) for member in datum.members)
    member = datum.members[0]
    place = _place(member.path, member.row_key)
    if member.row_key is None:
        return place, place
    return (place if any(sign in source.glob for sign in "*?[{@+!(") else member.row_key), place


def _place(path: str, row_key: str | None) -> str:
    return path if row_key is None else f"{path}#{row_key}"


def _digest_of(datum: Datum) -> str:
    return (datum.members[0].digest if len(datum.members) == 1 else datum.digest).hex()


def content_of_datum(
    store: Store, spec: LabelingSpec, datum: Datum, trees: Mapping[tuple[str, str], Digest | None]
) -> TaskContent:
    """Return what a datum shows. Raises Unshowable."""
    values: dict[str, Any] = {}
    named: dict[str, Entry] = {}
    for member in datum.members:
        row = member.values
        if isinstance(row, Mapping):
            values.update(row)
            continue
        tree = Tree(store, trees.get((member.repo, member.branch)))
        entry = tree.stat(member.path) if member.path else None
        if entry is None:
            raise Unshowable("it is a folder; let the input's glob match files")
        named[member.input] = entry
    if not named:
        return content_of_row(spec.config, values)
    try:
        return content_of_files(spec.config, named, reader(store), values)
    except TilthError as error:
        raise Unshowable(error.message) from None
