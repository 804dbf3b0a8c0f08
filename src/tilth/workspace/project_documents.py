"""What datasets and models say about other repos, as it is said in another project."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tilth.datasets.model_definition import DEFINITION as MODEL_DEFINITION
from tilth.errors import Invalid
from tilth.model.canonical import canonical
from tilth.model.commit import Commit
from tilth.model.digest import Digest
from tilth.storage.store import Store
from tilth.versioning import revisions
from tilth.versioning.edits import Edits
from tilth.versioning.repos import DATASET, MODEL, Repo
from tilth.versioning.trees import Tree, write_entry
from tilth.workspace.dataset_sources import DEFINITION
from tilth.workspace.names import full_name, short_name

Moved = Callable[[str, str | None], str]
"""Takes PROJECT/REPO and a revision (None: its default branch) and returns the repo's name in the other project."""


def moved_tree(store: Store, repo: Repo, commit: Commit, moved: Moved, like: Commit | None = None) -> Digest | None:
    """Return the tree of a commit with its definition naming the repos of the other project.

    Only datasets and models name any. A definition that cannot be read stays as it is. One that says what that of
    `like` says becomes the same file, so that other spacing is no difference.
    """
    path = {DATASET: DEFINITION, MODEL: MODEL_DEFINITION}.get(repo.kind)
    tree = Tree(store, commit.tree)
    written = _document(tree, path) if path is not None else None
    if path is None or written is None:
        return commit.tree
    told = _dataset(written, moved) if repo.kind == DATASET else _model(written, moved)
    known = Tree(store, like.tree if like is not None else None)
    same = known.stat(path) if _document(known, path) == told else None
    if told == written and same is None:
        return commit.tree
    edits = Edits()
    plain = canonical(dict(written)) == tree.read(path)  # as saved versions have it
    data = canonical(told) if plain else json.dumps(told, indent=1, ensure_ascii=False).encode()
    edits.put(same if same is not None else write_entry(store, path, data))
    return tree.apply(edits).root


def _document(tree: Tree, path: str) -> Mapping[str, Any] | None:
    """Return a JSON object of a tree, None where there is none."""
    if tree.root is None or tree.stat(path) is None:
        return None
    try:
        written = json.loads(tree.read(path))
    except (ValueError, RecursionError):
        return None
    return written if isinstance(written, dict) else None


def _dataset(written: Mapping[str, Any], moved: Moved) -> dict[str, Any]:
    told = dict(written)
    for part in ("items", "media", "labels", "fields"):
        if part in told:
            told[part] = _each(told[part], lambda value: _fields(value, ("from", "media_from"), moved))
    if "labels" in told:
        told["labels"] = _each(told["labels"], lambda value: _named(value, "pipeline", moved))
    return told


def _model(written: Mapping[str, Any], moved: Moved) -> dict[str, Any]:
    told = _named(written, "dataset", moved)
    if isinstance(told.get("follows"), Mapping):
        told["follows"] = _fields(told["follows"], ("predictions", "weights"), moved)
    return told


def _each(value: Any, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_each(one, change) for one in value]
    return change(value) if isinstance(value, Mapping) else value


def _named(value: Mapping[str, Any], field: str, moved: Moved) -> dict[str, Any]:
    told = dict(value)
    if isinstance(told.get(field), str) and told[field]:
        name, sign, version = told[field].partition("@")
        told[field] = f"{short_name(moved(full_name(name), None))}{sign}{version}"
    return told


def _fields(value: Mapping[str, Any], fields: tuple[str, ...], moved: Moved) -> dict[str, Any]:
    told = dict(value)
    for field in fields:
        text = told.get(field)
        if isinstance(text, str):
            told[field] = moved_reference(text, moved)
    return told


def moved_reference(text: str, moved: Moved) -> str:
    """Return `REPO[@REVISION][:PATH]` in the other project. One that cannot be read stays as it is."""
    try:
        asked = revisions.parse(text)
    except Invalid:
        return text
    name = moved(asked.full_name, asked.revision)
    ends = [place for sign in "@:" if (place := text.find(sign)) >= 0]
    return f"{short_name(name)}{text[min(ends) :] if ends else ''}"
