"""Prove that what is stored is what was stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select

from tilth.errors import Corrupt, NotFound, TilthError
from tilth.metadata.schema.branches import branches
from tilth.metadata.schema.commits import commit_inputs, commit_parents, commit_upstream, commits
from tilth.metadata.schema.repos import repos
from tilth.metadata.schema.rules import released
from tilth.model.commit import Commit, commit_from_record
from tilth.model.digest import Digest, digest_of
from tilth.model.ids import CommitId
from tilth.progress import Progress, silent
from tilth.storage.content import ONE_CHUNK, STORED_LIST, chunk_list
from tilth.storage.store import Store
from tilth.storage.tables import diff_tables
from tilth.versioning.backend import Backend
from tilth.versioning.catalogue import SqlCatalogue
from tilth.versioning.commits import inputs_of_kind, load_commit, upstream_repos
from tilth.versioning.trees import Tree, content_of, entry_of

_PAGE = 200
_LOOKUP = 4096


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad thing: `where` names it, `what` says what is wrong with it."""

    where: str
    what: str


@dataclass(slots=True)
class Report:
    """What was checked, and what is wrong. `contents` counts files' chunks, `bytes` what lies in the packs."""

    commits: int = 0
    contents: int = 0
    bytes: int = 0
    problems: list[Problem] = field(default_factory=list)


def verify(backend: Backend, *, progress: Progress = silent) -> Report:
    """Re-hash every record, then check every commit: record, seal, parents, inputs, tree and all content it reaches.

    Reads the whole store once; beyond that each commit costs what it changed.
    """
    report = Report()
    report.bytes = sum(state.length for state in SqlCatalogue(backend.database).packs())
    for bad in backend.store.verify(progress):
        named = f", record {bad.digest.hex()}" if bad.digest is not None else ""
        report.problems.append(Problem(f"pack {bad.pack}, byte {bad.offset}{named}", bad.what))
    with backend.database.read() as conn:
        total = conn.execute(select(func.count()).select_from(commits)).scalar()
    progress.begin("check commits", total, "commits")
    contents = _Contents(backend.store)
    for commit, kept in _all_commits(backend, report):
        report.problems.extend(_check_commit(backend, commit))
        if kept:
            report.problems.extend(_check_tree(backend, commit, contents))
        report.commits += 1
        progress.advance()
    report.contents = contents.checked
    report.problems.extend(_check_heads(backend))
    report.problems = list(dict.fromkeys(report.problems))
    progress.end()
    return report


def verify_against(backend: Backend, seal: Digest) -> int:
    """Prove that nothing in or before the commit with `seal` was rewritten; return how many commits that covers.

    Follows the seals of parents and inputs from record to record in the store and hashes each, so whoever noted the
    seal need not trust the database. Raises NotFound when no such commit is here, Corrupt when the chain is broken.
    """
    waiting = [seal]
    seen = {seal}
    while waiting:
        wanted = waiting.pop()
        try:
            record = backend.store.get(wanted)
        except NotFound:
            if wanted == seal:
                raise NotFound(
                    f"No commit here has the seal {seal.hex()}.",
                    help="Either it is of another workspace, or history was rewritten since you noted it.",
                ) from None
            raise Corrupt(f"Seal {wanted.hex()} is named by history before {seal.hex()}, but is not here.") from None
        if digest_of(record) != wanted:
            raise Corrupt(f"The record with seal {wanted.hex()} was rewritten.", help="Restore it from a backup.")
        commit = commit_from_record(record)
        with backend.database.read() as conn:
            try:
                indexed = load_commit(conn, commit.id)
            except NotFound:
                raise Corrupt(
                    f"Commit {commit.id} is in the store but not in the database.", help="Run `tilth rebuild`."
                ) from None
        if indexed.seal != wanted:
            raise Corrupt(f"Commit {commit.id} has another seal in the database.", help="Run `tilth rebuild`.")
        before = [*commit.parent_seals]
        if commit.derivation is not None:
            before.extend(used.seal for used in commit.derivation.inputs)
        for each in before:
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    return len(seen)


def _all_commits(backend: Backend, report: Report) -> Iterator[tuple[Commit, bool]]:
    """Yield every commit, oldest first, by its record in the database, and whether its files are kept.

    Names those that cannot be read.
    """
    last = ""
    while True:
        with backend.database.read() as conn:
            query = (
                select(commits.c.id, commits.c.record, repos.c.deleted_ms, released.c.commit.label("released"))
                .outerjoin(repos, repos.c.id == commits.c.repo)
                .outerjoin(released, released.c.commit == commits.c.id)
                .where(commits.c.id > last)
                .order_by(commits.c.id)
            )
            page = conn.execute(query.limit(_PAGE)).all()
        if not page:
            return
        for row in page:
            try:
                yield commit_from_record(row.record), row.deleted_ms is None and row.released is None
            except Corrupt as error:
                report.problems.append(Problem(f"commit {row.id}", error.message))
        last = page[-1].id


