"""Proving history, and recovering it from objects alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from writing import files_of, put

from tilth.errors import Conflict, Corrupt, NotFound
from tilth.metadata.schema.commits import commit_parents, commit_upstream, commits
from tilth.model.commit import CommitInput, Derivation, InputKind
from tilth.model.digest import digest_of
from tilth.versioning import feedback, garbage, journal
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.branches import create_branch, list_branches, list_moves, move_branch
from tilth.versioning.commits import commit_edits
from tilth.versioning.edits import Edits
from tilth.versioning.history import log
from tilth.versioning.marking import CommitRoots
from tilth.versioning.provenance import declare_inputs
from tilth.versioning.purging import contents_at, purge
from tilth.versioning.rebuild import rebuild
from tilth.versioning.releasing import forget
from tilth.versioning.repos import Repo, create_repo, delete_repo, list_repos, set_held_out
from tilth.versioning.tags import create_tag, delete_tag, list_tags
from tilth.versioning.trees import Tree
from tilth.versioning.verify import verify, verify_against

in_the_folder = pytest.mark.parametrize("backend", ["embedded"], indirect=True)
"""For tests that handle the folder's own files; test_grown.py has their like for PostgreSQL and buckets."""


@pytest.fixture
def history(backend: Backend) -> Backend:
    """A workspace with two repos, a derivation, side branches, moves, a deleted repo and a feedback edge."""
    create_repo(backend, "raw", description="scans")
    create_repo(backend, "clean")
    create_repo(backend, "exam", held_out=True)
    create_repo(backend, "gone")
    put(backend, "gone", {"x": b"1"})
    delete_repo(backend, "gone")
    first = put(backend, "raw", {f"{number}/img": str(number).encode() * 50 for number in range(300)}, message="one")
    second = put(backend, "raw", {"7/img": b"seven", "big": bytes(range(256)) * 40_000})
    create_branch(backend, "raw", "stable", head=first.id)
    create_branch(backend, "raw", "dead", head=second.id)
    move_branch(backend, "raw", "main", first.id, author="mara", message="roll back")
    move_branch(backend, "raw", "main", second.id, author="mara")
    with backend.database.transaction() as conn:
        declare_inputs(conn, "clean", "main", [("raw", "main", InputKind.DATA)], owner="p:clean", trains=True)
    derivation = Derivation(
        "p:clean", (CommitInput("default/raw", "main", second.id, second.seal),), digest_of(b"recipe")
    )
    tree = Tree(backend.store, second.tree)
    edits = Edits()
    edits.put_rows(next(tree.batches("7")))
    commit_edits(backend, "clean", "main", edits, author="p", derivation=derivation, stage="p:clean")
    feedback.declare(
        backend, "again", source=("clean", "main"), target=("raw", "stable"), budget=9, max_rounds=2, by="mara"
    )
    feedback.fire(backend, "again", edits, items=1, by="mara")
    set_held_out(backend, "exam", False)
    set_held_out(backend, "exam")
    create_tag(backend, "raw", "v1", first.id, author="mara", message="as published")
    create_tag(backend, "raw", "oops", first.id, author="mara")
    delete_tag(backend, "raw", "oops")
    return backend


def state(backend: Backend) -> object:
    """Return everything about history that objects alone must bring back."""
    told = []
    for repo in list_repos(backend):
        told.append(repo)
        told.append(list_tags(backend, repo))
        for branch in list_branches(backend, repo):
            told.append(branch)
            commits_of = log(backend, repo, branch.name)
            told.append(commits_of)
            told.append([files_of(backend, commit) for commit in commits_of])
            told.append(list_moves(backend, repo, branch.name))
    told.append(feedback.list_edges(backend))
    told.append(feedback.rounds_of(backend, "again"))
    return told


def lose_database(folder: Path) -> None:
    for name in ("tilth.db", "tilth.db-wal", "tilth.db-shm"):
        (folder / name).unlink(missing_ok=True)


def test_a_sound_workspace_verifies(history: Backend) -> None:
    report = verify(history)
    assert report.problems == []
    assert report.commits == 5
    assert report.contents >= 300
    assert report.bytes > 10_000


@in_the_folder
def test_everything_is_rebuilt_from_objects_alone(history: Backend) -> None:
    before = state(history)
    history.close()
    lose_database(history.folder)
    rebuilt = rebuild(history.folder)
    assert (rebuilt.missing, rebuilt.problems) == ((), ())
    assert (rebuilt.repos, rebuilt.commits) == (3, 5)
    with open_backend(history.folder) as again:
        assert state(again) == before
        assert verify(again).problems == []
        commit = put(again, "raw", {"after": b"1"})
        assert verify_against(again, commit.seal) == 3
    lose_database(history.folder)
    rebuild(history.folder)
    with open_backend(history.folder) as again:
        assert log(again, "raw", "main")[0] == commit


