"""Numbers, times and hostile text in words."""

from __future__ import annotations

import pytest

from tilth.cli import wording


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (99_940, "99.9 kB"), (123_456, "123 kB"), (999_999, "1.0 MB"),
     (5_300_000_000, "5.3 GB"), (4e18, "4000 PB")],
)  # fmt: skip
def test_a_size_has_at_most_three_digits_and_a_unit(count: float, text: str) -> None:
    assert wording.size(count) == text


@pytest.mark.parametrize(
    ("ago_s", "text"),
    [(0, "now"), (5, "5 s ago"), (120, "2 min ago"), (7200, "2 h ago"), (3 * 86400, "3 days ago"), (-60, "in 60 s")],
)
def test_a_time_is_told_relative_to_now(ago_s: int, text: str) -> None:
    now = 1_800_000_000_000
    assert wording.when(now - ago_s * 1000, now_ms=now) == text


def test_an_old_time_is_told_as_its_date() -> None:
    assert wording.when(1_700_000_000_000, now_ms=1_800_000_000_000) == "2023-11-14"


def test_no_time_is_a_dash() -> None:
    assert wording.when(None) == "-"


@pytest.mark.parametrize(("spent", "text"), [(0.26, "0.3 s"), (185, "3:05"), (7385, "2:03:05")])
def test_a_duration_is_told_in_its_scale(spent: float, text: str) -> None:
    assert wording.seconds(spent) == text


def test_text_cannot_drive_the_terminal() -> None:
    assert wording.safe("a\x1b[31mred\x07\nb\x9b") == "a�[31mred� b�"
    assert wording.safe_lines("one\ttwo\r\n\x1b[2Jthree") == "one    two\n�[2Jthree"


def test_other_scripts_stay_as_they_are() -> None:
    assert wording.safe("Überprüfung 検査 🌱") == "Überprüfung 検査 🌱"
