"""Whole repos over HTTP, as records."""

from __future__ import annotations

import base64
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import BinaryIO

from tilth.client.files import pieces
from tilth.client.transport import Transport
from tilth.contract.transfers import RepoRefs, TakenOver


class RemoteTransfers:
    """Repos of a server as records."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def refs(self, repo: str) -> RepoRefs:
        """Return what a repo names now."""
        return self._call.get("transfers.refs", RepoRefs, repo=repo)

    def lacking(self, commits: Sequence[str]) -> Sequence[str]:
        """Return those of the given commits that are not there."""
        return self._call.post("transfers.lacking", builtins.list[str], again=True, commits=list(commits))

    def outline(self, repo: str, commits: Sequence[str], have: Sequence[str]) -> Iterator[bytes]:
        """Stream the entries of all records that `commits` reach and `have` do not."""
        return self._call.receive("transfers.outline", repo=repo, commits=list(commits), have=list(have))

    def records(self, repo: str, commits: Sequence[str], have: Sequence[str], wanted: bytes) -> Iterator[bytes]:
        """Stream the records that are wanted of an outline."""
        asked = base64.b64encode(wanted).decode()
        return self._call.receive("transfers.records", repo=repo, commits=list(commits), have=list(have), wanted=asked)

    def missing(self, entries: bytes) -> bytes:
        """Return a byte for each entry of an outline: 1 where its record is not there."""
        return self._call.exchange("transfers.missing", entries)

    def put_records(self, source: bytes | BinaryIO) -> int:
        """Store records."""
        body = pieces(source)
        return self._call.send("transfers.put_records", int, body, again=isinstance(body, bytes))

    def take_over(self, refs: RepoRefs, *, name: str = "", force: bool = False) -> TakenOver:
        """Make the repo there what `refs` say."""
        return self._call.post("transfers.take_over", TakenOver, refs=asdict(refs), name=name, force=force)
