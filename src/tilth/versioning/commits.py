"""Commits: sealing them, recording them, reading them back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection, insert, select

from tilth.errors import BranchMoved, Conflict, Corrupt, Invalid, NotFound, NothingToCommit
from tilth.metadata.schema.commits import commit_inputs, commit_parents, commit_upstream, commits
from tilth.model.commit import Commit, Derivation, InputKind, commit_from_record, commit_record
from tilth.model.digest import Digest, digest_of
from tilth.model.ids import ChangeId, CommitId, RepoId, new_id
from tilth.storage.records import RecordKind
from tilth.storage.sessions import take_stored
from tilth.storage.store import Store
from tilth.versioning import journal, touches
from tilth.versioning.backend import Backend, in_act
from tilth.versioning.branches import ANY_HEAD, AnyHead, check_committable, find_branch, move_head
from tilth.versioning.edits import Edits
from tilth.versioning.repos import Repo, RepoName, find_repo
from tilth.versioning.trees import Growth, Tree
from tilth.versioning.turns import branch_turn

ATTEMPTS = 16
"""How often a commit starts anew because the head moved under it."""

MAX_TEXT_BYTES = 64 << 10

FRESH_KINDS = frozenset({InputKind.DATA, InputKind.REFERENCE})
"""A derivation with an input of these kinds made the whole tree from its inputs; others build on the parent."""

_IN_ONE_QUERY = 500


@dataclass(frozen=True, slots=True)
class Head:
    """A branch's head as one transaction saw it."""

    repo: Repo
    branch: str
    commit: Commit | None

    @property
    def id(self) -> CommitId | None:
        """The commit's id, None while the branch is empty."""
        return self.commit.id if self.commit is not None else None

    def tree(self, store: Store) -> Tree:
        """Return the head's tree, empty while there is no commit."""
        return Tree(store, self.commit.tree if self.commit is not None else None)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A commit whose record is in the store, and what it touched."""

    commit: Commit
    touched: touches.Touched


@dataclass(frozen=True, slots=True)
class Planned:
    """What a commit on one head is to be. `merges` are further parents, behind the head.

    `stored` are the bytes that were new to the store when its files were put, where that was not in this act.
    """

    edits: Edits
    derivation: Derivation | None = None
    merges: tuple[Commit, ...] = ()
    allow_empty: bool = False
    stored: int | None = None


@in_act
def commit_edits(
    backend: Backend,
    repo: RepoName,
    branch: str,
    edits: Edits | Callable[[Head], Edits],
    *,
    author: str,
    message: str = "",
    if_head: CommitId | AnyHead | None = ANY_HEAD,
    change: ChangeId | None = None,
    derivation: Derivation | None = None,
    stage: str | None = None,
    allow_empty: bool = False,
    stored: int | None = None,
    also: Callable[[Connection, Commit], None] | None = None,
) -> Commit:
    """Make `edits` (or what they are for a given head) on the branch's head and commit the result.

    When the head moves meanwhile the edits are made again on the new one, path by path. With `if_head` (None: the
    branch must be empty) BranchMoved is raised instead. Raises NothingToCommit when nothing would change (unless
    `allow_empty`), Conflict when a path would be file and folder, Denied on a derived branch. Costs O(edits).
    `also(conn, commit)` runs in the same transaction; what it raises undoes the commit.
    """

    def plan(heads: Sequence[Head]) -> list[Planned]:
        found = edits if isinstance(edits, Edits) else edits(heads[0])
        return [Planned(found, derivation, allow_empty=allow_empty, stored=stored)]

    def then(conn: Connection, made: Sequence[Commit | None]) -> None:
        if also is not None and made[0] is not None:
            also(conn, made[0])

    made = commit_together(
        backend,
        [(repo, branch)],
        plan,
        author=author,
        message=message,
        if_heads=[if_head],
        change=change,
        stage=stage,
        also=then,
    )[0]
    assert made is not None, "one that changes nothing raises"
    return made


@in_act
def commit_together(
    backend: Backend,
    places: Sequence[tuple[RepoName, str]],
    plan: Callable[[Sequence[Head]], Sequence[Planned]],
    *,
    author: str,
    message: str = "",
    if_heads: Sequence[CommitId | AnyHead | None] = (),
    change: ChangeId | None = None,
    stage: str | None = None,
    also: Callable[[Connection, Sequence[Commit | None]], None] | None = None,
) -> list[Commit | None]:
    """Commit on several branches (repo, name) under one change: all of them or none, in one transaction.

    `plan` says for the heads, in the order of `places`, what to commit on each; it is asked again when one of them has
    moved meanwhile. A branch that nothing would change on gets no commit (None). `if_heads`, where given, are as for
    `commit_edits`. Raises NothingToCommit when nothing would change anywhere, and what `commit_edits` raises.
    """
    change = change or ChangeId(new_id())
    expected = list(if_heads) or [ANY_HEAD] * len(places)
    with backend.database.read() as conn:
        homes = [find_repo(conn, repo) for repo, _ in places]
    where = [f"{home.full_name}@{branch}" for home, (_, branch) in zip(homes, places, strict=True)]
    if len(set(where)) != len(where):
        raise Invalid(f"A branch is named twice: {', '.join(where)}.", help="Name each once.")
    stored = 0
    for _ in range(ATTEMPTS):
        with ExitStack() as turns:
            for id, branch in sorted((home.id, branch) for home, (_, branch) in zip(homes, places, strict=True)):
                turns.enter_context(branch_turn(backend, id, branch))  # in one order, so that nobody waits in a ring
            heads = [
                read_head(backend, home, branch, stage=stage) for home, (_, branch) in zip(homes, places, strict=True)
            ]
            for head, name, wanted in zip(heads, where, expected, strict=True):
                if not isinstance(wanted, AnyHead) and head.id != wanted:
                    raise BranchMoved(name, expected=wanted, found=head.id)
            planned = plan(heads)
            sealed = _seal_planned(backend, heads, planned, change=change, author=author, message=message)
            stored += take_stored()
            counted = [each.stored or 0 for each in planned]
            if len(planned) == 1:
                counted[0] += stored
            made = [each.commit if each is not None else None for each in sealed]
            noted = journal.spill(backend.database, backend.store)
            backend.store.flush()
            try:
                with backend.database.transaction() as conn:
                    for head, each, size in zip(heads, sealed, counted, strict=True):
                        if each is not None:
                            check_committable(find_branch(conn, head.repo, head.branch), stage)
                            record_commit(conn, each, head, stored=size)
                        elif find_branch(conn, head.repo, head.branch).head != head.id:
                            raise BranchMoved(f"{head.repo.full_name}@{head.branch}", expected=head.id, found=None)
                    journal.forget(conn, noted)
                    if also is not None:
                        also(conn, made)
                return made
            except BranchMoved:
                # Someone who does not wait for turns moved a head: make the edits again on the new one.
                if not all(isinstance(wanted, AnyHead) for wanted in expected):
                    raise
    raise Conflict(
        f"{' and '.join(where)} moved {ATTEMPTS} times while this was being committed.",
        help="Many writers are at work there; try again, or gather your writes in one draft.",
    )


def _seal_planned(
    backend: Backend, heads: Sequence[Head], planned: Sequence[Planned], *, change: ChangeId, author: str, message: str
) -> list[Sealed | None]:
    """Seal a commit on every head that its plan changes. Raises NothingToCommit when there is none."""
    sealed: list[Sealed | None] = []
    for head, each in zip(heads, planned, strict=True):
        tree, made = head.tree(backend.store).grow(each.edits)
        unchanged = tree.root == (head.commit.tree if head.commit is not None else None)
        if unchanged and not each.allow_empty and not each.merges:
            sealed.append(None)
            continue
        sealed.append(
            seal_commit(
                backend.store,
                head,
                tree=tree.root,
                derivation=each.derivation,
                change=change,
                author=author,
                message=message,
                merges=each.merges,
                made=made,
            )
        )
    if all(each is None for each in sealed):
        names = " and ".join(f"{head.repo.full_name}@{head.branch}" for head in heads)
        raise NothingToCommit(
            f"Nothing to commit on {names}: "
            + ("everything is there already." if any(len(each.edits) for each in planned) else "there are no changes."),
            help="Change a file and try again.",
            head=heads[0].id if heads else None,
        )
    return sealed


def read_head(backend: Backend, repo: RepoName, branch: str, *, stage: str | None = None) -> Head:
    """Return the branch's head. Raises Denied when `stage` (None: a person) may not write there."""
    with backend.database.read() as conn:
        home = find_repo(conn, repo)
        found = find_branch(conn, home, branch)
        check_committable(found, stage)
        return Head(home, branch, load_commit(conn, found.head) if found.head is not None else None)


