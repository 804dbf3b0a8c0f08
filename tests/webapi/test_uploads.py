"""Uploads in parts over HTTP: lines that no client of ours sends."""

from __future__ import annotations

from typing import Any

import pytest

from tilth.webapi import uploads
from tilth.webapi.operations import path_of

LINE = b'{"path":"a","chunks":"%s"}\n' % (b"AAAA" * 12)


@pytest.mark.parametrize("line", [b'"abc"', b"[1]", b"null", b"7"])
@pytest.mark.parametrize("call", ["lacking", "commit"])
def test_a_line_that_is_no_object_is_invalid(door: Any, call: str, line: bytes) -> None:
    door.answers["uploads.lacking"] = lambda branch, files: bytes(len(list(files)))
    door.answers["uploads.commit"] = lambda branch, files, **rest: list(files)
    where = path_of(f"uploads.{call}")
    for body in (line + b"\n", LINE + line):
        answer = door.call("writer", "POST", where, params={"branch": "r"}, content=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_a_question_has_a_most_of_lines_and_chunks(door: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    door.answers["uploads.lacking"] = lambda branch, files: bytes(len(list(files)))
    for limit, most in (("MOST_LINES", 3), ("MOST_CHUNKS", 3)):
        with monkeypatch.context() as patched:
            patched.setattr(uploads, limit, most)
            for count, status in ((3, 200), (4, 422)):
                answer = door.call(
                    "writer", "POST", path_of("uploads.lacking"), params={"branch": "r"}, content=LINE * count
                )
                assert answer.status_code == status
