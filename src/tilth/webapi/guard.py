"""The door's lock: credential, role and size are checked before anything of a request is read."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.types import Message

from tilth.contract.access import InviteInfo, JoinedInfo
from tilth.contract.principal import Principal
from tilth.contract.workspace import Workspace
from tilth.errors import Denied, Unauthenticated
from tilth.webapi.operations import OPERATIONS, Operation, path_of
from tilth.webapi.sessions import session_token

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

PRIVATE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""On every answer that does not say how it may be kept: it is the caller's alone, and nothing between the two keeps it,
nor does the browser once the caller has left."""


class Keeper(Protocol):
    """Who may enter. `origin` is the address that a request came from."""

    def authenticate(self, token: str, origin: str) -> Principal:
        """Return whom a token names. Raises Unauthenticated. Called on the event loop: one indexed read."""

    def open_session(self, token: str, *, note: str, origin: str) -> str:
        """Trade a token for a session of its own. Raises Unauthenticated."""

    def end_session(self, session: str) -> None:
        """End a session."""

    def look(self, invite: str, *, origin: str) -> InviteInfo:
        """Return what an invite opens. Raises NotFound, and Conflict that says why it opens nothing."""

    def join(self, invite: str, display: str, *, note: str, origin: str) -> tuple[JoinedInfo, str]:
        """Make a user by an invite; returns it and its session."""

    def refused(self, principal: Principal | None, operation: str, origin: str) -> None:
        """Write down that a call was refused."""


@dataclass(frozen=True, slots=True)
class Door:
    """What the routes stand on: who may enter, and the workspace as that caller sees it."""

    workspaces: Callable[[Principal], Workspace]
    keeper: Keeper


class GuardedRoute(APIRoute):
    """A route of one operation; it cannot be made for an operation that the table does not list."""

    def get_route_handler(self) -> Handler:
        """Return the handler behind the checks."""
        operation = OPERATIONS[self.operation_id or ""]
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            door: Door = request.app.state.door
            principal = door.keeper.authenticate(credential(request), origin_of(request))
            if principal.role not in operation.grant:
                await run_in_threadpool(door.keeper.refused, principal, self.operation_id or "", principal.origin)
                raise Denied(
                    f"The role {principal.role} may not call {self.operation_id}.",
                    help=f"Ask an owner for one of: {', '.join(sorted(operation.grant))}.",
                    operation=self.operation_id,
                    role=principal.role.value,
                )
            # Decoded leniently, two broken names would become one and the same.
            unquote_to_bytes(request.scope["query_string"]).decode()
            request.state.workspace = door.workspaces(principal)
            request.state.caller = principal.name
            answer = await handler(Request(request.scope, _limited(request, operation.body)))
            for name, value in PRIVATE.items():
                answer.headers.setdefault(name, value)
            return answer

        return guarded


def origin_of(request: Request) -> str:
    """Return the address that a request came from."""
    return request.client.host if request.client is not None else ""


def credential(request: Request) -> str:
    """Return the token of a request: a program's from its header, a browser's from its session.

    Raises Unauthenticated when there is none, Denied when another origin's page uses a session.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    kept = session_token(request)
    if kept is None:
        raise Unauthenticated(
            "This needs a token.", help="Send it as `Authorization: Bearer TOKEN` (or set TILTH_TOKEN)."
        )
    return kept


def workspace_of(request: Request) -> Workspace:
    """Return the workspace as the checked caller sees it."""
    workspace: Workspace = request.state.workspace
    return workspace


def add(
    router: APIRouter, name: str, endpoint: Callable[..., Any], *, body: str | None = None, **documentation: Any
) -> None:
    """Add the route of the operation `name` to the router; `body` is the media type of a body of plain bytes.

    What only documents (result models) is left out where nothing is described: it would double the time to start.
    """
    operation: Operation = OPERATIONS[name]
    extra: dict[str, Any] = {"x-roles": sorted(operation.grant), "security": [{"token": []}]}
    if body:
        binary = {"schema": {"type": "string", "format": "binary"}}
        extra["requestBody"] = {"required": True, "content": {body: binary}}
    if not router.include_in_schema:
        documentation.pop("responses", None)
    router.add_api_route(
        path_of(name),
        endpoint,
        methods=[operation.method],
        operation_id=name,
        name=name,
        tags=[name.partition(".")[0]],
        openapi_extra=extra,
        **documentation,
    )


def _limited(request: Request, limit: int) -> Callable[[], Coroutine[Any, Any, Message]]:
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        raise _too_large(limit)
    seen = 0

    async def receive() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise _too_large(limit)
        return message

    return receive


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"The body is larger than {limit:,} bytes; send less at once.")
