"""The web API: the contract over HTTP under /api/v1, and the console that calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

from tilth.contract.principal import Principal
from tilth.contract.workspace import Workspace
from tilth.version import __version__
from tilth.webapi import failures
from tilth.webapi.contents import add_contents
from tilth.webapi.guard import Door, GuardedRoute, Keeper
from tilth.webapi.invites import add_invites
from tilth.webapi.methods import add_methods
from tilth.webapi.news import Broadcast, Read, add_news
from tilth.webapi.operations import OPERATIONS
from tilth.webapi.pages import add_console
from tilth.webapi.predictions import add_predictions
from tilth.webapi.routing import ByPath
from tilth.webapi.sessions import add_sessions
from tilth.webapi.transfers import add_transfers
from tilth.webapi.uploads import add_uploads
from tilth.webapi.waiting import add_waiting


def create_app(
    workspaces: Callable[[Principal], Workspace], keeper: Keeper, *, news: Read | None = None, **settings: Any
) -> FastAPI:
    """Return the web API with the console.

    `keeper` knows who may enter; `workspaces` returns the workspace as a principal sees it, and is called once per
    request. `news` reads the feed for those who listen. `settings` go to FastAPI (`lifespan`, ...).
    """
    app = FastAPI(title="Tilth", version=__version__, docs_url=None, redoc_url=None, redirect_slashes=False, **settings)
    app.state.door = Door(workspaces, keeper)
    app.state.broadcast = Broadcast(news) if news is not None else None
    failures.install(app)
    app.router.routes.append(ByPath(api_router()))

    @app.get("/api/v1/health", include_in_schema=False)
    async def health() -> dict[str, str]:
        return {"tilth": __version__}

    add_sessions(app.router)
    add_invites(app.router)
    add_news(app.router)
    add_console(app)
    app.openapi = described  # type: ignore[method-assign]
    return app


def description() -> str:
    """Return the OpenAPI description as the text of docs/openapi.json."""
    return json.dumps(described(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def api_router(*, describe: bool = False) -> APIRouter:
    """Return the router with every operation of the table; `describe` gives it what only its description needs.

    Fails when an operation has no route.
    """
    told: dict[int | str, dict[str, Any]] = {
        "default": {"model": failures.ErrorBody, "description": "What went wrong, and what helps."}
    }
    router = APIRouter(route_class=GuardedRoute, include_in_schema=describe, responses=told if describe else None)
    add_methods(router)
    add_contents(router)
    add_predictions(router)
    add_transfers(router)
    add_uploads(router)
    add_waiting(router)
    missing = OPERATIONS.keys() - {route.name for route in router.routes if isinstance(route, GuardedRoute)}
    assert not missing, f"operations without a route: {sorted(missing)}"
    return router


@cache
def described() -> dict[str, Any]:
    """Return the OpenAPI description. Made when it is first asked for: it takes longer than all else at the start."""
    described = get_openapi(
        title="Tilth",
        version=__version__,
        description=(
            "The data loop of machine learning over HTTP. Every call carries `Authorization: Bearer TOKEN`; `x-roles` "
            "says who may call. Reads take their arguments from the query, writes from a JSON object, bytes from the "
            "body. Lists are paged: pass `next` as `after`. Errors are `{code, message, help, facts}`."
        ),
        routes=api_router(describe=True).routes,
    )
    components = described.setdefault("components", {})
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return described
