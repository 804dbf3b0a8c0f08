"""What goes in and what comes out, and what is refused."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import anyio
import pytest

from tilth.contract import archive
from tilth.contract.commit import CommitInfo
from tilth.contract.entry import FileInfo
from tilth.contract.jobs import JobInfo
from tilth.contract.maintenance import VerifyReport
from tilth.contract.paging import Page
from tilth.contract.repos import RepoInfo
from tilth.contract.tasks import SubmitInfo
from tilth.errors import BranchMoved, Conflict, Corrupt, Unavailable
from tilth.webapi import bodies
from tilth.webapi.operations import path_of
from tilth.webapi.ranges import byte_range

REPO = RepoInfo("digits", "default", "", False, 5)
COMMIT = CommitInfo("c" * 32, "d" * 32, "default/digits", (), "ann", 7, "", "e" * 64, 1, 3)


def test_reads_take_the_query_and_writes_take_an_object(door: Any) -> None:
    door.answers["repos.list"] = Page([REPO], "digits")
    door.answers["repos.create"] = REPO
    answer = door.call("reader", "GET", path_of("repos.list"), params={"limit": 7, "after": "a"})
    assert answer.json()["items"][0]["name"] == "digits"
    assert answer.json()["next"] == "digits"
    answer = door.call("writer", "POST", path_of("repos.create"), json={"name": "digits", "held_out": True})
    assert answer.status_code == 200
    assert door.said == [
        ("repos.list", (), {"kind": None, "after": "a", "limit": 7}),
        ("repos.create", ("digits",), {"description": "", "held_out": True}),
    ]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Conflict("It is there.", help="Take another.", name="x"), 409, "conflict"),
        (BranchMoved("r@main", expected="a", found="b"), 409, "branch_moved"),
        (Corrupt("A chunk is bad."), 500, "corrupt"),
        (Unavailable("The disk is full."), 503, "unavailable"),
    ],
)
def test_errors_keep_their_class_words_and_facts(door: Any, error: Any, status: int, code: str) -> None:
    door.answers["repos.get"] = error
    answer = door.call("reader", "GET", path_of("repos.get"), params={"name": "r"})
    assert answer.status_code == status
    assert answer.json() == {"code": code, "message": error.message, "help": error.help, "facts": dict(error.facts)}


def test_a_body_sent_as_a_form_is_told_which_header_is_missing(door: Any) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = door.call("writer", "POST", path_of("repos.create"), content=b'{"name":"digits"}', headers=form)
    assert answer.status_code == 422
    assert "Content-Type: application/json" in answer.json()["help"]


def test_an_unforeseen_error_tells_nothing_of_the_insides(door: Any) -> None:
    door.answers["repos.get"] = RuntimeError("secret path /srv/x")
    answer = door.call("reader", "GET", path_of("repos.get"), params={"name": "r"})
    assert answer.status_code == 500
    assert answer.json()["code"] == "error"
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"name": "r", "nmae": "typo"}},
        {"json": {"name": 5}},
        {"json": ["r"]},
        {"content": b"{"},
        {"content": b"[" * 100_000},
        {"content": b"\xff\xfe"},
        {},
    ],
)
def test_malformed_bodies_are_invalid_and_reach_nobody(door: Any, request_: dict[str, Any]) -> None:
    answer = door.call("writer", "POST", path_of("repos.create"), **request_)
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] == "invalid"
    assert door.said == []


BAD_PATHS = ["../x", "a/../b", "a/./b", "a//b", "a\x00b", "a\nb", "//etc/passwd", "x" * 5000]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_paths_that_leave_the_repo_are_refused_at_the_door(door: Any, path: str) -> None:
    reference = f"digits:{path}"
    calls = [
        ("GET", "files.read", {"params": {"reference": reference}}),
        ("GET", "files.stat", {"params": {"reference": reference}}),
        ("GET", "files.walk", {"params": {"reference": reference}}),
        ("GET", "files.archive", {"params": {"reference": reference}}),
        ("GET", "files.walk", {"params": {"reference": "digits", "glob": path}}),
        ("GET", "commits.diff", {"params": {"new": "digits", "path": path}}),
        ("POST", "files.delete", {"json": {"reference": reference}}),
        ("POST", "files.put", {"params": {"reference": reference}, "content": b"x"}),
        ("POST", "drafts.put", {"params": {"draft": "d", "path": path}, "content": b"x"}),
        ("POST", "drafts.delete", {"json": {"draft": "d", "path": path}}),
        ("GET", "datasets.rows", {"params": {"reference": reference}}),
        ("POST", "feedback.declare", {"json": _edge(reference)}),
    ]
    for method, name, request in calls:
        if path.startswith("//") and ("path" in str(request) or name == "files.walk"):
            continue  # a glob or folder may begin with slashes; they are taken off
        answer = door.call("owner", method, path_of(name), **request)
        assert answer.status_code == 422, (name, path, answer.text)
    assert door.said == []


@pytest.mark.parametrize("path", ["../x", "/../x", "a/../../x", "a\x01b"])
def test_archives_whose_paths_leave_the_repo_are_refused(door: Any, path: str) -> None:
    door.answers["files.put_many"] = lambda branch, files, **named: list(files) and COMMIT
    member = tarfile.TarInfo(path)
    deletes = tarfile.TarInfo.create_pax_global_header({archive.DELETES: json.dumps([path])})
    fine = b"".join(archive.pack([("fine", b"1")]))
    for body in (member.tobuf(tarfile.PAX_FORMAT) + fine, deletes + fine):
        answer = door.call("writer", "POST", path_of("files.put_many"), params={"branch": "digits"}, content=body)
        assert answer.status_code == 422


def test_many_files_arrive_in_one_stream_with_deletes_first(door: Any) -> None:
    got: dict[str, Any] = {}

    def put_many(branch: str, files: Any, *, deletes: Any, message: str, if_head: str | None) -> CommitInfo:
        got.update(branch=branch, deletes=list(deletes), files={path: content.read() for path, content in files})
        return COMMIT

    door.answers["files.put_many"] = put_many
    big = bytes(range(256)) * 10_000
    body = b"".join(archive.pack([("a", b"1"), ("ünï/b", big), ("empty", b"")], deletes=["old", "gone/"]))
    answer = door.call("writer", "POST", path_of("files.put_many"), params={"branch": "digits"}, content=body)
    assert answer.status_code == 200, answer.text
    assert got == {"branch": "digits", "deletes": ["old", "gone"], "files": {"a": b"1", "ünï/b": big, "empty": b""}}


def test_a_file_is_read_whole_or_by_range_and_is_never_run_by_a_browser(door: Any) -> None:
    content = b"0123456789"
    door.answers["files.stat"] = FileInfo("x", "file", 10, "ab" * 32, {"content-type": "text/html"})
    door.answers["files.read"] = lambda reference, start, stop: iter([content[start:stop]])
    whole = door.call("reader", "GET", path_of("files.read"), params={"reference": "digits:x"})
    assert whole.content == content
    assert whole.headers["content-length"] == "10"
    assert "sandbox" in whole.headers["content-security-policy"]
    assert whole.headers["x-content-type-options"] == "nosniff"
    for kind, sent, saved in (
        ("text/html", "application/octet-stream", True),
        ("Image/SVG+xml", "application/octet-stream", True),
        ("application/pdf; x=image/png", "application/octet-stream", True),
        ("text/javascript", "application/octet-stream", True),
        ("image/png\r\nSet-Cookie: a=b", "application/octet-stream", True),
        ("image/PNG", "image/png", False),
        ("text/plain; charset=utf-7", "text/plain; charset=utf-8", False),
    ):
        door.answers["files.stat"] = FileInfo("x", "file", 10, "ab" * 32, {"content-type": kind})
        got = door.call("reader", "GET", path_of("files.read"), params={"reference": "digits:x"})
        assert got.headers["content-type"] == sent
        assert (got.headers.get("content-disposition") == "attachment") is saved
    part = door.call(
        "reader", "GET", path_of("files.read"), params={"reference": "digits:x"}, headers={"Range": "bytes=2-4"}
    )
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    part = door.call("reader", "GET", path_of("files.read"), params={"reference": "digits:x", "start": 8, "stop": 99})
    assert part.content == b"89"
    bad = door.call(
        "reader", "GET", path_of("files.read"), params={"reference": "digits:x"}, headers={"Range": "bytes=10-"}
    )
    assert bad.status_code == 416


def test_ranges_of_all_forms() -> None:
    assert byte_range("bytes=0-0", 10) == (0, 1)
    assert byte_range("bytes=5-", 10) == (5, 10)
    assert byte_range("bytes=-3", 10) == (7, 10)
    assert byte_range("bytes=-30", 10) == (0, 10)
    assert byte_range("bytes=2-300", 10) == (2, 10)
    assert byte_range("bytes=1-2,4-5", 10) is None
    assert byte_range("lines=1-2", 10) is None
    assert byte_range(None, 10) is None


def test_bodies_over_the_limit_are_refused_also_when_their_size_is_not_declared(door: Any) -> None:
    async def endless() -> Any:
        for _ in range(40):
            yield b" " * (1 << 20)

    answer = door.call("writer", "POST", path_of("repos.create"), content=b" " * (17 << 20))
    assert answer.status_code == 413
    answer = door.call("writer", "POST", path_of("repos.create"), content=endless())
    assert answer.status_code == 413
    assert answer.json()["code"] == "invalid"


def test_lists_are_never_longer_than_a_thousand(door: Any) -> None:
    for limit in (0, 1001, -1):
        assert door.call("reader", "GET", path_of("repos.list"), params={"limit": limit}).status_code == 422


def test_an_answer_is_submitted_as_a_label_studio_result(door: Any) -> None:
    door.answers["tasks.submit"] = SubmitInfo("a1", "accepted", "active")
    result = [{"from_name": "digit", "to_name": "image", "type": "choices", "value": {"choices": ["7"]}}]
    answer = door.call("labeler", "POST", path_of("tasks.submit"), json={"assignment": "a1", "result": result})
    assert answer.json()["state"] == "accepted"
    assert door.said == [("tasks.submit", ("a1", result), {"unsure": False, "held_ms": 0})]


def test_waiting_ends_when_the_jobs_do_and_says_so_when_time_is_up(door: Any) -> None:
    looks = iter([Unavailable("Not yet.", timeout=True)] * 3)

    def wait(what: str, *, timeout_s: float) -> list[JobInfo]:
        for error in looks:
            raise error
        return [JobInfo("j", "p", "c", "success", "", 1, 2, 3, 1, 1, 0, 0, 0, 0.0, 0.0)]

    door.answers["jobs.wait"] = wait
    answer = door.call("reader", "GET", path_of("jobs.wait"), params={"what": "c"})
    assert answer.json()[0]["state"] == "success"
    door.answers["jobs.wait"] = Unavailable("Not yet.", timeout=True)
    answer = door.call("reader", "GET", path_of("jobs.wait"), params={"what": "c", "timeout_s": 0.05})
    assert (answer.status_code, answer.json()["facts"]) == (503, {"timeout": True})


def test_verify_tells_its_progress_line_by_line(door: Any) -> None:
    def verify(*, against: str | None, again: bool, progress: Any) -> VerifyReport:
        progress.begin("Packs", 2)
        progress.advance(2)
        progress.end()
        return VerifyReport(1, 2, 3, ())

    door.answers["maintenance.verify"] = verify
    lines = [line for line in door.call("reader", "POST", path_of("maintenance.verify"), json={}).iter_lines()]
    assert lines[0] == '{"begin": "Packs", "total": 2, "unit": "items"}'
    assert json.loads(lines[-1]) == {
        "result": {"commits": 1, "records": 2, "bytes": 3, "problems": [], "gone": [], "resumed": 0}
    }
    door.answers["maintenance.verify"] = Corrupt("The catalogue is bad.")
    lines = list(door.call("reader", "POST", path_of("maintenance.verify"), json={}).iter_lines())
    assert '"code": "corrupt"' in lines[-1]


def test_a_body_is_read_as_it_arrives(door: Any) -> None:
    sizes: list[int] = []

    def put(reference: str, source: io.BufferedReader, *, message: str) -> CommitInfo:
        while piece := source.read(1 << 16):
            sizes.append(len(piece))
        return COMMIT

    async def arriving() -> Any:
        for _ in range(5):
            yield b"y" * 100_000

    door.answers["files.put"] = put
    answer = door.call("writer", "POST", path_of("files.put"), params={"reference": "digits:x"}, content=arriving())
    assert answer.status_code == 200
    assert sum(sizes) == 500_000


def test_a_body_that_falls_silent_gives_its_thread_back(door: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SILENCE_S", 0.05)

    async def silent() -> Any:
        yield b"y"
        await anyio.sleep(30)

    door.answers["files.put"] = lambda reference, source, *, message: source.read() and COMMIT
    answer = door.call("writer", "POST", path_of("files.put"), params={"reference": "digits:x"}, content=silent())
    assert answer.status_code == 503
    assert "Nothing of the body arrived" in answer.json()["message"]


def _edge(source: str) -> dict[str, Any]:
    return {"name": "e", "source": source, "target": "digits", "budget": 1, "max_rounds": 1}


def test_an_archive_of_what_is_not_there_is_an_error_and_no_half_answer(door: Any) -> None:
    answer = door.call("reader", "GET", path_of("files.archive"), params={"reference": "digits"})
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_a_query_that_is_not_utf8_is_refused_and_not_guessed(door: Any) -> None:
    answer = door.call("writer", "POST", path_of("files.put") + "?reference=digits:%ED%A0%80", content=b"x")
    assert answer.status_code == 422
    assert "UTF-8" in answer.json()["message"]
    assert door.said == []


def test_nothing_between_keeps_what_a_caller_was_told(door: Any) -> None:
    door.answers["repos.list"] = Page([REPO], None)
    door.answers["files.stat"] = FileInfo("x", "file", 1, "ab" * 32, {})
    door.answers["files.read"] = lambda reference, start, stop: iter([b"x"])
    door.answers["files.archive"] = lambda reference, format: iter([b"x"])
    for name, query, kept in (
        ("repos.list", {}, "no-store"),
        ("repos.get", {"name": "there is none"}, "no-store"),
        ("files.archive", {"reference": "digits"}, "no-store"),
        ("files.read", {"reference": "digits:x"}, "private, no-cache"),
    ):
        answer = door.call("reader", "GET", path_of(name), params=query)
        assert answer.headers["cache-control"] == kept, name
    assert door.call(None, "GET", path_of("repos.list")).headers["cache-control"] == "no-store"


def test_a_mapping_nested_too_deep_is_invalid(door: Any) -> None:
    query = {"name": "m", "mapping": "[" * 5_000}
    answer = door.call("writer", "POST", path_of("models.upload"), params=query, content=b"x")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_uploads_of_one_user_that_never_end_leave_room_for_those_of_others(door: Any) -> None:
    held = anyio.Event()

    async def silent() -> Any:
        yield b"y"
        await held.wait()

    async def both() -> tuple[int, int]:
        query = {"reference": "digits:x"}
        waiting: list[int] = []

        async def stuck() -> None:
            answer = await door.request("writer", "POST", path_of("files.put"), params=query, content=silent())
            waiting.append(answer.status_code)

        async with anyio.create_task_group() as tasks:
            for _ in range(bodies.UPLOADS + 4):
                tasks.start_soon(stuck)
            await anyio.sleep(0.2)
            with anyio.fail_after(20):
                other = await door.request("curator", "POST", path_of("files.put"), params=query, content=b"z")
            before = len(waiting)
            held.set()
        assert waiting == [200] * (bodies.UPLOADS + 4)
        return other.status_code, before

    door.answers["files.put"] = lambda reference, source, *, message: source.read() and COMMIT
    assert door.run(both) == (200, 0)
