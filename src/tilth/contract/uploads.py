"""Large and many files over a network in parts: which chunks are lacking, the chunks, the commit that names them.

A chunk is named by an *entry*: its BLAKE3 (32 bytes) and its length (32 bits, little-endian). Files are cut as the
store cuts them (docs/uploads.md), so equal bytes have equal chunks whoever sends them.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from tilth.contract.commit import CommitInfo
from tilth.errors import Invalid

ENTRY = 36
MEDIA_TYPE = "application/x-ndjson"
LONGEST_LINE = 64 << 20
MOST_LINES = 100_000
"""Of one question which chunks are lacking."""
MOST_CHUNKS = 2_000_000
"""In all lines of one question."""
MOST_COMMITTED = 5_000_000
"""Lines of one commit."""
MOST_COMMITTED_BYTES = 2 << 30
"""Of all lines of one commit."""


@dataclass(frozen=True, slots=True)
class UploadFile:
    """A file to write, by its chunks (their entries, in order); or with `link` a symbolic link.

    Chunks of the file at `like` (default: at `path`) at the branch's head need not be sent.
    """

    path: str
    chunks: bytes = b""
    link: str | None = None
    executable: bool = False
    like: str = ""


class Uploads(Protocol):
    """Files in parts. What was put is kept for some days for the user who put it, in the repo it was put for."""

    def lacking(self, branch: str, files: Iterable[UploadFile]) -> bytes:
        """Return a byte for each chunk of the files, in order: 1 where it is to be put first.

        A chunk counts as there when the caller put it for this repo, or the file at `like` or `path` at the head of
        `repo[@branch]` has it; what else is in the store is told to nobody.
        """

    def put(self, branch: str, source: bytes | BinaryIO) -> int:
        """Store chunks (as records, each checked against its digest) and return how many. Durable when this returns.

        Raises Invalid for records that are damaged, Conflict where too much waits of this user (docs/uploads.md).
        """

    def commit(
        self,
        branch: str,
        files: Iterable[UploadFile],
        *,
        deletes: Iterable[str] = (),
        message: str = "",
        if_head: str | None = None,
    ) -> CommitInfo:
        """Write files in one commit from chunks that are there; deletes (files or folders) come first.

        Raises Conflict where chunks are lacking (`facts` tell how many): ask `lacking` again.
        """


def lines_of(files: Iterable[UploadFile], deletes: Iterable[str] = ()) -> Iterator[bytes]:
    """Yield files and deletes as they go over the wire: an object of JSON in each line."""
    for path in deletes:
        yield _line({"delete": path})
    for file in files:
        told: dict[str, Any] = {"path": file.path}
        if file.link is not None:
            told["link"] = file.link
        else:
            told["chunks"] = base64.b64encode(file.chunks).decode()
        if file.executable:
            told["executable"] = True
        if file.like:
            told["like"] = file.like
        yield _line(told)


def questions_of(files: Iterable[UploadFile]) -> Iterator[list[UploadFile]]:
    """Yield the files in as many parts as one question may hold."""
    part: list[UploadFile] = []
    chunks = 0
    for file in files:
        count = len(file.chunks) // ENTRY
        if part and (len(part) == MOST_LINES or chunks + count > MOST_CHUNKS):
            yield part
            part, chunks = [], 0
        part.append(file)
        chunks += count
    if part:
        yield part


def files_of(stream: BinaryIO) -> Iterator[UploadFile | str]:
    """Yield the files, and the paths to delete, of such lines. Raises Invalid that names the line.

    Also where a line is longer than any file needs, or lines and bytes are more than one commit may have.
    """
    number = size = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        size += len(line)
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            raise Invalid(
                f"Line {number} of the upload is longer than {LONGEST_LINE:,} bytes.", help="Write one file per line."
            )
        if number > MOST_COMMITTED or size > MOST_COMMITTED_BYTES:
            raise Invalid(
                f"That is too much for one commit: {MOST_COMMITTED:,} lines and {MOST_COMMITTED_BYTES:,} bytes of them "
                "are the most.",
                help="Write the files in several commits.",
            )
        try:
            told = json.loads(line)
            if not isinstance(told, dict):
                raise TypeError("not an object")
            if set(told) == {"delete"} and isinstance(told["delete"], str):
                yield told["delete"]
                continue
            yield _file(told)
        except (ValueError, TypeError, KeyError, RecursionError, binascii.Error) as error:
            raise Invalid(
                f"Line {number} of the upload tells no file.",
                help='Write {"path": …, "chunks": BASE64} or {"path": …, "link": …} or {"delete": …}.',
            ) from error


def _file(told: dict[str, Any]) -> UploadFile:
    path, link, like = told.pop("path"), told.pop("link", None), told.pop("like", "")
    chunks, executable = told.pop("chunks", ""), told.pop("executable", False)
    texts = (path, chunks, like, link or "")
    if told or not isinstance(executable, bool) or not all(isinstance(text, str) for text in texts):
        raise ValueError("unknown or wrong fields")
    return UploadFile(path, base64.b64decode(chunks, validate=True), link, executable, like)


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"  # ASCII: a link may lead to what is no UTF-8
