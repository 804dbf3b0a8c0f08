"""Three-way merges by path: what only one side changed is taken, what both changed is a conflict to be decided.

The base is where the two histories parted. Only the source's changes are walked and looked up in the target, so a merge
costs what the source changed, however large the trees and however much the target changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from tilth.errors import BranchMoved, Conflict, Invalid
from tilth.model.canonical import Json
from tilth.model.commit import Commit, Derivation
from tilth.model.entry import Entry
from tilth.model.ids import CommitId, DraftId
from tilth.versioning import drafts
from tilth.versioning.ancestry import is_ancestor, merge_bases
from tilth.versioning.backend import Backend, in_act
from tilth.versioning.branches import ANY_HEAD, AnyHead, find_branch, move_branch
from tilth.versioning.commits import ATTEMPTS, Head, Planned, commit_together, load_commit, read_head
from tilth.versioning.diff import diff_trees
from tilth.versioning.edits import Edits, Put
from tilth.versioning.provenance import check_reaches_training
from tilth.versioning.releasing import check_kept, released_among
from tilth.versioning.repos import RepoName
from tilth.versioning.trees import Tree, folder_path
from tilth.versioning.turns import branch_turn

STAGE = "merge"
OURS, THEIRS = "ours", "theirs"

_NOTED = 100


class ConflictKind(StrEnum):
    """Why a path cannot be merged without a decision."""

    CHANGED = "both changed"
    DELETED = "changed and deleted"
    FOLDER = "file and folder"


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """One path to decide: what it was where the histories parted, is in the target, and is in the source.

    `meets` is the path in the target that a file of the source cannot stand beside (for file and folder).
    """

    path: str
    kind: ConflictKind
    base: Entry | None
    ours: Entry | None
    theirs: Entry | None
    meets: str = ""


Decision: TypeAlias = "str | Entry | None"
"""OURS, THEIRS, the entry to put, or None to delete the path."""


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a merge would change in the target, and what it cannot decide."""

    edits: Edits
    conflicts: tuple[MergeConflict, ...]
    taken: int
    """How many paths are taken from the source."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of a merge: its `commit` (None while there are conflicts), which may be the source's own (`moved`:
    the target only had to follow) or the target's head (not `changed`: it has all of the source already)."""

    commit: Commit | None
    bases: tuple[CommitId, ...] = ()
    conflicts: tuple[MergeConflict, ...] = ()
    taken: int = 0
    moved: bool = False
    changed: bool = True


