"""Drafts: edits gathered over many calls, durable from the first, made a commit in the end."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import Connection, delete, insert, select, update

from tilth.errors import Conflict, NotFound
from tilth.metadata.schema.drafts import draft_edits, drafts
from tilth.metadata.schema.repos import repos
from tilth.metadata.schema.transactions import transaction_drafts
from tilth.model.commit import Commit
from tilth.model.entry import Entry, FileKind
from tilth.model.ids import ChangeId, CommitId, DraftId, RepoId, new_id
from tilth.storage.sessions import take_stored
from tilth.versioning.appending import grown
from tilth.versioning.backend import Backend, in_act
from tilth.versioning.branches import ANY_HEAD, AnyHead, check_committable, find_branch
from tilth.versioning.commits import commit_edits, read_head
from tilth.versioning.edits import KIND_CODES, Delete, Edits, Put, attributes_text, entry_of_row
from tilth.versioning.repos import Repo, RepoName, find_repo

_NOTHING_PUT: dict[str, object] = dict.fromkeys(("kind", "size", "digest", "layout", "chunks", "attributes"))


@dataclass(frozen=True, slots=True)
class Draft:
    """Unfinished writes to a branch; `edits` counts them."""

    id: DraftId
    repo_id: RepoId
    repo: str
    branch: str
    author: str
    started_ms: int
    edits: int


def open_draft(backend: Backend, repo: RepoName, branch: str, *, author: str) -> Draft:
    """Open an empty draft on a branch. Raises Denied on a derived one."""
    with backend.database.transaction() as conn:
        return insert_draft(conn, find_repo(conn, repo), branch, author=author)


def insert_draft(conn: Connection, home: Repo, branch: str, *, author: str) -> Draft:
    """Open an empty draft in the caller's transaction. Raises Denied on a derived branch, or one that follows."""
    check_committable(find_branch(conn, home, branch), None)
    draft = Draft(DraftId(new_id()), home.id, home.full_name, branch, author, time.time_ns() // 1_000_000, 0)
    conn.execute(
        insert(drafts).values(id=draft.id, repo=home.id, branch=branch, author=author, started_ms=draft.started_ms)
    )
    return draft


def get_draft(backend: Backend, id: DraftId) -> Draft:
    """Return one draft. Raises NotFound."""
    with backend.database.read() as conn:
        return _load(conn, id)


def list_drafts(backend: Backend, repo: RepoName | None = None) -> list[Draft]:
    """Return the open drafts (of one repo), oldest first."""
    with backend.database.read() as conn:
        query = select(drafts.c.id).order_by(drafts.c.id)
        if repo is not None:
            query = query.where(drafts.c.repo == find_repo(conn, repo).id)
        return [_load(conn, DraftId(id)) for id in conn.execute(query).scalars()]


@in_act
def add_to_draft(backend: Backend, id: DraftId, edits: Iterable[Put | Delete]) -> Draft:
    """Add edits behind those already there. Returning means that they, and the bytes they put, are durable."""
    rows: list[dict[str, object]] = []
    for edit in edits:
        if isinstance(edit, Put):
            entry = edit.entry
            rows.append(
                {
                    "path": entry.path,
                    "kind": entry.kind.value,
                    "size": entry.size,
                    "digest": entry.digest,
                    "layout": entry.layout,
                    "chunks": entry.chunks,
                    "attributes": attributes_text(entry.attributes),
                }
            )
        else:
            rows.append({**_NOTHING_PUT, "path": edit.path})
    backend.store.flush()
    with backend.database.transaction() as conn:
        _load(conn, id)
        _, last = _span(conn, id)
        if stored := take_stored():
            conn.execute(update(drafts).where(drafts.c.id == id).values(stored=drafts.c.stored + stored))
        if rows:
            numbered = [{"draft": id, "sequence": last + 1 + index, **row} for index, row in enumerate(rows)]
            conn.execute(insert(draft_edits), numbered)
        return _load(conn, id)


def draft_contents(backend: Backend, id: DraftId) -> Edits:
    """Return the edits of a draft, in order. Raises NotFound."""
    with backend.database.read() as conn:
        _load(conn, id)
        return _edits(conn, id)


@in_act
def commit_draft(
    backend: Backend,
    id: DraftId,
    *,
    message: str = "",
    if_head: CommitId | AnyHead | None = ANY_HEAD,
    change: ChangeId | None = None,
) -> Commit:
    """Make a draft a commit on the current head, path by path, and end it. With `if_head` raises BranchMoved.

    What is added to the draft while it is being committed stays in it. Raises NothingToCommit as `commit_edits`.
    """
    with backend.database.read() as conn:
        draft = _load(conn, id)
        _, last = _span(conn, id)
        edits = _edits(conn, id)
        stored = stored_by(conn, id)
        of = conn.execute(select(transaction_drafts.c.transaction).where(transaction_drafts.c.draft == id)).scalar()
    if of is not None:
        raise Conflict(
            f"Draft {id} is part of transaction {of}.", help="Commit that: all of it becomes one change.", draft=id
        )

    def end(conn: Connection, commit: Commit) -> None:
        _load(conn, id)  # a second commit of the same draft finds it gone, and undoes itself
        conn.execute(delete(draft_edits).where(draft_edits.c.draft == id, draft_edits.c.sequence <= last))
        conn.execute(update(drafts).where(drafts.c.id == id).values(stored=drafts.c.stored - stored))
        if not _load(conn, id).edits:
            conn.execute(delete(drafts).where(drafts.c.id == id))

    return commit_edits(
        backend,
        draft.repo_id,
        draft.branch,
        edits,
        author=draft.author,
        message=message,
        if_head=if_head,
        change=change,
        stored=stored,
        also=end,
    )


@in_act
def append_in_draft(backend: Backend, id: DraftId, path: str, source: bytes | BinaryIO) -> Entry:
    """Write `source` behind what the draft, else the branch's head, has at `path` now. Durable when this returns."""
    with backend.database.read() as conn:
        draft = _load(conn, id)
        edits = _edits(conn, id)
    head = read_head(backend, draft.repo_id, draft.branch)
    before: Entry | None = head.tree(backend.store).stat(path)
    for edit in edits:
        if isinstance(edit, Put):
            before = edit.entry if edit.entry.path == path else before
        elif edit.path in ("", path) or path.startswith(f"{edit.path}/"):
            before = None
    entry = grown(backend.store, path, before, source)
    add_to_draft(backend, id, [Put(entry)])
    return entry


def grown_meanwhile(what: str) -> Conflict:
    """Return the error for what was added to while it was being committed."""
    return Conflict(f"{what} was added to while it was being committed.", help="Commit it again.")


def load_draft(conn: Connection, id: DraftId) -> Draft:
    """Return one draft in the caller's transaction. Raises NotFound."""
    return _load(conn, id)


def stored_by(conn: Connection, id: DraftId) -> int:
    """Return how many bytes of a draft's files were new to the store when they were put."""
    return int(conn.execute(select(drafts.c.stored).where(drafts.c.id == id)).scalar() or 0)


def end_draft(conn: Connection, id: DraftId) -> None:
    """End a draft in the caller's transaction, whose work its edits have become. Raises NotFound."""
    _load(conn, id)
    conn.execute(delete(draft_edits).where(draft_edits.c.draft == id))
    conn.execute(delete(drafts).where(drafts.c.id == id))


def discard_draft(backend: Backend, id: DraftId) -> None:
    """Forget a draft. Raises NotFound."""
    with backend.database.transaction() as conn:
        end_draft(conn, id)


def _load(conn: Connection, id: DraftId) -> Draft:
    row = conn.execute(
        select(drafts, repos.c.project, repos.c.name.label("repo_name"))
        .join(repos, repos.c.id == drafts.c.repo)
        .where(drafts.c.id == id)
    ).first()
    if row is None:
        raise NotFound(f"There is no draft {id}.", help="It was committed or discarded; open a new one.", draft=id)
    first, last = _span(conn, id)
    return Draft(
        DraftId(row.id),
        RepoId(row.repo),
        f"{row.project}/{row.repo_name}",
        row.branch,
        row.author,
        row.started_ms,
        last - first + 1,
    )


def _span(conn: Connection, id: DraftId) -> tuple[int, int]:
    """Return the first and last sequence of a draft's edits; (1, 0) where there are none. Two seeks.

    Sequences have no gaps: edits are numbered under the write lock, and taken away from the front only.
    """
    ends = [
        conn.execute(select(draft_edits.c.sequence).where(draft_edits.c.draft == id).order_by(order).limit(1)).scalar()
        for order in (draft_edits.c.sequence, draft_edits.c.sequence.desc())
    ]
    return (ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else (1, 0)


def _edits(conn: Connection, id: DraftId) -> Edits:
    edits = Edits()
    rows = conn.execute(select(draft_edits).where(draft_edits.c.draft == id).order_by(draft_edits.c.sequence))
    for row in rows:
        if row.kind is None:
            edits.delete(row.path)
        else:
            code = KIND_CODES[FileKind(row.kind)]
            edits.put(entry_of_row(row.path, code, row.size, row.digest, row.layout, row.chunks, row.attributes))
    return edits
