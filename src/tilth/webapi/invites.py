"""Joining by an invite: the one way to become a user without a credential.

The link's secret comes in the body, so that no log of addresses holds it. Joining opens a new session in place of the
one that the browser has; only the console's own page can ask for it.
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from tilth.contract.access import InviteInfo, JoinedInfo
from tilth.errors import NotFound
from tilth.webapi.answers import json_answer
from tilth.webapi.guard import origin_of
from tilth.webapi.sessions import TOKEN, browser_of, check_origin, give_session, told

LOOK_PATH = "/api/v1/invite"
JOIN_PATH = "/api/v1/join"


def add_invites(router: APIRouter) -> None:
    """Add the routes that tell what an invite opens, and that open it."""

    @router.post(LOOK_PATH, include_in_schema=False)
    async def look(request: Request) -> Response:
        check_origin(request)
        secret = _checked((await told(request, "invite"))["invite"])
        found = await run_in_threadpool(request.app.state.door.keeper.look, secret, origin=origin_of(request))
        # Who made it and how many came is not for strangers.
        return json_answer(InviteInfo, replace(found, id="", created_by="", uses=0, max_uses=0, created_ms=0))

    @router.post(JOIN_PATH, include_in_schema=False)
    async def join(request: Request) -> Response:
        check_origin(request)
        said = await told(request, "invite", "name")
        joined, session = await run_in_threadpool(
            request.app.state.door.keeper.join,
            _checked(said["invite"]),
            said["name"],
            note=browser_of(request),
            origin=origin_of(request),
        )
        answer = json_answer(JoinedInfo, joined)
        give_session(request, answer, session)
        return answer


def _checked(secret: str) -> str:
    if not TOKEN.fullmatch(secret):
        raise NotFound("This link is not an invite.", help="Copy the whole link, or ask whoever sent it for a new one.")
    return secret
