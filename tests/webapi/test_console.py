"""The console's pages, and the sessions of the browsers that open them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tilth.contract.paging import Page
from tilth.webapi import failures, sessions
from tilth.webapi.operations import path_of
from tilth.webapi.pages import add_console

OWN = {"Sec-Fetch-Site": "same-origin", sessions.CONSOLE_HEADER: "1"}
LIST = path_of("repos.list")
CREATE = path_of("repos.create")


def _log_in(door: Any, token: str = "owner", **headers: str) -> Any:
    return door.call(None, "POST", sessions.PATH, json={"token": token}, headers={**OWN, **headers})


def _cookie(door: Any, token: str = "owner") -> dict[str, str]:
    name, _, value = _log_in(door, token).headers["set-cookie"].partition(";")[0].partition("=")
    return {"Cookie": f"{name}={value}"}


@pytest.fixture
def built(tmp_path: Path) -> TestClient:
    folder = tmp_path / "console"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Tilth</title>")
    (folder / "assets" / "index-1a2b.js").write_text("export {};")
    (folder / "notes.secret").write_text("no page")
    (tmp_path / "outside.js").write_text("secret")
    return _served(folder)


def _served(folder: Path) -> TestClient:
    app = FastAPI(docs_url=None, redoc_url=None)
    failures.install(app)
    add_console(app, folder)
    return TestClient(app)


def test_a_token_becomes_a_cookie_that_no_script_and_no_other_site_can_use(door: Any) -> None:
    answer = _log_in(door)
    assert answer.status_code == 204
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert "path=/api/v1" in said
    assert "owner" not in answer.text


def test_a_session_reads_and_acts_with_the_rights_of_its_token(door: Any) -> None:
    door.answers["repos.list"] = Page([], None)
    cookie = _cookie(door, "reader")
    assert door.call(None, "GET", LIST, headers={**cookie, **OWN}).status_code == 200
    denied = door.call(None, "POST", CREATE, json={"name": "x"}, headers={**cookie, **OWN})
    assert denied.status_code == 403
    assert "reader" in denied.json()["message"]


@pytest.mark.parametrize("token", ["stranger", "", "a b", "owner\n", "x" * 600, None, {"a": 1}])
def test_what_is_no_token_opens_no_session(door: Any, token: Any) -> None:
    answer = _log_in(door, token)
    assert answer.status_code in (401, 422)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("length", [4_000, 100_000])
def test_a_long_or_deep_body_opens_no_session(door: Any, length: int) -> None:
    answer = door.call(None, "POST", sessions.PATH, content=b"[" * length, headers=OWN)
    assert answer.status_code == 422


@pytest.mark.parametrize("origin", ["http://[", "null", "", "http://door:81", "http://door@evil"])
def test_a_session_is_refused_to_origins_that_are_none(door: Any, origin: str) -> None:
    answer = door.call(None, "GET", LIST, headers={**_cookie(door), "Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "denied")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_other_origins_use_no_session(door: Any, site: str) -> None:
    cookie = _cookie(door)
    for headers in ({"Sec-Fetch-Site": site}, {"Sec-Fetch-Site": site, sessions.CONSOLE_HEADER: "1"}):
        assert door.call(None, "GET", LIST, headers={**cookie, **headers}).status_code == 403
        assert door.call(None, "POST", CREATE, json={"name": "x"}, headers={**cookie, **headers}).status_code == 403
        refused = door.call(None, "POST", sessions.PATH, json={"token": "owner"}, headers=headers)
        assert "set-cookie" not in refused.headers
    assert door.said == []


def test_a_session_acts_only_with_the_consoles_header(door: Any) -> None:
    cookie = _cookie(door)
    for headers in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none", sessions.CONSOLE_HEADER: "1"}):
        answer = door.call(None, "POST", CREATE, json={"name": "x"}, headers={**cookie, **headers})
        assert answer.status_code == 403
    foreign = {"Origin": "http://door:81", sessions.CONSOLE_HEADER: "1"}
    assert door.call(None, "POST", CREATE, json={"name": "x"}, headers={**cookie, **foreign}).status_code == 403
    assert door.said == []


def test_logging_out_takes_the_cookie_away(door: Any) -> None:
    answer = door.call(None, "DELETE", sessions.PATH, headers={**_cookie(door), **OWN})
    assert answer.status_code == 204
    assert "max-age=0" in answer.headers["set-cookie"].lower()


def test_every_address_that_a_browser_opens_is_a_place_in_the_console(built: TestClient) -> None:
    for path in ("/", "/pipelines/train", "/lineage?of=scans@abc:a/b.png", "/?token=secret"):
        answer = built.get(path, headers={"Accept": "text/html,*/*"})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["cache-control"] == "no-cache"
        assert "'unsafe" not in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "secret" not in answer.text


def test_built_files_keep_their_type_and_last(built: TestClient) -> None:
    answer = built.get("/assets/index-1a2b.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert built.head("/assets/index-1a2b.js").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone.js", "/notes.secret", "/%2e%2e/outside.js", "/assets/..%2f..%2foutside.js",
        "/..%5coutside.js", "/%00.js", "/api", "/api/v1/nothing",
    ],
)  # fmt: skip
def test_nothing_else_is_served(built: TestClient, path: str) -> None:
    answer = built.get(path, headers={"Accept": "*/*"})
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_an_unknown_address_of_the_api_is_not_a_page(built: TestClient) -> None:
    assert built.get("/api/v1/nothing", headers={"Accept": "text/html"}).status_code == 404


def test_without_a_build_the_first_page_says_how_to_make_one(tmp_path: Path) -> None:
    answer = _served(tmp_path / "console").get("/", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert "make ui" in answer.text
    assert "Node 20" in answer.text


def test_the_editors_page_has_an_origin_of_its_own_and_reaches_nothing(built: TestClient, tmp_path: Path) -> None:
    folder = tmp_path / "console" / "editor"
    folder.mkdir()
    (folder / "frame.html").write_text("<!doctype html><script src=main.js></script>")
    (folder / "main.js").write_text("void 0;")
    page = built.get("/editor/frame.html")
    rules = dict(rule.strip().partition(" ")[::2] for rule in page.headers["content-security-policy"].split(";"))
    assert rules["sandbox"] == "allow-scripts"
    assert rules["script-src"] == "'self'"
    assert rules["connect-src"] == rules["img-src"] == "data: blob:"
    assert rules["frame-ancestors"] == "'self'"
    assert "'unsafe" not in built.get("/", headers={"Accept": "text/html"}).headers["content-security-policy"]
    script = built.get("/editor/main.js")
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"  # a page without an origin loads it
    assert "frame-ancestors 'none'" in script.headers["content-security-policy"]
