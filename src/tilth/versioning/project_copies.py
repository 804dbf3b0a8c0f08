"""Copies of a project's repos: new repos whose heads are commits with the same trees. No content is read or written.

The commits are put into the store first; rows come in one transaction, so a copy is there as a whole or not at all. A
copy begins with one commit per head, which names the origin's in its lineage (kind `copy`): so whatever is held out
upstream stays upstream of the copy. Where heads of one repo descend from one another or parted somewhere, the copied
commits do too, so that branches of the copy merge and follow as those of the origin do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from sqlalchemy import Connection, insert, select

from tilth.metadata.schema.rules import annotation_rows, triggers
from tilth.model.commit import Commit, CommitInput, Derivation, InputKind, commit_record
from tilth.model.digest import Digest, digest_of
from tilth.model.ids import ChangeId, CommitId, RepoId, new_id
from tilth.storage.records import RecordKind
from tilth.storage.store import Store
from tilth.versioning import annotations as remarks
from tilth.versioning import journal, releasing
from tilth.versioning.ancestry import is_ancestor, merge_bases
from tilth.versioning.branches import Branch, branches_in, insert_branch, move_head
from tilth.versioning.commits import index_commit, load_commit
from tilth.versioning.projects import STAGE, Base, note_base, repos_in
from tilth.versioning.provenance import declare_inputs
from tilth.versioning.repos import Repo, insert_repo
from tilth.versioning.touches import Touched, measure

MOST_LINKED = 16
"""A repo with more different heads is copied without saying how these descend from one another."""

Rewrite = Callable[[Repo, Commit, Commit | None], Digest | None]
"""Returns the tree that the copy of a commit has: its own, where nothing in it names repos. Where that would say what
the last commit says in other bytes, it has those of that commit."""


@dataclass(frozen=True, slots=True)
class RepoState:
    """A repo to copy, as one snapshot saw it: its branches, and the commits to copy with those that they follow."""

    repo: Repo
    branches: Sequence[Branch]
    commits: Mapping[CommitId, Commit]
    parents: Mapping[CommitId, tuple[CommitId, ...]]
    """Of each commit to copy those that its copy comes after, all before it in this order."""


@dataclass(frozen=True, slots=True)
class RepoCopy:
    """A repo that is to be there, and its sealed commits by what they are copies of."""

    state: RepoState
    repo: Repo
    commits: Mapping[CommitId, tuple[Commit, Touched]]


def read_project(conn: Connection, project: str) -> list[RepoState]:
    """Return the repos of a project as they are. Cost: O(repos + branches), and how far branches of a repo parted."""
    return [read_repo(conn, repo) for repo in repos_in(conn, project)]


def read_repo(conn: Connection, repo: Repo, only: Sequence[str] | None = None) -> RepoState:
    """Return one repo as it is, with all of its branches or `only` some."""
    found = [branch for branch in branches_in(conn, repo) if only is None or branch.name in only]
    parents = _linked(conn, list(dict.fromkeys(branch.head for branch in found if branch.head is not None)))
    return RepoState(repo, found, {id: load_commit(conn, id) for id in parents}, parents)


def _linked(conn: Connection, heads: Sequence[CommitId]) -> dict[CommitId, tuple[CommitId, ...]]:
    """Return the commits to copy for some heads, ancestors first, each with the copied ones that it comes after."""
    if not 1 < len(heads) <= MOST_LINKED:
        return dict.fromkeys(heads, ())
    wanted = dict.fromkeys(heads)
    for one, other in combinations(heads, 2):
        for base in merge_bases(conn, one, other):
            if releasing.release_of(conn, base) is None:
                wanted[base] = None
    below = {id: [other for other in wanted if other != id and is_ancestor(conn, other, id)] for id in wanted}
    order = sorted(wanted, key=lambda id: (len(below[id]), id))
    return {
        id: tuple(other for other in below[id] if not any(other in below[between] for between in below[id]))
        for id in order
    }


def seal_copy(
    store: Store,
    state: RepoState,
    name: str,
    *,
    author: str,
    change: ChangeId,
    rewrite: Rewrite,
    id: RepoId | None = None,
) -> RepoCopy:
    """Put the commits of a repo's copy `name` (PROJECT/NAME) into the store: one record for each."""
    project, _, short = name.partition("/")
    repo = replace(state.repo, id=id or RepoId(new_id()), project=project, name=short)
    made: dict[CommitId, tuple[Commit, Touched]] = {}
    for origin in state.parents:
        branch = next((each.name for each in state.branches if each.head == origin), "")
        made[origin] = _seal(
            store,
            repo,
            state.commits[origin],
            branch,
            [made[parent][0] for parent in state.parents[origin]],
            tree=rewrite(state.repo, state.commits[origin], None),
            author=author,
            change=change,
        )
    return RepoCopy(state, repo, made)