def seal_commit(
    store: Store,
    head: Head,
    *,
    tree: Digest | None,
    derivation: Derivation | None,
    change: ChangeId,
    author: str,
    message: str,
    merges: Sequence[Commit] = (),
    made: Growth | None = None,
) -> Sealed:
    """Put the record of a new commit on `head` into the store and return it. Costs O(changed rows).

    `merges` are further parents, behind the head; `made` says what was changed to make the tree of the head's,
    where that is known.
    """
    _check_text(message, "message")
    _check_text(author, "author")
    touched = touches.measure(store, head.commit, tree, made=made)
    parents = (*((head.commit,) if head.commit is not None else ()), *merges)
    unsealed = Commit(
        id=CommitId(new_id()),
        change=change,
        repo=head.repo.full_name,
        repo_id=head.repo.id,
        tree=tree,
        parents=tuple(parent.id for parent in parents),
        parent_seals=tuple(parent.seal for parent in parents),
        derivation=derivation,
        author=author,
        at_ms=time.time_ns() // 1_000_000,
        message=message,
        files=touched.files,
        size=touched.size,
        seal=Digest(b""),
    )
    record = commit_record(unsealed)
    commit = replace(unsealed, seal=digest_of(record))
    store.put(RecordKind.COMMIT, commit.seal, record)
    return Sealed(commit, touched)


