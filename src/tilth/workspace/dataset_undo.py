"""Undoing what people did to a dataset, row by row: later acts stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tilth.contract.datasets import ActInfo
from tilth.datasets.overlays import OVERLAYS, RULINGS, changed_rows
from tilth.errors import Conflict, Invalid, NotFound
from tilth.labeling.ledger.ruling import Act
from tilth.model.commit import Commit
from tilth.model.names import DEFAULT_BRANCH
from tilth.versioning import revisions
from tilth.versioning.ancestry import is_ancestor
from tilth.versioning.commits import Head, get_commit, read_head
from tilth.versioning.diff import Change, diff_trees
from tilth.versioning.edits import Edits
from tilth.versioning.revisions import Reference
from tilth.versioning.trees import Tree
from tilth.workspace.dataset_acts import NAMED, act_info, commit_act, now_ms
from tilth.workspace.dataset_sources import DEFINITION, find_dataset
from tilth.workspace.opened import Opened
from tilth.workspace.overlay_rows import changes_between, keys_of, overlay_table, part_edits, rows_by_key, rows_in


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
    changes = {folder: changes_between(old_tree, new_tree, folder) for folder in OVERLAYS}
    files = [each for each in diff_trees(old_tree, new_tree) if each.path.partition("/")[0] not in OVERLAYS]
    if any(each.path == DEFINITION for each in files):
        views = opened.resources.dataset_views
        views.tried(repo.full_name, views.sources.document(before, DEFINITION))
    seen = head.tree(backend.store)
    meets = _changed_in(seen, changes, files)
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
            if folder == RULINGS:
                part_edits(backend.store, tree, folder, overlay_table(back, folder), (), made)
            else:
                gone = new.filter(pc.invert(pc.is_in(new["key"], value_set=old["key"].combine_chunks())))
                part_edits(backend.store, tree, folder, old, keys_of(gone), made)
        for each in files:
            if tree.stat(each.path) == each.old:
                continue
            if each.old is None:
                made.delete(each.path)
            else:
                made.put(each.old)
        if tree.root != seen.root and (moved := _changed_in(tree, changes, files)):
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


def _changed_in(tree: Tree, changes: Mapping[str, tuple[pa.Table, pa.Table]], files: Sequence[Change]) -> list[str]:
    """Return the items and files that an act touched and that are not as it left them."""
    meets: set[str] = set()
    for folder, (old, new) in changes.items():
        now = rows_in(tree, folder, [*{*keys_of(old), *keys_of(new)}])
        # Where a pipeline's ledger was says nothing about a row: an undone act has its own place.
        told = [name for name in new.schema.names if name != "sequence"]
        for rows in changed_rows(now.select(told), new.select(told)):
            meets.update(keys_of(rows))
    return [*sorted(meets), *(each.path for each in files if tree.stat(each.path) not in (each.old, each.new))]


def _met(meets: Sequence[str]) -> Conflict:
    more = f" and {len(meets) - NAMED:,} more" if len(meets) > NAMED else ""
    return Conflict(
        f"This cannot be undone: changed again since: {', '.join(sorted(meets)[:NAMED])}{more}.",
        help="Undo the later acts first.",
        keys=sorted(meets)[:1000],
    )


def _taken_back(opened: Opened, undone: Commit, changed: tuple[pa.Table, pa.Table], head: Head) -> list[dict[str, Any]]:
    """Take the rulings of an act back in their pipelines; return the rows that tell of it until the labels do.

    Done before the undo is written: who is interrupted in between undoes once more, and the pipelines know what they
    have done. Raises Conflict for items that were ruled since, in whichever way.
    """
    old, new = map(rows_by_key, changed)
    desk = opened.resources.desk
    touched = sorted(new)
    now = rows_by_key(rows_in(head.tree(opened.backend.store), RULINGS, touched))
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
                told = {"by": opened.author, "at_ms": now_ms(), "reason": "undone", "reopened": meaning is None}
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
