"""What people do to a dataset: each act is one commit on its `main`, and can be undone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Connection

from tilth.contract.datasets import ActInfo, LabelEvent
from tilth.contract.values import Page
from tilth.datasets.definition import parse_definition
from tilth.datasets.overlays import FIXES, MARKS, OVERLAYS, RULINGS, SCHEMAS
from tilth.datasets.parts import plan_parts, write_parts
from tilth.errors import BranchMoved, Conflict, Invalid, NotFound, NothingToCommit
from tilth.labeling.ledger import reports
from tilth.labeling.ledger.ruling import Act
from tilth.labeling.ledger.tasks import GOLDEN
from tilth.labeling.service import ManyRuled
from tilth.model.canonical import Json, canonical
from tilth.model.commit import Commit, Derivation
from tilth.model.ids import CommitId
from tilth.model.names import DEFAULT_BRANCH, check_name
from tilth.versioning import revisions
from tilth.versioning.ancestry import is_ancestor
from tilth.versioning.commits import ATTEMPTS, Head, commit_edits, get_commit, read_head
from tilth.versioning.diff import Change, diff_trees
from tilth.versioning.edits import Edits
from tilth.versioning.history import log
from tilth.versioning.repos import DATASET, Repo, create_repo, find_repo
from tilth.versioning.revisions import Reference
from tilth.versioning.trees import Tree, write_entry
from tilth.workspace.dataset_sources import DEFINITION, find_dataset
from tilth.workspace.dataset_views import OpenDataset, open_view
from tilth.workspace.names import full_name, short_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import page_of

STAGE = "act"
"""The stage of the derivation that an act's commit carries; its facts say what was done: act, count, …"""
MAX_LABEL = 10_000
MAX_MARK = 200
MAX_REASON = 4_000
MOST_RULED = 10_000
"""Items of a labeling pipeline that one act may decide."""
NAMED = 10
"""Keys that an error names."""
HISTORY = 50
"""Commits that an item's history looks back, per kind of act."""
LOOKED_BACK = 1000
"""Commits before a page of acts that are looked through for what undid them."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Items that an act is about: by their keys, or by a filter over the view with a model's predictions."""

    keys: Sequence[str] | None = None
    where: str | None = None
    model: str | None = None
    expect: int | None = None
    """How many the person saw; the act is refused if it is another number by now."""


def define(opened: Opened, name: str, document: Mapping[str, Any], *, description: str, message: str) -> None:
    """Create a dataset or change what it is made of. Raises what opening it raises, before anything is made."""
    full = full_name(name)
    project, _, own = full.partition("/")
    check_name(project, "project")
    check_name(own, "dataset")
    definition = parse_definition(document)
    sources = [definition.items.source, definition.media.source, *(each.source for each in definition.label_sources)]
    for source in [*sources, *(each.source for each in definition.fields)]:
        if source and revisions.parse(source).full_name == full:
            raise Invalid(f"{name} cannot be made from itself.", help="Name another repo.", field="items.from")
    opened.resources.dataset_views.tried(full, document)
    with opened.backend.database.read() as conn:
        try:
            repo: Repo | None = find_repo(conn, full)
        except NotFound:
            repo = None
    if repo is not None and repo.kind != DATASET:
        raise Conflict(f"{name} is a repo and no dataset.", help="Choose another name.", name=name)
    if repo is None:
        repo = create_repo(opened.backend, own, project=project, description=description, kind=DATASET)
    content = canonical(dict(document))

    def edits(tree: Tree) -> Edits:
        made = Edits()
        made.put(write_entry(opened.backend.store, DEFINITION, content))
        return made

    with suppress(NothingToCommit):
        commit_act(opened, repo, "define", 0, edits, message=message or f"Define {name}")