def record_commit(conn: Connection, sealed: Sealed, head: Head, *, stored: int | None = None) -> int:
    """Index a sealed commit and move the branch to it in the caller's transaction; return the feed position.

    `stored` are the bytes of files that it was the first to store, where they were counted. The store must have been
    flushed. Raises BranchMoved when the head is no longer the one it was sealed on.
    """
    commit = sealed.commit
    index_commit(conn, commit, sealed.touched, stored=stored)
    return move_head(
        conn,
        head.repo,
        head.branch,
        old=head.id,
        new=commit.id,
        change=commit.change,
        author=commit.author,
        message=commit.message,
        stored=stored,
    )


def index_commit(
    conn: Connection, commit: Commit, touched: touches.Touched | None, *, stored: int | None = None
) -> None:
    """Insert the rows of a sealed commit: itself, its place, what it touched, parents, inputs, upstream repos.

    Raises NotFound for an input that does not exist and Corrupt for one whose seal is another.
    """
    derivation = commit.derivation
    line, generation = touches.place(conn, commit, touched)
    counts = touched.counts if touched is not None else None
    conn.execute(
        insert(commits).values(
            id=commit.id,
            change=commit.change,
            repo=commit.repo_id,
            tree=commit.tree,
            author=commit.author,
            at_ms=commit.at_ms,
            message=commit.message,
            files=commit.files,
            size=commit.size,
            stage=derivation.stage if derivation is not None else None,
            job=derivation.job if derivation is not None else None,
            seal=commit.seal,
            record=commit_record(commit),
            line=line,
            generation=generation,
            **(asdict(replace(counts, stored=stored)) if counts is not None else {}),
        )
    )
    for position, parent in enumerate(commit.parents):
        conn.execute(insert(commit_parents).values(commit=commit.id, position=position, parent=parent))
    inputs = derivation.inputs if derivation is not None else ()
    for position, used in enumerate(inputs):
        row = conn.execute(select(commits.c.seal).where(commits.c.id == used.commit)).first()
        if row is None:
            raise NotFound(
                f"Input commit {used.commit} of {used.repo} does not exist.", help="Derive from one that does."
            )
        if row.seal != used.seal:
            raise Corrupt(f"Commit {used.commit} of {used.repo} has seal {row.seal.hex()}, not {used.seal.hex()}.")
        conn.execute(
            insert(commit_inputs).values(commit=commit.id, position=position, input=used.commit, kind=used.kind.value)
        )
    upstream = upstream_repos(conn, inputs_of_kind(derivation), commit.parents)
    if upstream:
        conn.execute(insert(commit_upstream), [{"commit": commit.id, "repo": repo} for repo in sorted(upstream)])


