"""Garbage: what nothing reaches goes, whatever is reached stays, and nobody who writes meanwhile loses anything."""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import pytest
from writing import edits_of, files_of, put

from tilth.errors import SessionLost
from tilth.metadata.schema.garbage import gone_packs
from tilth.metadata.schema.rules import released
from tilth.model.digest import digest_of
from tilth.storage.records import RecordKind
from tilth.storage.sessions import one_act
from tilth.storage.shards import merge_shards
from tilth.versioning import garbage
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.catalogue import SqlCatalogue
from tilth.versioning.commits import commit_edits, read_head
from tilth.versioning.drafts import add_to_draft, draft_contents, open_draft
from tilth.versioning.garbage import Collected, Kept
from tilth.versioning.marking import CommitRoots
from tilth.versioning.rebuild import rebuild
from tilth.versioning.repos import create_repo, delete_repo
from tilth.versioning.verify import verify

KEPT = Kept([CommitRoots()], [])


def collect(backend: Backend, **options: object) -> Collected:
    """Collect as a process of its own would: this one holds nothing."""
    sessions = backend.store.sessions
    assert sessions is not None
    sessions.let_go()
    return garbage.collect(backend, KEPT, **{"share": 0.0, "wait_s": 5.0, **options})  # type: ignore[arg-type]


def stored(backend: Backend) -> int:
    return sum(state.length for state in SqlCatalogue(backend.database).packs())


def noise(seed: int, size: int = 100_000) -> bytes:
    return random.Random(seed).randbytes(size)


def test_what_was_put_and_never_committed_goes_and_what_was_committed_stays(tmp_path: Path) -> None:
    with open_backend(tmp_path) as backend:
        repo = create_repo(backend, "digits")
        files = {f"{number}.bin": noise(number) for number in range(20)}
        kept = put(backend, repo, files)
        lost = [backend.store.put_bytes(RecordKind.CHUNK, noise(1000 + number)) for number in range(20)]
    with open_backend(tmp_path) as backend:
        before = stored(backend)
        report = collect(backend)
        assert report.records == 20
        assert before - stored(backend) == report.freed > 20 * 100_000
        assert backend.store.has_many(lost) == [False] * 20
        assert files_of(backend, kept) == files
        assert verify(backend).problems == []
        again = collect(backend)
        assert (again.records, again.freed) == (0, 0)


def test_large_files_drafts_and_links_survive(tmp_path: Path) -> None:
    with open_backend(tmp_path) as backend:
        repo = create_repo(backend, "digits")
        big, inline = noise(1, 30 << 20), noise(2, 6 << 20)
        commit = put(backend, repo, {"big": big, "inline": inline})
        draft = open_draft(backend, repo, "main", author="mara")
        add_to_draft(backend, draft.id, edits_of(backend, {"drafted": noise(3, 20 << 20)}))
        backend.store.put_bytes(RecordKind.BLOB, noise(4))
    with open_backend(tmp_path) as backend:
        assert collect(backend).records == 1
        assert files_of(backend, commit) == {"big": big, "inline": inline}
        assert len(draft_contents(backend, draft.id)) == 1
        assert verify(backend).problems == []


def test_the_files_of_a_deleted_repo_go_and_its_history_stays(tmp_path: Path) -> None:
    with open_backend(tmp_path) as backend:
        repo, other = create_repo(backend, "digits"), create_repo(backend, "letters")
        shared = noise(1)
        gone = put(backend, repo, {"a": shared, "b": noise(2)})
        kept = put(backend, other, {"a": shared})
        delete_repo(backend, "digits")
    with open_backend(tmp_path) as backend:
        collect(backend)
        assert files_of(backend, kept) == {"a": shared}
        assert not backend.store.has(digest_of(noise(2)))
        assert backend.store.has(gone.seal)
        assert verify(backend).problems == []


def test_the_files_of_a_released_commit_go_but_for_those_that_others_hold(tmp_path: Path) -> None:
    with open_backend(tmp_path) as backend:
        repo = create_repo(backend, "digits")
        first = put(backend, repo, {"a": noise(1), "b": noise(2)})
        last = put(backend, repo, {"b": None})
        with backend.database.transaction() as conn:
            conn.execute(
                released.insert().values(commit=first.id, how="forgotten", author="mara", at_ms=1, reason="old")
            )
    with open_backend(tmp_path) as backend:
        collect(backend)
        assert files_of(backend, last) == {"a": noise(1)}
        assert not backend.store.has(digest_of(noise(2)))
        assert verify(backend).problems == []


