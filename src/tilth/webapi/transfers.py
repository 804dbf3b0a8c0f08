"""Routes of whole repos: outlines and records as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, BinaryIO, cast

from fastapi import APIRouter, Request, Response
from pydantic import Base64Bytes, BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from tilth.webapi.answers import json_answer
from tilth.webapi.bodies import with_body
from tilth.webapi.contents import BYTES, SAFE_HEADERS, begun
from tilth.webapi.guard import add, workspace_of

Ids = Annotated[Sequence[str], Field(max_length=100_000)]


class OutlineRequest(BaseModel):
    """Which commits, and which of them somebody has."""

    repo: str
    commits: Ids
    have: Ids = ()


class RecordsRequest(OutlineRequest):
    """Which records of that outline: a bit for each, the lowest first."""

    wanted: Base64Bytes


def add_transfers(router: APIRouter) -> None:
    """Add the routes."""
    told = {200: {"content": {BYTES: {}}, "description": "The bytes."}}
    add(
        router,
        "transfers.outline",
        outline,
        summary="Stream which records commits consist of: 33 bytes each, a kind and a digest.",
        responses=told,
    )
    add(
        router,
        "transfers.records",
        records,
        summary="Stream those records of an outline that are wanted.",
        responses=told,
    )
    add(
        router,
        "transfers.missing",
        missing,
        body=BYTES,
        summary="Answer a byte for each entry of an outline: 1 where its record is not here.",
        responses=told,
    )
    add(
        router,
        "transfers.put_records",
        put_records,
        body=BYTES,
        summary="Store records, each checked against its digest.",
        responses={200: {"model": int, "description": "How many."}},
    )


def outline(request: Request, body: OutlineRequest) -> Response:
    """Stream an outline."""
    pieces = begun(workspace_of(request).transfers.outline(body.repo, body.commits, body.have))
    return StreamingResponse(pieces, headers=SAFE_HEADERS, media_type=BYTES)


def records(request: Request, body: RecordsRequest) -> Response:
    """Stream records."""
    pieces = begun(workspace_of(request).transfers.records(body.repo, body.commits, body.have, body.wanted))
    return StreamingResponse(pieces, headers=SAFE_HEADERS, media_type=BYTES)


async def missing(request: Request) -> Response:
    """Look records up."""
    entries = await request.body()
    found = await run_in_threadpool(workspace_of(request).transfers.missing, entries)
    return Response(found, headers=SAFE_HEADERS, media_type=BYTES)


async def put_records(request: Request) -> Response:
    """Store records as they arrive."""
    transfers = workspace_of(request).transfers
    count = await with_body(request, lambda body: transfers.put_records(cast(BinaryIO, body)))
    return json_answer(int, count)