def commit_act(
    opened: Opened,
    repo: Repo,
    kind: str,
    count: int,
    edits: Callable[[Tree], Edits],
    *,
    message: str,
    facts: Mapping[str, Json] | None = None,
    also: Callable[[Connection, Commit], None] | None = None,
) -> Commit:
    """Commit what `edits` makes of the tree of `main`, as an act of the caller; made anew when the head moved.

    `also` runs in the same transaction. Raises NothingToCommit when nothing would change.
    """
    told: dict[str, Json] = {"act": kind, "count": count, **(facts or {})}
    for _ in range(ATTEMPTS):
        head = read_head(opened.backend, repo, DEFAULT_BRANCH)
        try:
            return commit_edits(
                opened.backend,
                repo,
                DEFAULT_BRANCH,
                edits(head.tree(opened.backend.store)),
                author=opened.author,
                message=message,
                if_head=head.id,
                derivation=Derivation(STAGE, facts=told),
                also=also,
            )
        except BranchMoved:
            continue
    raise Conflict(f"{repo.name} moved {ATTEMPTS} times while this was being written.", help="Try again.")


def fix(opened: Opened, name: str, label: str | None, chosen: Chosen, *, reason: str = "") -> ActInfo:
    """Set the label of items, or (None) take fixes back; see the contract."""
    found = open_view(opened, name, model=chosen.model)
    keys = _keys(found, chosen)
    _check_text(reason, "reason", MAX_REASON, empty=True)
    if label is not None:
        _check_text(label, "label", MAX_LABEL)
        classes = [each.name for each in found.definition.classes]
        if classes and label not in classes:
            raise Invalid(
                f"{label!r} is no class of {name}.",
                help=f"Classes are {', '.join(classes[:50])}; add one in the definition.",
                label=label,
            )
    asked = tasks_of(opened, found, keys)
    if label is None:
        fixed = _rows_of(opened, found.head, FIXES, keys)
        ruled = {key: row for key, row in _rows_of(opened, found.head, RULINGS, keys).items() if not row["reopened"]}
        asked = {
            pipeline: {key: task for key, task in tasks.items() if key in ruled and ruled[key]["pipeline"] == pipeline}
            for pipeline, tasks in asked.items()
        }
    tasks = {key for each in asked.values() for key in each}
    if label is None:
        keys = sorted({*fixed, *tasks})
        if not keys:
            raise Invalid("None of these items has a fix to take back.", help="Choose items that somebody fixed.")
    if len(tasks) > MOST_RULED:
        raise Invalid(
            f"{len(tasks):,} of these items are tasks of {', '.join(map(short_name, asked))}; {MOST_RULED:,} can be "
            "decided at once.",
            help="Narrow the filter.",
        )
    at_ms = _now()
    rulings: list[dict[str, Any]] = []
    acts: list[ManyRuled] = []
    for pipeline, each in asked.items():
        if each:
            act = opened.resources.desk.ruling_of_many(
                pipeline, list(each.values()), label, expert=opened.author, reason=reason
            )
            rulings += _ruled_rows(opened, found, act, each, label)
            acts.append(act)
    told = [{**row, "by": opened.author, "at_ms": at_ms, "reason": reason} for row in rulings]
    gone = sorted(tasks)  # of the fixes: a ruling holds by itself, and an older fix would hide it
    rest = [key for key in keys if key not in tasks]
    if label is None:
        gone = keys
    table = _fix_table(rest, label, opened.author, at_ms, reason) if label is not None and rest else None

    def edits(tree: Tree) -> Edits:
        made = Edits()
        part_edits(opened, tree, FIXES, table, gone, made)
        part_edits(opened, tree, RULINGS, _table(told, RULINGS), (), made)
        return made

    count = len(keys)
    what = f"Label {_counted(count)} {label!r}" if label is not None else f"Take back the label of {_counted(count)}"
    facts: dict[str, Json] = {"label": label, "ruled": len(tasks), "where": chosen.where}

    def rule(conn: Connection, _: Commit) -> None:
        # With the commit, or not at all: a ruling without its act could not be seen here, nor undone.
        for act in acts:
            act.act(conn, act.until)

    commit = commit_act(opened, found.repo, "fix", count, edits, message=_message(what, reason), facts=facts, also=rule)
    return act_info(commit)


