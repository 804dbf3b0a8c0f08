"""Transactions: writes to several repos that become commits of one change, all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Protocol

from tilth.contract.commit import CommitInfo
from tilth.contract.entry import FileSource
from tilth.contract.paging import Page


@dataclass(frozen=True, slots=True)
class TransactionInfo:
    """A transaction that is open; `id` is the change that its commits will be of."""

    id: str
    author: str
    message: str
    started_ms: int
    branches: Sequence[str]
    """`repo@branch` of each that it writes to."""
    edits: int


class Transactions(Protocol):
    """Open transactions. Each acknowledged write in one is durable; nobody sees it before the commit."""

    def begin(self, *, message: str = "") -> TransactionInfo:
        """Open an empty transaction."""

    def get(self, transaction: str) -> TransactionInfo:
        """Return one that is open."""

    def list(self) -> Page[TransactionInfo]:
        """List those that are open, oldest first."""

    def put_many(
        self, transaction: str, branch: str, files: Iterable[tuple[str, FileSource]], *, deletes: Iterable[str] = ()
    ) -> TransactionInfo:
        """Write and delete files on `repo[@branch]` in the transaction; deletes (files or folders) come first."""

    def append(self, transaction: str, reference: str, source: bytes | BinaryIO) -> TransactionInfo:
        """Write bytes behind what the file at `repo[@branch]:path` holds, in the transaction or else now."""

    def commit(self, transaction: str, *, message: str = "") -> Page[CommitInfo]:
        """Commit on every branch that something changes on, all or none, and end the transaction."""

    def abort(self, transaction: str) -> None:
        """Forget the transaction and what was written in it."""


class OpenTransaction:
    """`with workspace.transaction("message") as t:` commits at the end, or forgets all when the block raises."""

    def __init__(self, transactions: Transactions, message: str) -> None:
        self._transactions = transactions
        self._message = message
        self.id = ""
        self.commits: Sequence[CommitInfo] = ()
        """What came of it, once the block has ended."""

    def put(self, reference: str, source: FileSource) -> None:
        """Write one file at `repo[@branch]:path`."""
        branch, _, path = reference.partition(":")
        self._transactions.put_many(self.id, branch, [(path, source)])

    def put_many(self, branch: str, files: Iterable[tuple[str, FileSource]], *, deletes: Iterable[str] = ()) -> None:
        """Write and delete files on `repo[@branch]`."""
        self._transactions.put_many(self.id, branch, files, deletes=deletes)

    def append(self, reference: str, source: bytes | BinaryIO) -> None:
        """Write bytes behind those of a file."""
        self._transactions.append(self.id, reference, source)

    def delete(self, reference: str) -> None:
        """Delete a file or folder."""
        branch, _, path = reference.partition(":")
        self._transactions.put_many(self.id, branch, (), deletes=[path])

    def __enter__(self) -> OpenTransaction:
        self.id = self._transactions.begin(message=self._message).id
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._transactions.abort(self.id)
            return
        self.commits = self._transactions.commit(self.id).items
