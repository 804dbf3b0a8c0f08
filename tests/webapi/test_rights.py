"""Who may call what: every route with every role."""

from __future__ import annotations

import inspect
from dataclasses import fields
from typing import Any, get_type_hints

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Route

from tilth.contract.principal import Role
from tilth.contract.workspace import Workspace
from tilth.webapi import sessions
from tilth.webapi.app import api_router
from tilth.webapi.operations import COMPOSED, EVERYONE, LABEL, OPERATIONS, OWN, PUBLIC_PATHS, READ, WRITE, path_of


def test_every_route_refuses_a_caller_without_a_credential_or_with_a_wrong_one(door: Any) -> None:
    for name, operation in OPERATIONS.items():
        for role in (None, "stranger"):
            answer = door.call(role, operation.method, path_of(name))
            assert answer.status_code == 401, name
            assert answer.json()["code"] == "unauthenticated"
            assert answer.headers["www-authenticate"] == "Bearer"
    assert door.said == []


@pytest.mark.parametrize("role", list(Role))
def test_every_route_lets_in_exactly_the_roles_of_the_table(door: Any, role: Role) -> None:
    for name, operation in OPERATIONS.items():
        answer = door.call(role.value, operation.method, path_of(name))
        if role in operation.grant:
            assert answer.status_code in (404, 422), (name, answer.text)
        else:
            assert answer.status_code == 403, name
            assert answer.json()["code"] == "denied"


def test_refusals_come_before_anything_of_the_request_is_read(door: Any) -> None:
    answer = door.call("reader", "POST", path_of("repos.create"), content=b"{not json")
    assert answer.status_code == 403


def test_a_labelers_token_opens_labeling_and_nothing_else() -> None:
    opened = {name for name, operation in OPERATIONS.items() if Role.LABELER in operation.grant}
    assert opened == {
        "tasks.next",
        "tasks.submit",
        "tasks.skip",
        "tasks.media",
        "tasks.me",
        "labeling.list",
        "access.me",
    }


def test_a_reader_changes_nothing() -> None:
    for name, operation in OPERATIONS.items():
        if Role.READER in operation.grant:
            assert operation.method == "GET" or name == "maintenance.verify", name


def test_only_the_five_grants_are_used_and_the_owner_may_do_everything() -> None:
    for name, operation in OPERATIONS.items():
        assert operation.grant in (EVERYONE, LABEL, READ, WRITE, OWN), name
        assert Role.OWNER in operation.grant


def test_no_route_exists_outside_the_table_but_the_public_ones(door: Any) -> None:
    guarded = {route.path for route in api_router().routes if isinstance(route, APIRoute)}
    assert guarded == {path_of(name) for name in OPERATIONS}
    others = {path for path in _paths(door.app) if path not in guarded}
    assert others == PUBLIC_PATHS | {sessions.PATH, "/{path:path}"}
    for path in PUBLIC_PATHS:
        assert door.call(None, "GET", path).status_code == 200
    for path in ("/docs", "/redoc", "/api", "/api/v1/", "/api/v1/repos/list/", sessions.PATH):
        assert door.call(None, "GET", path).status_code == 404, path


def test_every_method_of_the_contract_can_be_called_over_http() -> None:
    promised = {
        f"{field.name}.{method}"
        for field in fields(Workspace)
        if field.name not in ("place", "close")
        for method, value in vars(get_type_hints(Workspace)[field.name]).items()
        if inspect.isfunction(value) and not method.startswith("_")
    }
    assert promised - COMPOSED.keys() == OPERATIONS.keys() - {"files.archive"}
    assert COMPOSED.keys() <= promised
    assert set(COMPOSED.values()) <= OPERATIONS.keys()


def _paths(app: Any) -> set[str]:
    return {context.path for context in _walk(app.router)}


def _walk(router: Any) -> list[Route]:
    found: list[Route] = []
    for route in router.routes:
        if isinstance(route, Route):
            found.append(route)
        else:
            inner = getattr(route, "original_router", None) or getattr(route, "app", None)
            found.extend(_walk(inner))
    return found
