"""Transactions: writes to several repos that become commits of one change, all or none."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from tilth.errors import NotFound, NothingToCommit
from tilth.metadata.schema.drafts import drafts as draft_table
from tilth.metadata.schema.transactions import transaction_drafts, transactions
from tilth.model.commit import Commit
from tilth.model.ids import ChangeId, DraftId, new_id
from tilth.versioning import drafts
from tilth.versioning.backend import Backend, in_act
from tilth.versioning.commits import Head, Planned, commit_together
from tilth.versioning.drafts import Draft
from tilth.versioning.edits import Delete, Put
from tilth.versioning.repos import RepoName, find_repo


@dataclass(frozen=True, slots=True)
class Transaction:
    """Writes that wait to be committed together. `id` is the change that the commits will be of."""

    id: ChangeId
    author: str
    message: str
    started_ms: int
    drafts: tuple[Draft, ...] = ()


def begin(backend: Backend, *, author: str, message: str = "") -> Transaction:
    """Open an empty transaction."""
    made = Transaction(ChangeId(new_id()), author, message, time.time_ns() // 1_000_000)
    with backend.database.transaction() as conn:
        conn.execute(
            insert(transactions).values(id=made.id, author=author, message=message, started_ms=made.started_ms)
        )
    return made


def get(backend: Backend, id: str) -> Transaction:
    """Return a transaction that is open. Raises NotFound."""
    with backend.database.read() as conn:
        return _load(conn, id)


def list_transactions(backend: Backend) -> list[Transaction]:
    """Return the open transactions, oldest first."""
    with backend.database.read() as conn:
        ids = conn.execute(select(transactions.c.id).order_by(transactions.c.started_ms)).scalars().all()
        return [_load(conn, id) for id in ids]


def draft_in(backend: Backend, id: str, repo: RepoName, branch: str) -> DraftId:
    """Return the transaction's draft on a branch; the first time, open it. Raises Denied as `drafts.open_draft`."""
    with backend.database.transaction() as conn:
        found = _load(conn, id)
        home = find_repo(conn, repo)
        for draft in found.drafts:
            if (draft.repo_id, draft.branch) == (home.id, branch):
                return draft.id
        opened = drafts.insert_draft(conn, home, branch, author=found.author)
        conn.execute(insert(transaction_drafts).values(draft=opened.id, transaction=found.id))
        return opened.id


@in_act
def add(backend: Backend, id: str, repo: RepoName, branch: str, edits: Iterable[Put | Delete]) -> Transaction:
    """Add edits of one branch. Returning means that they, and the bytes they put, are durable."""
    drafts.add_to_draft(backend, draft_in(backend, id, repo, branch), edits)
    return get(backend, id)


@in_act
def commit(backend: Backend, id: str, *, message: str = "") -> list[Commit]:
    """Commit everything on the current heads, path by path, in one database transaction, and end the transaction.

    A branch that nothing would change on gets no commit. Raises NothingToCommit when that is so for all, Conflict when
    something was added meanwhile, and what `commit_edits` raises: then nothing is committed and the transaction stays.
    """
    found = get(backend, id)
    edits = [drafts.draft_contents(backend, draft.id) for draft in found.drafts]
    with backend.database.read() as conn:
        stored = [drafts.stored_by(conn, draft.id) for draft in found.drafts]
    if not any(len(each) for each in edits):
        raise NothingToCommit(f"Transaction {id} is empty.", help="Add something, or abort it.", head=None)

    def plan(heads: Sequence[Head]) -> list[Planned]:
        return [Planned(each, stored=size) for each, size in zip(edits, stored, strict=True)]

    def end(conn: Connection, made: Sequence[Commit | None]) -> None:
        if _load(conn, id) != found:
            raise drafts.grown_meanwhile(f"Transaction {id}")
        _end(conn, found)

    made = commit_together(
        backend,
        [(draft.repo_id, draft.branch) for draft in found.drafts],
        plan,
        author=found.author,
        message=message or found.message,
        change=found.id,
        also=end,
    )
    return [each for each in made if each is not None]


def abort(backend: Backend, id: str) -> None:
    """Forget a transaction and what was written in it. Raises NotFound."""
    with backend.database.transaction() as conn:
        _end(conn, _load(conn, id))


def _end(conn: Connection, ended: Transaction) -> None:
    for draft in ended.drafts:
        drafts.end_draft(conn, draft.id)
    conn.execute(delete(transactions).where(transactions.c.id == ended.id))


def _load(conn: Connection, id: str) -> Transaction:
    row = conn.execute(select(transactions).where(transactions.c.id == id)).first()
    if row is None:
        raise NotFound(
            f"There is no open transaction {id}.", help="It was committed or aborted; begin a new one.", transaction=id
        )
    ids = conn.execute(
        select(draft_table.c.id)
        .join(transaction_drafts, transaction_drafts.c.draft == draft_table.c.id)
        .where(transaction_drafts.c.transaction == id)
        .order_by(draft_table.c.started_ms, draft_table.c.id)
    ).scalars()
    found = tuple(drafts.load_draft(conn, DraftId(each)) for each in ids.all())
    return Transaction(ChangeId(row.id), row.author, row.message, row.started_ms, found)