@in_the_folder
def test_an_edge_that_ended_with_its_repo_stays_ended_when_rebuilt(history: Backend) -> None:
    with pytest.raises(Conflict, match="output of p:clean"):
        delete_repo(history, "clean")
    delete_repo(history, "clean", force=True)
    before = feedback.list_edges(history)
    assert before[0].ended == "its repo was deleted"
    history.close()
    lose_database(history.folder)
    rebuild(history.folder)
    with open_backend(history.folder) as again:
        assert feedback.list_edges(again) == before


@in_the_folder
def test_rebuild_after_a_crash_keeps_every_move_that_was_settled(history: Backend) -> None:
    history.settle()
    before = state(history)
    copy = history.folder.with_name("copy")  # what a killed process leaves: no close, no sealed pack
    (copy / "packs").mkdir(parents=True)
    for pack in (history.folder / "packs").iterdir():
        (copy / "packs" / pack.name).write_bytes(pack.read_bytes())
    assert rebuild(copy).problems == ()
    with open_backend(copy) as again:
        assert state(again) == before


@in_the_folder
def test_a_commit_that_lost_its_race_is_not_resurrected(backend: Backend) -> None:
    create_repo(backend, "raw")
    put(backend, "raw", {"a": b"1"})

    def lose(conn: object, commit: object) -> None:
        raise ValueError

    edits = Edits()
    edits.delete("a")
    with pytest.raises(ValueError):
        commit_edits(backend, "raw", "main", edits, author="mara", also=lose)
    backend.close()
    lose_database(backend.folder)
    assert rebuild(backend.folder).commits == 1
    with open_backend(backend.folder) as again:
        assert len(log(again, "raw", "main")) == 1


@in_the_folder
def test_a_lost_database_is_not_taken_for_an_empty_workspace(history: Backend) -> None:
    history.close()
    lose_database(history.folder)
    with pytest.raises(Corrupt, match="no database"):
        open_backend(history.folder)
    assert not (history.folder / "tilth.db").exists()


@in_the_folder
def test_a_database_cut_to_nothing_is_not_taken_for_an_empty_workspace(history: Backend) -> None:
    history.close()
    lose_database(history.folder)
    (history.folder / "tilth.db").touch()
    with pytest.raises(Corrupt, match="no database"):
        open_backend(history.folder)
    assert rebuild(history.folder).commits == 5


@in_the_folder
def test_a_log_left_beside_a_lost_database_is_not_rebuilt_into(history: Backend) -> None:
    """SQLite would take what lies in it for the newest pages of the new database."""
    history.close()
    lose_database(history.folder)
    log_file = history.folder / "tilth.db-wal"
    log_file.write_bytes(b"pages of the old database")
    with pytest.raises(Conflict, match="has a database"):
        rebuild(history.folder)
    assert log_file.read_bytes() == b"pages of the old database"
    log_file.unlink()
    assert rebuild(history.folder).commits == 5


