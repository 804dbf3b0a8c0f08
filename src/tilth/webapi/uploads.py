"""Routes of uploads in parts: which chunks are lacking, chunks, and the commit that names them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from fastapi import APIRouter, Request, Response

from tilth.contract.commit import CommitInfo
from tilth.contract.uploads import ENTRY, MEDIA_TYPE, MOST_CHUNKS, MOST_LINES, UploadFile, files_of
from tilth.errors import Invalid
from tilth.webapi.answers import json_answer
from tilth.webapi.bodies import with_body
from tilth.webapi.contents import BYTES, SAFE_HEADERS
from tilth.webapi.guard import add, workspace_of
from tilth.webapi.methods import check_reference


def add_uploads(router: APIRouter) -> None:
    """Add the routes."""
    add(
        router,
        "uploads.lacking",
        lacking,
        body=MEDIA_TYPE,
        summary="Answer a byte for each chunk of the files that the lines tell: 1 where it is to be put first.",
        responses={200: {"content": {BYTES: {}}, "description": "The bytes."}},
    )
    add(
        router,
        "uploads.put",
        put,
        body=BYTES,
        summary="Store chunks as records, each checked against its digest; they are kept for a week for their sender.",
        responses={200: {"model": int, "description": "How many."}},
    )
    add(
        router,
        "uploads.commit",
        commit,
        body=MEDIA_TYPE,
        summary="Write the files that the lines tell in one commit, from chunks that are there.",
        responses={200: {"model": CommitInfo, "description": "The result."}},
    )


async def lacking(request: Request, branch: str) -> Response:
    """Look chunks up."""
    check_reference(branch)
    uploads = workspace_of(request).uploads

    def act(body: io.BufferedReader) -> bytes:
        return uploads.lacking(branch, _asked(cast(BinaryIO, body)))

    return Response(await with_body(request, act), headers=SAFE_HEADERS, media_type=BYTES)


def _asked(body: BinaryIO) -> Iterator[UploadFile]:
    """Yield the files of a question as they arrive, as many as one may hold."""
    chunks = 0
    for number, each in enumerate(files_of(body)):
        chunks += len(each.chunks) // ENTRY if isinstance(each, UploadFile) else 0
        if number >= MOST_LINES or chunks > MOST_CHUNKS:
            raise Invalid(
                f"That is too much for one question: {MOST_LINES:,} lines and {MOST_CHUNKS:,} chunks are the most.",
                help="Ask in several requests.",
            )
        if isinstance(each, UploadFile):
            yield each


async def put(request: Request, branch: str) -> Response:
    """Store chunks as they arrive."""
    check_reference(branch)
    uploads = workspace_of(request).uploads
    count = await with_body(request, lambda body: uploads.put(branch, cast(BinaryIO, body)))
    return json_answer(int, count)


async def commit(request: Request, branch: str, message: str = "", if_head: str | None = None) -> Response:
    """Write files in one commit; lines that delete come first."""
    check_reference(branch)
    uploads = workspace_of(request).uploads

    def act(body: io.BufferedReader) -> CommitInfo:
        deletes: list[str] = []
        waiting = files_of(cast(BinaryIO, body))
        first: UploadFile | None = None
        for each in waiting:
            if isinstance(each, UploadFile):
                first = each
                break
            deletes.append(each)

        def files() -> Iterator[UploadFile]:
            if first is not None:
                yield first
            for each in waiting:
                if not isinstance(each, UploadFile):
                    raise Invalid("A line that deletes stands behind one that writes.", help="Deletes come first.")
                yield each

        return uploads.commit(branch, files(), deletes=deletes, message=message, if_head=if_head)

    return json_answer(CommitInfo, await with_body(request, act))
