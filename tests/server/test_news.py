"""News as they happen, invites and sessions, on a real server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from tilth.client import open as open_remote
from tilth.contract.workspace import Workspace
from tilth.metadata.schema.access import invites, tokens
from tilth.testing import ServerProcess, owner_token
from tilth.versioning.backend import open_backend
from tilth.webapi.operations import OPERATIONS, path_of

CONSOLE = {"X-Tilth-Console": "1"}
CONFIG = """<View><Text name="text" value="$headline"/>
<Choices name="bait" toName="text"><Choice value="yes"/><Choice value="no"/></Choices></View>"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServerProcess, str]]:
    folder = tmp_path_factory.mktemp("news") / "workspace"
    with ServerProcess(folder) as server:
        yield server, owner_token(folder)


@pytest.fixture
def workspace(served: tuple[ServerProcess, str]) -> Iterator[Workspace]:
    server, token = served
    with open_remote(server.url, token) as workspace:
        yield workspace


@pytest.fixture
def asking(workspace: Workspace) -> str:
    name = f"ask{time.time_ns()}"
    workspace.repos.create(name)
    workspace.files.put(f"{name}:pool.csv", b"headline\nWow!\nRain\n")
    spec = {
        "pipeline": {"name": f"{name}-ask"},
        "input": {"pfs": {"repo": name, "glob": "/pool.csv", "rows": True, "key": "headline"}},
        "labeling": {"config": CONFIG, "guidelines": {"text": "Bait?", "version": "1"}, "overlap": 1},
    }
    made = workspace.pipelines.create(spec).name
    workspace.maintenance.run(timeout_s=60)
    return made


