"""Content taken away for good: what names it, its tombstones, and who holds it still."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from tilth.errors import Invalid, NotFound
from tilth.metadata import feed
from tilth.metadata.schema.commits import commit_inputs, commits
from tilth.metadata.schema.drafts import draft_edits
from tilth.metadata.schema.repos import repos
from tilth.model.commit import Commit, commit_from_record
from tilth.model.digest import Digest
from tilth.model.ids import ChangeId, new_id
from tilth.storage.content import INLINE_LIST, STORED_LIST, Content, chunk_list
from tilth.storage.marking import Marker
from tilth.storage.marks import Marks
from tilth.versioning import uploads
from tilth.versioning.backend import Backend
from tilth.versioning.edits import TREE
from tilth.versioning.marking import kept_trees, pages
from tilth.versioning.releasing import MAX_REASON, released_among
from tilth.versioning.tombstones import Tombstone, all_tombstones, bury, lift
from tilth.versioning.trees import Tree, content_of, entry_of, folder_path


@dataclass(frozen=True, slots=True)
class Held:
    """A place that names some content: a path that commits of a repo have, or one in a draft (`repo` is empty)."""

    repo: str
    path: str
    draft: str = ""

    @property
    def told(self) -> str:
        """The place for people."""
        return f"{self.repo}:{self.path}" if self.repo else f"draft {self.draft}:{self.path}"


def contents_ever(backend: Backend, commit: Commit, path: str) -> list[tuple[str, Content]]:
    """Return every content that a path, or a path below it, has had in any kept commit of the repo of `commit`.

    What was purged before is left out. Raises NotFound. Cost: reads each range of every kept tree of the repo once.
    """
    clean = folder_path(path)
    found: dict[tuple[str, Digest], Content] = {}

    def look(marker: Marker, rows: pa.RecordBatch) -> None:
        paths = rows.column(0)
        wanted = pc.or_(pc.equal(paths, pa.scalar(clean)), pc.starts_with(paths, f"{clean}/" if clean else ""))
        for row in rows.filter(wanted).to_pylist():
            entry = entry_of(row)
            found[entry.path, entry.digest] = content_of(entry)

    backend.store.flush()
    marker = Marker(backend.store, Marks(backend.store.look()[1]), {TREE.name: look})
    with backend.database.read() as conn:
        gone = all_tombstones(conn)
        for page in pages(conn, kept_trees().where(commits.c.repo == commit.repo_id)):
            marker.table(row.tree for row in page)
    marker.run()
    for key in [key for key in found if key[1] in gone]:
        del found[key]
    if not found:
        raise NotFound(f"No commit of {commit.repo} has {path}.", help="`tilth log REPO:PATH` shows what there was.")
    return [(place, content) for (place, _), content in sorted(found.items(), key=lambda each: each[0])]


def contents_at(backend: Backend, commit: Commit, path: str) -> list[tuple[str, Content]]:
    """Return the contents of a file, or of all files below a folder, each with its path. Raises NotFound."""
    tree = Tree(backend.store, commit.tree)
    entry = tree.stat(path)
    found = [entry] if entry is not None else list(tree.walk(path)) if tree.is_folder(path) else []
    if not found:
        raise NotFound(f"There is no {path} in {commit.repo}@{commit.id}.", help="`tilth ls` shows what is there.")
    return [(each.path, content_of(each)) for each in found]


def holders(backend: Backend, digests: Collection[Digest]) -> list[Held]:
    """Return every place that names one of the contents, in all kept commits of all repos and in open drafts.

    Cost: reads each range of every kept tree once per repo.
    """
    backend.store.flush()
    wanted = pa.array(sorted(digests), pa.binary(32))
    _, known = backend.store.look()
    marks = Marks(known)
    with backend.database.read() as conn:
        homes = conn.execute(
            select(repos.c.id, repos.c.project, repos.c.name)
            .where(repos.c.deleted_ms.is_(None))
            .order_by(repos.c.project, repos.c.name)
        ).all()
        drafted = conn.execute(
            select(draft_edits.c.draft, draft_edits.c.path)
            .where(draft_edits.c.digest.in_(list(digests)))
            .order_by(draft_edits.c.draft, draft_edits.c.path)
        ).all()
    found: list[Held] = []
    for home in homes:
        paths: set[str] = set()

        def look(marker: Marker, rows: pa.RecordBatch, paths: set[str] = paths) -> None:
            paths.update(map(str, rows.column(0).filter(pc.is_in(rows.column(3), wanted)).to_pylist()))

        marks.clear()
        marker = Marker(backend.store, marks, {TREE.name: look})
        with backend.database.read() as conn:
            for page in pages(conn, kept_trees().where(commits.c.repo == home.id)):
                marker.table(row.tree for row in page)
        marker.run()
        found += [Held(f"{home.project}/{home.name}", path) for path in sorted(paths)]
    return found + [Held("", row.path, row.draft) for row in drafted]


def sources(backend: Backend, places: Sequence[Held], digests: Collection[Digest]) -> list[Commit]:
    """Return the commits that hold one of the contents at one of the places and that others were derived from."""
    by_repo: dict[str, list[str]] = {}
    for place in places:
        if place.repo:
            by_repo.setdefault(place.repo, []).append(place.path)
    found: list[Commit] = []
    for repo, paths in by_repo.items():
        project, _, name = repo.partition("/")
        with backend.database.read() as conn:
            records = conn.execute(
                select(commits.c.record)
                .join(repos, repos.c.id == commits.c.repo)
                .where(repos.c.project == project, repos.c.name == name, repos.c.deleted_ms.is_(None))
                .where(commits.c.id.in_(select(commit_inputs.c.input)))
                .order_by(commits.c.id)
            ).scalars()
            used = [commit_from_record(record) for record in records]
            gone = released_among(conn, [each.id for each in used])
        for commit in used:
            if commit.id in gone:
                continue
            entries = Tree(backend.store, commit.tree).entries(paths)
            if any(entry.digest in digests for entry in entries.values()):
                found.append(commit)
    return found


def purge(
    backend: Backend, files: Sequence[tuple[str, Content]], *, repo: str, author: str, reason: str
) -> list[Tombstone]:
    """Set the tombstones of contents, by the path that each is known by. From then on nobody reads or puts them.

    Whoever sent their chunks in parts may not name these any more without having sent them again.
    Their bytes go with the next collection. Raises Invalid without a reason.
    """
    if not reason.strip() or len(reason) > MAX_REASON:
        raise Invalid("A purge needs a reason, which readers are told.", help="Say why, in up to 4,096 characters.")
    now = time.time_ns() // 1_000_000
    stones: dict[Digest, Tombstone] = {}
    for path, content in files:
        parts = b""
        if content.layout in (INLINE_LIST, STORED_LIST):
            parts = b"".join(digest for digest, _ in chunk_list(backend.store, content))
        stones[content.digest] = Tombstone(content.digest, f"{repo}:{path}", author, reason, now, parts)
    change = ChangeId(new_id())
    with backend.database.transaction() as conn:
        for stone in stones.values():
            bury(conn, stone)
            uploads.forget(conn, stone.records)
            facts = {"place": stone.path, "digest": stone.digest.hex(), "by": author, "reason": reason}
            feed.append(conn, "content.purged", change, facts)
    backend.refusals.look()
    backend.settle()
    return list(stones.values())


def allow(backend: Backend, digest: Digest, *, author: str) -> None:
    """Let bytes that were purged be put again. Raises NotFound where they were not purged."""
    with backend.database.transaction() as conn:
        if not lift(conn, digest):
            raise NotFound(f"No content {digest.hex()} was purged.", help="The error of a refused put names it.")
        feed.append(conn, "content.allowed", ChangeId(new_id()), {"digest": digest.hex(), "by": author})
    backend.refusals.look()
    backend.settle()


def still_here(backend: Backend, stones: Sequence[Tombstone]) -> int:
    """Return how many records of purged content the store still has: some process writes the pack, or others share."""
    records = list({record for stone in stones for record in stone.records})
    return sum(backend.store.has_many(records))
