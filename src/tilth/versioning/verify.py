"""Prove that what is stored is what was stored."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from tilth.errors import Corrupt, NotFound, TilthError
from tilth.metadata.schema.branches import branches
from tilth.metadata.schema.commits import commit_inputs, commit_parents, commit_upstream, commits
from tilth.metadata.schema.repos import repos
from tilth.metadata.schema.rules import released
from tilth.model.commit import Commit, commit_from_record
from tilth.model.digest import Digest, digest_from_hex, digest_of
from tilth.model.ids import CommitId
from tilth.progress import Progress, silent
from tilth.storage.catalogue import PackState
from tilth.storage.content import ONE_CHUNK, STORED_LIST, chunk_list
from tilth.storage.marks import Marks
from tilth.storage.records import RecordKind
from tilth.storage.store import Store
from tilth.storage.sweep import KEPT_KINDS
from tilth.storage.tables import diff_tables
from tilth.versioning.backend import Backend
from tilth.versioning.catalogue import SqlCatalogue
from tilth.versioning.commits import inputs_of_kind, load_commit, upstream_repos
from tilth.versioning.garbage import Kept
from tilth.versioning.marking import mark_all
from tilth.versioning.releasing import release_of
from tilth.versioning.tombstones import Tombstone, all_tombstones, day
from tilth.versioning.trees import Tree, content_of, entry_of

_PAGE = 200
_LOOKUP = 4096
_FORGOTTEN_S = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad thing: `where` names it, `what` says what is wrong with it."""

    where: str
    what: str


@dataclass(slots=True)
class Report:
    """What was checked, and what is wrong. `contents` counts files' chunks, `bytes` what lies in the packs.

    `gone` is what was taken out on purpose: purged files, forgotten and dropped commits. `resumed` packs were found
    whole before an interruption and not read again.
    """

    commits: int = 0
    contents: int = 0
    bytes: int = 0
    problems: list[Problem] = field(default_factory=list)
    gone: list[Problem] = field(default_factory=list)
    resumed: int = 0


def verify(backend: Backend, kept: Kept | None = None, *, again: bool = False, progress: Progress = silent) -> Report:
    """Re-hash every record, then check every commit: record, seal, parents, inputs, tree and all content it reaches.

    Names each file that cannot be read (`repo@commit:path`, the commit that put it there), and says of a bad record
    that nothing needs it where by `kept` that is so. Interrupted, it goes on where it was unless `again`: what was
    found whole within a week is not read again. Reads the whole store once, on all cores; beyond that each commit costs
    what it changed.
    """
    report = Report()
    report.bytes = sum(state.length for state in SqlCatalogue(backend.database).packs())
    seen = SeenPacks(backend.scratch / "verified.jsonl", again=again)
    report.resumed = len(seen.packs)
    found = list(backend.store.verify(progress, besides=seen.packs, whole=seen.add))
    bad: dict[Digest, str] = {}
    kinds: dict[Digest, RecordKind | None] = {}
    for problem in found:
        for digest, offset in backend.store.lost_to(problem):
            bad.setdefault(digest, f"pack {problem.pack}, byte {offset}: {problem.what}")
            kinds[digest] = problem.kind
    if bad:
        backend.store.forget_decoded()
    with backend.database.read() as conn:
        total = conn.execute(select(func.count()).select_from(commits)).scalar()
        purged = all_tombstones(conn)
    progress.begin("check commits", total, "commits")
    contents = _Contents(backend.store, bad, purged, report)
    after: list[Problem] = []
    for commit, is_kept in _all_commits(backend, report):
        after.extend(_check_commit(backend, commit))
        if is_kept and any(_check_tree(backend, commit, contents)):
            after.extend(_check_again(backend, commit, contents, purged))
        report.commits += 1
        progress.advance()
    report.contents = contents.checked
    spare = _spare(backend, kept, {each for each in bad if kinds[each] not in KEPT_KINDS} - contents.named)
    for problem in found:
        named = f", record {problem.digest.hex()}" if problem.digest is not None else ""
        what = f"{problem.what} (it belongs to nothing that is kept)" if problem.digest in spare else problem.what
        report.problems.append(Problem(f"pack {problem.pack}, byte {problem.offset}{named}", what))
    report.problems.extend(after)
    report.problems.extend(_check_heads(backend))
    report.problems = list(dict.fromkeys(report.problems))
    seen.forget()
    progress.end()
    return report


