"""Finding an operation's route by its path: there are hundreds, and asking each in turn costs as much as acting."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette._utils import get_route_path
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send


class ByPath(BaseRoute):
    """The routes of a router, none of which has a variable in its path. Cost: one look-up, whatever their number."""

    def __init__(self, router: APIRouter) -> None:
        self.app = router
        self._routes = {route.path: route for route in router.routes if isinstance(route, APIRoute)}
        assert len(self._routes) == len(router.routes), "each path has one route"
        assert not any("{" in path for path in self._routes)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether a route has this path (partly: for another method)."""
        route = self._routes.get(get_route_path(scope)) if scope["type"] == "http" else None
        return route.matches(scope) if route is not None else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the route that matched."""
        await self._routes[get_route_path(scope)].handle(scope, receive, send)
