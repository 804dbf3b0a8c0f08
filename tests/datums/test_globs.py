"""Globs match what Pachyderm's globs match, and say where they are malformed."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.datums.globs import compile_glob
from tilth.errors import Invalid

TREE = (
    [f"file{n}" for n in range(100)]
    + [f"dir1/file{n}" for n in range(100)]
    + [f"dir2/dir3/file{n}" for n in range(100)]
)
ENTRIES = sorted({"/".join(p.split("/")[: i + 1]) for p in TREE for i in range(p.count("/") + 1)} | {""})


def found(pattern: str) -> list[str]:
    glob = compile_glob(pattern)
    return [path for path in ENTRIES if glob.matches(path)]


@pytest.mark.parametrize(
    ("pattern", "count"),
    [("*", 102), ("*/*", 101), ("dir2/dir3/file1?", 10), ("**file1?", 30), ("/", 1), ("/dir1/", 1), ("/**", 303)],
)
def test_the_reference_tree_is_counted_as_in_pachyderm(pattern: str, count: int) -> None:
    assert len(found(pattern)) == count


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/", "", True),
        ("/*", "", False),
        ("/[ab]*.png", "b1.png", True),
        ("/[!ab]*.png", "b1.png", False),
        ("/[!a]b", "/b", False),
        ("/[[:digit:]]", "7", True),
        ("/[]x]", "]", True),
        ("/{a,b/c}", "b/c", True),
        ("/{a,b}c", "ac", True),
        ("/{a,b}c", "cc", False),
        ("/@(cat|dog).png", "dog.png", True),
        ("/@(cat|dog).png", "catdog.png", False),
        ("/+(cat|dog).png", "catdog.png", True),
        ("/+(cat).png", ".png", False),
        ("/*(cat).png", ".png", True),
        ("/?(cat).png", "catcat.png", False),
        ("/!(cat).png", "dog.png", True),
        ("/!(cat).png", "cat.png", False),
        ("/!(cat).png", "cats.png", True),
        ("/!(cat)", "cat", False),
        ("/!(cat)", "category", True),
        ("/!(old)/*", "old/x", False),
        ("/!(old)/*", "older/x", True),
        (r"/\*", "*", True),
        (r"/\*", "a", False),
        ("/a.b", "axb", False),
        ("/a**z", "a/q/z", True),
        ("/ä*", "äö", True),
    ],
)
def test_a_glob_matches(pattern: str, path: str, matches: bool) -> None:
    assert compile_glob(pattern).matches(path) is matches


def test_captures_fill_a_template() -> None:
    glob = compile_glob("/foo(?)(?)")
    assert glob.fill("$1$2", "foo12") == "12"
    assert glob.fill("${2}-$1", "foo12") == "2-1"
    assert compile_glob("/@(cat|dog)(*).png").fill("$1:$2", "dog7.png") == "dog:7"


def test_a_template_over_a_glob_without_groups_gives_every_item_one_key() -> None:
    assert compile_glob("/").fill("$1", "") == ""


def test_a_template_may_name_a_column() -> None:
    assert compile_glob("/*").fill("${id}", "a.csv", {"id": 7}) == "7"


@pytest.mark.parametrize(
    ("pattern", "position"),
    [
        *[("/a[bc", 3), ("/{a,b", 2), ("/@(a|b", 2), ("/a)", 3), ("a}b", 2), ("/[z-a]", 2), ("/x\\", 3), ("/+(*)", 2)],
        *[("/../*", 2), ("/a/./b", 4), ("a/..", 3), ("/+(a|aa)", 2), ("/" + "(" * 9 + ")" * 9, 10)],
    ],
)
def test_a_malformed_glob_is_refused_by_name_and_position(pattern: str, position: int) -> None:
    with pytest.raises(Invalid) as caught:
        compile_glob(pattern)
    assert repr(pattern) in caught.value.message
    assert caught.value.facts["position"] == position


@given(st.sampled_from(["/*", "/**", "/*/*", "/", "/a*", "/**a", "/{a,b/*}", "/!(a)"]), st.sampled_from(ENTRIES[1:]))
def test_candidates_are_the_matches_among_a_path_and_its_folders(pattern: str, path: str) -> None:
    glob = compile_glob(pattern)
    above = ["", *("/".join(path.split("/")[: i + 1]) for i in range(path.count("/") + 1))]
    assert sorted(glob.candidates(path)) == sorted(p for p in above if glob.matches(p))
    assert all(candidate.startswith(glob.prefix) for candidate in glob.candidates(path))


@given(st.text(alphabet="/*?[]{}()!@+|,ab\\-:^", max_size=12))
def test_any_text_is_a_glob_or_a_clear_refusal(pattern: str) -> None:
    with contextlib.suppress(Invalid):
        compile_glob(pattern).matches("ab/ba")


@pytest.mark.parametrize(
    "pattern", ["/" + "*a" * 40 + "b", "/" + "**a" * 40 + "b", "/**/*a*a*a*b*/**/*a*a*b", "/" + "*?a" * 20 + "/b"]
)
def test_many_wildcards_are_matched_without_trying_all_ways(pattern: str) -> None:
    assert not compile_glob(pattern).matches("a" * 250)
    assert not compile_glob(pattern).matches("/".join(["aa"] * 80))


@given(st.text(alphabet="ab/***?", min_size=1, max_size=10), st.text(alphabet="aab/", min_size=1, max_size=10))
def test_wildcards_match_as_if_every_way_were_tried(pattern: str, path: str) -> None:
    clean = re.sub(r"\*{3,}", "**", pattern.strip("/"))
    source = re.sub(r"\*\*|\*|\?|[^*?]", lambda part: _PLAINLY.get(part[0], re.escape(part[0])), clean)
    expected = re.fullmatch(source, path.strip("/"), re.DOTALL) is not None
    if clean and path.strip("/"):
        assert compile_glob(pattern).matches(path.strip("/")) == expected


_PLAINLY = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
