"""docs/design/010 names the test of each promise: the tests are there."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
PAGE = TESTS.parent / "docs" / "design" / "010-proofs.md"


def test_every_test_that_the_page_names_is_there() -> None:
    named = re.findall(r"`([a-z_/0-9]+\.py)(?:::(test_[a-z_0-9]+))?`", PAGE.read_text(encoding="utf-8"))
    assert len(named) > 60
    for file, test in named:
        if file.startswith("tests/"):
            continue
        text = (TESTS / file).read_text(encoding="utf-8")
        assert not test or re.search(rf"def {test}\(", text), f"{file}::{test}"


def test_every_case_of_the_reference_has_a_line() -> None:
    first = PAGE.read_text(encoding="utf-8").split("## Data in and out")[0]
    told: set[int] = set()
    for numbers in re.findall(r"^\| ([\d–, ]+) \|", first, re.MULTILINE):
        begin, _, end = numbers.partition("–")
        told.update(range(int(begin), int(end) + 1) if end else map(int, numbers.split(", ")))
    assert told == set(range(1, 31))
