"""Routes that move bytes: files, folders, drafts, logs, media."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Annotated, BinaryIO, Final, Literal, TypeVar, cast

from blake3 import blake3
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from tilth.contract import archive
from tilth.contract.commit import CommitInfo
from tilth.contract.entry import FileInfo
from tilth.contract.transactions import TransactionInfo
from tilth.errors import Invalid
from tilth.model.names import check_path
from tilth.webapi.answers import json_answer
from tilth.webapi.bodies import with_body
from tilth.webapi.guard import add, workspace_of
from tilth.webapi.methods import check_reference
from tilth.webapi.ranges import byte_range

BYTES = "application/octet-stream"

T = TypeVar("T")

GATHERED = 1 << 18

PACKED = {"tar": archive.MEDIA_TYPE, "tgz": "application/gzip", "tzst": "application/zstd", "zip": "application/zip"}

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; sandbox",
}
"""Stored bytes are hostile: a browser may show them and may not run them."""


SHOWN_AS_IT_IS: Final = frozenset(
    (
        "application/json",
        "audio/aac",
        "audio/flac",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "audio/webm",
        "audio/x-wav",
        "image/avif",
        "image/bmp",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "text/csv",
        "text/markdown",
        "text/plain",
        "text/tab-separated-values",
        "video/mp4",
        "video/ogg",
        "video/quicktime",
        "video/webm",
    )
)
"""What a stored file may be sent as. Anything else, whatever it says it is (a page, a script, an SVG, a PDF), goes out
as bytes to be saved."""


def shown_as(kind: str) -> tuple[str, bool]:
    """Return the content type to send for what a stored file says it is, and whether a browser may show it."""
    plain = kind.partition(";")[0].strip().lower()
    if plain not in SHOWN_AS_IT_IS:
        return BYTES, False
    return (f"{plain}; charset=utf-8" if plain.startswith("text/") else plain), True


def add_contents(router: APIRouter) -> None:
    """Add the routes that move bytes."""
    add(
        router,
        "files.put",
        put,
        body=BYTES,
        summary="Write one file; the body is its bytes.",
        responses=_result(CommitInfo),
    )
    add(
        router,
        "files.put_many",
        put_many,
        body=archive.MEDIA_TYPE,
        summary="Write and delete many files in one commit; the body is a tar stream.",
        responses=_result(CommitInfo),
    )
    add(
        router,
        "files.append",
        append,
        body=BYTES,
        summary="Write the body behind what a file holds.",
        responses=_result(CommitInfo),
    )
    add(
        router,
        "files.put_archive",
        put_archive,
        body=BYTES,
        summary="Write the files of an archive: tar (plain, gzip, bzip2, xz, zstd) or zip.",
        responses=_result(CommitInfo),
    )
    add(router, "files.read", read, summary="Stream the bytes of a file, or a range of them.", responses=_stream(BYTES))
    add(
        router,
        "files.archive",
        pack,
        summary="Stream a commit, folder or file as tar or zip, with paths relative to it.",
        responses=_stream(archive.MEDIA_TYPE),
    )
    add(
        router,
        "transactions.put_many",
        transaction_put,
        body=archive.MEDIA_TYPE,
        summary="Write and delete files in a transaction; the body is a tar stream.",
        responses=_result(TransactionInfo),
    )
    add(
        router,
        "transactions.append",
        transaction_append,
        body=BYTES,
        summary="Write the body behind what a file holds, in a transaction.",
        responses=_result(TransactionInfo),
    )
    add(
        router,
        "drafts.put",
        draft_put,
        body=BYTES,
        summary="Write a file in a draft.",
        responses=_result(FileInfo),
    )
    add(
        router,
        "datasets.export",
        export,
        summary="Stream matching items as a zip archive.",
        responses=_stream("application/zip"),
    )
    add(router, "jobs.logs", logs, summary="Stream the log of one datum.", responses=_stream("text/plain"))
    add(router, "audit.export", trail, summary="Stream the audit trail as CSV.", responses=_stream("text/csv"))
    add(router, "labeling.media", shown, summary="Stream the bytes that a task shows.", responses=_stream(BYTES))
    add(
        router,
        "datasets.thumbnail",
        thumbnail,
        summary="Return a small picture of an image item.",
        responses=_stream("image/png"),
    )
    add(
        router,
        "files.thumbnail",
        file_thumbnail,
        summary="Return a small picture of an image file.",
        responses=_stream("image/png"),
    )
    add(router, "tasks.media", media, summary="Stream the bytes shown in a task.", responses=_stream(BYTES))


async def put(request: Request, reference: str, message: str = "") -> Response:
    """Write the body at `repo[@branch]:path`."""
    check_reference(reference)
    files = workspace_of(request).files
    commit = await with_body(request, lambda body: files.put(reference, cast(BinaryIO, body), message=message))
    return json_answer(CommitInfo, commit)


async def append(request: Request, reference: str, message: str = "") -> Response:
    """Write the body behind the bytes of `repo[@branch]:path`."""
    check_reference(reference)
    files = workspace_of(request).files
    commit = await with_body(request, lambda body: files.append(reference, cast(BinaryIO, body), message=message))
    return json_answer(CommitInfo, commit)


async def put_many(request: Request, branch: str, message: str = "", if_head: str | None = None) -> Response:
    """Write the files of the tar stream; its global header `TILTH.deletes` may hold a JSON list of paths to delete."""
    check_reference(branch)
    files = workspace_of(request).files

    def act(body: io.BufferedReader) -> CommitInfo:
        edits = archive.unpack(body)
        with archive.reading():
            return files.put_many(branch, edits.files, deletes=edits.deletes, message=message, if_head=if_head)

    commit = await with_body(request, act)
    return json_answer(CommitInfo, commit)


async def put_archive(request: Request, reference: str, message: str = "") -> Response:
    """Write the files of an archive (tar, zip) below `repo[@branch][:path]`."""
    check_reference(reference)
    files = workspace_of(request).files
    act = partial(files.put_archive, reference, message=message)
    return json_answer(CommitInfo, await with_body(request, lambda body: act(cast(BinaryIO, body))))


async def transaction_put(request: Request, transaction: str, branch: str) -> Response:
    """Write the files of the tar stream in a transaction; deletes stand in its header, as for `files.put_many`."""
    check_reference(branch)
    transactions = workspace_of(request).transactions

    def act(body: io.BufferedReader) -> TransactionInfo:
        edits = archive.unpack(body)
        with archive.reading():
            return transactions.put_many(transaction, branch, edits.files, deletes=edits.deletes)

    return json_answer(TransactionInfo, await with_body(request, act))


async def transaction_append(request: Request, transaction: str, reference: str) -> Response:
    """Write the body behind the bytes of `repo[@branch]:path` in a transaction."""
    check_reference(reference)
    transactions = workspace_of(request).transactions
    found = await with_body(request, lambda body: transactions.append(transaction, reference, cast(BinaryIO, body)))
    return json_answer(TransactionInfo, found)


async def draft_put(request: Request, draft: str, path: str) -> Response:
    """Write the body at a path of the draft."""
    check_path(path)
    drafts = workspace_of(request).drafts
    file = await with_body(request, lambda body: drafts.put(draft, path, cast(BinaryIO, body)))
    return json_answer(FileInfo, file)


def read(
    request: Request,
    reference: str,
    start: Annotated[int, Query(ge=0)] = 0,
    stop: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """Stream a file; `start` and `stop` or a Range header choose a part."""
    check_reference(reference)
    files = workspace_of(request).files
    info = files.stat(reference)
    if info.kind == "folder":
        raise Invalid(
            f"{reference} is a folder.", help="Read a file in it, or take files/archive.", reference=reference
        )
    asked = byte_range(request.headers.get("range"), info.size)
    if asked is not None:
        start, stop = asked
    end = info.size if stop is None else min(stop, info.size)
    start = min(start, end)
    headers = {**SAFE_HEADERS, "Content-Length": str(end - start), "Accept-Ranges": "bytes"}
    if info.digest:
        headers["Cache-Control"] = "private, no-cache"
        headers["ETag"] = f'"{info.digest}"'
    if asked is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{info.size}"
    pieces = begun(files.read(reference, start=start, stop=end))
    kind, shown = shown_as(info.attributes.get("content-type", BYTES))
    if not shown:
        headers["Content-Disposition"] = "attachment"
    return StreamingResponse(pieces, 206 if asked is not None else 200, headers, kind)


def pack(request: Request, reference: str, format: Literal["tar", "tgz", "tzst", "zip"] = "tar") -> Response:
    """Stream all files below a reference."""
    check_reference(reference)
    pieces = _gathered(begun(workspace_of(request).files.archive(reference, format=format)))
    named = {"Content-Disposition": f'attachment; filename="files.{format}"'} if format != "tar" else {}
    return StreamingResponse(begun(pieces), headers={**SAFE_HEADERS, **named}, media_type=PACKED[format])


def logs(request: Request, job: str, datum: str | None = None) -> Response:
    """Stream a log as plain text."""
    pieces = begun(workspace_of(request).jobs.logs(job, datum=datum))
    return StreamingResponse(pieces, headers=SAFE_HEADERS, media_type="text/plain; charset=utf-8")


def trail(
    request: Request,
    user: str = "",
    operation: str = "",
    object: str = "",
    outcome: str = "",
    since_ms: int = 0,
    until_ms: int | None = None,
) -> Response:
    """Stream the audit trail as a file to keep."""
    pieces = workspace_of(request).audit.export(
        user=user, operation=operation, object=object, outcome=outcome, since_ms=since_ms, until_ms=until_ms
    )
    named = {"Content-Disposition": 'attachment; filename="audit-trail.csv"'}
    return StreamingResponse(pieces, headers={**SAFE_HEADERS, **named}, media_type="text/csv; charset=utf-8")


def media(request: Request, assignment: str, variable: str) -> Response:
    """Stream what a task shows."""
    pieces = begun(workspace_of(request).tasks.media(assignment, variable))
    return StreamingResponse(pieces, headers={**SAFE_HEADERS, "Cache-Control": "private"}, media_type=BYTES)


def shown(request: Request, pipeline: str, task: str, variable: str) -> Response:
    """Stream what a task shows, to those who run the pipeline. The bytes of a task never change."""
    pieces = begun(workspace_of(request).labeling.media(pipeline, task, variable))
    headers = {**SAFE_HEADERS, "Cache-Control": "private, max-age=86400, immutable"}
    return StreamingResponse(pieces, headers=headers, media_type=BYTES)


def thumbnail(
    request: Request,
    name: str,
    key: str,
    size: Annotated[int, Query(ge=16, le=1024)] = 256,
    at: str | None = None,
    version: str | None = None,
) -> Response:
    """Return a small picture. With `version` (whatever tells the content apart, such as its reference) it is kept."""
    return _picture(request, workspace_of(request).datasets.thumbnail(name, key, size=size, at=at), bool(version))


def file_thumbnail(
    request: Request, reference: str, size: Annotated[int, Query(ge=16, le=1024)] = 256, version: str | None = None
) -> Response:
    """Return a small picture. With `version` (the file's digest, say) it is kept."""
    check_reference(reference)
    return _picture(request, workspace_of(request).files.thumbnail(reference, size=size), bool(version))


def _picture(request: Request, data: bytes, named: bool) -> Response:
    tag = f'"{blake3(data).hexdigest(length=16)}"'
    caching = "private, max-age=31536000, immutable" if named else "private, no-cache"
    headers = {**SAFE_HEADERS, "ETag": tag, "Cache-Control": caching}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(data, headers=headers, media_type="image/png" if data.startswith(b"\x89PNG") else "image/jpeg")


def export(
    request: Request,
    name: str,
    format: str = "csv",
    where: str = "",
    model: str | None = None,
    at: str | None = None,
    media: bool = True,
    spreadsheet_safe: bool = True,
) -> Response:
    """Stream matching items as a zip archive to save."""
    # Begun before the headers are made, so that the names in them are those of a dataset and a format that there are.
    pieces = begun(
        workspace_of(request).datasets.export(
            name, format=format, where=where, model=model, at=at, media=media, spreadsheet_safe=spreadsheet_safe
        )
    )
    headers = {
        **SAFE_HEADERS,
        "Content-Disposition": f'attachment; filename="{name.rpartition("/")[2]}-{format}.zip"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_gathered(pieces), headers=headers, media_type="application/zip")


def begun(pieces: Iterator[T]) -> Iterator[T]:
    """Take the first piece before the answer begins, so that an error still has its own status."""
    first = next(pieces, None)
    return chain((first,), pieces) if first is not None else pieces


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Join small pieces: each one sent is a switch of threads, which costs more than a small file."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= GATHERED:
            yield b"".join(waiting)
            waiting.clear()
            size = 0
    if waiting:
        yield b"".join(waiting)


def _result(kind: type) -> dict[int | str, dict[str, object]]:
    return {200: {"model": kind, "description": "The result."}}


def _stream(media_type: str) -> dict[int | str, dict[str, object]]:
    return {200: {"content": {media_type: {}}, "description": "The bytes."}}
