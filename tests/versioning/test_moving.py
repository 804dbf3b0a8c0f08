"""A workspace moves to PostgreSQL and a bucket and back: all of it, verified, the old one untouched."""

from __future__ import annotations

import sys
import threading
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tilth.errors import Conflict, Invalid, Moving, Unavailable
from tilth.model.ids import CommitId
from tilth.storage.bucket_client import Bucket
from tilth.storage.records import RecordKind
from tilth.versioning import moving
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.holding import hold, reopen
from tilth.versioning.moving import move
from tilth.versioning.repos import create_repo, get_repo
from tilth.versioning.revisions import resolve
from tilth.versioning.trees import Tree
from tilth.versioning.verify import verify

FORMATS = Path(__file__).parent.parent / "formats"
sys.path.insert(0, str(FORMATS))

from make import describe, fill  # noqa: E402
from writing import files_of, put  # noqa: E402


def test_everything_moves_to_postgresql_and_a_bucket_and_back(
    tmp_path: Path, postgres_url: str, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_backend(tmp_path / "old") as backend:
        fill(backend)
        expected = describe(backend)
    with open_backend(tmp_path / "old") as backend:
        done = move(backend, tmp_path / "grown", database=postgres_url, storage=s3_url)
        assert done.problems == ()
        assert (done.copied_packs, done.packs > 0) == (done.packs, True)
        assert describe(backend) == expected
    with open_backend(tmp_path / "grown", create=False) as backend:
        assert backend.store.place.name.startswith("s3://")
        assert describe(backend) == expected
        create_repo(backend, "since")
    with open_backend(tmp_path / "grown") as backend:
        done = move(backend, tmp_path / "home", database=None, storage=None)
        assert done.problems == ()
    with open_backend(tmp_path / "home", create=False) as backend:
        found = describe(backend)
        assert found.pop("default/since")
        assert found == expected
        assert verify(backend, again=True).problems == []
        create_repo(backend, "home")
    with open_backend(tmp_path / "old", create=False) as backend:
        assert describe(backend) == expected


def test_an_interrupted_move_goes_on_and_cannot_be_opened_before(
    tmp_path: Path, postgres_url: str, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_backend(tmp_path / "old") as backend:
        create_repo(backend, "digits")
        backend.store.put_bytes(RecordKind.BLOB, b"x" * 1000)
        backend.store.rotate()
    honest = moving._copy_rows

    def broken(*args: object) -> int:
        honest(*args)  # type: ignore[arg-type]
        raise Unavailable("The network is down.", help="Wait.")

    monkeypatch.setattr(moving, "_copy_rows", broken)
    with open_backend(tmp_path / "old") as backend:
        with pytest.raises(Unavailable, match="network"):
            move(backend, tmp_path / "new", database=postgres_url, storage=s3_url)
        with pytest.raises(Invalid, match="not moved"):
            open_backend(tmp_path / "new")
        with pytest.raises(Conflict, match="URLs"):
            move(backend, tmp_path / "new", database=None, storage=None)
        create_repo(backend, "late")
        monkeypatch.setattr(moving, "_copy_rows", honest)
        sent: list[str] = []
        put = Bucket.put
        monkeypatch.setattr(Bucket, "put", lambda self, key, data: (sent.append(key), put(self, key, data))[1])
        done = move(backend, tmp_path / "new", database=postgres_url, storage=s3_url)
        assert done.copied_packs < done.packs
        assert len([key for key in sent if key.startswith("packs/")]) == done.copied_packs
    with open_backend(tmp_path / "new", create=False) as backend:
        assert get_repo(backend, "late").name == "late"


def test_nothing_that_is_there_is_overwritten(tmp_path: Path, postgres_url: str, s3_url: str) -> None:
    with open_backend(tmp_path / "old") as backend:
        create_repo(backend, "digits")
        move(backend, tmp_path / "first", database=postgres_url, storage=s3_url)
        with pytest.raises(Conflict, match="workspace"):
            move(backend, tmp_path / "first", database=postgres_url, storage=s3_url)
        reopen(backend.database)
        with pytest.raises(Conflict, match="holds a workspace"):
            move(backend, tmp_path / "second", database=postgres_url, storage=s3_url)
        (tmp_path / "third").mkdir()
        (tmp_path / "third" / "thesis.tex").write_text("x")
        with pytest.raises(Conflict, match="not empty"):
            move(backend, tmp_path / "third", database=None, storage=None)
        with pytest.raises(Invalid, match="itself"):
            move(backend, tmp_path / "old" / "new", database=None, storage=None)
    with open_backend(tmp_path / "first") as backend:
        assert get_repo(backend, "digits").name == "digits"


def test_what_writers_recorded_before_the_move_held_them_is_moved_and_then_they_are_told(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer beside the move, in a process's own store with its own open pack."""
    old, new = backend.folder, backend.folder.parent / "new"
    repo = create_repo(backend, "digits")
    put(backend, repo, {"first": b"1"})
    done: list[CommitId] = []
    told: list[Moving] = []
    begun = threading.Event()

    def write() -> None:
        with open_backend(old) as other:
            for number in range(100_000):
                try:
                    done.append(put(other, repo, {f"{number}": b"%d" % number}).id)
                except Moving as error:
                    told.append(error)
                    return
                finally:
                    begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait(200)
    moved = move(backend, new, database=None, storage=None)
    writer.join(200)
    assert moved.problems == ()
    assert str(new) in told[0].message
    monkeypatch.delenv("TILTH_DATABASE_URL", raising=False)
    monkeypatch.delenv("TILTH_STORAGE_URL", raising=False)
    with open_backend(new, create=False) as there:
        assert resolve(there, "digits@main").id == done[-1]
        assert len(list(Tree(there.store, resolve(there, "digits@main").tree).walk())) == len(done) + 1
        put(there, repo, {"later": b"2"})
    with pytest.raises(Moving, match="was moved"):
        put(backend, repo, {"late": b"3"})
    assert resolve(backend, "digits@main").id == done[-1]
    assert files_of(backend, resolve(backend, "digits@main"))["first"] == b"1"
    assert reopen(backend.database) == str(new)
    assert reopen(backend.database) is None
    put(backend, repo, {"late": b"3"})


def test_an_open_pack_of_an_idle_writer_is_moved_as_far_as_it_is_acknowledged(tmp_path: Path) -> None:
    with open_backend(tmp_path / "old") as other:
        repo = create_repo(other, "digits")
        commit = put(other, repo, {"a": b"x" * 1000})
        with open_backend(tmp_path / "old") as backend:
            assert move(backend, tmp_path / "new", database=None, storage=None).problems == ()
        with pytest.raises(Moving):
            put(other, repo, {"b": b"y"})
    with open_backend(tmp_path / "new", create=False) as there:
        assert files_of(there, resolve(there, "digits@main")) == {"a": b"x" * 1000}
        assert resolve(there, "digits@main").id == commit.id


def test_a_move_that_fails_lets_writers_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_backend(tmp_path / "old") as backend, open_backend(tmp_path / "old") as other:
        repo = create_repo(other, "digits")

        def broken(*args: object, **named: object) -> None:
            with pytest.raises(Moving, match="is being moved"):
                put(other, repo, {"a": b"meanwhile"})
            raise Unavailable("The network is down.", help="Wait.")

        monkeypatch.setattr(moving, "verify", broken)
        with pytest.raises(Unavailable, match="network"):
            move(backend, tmp_path / "new", database=None, storage=None)
        put(other, repo, {"a": b"after"})
        monkeypatch.undo()
        assert move(backend, tmp_path / "new", database=None, storage=None).problems == ()
    with open_backend(tmp_path / "new", create=False) as there:
        assert files_of(there, resolve(there, "digits@main")) == {"a": b"after"}


def test_a_mover_that_slept_too_long_learns_that_others_wrote(tmp_path: Path) -> None:
    with open_backend(tmp_path / "old") as backend:
        repo = create_repo(backend, "digits")
        with hold(backend.database, "new", lease_s=0, beat_s=1000) as held:
            put(backend, repo, {"a": b"meanwhile"})
            with pytest.raises(Conflict, match="written to while"):
                held.finish()
        with hold(backend.database, "new", lease_s=0, beat_s=1000) as held:
            held.finish()  # nobody wrote
        with pytest.raises(Moving):
            put(backend, repo, {"b": b"late"})


def test_a_move_killed_at_its_very_end_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_backend(tmp_path / "old") as backend, open_backend(tmp_path / "old") as other:
        create_repo(backend, "digits")
        honest, hold_packs = moving.write_marker, moving.hold_packs

        def late(held: Backend) -> AbstractContextManager[object]:
            create_repo(other, "late")  # its note waits for the next commit, and none comes any more
            return hold_packs(held)

        monkeypatch.setattr(moving, "hold_packs", late)

        def killed(folder: Path, needs: str | None = None) -> None:
            if needs is None:
                raise KeyboardInterrupt
            honest(folder, needs=needs)

        monkeypatch.setattr(moving, "write_marker", killed)
        with pytest.raises(KeyboardInterrupt):
            move(backend, tmp_path / "new", database=None, storage=None)
        monkeypatch.undo()
        assert move(backend, tmp_path / "new", database=None, storage=None).problems == ()
    with open_backend(tmp_path / "new", create=False) as there:
        assert get_repo(there, "digits").name == "digits"
        assert get_repo(there, "late").name == "late"


def test_what_was_moved_is_not_moved_elsewhere_and_stays_closed(tmp_path: Path) -> None:
    with open_backend(tmp_path / "old") as backend:
        repo = create_repo(backend, "digits")
        move(backend, tmp_path / "new", database=None, storage=None)
        with pytest.raises(Moving, match=r"was moved to .*new"):
            move(backend, tmp_path / "newer", database=None, storage=None)
        with pytest.raises(Moving, match=r"was moved to .*new"):
            put(backend, repo, {"a": b"late"})