def mark(opened: Opened, name: str, value: str | None, keys: Sequence[str], *, reason: str = "") -> ActInfo:
    """Mark items, or (None) take marks off."""
    found = open_view(opened, name)
    chosen = _keys(found, Chosen(keys=keys))
    _check_text(reason, "reason", MAX_REASON, empty=True)
    at_ms = _now()
    table = None
    if value is not None:
        _check_text(value, "mark", MAX_MARK)
        table = pa.table([chosen, *_same(len(chosen), [value, opened.author, at_ms, reason])], schema=SCHEMAS[MARKS])

    def edits(tree: Tree) -> Edits:
        made = Edits()
        part_edits(opened, tree, MARKS, table, [] if value is not None else chosen, made)
        return made

    what = f"Mark {_counted(len(chosen))} {value}" if value is not None else f"Unmark {_counted(len(chosen))}"
    try:
        commit = commit_act(
            opened, found.repo, "mark", len(chosen), edits, message=_message(what, reason), facts={"mark": value}
        )
    except NothingToCommit as error:
        raise Invalid("None of these items has a mark to take off.", help="Choose marked items.") from error
    return act_info(commit)


def undo(opened: Opened, name: str, commit: str) -> ActInfo:
    """Undo one act row by row, and keep later ones. Raises Conflict that names the items changed again since."""
    backend = opened.backend
    with backend.database.read() as conn:
        repo = find_dataset(conn, name)
        undone = revisions.resolve_in(conn, Reference(repo.project, repo.name, commit))
        head = read_head(backend, repo, DEFAULT_BRANCH)
        if head.id is None or not is_ancestor(conn, undone.id, head.id):
            raise Invalid(f"{commit} is no act on {name}.", help="`tilth dataset acts` lists them.", commit=commit)
    if not undone.parents:
        raise Invalid("The definition that a dataset began with cannot be undone.", help="Change it, or delete it.")
    before = get_commit(backend, undone.parents[0])
    old_tree, new_tree = Tree(backend.store, before.tree), Tree(backend.store, undone.tree)
    changes = {folder: changed_rows(old_tree, new_tree, folder) for folder in OVERLAYS}
    files = [each for each in diff_trees(old_tree, new_tree) if each.path.partition("/")[0] not in OVERLAYS]
    if any(each.path == DEFINITION for each in files):
        views = opened.resources.dataset_views
        views.tried(repo.full_name, views.sources.document(before, DEFINITION))
    meets = _changed_in(head.tree(backend.store), changes, files)
    if not meets:
        try:
            back = _taken_back(opened, undone, changes[RULINGS], head)
        except Conflict as error:
            meets = _keys_told(error)
            if not meets:
                raise
    if meets:
        raise _met(meets)

    def edits(tree: Tree) -> Edits:
        made = Edits()
        for folder, (old, new) in changes.items():
            touched = [key for key in {*old, *new} if old.get(key) != new.get(key)]
            rows = [old[key] for key in touched if key in old] if folder != RULINGS else back
            gone = [key for key in touched if key not in old] if folder != RULINGS else []
            part_edits(opened, tree, folder, _table(rows, folder), gone, made)
        for each in files:
            if tree.stat(each.path) == each.old:
                continue
            if each.old is None:
                made.delete(each.path)
            else:
                made.put(each.old)
        if moved := _changed_in(tree, changes, files):
            raise _met(moved)
        return made

    told = act_info(undone)
    count = told.count
    done = commit_act(
        opened,
        repo,
        "undo",
        count,
        edits,
        message=f"Undo: {undone.message}",
        facts={"reverts": undone.id},
    )
    return act_info(done)


def acts(opened: Opened, name: str, *, after: str | None, limit: int) -> Page[ActInfo]:
    """List acts, newest first, with whether they are undone."""
    backend = opened.backend
    with backend.database.read() as conn:
        repo = find_dataset(conn, name)
    seen = log(backend, repo, DEFAULT_BRANCH, limit=LOOKED_BACK + limit + 1)
    start = next((index + 1 for index, each in enumerate(seen) if each.id == after), 0)
    if after is not None and not start:
        seen = log(backend, repo, DEFAULT_BRANCH, after=CommitId(after), limit=limit + 1)
    dead: set[str] = set()
    for each in seen:
        reverts = each.derivation.facts.get("reverts") if each.derivation is not None else None
        if isinstance(reverts, str) and each.id not in dead:
            dead.add(reverts)
    return page_of(seen[start:], limit, lambda each: act_info(each, undone=each.id in dead), lambda each: each.id)


