"""Branches that follow others."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from writing import put

from tilth.errors import Conflict, Denied, HeldOut, Invalid, NotFound
from tilth.model.commit import InputKind
from tilth.model.ids import CommitId
from tilth.versioning import schedule, triggers
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.branches import create_branch, delete_branch, get_branch, list_moves, move_branch
from tilth.versioning.following import Trigger
from tilth.versioning.provenance import declare_inputs
from tilth.versioning.rebuild import rebuild
from tilth.versioning.repos import Repo, create_repo
from tilth.versioning.triggers import follow, unfollow


@pytest.fixture
def staged(backend: Backend, repo: Repo) -> Repo:
    create_branch(backend, repo, "staging")
    return repo


def head(backend: Backend, repo: Repo, branch: str = "main") -> CommitId | None:
    return get_branch(backend, repo, branch).head


def stage(backend: Backend, repo: Repo, data: bytes) -> CommitId:
    return put(backend, repo, {"a": data}, branch="staging").id


def test_every_second_commit_is_followed_to_the_same_commit(backend: Backend, staged: Repo) -> None:
    """Case 28, by commits."""
    follow(backend, staged, "main", Trigger("staging", commits=2), author="mara")
    for number in range(3):
        first = stage(backend, staged, b"%d one" % number)
        assert head(backend, staged) != first
        second = stage(backend, staged, b"%d two" % number)
        assert head(backend, staged) == second
    moves = list_moves(backend, staged, "main")
    assert len(moves) == 3
    assert moves[0].change == list_moves(backend, staged, "staging")[0].change
    assert (moves[0].author, moves[0].message) == ("mara", "Follows staging")


def test_growth_moves_it(backend: Backend, staged: Repo) -> None:
    """Case 28, by size."""
    follow(backend, staged, "main", Trigger("staging", size=1000), author="mara")
    stage(backend, staged, b"12345")
    assert head(backend, staged) is None
    large = stage(backend, staged, bytes(1005))
    assert head(backend, staged) == large
    stage(backend, staged, bytes(1900))
    assert head(backend, staged) == large


def test_all_conditions_or_any(backend: Backend, staged: Repo) -> None:
    create_branch(backend, staged, "any")
    follow(backend, staged, "main", Trigger("staging", commits=2, size=100, every=True), author="mara")
    follow(backend, staged, "any", Trigger("staging", commits=2, size=100), author="mara")
    first = stage(backend, staged, bytes(200))
    assert (head(backend, staged), head(backend, staged, "any")) == (None, first)
    second = stage(backend, staged, bytes(300))
    assert head(backend, staged) == second


def test_a_rate_bounds_how_often(backend: Backend, staged: Repo) -> None:
    follow(backend, staged, "main", Trigger("staging", rate="0 0 1 1 *"), author="mara")
    first = stage(backend, staged, b"1")
    assert head(backend, staged) == first
    stage(backend, staged, b"2")
    assert head(backend, staged) == first


def test_a_clock_moves_it_when_it_is_due(backend: Backend, staged: Repo) -> None:
    follow(backend, staged, "main", Trigger("staging", cron="@every 1h"), author="mara")
    first = stage(backend, staged, b"1")
    assert triggers.tick(backend, lambda conn: None) == 0
    later = int(datetime.now(UTC).timestamp() * 1000) + 3_600_000
    assert triggers.tick(backend, lambda conn: None, now_ms=later) == 1
    assert head(backend, staged) == first
    assert triggers.tick(backend, lambda conn: None, now_ms=later + 1000) == 0
    assert triggers.tick(backend, lambda conn: None, now_ms=later + 3_600_000) == 1
    assert len(list_moves(backend, staged, "main")) == 1


def test_chains_move_together_and_a_person_may_move_it_too(backend: Backend, staged: Repo) -> None:
    create_branch(backend, staged, "last")
    follow(backend, staged, "main", Trigger("staging", commits=1), author="mara")
    follow(backend, staged, "last", Trigger("main", commits=1), author="mara")
    first = stage(backend, staged, b"1")
    second = stage(backend, staged, b"2")
    assert head(backend, staged, "last") == second
    move_branch(backend, staged, "last", first, author="mara")
    with pytest.raises(Denied, match="follows staging"):
        put(backend, staged, {"b": b"1"})
    unfollow(backend, staged, "main")
    put(backend, staged, {"b": b"1"})
    assert head(backend, staged, "staging") == second
    with pytest.raises(Invalid, match="follows no other"):
        unfollow(backend, staged, "main")
    with pytest.raises(Conflict, match="followed by last"):
        delete_branch(backend, staged, "main")


@pytest.mark.parametrize(
    ("trigger", "says"),
    [
        (Trigger("", commits=1), "has no branch"),
        (Trigger("main", commits=1), "cannot follow itself"),
        (Trigger("staging"), "needs a condition"),
        (Trigger("staging", commits=0), "cannot wait for commits 0"),
        (Trigger("staging", commits=-1), "cannot wait for commits -1"),
        (Trigger("staging", size=-5), "cannot wait for size -5"),
        (Trigger("staging", rate="every day"), "no schedule"),
        (Trigger("staging", cron="61 * * * *"), "no schedule"),
        (Trigger("staging", cron="@daily", commits=1), "no other condition"),
    ],
)
def test_what_says_nothing_is_refused(backend: Backend, staged: Repo, trigger: Trigger, says: str) -> None:
    """Case 29."""
    with pytest.raises((Invalid, NotFound), match=says):
        follow(backend, staged, "main", trigger, author="mara")
    assert get_branch(backend, staged, "main").follows is None


def test_rings_derived_branches_and_leaks_are_refused(backend: Backend, staged: Repo) -> None:
    """Case 29: also a ring that goes through another repo."""
    create_branch(backend, staged, "last")
    follow(backend, staged, "main", Trigger("staging", commits=1), author="mara")
    follow(backend, staged, "last", Trigger("main", commits=1), author="mara")
    with pytest.raises(Invalid, match="cycle"):
        follow(backend, staged, "staging", Trigger("last", commits=1), author="mara")
    create_repo(backend, "out")
    create_branch(backend, "out", "release")
    with backend.database.transaction() as conn:
        declare_inputs(conn, "out", "main", [(staged, "last", InputKind.DATA)], owner="stage")
    with pytest.raises(Invalid, match="output of stage"):
        follow(backend, "out", "main", Trigger("release", commits=1), author="mara")
    follow(backend, "out", "release", Trigger("main", commits=1), author="mara")
    with pytest.raises(Invalid, match="cycle"), backend.database.transaction() as conn:
        declare_inputs(conn, staged, "staging", [("out", "release", InputKind.DATA)], owner="back")
    create_repo(backend, "exam", held_out=True)
    create_repo(backend, "between")
    create_branch(backend, "between", "release")
    create_repo(backend, "model")
    with backend.database.transaction() as conn:
        declare_inputs(conn, "between", "main", [("exam", "main", InputKind.DATA)], owner="mid")
        declare_inputs(conn, "model", "main", [("between", "release", InputKind.DATA)], owner="train", trains=True)
    with pytest.raises(HeldOut, match="exam → between → model"):
        follow(backend, "between", "release", Trigger("main", commits=1), author="mara")


def test_it_follows_after_a_rebuild(tmp_path: Path) -> None:
    with open_backend(tmp_path / "w") as backend:
        repo = create_repo(backend, "digits")
        create_branch(backend, repo, "staging")
        follow(backend, repo, "main", Trigger("staging", commits=1), author="mara")
        stage(backend, repo, b"1")
    for end in ("", "-wal", "-shm"):
        (tmp_path / "w" / f"tilth.db{end}").unlink(missing_ok=True)
    rebuild(tmp_path / "w")
    with open_backend(tmp_path / "w") as backend:
        last = stage(backend, repo, b"2")
        assert head(backend, repo) == last


@pytest.mark.parametrize(
    ("text", "after", "next_"),
    [
        ("*/15 * * * *", "2026-03-01T10:07", "2026-03-01T10:15"),
        ("0 6 * * 1", "2026-11-21T17:00", "2026-11-23T06:00"),
        ("0 0 29 2 *", "2026-01-01T00:00", "2028-02-29T00:00"),
        ("30 23 31 * *", "2026-11-01T00:00", "2026-12-31T23:30"),
        ("0 0 13 * 5", "2026-11-10T00:00", "2026-11-13T00:00"),
        ("0 12 * * 7", "2026-11-21T17:00", "2026-11-22T12:00"),
        ("5,10-12 1-3/2 * * *", "2026-11-21T03:11", "2026-11-21T03:12"),
        ("@monthly", "2026-12-31T23:59", "2027-01-01T00:00"),
        ("@every 90s", "2026-12-31T23:59", "2027-01-01T00:00:30"),
    ],
)
def test_schedules_are_due_as_cron_says(text: str, after: str, next_: str) -> None:
    found = schedule.parse_schedule(text).next_after(_ms(after))
    assert found == _ms(next_)


@pytest.mark.parametrize(
    "text", ["", "* * * *", "60 * * * *", "* * * * mon", "*/0 * * * *", "5-1 * * * *", "0 0 31 2 *"]
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        schedule.parse_schedule(text)


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
