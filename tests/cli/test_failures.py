"""How failures end an invocation."""

from __future__ import annotations

import json

import pytest

from tilth import errors
from tilth.cli import failures

CODES = {
    "invalid": 2,
    "not_found": 3,
    "conflict": 4,
    "denied": 5,
    "unauthenticated": 5,
    "held_out": 5,
    "unavailable": 6,
    "corrupt": 7,
    "failed": 8,
    "fenced": 4,
    "purged": 9,
}


@pytest.mark.parametrize("code", errors.ERRORS)
def test_each_class_of_error_has_its_exit_code(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    error = errors.ERRORS[code]("Repo x is odd.", help="Look at it.", name="x")
    found = failures.report(error, as_json=False)
    assert found == errors.ERRORS[code].exit_code == CODES.get(code, found)
    assert 2 <= found <= 9
    assert capsys.readouterr().err == "Error: Repo x is odd.\nLook at it.\n"


def test_an_error_as_json_has_its_code_and_facts(capsys: pytest.CaptureFixture[str]) -> None:
    error = errors.BranchMoved("images@main", expected="a", found=None)
    assert failures.report(error, as_json=True) == 4
    told = json.loads(capsys.readouterr().err)
    assert told["error"] == "branch_moved"
    assert told["facts"] == {"branch": "images@main", "expected": "a", "found": None}
    assert told["help"]


@pytest.mark.parametrize(
    ("error", "code"),
    [(FileNotFoundError(2, "No such file", "x"), 3), (PermissionError(13, "Permission denied", "x"), 5),
     (OSError(28, "No space left on device", "x"), 6), (OSError(5, "Input/output error", "x"), 6)],
)  # fmt: skip
def test_an_error_of_the_system_is_told_by_what_one_would_do(
    error: OSError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failures.report(error, as_json=False) == code
    first, second = capsys.readouterr().err.splitlines()
    assert "x" in first
    assert second


def test_an_unexpected_exception_says_how_to_see_the_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TILTH_DEBUG", raising=False)
    assert failures.report(ZeroDivisionError("oops"), as_json=False) == 70
    told = capsys.readouterr().err
    assert "ZeroDivisionError: oops" in told
    assert "TILTH_DEBUG=1" in told
    assert "Traceback" not in told


def test_with_debug_the_trace_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TILTH_DEBUG", "1")
    assert failures.report(ZeroDivisionError("oops"), as_json=False) == 70
    assert "ZeroDivisionError: oops" in capsys.readouterr().err


def test_a_message_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    failures.report(errors.NotFound("no \x1b[2J"), as_json=False)
    assert "\x1b" not in capsys.readouterr().err
