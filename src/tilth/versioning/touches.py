"""Which commits touched a path: written with each commit in O(changed paths), asked in O(found)."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from blake3 import blake3
from sqlalchemy import Connection, delete, insert, select, update

from tilth.errors import TilthError
from tilth.late_arrow import pc
from tilth.metadata import counters
from tilth.metadata.schema.commits import commit_parents, commits
from tilth.metadata.schema.history import lines, touches, wide_commits
from tilth.model.commit import Commit, commit_from_record
from tilth.model.digest import Digest
from tilth.model.ids import CommitId
from tilth.storage.store import Store
from tilth.storage.tables import diff_tables
from tilth.versioning.backend import Backend
from tilth.versioning.counts import Counts
from tilth.versioning.lines import is_end, place_of, segments
from tilth.versioning.trees import Growth, Tree

COUNTER = "lines"

MOST = 10_000
"""A commit that changed more paths gets no rows: asking its two trees (O(log n)) is cheaper than so many rows."""

_KEY_BYTES = 16
_PAGE = 100

Mark: TypeAlias = "tuple[bytes, Digest | None, int | None]"
"""Key of a path; digest and size of what was put there, None for a folder and for what was deleted."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What a commit holds and what it changed; `marks` is None where that is more than MOST paths.

    `counts` are None where nobody could tell.
    """

    files: int
    size: int
    marks: tuple[Mark, ...] | None
    counts: Counts | None = None


def measure(
    store: Store, parent: Commit | None, tree: Digest | None, *, made: Growth | None = None, most: int = MOST
) -> Touched:
    """Count files and bytes of a tree, from its parent's numbers and what differs. O(changed + log n).

    `made` says what differs; without it the two trees are compared.
    """
    now = Tree(store, tree)
    puts: dict[str, tuple[Digest, int] | None] = {}
    if made is not None:
        size = made.size + (parent.size if parent is not None else 0)
        counts = made_counts(made)
        if made.put.num_rows + len(made.gone) > most:
            return Touched(len(now), size, None, counts)
        puts.update(dict.fromkeys(made.gone))
        columns = [made.put.column(name).to_pylist() for name in ("path", "digest", "size")]
        for path, digest, length in zip(*columns, strict=True):
            puts[path] = digest, length
        return Touched(len(now), size, _marks(puts), counts)
    if parent is None or parent.tree is None:
        if len(now) > most:
            total = sum(pc.sum(batch.column("size")).as_py() or 0 for batch in now.table.scan())
            return Touched(len(now), total, None, Counts(len(now), 0, 0, total))
        for batch in now.table.scan():
            columns = [batch.column(name).to_pylist() for name in ("path", "digest", "size")]
            for path, digest, size in zip(*columns, strict=True):
                puts[path] = digest, size
        total = sum(put[1] for put in puts.values() if put is not None)
        return Touched(len(now), total, _marks(puts), Counts(len(now), 0, 0, total))
    size = parent.size
    count = added = removed = put_size = 0
    for _, old, new in diff_tables(Tree(store, parent.tree).table, now.table):
        size += (new["size"] if new is not None else 0) - (old["size"] if old is not None else 0)
        count += 1
        added += old is None
        removed += new is None
        put_size += new["size"] if new is not None else 0
        if count <= most:
            row = new if new is not None else old
            assert row is not None, "one of them differs from nothing"
            puts[row["path"]] = (new["digest"], new["size"]) if new is not None else None
    counts = Counts(added, count - added - removed, removed, put_size)
    return Touched(len(now), size, _marks(puts) if count <= most else None, counts)


def made_counts(made: Growth) -> Counts:
    """Return the counts of a change to a tree."""
    put: int | None = pc.sum(made.put.column("size")).as_py()
    return Counts(made.added, made.put.num_rows - made.added, len(made.gone), put or 0)


def place(conn: Connection, commit: Commit, touched: Touched | None) -> tuple[int, int]:
    """Put a new commit, whose parents have theirs, on a line and note what it touched; return line and generation.

    Without `touched` its trees are asked until `fill` has looked.
    """
    above = [
        conn.execute(select(commits.c.line, commits.c.generation).where(commits.c.id == parent)).one()
        for parent in commit.parents
    ]
    generation = 1 + max((row.generation for row in above), default=0)
    first = above[0] if above else None
    if first is not None and is_end(conn, first.line, first.generation):
        line = int(first.line)
    else:
        line = counters.step(conn, COUNTER)
        conn.execute(
            insert(lines).values(
                line=line,
                repo=commit.repo_id,
                parent_line=first.line if first is not None else None,
                parent_generation=first.generation if first is not None else None,
            )
        )
    _write(conn, line, generation, touched)
    return line, generation


def touching(store: Store, conn: Connection, start: CommitId, path: str, limit: int) -> list[Commit]:
    """Return `start` and its first parents as far as they changed something at or below `path`, newest first.

    Costs O(found), and a look at the trees of each commit passed that changed more than MOST paths.
    """
    found: list[Commit] = []
    keys = [key_of(path), key_of(f"{path}/")]
    for line, upto in segments(conn, start):
        marked = _marked(conn, line, upto, keys, limit - len(found))
        wide = _wide(store, conn, line, upto, path)
        both = heapq.merge(marked, wide, key=lambda each: each[0], reverse=True)
        for _, commit in both:
            found.append(commit)
            if len(found) == limit:
                return found
    return found


def fill(backend: Backend, most: int = 64) -> int:
    """Note what up to `most` older commits touched, where nobody has looked yet; return how many it saw."""
    with backend.database.read() as conn:
        rows = conn.execute(
            select(wide_commits.c.line, wide_commits.c.generation, commits.c.record)
            .join(
                commits, (commits.c.line == wide_commits.c.line) & (commits.c.generation == wide_commits.c.generation)
            )
            .where(wide_commits.c.settled.is_(False))
            .limit(most)
        ).all()
        waiting = [
            (row.line, row.generation, commit, _parent(conn, commit))
            for row in rows
            if (commit := commit_from_record(row.record))
        ]
    for line, generation, commit, parent in waiting:
        try:
            touched = measure(backend.store, parent, commit.tree)
        except TilthError:
            touched = Touched(commit.files, commit.size, None)  # `tilth verify` names what is wrong with it
        with backend.database.transaction(durable=False) as conn:
            rewrite(conn, line, generation, touched)
    return len(waiting)


def mark_whole(backend: Backend, commit: Commit) -> None:
    """Give a commit its rows however many they are, because its tree will not be there to be asked."""
    with backend.database.read() as conn:
        line, generation = place_of(conn, commit.id)
        wide = conn.execute(
            select(wide_commits.c.line).where(wide_commits.c.line == line, wide_commits.c.generation == generation)
        ).first()
        parent = _parent(conn, commit)
    if wide is not None:
        touched = measure(backend.store, parent, commit.tree, most=1 << 62)
        with backend.database.transaction() as conn:
            rewrite(conn, line, generation, touched)


def rewrite(conn: Connection, line: int, generation: int, touched: Touched) -> None:
    """Note what a commit touched that has no rows, unless someone else has."""
    mine = (wide_commits.c.line == line) & (wide_commits.c.generation == generation)
    if touched.marks is None:
        conn.execute(update(wide_commits).where(mine).values(settled=True))
    elif conn.execute(delete(wide_commits).where(mine)).rowcount:
        _write(conn, line, generation, touched)


def key_of(path: str) -> bytes:
    """Return what stands for a path (of a folder with a slash behind it) in the table."""
    return blake3(path.encode()).digest(length=_KEY_BYTES)


def _marks(puts: dict[str, tuple[Digest, int] | None]) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    folders: set[str] = set()
    for path, put in puts.items():
        marks.append((key_of(path), *(put or (None, None))))
        folder = path.rpartition("/")[0]
        while folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    marks.extend((key_of(f"{folder}/"), None, None) for folder in folders)
    return tuple(marks)


def _write(conn: Connection, line: int, generation: int, touched: Touched | None) -> None:
    if touched is None or touched.marks is None:
        conn.execute(insert(wide_commits).values(line=line, generation=generation, settled=touched is not None))
    elif touched.marks:
        rows = [
            {"line": line, "path": key, "generation": generation, "digest": digest, "size": size}
            for key, digest, size in touched.marks
        ]
        conn.execute(insert(touches), rows)


def _marked(conn: Connection, line: int, upto: int, keys: Sequence[bytes], limit: int) -> Iterator[tuple[int, Commit]]:
    rows = conn.execute(
        select(touches.c.generation, commits.c.record)
        .join(commits, (commits.c.line == touches.c.line) & (commits.c.generation == touches.c.generation))
        .where(touches.c.line == line, touches.c.path.in_(keys), touches.c.generation <= upto)
        .order_by(touches.c.generation.desc())
        .limit(2 * limit)  # a path may have been file and folder in one commit
    ).all()
    for generation, some in groupby(rows, key=lambda row: row.generation):
        yield int(generation), commit_from_record(next(some).record)


def _wide(store: Store, conn: Connection, line: int, upto: int, path: str) -> Iterator[tuple[int, Commit]]:
    while True:
        rows = conn.execute(
            select(wide_commits.c.generation, commits.c.record)
            .join(
                commits, (commits.c.line == wide_commits.c.line) & (commits.c.generation == wide_commits.c.generation)
            )
            .where(wide_commits.c.line == line, wide_commits.c.generation <= upto)
            .order_by(wide_commits.c.generation.desc())
            .limit(_PAGE)
        ).all()
        for row in rows:
            commit = commit_from_record(row.record)
            parent = _parent(conn, commit)
            before = Tree(store, parent.tree if parent is not None else None)
            if _state(Tree(store, commit.tree), path) != _state(before, path):
                yield int(row.generation), commit
        if len(rows) < _PAGE:
            return
        upto = int(rows[-1].generation) - 1


def _state(tree: Tree, path: str) -> tuple[object, object]:
    """Return a value that is equal for two trees when they hold the same at and below `path`."""
    if not path:
        return tree.root, None
    return tree.stat(path), tree.table.fold(f"{path}/", f"{path}0")


def _parent(conn: Connection, commit: Commit) -> Commit | None:
    query = (
        select(commits.c.record)
        .join(commit_parents, commit_parents.c.parent == commits.c.id)
        .where(commit_parents.c.commit == commit.id, commit_parents.c.position == 0)
    )
    record = conn.execute(query).scalar()
    return commit_from_record(record) if record is not None else None
