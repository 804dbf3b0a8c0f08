"""Slices of a local workspace's datasets: each act is one commit by the caller on the dataset's repo."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tilth.contract.paging import Page
from tilth.contract.slices import SliceAct, SliceComment, SliceInfo, SliceItem, SliceProgress, SliceRound
from tilth.curation import slices
from tilth.curation.slices import ITEMS, OPEN, STATES, STATUSES, Slice, file_of, items_of
from tilth.datasets.items import Slice as SliceColumn
from tilth.datasets.parts import plan_parts, scan_parts, write_parts
from tilth.errors import BranchMoved, Conflict, Invalid, NotFound, NothingToCommit
from tilth.labeling.ledger import reports
from tilth.model.canonical import Json
from tilth.model.commit import Commit, Derivation
from tilth.model.names import DEFAULT_BRANCH, check_name
from tilth.versioning.backend import Backend
from tilth.versioning.commits import ATTEMPTS, commit_edits, read_head
from tilth.versioning.edits import Edits
from tilth.versioning.trees import Tree, write_entry
from tilth.workspace.dataset_acts import STAGE
from tilth.workspace.dataset_sources import find_dataset
from tilth.workspace.dataset_views import open_view
from tilth.workspace.names import full_name
from tilth.workspace.opened import Opened
from tilth.workspace.paging import check_limit, page_of


@dataclass(frozen=True, slots=True)
class Change:
    """What an act does to one slice: its file (None: it goes) and rows of its items."""

    after: Slice | None
    count: int
    message: str
    upserts: pa.Table | None = None
    deletes: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


class LocalSlices:
    """Slices of the folder's datasets."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._backend = opened.backend
        self._author = opened.author

    def create(
        self,
        dataset: str,
        name: str,
        *,
        type: str = "bucket",
        note: str = "",
        owner: str = "",
        keys: Iterable[str] = (),
        where: str = "",
        model: str | None = None,
        live: bool = False,
        expect: int | None = None,
    ) -> SliceAct:
        """Make a slice."""
        picked = sorted(set(keys))
        if picked and live:
            raise Invalid("A live slice follows a filter and has no items of its own.", help="Leave the keys out.")
        if picked and where:
            raise Invalid("A slice is made of items or from a filter, not of both.", help="Leave one out.")
        now = now_ms()
        made = Slice.new(name, type=type, owner=owner, note=note, live=live, where=where, by=self._author, at_ms=now)
        chosen = self._known(dataset, picked) if picked or live or not where else self._matching(dataset, where, model)
        count = len(chosen) if not live else None
        if expect is not None:
            check_expected(expect, count if count is not None else len(self._matching(dataset, where, model)))
        made = made.counted(members=len(chosen), statuses={}, at_ms=now)

        def change(tree: Tree) -> Change:
            if tree.stat(file_of(name)) is not None:
                raise Conflict(f"Dataset {dataset} has a slice {name} already.", help="Choose another name.")
            rows = _rows(chosen, chosen=True, by=self._author, at_ms=now) if chosen else None
            told = f"Make the live slice {name}" if live else f"Make slice {name} of {_items(len(chosen))}"
            return Change(made, len(chosen), told, rows)

        return self._act(dataset, name, change)

    def get(self, dataset: str, name: str) -> SliceInfo:
        """Return one slice."""
        tree = head_tree(self._backend, dataset)
        found = read_slice(tree, dataset, name)
        return slice_info(dataset, found, progress=self._progress(dataset, found, tree))

    def list(self, dataset: str, *, state: str = "", after: str | None = None, limit: int = 100) -> Page[SliceInfo]:
        """List the slices of a dataset by name. Cost: O(slices read)."""
        if state and state not in STATES:
            raise Invalid(f"{state!r} is not a state of a slice.", help=f"States are {', '.join(STATES)}.")
        tree = head_tree(self._backend, dataset)
        found = (each for each in all_slices(tree, after) if not state or each.state == state)
        return page_of(found, limit, lambda each: slice_info(dataset, each, comments=False), lambda each: each.name)

    def items(
        self, dataset: str, name: str, *, keys: Iterable[str] = (), after: str | None = None, limit: int = 100
    ) -> Page[SliceItem]:
        """List what is noted about items, by key. Cost: O(items of the slice), for `keys` O(those)."""
        tree = head_tree(self._backend, dataset)
        read_slice(tree, dataset, name)
        asked = sorted(set(keys))
        rows = _noted(tree, name, asked) if asked else item_rows(tree, name)
        if after is not None:
            rows = rows.filter(pc.greater(rows["key"], pa.scalar(after)))
        rows = rows.take(pc.sort_indices(rows["key"])).slice(0, check_limit(limit) + 1)
        return page_of(rows.to_pylist(), limit, _item, lambda row: str(row["key"]))

    def update(
        self,
        dataset: str,
        name: str,
        *,
        type: str | None = None,
        state: str | None = None,
        owner: str | None = None,
        note: str | None = None,
        where: str | None = None,
    ) -> SliceAct:
        """Change what is given."""
        now = now_ms()

        def change(tree: Tree) -> Change:
            before = read_slice(tree, dataset, name)
            after = before.changed(at_ms=now, type=type, owner=owner, note=note, where=where)
            if state is not None:
                after = after.moved(state, at_ms=now)
            told = [f"is {after.state}"] if after.state != before.state else []
            if after.owner != before.owner:
                told.append(f"belongs to {after.owner}" if after.owner else "belongs to nobody")
            what = " and ".join(told) or "is described anew"
            return Change(after, 0, f"Slice {name} {what}")

        return self._act(dataset, name, change)

    def set_items(
        self,
        dataset: str,
        name: str,
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        keys: Iterable[str] = (),
        status: str = "",
    ) -> SliceAct:
        """Add items, take items out, or give items a status. Cost: O(parts of the slice touched)."""
        added, removed, marked = self._known(dataset, sorted(set(add))), sorted(set(remove)), sorted(set(keys))
        if set(added) & set(removed):
            raise Invalid("An item cannot be added and taken out at once.", help="Name it once.")
        if marked:
            slices.check_status(status)
        elif not added and not removed:
            raise Invalid("No items are named.", help="Say which to add, to take out, or to give a status.")
        now = now_ms()

        def change(tree: Tree) -> Change:
            before = read_slice(tree, dataset, name)
            if before.live and (added or removed):
                raise Invalid(
                    f"Slice {name} follows the filter {before.where!r}.", help="Change the filter, or make a new slice."
                )
            noted = {row["key"]: row for row in _noted(tree, name, [*added, *removed, *marked]).to_pylist()}
            rows: dict[str, dict[str, Any]] = {}
            counts = dict.fromkeys(STATUSES, 0)
            members = 0
            for key in added:
                if key not in noted or not noted[key]["chosen"]:
                    rows[key] = _row(key, chosen=True, status=OPEN, by=self._author, at_ms=now)
                    members += 1
            gone = [key for key in removed if key in noted]
            for key in gone:
                members -= noted[key]["chosen"]
                counts[noted[key]["status"]] -= 1
            for key in marked:
                old = rows.get(key) or noted.get(key)
                if old is None and not before.live:
                    raise NotFound(f"{key} is not in slice {name}.", help="Add it first.", key=key)
                if old is None or old["status"] != status:
                    chosen = not before.live
                    rows[key] = _row(key, chosen=chosen, status=status, by=self._author, at_ms=now)
                    counts[old["status"] if old is not None else OPEN] -= 1
                    counts[status] += 1
            after = before.counted(members=members, statuses=counts, at_ms=now) if rows or gone else before
            told = [f"add {_items(len(added))}"] if added else []
            if removed:
                told.append(f"take out {_items(len(gone))}")
            if marked:
                told.append(f"{_items(len(marked))} {status}")
            table = pa.Table.from_pylist(list(rows.values()), schema=ITEMS) if rows else None
            return Change(after, len(rows) + len(gone), f"Slice {name}: {', '.join(told)}", table, gone)

        return self._act(dataset, name, change)

    def comment(self, dataset: str, name: str, text: str, *, key: str = "") -> SliceAct:
        """Say something about the slice, or about one of its items."""
        now = now_ms()

        def change(tree: Tree) -> Change:
            after = read_slice(tree, dataset, name).said(text, by=self._author, at_ms=now, key=key)
            return Change(after, 1 if key else 0, f"Comment on slice {name}")

        return self._act(dataset, name, change)

    def delete(self, dataset: str, name: str) -> SliceAct:
        """Delete a slice."""

        def change(tree: Tree) -> Change:
            return Change(None, read_slice(tree, dataset, name).members, f"Delete slice {name}")

        return self._act(dataset, name, change)

    def _act(self, dataset: str, name: str, change: Callable[[Tree], Change]) -> SliceAct:
        commit, done = act(self._opened, dataset, name, change)
        info = slice_info(dataset, done.after) if done.after is not None else None
        return SliceAct(commit.id if commit is not None else None, done.count, info, done.facts)

    def _matching(self, dataset: str, where: str, model: str | None) -> Sequence[str]:
        """Return the keys of the items that match a filter now."""
        return [str(key) for key in open_view(self._opened, dataset, model=model).view.keys(where).to_pylist()]

    def _known(self, dataset: str, keys: Sequence[str]) -> Sequence[str]:
        """Return keys that are all items. Raises NotFound naming one that is none."""
        if keys:
            rows = open_view(self._opened, dataset).view.among(list(keys), columns=["key"])
            lost = sorted(set(keys).difference(rows["key"].to_pylist()))
            if lost:
                more = f" (and {len(lost) - 1:,} more)" if len(lost) > 1 else ""
                raise NotFound(f"{dataset} has no item {lost[0]!r}{more}.", help="Look again.", key=lost[0])
        return keys

    def _progress(self, dataset: str, found: Slice, tree: Tree) -> Sequence[SliceProgress]:
        """Count how far people are. Cost: O(items of the slice) for each pipeline that they were sent to."""
        pipelines = list(dict.fromkeys(each.pipeline for each in found.rounds))
        if not pipelines:
            return ()
        if found.live:
            try:
                keys: Sequence[str] = self._matching(dataset, found.where, None)
            except Invalid:  # the filter is about a model's predictions
                keys = ()
        else:
            keys = chosen_keys(tree, found.name)
        with self._backend.database.read() as conn:
            counted = [(each, reports.progress_among(conn, full_name(each), keys)) for each in pipelines]
        return [SliceProgress(each, *numbers) for each, numbers in counted]


