"""What versions of models were made from, and what differs between two of them: read from derivations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tilth.contract.models import Reason, SourceVersion
from tilth.datasets.tables import is_table, read_table
from tilth.errors import NotFound
from tilth.model.commit import Commit, InputKind
from tilth.model.ids import CommitId
from tilth.versioning import commits, repos
from tilth.versioning.backend import Backend
from tilth.versioning.projects import STAGE
from tilth.versioning.repos import DATASET
from tilth.versioning.trees import Tree
from tilth.workspace.dataset_versions import version_info
from tilth.workspace.names import short_name

DEEPEST = 12
MOST = 200
_VERSIONS = "versions"
_FOLLOWED = (InputKind.DATA, InputKind.REFERENCE)


@dataclass(frozen=True, slots=True)
class Origin:
    """One commit that another was made from, however far."""

    commit: Commit
    branch: str
    what: str


def origins(backend: Backend, commit: Commit) -> dict[tuple[str, str], Origin]:
    """Return what a commit was made from by (repo, branch), nearest first; of several commits of one, the nearest.

    The walk ends at labels, which come from people, and at data that somebody put. Costs what it returns.
    """
    found: dict[tuple[str, str], Origin] = {}
    kinds: dict[str, str] = {}
    level = [_original(backend, commit)]
    for _ in range(DEEPEST):
        inputs = [
            used
            for each in level
            if each.derivation is not None and _kind_of(backend, each, kinds) != "labels"
            for used in each.derivation.inputs
            if used.kind in _FOLLOWED and (used.repo, used.branch) not in found
        ]
        fresh: dict[tuple[str, str], CommitId] = {}
        for used in inputs:
            fresh.setdefault((used.repo, used.branch), used.commit)
        if not fresh:
            break
        with backend.database.read() as conn:
            by_id = commits.load_commits(conn, list(fresh.values()))
        level = []
        for place, id in fresh.items():
            if id in by_id and len(found) < MOST:
                found[place] = Origin(by_id[id], place[1], _kind_of(backend, by_id[id], kinds, place[1]))
                level.append(_original(backend, by_id[id]))
    return found


def _original(backend: Backend, commit: Commit) -> Commit:
    """Return what a commit with which a project branch begins was copied from; any other as it is."""
    while (made := commit.derivation) is not None and made.stage == STAGE:
        copied = [used.commit for used in made.inputs if used.kind == InputKind.COPY]
        if not copied:
            break
        commit = commits.get_commit(backend, copied[0])
    return commit


def source_versions(backend: Backend, commit: Commit) -> list[SourceVersion]:
    """Return the datasets and labels that a commit was made from, nearest first."""
    found = [each for each in origins(backend, commit).values() if each.what in ("dataset", "labels")]
    return [source_version(backend, each) for each in found]


def source_version(backend: Backend, origin: Origin) -> SourceVersion:
    """Return an origin as it crosses a door."""
    derivation = origin.commit.derivation
    return SourceVersion(
        repo=short_name(origin.commit.repo),
        branch=origin.branch,
        commit=origin.commit.id,
        what=origin.what,
        at_ms=origin.commit.at_ms,
        number=_number_of(backend, origin),
        guideline_version=_guidelines(origin.commit),
        recipe=derivation.recipe.hex() if derivation is not None and derivation.recipe is not None else "",
    )


def reasons(backend: Backend, first: Commit, second: Commit) -> list[Reason]:
    """Return what differs between what two commits were made from: data first, then code, each in words.

    Tables are compared by row where their files differ. Costs the lineage of both and O(rows of differing files).
    """
    before, after = origins(backend, first), origins(backend, second)
    found = [_reason(backend, place, before.get(place), after.get(place)) for place in dict.fromkeys([*after, *before])]
    found.append(_code_reason(short_name(second.repo), _recipe(first), _recipe(second), first, second))
    order = {"dataset": 0, "labels": 1, "data": 2, "code": 3}
    told = [each for each in found if each is not None]
    same = [each for each in told if each.what == "code" and not each.changed]
    shown = [each for each in told if each.what != "code" or each.changed]
    if same:
        stages = ", ".join(each.repo for each in same if each.repo)
        facts = {"stages": len(same)}
        shown.append(Reason("", "code", False, "", "", f"code and settings are the same ({stages})", facts))
    return sorted(shown, key=lambda each: (not each.changed, order[each.what], each.repo))


def _reason(backend: Backend, place: tuple[str, str], old: Origin | None, new: Origin | None) -> Reason | None:
    one = new or old
    assert one is not None, "a place comes from one of the two"
    name = short_name(place[0])
    if old is None or new is None:
        gone = f"{name} was not used before" if old is None else f"{name} is not used any more"
        return Reason(name, one.what, True, old.commit.id if old else "", new.commit.id if new else "", gone)
    if one.what == "code":
        return _code_reason(name, _recipe(old.commit), _recipe(new.commit), old.commit, new.commit)
    if old.commit.tree == new.commit.tree:
        return Reason(name, one.what, False, old.commit.id, new.commit.id, f"{name} is the same")
    facts: dict[str, Any] = {}
    words: list[str] = []
    if one.what in ("dataset", "labels"):
        folder, noun = ("items", "items") if one.what == "dataset" else ("labels", "labels")
        changes = table_changes(backend, old.commit, new.commit, folder)
        facts |= changes
        words.append(_counted(changes, noun))
        numbers = _number_of(backend, old), _number_of(backend, new)
        if None not in numbers:
            words.append(f"version {numbers[1]} instead of {numbers[0]}")
        guides = _guidelines(old.commit), _guidelines(new.commit)
        if guides[0] != guides[1]:
            facts["guidelines"] = list(guides)
            words.append(f"guidelines {guides[1] or 'gone'} instead of {guides[0] or 'none'}")
    else:
        grown = new.commit.files - old.commit.files
        words.append(f"{name}: {_more(grown, 'file')}" if grown else f"{name}: as many files, with other content")
    return Reason(name, one.what, True, old.commit.id, new.commit.id, "; ".join(words), facts)


def table_changes(backend: Backend, old: Commit, new: Commit, folder: str) -> dict[str, int]:
    """Count the rows (by key) that were added, removed, or have another label. Costs O(rows of differing files)."""
    before, after = (_files(backend, commit, folder) for commit in (old, new))
    tables = [
        _labels(Tree(backend.store, commit.tree), [path for path, digest in mine.items() if other.get(path) != digest])
        for commit, mine, other in ((old, before, after), (new, after, before))
    ]
    was, now = tables
    place: Any = pc.index_in(now["key"], value_set=was["key"])
    there = pc.is_valid(place)
    kept = int(pc.sum(there.cast(pa.int64())).as_py() or 0)
    earlier = was["label"].take(pc.fill_null(place.filter(there), 0))
    later = now["label"].filter(there)
    same = pc.or_kleene(pc.equal(earlier, later), pc.and_(pc.is_null(earlier), pc.is_null(later)))
    unchanged = int(pc.sum(pc.fill_null(same, False).cast(pa.int64())).as_py() or 0)
    return {"added": len(now) - kept, "removed": len(was) - kept, "changed": kept - unchanged}


def _files(backend: Backend, commit: Commit, folder: str) -> Mapping[str, bytes]:
    tree = Tree(backend.store, commit.tree)
    return {entry.path: bytes(entry.digest) for entry in tree.walk(folder) if is_table(entry.path)}


def _labels(tree: Tree, paths: list[str]) -> Any:
    empty = pa.table({"key": pa.array([], pa.string()), "label": pa.array([], pa.string())})
    if not paths:
        return empty.combine_chunks()
    table = read_table(tree.read, paths, key="key")
    if not {"key", "label"} <= set(table.schema.names):
        return empty
    texts = pa.table({"key": table["key"].cast(pa.string()), "label": table["label"].cast(pa.string())})
    return texts.combine_chunks()


def _counted(changes: Mapping[str, int], noun: str) -> str:
    one = noun.removesuffix("s")
    words = [_more(sign * changes[name], one) for name, sign in (("added", 1), ("removed", -1)) if changes[name]]
    if changes["changed"]:
        words.append(f"{changes['changed']:,} changed")
    return ", ".join(words) or f"the same {noun}"


def _more(grown: int, one: str) -> str:
    """Say a difference as people do: "60 more labels", "1 file fewer"."""
    named = one if abs(grown) == 1 else f"{one}s"
    return f"{grown:,} more {named}" if grown > 0 else f"{-grown:,} {named} fewer"


def _code_reason(name: str, old: str, new: str, first: Commit, second: Commit) -> Reason | None:
    if not old and not new:
        return None
    words = f"{name}: code and settings are the same" if old == new else f"{name}: its code or settings changed"
    return Reason(name, "code", old != new, first.id, second.id, words, {"first": old, "second": new})


def _kind_of(backend: Backend, commit: Commit, kinds: dict[str, str], branch: str = "") -> str:
    derivation = commit.derivation
    if derivation is not None and "guideline_version" in derivation.facts:
        return "labels"
    if commit.repo not in kinds:
        try:
            kinds[commit.repo] = repos.get_repo(backend, commit.repo_id).kind
        except NotFound:  # deleted; its commits are still read
            kinds[commit.repo] = ""
    if kinds[commit.repo] == DATASET and branch == _VERSIONS:
        return "dataset"
    return "data" if derivation is None or derivation.job is None else "code"


def _number_of(backend: Backend, origin: Origin) -> int | None:
    """Return the number of a dataset's version."""
    if origin.what != "dataset":
        return None
    return version_info(origin.commit).number


def _guidelines(commit: Commit) -> str:
    return str(commit.derivation.facts.get("guideline_version") or "") if commit.derivation is not None else ""


def _recipe(commit: Commit) -> str:
    derivation = commit.derivation
    return derivation.recipe.hex() if derivation is not None and derivation.recipe is not None else ""