@in_act
def merge(
    backend: Backend,
    repo: RepoName,
    source: Commit,
    branch: str,
    *,
    decisions: Mapping[str, str] | None = None,
    draft: DraftId | None = None,
    named: str = "",
    author: str,
    message: str = "",
    if_head: CommitId | AnyHead | None = ANY_HEAD,
    dry_run: bool = False,
) -> Merged:
    """Merge `source` (of the same repo) into a branch: a commit with two parents, unless the branch is behind only.

    `decisions` say OURS or THEIRS for a path or a folder of paths ("" is everything; the longest counts); the edits of
    `draft` decide their paths by content, and the draft ends with the merge. While a conflict is undecided nothing is
    committed and `conflicts` names all. Raises Invalid for a source of another repo or a decision about what is no
    conflict, HeldOut when held-out data would reach something trained, Denied on a derived branch.
    A `dry_run` only says what would come of it.
    """
    decided = _decisions(backend, decisions or {}, draft)
    found: Merged | None = None

    def plan(heads: Sequence[Head]) -> list[Planned]:
        nonlocal found
        (head,) = heads
        assert head.commit is not None, "an empty branch only follows"
        bases, made = plan_commits(backend, head.commit, source, decided)
        if made.conflicts:
            raise _Undecided(Merged(None, bases, made.conflicts, made.taken))
        found = Merged(None, bases, (), made.taken)
        facts: dict[str, Json] = {"source": named or source.id, "bases": list(bases)}
        if decided:
            facts["decided"] = {
                path: how if isinstance(how, str) else "put" if how is not None else "deleted"
                for path, how in sorted(decided.items())[:_NOTED]
            }
        return [Planned(made.edits, Derivation(STAGE, facts=facts), merges=(source,))]

    home = read_head(backend, repo, branch).repo
    for _ in range(ATTEMPTS):
        with nullcontext() if dry_run else branch_turn(backend, home.id, branch):
            head = read_head(backend, repo, branch)
            if source.repo_id != head.repo.id:
                raise Invalid(
                    f"Commit {source.id} is of {source.repo}, not of {head.repo.full_name}.",
                    help="Merge within a repo; `tilth cp` brings files from another.",
                )
            if not isinstance(if_head, AnyHead) and head.id != if_head:
                raise BranchMoved(f"{head.repo.full_name}@{branch}", expected=if_head, found=head.id)
            with backend.database.read() as conn:
                check_reaches_training(conn, find_branch(conn, head.repo, branch), [source.id])
                if head.commit is not None and is_ancestor(conn, source.id, head.commit.id):
                    return Merged(head.commit, (source.id,), changed=False)
                behind = head.commit is None or is_ancestor(conn, head.commit.id, source.id)
            if dry_run:
                if behind or head.commit is None:
                    return Merged(None, moved=True)
                bases, what = plan_commits(backend, head.commit, source, decided)
                return Merged(None, bases, what.conflicts, what.taken)
            try:
                if behind:
                    _check_used(decided, ())
                    text = message or f"Merge {named or source.id}"
                    move_branch(backend, head.repo, branch, source.id, author=author, message=text, if_head=head.id)
                    return Merged(source, (head.commit.id,) if head.commit is not None else (), moved=True)
                made = commit_together(
                    backend,
                    [(head.repo, branch)],
                    plan,
                    author=author,
                    message=message or f"Merge {named or source.id} into {branch}",
                    if_heads=[head.id],
                    also=lambda conn, _: drafts.end_draft(conn, draft) if draft is not None else None,
                )[0]
                assert found is not None, "what was committed was planned"
                return Merged(made, found.bases, (), found.taken)
            except BranchMoved:
                if not isinstance(if_head, AnyHead):
                    raise
            except _Undecided as undecided:
                return undecided.merged
    raise Conflict(f"Branch {branch} moved {ATTEMPTS} times while it was being merged into.", help="Try again.")


def plan_commits(
    backend: Backend, ours: Commit, theirs: Commit, decided: Mapping[str, Decision]
) -> tuple[tuple[CommitId, ...], MergePlan]:
    """Return the bases of two commits and the plan of merging `theirs` into `ours`."""
    with backend.database.read() as conn:
        bases = tuple(merge_bases(conn, ours.id, theirs.id))
        check_kept(conn, [theirs.id])
        for base in released_among(conn, bases):
            raise Conflict(
                f"The data of commit {base}, from which both sides come, was let go: what each changed since cannot be "
                "told.",
                help="Bring files over with `tilth cp`, or put them.",
                commit=base,
            )
        trees = [Tree(backend.store, load_commit(conn, base).tree) for base in bases] or [Tree(backend.store)]
        before = merge_bases(conn, *bases) if len(bases) == 2 else []
        known = len(before) == 1 and not released_among(conn, before)
        older = Tree(backend.store, load_commit(conn, before[0]).tree) if known else None
    made = plan_trees(trees, Tree(backend.store, ours.tree), Tree(backend.store, theirs.tree), decided, older=older)
    return bases, made


def plan_trees(
    bases: Sequence[Tree], ours: Tree, theirs: Tree, decided: Mapping[str, Decision], *, older: Tree | None = None
) -> MergePlan:
    """Return how to bring what `theirs` changed since `bases` into `ours`. Costs O(changed by theirs).

    Where several bases differ, the one that changed the path since `older` (theirs in turn) counts; where that does not
    tell, none does, and the path is a conflict.
    """
    changes = [{change.path: change for change in diff_trees(base, theirs)} for base in bases]
    planning = _Planning(decided)
    paths = sorted(set().union(*changes), key=lambda path: path.encode())
    here = ours.entries(paths)
    for path in paths:
        new = next(each[path].new for each in changes if path in each)
        old = [each[path].old if path in each else new for each in changes]
        mine = here.get(path)
        if mine == new:
            continue
        if any(each != old[0] for each in old) and older is not None:
            start = older.stat(path)
            changed = [each for each in old if each != start]
            old = changed if all(each == changed[0] for each in changed) else old
        if new in old and all(new == each for each in old):
            continue
        if all(mine == each for each in old):
            planning.take(path, new)
            continue
        kind = ConflictKind.CHANGED if mine is not None and new is not None else ConflictKind.DELETED
        planning.decide(MergeConflict(path, kind, old[0], mine, new))
    planning.settle_folders(ours, here)
    _check_used(decided, planning.used)
    return planning.plan()