def act_info(commit: Commit, *, undone: bool = False) -> ActInfo:
    """Return an act as its commit tells it."""
    facts = commit.derivation.facts if commit.derivation is not None else {}
    count = facts.get("count", 0)
    kind = str(facts.get("act") or ("undo" if "reverts" in facts else "other"))
    return ActInfo(
        commit=commit.id,
        kind=kind,
        count=count if isinstance(count, int) else 0,
        by=commit.author,
        at_ms=commit.at_ms,
        message=commit.message,
        undoable=bool(commit.parents) and not undone,
        undone=undone,
    )


def tasks_of(opened: Opened, found: OpenDataset, keys: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return which items people are asked about: labeling pipeline → key of the item → key there.

    Of several pipelines the newest source of labels counts. Known answers are no tasks: nobody can rule on them.
    """
    asked: dict[str, dict[str, str]] = {}
    rest = list(keys)
    for labels in found.definition.label_sources:
        if labels.pipeline is None or not rest:
            continue
        theirs = {key: key for key in rest} if labels.match == "path" else found.view.label_keys(rest)
        mine = {their: key for key, their in theirs.items()}
        with opened.backend.database.read() as conn:
            rows = reports.items_named(conn, full_name(labels.pipeline), sorted(mine))
        tasks = {mine[row.key]: row.key for row in rows if row.active and row.state != GOLDEN}
        if tasks:
            asked[full_name(labels.pipeline)] = tasks
            rest = [key for key in rest if key not in tasks]
    return asked


def history(opened: Opened, found: OpenDataset, key: str) -> Sequence[LabelEvent]:
    """Return what happened to an item, newest first. Looks back HISTORY commits per kind of act."""
    backend = opened.backend
    events: list[LabelEvent] = []
    if found.version is None:
        for folder in OVERLAYS:
            for commit in log(backend, found.repo, found.head.id, limit=HISTORY, path=folder):
                after = _rows_in(Tree(backend.store, commit.tree), folder, [key]).get(key)
                parent = get_commit(backend, commit.parents[0]).tree if commit.parents else None
                before = _rows_in(Tree(backend.store, parent), folder, [key]).get(key)
                if after == before:
                    continue
                row = after or {}
                kind = "marked" if folder == MARKS else "fixed"
                value = row.get("mark" if folder == MARKS else "label")
                if after is None or row.get("reopened"):
                    kind = f"{'unmarked' if folder == MARKS else 'taken back'}"
                reason = str(row.get("reason") or "")
                events.append(LabelEvent(kind, value, commit.author, commit.at_ms, reason, commit.id))
    source = found.source("labels") or found.source("items")
    given = found.view.among([key], ["given_label"]).to_pylist()
    if source is not None and given and given[0]["given_label"] is not None:
        commit = source.commit
        told = short_name(commit.author)
        events.append(LabelEvent("given", given[0]["given_label"], told, commit.at_ms, "", commit.id))
    return sorted(events, key=lambda event: (event.kind != "given", event.at_ms), reverse=True)


def part_edits(
    opened: Opened, tree: Tree, folder: str, rows: pa.Table | None, deletes: Sequence[str], edits: Edits
) -> None:
    """Add to `edits` what makes rows of a table in parts be `rows`, without those of `deletes`. Costs O(parts met)."""
    names = _part_names(tree, folder)
    if (rows is None or not len(rows)) and (not deletes or not names):
        return
    written = write_parts(
        lambda name: tree.read(f"{folder}/{name}"), names, rows, deletes, key="key", schema=SCHEMAS[folder]
    )
    for name, data in written.items():
        if data is None:
            edits.delete(f"{folder}/{name}")
        else:
            edits.put(write_entry(opened.backend.store, f"{folder}/{name}", data))


def _keys(found: OpenDataset, chosen: Chosen) -> list[str]:
    if (chosen.keys is None) == (chosen.where is None):
        raise Invalid("Name the items by their keys or by a filter.", help="Give one of keys and where.")
    if chosen.keys is not None:
        wanted = list(dict.fromkeys(chosen.keys))
        there = found.view.among(wanted, ["key"])["key"].to_pylist()
        if len(there) != len(wanted):
            known = set(there)
            missing = [key for key in wanted if key not in known]
            more = f" and {len(missing) - NAMED:,} more" if len(missing) > NAMED else ""
            raise NotFound(
                f"{found.name} has no items {', '.join(repr(key[:200]) for key in missing[:NAMED])}{more}.",
                help="Look at the dataset again.",
                keys=missing[:1000],
            )
        keys = wanted
    else:
        matching: list[Any] = found.view.keys(chosen.where or "").to_pylist()
        keys = matching
    if chosen.expect is not None and len(keys) != chosen.expect:
        raise Conflict(
            f"{len(keys):,} items match now, not {chosen.expect:,}.",
            help="Look at them again, then repeat with the new number.",
            expected=chosen.expect,
            found=len(keys),
        )
    if not keys:
        raise Invalid("No item matches.", help="Choose at least one.")
    return keys


def _ruled_rows(
    opened: Opened, found: OpenDataset, act: ManyRuled, tasks: Mapping[str, str], label: str | None
) -> list[dict[str, Any]]:
    """Return the rows that tell of an act of ruling (or reopening) until the labels do."""
    there = found.view.among(list(tasks), ["label", "given_label"]).to_pylist()
    before = {row["key"]: row["label"] for row in there}
    old = _rows_of(opened, found.head, RULINGS, list(tasks)) if label is None else {}
    return [
        {
            "key": key,
            "label": label if label is not None else (old.get(key) or {}).get("before"),
            "before": before.get(key),
            "pipeline": act.pipeline,
            "task": task,
            "sequence": act.until,
            "reopened": label is None,
        }
        for key, task in tasks.items()
    ]


_Rows = dict[str, dict[str, Any]]


def _changed_in(tree: Tree, changes: Mapping[str, tuple[_Rows, _Rows]], files: Sequence[Change]) -> list[str]:
    """Return the items and files that an act touched and that are not as it left them."""
    meets: list[str] = []
    for folder, (old, new) in changes.items():
        touched = [key for key in {*old, *new} if old.get(key) != new.get(key)]
        now = _rows_in(tree, folder, touched)
        meets += [key for key in touched if _said(now.get(key)) != _said(new.get(key))]
    return meets + [each.path for each in files if tree.stat(each.path) not in (each.old, each.new)]


def _met(meets: Sequence[str]) -> Conflict:
    more = f" and {len(meets) - NAMED:,} more" if len(meets) > NAMED else ""
    return Conflict(
        f"This cannot be undone: changed again since: {', '.join(sorted(meets)[:NAMED])}{more}.",
        help="Undo the later acts first.",
        keys=sorted(meets)[:1000],
    )


def _said(row: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return what a row says; where a pipeline's ledger was is no part of it, for an undone act has its own place."""
    return {name: value for name, value in row.items() if name != "sequence"} if row is not None else None


def _taken_back(opened: Opened, undone: Commit, changed: tuple[_Rows, _Rows], head: Head) -> list[dict[str, Any]]:
    """Take the rulings of an act back in their pipelines; return the rows that tell of it until the labels do.

    Done before the undo is written: who is interrupted in between undoes once more, and the pipelines know what they
    have done. Raises Conflict for items that were ruled since, in whichever way.
    """
    old, new = changed
    desk = opened.resources.desk
    touched = [key for key in sorted(new) if old.get(key) != new[key]]
    now = _rows_in(head.tree(opened.backend.store), RULINGS, touched)
    rows: list[dict[str, Any]] = []
    for pipeline in sorted({str(new[key]["pipeline"]) for key in touched}):
        mine = [key for key in touched if new[key]["pipeline"] == pipeline]
        acts = {str(new[key]["task"]): _act_on(str(new[key]["task"]), old.get(key), new[key], now[key]) for key in mine}
        try:
            held = desk.take_back(pipeline, [*acts.values()], expert=opened.author, reason=f"undone {undone.id}")
        except NotFound:
            continue  # the pipeline is gone
        except Conflict as error:
            ruled = _keys_told(error)
            error.facts["keys"] = [key for key in mine if new[key]["task"] in ruled]
            raise
        sequence = desk.progress(pipeline).ledger_sequence
        for key in mine:
            meaning = held.get(new[key]["task"])
            was = old.get(key)
            if was is None:
                told = {"by": opened.author, "at_ms": _now(), "reason": "undone", "reopened": meaning is None}
                was = {**new[key], **told, "label": new[key]["before"], "before": new[key]["label"]}
            if meaning is not None and not meaning.startswith("["):
                was = {**was, "label": meaning}  # what somebody ruled there in between, too
            rows.append({**was, "sequence": sequence})
    return rows


def _keys_told(error: Conflict) -> list[str]:
    keys = error.facts.get("keys")
    return [str(key) for key in keys] if isinstance(keys, list) else []


def _act_on(task: str, old: Mapping[str, Any] | None, new: Mapping[str, Any], now: Mapping[str, Any]) -> Act:
    repeats = old is not None and (old["label"], old["reopened"]) == (new["label"], new["reopened"])
    return Act(task, new["sequence"], now["sequence"], repeats)


def _part_names(tree: Tree, folder: str) -> list[str]:
    return [entry.path.rpartition("/")[2] for entry in tree.list(folder)] if tree.root is not None else []


def _rows_of(opened: Opened, commit: Commit, folder: str, keys: Sequence[str]) -> _Rows:
    return _rows_in(Tree(opened.backend.store, commit.tree), folder, keys)


def _rows_in(tree: Tree, folder: str, keys: Sequence[str]) -> _Rows:
    """Return the rows of some keys by key. Reads the parts that they are in."""
    names = _part_names(tree, folder) if keys else []
    if not names:
        return {}
    ordered = sorted(set(keys))
    wanted = pa.array(ordered, pa.string())
    found: _Rows = {}
    for name in plan_parts(names, ordered):
        if name not in names:
            continue
        table = _read(tree, f"{folder}/{name}")
        some = table.filter(pc.is_in(table["key"], value_set=wanted))
        found.update({row["key"]: row for row in some.to_pylist()})
    return found


def changed_rows(old: Tree, new: Tree, folder: str) -> tuple[_Rows, _Rows]:
    """Return the rows, before and after, of the parts in which two trees differ."""
    before: _Rows = {}
    after: _Rows = {}
    for each in diff_trees(old, new, folder):
        if each.old is not None:
            before.update({row["key"]: row for row in _read(old, each.path).to_pylist()})
        if each.new is not None:
            after.update({row["key"]: row for row in _read(new, each.path).to_pylist()})
    return before, after


def _read(tree: Tree, path: str) -> pa.Table:
    return pq.read_table(pa.BufferReader(tree.read(path))).replace_schema_metadata(None)


def _fix_table(keys: Sequence[str], label: str, author: str, at_ms: int, reason: str) -> pa.Table:
    columns = [pa.array(keys, pa.string()), *_same(len(keys), [label, author, at_ms, reason])]
    return pa.table(columns, schema=SCHEMAS[FIXES])


def _same(rows: int, values: Sequence[Any]) -> list[Any]:
    return [pa.repeat(pa.scalar(value), rows) for value in values]


def _table(rows: Sequence[Mapping[str, Any]], folder: str) -> pa.Table | None:
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMAS[folder]) if rows else None


def _check_text(text: str, what: str, longest: int, *, empty: bool = False) -> None:
    if len(text) > longest or "\0" in text or (not empty and not text.strip()):
        raise Invalid(f"{text[:50]!r} cannot be a {what}.", help=f"Give 1 to {longest:,} characters.", field=what)


def _message(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else what


def _counted(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"


def _now() -> int:
    return time.time_ns() // 1_000_000
