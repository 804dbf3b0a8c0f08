"""Tables for people."""

from __future__ import annotations

import io
import sys

import pytest

from tilth.cli.tables import print_facts, print_table


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_piped_table_is_aligned_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name", "size#", "about"), [("a", "5", "first"), ("longer", "1,000", "")], empty="none")
    assert capsys.readouterr().out == "NAME     SIZE  ABOUT\na           5  first\nlonger  1,000\n"


def test_an_empty_table_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name",), [], empty="There are no repos yet.")
    assert capsys.readouterr().out == "There are no repos yet.\n"


def test_a_cell_cannot_drive_the_terminal_nor_break_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name",), [("a\x1b[2J\nb",)], empty="none")
    assert capsys.readouterr().out == "NAME\na�[2J b\n"


def test_on_a_terminal_markup_in_a_cell_is_only_text(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "80")
    print_table(("name", "size#"), [("[bold]x[/]", "5")], empty="none")
    assert "[bold]x[/]" in terminal.getvalue()


def test_facts_are_aligned_and_empty_ones_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    print_facts([("repo", "images"), ("description", ""), ("kind", "source"), ("zero", 0)])
    assert capsys.readouterr().out == "repo  images\nkind  source\nzero  0\n"
