"""Guess what a dataset of some data would be: files to look at, or a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tilth.datasets.assembling import GIVEN, file_items, match_keys, text
from tilth.datasets.tables import SUFFIXES, is_table, read_table
from tilth.errors import Invalid, NotFound
from tilth.labeling.config import parse_config
from tilth.model.names import DEFAULT_BRANCH
from tilth.pipelines.registry import find_pipeline
from tilth.versioning import releasing, revisions
from tilth.versioning.backend import Backend
from tilth.versioning.branches import find_branch
from tilth.versioning.commits import load_commit
from tilth.versioning.provenance import readers_of
from tilth.versioning.repos import find_repo
from tilth.versioning.trees import Tree
from tilth.workspace.names import short_name

KINDS = {
    "image": ("png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff"),
    "audio": ("wav", "mp3", "flac", "ogg", "m4a"),
    "video": ("mp4", "webm", "mov", "mkv"),
    "text": ("txt", "md"),
}
FOLDERS = (2, 200)
"""So many folders that hold files are classes; fewer or more are only places."""
MOST_LISTED = 100_000
"""Files among which tables are looked for."""
LOOKED_AT = 20
"""Tables beside the files that are looked into for labels."""
MOST_CLASSES = 1000
KEYS = ("key", "id", "uid", "uuid", "path", "file", "filename", "file_name", "image", "name", "item")
LABELS = ("label", "class", "category", "target", "y", "truth", "answer", "sentiment")
TEXTS = ("text", "headline", "sentence", "title", "body", "content", "review", "comment", "question")


def guess(backend: Backend, reference: str) -> Mapping[str, Any]:
    """Return a definition that opens what lies at a reference. Raises NotFound, Invalid where nothing fits."""
    asked = revisions.parse(reference)
    commit = releasing.readable(backend, asked)
    tree = Tree(backend.store, commit.tree)
    folder = asked.path or ""
    place = short_name(asked.full_name) + (f"@{asked.revision}" if asked.revision else "@main")
    if folder and tree.stat(folder) is not None and is_table(folder):
        return _rows(tree, f"{place}:{folder}", [folder])
    batches = [batch.select(["path", "kind", "size"]) for batch in tree.batches(folder)]
    files = pa.Table.from_batches(batches) if batches else None
    if files is None or not len(files):
        raise NotFound(f"There is nothing at {reference}.", help="`tilth ls` shows what is there.")
    names: Any = pc.utf8_lower(files["path"])
    counts = {kind: _having(names, endings) for kind, endings in KINDS.items()}
    kind = max(counts, key=lambda each: counts[each])
    paths: list[Any] = files["path"].to_pylist() if len(files) < MOST_LISTED else []
    tables: list[str] = [path for path in paths if is_table(path)]
    at = f"{place}:{folder}" if folder else place
    if counts[kind] < max(1, len(tables)):
        if not tables:
            raise Invalid(
                f"{reference} holds neither pictures, recordings, texts nor tables.",
                help=f"Known endings are {', '.join(ending for each in KINDS.values() for ending in each)} and "
                f"{', '.join(SUFFIXES)}.",
            )
        return _rows(tree, at if len(tables) > 1 else f"{place}:{tables[0]}", tables)
    found: dict[str, Any] = {
        "media": {"kind": kind},
        "items": {"from": at, "glob": _glob(names, KINDS[kind])},
        "task": "classification",
    }
    chosen = files.filter(pc.match_substring_regex(names, _ending(KINDS[kind])))
    asked_people = _asked_people(backend, commit.repo, asked.revision or DEFAULT_BRANCH)
    if asked_people is not None:
        return {**found, **asked_people}
    items = file_items(chosen.to_batches(), folder, from_folder=True)
    for path in tables[:LOOKED_AT]:
        labels = _labels(tree, path, place, items["key"])
        if labels is not None:
            return {**found, "labels": labels}
    classes = len(pc.unique(items[GIVEN].drop_null()))
    if FOLDERS[0] <= classes <= FOLDERS[1] and not items[GIVEN].null_count:
        found["labels"] = {"from_folder": True}
    return found


def _asked_people(backend: Backend, repo: str, branch: str) -> Mapping[str, Any] | None:
    """Return where people's labels of a branch's files are published, by the newest pipeline that asks about them.

    Its classes come along, as no item may have some of them yet.
    """
    found = []
    with backend.database.read() as conn:
        for reader_id, reader_branch in readers_of(conn, find_repo(conn, repo).id, branch):
            output = find_branch(conn, reader_id, reader_branch)
            if output.owner is None or output.head is None:
                continue
            try:
                pipeline = find_pipeline(conn, output.owner)
            except NotFound:
                continue
            tree = Tree(backend.store, load_commit(conn, output.head).tree)
            if pipeline.kind == "labeling" and tree.is_folder("labels"):
                config = str(pipeline.document["labeling"]["config"])
                place = f"{short_name(pipeline.output)}@{pipeline.branch}"
                found.append((pipeline.created_ms, place, pipeline.name, config))
    if not found:
        return None
    _, place, name, config = max(found)
    labels = {"from": f"{place}:labels", "key": "path", "column": "label", "pipeline": short_name(name)}
    classes = parse_config(config).labels()
    return {"labels": labels, **({"classes": [{"name": each} for each in classes]} if classes else {})}


def _rows(tree: Tree, place: str, paths: Sequence[str]) -> Mapping[str, Any]:
    table = read_table(tree.read, paths)
    names = table.schema.names
    unique = [name for name in names if _is_key(table[name])]
    keys = [name for name in KEYS if name in _lowered(unique)]
    if not unique:
        raise Invalid(
            f"No column of {place} tells its rows apart.",
            help="Add a column with a different value in every row, such as id.",
        )
    key = _lowered(unique)[keys[0]] if keys else unique[0]
    found: dict[str, Any] = {"items": {"from": place, "key": key}, "task": "classification"}
    label = _label_column(table, but=key)
    if label is not None:
        found["labels"] = {"column": label}
    media = _media(table, but=(label,))
    found["media"] = media if media is not None else {"kind": "none"}
    return found


def _labels(tree: Tree, path: str, place: str, keys: Any) -> Mapping[str, Any] | None:
    """Return how a table beside files labels them, if it does."""
    try:
        table = read_table(tree.read, [path])
    except Invalid:
        return None
    for match in ("path", "name", "stem"):
        mine = match_keys(keys, match)
        known = mine.combine_chunks() if isinstance(mine, pa.ChunkedArray) else mine
        for name in table.schema.names:
            column = text(table[name])
            if column.null_count or len(pc.unique(match_keys(column, match))) != len(column):
                continue
            met = pc.sum(pc.is_in(match_keys(column, match), value_set=known)).as_py() or 0
            label = _label_column(table, but=name)
            if met * 2 > len(column) and met and label is not None:
                return {"from": f"{place}:{path}", "key": name, "column": label, "match": match}
    return None


def _label_column(table: pa.Table, *, but: str) -> str | None:
    known = _lowered(table.schema.names)
    for name in LABELS:
        if name in known and known[name] != but:
            return known[name]
    rest = [name for name in table.schema.names if name != but]
    few = [name for name in rest if _is_category(table[name])]
    return few[0] if len(few) == 1 else None


def _media(table: pa.Table, *, but: Sequence[str | None]) -> Mapping[str, Any] | None:
    texts = [name for name in table.schema.names if pa.types.is_string(table.schema.field(name).type)]
    for name in texts:
        some: Any = pc.utf8_lower(table[name].slice(0, 1000).drop_null())
        for kind, endings in KINDS.items():
            if kind != "text" and len(some) and _having(some, endings) == len(some):
                return {"kind": kind, "column": name}
    known = _lowered(texts)
    for name in TEXTS:
        if name in known and known[name] not in but:
            return {"kind": "text", "column": known[name]}
    long = [name for name in texts if name not in but and _length(table[name]) > 20]
    return {"kind": "text", "column": max(long, key=lambda name: _length(table[name]))} if long else None


def _length(column: Any) -> float:
    return float(pc.mean(pc.utf8_length(column.slice(0, 1000))).as_py() or 0.0)


def _is_key(column: Any) -> bool:
    kind: Any = column.type
    plain = pa.types.is_string(kind) or pa.types.is_integer(kind)
    return plain and not column.null_count and len(pc.unique(column)) == len(column)


def _is_category(column: Any) -> bool:
    kind: Any = column.type
    if not (pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
        return False
    values = len(pc.unique(column.drop_null()))
    return 2 <= values <= MOST_CLASSES and values * 2 <= len(column)


def _lowered(names: Sequence[str]) -> dict[str, str]:
    return {name.lower(): name for name in reversed(names)}


def _ending(endings: Sequence[str]) -> str:
    return rf"\.({'|'.join(endings)})$"


def _having(names: Any, endings: Sequence[str]) -> int:
    return int(pc.sum(pc.match_substring_regex(names, _ending(endings))).as_py() or 0)


def _glob(names: Any, endings: Sequence[str]) -> str:
    """Return a glob for files with those of the endings that occur."""
    there = [ending for ending in endings if _having(names, [ending])]
    cases = [case for ending in there for case in (ending, ending.upper())]
    return f"**.{{{','.join(cases)}}}"