class SeenPacks:
    """The packs that a verification found whole, kept in a file while it runs, so that another one can go on.

    After a week they are forgotten: disks rot.
    """

    def __init__(self, path: Path, *, again: bool = False) -> None:
        self.packs: set[tuple[str, int]] = set()
        self._path = path
        if again:
            self.forget()
        now = time.time()
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            lines = []
        for line in lines:
            try:
                pack, length, at = json.loads(line)
                if now - _FORGOTTEN_S < float(at) <= now:
                    self.packs.add((str(pack), int(length)))
            except (ValueError, TypeError):
                continue  # the last line of a killed process

    def add(self, state: PackState) -> None:
        """Note a pack that was found whole. What cannot be noted is read again next time."""
        with suppress(OSError), self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([state.pack, state.length, time.time()]) + "\n")

    def forget(self) -> None:
        """Begin anew."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def _spare(backend: Backend, kept: Kept | None, bad: set[Digest]) -> set[Digest]:
    """Return those of the bad records that nothing reaches; none where some of what is kept cannot be followed."""
    if kept is None or not bad:
        return set()
    _, digests = backend.store.look()
    marks = Marks(digests)
    unreadable: set[bytes] = set()
    mark_all(backend.store, backend.database, marks, kept.roots, kept.caches, trim=False, unreadable=unreadable)
    if unreadable - bad:
        return set()
    return {digest for digest in bad if digest not in unreadable and not marks.live(digest)[0]}


def verify_against(backend: Backend, seal: Digest) -> int:
    """Prove that nothing in or before the commit with `seal` was rewritten; return how many commits that covers.

    Follows the seals of parents and inputs from record to record in the store and hashes each, so whoever noted the
    seal need not trust the database. Raises NotFound when no such commit is here, Corrupt when the chain is broken.
    """
    waiting = [(seal, "")]
    seen = {seal}
    while waiting:
        wanted, named_by = waiting.pop()
        try:
            record = backend.store.get(wanted)
            commit = commit_from_record(record)
        except NotFound:
            if not named_by:
                raise NotFound(
                    f"No commit here has the seal {seal.hex()}.",
                    help="Either it is of another workspace, or history was rewritten since you noted it.",
                ) from None
            raise Corrupt(
                f"The history before seal {seal.hex()} breaks at {named_by}: the commit before it, with seal"
                f" {wanted.hex()}, is not here.",
                help="Restore it from a backup.",
            ) from None
        except Corrupt as error:
            where = f"at {named_by}" if named_by else "at its own record"
            raise Corrupt(
                f"The history before seal {seal.hex()} breaks {where}: the record with seal {wanted.hex()} is damaged"
                f" or was rewritten ({error.message})",
                help="Restore it from a backup.",
            ) from error
        if digest_of(record) != wanted:
            raise Corrupt(
                f"Commit {commit.id} of {commit.repo} was rewritten: its record no longer has seal {wanted.hex()}.",
                help="Restore it from a backup.",
            )
        with backend.database.read() as conn:
            try:
                indexed = load_commit(conn, commit.id)
            except NotFound:
                raise Corrupt(
                    f"Commit {commit.id} of {commit.repo} is in the store but not in the database.",
                    help="Run `tilth rebuild`.",
                ) from None
        if indexed.seal != wanted:
            raise Corrupt(
                f"Commit {commit.id} of {commit.repo} was rewritten: it has another seal in the database"
                f" ({indexed.seal.hex()}) than in the history before {seal.hex()} ({wanted.hex()}).",
                help="Move the database away and run `tilth rebuild`.",
            )
        before = [*commit.parent_seals]
        if commit.derivation is not None:
            before.extend(used.seal for used in commit.derivation.inputs)
        for each in before:
            if each not in seen:
                seen.add(each)
                waiting.append((each, f"commit {commit.id} of {commit.repo}"))
    return len(seen)


def _all_commits(backend: Backend, report: Report) -> Iterator[tuple[Commit, bool]]:
    """Yield every commit, oldest first, by its record in the database, and whether its files are kept.

    Names those that cannot be read.
    """
    last = ""
    while True:
        with backend.database.read() as conn:
            query = (
                select(
                    commits.c.id,
                    commits.c.record,
                    repos.c.deleted_ms,
                    released.c.commit.label("released"),
                    released.c.how,
                    released.c.author.label("by"),
                    released.c.at_ms.label("released_ms"),
                    released.c.reason,
                )
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
                commit = commit_from_record(row.record)
                if row.released is not None and row.deleted_ms is None:
                    told = f"{row.how} by {row.by} on {day(row.released_ms)}{f': {row.reason}' if row.reason else ''}"
                    report.gone.append(Problem(f"{commit.repo}@{commit.id}", told))
                yield commit, row.deleted_ms is None and row.released is None
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
    where = f"{commit.repo}@{commit.id}"
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
            contents.take(error)
            yield Problem(where, f"its list of files: {error.message}")


def _check_again(
    backend: Backend, commit: Commit, contents: _Contents, purged: dict[Digest, Tombstone]
) -> list[Problem]:
    """Return what is still wrong with a tree: others may have forgotten or purged something since it was looked up."""
    with backend.database.read() as conn:
        purged.update(all_tombstones(conn))
    backend.store.look()
    wrong = list(_check_tree(backend, commit, contents))
    with backend.database.read() as conn:
        deleted = conn.execute(select(repos.c.deleted_ms).where(repos.c.id == commit.repo_id)).scalar()
        return wrong if deleted is None and release_of(conn, commit.id) is None else []


class _Contents:
    """Checks that the chunks of files are here and whole, each once."""

    def __init__(
        self, store: Store, bad: Mapping[Digest, str], purged: Mapping[Digest, Tombstone], report: Report
    ) -> None:
        self._store = store
        self._bad = bad
        self._purged = purged
        self._report = report
        self._present: set[Digest] = set()
        self.named: set[Digest] = set()
        self.checked = 0

    def take(self, error: TilthError) -> None:
        """Note the record that an error names as one that is needed."""
        digest = error.facts.get("digest")
        if isinstance(digest, str):
            self.named.add(digest_from_hex(digest))

    def check(self, where: str, base: Tree, tree: Tree) -> Iterator[Problem]:
        """Name the files of `tree` that differ from `base` and lack content. Raises what reading the trees raises."""
        waiting: list[tuple[str, Digest]] = []
        for _, _, row in diff_tables(base.table, tree.table):
            if row is None:
                continue
            content = content_of(entry_of(row))
            needs = [content.digest]
            if content.digest in self._purged:
                self._report.gone.append(Problem(f"{where}:{row['path']}", self._purged[content.digest].told))
                continue
            if content.layout != ONE_CHUNK:
                try:
                    needs = [digest for digest, _ in chunk_list(self._store, content)]
                except TilthError as error:
                    self.named.add(content.digest)
                    yield Problem(f"{where}:{row['path']}", f"damaged: its chunk list: {error.message}")
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
            if digest in self._bad:
                self.named.add(digest)
                yield Problem(f"{where}:{path}", f"damaged: {self._bad[digest]}")
            elif here:
                if digest not in self._present:
                    self._present.add(digest)
                    self.checked += 1
            else:
                yield Problem(f"{where}:{path}", f"chunk {digest.hex()} is missing")


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
