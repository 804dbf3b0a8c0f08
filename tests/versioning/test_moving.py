"""A workspace moves to PostgreSQL and a bucket and back: all of it, verified, the old one untouched."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tilth.errors import Conflict, Invalid, Unavailable
from tilth.storage.bucket_client import Bucket
from tilth.storage.records import RecordKind
from tilth.versioning import moving
from tilth.versioning.backend import open_backend
from tilth.versioning.moving import move
from tilth.versioning.repos import create_repo, get_repo
from tilth.versioning.verify import verify

FORMATS = Path(__file__).parent.parent / "formats"
sys.path.insert(0, str(FORMATS))

from make import describe, fill  # noqa: E402


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


def test_a_move_waits_for_no_writer_but_names_it(tmp_path: Path) -> None:
    with open_backend(tmp_path / "old") as other:
        create_repo(other, "digits")
        other.store.put_bytes(RecordKind.BLOB, b"x" * 1000)
        other.store.flush()
        with open_backend(tmp_path / "old") as backend:
            with pytest.raises(Conflict, match="Another process"):
                move(backend, tmp_path / "new", database=None, storage=None)
            other.store.rotate()
            assert move(backend, tmp_path / "new", database=None, storage=None).problems == ()
