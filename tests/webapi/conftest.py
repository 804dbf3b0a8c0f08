"""A web API over facets that know nothing, so that only the door itself is tested."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import fields
from functools import partial
from typing import Any, TypeVar

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from tilth.contract.access import InviteInfo, JoinedInfo
from tilth.contract.principal import Principal, Role
from tilth.contract.workspace import Workspace
from tilth.errors import NotFound, Unauthenticated
from tilth.webapi.app import create_app

T = TypeVar("T")


class Calls:
    """A facet that answers what it was told to, else raises NotFound, and remembers how it was called."""

    def __init__(
        self, name: str, said: list[tuple[str, tuple[Any, ...], dict[str, Any]]], answers: dict[str, Any]
    ) -> None:
        self._name, self._said, self._answers = name, said, answers

    def __getattr__(self, method: str) -> Any:
        def call(*args: Any, **named: Any) -> Any:
            operation = f"{self._name}.{method}"
            self._said.append((operation, args, named))
            answer = self._answers.get(operation, NotFound("Nothing is here.", help="Look elsewhere.", what=operation))
            if isinstance(answer, Exception):
                raise answer
            return answer(*args, **named) if callable(answer) else answer

        return call


class Door:
    """The app under test, what its facets were asked, and what they shall answer."""

    def __init__(self) -> None:
        self.said: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.answers: dict[str, Any] = {}
        self.ended: list[str] = []
        self.refusals: list[tuple[str, str]] = []
        facets = {
            field.name: Calls(field.name, self.said, self.answers)
            for field in fields(Workspace)
            if field.name not in ("place", "close")
        }
        workspace = Workspace(place="here", close=lambda: None, **facets)  # type: ignore[arg-type]
        self.app = create_app(lambda principal: workspace, self)
        self._portals = start_blocking_portal()
        self._portal = self._portals.__enter__()
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False), base_url="http://door"
        )

    def close(self) -> None:
        """End the event loop."""
        self._portals.__exit__(None, None, None)

    def call(self, role: str | None, method: str, path: str, **request: Any) -> Any:
        """Call as a role; None sends no credential."""
        return self.run(partial(self.request, role, method, path, **request))

    def run(self, act: Callable[[], Awaitable[T]]) -> T:
        """Run on the event loop of the app."""
        return self._portal.call(act)

    async def request(self, role: str | None, method: str, path: str, **request: Any) -> httpx.Response:
        """Call as a role, on the event loop."""
        headers = {**request.pop("headers", {})}
        if role:
            headers["Authorization"] = f"Bearer {role}"
        return await self._http.request(method, path, headers=headers, **request)

    # The keeper of this door: a token is the name of a role, and a session is its token.

    def authenticate(self, token: str, origin: str) -> Principal:
        """Return who holds a token."""
        if token not in list(Role):
            raise Unauthenticated("That token is not valid.")
        return Principal(token, Role(token), f"worker-{token}", token=token, origin=origin)

    def open_session(self, token: str, *, note: str, origin: str) -> str:
        """Return the token itself."""
        return self.authenticate(token, origin).token

    def end_session(self, session: str) -> None:
        """Remember that a session ended."""
        self.ended.append(session)

    def look(self, invite: str, *, origin: str) -> InviteInfo:
        """Know no invites."""
        raise NotFound("This link is not an invite.")

    def join(self, invite: str, display: str, *, note: str, origin: str) -> tuple[JoinedInfo, str]:
        """Know no invites."""
        raise NotFound("This link is not an invite.")

    def refused(self, principal: Principal | None, operation: str, origin: str) -> None:
        """Remember what was refused to whom."""
        self.refusals.append((principal.name if principal else "", operation))


@pytest.fixture(scope="session")
def built_door() -> Iterator[Door]:
    """One app for all tests; to build it takes a while."""
    it = Door()
    yield it
    it.close()


@pytest.fixture
def door(built_door: Door) -> Door:
    """A door that nobody has knocked at."""
    built_door.said.clear()
    built_door.ended.clear()
    built_door.refusals.clear()
    built_door.answers.clear()
    return built_door
