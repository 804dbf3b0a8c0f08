"""What records a repo's commits consist of, beyond those of commits that another workspace has already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
from sqlalchemy import Connection, select

from tilth.errors import Corrupt
from tilth.metadata.schema.commits import commits
from tilth.metadata.schema.repos import repos
from tilth.metadata.schema.rules import released
from tilth.model.commit import Commit
from tilth.model.digest import DIGEST_SIZE, Digest
from tilth.model.ids import CommitId, RepoId
from tilth.storage.content import INLINE_LIST, ONE_CHUNK
from tilth.storage.nodes import Tree
from tilth.storage.records import RecordKind
from tilth.storage.store import Store
from tilth.versioning.backend import Backend
from tilth.versioning.commits import load_commit
from tilth.versioning.edits import TREE

ENTRY = DIGEST_SIZE + 1
_LIST_ENTRY = DIGEST_SIZE + 4
_IN_ONE_QUERY = 500

Record = tuple[RecordKind, Digest]


def outline(backend: Backend, repo: RepoId, wanted: Sequence[str], have: Sequence[str]) -> Iterator[Record]:
    """Yield the records that `wanted` commits reach and `have` do not, each commit's record behind all that it names.

    Of commits of other repos, which lineage names, only the record. Each record comes once. Cost: what the new commits
    changed; memory for the digests of that.
    """
    seen: set[bytes] = set()
    with backend.database.read() as conn:
        order = history(conn, wanted, have)
    for id in order:
        with backend.database.read() as conn:
            commit = load_commit(conn, id)
            kept = commit.repo_id == repo and not _is_released(conn, id)
            base = load_commit(conn, commit.parents[0]) if commit.parents else None
            based = base is not None and not _is_released(conn, base.id)
        if kept:
            old = base.tree if base is not None and based else None
            for record in tree_records(backend.store, commit.tree, old):
                if record[1] not in seen:
                    seen.add(record[1])
                    yield record
        yield RecordKind.COMMIT, commit.seal


def history(conn: Connection, wanted: Sequence[str], have: Sequence[str]) -> list[CommitId]:
    """Return all commits that `wanted` reach by parents and inputs and `have` do not name, each behind what it names.

    Who has a commit has all that it reaches.
    """
    done = set(have)
    order: list[CommitId] = []
    stack = [(CommitId(id), False) for id in reversed(wanted)]
    while stack:
        id, expanded = stack.pop()
        if expanded:
            order.append(id)
            continue
        if id in done:
            continue
        done.add(id)
        stack.append((id, True))
        stack.extend((each, False) for each in before(load_commit(conn, id)) if each not in done)
    return order


def before(commit: Commit) -> list[CommitId]:
    """Return the commits that a commit names: parents, then inputs."""
    used = commit.derivation.inputs if commit.derivation is not None else ()
    return [*commit.parents, *(each.commit for each in used)]


def tree_records(store: Store, root: Digest | None, old: Digest | None) -> Iterator[Record]:
    """Yield the records of a tree and its content that are not those of the tree `old`, top down, level by level.

    Nodes that both have are not read; equal ranges have equal digests whatever the history.
    """
    if root is None or root == old:
        return
    tree = Tree(store, TREE.name, root)
    level = tree.root.level
    fresh: list[Digest] = [root]
    base: list[Digest] = []
    base_level = -1
    if old is not None:
        base, base_level = [old], Tree(store, TREE.name, old).root.level
    while True:
        while base_level > level:
            base, base_level = _children(tree, base), base_level - 1
        if base_level == level:
            common = set(base).intersection(fresh)
            fresh = [digest for digest in fresh if digest not in common]
            base = [digest for digest in base if digest not in common]
        kind = RecordKind.NODE if level else RecordKind.RANGE
        yield from ((kind, digest) for digest in fresh)
        if not level:
            break
        fresh = _children(tree, fresh)
        if base_level == level:
            base, base_level = _children(tree, base), base_level - 1
        level -= 1
    known: set[bytes] = set()
    for digest in base:
        digests: list[bytes] = tree.load(digest).batch.column(3).to_pylist()  # type: ignore[assignment]
        known.update(digests)
    for digest in fresh:
        yield from _contents(store, tree.load(digest).batch, known)


def entries(records: Iterator[Record]) -> Iterator[bytes]:
    """Yield records as the entries of an outline, some thousand at once."""
    gathered: list[bytes] = []
    for kind, digest in records:
        gathered.append(bytes([kind]) + digest)
        if len(gathered) == 4096:
            yield b"".join(gathered)
            gathered.clear()
    if gathered:
        yield b"".join(gathered)


def _children(tree: Tree, nodes: Sequence[Digest]) -> list[Digest]:
    found: list[Digest] = []
    for node in nodes:
        children: list[bytes] = tree.load(node).batch.column(2).to_pylist()  # type: ignore[assignment]
        found += [Digest(digest) for digest in children]
    return found


def _contents(store: Store, rows: pa.RecordBatch, known: set[bytes]) -> Iterator[Record]:
    columns = (rows.column(at).to_pylist() for at in (3, 4, 5))
    for digest, layout, chunks in zip(*columns, strict=True):
        if digest in known:
            continue
        known.add(digest)
        if layout == ONE_CHUNK:
            yield RecordKind.CHUNK, Digest(digest)
            continue
        yield RecordKind.CHUNK_LIST, Digest(digest)
        listed = chunks if layout == INLINE_LIST else store.get(Digest(digest))
        if len(listed) % _LIST_ENTRY:
            raise Corrupt(f"The chunk list {digest.hex()} is damaged.", help="Run tilth verify.")
        for at in range(0, len(listed), _LIST_ENTRY):
            yield RecordKind.CHUNK, Digest(listed[at : at + DIGEST_SIZE])


def _is_released(conn: Connection, commit: str) -> bool:
    return conn.execute(select(released.c.commit).where(released.c.commit == commit)).first() is not None


def lacking(conn: Connection, ids: Sequence[str]) -> list[str]:
    """Return those of `ids` that name no commit here, or one of a repo that is not here (only lineage names it)."""
    found: set[str] = set()
    for start in range(0, len(ids), _IN_ONE_QUERY):
        query = select(commits.c.id).join(repos, repos.c.id == commits.c.repo).where(repos.c.deleted_ms.is_(None))
        found.update(conn.execute(query.where(commits.c.id.in_(ids[start : start + _IN_ONE_QUERY]))).scalars())
    return [id for id in ids if id not in found]
