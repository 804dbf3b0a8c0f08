"""Calls over a network that fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tilth.client import transport as module
from tilth.client.transport import TRIES, Transport, revive
from tilth.contract.commit import CommitInfo
from tilth.contract.repos import RepoInfo
from tilth.contract.tasks import SubmitInfo
from tilth.errors import BranchMoved, Invalid, NotFound, TilthError, Unauthenticated, Unavailable

REPO = {"name": "r", "project": "default", "description": "", "held_out": False, "created_ms": 1}
SUBMITTED = {"assignment": "a", "state": "submitted", "worker_state": "active"}

Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, which are not waited for."""
    paused: list[float] = []
    monkeypatch.setattr(module.time, "sleep", paused.append)
    return paused


class Wire:
    """A network that answers what it was told to, in turn; exceptions are raised."""

    def __init__(self, *turns: object) -> None:
        self.turns = list(turns)
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        request.read()
        turn = self.turns.pop(0)
        if isinstance(turn, Exception):
            raise turn
        return turn if isinstance(turn, httpx.Response) else httpx.Response(200, json=turn)


def _call(wire: Handler) -> Transport:
    return Transport("http://server", "secret", wire=httpx.MockTransport(wire))


def test_a_call_carries_the_token_and_leaves_out_what_is_not_given() -> None:
    wire = Wire(REPO)
    _call(wire).get("repos.get", RepoInfo, name="r", after=None)
    assert wire.seen[0].headers["authorization"] == "Bearer secret"
    assert str(wire.seen[0].url) == "http://server/api/v1/repos/get?name=r"


@pytest.mark.parametrize("error", [httpx.ConnectError("no"), httpx.ReadError("cut"), httpx.ReadTimeout("late")])
def test_what_is_safe_to_repeat_is_repeated(error: Exception) -> None:
    wire = Wire(error, error, REPO)
    assert _call(wire).get("repos.get", RepoInfo, name="r").name == "r"
    wire = Wire(error, SUBMITTED)
    assert _call(wire).post("tasks.submit", SubmitInfo, again=True, assignment="a").state == "submitted"


def test_what_may_have_happened_is_not_done_again() -> None:
    wire = Wire(httpx.ReadError("cut"), REPO)
    with pytest.raises(Unavailable) as caught:
        _call(wire).post("repos.create", RepoInfo, name="r")
    assert "may or may not" in caught.value.help
    assert len(wire.seen) == 1


def test_what_cannot_have_happened_is_done_again() -> None:
    wire = Wire(httpx.ConnectError("no"), REPO)
    assert _call(wire).post("repos.create", RepoInfo, name="r").name == "r"


def test_tries_end_and_pauses_grow_within_bounds(pauses: list[float]) -> None:
    wire = Wire(*[httpx.ConnectError("no")] * 20)
    with pytest.raises(Unavailable, match="No Tilth server answers at http://server"):
        _call(wire).get("repos.get", RepoInfo, name="r")
    assert len(wire.seen) == TRIES
    assert len(pauses) == TRIES - 1
    assert sum(pauses) < TRIES * module.LONGEST_PAUSE_S


def test_a_stream_that_was_begun_is_not_sent_again() -> None:
    wire = Wire(httpx.ConnectError("no"), REPO)
    with pytest.raises(Unavailable):
        _call(wire).send("files.put", CommitInfo, iter([b"once"]), reference="r:a")
    assert len(wire.seen) == 1


def test_a_download_that_breaks_says_so() -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 10
        raise httpx.ReadError("cut")

    call = _call(lambda request: httpx.Response(200, content=broken()))
    with pytest.raises(Unavailable, match="middle"):
        list(call.stream("files.read", reference="r:a"))


def test_errors_come_back_as_the_class_they_were() -> None:
    told = {"code": "branch_moved", "message": "Branch r@main has moved.", "help": "Look.", "facts": {"found": "b"}}
    call = _call(Wire(httpx.Response(409, json=told), httpx.Response(404, json={**told, "code": "not_found"})))
    with pytest.raises(BranchMoved) as caught:
        call.get("repos.get", RepoInfo, name="r")
    assert (caught.value.message, caught.value.help, caught.value.facts) == (told["message"], "Look.", {"found": "b"})
    with pytest.raises(NotFound):
        call.act("repos.delete", name="r")


def test_every_error_class_survives_the_way() -> None:
    for kind in _kinds(TilthError):
        revived = revive(kind.code, "It happened.", "Do this.", {"what": 1})
        assert type(revived).code == kind.code
        assert (revived.message, revived.help, revived.facts) == ("It happened.", "Do this.", {"what": 1})
    assert type(revive("unheard_of", "m", "h", {})) is TilthError


def test_an_answer_that_is_not_tilths_is_unavailable() -> None:
    for answer in (httpx.Response(502, text="<html>"), httpx.Response(500, json=["no"]), httpx.Response(404, json={})):
        with pytest.raises(Unavailable, match="not as a Tilth server"):
            _call(Wire(answer)).get("repos.get", RepoInfo, name="r")


def test_a_missing_token_is_explained() -> None:
    told = {"code": "unauthenticated", "message": "This needs a token.", "help": "", "facts": {}}
    with pytest.raises(Unauthenticated) as caught:
        _call(Wire(httpx.Response(401, json=told))).get("repos.get", RepoInfo, name="r")
    assert "TILTH_TOKEN" in caught.value.help


def test_a_url_that_is_none_is_invalid() -> None:
    for url in ("http://host:port", "http://", "http:///path"):
        with pytest.raises(Invalid):
            Transport(url, None)


def test_nothing_is_null() -> None:
    call = _call(Wire(httpx.Response(200, content=b"null")))
    assert call.post_or_none("tasks.next", SubmitInfo, pipeline="p") is None


def test_lines_are_told_as_they_come() -> None:
    lines = [{"begin": "x", "total": None, "unit": "items"}, {"result": 1}]
    body = "".join(json.dumps(line) + "\n" for line in lines)
    call = _call(Wire(httpx.Response(200, text=body)))
    assert list(call.lines("maintenance.verify", against=None)) == lines


def _kinds(kind: type[TilthError]) -> list[type[Any]]:
    found: list[type[Any]] = [kind]
    for below in kind.__subclasses__():
        found.extend(_kinds(below))
    return found