def _check_commit(backend: Backend, commit: Commit) -> Iterator[Problem]:
    where = f"commit {commit.id} of {commit.repo}"
    try:
        backend.store.get(commit.seal)
    except TilthError as error:
        yield Problem(where, f"its record: {error.message}")
    with backend.database.read() as conn:
        row = conn.execute(select(commits).where(commits.c.id == commit.id)).first()
        if row is None:
            yield Problem(where, "the database has it under another id")
            return
        if row.seal != commit.seal:
            yield Problem(where, f"its seal is {row.seal.hex()}, its record hashes to {commit.seal.hex()}")
        if (row.change, row.repo, row.tree, row.author, row.at_ms, row.message, row.files, row.size) != (
            commit.change,
            commit.repo_id,
            commit.tree,
            commit.author,
            commit.at_ms,
            commit.message,
            commit.files,
            commit.size,
        ):
            yield Problem(where, "the database's index differs from its record")
        parents = conn.execute(
            select(commit_parents.c.parent)
            .where(commit_parents.c.commit == commit.id)
            .order_by(commit_parents.c.position)
        ).scalars()
        if tuple(parents) != commit.parents:
            yield Problem(where, "the database's parents differ from its record")
        used = commit.derivation.inputs if commit.derivation is not None else ()
        inputs = conn.execute(
            select(commit_inputs.c.input).where(commit_inputs.c.commit == commit.id).order_by(commit_inputs.c.position)
        ).scalars()
        if tuple(inputs) != tuple(each.commit for each in used):
            yield Problem(where, "the database's inputs differ from its record")
        upstream = conn.execute(select(commit_upstream.c.repo).where(commit_upstream.c.commit == commit.id)).scalars()
        if set(upstream) != upstream_repos(conn, inputs_of_kind(commit.derivation), commit.parents):
            yield Problem(where, "the database's list of repos upstream is not what its inputs say")
        named = [("parent", *each) for each in zip(commit.parents, commit.parent_seals, strict=True)]
        named += [("input", each.commit, each.seal) for each in used]
        for role, id, seal in named:
            found = conn.execute(select(commits.c.seal).where(commits.c.id == id)).first()
            if found is None:
                yield Problem(where, f"its {role} {id} is missing")
            elif found.seal != seal:
                yield Problem(where, f"its {role} {id} has seal {found.seal.hex()}, not {seal.hex()}")


def _check_tree(backend: Backend, commit: Commit, contents: _Contents) -> Iterator[Problem]:
    """Check what the commit's tree holds beyond its first parent's, or all of it where that one is unreadable."""
    where = f"commit {commit.id} of {commit.repo}"
    tree = Tree(backend.store, commit.tree)
    base = Tree(backend.store)
    if commit.parents:
        try:
            with backend.database.read() as conn:
                base = Tree(backend.store, load_commit(conn, commit.parents[0]).tree)
        except TilthError:
            base = Tree(backend.store)  # named elsewhere; check the whole tree
    try:
        yield from contents.check(where, base, tree)
    except TilthError:
        try:
            yield from contents.check(where, Tree(backend.store), tree)
        except TilthError as error:
            yield Problem(where, f"its tree: {error.message}")


class _Contents:
    """Checks that the chunks of files are here, each once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._present: set[Digest] = set()
        self.checked = 0

    def check(self, where: str, base: Tree, tree: Tree) -> Iterator[Problem]:
        """Name the files of `tree` that differ from `base` and lack content. Raises what reading the trees raises."""
        waiting: list[tuple[str, Digest]] = []
        for _, _, row in diff_tables(base.table, tree.table):
            if row is None:
                continue
            content = content_of(entry_of(row))
            needs = [content.digest]
            if content.layout != ONE_CHUNK:
                try:
                    needs = [digest for digest, _ in chunk_list(self._store, content)]
                except TilthError as error:
                    yield Problem(f"{row['path']} in {where}", f"its chunk list: {error.message}")
                    continue
                if content.layout == STORED_LIST:
                    needs.append(content.digest)
            waiting.extend((row["path"], digest) for digest in needs if digest not in self._present)
            if len(waiting) >= _LOOKUP:
                yield from self._look_up(where, waiting)
                waiting = []
        yield from self._look_up(where, waiting)

    def _look_up(self, where: str, waiting: Iterable[tuple[str, Digest]]) -> Iterator[Problem]:
        needed = list(waiting)
        for (path, digest), here in zip(needed, self._store.has_many([digest for _, digest in needed]), strict=True):
            if here:
                if digest not in self._present:
                    self._present.add(digest)
                    self.checked += 1
            else:
                yield Problem(f"{path} in {where}", f"chunk {digest.hex()} is missing")


def _check_heads(backend: Backend) -> Iterator[Problem]:
    with backend.database.read() as conn:
        rows = conn.execute(
            select(
                repos.c.project,
                repos.c.name.label("repo"),
                branches.c.name,
                branches.c.head,
                commits.c.repo.label("of"),
                branches.c.repo.label("home"),
            )
            .join(repos, repos.c.id == branches.c.repo)
            .outerjoin(commits, commits.c.id == branches.c.head)
            .where(branches.c.head.is_not(None))
        ).all()
    for row in rows:
        where = f"branch {row.name} of {row.project}/{row.repo}"
        if row.of is None:
            yield Problem(where, f"its head {CommitId(row.head)} is missing")
        elif row.of != row.home:
            yield Problem(where, f"its head {CommitId(row.head)} is of another repo")