class Stream:
    """One listener."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._client = httpx.Client(base_url=url, timeout=30.0)
        self._open = self._client.stream("GET", "/api/v1/events", headers=headers)
        self.answer = self._open.__enter__()
        self._lines = self.answer.iter_lines() if self.answer.status_code == 200 else iter(())

    def next(self) -> tuple[str, int, Any] | None:
        """Return kind, position and data of the next message; None when the stream has ended."""
        kind, position, data = "", 0, None
        for line in self._lines:
            if line == "" and kind:
                return kind, position, data
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "id":
                position = int(value)
            elif name == "data":
                data = json.loads(value)
        return None

    def until(self, kind: str) -> Any:
        """Return the data of the next news of a kind."""
        while (message := self.next()) is not None:
            if message[0] == "news" and message[2]["kind"] == kind:
                return message
        raise AssertionError(f"no news of {kind}")

    def close(self) -> None:
        self._open.__exit__(None, None, None)
        self._client.close()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_news_arrive_while_one_listens_and_none_is_missed_when_one_comes_back(
    served: tuple[ServerProcess, str], workspace: Workspace
) -> None:
    server, token = served
    stream = Stream(server.url, _bearer(token))
    assert stream.answer.headers["content-type"].startswith("text/event-stream")
    first = stream.next()
    assert first is not None
    assert first[0] == "status"
    name = f"n{time.time_ns()}"
    began = time.monotonic()
    workspace.repos.create(name)
    _, position, event = stream.until("repo.created")
    assert time.monotonic() - began < 2.0
    assert event["facts"]["repo"] == f"default/{name}"
    stream.close()
    workspace.repos.create(f"{name}-b")
    workspace.repos.create(f"{name}-c")
    again = Stream(server.url, {**_bearer(token), "Last-Event-ID": str(position)})
    missed = [again.until("repo.created"), again.until("repo.created")]
    assert [message[2]["facts"]["repo"] for message in missed] == [f"default/{name}-b", f"default/{name}-c"]
    assert [message[1] for message in missed] == [position + 1, position + 2]
    again.close()
    far = Stream(server.url, {**_bearer(token), "Last-Event-ID": "999999"})
    told = far.next()
    assert told is not None
    assert told[0] == "reset"
    far.close()


def test_many_listeners_all_hear(served: tuple[ServerProcess, str], workspace: Workspace) -> None:
    server, token = served
    streams = [Stream(server.url, _bearer(token)) for _ in range(60)]
    for stream in streams:
        assert stream.next() is not None
    workspace.repos.create(f"many{time.time_ns()}")
    positions = {stream.until("repo.created")[1] for stream in streams}
    assert len(positions) == 1
    for stream in streams:
        stream.close()


def test_a_labeler_hears_nothing_that_tells_a_known_answer_from_a_task(
    served: tuple[ServerProcess, str], workspace: Workspace, asking: str
) -> None:
    server, _ = served
    user = f"lab{time.time_ns()}"
    workspace.access.create_user(user, "labeler", labels=[asking])
    token = workspace.access.create_token(user).token
    stream = Stream(server.url, _bearer(token))
    first = stream.next()
    assert first == ("beat", 0, {}), "no position: it moves by one where a task is settled"
    workspace.repos.create(f"secret{time.time_ns()}")
    with open_remote(server.url, token) as labeler:
        lent = labeler.tasks.next(asking)
        assert lent is not None
        labeler.tasks.submit(
            lent.id, [{"from_name": "bait", "to_name": "text", "type": "choices", "value": {"choices": ["yes"]}}]
        )
    message = stream.next()
    assert message == ("news", 0, {"kind": "labeling.beat", "facts": {}}), "told at every beat, whatever happened"
    stream.close()
    again = Stream(server.url, {**_bearer(token), "Last-Event-ID": "1"})
    assert [again.next(), again.next()] == [("reset", 0, {}), ("beat", 0, {})]
    again.close()


def test_a_stream_ends_when_its_token_is_revoked_or_its_user_switched_off(
    served: tuple[ServerProcess, str], workspace: Workspace
) -> None:
    server, _ = served
    for end in ("revoke", "off", "role"):
        user = f"{end}{time.time_ns()}"
        workspace.access.create_user(user, "reader")
        token = workspace.access.create_token(user)
        stream = Stream(server.url, _bearer(token.token))
        assert stream.next() is not None
        if end == "revoke":
            workspace.access.revoke_token(token.id)
        else:
            workspace.access.change_user(user, **({"disabled": True} if end == "off" else {"role": "labeler"}))
        began = time.monotonic()
        while (message := stream.next()) is not None:
            assert message[2].get("kind") == "access.changed"
        assert time.monotonic() - began < 5
        stream.close()


def test_only_who_is_let_in_may_listen(served: tuple[ServerProcess, str]) -> None:
    server, token = served
    assert httpx.get(f"{server.url}/api/v1/events").status_code == 401
    assert httpx.get(f"{server.url}/api/v1/events", headers=_bearer("tilth_x")).status_code == 401
    with httpx.Client(base_url=server.url, headers=CONSOLE) as browser:
        assert browser.post("/api/v1/session", json={"token": token}).status_code == 204
        foreign = browser.get("/api/v1/events", headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == 403


def test_a_server_with_listeners_ends_soon(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "workspace")
    server.start()
    stream = Stream(server.url, _bearer(owner_token(tmp_path / "workspace")))
    assert stream.next() is not None
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 6
    stream.close()


def test_who_joins_by_a_link_can_label_there_and_open_nothing_else(
    served: tuple[ServerProcess, str], workspace: Workspace, asking: str
) -> None:
    server, _ = served
    invite = workspace.access.invite(asking, max_uses=1)
    secret = invite.path.removeprefix("/join/")
    with httpx.Client(base_url=server.url, headers=CONSOLE) as browser:
        looked = browser.post("/api/v1/invite", json={"invite": secret})
        assert looked.json()["pipeline"] == asking
        assert looked.json()["created_by"] == ""
        joined = browser.post("/api/v1/join", json={"invite": secret, "name": "Ann"})
        assert joined.status_code == 200
        user = joined.json()["user"]
        cookie = joined.headers["set-cookie"]
        for word in ("HttpOnly", "SameSite=strict", "Path=/api/v1"):
            assert word in cookie
        assert browser.post("/api/v1/tasks/next", json={"pipeline": asking}).status_code == 200
        for name, operation in OPERATIONS.items():
            if "labeler" not in operation.grant:
                assert browser.request(operation.method, path_of(name)).status_code == 403, name
        # Without the console's header it is some page of another origin.
        assert browser.post("/api/v1/join", json={}, headers={"X-Tilth-Console": ""}).status_code in (403, 422)
        assert browser.post("/api/v1/join", json={"invite": secret, "name": "Bob"}).status_code == 409
        session = next(each for each in workspace.access.list_tokens().items if each.user == user)
        workspace.access.revoke_token(session.id)
        assert browser.post("/api/v1/tasks/next", json={"pipeline": asking}).status_code == 401
    entries = workspace.audit.list(user=user).items
    assert {entry.outcome for entry in entries} == {"ok", "denied"}
    assert any(entry.operation == "access.join" for entry in entries)
    assert all(entry.origin == "127.0.0.1" for entry in entries)
    assert not workspace.maintenance.verify().problems


def test_the_last_place_of_an_invite_is_given_once(
    served: tuple[ServerProcess, str], workspace: Workspace, asking: str
) -> None:
    server, _ = served
    secret = workspace.access.invite(asking, max_uses=1).path.removeprefix("/join/")

    def join(number: int) -> int:
        told = {"invite": secret, "name": f"Person {number}"}
        return httpx.post(f"{server.url}/api/v1/join", json=told, headers=CONSOLE).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(join, range(8))) == [200, *[409] * 7]


def test_logging_out_ends_the_session_and_keeps_the_token(served: tuple[ServerProcess, str]) -> None:
    server, token = served
    with httpx.Client(base_url=server.url, headers=CONSOLE) as browser:
        assert browser.post("/api/v1/session", json={"token": token}).status_code == 204
        kept = dict(browser.cookies)
        assert token not in kept.values()
        assert browser.get("/api/v1/access/me").status_code == 200
        assert browser.delete("/api/v1/session").status_code == 204
        assert httpx.get(f"{server.url}/api/v1/access/me", cookies=kept).status_code == 401
    assert httpx.get(f"{server.url}/api/v1/access/me", headers=_bearer(token)).status_code == 200


@pytest.mark.slow
def test_a_labelers_session_that_ends_closes_its_stream_too(
    served: tuple[ServerProcess, str], workspace: Workspace, asking: str
) -> None:
    server, _ = served
    secret = workspace.access.invite(asking, max_uses=2).path.removeprefix("/join/")

    def join(name: str) -> tuple[str, dict[str, str]]:
        joined = httpx.post(f"{server.url}/api/v1/join", json={"invite": secret, "name": name}, headers=CONSOLE)
        cookies = "; ".join(f"{name}={value}" for name, value in joined.cookies.items())
        return joined.json()["user"], {**CONSOLE, "Cookie": cookies}

    revoked, switched_off = join("Ann"), join("Bob")
    (invite,) = (each for each in workspace.access.list_invites().items if each.pipeline == asking)
    workspace.access.revoke_invite(invite.id)
    late = httpx.post(f"{server.url}/api/v1/join", json={"invite": secret, "name": "Cyd"}, headers=CONSOLE)
    assert late.status_code == 409
    streams = [Stream(server.url, headers) for _, headers in (revoked, switched_off)]
    for stream in streams:
        assert stream.next() == ("beat", 0, {})
    session = next(each for each in workspace.access.list_tokens().items if each.user == revoked[0])
    workspace.access.revoke_token(session.id)
    workspace.access.change_user(switched_off[0], disabled=True)
    for stream, (_, headers) in zip(streams, (revoked, switched_off), strict=True):
        began = time.monotonic()
        while (message := stream.next()) is not None:
            assert message[2].get("kind") in ("access.changed", "labeling.beat")
        assert time.monotonic() - began < 5
        stream.close()
        asked = httpx.post(f"{server.url}/api/v1/tasks/next", json={"pipeline": asking}, headers=headers)
        assert asked.status_code == 401
        assert httpx.get(f"{server.url}/api/v1/events", headers=headers).status_code == 401


@pytest.mark.slow
def test_a_stream_ends_with_the_time_of_its_session_and_an_invite_with_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    with ServerProcess(folder) as server, open_remote(server.url, owner_token(folder)) as workspace:
        name = "ask"
        workspace.repos.create(name)
        workspace.files.put(f"{name}:pool.csv", b"headline\nWow!\n")
        spec = {
            "pipeline": {"name": f"{name}-ask"},
            "input": {"pfs": {"repo": name, "glob": "/pool.csv", "rows": True, "key": "headline"}},
            "labeling": {"config": CONFIG, "overlap": 1},
        }
        workspace.pipelines.create(spec)
        secret = workspace.access.invite(f"{name}-ask").path.removeprefix("/join/")
        joined = httpx.post(f"{server.url}/api/v1/join", json={"invite": secret, "name": "Ann"}, headers=CONSOLE)
        headers = {**CONSOLE, "Cookie": "; ".join(f"{key}={value}" for key, value in joined.cookies.items())}
        stream = Stream(server.url, headers)
        assert stream.next() == ("beat", 0, {})
        backend = open_backend(folder)
        with backend.database.transaction() as conn:
            conn.execute(update(tokens).where(tokens.c.user == joined.json()["user"]).values(expires_ms=1))
            conn.execute(update(invites).values(expires_ms=1))
        backend.close()
        assert httpx.post(f"{server.url}/api/v1/tasks/next", json={"pipeline": "x"}, headers=headers).status_code == 401
        late = httpx.post(f"{server.url}/api/v1/join", json={"invite": secret, "name": "Bob"}, headers=CONSOLE)
        assert (late.status_code, "expired" in late.text) == (409, True)
        began = time.monotonic()
        while (message := stream.next()) is not None:
            assert message[2].get("kind") == "labeling.beat"
        assert time.monotonic() - began < 20, "looked at again at every beat"
        stream.close()
