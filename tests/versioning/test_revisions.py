"""How people name commits."""

from __future__ import annotations

import time

import pytest
from writing import put

from tilth.errors import Invalid, NotFound
from tilth.model.ids import new_id
from tilth.versioning.backend import Backend
from tilth.versioning.branches import create_branch, list_moves, move_branch
from tilth.versioning.repos import Repo, create_repo
from tilth.versioning.revisions import Reference, parse, parse_time, resolve


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("digits", Reference("default", "digits")),
        ("digits@main", Reference("default", "digits", "main")),
        ("vision/digits@main^3:a/b.png", Reference("vision", "digits", "main^3", "a/b.png")),
        ("digits:", Reference("default", "digits", None, "")),
        ("digits:a b@c:d", Reference("default", "digits", None, "a b@c:d")),
        ("digits@main@{2026-01-31T14:00}:x", Reference("default", "digits", "main@{2026-01-31T14:00}", "x")),
        ("digits@main@{3 days ago}^", Reference("default", "digits", "main@{3 days ago}^")),
    ],
)
def test_references_parse(text: str, reference: Reference) -> None:
    assert parse(text) == reference


@pytest.mark.parametrize("text", ["", "@main", "a/b/c", "digits@", "digits@a@b", "digits:../x", "di gits", "digits@^x"])
def test_bad_references_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse(text)


def test_ancestors_count_back_from_the_head(backend: Backend, repo: Repo) -> None:
    one, two, three = (put(backend, repo, {"n": str(n).encode()}) for n in (1, 2, 3))
    assert resolve(backend, "digits") == three
    assert resolve(backend, "digits@main^") == two
    assert resolve(backend, "digits@main~2") == one
    assert resolve(backend, "digits@main^^") == one
    assert resolve(backend, f"digits@{three.id}^2") == one
    with pytest.raises(NotFound, match="further than the first"):
        resolve(backend, "digits@main^3")


def test_commits_are_found_by_id_by_a_unique_beginning_and_by_change(backend: Backend, repo: Repo) -> None:
    one = put(backend, repo, {"n": b"1"})
    time.sleep(0.002)
    two = put(backend, repo, {"n": b"2"})
    assert resolve(backend, f"digits@{one.id}") == one
    assert resolve(backend, f"digits@{two.id[:18]}") == two
    assert resolve(backend, f"digits@{one.change}") == one
    with pytest.raises(Invalid, match="more than one"):
        resolve(backend, f"digits@{one.id[:6]}")
    with pytest.raises(NotFound):
        resolve(backend, f"digits@{new_id()}")
    other = create_repo(backend, "other")
    with pytest.raises(NotFound, match="not of repo"):
        resolve(backend, f"{other.name}@{one.id}")
    with pytest.raises(NotFound, match="no commit yet"):
        resolve(backend, "other")


def test_a_change_that_moved_a_head_resolves_to_where_it_moved(backend: Backend, repo: Repo) -> None:
    one = put(backend, repo, {"n": b"1"})
    put(backend, repo, {"n": b"2"})
    change = new_id()
    move_branch(backend, repo, "main", one.id, author="mara", change=change)
    assert resolve(backend, f"digits@{change}") == one


def test_a_branch_at_a_time_is_its_head_then(backend: Backend, repo: Repo) -> None:
    one = put(backend, repo, {"n": b"1"})
    when = list_moves(backend, repo, "main")[0].at_ms + 1
    while time.time_ns() // 1_000_000 <= when:
        time.sleep(0.001)
    put(backend, repo, {"n": b"2"})
    create_branch(backend, repo, "late")
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(when / 1000)) + f".{when % 1000:03}"
    assert resolve(backend, f"digits@main@{{{stamp}}}") == one
    with pytest.raises(NotFound, match="had no commit"):
        resolve(backend, "digits@main@{3 days ago}")
    with pytest.raises(Invalid, match="is not a time"):
        resolve(backend, "digits@main@{when pigs fly}")


def test_times_parse() -> None:
    now = 1_800_000_000_000
    assert parse_time("3 days ago", now_ms=now) == now - 3 * 86_400_000
    assert parse_time("1 hour", now_ms=now) == now - 3_600_000
    assert parse_time("yesterday", now_ms=now) == now - 86_400_000
    assert parse_time("2026-01-31T00:00:00+00:00") == 1_769_817_600_000


@pytest.mark.parametrize("text", ["99999999999999999999 years ago", "9" * 5000 + " days ago", "99999-01-01"])
def test_a_time_beyond_all_calendars_is_no_time(text: str) -> None:
    with pytest.raises(Invalid, match="is not a time"):
        parse_time(text)


def test_an_absurd_number_of_steps_back_is_no_revision() -> None:
    with pytest.raises(Invalid, match="is not a revision"):
        parse("digits@main^" + "9" * 5000)