def inputs_of_kind(derivation: Derivation | None) -> tuple[list[CommitId], bool]:
    """Return the commits whose data a derivation used, and whether they alone made the tree (not the parent too)."""
    if derivation is None:
        return [], False
    used = [each.commit for each in derivation.inputs if each.kind != InputKind.TRIGGER]
    return used, any(each.kind in FRESH_KINDS for each in derivation.inputs)


def upstream_repos(conn: Connection, used: tuple[list[CommitId], bool], parents: Sequence[CommitId]) -> set[RepoId]:
    """Return every repo whose data is in a commit made from `used` on `parents`, however far up. O(inputs)."""
    inputs, fresh = used
    found: set[RepoId] = set()
    if inputs:
        found.update(conn.execute(select(commits.c.repo).where(commits.c.id.in_(inputs))).scalars())
    inherited = inputs if fresh else [*inputs, *parents]
    if inherited:
        query = select(commit_upstream.c.repo).where(commit_upstream.c.commit.in_(inherited)).distinct()
        found.update(conn.execute(query).scalars())
    return found


def get_commit(backend: Backend, id: CommitId) -> Commit:
    """Return one commit. Raises NotFound."""
    with backend.database.read() as conn:
        return load_commit(conn, id)


def load_commit(conn: Connection, id: str) -> Commit:
    """Return one commit in the caller's transaction. Raises NotFound."""
    record = conn.execute(select(commits.c.record).where(commits.c.id == id)).scalar()
    if record is None:
        raise NotFound(f"There is no commit {id}.", help="`tilth log` shows the commits of a repo.", commit=id)
    return commit_from_record(record)


def load_commits(conn: Connection, ids: Sequence[str]) -> dict[CommitId, Commit]:
    """Return those of `ids` that exist, by id."""
    found: dict[CommitId, Commit] = {}
    for start in range(0, len(ids), _IN_ONE_QUERY):
        some = list(ids[start : start + _IN_ONE_QUERY])
        for record in conn.execute(select(commits.c.record).where(commits.c.id.in_(some))).scalars():
            commit = commit_from_record(record)
            found[commit.id] = commit
    return found


def commits_of_change(backend: Backend, change: ChangeId) -> list[Commit]:
    """Return the commits of one change, oldest first."""
    with backend.database.read() as conn:
        query = select(commits.c.record).where(commits.c.change == change).order_by(commits.c.id)
        return [commit_from_record(record) for record in conn.execute(query).scalars()]


def _check_text(text: str, what: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Invalid(f"The commit's {what} is not valid UTF-8.", help="Write it again.") from None
    if "\0" in text or size > MAX_TEXT_BYTES:
        raise Invalid(f"The commit's {what} holds NUL or is over {MAX_TEXT_BYTES} bytes.", help="Put it in a file.")