def test_packs_are_merged_without_a_collection(tmp_path: Path) -> None:
    with open_backend(tmp_path) as backend:
        repo = create_repo(backend, "digits")
    for number in range(9):
        with open_backend(tmp_path) as backend:
            commit = put(backend, repo, {f"{number}": b"%d" % number})
    with open_backend(tmp_path) as backend:
        report = garbage.tidy(backend)
        assert report.packs_after < report.packs_before
        assert len(files_of(backend, commit)) == 9
        assert garbage.tidy(backend).packs_before == 0


def test_a_writer_that_began_before_keeps_what_it_found_and_holds_the_sweep_up(tmp_path: Path) -> None:
    data = noise(7)
    with open_backend(tmp_path) as backend:
        repo = create_repo(backend, "digits")
        backend.store.put_bytes(RecordKind.CHUNK, data)
    with open_backend(tmp_path) as writer, open_backend(tmp_path) as collector:
        with writer.act():
            edits = edits_of(writer, {"found.bin": data})  # found, not stored again
            report = collect(collector, wait_s=0.1)
            assert (report.condemned, report.records) == (1, 0)
            assert [who.startswith("process") for who in report.waiting] == [True]
            commit = commit_edits(writer, repo, "main", edits, author="mara")
        writer.store.sessions.pause()  # type: ignore[union-attr]
        assert collect(collector).waiting == []
        assert files_of(collector, commit) == {"found.bin": data}
        assert verify(collector).problems == []


def test_work_in_a_context_that_outlived_its_act_holds_up_nobody_when_it_is_done(tmp_path: Path) -> None:
    with open_backend(tmp_path) as backend:
        repo = create_repo(backend, "digits")
        backend.store.put_bytes(RecordKind.CHUNK, noise(7))
    with open_backend(tmp_path) as writer, open_backend(tmp_path) as collector:
        with one_act():
            put(writer, repo, {"first.bin": noise(1)})
            later = copy_context()  # as an event loop keeps it for a connection

        def upload() -> None:
            with one_act():
                writer.store.put_bytes(RecordKind.CHUNK, noise(8))

        later.run(upload)
        writer.store.flush()
        writer.store.sessions.pause()  # type: ignore[union-attr]
        report = collect(collector, wait_s=0.1)
        assert (report.waiting, report.records) == ([], 1)


def test_a_writer_that_begins_after_the_condemnation_stores_anew(tmp_path: Path) -> None:
    data = noise(7)
    with open_backend(tmp_path) as backend:
        repo = create_repo(backend, "digits")
        backend.store.put_bytes(RecordKind.CHUNK, data)
    with open_backend(tmp_path) as early, open_backend(tmp_path) as late, open_backend(tmp_path) as collector:
        with early.act():
            collect(collector, wait_s=0.1)
            with late.act():
                edits = edits_of(late, {"new.bin": data})
                assert digest_of(data) in late.store._index.own
                early.store.sessions.close()  # type: ignore[union-attr]
                late.store.flush()
                assert collect(collector, wait_s=1).records == 1  # does not wait for `late`
                commit = commit_edits(late, repo, "main", edits, author="mara")
        assert files_of(late, commit) == {"new.bin": data}
        assert verify(collector).problems == []


def test_a_writer_that_was_not_heard_of_cannot_commit(tmp_path: Path) -> None:
    data = noise(7)
    with open_backend(tmp_path) as backend:
        repo = create_repo(backend, "digits")
        backend.store.put_bytes(RecordKind.CHUNK, data)
    with open_backend(tmp_path) as asleep, open_backend(tmp_path) as collector:
        with asleep.act():
            edits = edits_of(asleep, {"found.bin": data})
            assert collect(collector, wait_s=5.0, patience_s=0.05).records == 1
            with pytest.raises(SessionLost):
                commit_edits(asleep, repo, "main", edits, author="mara")
        with asleep.act():  # the next act is a new one
            commit = commit_edits(asleep, repo, "main", edits_of(asleep, {"found.bin": data}), author="mara")
        assert files_of(collector, commit) == {"found.bin": data}
        assert verify(collector).problems == []


