"""Backups: consistent beside live writers, incremental, never half; a restore checks every byte."""

from __future__ import annotations

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from writing import files_of, put

from tilth.errors import Conflict, Corrupt, Invalid, NotFound, TilthError
from tilth.versioning import garbage
from tilth.versioning.backend import open_backend
from tilth.versioning.backup import MANIFEST, backup, restore
from tilth.versioning.branches import get_branch
from tilth.versioning.commits import get_commit
from tilth.versioning.garbage import Kept, hold_packs
from tilth.versioning.history import log
from tilth.versioning.marking import CommitRoots
from tilth.versioning.repos import create_repo


def noise(seed: int, size: int = 50_000) -> bytes:
    return random.Random(seed).randbytes(size)


def test_a_restored_workspace_is_the_one_that_was_backed_up(tmp_path: Path) -> None:
    with open_backend(tmp_path / "ws") as backend:
        repo = create_repo(backend, "digits")
        put(backend, repo, {"a": noise(1), "big": noise(2, 6 << 20)})
        head = put(backend, repo, {"b": noise(3)})
        done = backup(backend, tmp_path / "backup")
        assert done.copied_packs == done.packs >= 1
        put(backend, repo, {"after": b"not in it"})
    restored = restore(tmp_path / "backup", tmp_path / "again")
    assert (restored.commits, restored.problems) == (2, ())
    with open_backend(tmp_path / "again") as backend:
        assert get_branch(backend, repo, "main").head == head.id
        assert files_of(backend, get_commit(backend, head.id)) == {
            "a": noise(1),
            "b": noise(3),
            "big": noise(2, 6 << 20),
        }
        put(backend, repo, {"c": b"and life goes on"})


def test_the_second_backup_copies_only_what_is_new(tmp_path: Path) -> None:
    with open_backend(tmp_path / "ws") as backend:
        repo = create_repo(backend, "digits")
        put(backend, repo, {"a": noise(1, 3_000_000)})
    with open_backend(tmp_path / "ws") as backend:
        backup(backend, tmp_path / "backup")
        put(backend, repo, {"b": noise(2)})
        second = backup(backend, tmp_path / "backup")
        assert (second.packs, second.copied_packs) == (2, 1)
        assert second.copied_bytes < 100_000
        put(backend, repo, {"c": noise(3)})  # in the same pack, which grows
        third = backup(backend, tmp_path / "backup")
        assert third.copied_packs == 1
    assert len(list((tmp_path / "backup" / "packs").iterdir())) == 2
    assert restore(tmp_path / "backup", tmp_path / "again").commits == 3


def test_an_interrupted_backup_is_none_and_leaves_the_one_before_whole(tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    class Stops:
        def begin(self, what: str, total: int | None = None, unit: str = "items") -> None:
            pass

        def advance(self, amount: int = 1) -> None:
            raise Stopped

        def end(self) -> None:
            pass

    with open_backend(tmp_path / "ws") as backend:
        repo = create_repo(backend, "digits")
        put(backend, repo, {"a": noise(1)})
        with pytest.raises(Stopped):
            backup(backend, tmp_path / "backup", progress=Stops())
        with pytest.raises(NotFound, match="no whole backup"):
            restore(tmp_path / "backup", tmp_path / "none")
        backup(backend, tmp_path / "backup")
        put(backend, repo, {"b": noise(2)})
        with pytest.raises(Stopped):
            backup(backend, tmp_path / "backup", progress=Stops())
        assert restore(tmp_path / "backup", tmp_path / "first").commits == 1
        backup(backend, tmp_path / "backup")
    assert restore(tmp_path / "backup", tmp_path / "second").commits == 2
    assert len(list((tmp_path / "backup").glob("database-*"))) == 1


def test_a_damaged_backup_is_not_restored_and_nothing_is_left(tmp_path: Path) -> None:
    with open_backend(tmp_path / "ws") as backend:
        put(backend, create_repo(backend, "digits"), {"a": noise(1)})
        backup(backend, tmp_path / "backup")
    (pack,) = (tmp_path / "backup" / "packs").iterdir()
    whole = pack.read_bytes()
    for bad in (whole[:-1], whole[:500] + b"X" + whole[501:], None):
        pack.unlink() if bad is None else pack.write_bytes(bad)
        with pytest.raises(Corrupt, match=pack.name):
            restore(tmp_path / "backup", tmp_path / "again")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "ws"]
    manifest = json.loads((tmp_path / "backup" / MANIFEST).read_text())
    manifest["database"]["name"] = "../../etc/passwd"
    (tmp_path / "backup" / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(Corrupt, match="damaged"):
        restore(tmp_path / "backup", tmp_path / "again")


def test_nothing_foreign_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis").write_text("x")
    with open_backend(tmp_path / "ws") as backend:
        for place in (tmp_path / "mine", tmp_path / "ws" / "backup"):
            with pytest.raises(Invalid):
                backup(backend, place)
        backup(backend, tmp_path / "backup")
    with pytest.raises(Conflict):
        restore(tmp_path / "backup", tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis").read_text() == "x"


def test_backups_beside_a_writer_are_whole_and_collection_waits_for_them(tmp_path: Path) -> None:
    with open_backend(tmp_path / "ws") as backend:
        repo = create_repo(backend, "digits")
        put(backend, repo, {"first": b"1"})
        over = threading.Event()
        failures: list[TilthError] = []

        def write() -> None:
            number = 0
            try:
                while not over.is_set():
                    put(backend, repo, {f"{number}": noise(number, 2_000)})
                    number += 1
            except TilthError as error:
                failures.append(error)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(4):
                backup(backend, tmp_path / "backup")
        finally:
            over.set()
            writer.join()
        assert not failures
        with hold_packs(backend), ThreadPoolExecutor(1) as another, pytest.raises(Conflict, match="backup"):
            another.submit(garbage.collect, backend, Kept([CommitRoots()], []), wait_s=0).result()
    restored = restore(tmp_path / "backup", tmp_path / "again")
    assert restored.problems == ()
    with open_backend(tmp_path / "again") as again:
        assert len(log(again, repo, "main", limit=10_000)) == restored.commits
