"""Transactions over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from tilth.client.files import pieces
from tilth.client.transport import Transport
from tilth.contract import archive
from tilth.contract.commit import CommitInfo
from tilth.contract.entry import FileSource
from tilth.contract.paging import Page
from tilth.contract.transactions import TransactionInfo


class RemoteTransactions:
    """Open transactions on a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def begin(self, *, message: str = "") -> TransactionInfo:
        """Open an empty transaction."""
        return self._call.post("transactions.begin", TransactionInfo, message=message)

    def get(self, transaction: str) -> TransactionInfo:
        """Return one that is open."""
        return self._call.get("transactions.get", TransactionInfo, transaction=transaction)

    def list(self) -> Page[TransactionInfo]:
        """List those that are open."""
        return self._call.get("transactions.list", Page[TransactionInfo])

    def put_many(
        self, transaction: str, branch: str, files: Iterable[tuple[str, FileSource]], *, deletes: Iterable[str] = ()
    ) -> TransactionInfo:
        """Write and delete files in the transaction."""
        body = archive.pack(files, deletes=deletes)
        return self._call.send("transactions.put_many", TransactionInfo, body, transaction=transaction, branch=branch)

    def append(self, transaction: str, reference: str, source: bytes | BinaryIO) -> TransactionInfo:
        """Write bytes behind those of a file."""
        return self._call.send(
            "transactions.append", TransactionInfo, pieces(source), transaction=transaction, reference=reference
        )

    def commit(self, transaction: str, *, message: str = "") -> Page[CommitInfo]:
        """Commit all of it, or none."""
        return self._call.post("transactions.commit", Page[CommitInfo], transaction=transaction, message=message)

    def abort(self, transaction: str) -> None:
        """Forget it."""
        self._call.act("transactions.abort", transaction=transaction)