@in_the_folder
def test_a_rebuild_that_fails_leaves_no_half_database(history: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    history.close()
    lose_database(history.folder)
    with monkeypatch.context() as patch:
        patch.setattr(journal, "read_note", lambda record: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            rebuild(history.folder)
    assert not (history.folder / "tilth.db").exists()
    assert rebuild(history.folder).commits == 5


@in_the_folder
def test_rebuild_refuses_to_replace_a_database(history: Backend, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="has a database"):
        rebuild(history.folder)
    with pytest.raises(NotFound, match="no packs"):
        rebuild(tmp_path / "nowhere")


def test_verify_against_a_noted_seal_covers_parents_and_inputs(history: Backend) -> None:
    seal = log(history, "clean", "main")[0].seal
    assert verify_against(history, seal) == 3
    with pytest.raises(NotFound, match="No commit here"):
        verify_against(history, digest_of(b"elsewhere"))


def test_a_rewritten_row_is_named(history: Backend) -> None:
    head = log(history, "raw", "main")[0]
    with history.database.transaction() as conn:
        conn.execute(update(commits).where(commits.c.id == head.id).values(message="forged"))
        conn.execute(delete(commit_parents).where(commit_parents.c.commit == head.id))
    problems = {(problem.where, problem.what) for problem in verify(history).problems}
    where = f"commit {head.id} of default/raw"
    assert problems == {
        (where, "the database's index differs from its record"),
        (where, "the database's parents differ from its record"),
    }


def test_a_rewritten_record_breaks_the_chain(history: Backend) -> None:
    head, first = log(history, "raw", "main")
    with history.database.transaction() as conn:
        row = conn.execute(commits.select().where(commits.c.id == first.id)).one()
        forged = row.record.replace(b'"one"', b'"two"')
        conn.execute(
            update(commits).where(commits.c.id == first.id).values(record=forged, seal=digest_of(forged), message="two")
        )
    problems = [problem.what for problem in verify(history).problems]
    assert any("No record" in what for what in problems)
    assert any(f"its parent {first.id} has seal {digest_of(forged).hex()}" in what for what in problems)
    with pytest.raises(Corrupt, match="another seal"):
        verify_against(history, head.seal)


def damaged(history: Backend) -> tuple[Path, Path]:
    """Close the workspace and flip a byte of a file in its largest pack; return its folder, and the pack."""
    history.settle()
    folder = history.folder
    history.close()
    pack = max((folder / "packs").iterdir(), key=lambda path: path.stat().st_size)
    data = bytearray(pack.read_bytes())
    at = data.index(b"1" * 50)
    data[at] ^= 1
    pack.write_bytes(bytes(data))
    return folder, pack


@in_the_folder
def test_a_flipped_byte_in_a_pack_is_named_with_the_files_it_breaks(history: Backend) -> None:
    folder, pack = damaged(history)
    with open_backend(folder) as again:
        problems = verify(again).problems
        assert any(pack.stem in problem.where for problem in problems)


@in_the_folder
def test_a_rebuild_from_a_damaged_pack_says_what_and_where(history: Backend) -> None:
    folder, pack = damaged(history)
    lose_database(folder)
    rebuilt = rebuild(folder)
    assert rebuilt.problems[0].where.startswith(f"pack {pack.stem}, byte ")
    with open_backend(folder) as again:
        assert tuple(verify(again).problems) == rebuilt.problems


@in_the_folder
def test_a_head_without_its_commit_is_named(history: Backend) -> None:
    # Around the database class, whose foreign keys would refuse it.
    with closing(sqlite3.connect(history.folder / "tilth.db")) as raw, raw:
        raw.execute("UPDATE branches SET head = ? WHERE name = 'stable'", ("0" * 32,))
    assert [(problem.where, problem.what) for problem in verify(history).problems] == [
        ("branch stable of default/raw", f"its head {'0' * 32} is missing")
    ]


def test_verify_names_a_commit_whose_upstream_was_forgotten(history: Backend) -> None:
    """By that list held-out data is kept from training."""
    with history.database.transaction() as conn:
        conn.execute(delete(commit_upstream).where(commit_upstream.c.commit == log(history, "clean", "main")[0].id))
    assert any("upstream" in problem.what for problem in verify(history).problems)


class Meddling:
    """Progress of one who collects, merges packs, forgets and purges at each phase of a verification."""

    def __init__(self, backend: Backend, acts: dict[str, Callable[[], object]]) -> None:
        self.backend = backend
        self.acts = acts

    def begin(self, what: str, total: int | None, unit: str) -> None:
        if what in self.acts:
            self.acts.pop(what)()
            kept = garbage.Kept([CommitRoots()], [])
            garbage.collect(self.backend, kept, share=0.0, wait_s=10)

    def advance(self, count: int = 1) -> None:
        pass

    def end(self) -> None:
        pass


def test_what_others_move_forget_and_purge_meanwhile_is_no_fault(backend: Backend, repo: Repo) -> None:
    made = []
    with open_backend(backend.folder) as reader, open_backend(backend.folder) as other:
        for number in range(10):  # a pack each
            with open_backend(backend.folder) as writer:
                made.append(put(writer, repo, {"now": b"%d" % number * 500, f"kept/{number}": b"k%d" % number}))
        files_of(reader, made[0])
        assert reader.store.has(digest_of(b"0" * 500))

        def take_away() -> None:
            forget(other, made[2].id, author="m")
            stones = contents_at(other, made[4], "kept/4")
            purge(other, stones, repo="digits", author="m", reason="secret")

        meddling = Meddling(other, {"verify": lambda: None, "check commits": take_away})
        report = verify(reader, progress=meddling)
        assert report.problems == []
        assert meddling.acts == {}
        assert [each.what for each in report.gone if each.where.endswith("kept/4")]
        assert verify(reader).problems == []
