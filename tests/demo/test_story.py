"""A story reads well where it is told: on a narrow terminal, or into a file."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from tilth.demo.digits import Round, show_table
from tilth.demo.digits_specs import ARMS
from tilth.demo.story import Story


def told(width: int = 80) -> tuple[Story, io.StringIO]:
    written = io.StringIO()
    return Story(Console(file=written, width=width, highlight=False)), written


def test_long_sentences_go_on_under_their_first_word() -> None:
    story, written = told(40)
    story.say("a sentence that is much too long for a terminal of forty columns [not markup]")
    lines = written.getvalue().splitlines()
    assert lines[0].startswith("  • a sentence")
    assert len(lines) > 1
    assert all(line.startswith("    ") and len(line) <= 40 for line in lines[1:])
    assert "[not markup]" in " ".join(written.getvalue().split())


def test_the_tables_fit_eighty_columns() -> None:
    story, written = told()
    items, accuracy = dict.fromkeys(ARMS, 240), dict.fromkeys(ARMS, (0.981, 0.968, 0.992))
    wide = Round(
        number=3, items=items, answers=1_240, cost=124.35, rejected=12, banned=2, consensus=1.0,
        majority=1.0, judged=60, run=1_844, reused=12_062, seconds=124.0, accuracy=accuracy,
        gain=(0.047, 0.028, 0.065, "within noise"),
    )  # fmt: skip
    show_table(story, [wide])
    rows = [line for line in written.getvalue().splitlines() if line.startswith("3")]
    assert len(rows) == 2
    assert rows[1].endswith("+4.7% within noise")


def test_commands_come_with_the_way_in_where_tilth_is_not_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "activate").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    story, written = told(20)
    story.way_in()
    assert written.getvalue() == f"    $ . {tmp_path}/bin/activate\n"
