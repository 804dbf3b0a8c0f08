"""A workspace whose metadata is in PostgreSQL and whose data is in a bucket; many servers share both."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from writing import files_of, put

from tilth.errors import Conflict, Corrupt, Invalid
from tilth.metadata import feed
from tilth.testing.postgres import TestServer
from tilth.testing.s3 import TestBuckets
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.branches import list_branches
from tilth.versioning.commits import read_head
from tilth.versioning.history import log
from tilth.versioning.rebuild import rebuild
from tilth.versioning.repos import create_repo
from tilth.versioning.settings import read_settings, without_password
from tilth.versioning.verify import verify


def test_what_one_server_commits_another_with_a_folder_of_its_own_reads(grown: None, tmp_path: Path) -> None:
    with open_backend(tmp_path / "one") as one:
        create_repo(one, "digits")
        put(one, "digits", {"a": b"1", "big": bytes(range(256)) * 30_000})
        with open_backend(tmp_path / "two") as two:
            assert head_files(two, "digits") == {"a": b"1", "big": bytes(range(256)) * 30_000}
            put(two, "digits", {"b": b"2"})
        assert head_files(one, "digits")["b"] == b"2"
        assert list(verify(one).problems) == []
    assert not (tmp_path / "one" / "packs").exists()


def test_the_folder_remembers_where_but_no_password(
    grown: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    monkeypatch.setenv("TILTH_DATABASE_URL", postgres_url.replace("tilth@", "tilth:secret@"))
    with open_backend(tmp_path / "workspace") as backend:
        create_repo(backend, "digits")
    assert "secret" not in (tmp_path / "workspace" / "backends.toml").read_text()
    monkeypatch.delenv("TILTH_DATABASE_URL")
    monkeypatch.delenv("TILTH_STORAGE_URL")
    with open_backend(tmp_path / "workspace") as backend:
        assert [each.name for each in list_branches(backend, "digits")] == ["main"]


def test_a_workspace_is_never_opened_on_the_data_of_another_one(
    grown: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    postgres: TestServer,
    postgres_url: str,
    buckets: TestBuckets,
) -> None:
    with open_backend(tmp_path / "first") as backend:
        create_repo(backend, "digits")
        put(backend, "digits", {"a": b"1"})
    with postgres.schema() as other:
        monkeypatch.setenv("TILTH_DATABASE_URL", other)
        with pytest.raises(Invalid, match="TILTH_DATABASE_URL names"):  # the folder is bound to its own
            open_backend(tmp_path / "first")
        with pytest.raises(Corrupt, match="is empty"):  # data with a history that this database does not know
            open_backend(tmp_path / "second")
    monkeypatch.setenv("TILTH_DATABASE_URL", postgres_url)
    monkeypatch.setenv("TILTH_STORAGE_URL", buckets.url("somewhere-else"))
    with open_backend(tmp_path / "third") as mixed, pytest.raises(Invalid, match="does not belong"):
        _ = mixed.store
    monkeypatch.delenv("TILTH_STORAGE_URL")
    with pytest.raises(Invalid, match="TILTH_DATABASE_URL names"):
        read_settings(tmp_path)


def test_everything_is_rebuilt_from_the_bucket_into_an_empty_schema(
    grown: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: TestServer
) -> None:
    with open_backend(tmp_path / "lost") as backend:
        create_repo(backend, "digits")
        for number in range(5):
            put(backend, "digits", {f"{number}": bytes([number]) * 1000}, message=f"m{number}")
        told = [commit.message for commit in log(backend, "digits", "main")]
        with pytest.raises(Conflict, match="history already"):
            rebuild(tmp_path / "lost")
    with postgres.schema() as empty:
        monkeypatch.setenv("TILTH_DATABASE_URL", empty)
        done = rebuild(tmp_path / "found")
        assert (done.repos, done.commits, done.missing, done.problems) == (1, 5, (), ())
        with open_backend(tmp_path / "found") as again:
            assert [commit.message for commit in log(again, "digits", "main")] == told
            assert len(head_files(again, "digits")) == 5


def head_files(backend: Backend, repo: str) -> dict[str, bytes]:
    commit = read_head(backend, repo, "main").commit
    return files_of(backend, commit) if commit is not None else {}


def feed_positions(backend: Backend) -> list[int]:
    with backend.database.read() as conn:
        return [event.position for event in feed.read(conn, 0)]


WRITER = """
import sys
from pathlib import Path
from random import Random
from tilth.versioning.backend import open_backend

folder, name, seed, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
sys.path.insert(0, sys.argv[5])
from writing import put
source = Random(seed)
with open_backend(folder) as backend:
    for number in range(count):
        data = source.randbytes(source.randrange(5000))
        put(backend, "shared", {f"{name}/{number}": data}, message=f"{name} {number}")
        print(number, data.hex(), flush=True)
"""


@pytest.mark.parametrize("seed", [1])
def test_writers_on_several_machines_lose_nothing_and_leave_no_gap(grown: None, tmp_path: Path, seed: int) -> None:
    with open_backend(tmp_path / "here") as backend:
        create_repo(backend, "shared")
        before = feed_positions(backend)
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(tmp_path / name), name, str(seed * 10 + number), "6", _HERE],
                stdout=subprocess.PIPE,
                text=True,
                env=dict(os.environ),
            )
            for number, name in enumerate(("ada", "bob", "cleo"))
        ]
        seen: dict[str, bytes] = {}
        while any(writer.poll() is None for writer in writers):
            now = head_files(backend, "shared")
            assert seen.items() <= now.items()  # what was ever seen stays, as it was
            seen = now
        written: dict[str, bytes] = {}
        for name, writer in zip(("ada", "bob", "cleo"), writers, strict=True):
            out, _ = writer.communicate()
            assert writer.returncode == 0
            for line in out.splitlines():
                number, _, data = line.partition(" ")
                written[f"{name}/{number}"] = bytes.fromhex(data)
        assert len(written) == 18
        assert head_files(backend, "shared") == written
        assert len(list(log(backend, "shared", "main"))) == 18
        positions = feed_positions(backend)
        assert positions == list(range(1, len(positions) + 1))
        assert len(positions) >= len(before) + 18
        assert list(verify(backend).problems) == []


_HERE = str(Path(__file__).parent)


def test_a_password_never_shows() -> None:
    assert without_password("postgresql://me:pw@h:1/d?schema=x") == "postgresql://me@h:1/d?schema=x"
    assert without_password("postgresql://h/d") == "postgresql://h/d"
