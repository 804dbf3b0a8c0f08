"""What people do to a dataset: each act is one commit on its `main`, and can be undone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from tilth.contract.datasets import ActInfo, LabelEvent
from tilth.contract.paging import Page
from tilth.datasets.assembling import CERTAINTY
from tilth.datasets.definition import parse_definition
from tilth.datasets.overlays import FIXES, MARKS, OVERLAYS, RULINGS, SCHEMAS
from tilth.errors import BranchMoved, Conflict, Invalid, NotFound, NothingToCommit
from tilth.labeling.ledger import reports
from tilth.labeling.ledger.tasks import GOLDEN
from tilth.labeling.service import ManyRuled
from tilth.model.canonical import Json, canonical
from tilth.model.commit import Commit, Derivation
from tilth.model.ids import CommitId
from tilth.model.names import DEFAULT_BRANCH, check_name
from tilth.versioning import revisions
from tilth.versioning.commits import ATTEMPTS, commit_edits, get_commit, read_head
from tilth.versioning.edits import Edits
from tilth.versioning.history import log
from tilth.versioning.repos import DATASET, Repo, create_repo, find_repo
from tilth.versioning.trees import Tree, write_entry
from tilth.workspace.dataset_sources import DEFINITION, find_dataset
from tilth.workspace.dataset_views import OpenDataset, open_view
from tilth.workspace.names import full_name, short_name
from tilth.workspace.opened import Opened
from tilth.workspace.overlay_rows import overlay_table, part_edits, rows_by_key, rows_in
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
        tree = Tree(opened.backend.store, found.head.tree)
        fixed: list[Any] = rows_in(tree, FIXES, keys)["key"].to_pylist()
        ruled = {key: row for key, row in rows_by_key(rows_in(tree, RULINGS, keys)).items() if not row["reopened"]}
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
    at_ms = now_ms()
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
        part_edits(opened.backend.store, tree, FIXES, table, gone, made)
        part_edits(opened.backend.store, tree, RULINGS, overlay_table(told, RULINGS), (), made)
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
    at_ms = now_ms()
    table = None
    if value is not None:
        _check_text(value, "mark", MAX_MARK)
        table = pa.table([chosen, *_same(len(chosen), [value, opened.author, at_ms, reason])], schema=SCHEMAS[MARKS])

    def edits(tree: Tree) -> Edits:
        made = Edits()
        part_edits(opened.backend.store, tree, MARKS, table, [] if value is not None else chosen, made)
        return made

    what = f"Mark {_counted(len(chosen))} {value}" if value is not None else f"Unmark {_counted(len(chosen))}"
    try:
        commit = commit_act(
            opened, found.repo, "mark", len(chosen), edits, message=_message(what, reason), facts={"mark": value}
        )
    except NothingToCommit as error:
        raise Invalid("None of these items has a mark to take off.", help="Choose marked items.") from error
    return act_info(commit)


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
    count, ruled = facts.get("count", 0), facts.get("ruled", 0)
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
        ruled=ruled if isinstance(ruled, int) else 0,
    )


def tasks_of(opened: Opened, found: OpenDataset, keys: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return which items people are asked about: labeling pipeline → key of the item → key there.

    Of several pipelines the newest source of labels counts. Known answers are no tasks: nobody can rule on them.
    """
    asked: dict[str, dict[str, str]] = {}
    rest = list(keys)
    for place, labels in enumerate(found.definition.label_sources):
        if labels.pipeline is None or not rest:
            continue
        theirs = {key: key for key in rest} if labels.match == "path" else found.view.label_keys(rest, place)
        mine = {their: key for key, their in theirs.items()}
        with opened.backend.database.read() as conn:
            rows = reports.items_named(conn, full_name(labels.pipeline), sorted(mine))
        tasks = {mine[row.key]: row.key for row in rows if row.active and row.state != GOLDEN}
        if tasks:
            asked[full_name(labels.pipeline)] = tasks
            rest = [key for key in rest if key not in tasks]
    return asked


def history(opened: Opened, found: OpenDataset, key: str, given: Sequence[LabelEvent]) -> Sequence[LabelEvent]:
    """Return what happened to an item, newest first, `given` last. Looks back HISTORY commits per kind of act."""
    backend = opened.backend
    events = list(given)
    if found.version is None:
        for folder in OVERLAYS:
            for commit in log(backend, found.repo, found.head.id, limit=HISTORY, path=folder):
                after = rows_by_key(rows_in(Tree(backend.store, commit.tree), folder, [key])).get(key)
                parent = get_commit(backend, commit.parents[0]).tree if commit.parents else None
                before = rows_by_key(rows_in(Tree(backend.store, parent), folder, [key])).get(key)
                if after == before:
                    continue
                row = after or {}
                kind = "marked" if folder == MARKS else "fixed"
                value = row.get("mark" if folder == MARKS else "label")
                if after is None or row.get("reopened"):
                    kind = f"{'unmarked' if folder == MARKS else 'taken back'}"
                reason = str(row.get("reason") or "")
                events.append(LabelEvent(kind, value, commit.author, commit.at_ms, reason, commit.id))
    return sorted(events, key=lambda event: (event.kind != "given", event.at_ms), reverse=True)


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
    wanted = [name for name in ("label", "labeled_by", CERTAINTY) if name in found.view.kinds]
    before = {row["key"]: row for row in found.view.among(list(tasks), wanted).to_pylist()}
    old = rows_by_key(rows_in(Tree(opened.backend.store, found.head.tree), RULINGS, list(tasks)))
    rows = []
    for key, task in tasks.items():
        now, first = before.get(key, {}), old.get(key, {})
        was = {"before": now.get("label"), "before_by": now.get("labeled_by"), "before_sure": now.get(CERTAINTY)}
        if label is None or (was["before_by"] == "fixed" and first.get("reopened") is False):
            # What answers said of an item that was ruled already is what was noted then, if it was in the dataset.
            was = {name: first.get(name) for name in was}
        rows.append(
            {
                "key": key,
                "label": label if label is not None else was["before"],
                "pipeline": act.pipeline,
                "task": task,
                "sequence": act.until,
                "reopened": label is None,
                **was,
                **({"before": now.get("label")} if label is None else {}),
            }
        )
    return rows


def _fix_table(keys: Sequence[str], label: str, author: str, at_ms: int, reason: str) -> pa.Table:
    columns = [pa.array(keys, pa.string()), *_same(len(keys), [label, author, at_ms, reason])]
    return pa.table(columns, schema=SCHEMAS[FIXES])


def _same(rows: int, values: Sequence[Any]) -> list[Any]:
    return [pa.repeat(pa.scalar(value), rows) for value in values]


def _check_text(text: str, what: str, longest: int, *, empty: bool = False) -> None:
    if len(text) > longest or "\0" in text or (not empty and not text.strip()):
        raise Invalid(f"{text[:50]!r} cannot be a {what}.", help=f"Give 1 to {longest:,} characters.", field=what)


def _message(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else what


def _counted(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"


def now_ms() -> int:
    """Return the time in Unix milliseconds."""
    return time.time_ns() // 1_000_000