def act(
    opened: Opened,
    dataset: str,
    name: str,
    change: Callable[[Tree], Change],
    *,
    facts: Mapping[str, Json] | None = None,
) -> tuple[Commit | None, Change]:
    """Make one change to a slice on the dataset's head as one commit; None where nothing differs.

    When somebody else's act comes between, the change is worked out again on what they left.
    """
    backend = opened.backend
    with backend.database.read() as conn:
        repo = find_dataset(conn, dataset)
    folder = items_of(name)
    for _ in range(ATTEMPTS):
        head = read_head(backend, repo, DEFAULT_BRANCH)
        tree = head.tree(backend.store)
        done = change(tree)
        edits = Edits()
        if done.after is None:
            edits.delete(file_of(name))
            edits.delete(folder)
        else:
            if done.upserts is not None or done.deletes:
                for part, data in _parts(tree, name, done).items():
                    if data is None:
                        edits.delete(f"{folder}/{part}")
                    else:
                        edits.put(write_entry(backend.store, f"{folder}/{part}", data))
            edits.put(write_entry(backend.store, file_of(name), done.after.to_bytes()))
        told: dict[str, Json] = {"act": "slice", "slice": name, "count": done.count, **(facts or {})}
        try:
            commit = commit_edits(
                backend,
                repo,
                DEFAULT_BRANCH,
                edits,
                author=opened.author,
                message=done.message,
                if_head=head.id,
                derivation=Derivation(STAGE, facts=told),
            )
        except BranchMoved:
            continue
        except NothingToCommit:
            return None, done
        return commit, done
    raise Conflict(f"Dataset {dataset} was changed {ATTEMPTS} times meanwhile.", help="Try again.")


