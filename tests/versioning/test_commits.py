"""Commits: atomic, retried, sealed, told to the feed."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from writing import edits_of, files_of, put

from tilth.errors import BranchMoved, NotFound, NothingToCommit, TilthError
from tilth.metadata import feed
from tilth.model.commit import commit_record
from tilth.model.digest import digest_of
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.branches import move_branch
from tilth.versioning.commits import commit_edits, commits_of_change
from tilth.versioning.diff import diff_trees
from tilth.versioning.edits import Edits
from tilth.versioning.history import log
from tilth.versioning.repos import Repo
from tilth.versioning.trees import Tree, write_entry


def test_a_commit_tells_files_bytes_parents_and_seal(backend: Backend, repo: Repo) -> None:
    first = put(backend, repo, {"a": b"12345", "b": b"12"}, message="first")
    second = put(backend, repo, {"a": b"1", "b": None, "c/d": b"123"})
    assert (first.files, first.size) == (2, 7)
    assert (second.files, second.size) == (2, 4)
    assert second.parents == (first.id,)
    assert second.parent_seals == (first.seal,)
    assert first.seal == digest_of(commit_record(first))
    assert files_of(backend, first) == {"a": b"12345", "b": b"12"}


def test_the_feed_hears_of_each_move_in_commit_order(backend: Backend, repo: Repo) -> None:
    first = put(backend, repo, {"a": b"1"})
    second = put(backend, repo, {"a": b"2"})
    with backend.database.read() as conn:
        news = [event for event in feed.read(conn, 0) if event.kind == "head.moved"]
    assert [(event.facts["commit"], event.facts["old"], event.change) for event in news] == [
        (first.id, None, first.change),
        (second.id, first.id, second.change),
    ]
    assert news[0].facts["repo"] == "default/digits"


def test_nothing_to_commit_is_said_and_names_the_head(backend: Backend, repo: Repo) -> None:
    with pytest.raises(NothingToCommit, match="no changes"):
        commit_edits(backend, repo, "main", Edits(), author="mara")
    head = put(backend, repo, {"a": b"1"})
    with pytest.raises(NothingToCommit, match="there already") as caught:
        put(backend, repo, {"a": b"1"})
    assert caught.value.facts["head"] == head.id
    empty = commit_edits(backend, repo, "main", Edits(), author="mara", allow_empty=True)
    assert empty.tree == head.tree
    assert empty.id != head.id


def test_if_head_refuses_when_the_branch_has_moved(backend: Backend, repo: Repo) -> None:
    first = put(backend, repo, {"a": b"1"})
    put(backend, repo, {"a": b"2"})
    with pytest.raises(BranchMoved) as caught:
        commit_edits(backend, repo, "main", edits_of(backend, {"b": b"1"}), author="mara", if_head=first.id)
    assert caught.value.facts["expected"] == first.id
    with pytest.raises(BranchMoved):
        commit_edits(backend, repo, "main", edits_of(backend, {"b": b"1"}), author="mara", if_head=None)


def test_concurrent_writers_of_several_opened_workspaces_lose_nothing(backend: Backend, repo: Repo) -> None:
    errors: list[TilthError] = []

    def write(number: int) -> None:
        try:
            with open_backend(backend.folder) as mine:
                for step in range(4):
                    put(mine, "digits", {f"{number}/{step}": b"x"})
        except TilthError as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    history = log(backend, repo, "main")
    assert len(history) == 16
    assert len(files_of(backend, history[0])) == 16
    assert history[-1].parents == ()


def test_many_threads_of_one_workspace_take_turns(backend: Backend, repo: Repo) -> None:
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(lambda number: put(backend, repo, {f"f{number}": b"x"}), range(48)))
    assert log(backend, repo, "main", limit=1)[0].files == 48


def test_a_head_moved_by_someone_who_takes_no_turns_is_built_upon(backend: Backend, repo: Repo) -> None:
    first = put(backend, repo, {"a": b"1"})
    put(backend, repo, {"b": b"1"})
    flush = backend.store.flush
    moved: list[bool] = []

    def move_meanwhile() -> None:
        flush()
        if not moved:
            moved.append(True)
            move_branch(backend, repo, "main", first.id, author="x")

    backend.store.flush = move_meanwhile  # type: ignore[method-assign]
    commit = put(backend, repo, {"c": b"1"})
    assert commit.parents == (first.id,)
    assert set(files_of(backend, commit)) == {"a", "c"}


def test_what_also_raises_undoes_the_commit(backend: Backend, repo: Repo) -> None:
    def refuse(conn: object, commit: object) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        commit_edits(backend, repo, "main", edits_of(backend, {"a": b"1"}), author="mara", also=refuse)
    assert log(backend, repo, "main") == []


def test_the_log_pages_and_follows_one_path(backend: Backend, repo: Repo) -> None:
    for number in range(5):
        put(backend, repo, {"counter": str(number).encode(), **({"dir/x": b"1"} if number == 2 else {})})
    put(backend, repo, {"dir": None})
    history = log(backend, repo, "main")
    assert len(history) == 6
    assert log(backend, repo, "main", limit=2) == history[:2]
    assert log(backend, repo, "main", after=history[1].id, limit=2) == history[2:4]
    assert log(backend, repo, history[3].id) == history[3:]
    assert log(backend, repo, "main", path="dir/") == [history[0], history[3]]
    assert log(backend, repo, "main", path="dir/x", limit=1) == [history[0]]
    assert len(log(backend, repo, "main", path="counter")) == 5
    assert log(backend, repo, "main", path="counter", after=history[2].id) == history[3:]
    with pytest.raises(NotFound):
        log(backend, repo, "nowhere")


def test_finding_commits_of_a_file_counts_deletion(backend: Backend, repo: Repo) -> None:
    first = put(backend, repo, {"f": b"1"})
    put(backend, repo, {"other": b"1"})
    third = put(backend, repo, {"f": b"2"})
    fourth = put(backend, repo, {"f": None})
    assert [commit.id for commit in log(backend, repo, "main", path="f")] == [fourth.id, third.id, first.id]


def test_a_diff_names_added_changed_and_deleted(backend: Backend, repo: Repo) -> None:
    first = put(backend, repo, {"a": b"1", "b": b"1", "d/x": b"1", "same": b"1"})
    second = put(backend, repo, {"a": b"2", "b": None, "c": b"1", "d/x": b"3"})
    old, new = Tree(backend.store, first.tree), Tree(backend.store, second.tree)
    changes = [(change.path, change.old is not None, change.new is not None) for change in diff_trees(old, new)]
    assert changes == [("a", True, True), ("b", True, False), ("c", False, True), ("d/x", True, True)]
    assert [change.path for change in diff_trees(old, new, "d")] == ["d/x"]
    assert [change.path for change in diff_trees(old, new, "a")] == ["a"]
    assert [change.path for change in diff_trees(old, new, after="b")] == ["c", "d/x"]
    assert list(diff_trees(new, new)) == []


def test_one_change_may_span_repos(backend: Backend, repo: Repo) -> None:
    first = put(backend, repo, {"a": b"1"})
    second = commit_edits(backend, repo, "main", edits_of(backend, {"b": b"1"}), author="mara", change=first.change)
    assert [commit.id for commit in commits_of_change(backend, first.change)] == [first.id, second.id]


def test_a_commit_tells_the_number_and_bytes_of_its_files_whatever_the_edits(backend: Backend, repo: Repo) -> None:
    draw = random.Random(5)
    held: dict[str, bytes] = {}
    for _ in range(25):
        edits = Edits()
        for _ in range(draw.randint(1, 6)):
            path = f"{draw.choice('abc')}/{draw.randint(0, 5)}"
            if draw.random() < 0.3:
                gone = draw.choice([path, path[0], "", "nothing"])
                edits.delete(gone)
                held = {name: data for name, data in held.items() if gone and name != gone and name[0] != gone}
            else:
                held[path] = draw.randbytes(draw.randint(0, 9))
                edits.put(write_entry(backend.store, path, held[path]))
        commit = commit_edits(backend, repo, "main", edits, author="mara", allow_empty=True)
        assert (commit.files, commit.size) == (len(held), sum(map(len, held.values())))
