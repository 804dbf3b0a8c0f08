"""Who may call what: every route with every role."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Route

from tilth.contract.principal import Role
from tilth.contract.workspace import facet_types
from tilth.webapi import invites, news, sessions
from tilth.webapi.app import api_router
from tilth.webapi.operations import ACTS, COMPOSED, OPERATIONS, PUBLIC_PATHS, path_of
from tilth.webapi.rights import rights

RIGHTS = Path(__file__).parents[2] / "docs" / "rights.md"


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
        "tasks.queue",
        "tasks.practice",
        "tasks.compare",
        "tasks.release",
        "tasks.skip",
        "tasks.media",
        "tasks.me",
        "labeling.list",
        "access.me",
    }


OWN_CREDENTIALS = {"access.create_token", "access.revoke_token", "keys.create", "keys.revoke"}


@pytest.mark.parametrize("role", [Role.READER, Role.AUDITOR])
def test_readers_and_auditors_change_nothing_but_their_own_credentials(role: Role) -> None:
    for name, operation in OPERATIONS.items():
        if role in operation.grant and name not in OWN_CREDENTIALS:
            assert operation.method == "GET" or name not in ACTS, name


def test_an_auditor_reads_everything_that_an_owner_reads() -> None:
    unread = {
        name
        for name, operation in OPERATIONS.items()
        if operation.method == "GET" and Role.AUDITOR not in operation.grant
    }
    assert {name for name in unread if not name.startswith(("tasks.", "drafts.", "transactions."))} == set()


def test_a_reviewer_decides_labels_and_sees_nothing_but_labels() -> None:
    opened = {name for name, operation in OPERATIONS.items() if Role.REVIEWER in operation.grant}
    others = {name for name in opened if not name.startswith(("labeling.", "reviews.", "workers."))}
    assert others == {
        "access.me",
        "access.create_token",
        "access.list_tokens",
        "access.revoke_token",
        "maintenance.status",
    }
    assert {"labeling.rule", "labeling.reopen", "labeling.labels", "labeling.workers"} <= opened


def test_a_curator_may_what_a_writer_may_but_for_what_is_listed_here() -> None:
    for name, operation in OPERATIONS.items():
        assert (Role.CURATOR in operation.grant) == (Role.WRITER in operation.grant), name
    assert Role.CURATOR not in OPERATIONS["access.create_user"].grant


def test_only_owners_and_auditors_see_users_and_the_audit_trail() -> None:
    for name in ("access.list_users", "audit.list", "audit.export"):
        assert OPERATIONS[name].grant == {Role.OWNER, Role.AUDITOR}
    for name in ("access.create_user", "access.change_user", "access.remove_user", "repos.delete"):
        assert OPERATIONS[name].grant == {Role.OWNER}


def test_the_owner_may_do_everything() -> None:
    for name, operation in OPERATIONS.items():
        assert Role.OWNER in operation.grant, name


def test_a_refusal_is_written_down(door: Any) -> None:
    assert door.call("reader", "POST", path_of("repos.create")).status_code == 403
    assert door.refusals == [("reader", "repos.create")]


def test_every_line_of_the_table_of_rights_in_the_documentation_is_true() -> None:
    true = set(rights().splitlines())
    assert [line for line in RIGHTS.read_text().splitlines() if line not in true] == [], (
        "run: python -m tilth.webapi.rights > docs/rights.md"
    )


def test_no_route_exists_outside_the_table_but_the_public_ones(door: Any) -> None:
    guarded = {route.path for route in api_router().routes if isinstance(route, APIRoute)}
    assert guarded == {path_of(name) for name in OPERATIONS}
    others = {path for path in _paths(door.app) if path not in guarded}
    assert others == PUBLIC_PATHS | {sessions.PATH, invites.LOOK_PATH, invites.JOIN_PATH, news.PATH, "/{path:path}"}
    for path in PUBLIC_PATHS:
        assert door.call(None, "GET", path).status_code == 200
    for path in ("/docs", "/redoc", "/api", "/api/v1/", "/api/v1/repos/list/", sessions.PATH):
        assert door.call(None, "GET", path).status_code == 404, path


def test_every_method_of_the_contract_can_be_called_over_http() -> None:
    promised = {
        f"{facet}.{method}"
        for facet, promise in facet_types().items()
        for method, value in vars(promise).items()
        if inspect.isfunction(value) and not method.startswith("_")
    }
    assert promised - COMPOSED.keys() == OPERATIONS.keys()
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