def head_tree(backend: Backend, dataset: str) -> Tree:
    """Return the files of a dataset now. Raises NotFound for what is no dataset."""
    with backend.database.read() as conn:
        repo = find_dataset(conn, dataset)
    return read_head(backend, repo, DEFAULT_BRANCH).tree(backend.store)


def read_slice(tree: Tree, dataset: str, name: str) -> Slice:
    """Return a slice of a dataset. Raises NotFound, Invalid for what cannot be a name."""
    entry = tree.stat(file_of(check_name(name, "slice")))
    if entry is None:
        raise NotFound(
            f"Dataset {dataset} has no slice {name}.", help=f"`tilth slice list {dataset}` shows them.", slice=name
        )
    return Slice.from_bytes(name, tree.read(entry.path))


def all_slices(tree: Tree, after: str | None = None) -> Iterator[Slice]:
    """Yield the slices by name, behind the name `after`."""
    names = (
        entry.path[len(slices.FOLDER) + 1 : -len(".json")]
        for entry in tree.list(slices.FOLDER)
        if entry.path.endswith(".json")
    )
    # A folder's entries come by path, where "a-b.json" stands before "a.json": pages go by name.
    for name in sorted(names):
        if after is None or name > after:
            yield Slice.from_bytes(name, tree.read(file_of(name)))


def slice_columns(tree: Tree, known: Mapping[bytes, SliceColumn]) -> dict[bytes, SliceColumn]:
    """Return the slices as columns of the dataset's view, by what their items are made of.

    Those of `known` are taken over, also part by part: of most acts the items of no slice change, and an act by hand
    touches one part. Cost: O(items in parts that are not known).
    """
    found: dict[bytes, SliceColumn] = {}
    read = {part: keys for each in known.values() if each.parts for part, keys in each.parts.items()}
    for each in all_slices(tree):
        folder = items_of(each.name)
        digest = each.where.encode() if each.live else tree.table.fold(f"{folder}/", f"{folder}0")[0]
        key = b"\0".join([each.name.encode(), b"live" if each.live else b"chosen", digest])
        if key in known:
            found[key] = known[key]
        elif each.live:
            found[key] = SliceColumn(each.name, rule=each.where)
        else:
            found[key] = SliceColumn(each.name, parts=_chosen_by_part(tree, each.name, read))
    return found