@dataclass(slots=True)
class _Planning:
    decided: Mapping[str, Decision]
    puts: dict[str, Entry] = field(default_factory=dict)
    deletes: dict[str, None] = field(default_factory=dict)
    conflicts: dict[str, MergeConflict] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    taken: int = 0

    def take(self, path: str, entry: Entry | None) -> None:
        """Change a path of the target to what the source has."""
        self.taken += 1
        if entry is None:
            self.deletes[path] = None
        else:
            self.puts[path] = entry

    def decide(self, conflict: MergeConflict) -> None:
        """Apply the decision about a conflict, or note that there is none."""
        where = self._decision(conflict.path)
        if where is None:
            self.conflicts[conflict.path] = conflict
            return
        self.used.add(where)
        how = self.decided[where]
        self.puts.pop(conflict.path, None)
        if how == OURS:
            return
        if conflict.meets:
            # Whatever is put, the target's file above it, or its folder of that name, goes.
            above = conflict.path.startswith(f"{conflict.meets}/")
            self.deletes[conflict.meets if above else conflict.path] = None
        entry = conflict.theirs if isinstance(how, str) else how
        if entry is not None:
            self.puts[conflict.path] = entry
        elif not conflict.meets:
            self.deletes[conflict.path] = None
        self.taken += how == THEIRS

    def settle_folders(self, ours: Tree, here: Mapping[str, Entry]) -> None:
        """Find the files to put that would stand where the target has a folder, or below one of its files."""
        fresh = [path for path in self.puts if path not in here]
        above: dict[str, list[str]] = {}
        for path in fresh:
            folder = path.rpartition("/")[0]
            while folder:
                above.setdefault(folder, []).append(path)
                folder = folder.rpartition("/")[0]
        for file in ours.entries(sorted(above, key=lambda path: path.encode())):
            for path in above[file] if file not in self.deletes else ():
                self._meet(path, file)
        for path, below in ours.folders_of(fresh):
            left = next((each for each in below if each not in self.deletes), None)
            if left is not None and path in self.puts:
                self._meet(path, left)

    def plan(self) -> MergePlan:
        """Return the edits: deletes first, because a path may change from file to folder."""
        edits = Edits()
        for path in self.deletes:
            edits.delete(path)
        for entry in self.puts.values():
            edits.put(entry)
        found = sorted(self.conflicts.values(), key=lambda conflict: conflict.path.encode())
        return MergePlan(edits, tuple(found), self.taken)

    def _meet(self, path: str, meets: str) -> None:
        entry = self.puts[path]
        self.decide(MergeConflict(path, ConflictKind.FOLDER, None, None, entry, meets))

    def _decision(self, path: str) -> str | None:
        place = path
        while place not in self.decided or (place != path and not isinstance(self.decided[place], str)):
            if not place:
                return None
            place = place.rpartition("/")[0]
        return place


class _Undecided(Exception):
    def __init__(self, merged: Merged) -> None:
        super().__init__()
        self.merged = merged


def _decisions(backend: Backend, said: Mapping[str, str], draft: DraftId | None) -> dict[str, Decision]:
    decided: dict[str, Decision] = {}
    for path, how in said.items():
        if how not in (OURS, THEIRS):
            raise Invalid(f"{how!r} decides nothing about {path!r}.", help=f"Say {OURS} or {THEIRS}.")
        decided[folder_path(path)] = how
    if draft is not None:
        for edit in drafts.draft_contents(backend, draft):
            decided[edit.entry.path if isinstance(edit, Put) else edit.path] = (
                edit.entry if isinstance(edit, Put) else None
            )
    return decided


def _check_used(decided: Mapping[str, Decision], used: Sequence[str] | set[str]) -> None:
    unused = [path for path in decided if path and path not in used]
    if unused:
        raise Invalid(
            f"{unused[0]} is no conflict of this merge.",
            help="`tilth merge --dry-run` lists those there are.",
            paths=unused[:_NOTED],
        )
