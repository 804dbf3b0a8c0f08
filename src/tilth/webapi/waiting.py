"""Routes that take their time: waiting for jobs, and acts that tell their progress."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from tilth.contract.jobs import JobInfo
from tilth.errors import TilthError, Unavailable
from tilth.progress import Progress
from tilth.webapi.answers import json_answer
from tilth.webapi.failures import body_of, unknown
from tilth.webapi.guard import add, workspace_of
from tilth.webapi.methods import check_reference

LONGEST_WAIT_S = 25.0
_FIRST_PAUSE_S = 0.02
_LONGEST_PAUSE_S = 0.5
_HEARTBEAT_S = 5.0


class VerifyRequest(BaseModel):
    """What to verify."""

    against: str | None = None
    again: bool = False


class GcRequest(BaseModel):
    """How long to wait for those who write now, in seconds."""

    wait_s: Annotated[float, Field(ge=0, le=3600)] = 60.0


class BackupRequest(BaseModel):
    """Where to, if not where the server is set to, which is all that it allows."""

    folder: str | None = None


class PurgeRequest(BaseModel):
    """What to take away for good, and why."""

    reference: str
    reason: str
    everywhere: bool = False
    history: bool = False
    wait_s: Annotated[float, Field(ge=0, le=3600)] = 60.0


class PutBucketRequest(BaseModel):
    """From which place in an object store to where."""

    reference: str
    url: str
    message: str = ""


class GetBucketRequest(BaseModel):
    """What to write to which place in an object store."""

    reference: str
    url: str


def add_waiting(router: APIRouter) -> None:
    """Add the routes that take their time."""
    add(
        router,
        "files.put_bucket",
        put_bucket,
        summary="Write all objects below a URL that the server may reach; answers lines of JSON, `result` last.",
        responses={200: {"content": {"application/x-ndjson": {}}, "description": "Lines of JSON."}},
    )
    add(
        router,
        "files.get_bucket",
        get_bucket,
        summary="Write a version below a URL that the server may reach; answers lines of JSON, `result` last.",
        responses={200: {"content": {"application/x-ndjson": {}}, "description": "Lines of JSON."}},
    )
    add(
        router,
        "jobs.wait",
        wait,
        summary="Wait up to `timeout_s` for a job or all jobs of a change; answers their state, ended or not.",
        responses={200: {"model": list[JobInfo], "description": "The jobs."}},
    )
    add(
        router,
        "maintenance.verify",
        verify,
        summary="Re-hash everything; answers lines of JSON: progress, then `result` or `error`.",
        responses={200: {"content": {"application/x-ndjson": {}}, "description": "Lines of JSON."}},
    )

    add(
        router,
        "maintenance.gc",
        gc,
        summary="Delete what nothing reaches; answers lines of JSON: progress, then `result` or `error`.",
        responses={200: {"content": {"application/x-ndjson": {}}, "description": "Lines of JSON."}},
    )

    add(
        router,
        "maintenance.backup",
        backup,
        summary="Back up to the server's folder for it; answers lines of JSON: progress, then `result` or `error`.",
        responses={200: {"content": {"application/x-ndjson": {}}, "description": "Lines of JSON."}},
    )

    add(
        router,
        "maintenance.purge",
        purge,
        summary="Take bytes away for good; answers lines of JSON: progress, then `result` or `error`.",
        responses={200: {"content": {"application/x-ndjson": {}}, "description": "Lines of JSON."}},
    )


async def wait(
    request: Request, what: str, timeout_s: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S)] = LONGEST_WAIT_S
) -> Response:
    """Look again and again from the event loop, so that those who wait hold no thread that others need."""
    jobs = workspace_of(request).jobs
    deadline = time.monotonic() + timeout_s
    pause = _FIRST_PAUSE_S
    while True:
        try:
            ended = await run_in_threadpool(jobs.wait, what, timeout_s=0.0)
            return json_answer(list[JobInfo], list(ended))
        except Unavailable as error:
            left = deadline - time.monotonic()
            if not error.facts.get("timeout") or left <= 0:
                raise
        await asyncio.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE_S)
        if await request.is_disconnected():
            return Response(status_code=204)


async def verify(request: Request, body: VerifyRequest) -> Response:
    """Verify in a thread and stream what it says."""
    maintenance = workspace_of(request).maintenance

    def act(progress: Progress) -> Any:
        return asdict(maintenance.verify(against=body.against, again=body.again, progress=progress))

    return StreamingResponse(_told(act), media_type="application/x-ndjson")


async def gc(request: Request, body: GcRequest) -> Response:
    """Collect garbage in a thread and stream what it says."""
    maintenance = workspace_of(request).maintenance

    def act(progress: Progress) -> Any:
        return asdict(maintenance.gc(wait_s=body.wait_s, progress=progress))

    return StreamingResponse(_told(act), media_type="application/x-ndjson")


async def backup(request: Request, body: BackupRequest) -> Response:
    """Back up in a thread and stream what it says."""
    maintenance = workspace_of(request).maintenance

    def act(progress: Progress) -> Any:
        return asdict(maintenance.backup(body.folder, progress=progress))

    return StreamingResponse(_told(act), media_type="application/x-ndjson")


async def purge(request: Request, body: PurgeRequest) -> Response:
    """Purge in a thread and stream what it says."""
    maintenance = workspace_of(request).maintenance

    def act(progress: Progress) -> Any:
        return asdict(maintenance.purge(**body.model_dump(), progress=progress))

    return StreamingResponse(_told(act), media_type="application/x-ndjson")


async def put_bucket(request: Request, body: PutBucketRequest) -> Response:
    """Fetch objects in a thread and stream what it says."""
    check_reference(body.reference)
    files = workspace_of(request).files

    def act(progress: Progress) -> Any:
        return asdict(files.put_bucket(body.reference, body.url, message=body.message, progress=progress))

    return StreamingResponse(_told(act), media_type="application/x-ndjson")


async def get_bucket(request: Request, body: GetBucketRequest) -> Response:
    """Send objects in a thread and stream what it says."""
    check_reference(body.reference)
    files = workspace_of(request).files

    def act(progress: Progress) -> Any:
        return asdict(files.get_bucket(body.reference, body.url, progress=progress))

    return StreamingResponse(_told(act), media_type="application/x-ndjson")


class _Lines:
    """Progress as lines of JSON, handed to the event loop; a fast counter is told at most ten times a second."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._pending = 0
        self._told_at = 0.0
        self.left = False

    def begin(self, what: str, total: int | None = None, unit: str = "items") -> None:
        """Tell the step."""
        self.tell({"begin": what, "total": total, "unit": unit})

    def advance(self, amount: int = 1) -> None:
        """Tell the amount, some at a time. Raises Unavailable when nobody hears it any more, which ends the work."""
        if self.left:
            raise Unavailable("Whoever asked for this has left.", help="Ask again.")
        self._pending += amount
        if time.monotonic() - self._told_at > 0.1:
            self._flush()

    def end(self) -> None:
        """Tell the end of the step."""
        self._flush()
        self.tell({"end": True})

    def tell(self, line: dict[str, Any] | None) -> None:
        """Send one line; None ends the answer."""
        data = None if line is None else json.dumps(line).encode() + b"\n"
        if self.left:
            return
        self._loop.call_soon_threadsafe(self.queue.put_nowait, data)

    def _flush(self) -> None:
        if self._pending:
            self.tell({"advance": self._pending})
            self._pending = 0
        self._told_at = time.monotonic()


async def _told(act: Callable[[Progress], Any]) -> AsyncIterator[bytes]:
    lines = _Lines(asyncio.get_running_loop())

    def run() -> None:
        try:
            lines.tell({"result": act(lines)})
        except TilthError as error:
            lines.tell({"error": body_of(error)})
        except Exception as error:  # noqa: BLE001 (a door: whatever it was, the caller is told that it failed)
            lines.tell({"error": body_of(unknown(error))})
        lines.tell(None)

    threading.Thread(target=run, name="tilth-verify", daemon=True).start()
    try:
        while True:
            try:
                line = await asyncio.wait_for(lines.queue.get(), _HEARTBEAT_S)
            except TimeoutError:
                line = b"{}\n"
            if line is None:
                return
            yield line
    finally:
        lines.left = True