def item_rows(tree: Tree, name: str) -> pa.Table:
    """Return all rows of a slice's items, as ITEMS."""
    parts = _part_names(tree, name)
    tables = list(scan_parts(lambda part: tree.read(f"{items_of(name)}/{part}"), parts, key="key"))
    return pa.concat_tables(tables) if tables else ITEMS.empty_table()


def _chosen_by_part(tree: Tree, name: str, read: Mapping[bytes, tuple[str, ...]]) -> Mapping[bytes, tuple[str, ...]]:
    folder = items_of(name)
    found: dict[bytes, tuple[str, ...]] = {}
    for entry in tree.walk(folder):
        keys = read.get(entry.digest)
        if keys is None:
            part = entry.path[len(folder) + 1 :]
            rows = next(scan_parts(lambda each: tree.read(f"{folder}/{each}"), [part], key="key"))
            keys = tuple(str(key) for key in rows.filter(rows["chosen"])["key"].to_pylist())
        found[entry.digest] = keys
    return found


def chosen_keys(tree: Tree, name: str) -> tuple[str, ...]:
    """Return the keys of a slice of chosen items."""
    rows = item_rows(tree, name)
    return tuple(str(key) for key in rows.filter(rows["chosen"])["key"].to_pylist())


def check_expected(expected: int, found: int) -> None:
    """Raise Conflict when an act would be about another number of items than was shown."""
    if expected != found:
        raise Conflict(
            f"{_items(found)} match now, not {expected:,} as was shown.",
            help="Look again, and repeat it if that is right.",
            expected=expected,
            found=found,
        )


def slice_info(
    dataset: str, found: Slice, *, comments: bool = True, progress: Sequence[SliceProgress] = ()
) -> SliceInfo:
    """Return a slice as it crosses a door."""
    return SliceInfo(
        dataset=dataset,
        name=found.name,
        type=found.type,
        state=found.state,
        owner=found.owner,
        note=found.note,
        live=found.live,
        where=found.where,
        items=None if found.live else found.members,
        statuses=dict(found.statuses),
        comments=[SliceComment(each.by, each.at_ms, each.text, each.key) for each in found.comments]
        if comments
        else (),
        rounds=[
            SliceRound(each.pipeline, each.by, each.at_ms, each.items, each.new, each.commit) for each in found.rounds
        ],
        progress=progress,
        made_by=found.made_by,
        made_ms=found.made_ms,
        changed_ms=found.changed_ms,
        next=STATES[found.state],
    )


def now_ms() -> int:
    """Return the time in Unix milliseconds."""
    return time.time_ns() // 1_000_000


def _parts(tree: Tree, name: str, done: Change) -> dict[str, bytes | None]:
    folder = items_of(name)
    return write_parts(
        lambda part: tree.read(f"{folder}/{part}"),
        _part_names(tree, name),
        done.upserts,
        done.deletes,
        key="key",
        schema=ITEMS,
    )


def _part_names(tree: Tree, name: str) -> Sequence[str]:
    folder = items_of(name)
    return [entry.path[len(folder) + 1 :] for entry in tree.list(folder)]


def _noted(tree: Tree, name: str, keys: Sequence[str]) -> pa.Table:
    """Return the rows of some items, as ITEMS; reads only the parts they live in."""
    names = _part_names(tree, name)
    wanted = [part for part in plan_parts(names, keys) if part in set(names)]
    asked = pa.array(list(keys), pa.string())
    found = [
        rows.filter(pc.is_in(rows["key"], value_set=asked))
        for part in wanted
        for rows in scan_parts(lambda each: tree.read(f"{items_of(name)}/{each}"), [part], key="key")
    ]
    return pa.concat_tables(found) if found else ITEMS.empty_table()


def _row(key: str, *, chosen: bool, status: str, by: str, at_ms: int) -> dict[str, Any]:
    return {"key": key, "chosen": chosen, "status": status, "by": by, "at_ms": at_ms}


def _rows(keys: Sequence[str], *, chosen: bool, by: str, at_ms: int) -> pa.Table:
    size = len(keys)
    columns: list[Any] = [
        pa.array(keys, pa.string()),
        pa.repeat(chosen, size),
        pa.repeat(OPEN, size),
        pa.repeat(by, size),
        pa.repeat(pa.scalar(at_ms, pa.int64()), size),
    ]
    return pa.Table.from_arrays(columns, schema=ITEMS)


def _item(row: Mapping[str, Any]) -> SliceItem:
    return SliceItem(str(row["key"]), str(row["status"]), str(row["by"]), int(row["at_ms"]))


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"
