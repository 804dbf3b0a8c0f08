"""What a project branch changed in its repos, and how that is brought back: merges by path from where both agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from tilth.errors import NotFound
from tilth.model.canonical import Json
from tilth.model.commit import Commit, CommitInput, Derivation, InputKind
from tilth.model.ids import ChangeId, CommitId
from tilth.storage.store import Store
from tilth.versioning.branches import Branch, branches_in, check_committable, find_branch
from tilth.versioning.commits import Head, Sealed, load_commit, record_commit, seal_commit
from tilth.versioning.diff import diff_trees
from tilth.versioning.lines import count_first_parents
from tilth.versioning.merging import OURS, plan_trees
from tilth.versioning.project_copies import Rewrite
from tilth.versioning.projects import STAGE, Base, bases_of, note_base, repos_in
from tilth.versioning.provenance import check_reaches_training
from tilth.versioning.releasing import release_of
from tilth.versioning.repos import Repo, find_repo
from tilth.versioning.trees import Tree

COUNTED = 1000
"""Commits that are counted at most."""


@dataclass(frozen=True, slots=True)
class BranchState:
    """One branch of a copy, and that of the origin: their heads, and up to which commits they agree, `agreed` of the
    copy and `like` of the origin (None also where its data is not kept).

    `base` None: the origin never had it. `origin` None: it has it no more, or never had.
    """

    repo: Repo
    branch: Branch
    base: Base | None
    origin: Branch | None
    head: Commit | None
    agreed: Commit | None
    theirs: Commit | None
    like: Commit | None

    @property
    def output(self) -> bool:
        """Whether a stage makes it, or it follows another: then it is not promoted but made anew from what is."""
        return self.branch.owner is not None or self.branch.follows is not None

    @property
    def moved(self) -> bool:
        """Whether the copy's head is another than when both agreed."""
        return self.base is None or self.branch.head != self.base.ours

    @property
    def state(self) -> str:
        """same, changed, new or gone."""
        if self.base is None:
            return "new"
        return "gone" if self.origin is None else "changed" if self.moved else "same"


@dataclass(frozen=True, slots=True)
class Differing:
    """How far two branches are from where they agreed: commits on each side, and files that the copy changed."""

    ahead: int
    behind: int
    added: int
    changed: int
    removed: int


def read_states(conn: Connection, project: str) -> list[BranchState]:
    """Return how the branches of a copy stand. Cost: O(branches)."""
    found = []
    for repo in repos_in(conn, project):
        bases = bases_of(conn, repo.id)
        for branch in branches_in(conn, repo):
            base = bases.get(branch.name)
            origin = _origin_of(conn, base) if base is not None else None
            heads = (
                branch.head,
                base.ours if base is not None else None,
                origin.head if origin is not None else None,
                base.theirs if base is not None and base.theirs and not release_of(conn, base.theirs) else None,
            )
            head, agreed, theirs, like = (load_commit(conn, id) if id is not None else None for id in heads)
            found.append(BranchState(repo, branch, base, origin, head, agreed, theirs, like))
    return found


def _origin_of(conn: Connection, base: Base) -> Branch | None:
    try:
        return find_branch(conn, base.origin_repo, base.origin_branch)
    except NotFound:
        return None


def differing(conn: Connection, store: Store, state: BranchState) -> Differing:
    """Count what differs. Cost: O(changed files), and commits up to COUNTED."""
    ahead = _count(conn, state.branch.head, state.base.ours if state.base is not None else None)
    behind = _count(conn, state.theirs.id, state.base.theirs) if state.theirs is not None and state.base else 0
    counts = {"added": 0, "changed": 0, "removed": 0}
    trees = [each.tree if each is not None else None for each in (state.agreed, state.head)]
    if trees[0] != trees[1] and not (state.agreed is not None and release_of(conn, state.agreed.id)):
        for change in diff_trees(Tree(store, trees[0]), Tree(store, trees[1])):
            counts["added" if change.old is None else "removed" if change.new is None else "changed"] += 1
    return Differing(ahead, behind, **counts)


def _count(conn: Connection, head: CommitId | None, stop: CommitId | None) -> int:
    return count_first_parents(conn, head, stop, COUNTED) if head is not None and head != stop else 0


@dataclass(frozen=True, slots=True)
class Return:
    """What is to be done about one branch: `sealed` is the commit to record on the origin's head, None where the origin
    has all of it. `conflicts` are (path, why), "" the branch itself; while there are any nothing is to be done."""

    state: BranchState
    sealed: Sealed | None = None
    conflicts: Sequence[tuple[str, str]] = ()


def plan_return(
    store: Store, state: BranchState, *, rewrite: Rewrite, prefer: str, author: str, message: str, change: ChangeId
) -> Return | None:
    """Merge what a copied source branch changed into its origin's head; None where there is nothing to bring back.

    `rewrite` gives the trees of the copy's commits as they are to be in the origin. Costs O(changed by the copy).
    """
    origin, base, head = state.origin, state.base, state.head
    if base is None or state.output or not state.moved:
        return None
    why = ""
    if origin is None:
        why = "changed here, deleted there"
    elif origin.owner is not None or origin.follows is not None:
        why = f"changed here, made by {origin.owner or 'following another'} there"
    elif head is None:
        why = "emptied here"
    if origin is None or head is None or why:
        return None if prefer == OURS else Return(state, conflicts=[("", why)])
    before = Tree(store, rewrite(state.repo, state.agreed, state.like) if state.agreed is not None else None)
    here = Tree(store, rewrite(state.repo, head, state.like))
    there = Tree(store, state.theirs.tree if state.theirs is not None else None)
    decided: Mapping[str, str] = {"": prefer} if prefer else {}
    plan = plan_trees([before], there, here, decided)
    if plan.conflicts:
        return Return(state, conflicts=[(each.path, each.kind.value) for each in plan.conflicts])
    tree, made = there.grow(plan.edits)
    if tree.root == there.root:
        return Return(state)
    used = CommitInput(state.repo.full_name, state.branch.name, head.id, head.seal, InputKind.MERGE)
    facts: dict[str, Json] = {"project": state.repo.project, "base": base.ours}
    if prefer:
        facts["decided"] = prefer
    sealed = seal_commit(
        store,
        Head(_home(origin), origin.name, state.theirs),
        tree=tree.root,
        derivation=Derivation(STAGE, (used,), facts=facts),
        change=change,
        author=author,
        message=message,
        made=made,
    )
    return Return(state, sealed)


def _home(branch: Branch) -> Repo:
    """Return as much of a branch's repo as a commit names."""
    project, _, name = branch.repo.partition("/")
    return Repo(branch.repo_id, project, name, "", False, branch.created_ms)


def record_return(conn: Connection, done: Return) -> None:
    """Record a planned merge on the origin's head, in the caller's transaction, and that both agree up to here.

    Raises BranchMoved when the origin's head is another by now, Denied where it is protected, HeldOut.
    """
    state = done.state
    origin, base = state.origin, state.base
    assert origin is not None, "what has no origin is not brought back"
    assert base is not None, "what was not copied is not brought back"
    theirs = state.theirs.id if state.theirs is not None else None
    if done.sealed is not None:
        assert state.head is not None, "an empty branch changes nothing"
        target = find_branch(conn, origin.repo_id, origin.name)
        check_committable(target, None)
        check_reaches_training(conn, target, [state.head.id])
        record_commit(conn, done.sealed, Head(find_repo(conn, origin.repo_id), origin.name, state.theirs))
        theirs = done.sealed.commit.id
    note_base(conn, Base(base.repo, base.branch, base.origin_repo, base.origin_branch, state.branch.head, theirs))
