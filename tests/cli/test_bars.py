"""Progress for people."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable

import pytest

from tilth.cli import bars
from tilth.cli.bars import Bars


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bars, "PATIENCE_S", 0.05)
    monkeypatch.setattr(bars, "LINE_EVERY_S", 0.05)


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.005)


def test_long_work_in_a_pipe_is_told_by_lines_with_rate_and_time_left() -> None:
    stream = io.StringIO()
    with Bars(stream=stream) as progress:
        progress.begin("read", total=1000, unit="files")
        progress.advance(10)
        wait_for(lambda: stream.getvalue().count("\n") >= 2)
        progress.end()
    first = stream.getvalue().splitlines()[0]
    assert first.startswith("read: 10 of 1,000 files (1 %), ")
    assert "files/s" in first
    assert first.endswith(" left")


def test_short_work_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bars, "PATIENCE_S", 60)
    stream = Terminal()
    with Bars(stream=stream) as progress:
        progress.begin("read", total=2)
        progress.advance(2)
        progress.end()
    assert stream.getvalue() == ""


def test_bytes_are_told_as_sizes() -> None:
    stream = io.StringIO()
    with Bars(stream=stream) as progress:
        progress.begin("verify", total=4_000_000, unit="bytes")
        progress.advance(1_000_000)
        wait_for(lambda: "1.0 MB of 4.0 MB (25 %)" in stream.getvalue())


def test_on_a_terminal_a_bar_is_drawn_and_steps_nest() -> None:
    stream = Terminal()
    with Bars(stream=stream) as progress:
        progress.begin("jobs", total=2)
        progress.begin("items [bold]", total=None)
        progress.advance(3)
        wait_for(lambda: "items [bold]: 3 items" in stream.getvalue())
        progress.end()
        progress.advance(1)
        wait_for(lambda: "jobs: 1 of 2 items (50 %)" in stream.getvalue())
        progress.end()
        progress.end()


def test_with_json_nothing_is_told() -> None:
    stream = io.StringIO()
    with Bars(quiet=True, stream=stream) as progress:
        progress.begin("read", total=2)
        progress.advance(1)
        progress.end()
    assert stream.getvalue() == ""


def test_steps_of_several_threads_stand_side_by_side() -> None:
    stream = io.StringIO()
    begun, ended = threading.Barrier(2), threading.Event()
    with Bars(stream=stream) as progress:

        def other() -> None:
            progress.begin("train", total=2)
            begun.wait(10)
            progress.advance(2)
            ended.wait(10)
            progress.end()

        progress.begin("read", total=9)
        thread = threading.Thread(target=other)
        thread.start()
        begun.wait(10)
        progress.advance(3)
        wait_for(lambda: "read: 3 of 9" in stream.getvalue() and "train: 2 of 2" in stream.getvalue())
        progress.end()
        ended.set()
        thread.join()
