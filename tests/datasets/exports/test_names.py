"""Names in an archive are fine on every system, inside the folder, and never two the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilth.datasets.exports.names import Names, cleaned, folders


def _all(keys: list[str], suffix: str = "", *, by_stem: bool = False) -> list[str]:
    names = Names(((key, suffix) for key in keys), by_stem=by_stem)
    return [names.of(key, suffix) for key in keys]


def test_fine_names_stay_as_they_are() -> None:
    keys = ["a/b/scan 1.png", "ünï.jpg", "ends.tar.gz", ".hidden"]
    assert _all(keys) == keys


@pytest.mark.parametrize(
    "key",
    [
        "../../etc/passwd",
        "/absolute",
        "a\\..\\b",
        "C:/x",
        "con",
        "aux.txt",
        "dot.",
        "space ",
        "a\x00b",
        "\u202egnp.exe",
        "",
        "//",
        "..",
    ],
)
def test_hostile_names_are_made_fine(key: str) -> None:
    (name,) = _all([key], ".png")
    parts = name.split("/")
    assert not name.startswith("/")
    assert not {"", ".", ".."} & set(parts)
    assert not set(name) & set('\\:*?"<>|\x00\u202e')
    assert all(part.split(".")[0].lower() not in ("con", "aux") for part in parts)
    assert name.endswith(".png")


def test_names_that_differ_in_case_or_accents_only_are_told_apart() -> None:
    keys = ["A.png", "a.png", "b.png", "e\u0301.png", "\u00e9.png"]
    names = _all(keys)
    assert len({unicodedata.normalize("NFC", name).casefold() for name in names}) == len(keys)
    assert names[2] == "b.png"


def test_a_name_that_is_anothers_folder_is_told_apart() -> None:
    names = _all(["a", "a/b", "A/c"])
    assert names[0] != "a"
    assert names[1:] == ["a/b", "A/c"]


def test_by_stem_endings_do_not_tell_apart() -> None:
    names = _all(["a.png", "a.jpg", "b.png"], by_stem=True)
    assert len({name.rpartition(".")[0] for name in names}) == 3


def test_long_names_are_cut_and_keep_their_ending() -> None:
    name, changed = cleaned("x" * 5000 + ".png", ".png")
    assert changed
    assert len(name) < 200
    assert name.endswith(".png")


def test_classes_become_folders_of_their_own() -> None:
    places = folders(["cat", "Cat", "a/b", "a_b", "..", ""])
    assert len({place.casefold() for place in places.values()}) == 6
    assert all("/" not in place and place not in ("", ".", "..") for place in places.values())


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.text(alphabet="aA/.\\é\u0301: ", max_size=6), unique=True, max_size=30))
def test_no_two_names_are_the_same_anywhere(keys: list[str]) -> None:
    names = [unicodedata.normalize("NFC", name).casefold() for name in _all(keys, ".png")]
    assert len(set(names)) == len(keys)
    files = set(names)
    assert not any(
        "/".join(name.split("/")[:depth]) in files for name in names for depth in range(1, name.count("/") + 1)
    )