def _seal(
    store: Store,
    repo: Repo,
    origin: Commit,
    branch: str,
    parents: Sequence[Commit],
    *,
    tree: Digest | None,
    author: str,
    change: ChangeId,
) -> tuple[Commit, Touched]:
    same = tree == origin.tree
    touched = Touched(origin.files, origin.size, None) if same else measure(store, origin, tree)
    used = CommitInput(origin.repo, branch, origin.id, origin.seal, InputKind.COPY)
    facts = (
        dict(origin.derivation.facts) if origin.derivation is not None and origin.derivation.stage == "dataset" else {}
    )
    unsealed = Commit(
        id=CommitId(new_id()),
        change=change,
        repo=repo.full_name,
        repo_id=repo.id,
        tree=tree,
        parents=tuple(parent.id for parent in parents),
        parent_seals=tuple(parent.seal for parent in parents),
        derivation=Derivation(STAGE, (used,), facts=facts),
        author=author,
        at_ms=time.time_ns() // 1_000_000,
        message=f"Branched from {origin.repo}{'@' if branch else ''}{branch}",
        files=touched.files,
        size=touched.size,
        seal=Digest(b""),
    )
    record = commit_record(unsealed)
    commit = replace(unsealed, seal=digest_of(record))
    store.put(RecordKind.COMMIT, commit.seal, record)
    # Nothing is known of which paths changed: all of them came now, and its tree is asked where that matters.
    return commit, Touched(touched.files, touched.size, None)


def insert_copy(conn: Connection, copy: RepoCopy, *, author: str, change: ChangeId) -> None:
    """Make the repo of a copy with its branches and heads, in the caller's transaction. Its commits must be durable.

    The held-out mark, what follows what, and what is said about the repo and its branches come along; protections,
    tags, and words about single commits and files do not. Derived branches are still ordinary ones.
    """
    state = copy.state
    repo = insert_repo(
        conn,
        copy.repo.full_name,
        held_out=copy.repo.held_out,
        description=copy.repo.description,
        branch=None,
        kind=copy.repo.kind,
        id=copy.repo.id,
        change=change,
    )
    insert_heads(conn, copy, repo, author=author, change=change)
    for branch in state.branches:
        if branch.follows is not None:
            row = conn.execute(
                select(triggers).where(triggers.c.repo == state.repo.id, triggers.c.branch == branch.name)
            ).one()
            facts = {**row._mapping, "repo": repo.id}
            conn.execute(insert(triggers).values(**facts))
            journal.note(conn, "trigger", facts)
    said = select(annotation_rows).where(
        annotation_rows.c.repo == state.repo.id, annotation_rows.c.kind.in_(("repo", "branch"))
    )
    for row in conn.execute(said).all():
        words = {**row._mapping, "repo": repo.id}
        conn.execute(insert(annotation_rows).values(**words))
        remarks.note(conn, words)


def insert_heads(conn: Connection, copy: RepoCopy, repo: Repo, *, author: str, change: ChangeId) -> None:
    """Make the branches of a copy in a repo that is there, and note where they come from."""
    for commit, touched in copy.commits.values():
        index_commit(conn, commit, touched)
    for branch in copy.state.branches:
        insert_branch(conn, repo, branch.name)
        head = copy.commits[branch.head][0] if branch.head is not None else None
        if head is not None:
            move_head(
                conn, repo, branch.name, old=None, new=head.id, change=change, author=author, message=head.message
            )


def note_copied(conn: Connection, copy: RepoCopy) -> None:
    """Note for each branch of a copy that it agrees with its origin."""
    for branch in copy.state.branches:
        ours = copy.commits[branch.head][0].id if branch.head is not None else None
        note_base(conn, Base(copy.repo.id, branch.name, copy.state.repo.id, branch.name, ours, branch.head))


def declare_copied(conn: Connection, copy: RepoCopy, moved: Callable[[str], str], mine: Callable[[str], bool]) -> None:
    """Make the derived branches of a copy that no pipeline will declare derived too, their inputs `moved`.

    `mine` tells of an owner whether it is a pipeline that is copied.
    """
    for branch in copy.state.branches:
        if branch.owner is None or mine(branch.owner):
            continue
        inputs = [(moved(used.repo), used.branch, used.kind) for used in branch.inputs]
        declare_inputs(conn, copy.repo, branch.name, inputs, owner=branch.owner, trains=branch.trains)
