"""Three-way merges."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from writing import edits_of, files_of, put

from tilth.errors import BranchMoved, Conflict, Denied, HeldOut, Invalid
from tilth.model.commit import Commit, InputKind
from tilth.model.ids import CommitId
from tilth.versioning import drafts
from tilth.versioning.ancestry import is_ancestor, merge_bases
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.branches import create_branch, get_branch
from tilth.versioning.commits import get_commit
from tilth.versioning.history import log
from tilth.versioning.merging import OURS, THEIRS, Merged, merge
from tilth.versioning.provenance import declare_inputs
from tilth.versioning.releasing import forget
from tilth.versioning.repos import Repo, create_repo
from tilth.versioning.revert import revert
from tilth.versioning.touches import touching
from tilth.versioning.verify import verify


@pytest.fixture
def base(backend: Backend, repo: Repo) -> Commit:
    commit = put(backend, repo, {"a": b"1", "b": b"1", "dir/x": b"1", "dir/y": b"1", "gone": b"1"})
    create_branch(backend, repo, "side", head=commit.id)
    return commit


def merged(backend: Backend, repo: Repo, **named: object) -> Merged:
    source = get_commit(backend, get_branch(backend, repo, "side").head or CommitId(""))
    return merge(backend, repo, source, "main", author="mara", **named)  # type: ignore[arg-type]


def test_what_only_one_side_changed_is_taken_and_the_commit_has_two_parents(
    backend: Backend, repo: Repo, base: Commit
) -> None:
    ours = put(backend, repo, {"a": b"ours", "new/ours": b"1"})
    theirs = put(backend, repo, {"b": b"theirs", "gone": None, "new/theirs": b"1", "dir": None}, branch="side")
    done = merged(backend, repo)
    assert done.commit is not None
    assert done.commit.parents == (ours.id, theirs.id)
    assert done.bases == (base.id,)
    assert files_of(backend, done.commit) == {"a": b"ours", "b": b"theirs", "new/ours": b"1", "new/theirs": b"1"}
    assert (done.taken, done.conflicts) == (5, ())
    assert done.commit.derivation is not None
    assert done.commit.derivation.stage == "merge"
    assert verify(backend).problems == []
    with backend.database.read() as conn:
        assert is_ancestor(conn, theirs.id, done.commit.id)
        assert [each.id for each in touching(backend.store, conn, done.commit.id, "b", 9)] == [done.commit.id, base.id]


def test_a_merge_says_so_when_where_they_parted_was_forgotten(backend: Backend, repo: Repo, base: Commit) -> None:
    ours = put(backend, repo, {"a": b"ours"})
    put(backend, repo, {"b": b"theirs"}, branch="side")
    forget(backend, base.id, author="mara")
    for dry_run in (True, False):
        with pytest.raises(Conflict, match=f"{base.id}, from which both sides come, was let go"):
            merged(backend, repo, dry_run=dry_run)
    assert get_branch(backend, repo, "main").head == ours.id


def test_the_same_change_on_both_sides_is_no_conflict(backend: Backend, repo: Repo, base: Commit) -> None:
    put(backend, repo, {"a": b"same", "gone": None, "new": b"same"})
    put(backend, repo, {"a": b"same", "gone": None, "new": b"same", "b": b"2"}, branch="side")
    done = merged(backend, repo)
    assert done.commit is not None
    assert (done.taken, files_of(backend, done.commit)["b"]) == (1, b"2")


def test_conflicts_are_named_by_kind_and_nothing_is_committed(backend: Backend, repo: Repo, base: Commit) -> None:
    ours = put(backend, repo, {"a": b"ours", "b": None, "gone": b"kept", "f": b"1", "g/h": b"1", "added": b"ours"})
    put(
        backend,
        repo,
        {"a": b"theirs", "b": b"theirs", "gone": None, "f/below": b"1", "g": b"1", "added": b"theirs", "dir/x": b"2"},
        branch="side",
    )
    for found in (merged(backend, repo), merged(backend, repo, dry_run=True)):
        assert found.commit is None
        assert [(each.path, each.kind.value, each.meets) for each in found.conflicts] == [
            ("a", "both changed", ""),
            ("added", "both changed", ""),
            ("b", "changed and deleted", ""),
            ("f/below", "file and folder", "f"),
            ("g", "file and folder", "g/h"),
            ("gone", "changed and deleted", ""),
        ]
    first = found.conflicts[0]
    assert first.base is not None
    assert first.ours is not None
    assert first.theirs is not None
    assert len({first.base.digest, first.ours.digest, first.theirs.digest}) == 3
    assert log(backend, repo, "main")[0].id == ours.id

    ours_all = merged(backend, repo, decisions={"": OURS}).commit
    assert ours_all is not None
    assert files_of(backend, ours_all) == {**files_of(backend, ours), "dir/x": b"2"}


def test_theirs_wins_everywhere_where_it_is_said(backend: Backend, repo: Repo, base: Commit) -> None:
    put(backend, repo, {"a": b"ours", "b": None, "gone": b"kept", "f": b"1", "g/h": b"1", "mine": b"1"})
    theirs = put(
        backend, repo, {"a": b"theirs", "b": b"theirs", "gone": None, "f/below": b"1", "g": b"1"}, branch="side"
    )
    done = merged(backend, repo, decisions={"": THEIRS}).commit
    assert done is not None
    assert files_of(backend, done) == {**files_of(backend, theirs), "mine": b"1"}


def test_each_path_is_decided_by_side_or_by_content(backend: Backend, repo: Repo, base: Commit) -> None:
    put(backend, repo, {"a": b"ours", "b": b"ours", "dir/x": b"ours", "dir/y": b"ours", "gone": b"ours"})
    put(backend, repo, {"a": b"T", "b": b"T", "dir/x": b"T", "dir/y": b"T", "gone": b"T"}, branch="side")
    draft = drafts.open_draft(backend, repo, "main", author="mara").id
    drafts.add_to_draft(backend, draft, edits_of(backend, {"b": b"both", "gone": None}))
    said = {"dir": THEIRS, "dir/y": OURS}
    left = merged(backend, repo, decisions=said, draft=draft)
    assert [each.path for each in left.conflicts] == ["a"]
    done = merged(backend, repo, decisions={**said, "a": THEIRS}, draft=draft).commit
    assert done is not None
    assert files_of(backend, done) == {"a": b"T", "b": b"both", "dir/x": b"T", "dir/y": b"ours"}
    assert drafts.list_drafts(backend) == []
    assert done.derivation is not None
    assert done.derivation.facts["decided"] == {
        "a": "theirs",
        "b": "put",
        "dir": "theirs",
        "dir/y": "ours",
        "gone": "deleted",
    }


def test_a_decision_about_what_is_no_conflict_is_refused(backend: Backend, repo: Repo, base: Commit) -> None:
    put(backend, repo, {"a": b"ours"})
    put(backend, repo, {"a": b"theirs", "b": b"theirs"}, branch="side")
    with pytest.raises(Invalid, match="b is no conflict"):
        merged(backend, repo, decisions={"a": OURS, "b": OURS})
    with pytest.raises(Invalid, match="decides nothing"):
        merged(backend, repo, decisions={"a": "mine"})


def test_a_branch_that_is_only_behind_follows_and_one_that_has_all_stays(
    backend: Backend, repo: Repo, base: Commit
) -> None:
    theirs = put(backend, repo, {"a": b"2"}, branch="side")
    done = merged(backend, repo)
    assert done.moved
    assert done.commit == theirs
    assert get_branch(backend, repo, "main").head == theirs.id
    again = merged(backend, repo)
    assert not again.changed
    create_branch(backend, repo, "empty")
    assert merge(backend, repo, theirs, "empty", author="mara").moved


def test_a_second_merge_starts_from_the_first(backend: Backend, repo: Repo, base: Commit) -> None:
    put(backend, repo, {"b": b"ours"})
    first = put(backend, repo, {"a": b"2"}, branch="side")
    merged(backend, repo)
    put(backend, repo, {"a": b"3"})
    put(backend, repo, {"dir/x": b"2"}, branch="side")
    done = merged(backend, repo)
    assert done.bases == (first.id,)
    assert done.commit is not None
    assert files_of(backend, done.commit)["a"] == b"3"


def test_after_merges_both_ways_each_base_counts(backend: Backend, repo: Repo, base: Commit) -> None:
    """Criss-cross: a path that one base has otherwise than the target is never taken in silence."""
    ours = put(backend, repo, {"a": b"A", "b": b"1"})
    theirs = put(backend, repo, {"b": b"B"}, branch="side")
    merge(backend, repo, theirs, "main", author="mara")
    merge(backend, repo, ours, "side", author="mara")
    put(backend, repo, {"a": b"A2", "dir/x": b"main"})
    put(backend, repo, {"b": b"B2", "a": b"1"}, branch="side")
    with backend.database.read() as conn:
        heads = [get_branch(backend, repo, name).head or CommitId("") for name in ("main", "side")]
        assert set(merge_bases(conn, *heads)) == {ours.id, theirs.id}
    found = merged(backend, repo)
    assert [each.path for each in found.conflicts] == ["a"]
    done = merged(backend, repo, decisions={"a": OURS}).commit
    assert done is not None
    assert files_of(backend, done)["b"] == b"B2"


def test_histories_without_a_common_start_merge_too(backend: Backend, repo: Repo) -> None:
    put(backend, repo, {"a": b"1", "same": b"1"})
    create_branch(backend, repo, "side")
    put(backend, repo, {"a": b"2", "b": b"2", "same": b"1"}, branch="side")
    assert [each.path for each in merged(backend, repo).conflicts] == ["a"]
    done = merged(backend, repo, decisions={"a": THEIRS})
    assert done.bases == ()
    assert done.commit is not None
    assert files_of(backend, done.commit) == {"a": b"2", "b": b"2", "same": b"1"}


def test_what_must_not_be_merged_is_refused(backend: Backend, repo: Repo, base: Commit) -> None:
    create_repo(backend, "other")
    stranger = put(backend, "other", {"a": b"1"})
    with pytest.raises(Invalid, match="cp"):
        merge(backend, repo, stranger, "main", author="mara")
    put(backend, repo, {"a": b"1", "b": b"2"}, branch="side")
    with pytest.raises(BranchMoved):
        merged(backend, repo, if_head=CommitId("0" * 32))
    create_repo(backend, "exam", held_out=True)
    create_repo(backend, "model")
    with backend.database.transaction() as conn:
        declare_inputs(conn, "model", "main", [(repo, "main", InputKind.DATA)], owner="train", trains=True)
    from tilth.versioning.copying import copy

    copy(backend, put(backend, "exam", {"x": b"1"}), "", (repo, "side"), "", author="mara")
    with pytest.raises(HeldOut, match="exam → digits → model"):
        merged(backend, repo)
    with pytest.raises(Denied, match="output of train"):
        merge(backend, "model", stranger, "main", author="mara")


def test_a_merge_is_what_a_dict_would_say(backend: Backend, repo: Repo) -> None:
    """Random edits on both sides: every path is as the three-way rule says, or named as a conflict."""
    chance = random.Random(3)
    paths = [f"{folder}/{name}" for folder in "abc" for name in range(6)]
    for round_ in range(12):
        sides: list[dict[str, bytes]] = []
        start = {path: b"0" for path in paths if chance.random() < 0.7}
        name = f"r{round_}"
        create_branch(backend, repo, name)
        at = put(backend, repo, start, branch=name)
        create_branch(backend, repo, f"{name}s", head=at.id)
        for branch in (name, f"{name}s"):
            edits = {path: chance.choice([None, b"1", b"2"]) for path in chance.sample(paths, 6)}
            edits[f"own/{branch}"] = b"1"
            put(backend, repo, edits, branch=branch)
            sides.append(files_of(backend, log(backend, repo, branch)[0]))
        ours, theirs = sides
        expected: dict[str, bytes] = {}
        clashes = []
        for path in sorted({*start, *ours, *theirs}):
            old, mine, other = start.get(path), ours.get(path), theirs.get(path)
            chosen = mine if other == old else other if mine == old else mine
            if mine != other and mine != old and other != old:
                clashes.append(path)
            if chosen is not None:
                expected[path] = chosen
        source = log(backend, repo, f"{name}s")[0]
        found = merge(backend, repo, source, name, author="mara")
        assert [each.path for each in found.conflicts] == clashes
        if clashes:
            found = merge(backend, repo, source, name, decisions={"": OURS}, author="mara")
        assert found.commit is not None
        assert files_of(backend, found.commit) == expected


def test_merges_come_through_on_a_branch_that_others_write_all_the_time(
    backend: Backend, repo: Repo, base: Commit
) -> None:
    ended = threading.Event()

    def write(mine: Backend, name: str) -> None:
        number = 0
        while not ended.is_set():
            number += 1
            put(mine, "digits", {f"{name}/{number % 5}": b"%d" % number})

    with open_backend(backend.folder) as one, open_backend(backend.folder) as two, ThreadPoolExecutor() as pool:
        writing = [pool.submit(write, one, "one"), pool.submit(write, two, "two")]
        try:
            for number in range(6):
                put(backend, repo, {f"side/{number}": b"1"}, branch="side")
                assert merged(backend, repo).commit is not None
                if number == 3:
                    revert(backend, repo, "main", log(backend, repo, "main")[0].id, author="m")
        finally:
            ended.set()
        for each in writing:
            each.result()
