"""Transactions of a local workspace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from tilth.contract.commit import CommitInfo
from tilth.contract.entry import FileSource
from tilth.contract.paging import Page
from tilth.contract.principal import Role
from tilth.contract.transactions import TransactionInfo
from tilth.errors import Denied, Invalid
from tilth.versioning import drafts, revisions, transactions
from tilth.versioning.edits import Delete, Put
from tilth.versioning.transactions import Transaction
from tilth.versioning.trees import folder_path
from tilth.workspace.files import entry_from
from tilth.workspace.infos import commit_info
from tilth.workspace.names import short_name
from tilth.workspace.opened import Opened


class LocalTransactions:
    """Open transactions in the folder."""

    def __init__(self, opened: Opened) -> None:
        self._backend = opened.backend
        self._principal = opened.principal

    def begin(self, *, message: str = "") -> TransactionInfo:
        """Open an empty transaction."""
        return _info(transactions.begin(self._backend, author=self._principal.name, message=message))

    def get(self, transaction: str) -> TransactionInfo:
        """Return one that is open."""
        return _info(self._mine(transaction))

    def list(self) -> Page[TransactionInfo]:
        """List those that are open, oldest first; an owner sees all."""
        found = transactions.list_transactions(self._backend)
        return Page([_info(each) for each in found if self._may(each)])

    def put_many(
        self, transaction: str, branch: str, files: Iterable[tuple[str, FileSource]], *, deletes: Iterable[str] = ()
    ) -> TransactionInfo:
        """Write and delete files in the transaction."""
        mine = self._mine(transaction)
        asked = revisions.parse(branch)
        if asked.path:
            raise Invalid(f"{branch} names a path.", help="Name the branch; paths stand with the files.")
        draft = transactions.draft_in(self._backend, mine.id, asked.full_name, asked.branch)
        edits: list[Put | Delete] = [Delete(folder_path(path)) for path in deletes]
        with self._backend.act():
            edits.extend(Put(entry_from(self._backend, path, source)) for path, source in files)
            drafts.add_to_draft(self._backend, draft, edits)
        return self.get(mine.id)

    def append(self, transaction: str, reference: str, source: bytes | BinaryIO) -> TransactionInfo:
        """Write bytes behind those of a file."""
        mine = self._mine(transaction)
        asked = revisions.parse(reference)
        if not asked.path:
            raise Invalid(f"{reference} names no path.", help="Write REPO[@BRANCH]:PATH.", reference=reference)
        draft = transactions.draft_in(self._backend, mine.id, asked.full_name, asked.branch)
        drafts.append_in_draft(self._backend, draft, asked.path, source)
        return self.get(mine.id)

    def commit(self, transaction: str, *, message: str = "") -> Page[CommitInfo]:
        """Commit all of it, or none."""
        made = transactions.commit(self._backend, self._mine(transaction).id, message=message)
        return Page([commit_info(commit) for commit in made])

    def abort(self, transaction: str) -> None:
        """Forget it."""
        transactions.abort(self._backend, self._mine(transaction).id)

    def _mine(self, transaction: str) -> Transaction:
        found = transactions.get(self._backend, transaction)
        if not self._may(found):
            raise Denied(f"Transaction {transaction} is private to {found.author}.", help="Begin one of your own.")
        return found

    def _may(self, found: Transaction) -> bool:
        return found.author == self._principal.name or self._principal.role is Role.OWNER


def _info(found: Transaction) -> TransactionInfo:
    branches = [f"{short_name(draft.repo)}@{draft.branch}" for draft in found.drafts]
    edits = sum(draft.edits for draft in found.drafts)
    return TransactionInfo(found.id, found.author, found.message, found.started_ms, branches, edits)
