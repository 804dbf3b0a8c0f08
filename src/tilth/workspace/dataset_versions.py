"""Versions of a dataset: its working state, published as a commit derived from all that it is made of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Connection

from tilth.contract.commit import CommitInfo
from tilth.contract.datasets import VersionInfo
from tilth.contract.paging import Page
from tilth.datasets.overlays import FIXES, RULINGS
from tilth.datasets.parts import build_parts, plan_parts, read_parts, table_schema, write_parts
from tilth.errors import BranchMoved, Conflict, NotFound
from tilth.model.canonical import Json, canonical
from tilth.model.commit import Commit, Derivation, InputKind
from tilth.model.digest import digest_of
from tilth.model.ids import ChangeId, CommitId, new_id
from tilth.model.names import DEFAULT_BRANCH
from tilth.publication.inputs import used
from tilth.publication.publish import publish
from tilth.versioning import history, releasing, revisions
from tilth.versioning.backend import Backend
from tilth.versioning.branches import find_branch, insert_branch
from tilth.versioning.commits import get_commit, load_commit
from tilth.versioning.diff import diff_trees
from tilth.versioning.edits import Edits
from tilth.versioning.provenance import declare_inputs
from tilth.versioning.repos import Repo
from tilth.versioning.trees import Tree, write_entry
from tilth.workspace.dataset_sources import DEFINITION, ITEMS, SOURCES, VERSIONS, Source, find_dataset
from tilth.workspace.dataset_views import OpenDataset, open_view
from tilth.workspace.infos import commit_info
from tilth.workspace.opened import Opened
from tilth.workspace.overlay_rows import changes_between, keys_of
from tilth.workspace.paging import page_of

STAGE = "dataset"
ATTEMPTS = 20


def save_version(opened: Opened, name: str, message: str) -> CommitInfo:
    """Publish the working state on the branch `versions`; the head that is there when nothing differs.

    Raises HeldOut, naming the path, when something trained reads the versions and a source is held out.
    Costs O(items) to compare columns, and writes only the parts that differ.
    """
    for _ in range(ATTEMPTS):
        found = open_view(opened, name)
        try:
            return _save(opened, found, message)
        except BranchMoved:
            continue
    raise Conflict(f"Others saved {name} {ATTEMPTS} times meanwhile.", help="Look whether theirs is what you want.")


def versions(opened: Opened, name: str, *, after: str | None, limit: int) -> Page[VersionInfo]:
    """List saved versions, newest first."""
    backend = opened.backend
    with backend.database.read() as conn:
        repo = find_dataset(conn, name)
        if _head(backend, repo) is None:
            return Page([])
    found = history.log(backend, repo, VERSIONS, after=CommitId(after) if after is not None else None, limit=limit + 1)
    return page_of(found, limit, version_info, lambda commit: commit.id)


def count_versions(backend: Backend, repo: Repo) -> int:
    """Return how many versions a dataset has."""
    head = _head(backend, repo)
    return version_info(head).number if head is not None else 0


def version_info(commit: Commit) -> VersionInfo:
    """Return a version as its commit tells it."""
    facts: Mapping[str, Any] = commit.derivation.facts if commit.derivation is not None else {}
    return VersionInfo(
        number=int(facts.get("version", 0)),
        commit=commit.id,
        at_ms=commit.at_ms,
        by=commit.author,
        message=commit.message,
        items=int(facts.get("items", 0)),
        labeled=int(facts.get("labeled", 0)),
        changed=int(facts.get("changed", 0)),
    )


def version_table(found: OpenDataset, rows: pa.Table, digests: pa.Table | None) -> pa.Table:
    """Return rows of a view as those of a version: key, media, label, labeled_by and fields; `digest` of a file."""
    view = found.view
    shown = [column for column in view.kinds if view.roles[column] == "field" and column not in ("media", "digest")]
    table = rows.select(["key", "label", "labeled_by", *shown])
    shown_there = table[found.media_column if found.media_column in table.schema.names else "key"]
    table = table.add_column(1, "media", found.media_paths(shown_there))
    if digests is not None:
        place = pc.index_in(table["key"], value_set=digests["key"].combine_chunks())
        table = table.add_column(2, "digest", digests["digest"].take(place))
    return table


def _save(opened: Opened, found: OpenDataset, message: str) -> CommitInfo:
    backend, repo = opened.backend, found.repo
    sources = [each for each in found.sources if each.role not in ("analysis", "model", "predictions")]
    _declare(backend, repo, sources, opened.author)
    before = _head(backend, repo)
    old = Tree(backend.store, before.tree if before is not None else None)
    pins: dict[str, Json] = {each.role: each.pinned for each in sources}
    texts = {DEFINITION: canonical(dict(found.document)), SOURCES: canonical(pins)}
    touched = _touched(backend, found, before) if before is not None and _same(old, texts) else None
    if touched is None:
        written, changed = _rewritten(old, version_table(found, found.view.table(), _digests(backend, found)))
    else:
        written, changed = _updated(old, version_table(found, found.view.among(touched), _kept_digests(old, touched)))
    items, labeled = found.view.totals()
    if found.view.acts != found.state:  # somebody acted while it was read: what was read is of no one moment
        raise BranchMoved(repo.full_name, expected=found.head.id, found=None)
    edits = Edits()
    for name, data in written.items():
        if data is None:
            edits.delete(f"{ITEMS}/{name}")
        else:
            edits.put(write_entry(backend.store, f"{ITEMS}/{name}", data))
    same = old.root is not None and old.read(DEFINITION) == texts[DEFINITION] and _same_media(backend, old, sources)
    if before is not None and not written and same:
        return commit_info(before, changed=False)
    for path, data in texts.items():
        edits.put(write_entry(backend.store, path, data))
    number = (version_info(before).number if before is not None else 0) + 1
    inputs = {each.commit.id: used(each.commit, each.branch, InputKind.DATA) for each in sources}
    inputs[found.head.id] = used(found.head, DEFAULT_BRANCH, InputKind.DATA)
    facts: dict[str, Json] = {"version": number, "items": items, "labeled": labeled, "changed": changed}

    def check_turn(conn: Connection) -> None:
        """Raise BranchMoved when another version was saved meanwhile: this one would bear its number."""
        head = find_branch(conn, repo, VERSIONS).head
        parents = load_commit(conn, head).parents if head is not None else ()
        if list(parents) != ([before.id] if before is not None else []):
            raise BranchMoved(f"{repo.full_name}@{VERSIONS}", expected=before.id if before else None, found=head)

    commit = publish(
        backend,
        repo=repo,
        branch=VERSIONS,
        tree=old.apply(edits).root,
        derivation=Derivation(STAGE, tuple(inputs.values()), digest_of(texts[DEFINITION]), None, facts),
        change=ChangeId(new_id()),
        author=opened.author,
        message=message or f"Version {number}",
        stage=STAGE,
        also=check_turn,
    )
    return commit_info(commit)


def _same_media(backend: Backend, old: Tree, sources: Sequence[Source]) -> bool:
    """Tell whether the files that rows name are those of the version before: the rows alone do not tell."""
    media = next((each for each in sources if each.role == "media"), None)
    if media is None:
        return True
    place, _, folder = str(json.loads(old.read(SOURCES)).get("media", "")).partition(":")
    if (media.reference.path or "") != folder or not place:
        return False
    then = revisions.resolve(backend, place)
    if then.repo != media.commit.repo:
        return False
    if _is_gone(backend, then.id):
        return False
    trees = [Tree(backend.store, each.tree) for each in (then, media.commit)]
    return next(iter(diff_trees(trees[0], trees[1], folder)), None) is None


def _is_gone(backend: Backend, commit: CommitId) -> bool:
    with backend.database.read() as conn:
        return releasing.release_of(conn, commit) is not None


def _same(old: Tree, texts: Mapping[str, bytes]) -> bool:
    return all(old.read(path) == data for path, data in texts.items())


def _touched(backend: Backend, found: OpenDataset, before: Commit) -> list[str] | None:
    """Return the keys of items whose label may differ from the version `before`, where only people's acts tell it.

    None when it is not known which acts that version had.
    """
    inputs = before.derivation.inputs if before.derivation is not None else ()
    mine = next((each.commit for each in inputs if each.repo == found.repo.full_name), None)
    if mine is None or _is_gone(backend, mine):
        return None
    then = Tree(backend.store, get_commit(backend, mine).tree)
    now = Tree(backend.store, found.head.tree)
    keys: set[str] = set()
    for folder in (FIXES, RULINGS):
        for rows in changes_between(then, now, folder):
            keys.update(keys_of(rows))
    return sorted(keys)


def _kept_digests(old: Tree, keys: Sequence[str]) -> pa.Table | None:
    """Return the digests of some items as the version before has them: their files are the same."""
    table = _rows(old, keys)
    return table.select(["key", "digest"]) if table is not None and "digest" in table.schema.names else None


def _rows(old: Tree, keys: Sequence[str]) -> pa.Table | None:
    names = _names(old)
    wanted = [name for name in plan_parts(names, keys) if name in names]
    if not wanted:
        return None
    parts = [pq.read_table(pa.BufferReader(old.read(f"{ITEMS}/{name}"))) for name in wanted]
    table = pa.concat_tables([part.replace_schema_metadata(None) for part in parts])
    return table.filter(pc.is_in(table["key"], value_set=pa.array(keys, pa.string())))


def _updated(old: Tree, table: pa.Table) -> tuple[dict[str, bytes | None], int]:
    """Return the parts to write for rows that may differ, and how many do."""
    before = _rows(old, [str(key) for key in table["key"].to_pylist()])
    upserts = table if before is None else _different(before, table)
    if not len(upserts):
        return {}, 0
    return write_parts(lambda name: old.read(f"{ITEMS}/{name}"), _names(old), upserts, key="key"), len(upserts)


def _names(old: Tree) -> list[str]:
    return [entry.path.rpartition("/")[2] for entry in old.list(ITEMS)] if old.root is not None else []


def _rewritten(old: Tree, table: pa.Table) -> tuple[dict[str, bytes | None], int]:
    """Return the parts to write, and how many rows were added, are gone, or differ; all rows are compared."""
    names = _names(old)
    if not names:
        return dict(build_parts(table, key="key")), len(table)

    def read(name: str) -> bytes:
        return old.read(f"{ITEMS}/{name}")

    before = read_parts(read, names, key="key")
    gone = before["key"].filter(pc.invert(pc.is_in(before["key"], value_set=table["key"].combine_chunks())))
    if before.schema.remove_metadata() != table_schema(table.schema, "key"):
        fresh: dict[str, bytes | None] = dict.fromkeys(names)
        fresh.update(build_parts(table, key="key"))
        return fresh, len(table) + len(gone)
    upserts = _different(before, table)
    if not len(upserts) and not len(gone):
        return {}, 0
    deletes: list[Any] = gone.to_pylist()
    return write_parts(read, names, upserts, deletes, key="key"), len(upserts) + len(gone)


def _different(before: pa.Table, table: pa.Table) -> pa.Table:
    """Return the rows of `table` that `before` has not, or otherwise."""
    place = pc.index_in(table["key"], value_set=before["key"].combine_chunks())
    beside = before.take(place)
    same: Any = pc.is_valid(place)
    for column in table.schema.names[1:]:
        equal: Any = equal_values(table[column], beside[column])
        same = pc.and_(same, equal)
    return table.filter(pc.invert(same))


def equal_values(one: Any, other: Any) -> Any:
    """Tell of two columns where their values are the same; missing is the same as missing."""
    try:
        equal = pc.fill_null(pc.equal(one, other), pa.scalar(False))
        if pa.types.is_floating(one.type):  # what is no number is the same nothing
            equal = pc.or_(equal, pc.fill_null(pc.and_(pc.is_nan(one), pc.is_nan(other)), pa.scalar(False)))
    except pa.ArrowNotImplementedError:  # nested values have no comparison of columns
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        return pa.chunked_array([pa.array([a == b for a, b in pairs], pa.bool_())])
    return pc.or_(equal, pc.and_(pc.is_null(one), pc.is_null(other)))


def _digests(backend: Backend, found: OpenDataset) -> pa.Table | None:
    """Return what the items' files hold, by key, where items are files: so a changed picture is a changed row."""
    source = found.source("items")
    if found.definition.items.key is not None or source is None:
        return None
    keys, digests = [], []
    for batch in Tree(backend.store, source.commit.tree).batches(source.reference.path or ""):
        keys.append(batch.column("path"))
        values: list[Any] = batch.column("digest").to_pylist()
        digests.append(pa.array([value.hex() for value in values], pa.string()))
    return pa.table({"key": pa.chunked_array(keys), "digest": pa.chunked_array(digests)})


def _declare(backend: Backend, repo: Repo, sources: Sequence[Source], author: str) -> None:
    """Make `versions` the branch that reads the sources' branches, so that what is held out is known to be upstream."""
    with backend.database.transaction() as conn:
        try:
            branch = find_branch(conn, repo, VERSIONS)
        except NotFound:
            branch = insert_branch(conn, repo, VERSIONS, author=author)
        wanted = []
        for each in sources:
            try:
                find_branch(conn, each.commit.repo, each.branch)
            except NotFound:
                continue  # pinned to a commit: the lineage of the version still says so
            wanted.append((each.commit.repo, each.branch, InputKind.DATA))
        known = {(used_.repo, used_.branch) for used_ in branch.inputs}
        if branch.owner == STAGE and known == {(name, place) for name, place, _ in wanted}:
            return
        declare_inputs(conn, repo, VERSIONS, wanted, owner=STAGE)


def _head(backend: Backend, repo: Repo) -> Commit | None:
    with backend.database.read() as conn:
        try:
            head = find_branch(conn, repo, VERSIONS).head
        except NotFound:
            return None
        return load_commit(conn, head) if head is not None else None
