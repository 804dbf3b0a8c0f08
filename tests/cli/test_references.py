"""References, as far as the command line takes them apart."""

from __future__ import annotations

import pytest

from tilth.cli.references import Split, split
from tilth.errors import Invalid


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("images", ("images", None)),
        ("images:a/b.png", ("images", "a/b.png")),
        ("team/images@main:a:b", ("team/images@main", "a:b")),
        ("images@main@{2026-01-02 10:30}:a", ("images@main@{2026-01-02 10:30}", "a")),
        ("images:", ("images", None)),
    ],
)
def test_the_path_begins_after_the_first_colon_outside_braces(reference: str, parts: tuple[str, str | None]) -> None:
    assert split(reference) == Split(*parts)


def test_repo_and_revision_are_told_apart() -> None:
    assert (split("a/b@main^3:x").repo, split("a/b@main^3:x").revision) == ("a/b", "main^3")
    assert split("b").revision is None


@pytest.mark.parametrize("reference", ["", ":x", "@main", "@main:x"])
def test_a_reference_without_a_repo_is_invalid(reference: str) -> None:
    with pytest.raises(Invalid, match="names no repo"):
        split(reference)
