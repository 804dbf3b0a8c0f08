"""Sessions of the console: a browser trades its link's token for a cookie that no script can read.

The cookie holds a session of its own, opened by the token: it can be seen and ended alone, and ends with the token.
Opening one always makes it anew, so nobody can make another use a session that he knows. A browser sends cookies
unasked, also for pages of other programs on this machine (cookies know no ports), so a request that comes with one must
show that a page of this very origin made it: browsers say so in Sec-Fetch-Site, and every act carries a header that
pages of other origins cannot send.
"""

from __future__ import annotations

import json
import re

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from tilth.errors import Denied, Invalid, Unauthenticated

PATH = "/api/v1/session"
CONSOLE_HEADER = "X-Tilth-Console"
LONGEST_S = 30 * 86_400
SMALL_BODY = 4096

TOKEN = re.compile(r"[A-Za-z0-9_\-.~+/=]{1,512}")
_READS = frozenset({"GET", "HEAD"})


def add_sessions(router: APIRouter) -> None:
    """Add the routes that open and end a browser's session; `request.app.state.door` tells whom a token names."""

    @router.post(PATH, include_in_schema=False, status_code=204)
    async def log_in(request: Request) -> Response:
        check_origin(request)
        token = (await told(request, "token"))["token"]
        if not TOKEN.fullmatch(token):
            raise Unauthenticated("That is not a token.", help="Use the link or the token as it was printed.")
        keeper = request.app.state.door.keeper
        session = await run_in_threadpool(keeper.open_session, token, note=browser_of(request), origin=_origin(request))
        await _end(request)
        answer = Response(status_code=204)
        give_session(request, answer, session)
        return answer

    @router.delete(PATH, include_in_schema=False, status_code=204)
    async def log_out(request: Request) -> Response:
        check_origin(request)
        await _end(request)
        answer = Response(status_code=204)
        answer.delete_cookie(cookie_name(request), path="/api/v1", httponly=True, samesite="strict")
        return answer


def session_token(request: Request) -> str | None:
    """Return the token of the browser's session; None when it has none. Raises Denied for pages of other origins."""
    token = request.cookies.get(cookie_name(request))
    if token is not None:
        check_origin(request)
    return token


def cookie_name(request: Request) -> str:
    """Return the session cookie's name; it tells the port, so that servers on one machine keep theirs apart."""
    return f"tilth_{request.url.port or request.url.scheme}"


def check_origin(request: Request) -> None:
    """Raise Denied unless a page of this server (or the user, by address) made the request."""
    reads = request.method in _READS
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        own = site == "same-origin" or (site == "none" and reads)
    else:
        own = origin is None or origin.partition("://")[2] == request.headers.get("host")
    if not own or not (reads or CONSOLE_HEADER in request.headers):
        raise Denied(
            "A session acts only from the console's own pages.",
            help="Open the console itself; programs send `Authorization: Bearer TOKEN`.",
        )


def give_session(request: Request, answer: Response, session: str) -> None:
    """Let the browser keep a session where no script can read it."""
    answer.set_cookie(
        cookie_name(request),
        session,
        max_age=LONGEST_S,
        path="/api/v1",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def browser_of(request: Request) -> str:
    """Return what the browser says that it is, as plain text of bounded length."""
    return "".join(letter for letter in request.headers.get("user-agent", "")[:200] if letter.isprintable())


async def told(request: Request, *names: str) -> dict[str, str]:
    """Return the fields of the JSON object that is the body; each is a text, and no long body is read."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > SMALL_BODY:
            break
    try:
        said = json.loads(body) if len(body) <= SMALL_BODY else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not all(isinstance(said.get(name), str) for name in names):
        wanted = ", ".join(f'"{name}": …' for name in names)
        raise Invalid(f"This takes {' and '.join(names)}.", help=f"Send {{{wanted}}} as JSON.")
    return {name: said[name] for name in names}


async def _end(request: Request) -> None:
    """End the session that the browser has until now."""
    kept = request.cookies.get(cookie_name(request))
    if kept is not None and TOKEN.fullmatch(kept):
        await run_in_threadpool(request.app.state.door.keeper.end_session, kept)


def _origin(request: Request) -> str:
    return request.client.host if request.client is not None else ""
