"""Files in parts, over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from tilth.client.transport import PIECE, Transport
from tilth.contract.commit import CommitInfo
from tilth.contract.uploads import UploadFile, lines_of, questions_of

_LINES = 1 << 18


class RemoteUploads:
    """Files in parts, to a server."""

    def __init__(self, transport: Transport) -> None:
        self._call = transport

    def lacking(self, branch: str, files: Iterable[UploadFile]) -> bytes:
        """Return a byte for each chunk: 1 where it is to be put first. Many files are asked for in several calls."""
        parts = iter(questions_of(files))
        first = next(parts, [])  # asked in any case: it tells also whether the branch is there
        return b"".join(
            self._call.exchange("uploads.lacking", b"".join(lines_of(part)), branch=branch)
            for part in chain((first,), parts)
        )

    def put(self, branch: str, source: bytes | BinaryIO) -> int:
        """Store chunks. Bytes are sent again where the answer was lost."""
        body = source if isinstance(source, bytes) else iter(lambda: source.read(PIECE), b"")
        return self._call.send("uploads.put", int, body, again=isinstance(body, bytes), branch=branch)

    def commit(
        self,
        branch: str,
        files: Iterable[UploadFile],
        *,
        deletes: Iterable[str] = (),
        message: str = "",
        if_head: str | None = None,
    ) -> CommitInfo:
        """Write files in one commit from chunks that are there."""
        body = _gathered(lines_of(files, deletes))
        return self._call.send("uploads.commit", CommitInfo, body, branch=branch, message=message, if_head=if_head)


def _gathered(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Join lines: each piece that is sent costs a call of the system."""
    held = bytearray()
    for line in lines:
        held += line
        if len(held) >= _LINES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)
