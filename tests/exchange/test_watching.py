"""Streams that tell how much of them was read."""

from __future__ import annotations

import io
from pathlib import Path

from tilth.exchange.watching import watched
from tilth.workspace.local import open as open_local


class Told:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.steps: list[list[object]] = []
        self.open: list[int] = []

    def begin(self, what: str, total: int | None = None, unit: str = "items") -> None:
        """Open a step."""
        self.open.append(len(self.steps))
        self.steps.append([what, total, unit, 0])

    def advance(self, amount: int = 1) -> None:
        """Count."""
        step = self.steps[self.open[-1]]
        step[3] = int(str(step[3])) + amount

    def end(self) -> None:
        """Close the step."""
        self.open.pop()


def test_all_of_a_stream_is_told_and_its_step_ends_with_it() -> None:
    told = Told()
    stream = watched(io.BytesIO(b"x" * 3_000_000), told, "Reading", 3_000_000)
    assert len(stream.read()) == 3_000_000
    assert stream.read() == b""
    assert (told.steps, told.open) == ([["Reading", 3_000_000, "bytes", 3_000_000]], [])


def test_a_large_file_is_told_byte_by_byte(tmp_path: Path) -> None:
    told = Told()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "big").write_bytes(b"x" * 30_000_000)
    for index in range(10):
        (tmp_path / "in" / f"{index}").write_bytes(b"y" * 1000)
    with open_local(tmp_path / "w") as workspace:
        workspace.repos.create("r")
        workspace.files.put_many("r", [("big", tmp_path / "in" / "big")], progress=told)
        assert ["read", 30_000_000, "bytes", 30_000_000] in told.steps
        workspace.files.put_folder("r:all", tmp_path / "in", progress=told)
        assert ["read", 30_010_000, "bytes", 30_010_000] in told.steps
    assert not told.open