def test_a_process_whose_session_was_lost_outside_of_acts_is_told_once_per_thread_and_goes_on(tmp_path: Path) -> None:
    data = noise(7)
    with open_backend(tmp_path) as backend:
        repo = create_repo(backend, "digits")
        backend.store.put_bytes(RecordKind.CHUNK, data)
    with open_backend(tmp_path) as asleep, open_backend(tmp_path) as collector:
        edits_of(asleep, {"found.bin": data})
        asleep.store.flush()

        def late() -> None:
            # What it found before is not certain to be there, though the other thread has begun anew.
            with pytest.raises(SessionLost):
                asleep.store.put_bytes(RecordKind.CHUNK, noise(9))
            asleep.store.put_bytes(RecordKind.CHUNK, noise(9))

        assert collect(collector, wait_s=5.0, patience_s=0.05).records >= 1
        with pytest.raises(SessionLost), asleep.database.transaction():
            pass
        create_repo(asleep, "again")  # the workspace is as good as new
        asleep.store.put_bytes(RecordKind.CHUNK, noise(8))
        with ThreadPoolExecutor(1) as other:
            other.submit(late).result()
        with asleep.act():
            commit = commit_edits(asleep, repo, "main", edits_of(asleep, {"found.bin": data}), author="mara")
        assert files_of(collector, commit) == {"found.bin": data}
        assert verify(collector).problems == []


def test_readers_go_on_while_packs_are_written_anew(tmp_path: Path) -> None:
    with open_backend(tmp_path) as backend:
        repo = create_repo(backend, "digits")
        commit = put(backend, repo, {f"{number}": noise(number) for number in range(4)})
        backend.store.put_bytes(RecordKind.CHUNK, noise(99))
    with open_backend(tmp_path) as opened, open_backend(tmp_path) as fresh, open_backend(tmp_path) as collector:
        expected = files_of(opened, commit)
        fresh.store.has(commit.seal)  # knows the old places, has no pack open
        assert collect(collector).records == 1
        assert files_of(opened, commit) == files_of(fresh, commit) == expected


def test_many_small_packs_become_few(tmp_path: Path) -> None:
    with open_backend(tmp_path) as backend:
        repo = create_repo(backend, "digits")
    for number in range(40):
        with open_backend(tmp_path) as backend:
            commit = put(backend, repo, {f"{number}": b"%d" % number})
    with open_backend(tmp_path) as backend:
        assert len(SqlCatalogue(backend.database).packs()) >= 40
        report = collect(backend)
        assert report.packs_after < 8
        assert len(list((tmp_path / "packs").iterdir())) == report.packs_after
        assert files_of(backend, commit) == {f"{number}": b"%d" % number for number in range(40)}
        assert verify(backend).problems == []


def test_the_database_can_be_made_anew_after_a_collection(tmp_path: Path) -> None:
    with open_backend(tmp_path) as backend:
        repo = create_repo(backend, "digits")
        first = put(backend, repo, {"a": noise(1)})
        last = put(backend, repo, {"a": None, "b": noise(2)})
        backend.store.put_bytes(RecordKind.CHUNK, noise(99))
    with open_backend(tmp_path) as backend:
        collect(backend)
        with backend.database.read() as conn:
            assert conn.execute(gone_packs.select()).all() == []
    for end in ("", "-wal", "-shm"):
        (tmp_path / f"tilth.db{end}").unlink(missing_ok=True)
    assert not rebuild(tmp_path).problems
    with open_backend(tmp_path) as backend:
        assert files_of(backend, first) == {"a": noise(1)}
        assert files_of(backend, last) == {"b": noise(2)}


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_a_collection_leaves_no_deleted_pack_open(tmp_path: Path) -> None:
    with open_backend(tmp_path / "w") as backend:
        create_repo(backend, "digits")
        put(backend, "digits", {"a": b"1" * 5000, "b": b"2" * 5000})
    with open_backend(tmp_path / "w") as backend:
        head = read_head(backend, "digits", "main").commit
        assert head is not None
        assert len(files_of(backend, head)) == 2  # which opens the pack
        delete_repo(backend, "digits")
        assert collect(backend).records > 0
        held = [os.readlink(path) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
        assert [each for each in held if str(tmp_path) in each and each.endswith(".pack (deleted)")] == []


def test_an_index_shard_that_a_dead_process_never_named_goes_when_it_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_backend(tmp_path) as backend:
        put(backend, create_repo(backend, "digits"), {"a": b"1"})
    with open_backend(tmp_path) as backend:
        place = backend.store.place
        (live,) = place.shards()
        lost = merge_shards(place.shard_folder, [place.open_shard(live)])
        collect(backend)
        assert set(place.shards()) == {live, lost}  # somebody may be about to name it
        monkeypatch.setattr(garbage, "LOST_S", -1e9)  # ids may run ahead of the clock
        collect(backend)
        assert lost not in place.shards()
        assert verify(backend).problems == []
