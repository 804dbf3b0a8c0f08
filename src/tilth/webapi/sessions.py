"""Sessions of the console: a browser trades its link's token for a cookie that no script can read.

The cookie is the token itself, so revoking the token ends the session everywhere and the server keeps nothing. A
browser sends cookies unasked, also for pages of other programs on this machine (cookies know no ports), so a request
that comes with one must show that a page of this very origin made it: browsers say so in Sec-Fetch-Site, and every act
carries a header that pages of other origins cannot send.
"""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from tilth.errors import Denied, Invalid, Unauthenticated

PATH = "/api/v1/session"
CONSOLE_HEADER = "X-Tilth-Console"
LONGEST_S = 30 * 86_400
SMALL_BODY = 4096

_TOKEN = re.compile(r"[A-Za-z0-9_\-.~+/=]{1,512}")
_READS = frozenset({"GET", "HEAD"})


def add_sessions(router: APIRouter) -> None:
    """Add the routes that open and end a browser's session; `request.app.state.door` tells whom a token names."""

    @router.post(PATH, include_in_schema=False, status_code=204)
    async def log_in(request: Request) -> Response:
        check_origin(request)
        token = await _told_token(request)
        if not _TOKEN.fullmatch(token):
            raise Unauthenticated("That is not a token.", help="Use the link or the token as it was printed.")
        request.app.state.door.authenticate(token)
        answer = Response(status_code=204)
        answer.set_cookie(
            cookie_name(request),
            token,
            max_age=LONGEST_S,
            path="/api/v1",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return answer

    @router.delete(PATH, include_in_schema=False, status_code=204)
    async def log_out(request: Request) -> Response:
        check_origin(request)
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
        own = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not own or not (reads or CONSOLE_HEADER in request.headers):
        raise Denied(
            "A session acts only from the console's own pages.",
            help="Open the console itself; programs send `Authorization: Bearer TOKEN`.",
        )


async def _told_token(request: Request) -> str:
    """Return the token of `{"token": TOKEN}`; nothing else is a body here, and no long one is read."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > SMALL_BODY:
            break
    try:
        told = json.loads(body) if len(body) <= SMALL_BODY else None
    except ValueError:
        told = None
    token = told.get("token") if isinstance(told, dict) else None
    if not isinstance(token, str):
        raise Invalid("A session is opened with a token.", help='Send {"token": TOKEN} as JSON.')
    return token
