"""A workspace whose object store or database fails, comes back, or answers nonsense in between."""

from __future__ import annotations

import os
import random
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from faults import WAYS, Faults, faulty
from writing import files_of, put

from tilth.errors import Unavailable
from tilth.metadata import feed
from tilth.model.ids import CommitId
from tilth.storage import bucket_client
from tilth.testing.postgres import postgres_server
from tilth.testing.s3 import TestBuckets
from tilth.versioning import garbage
from tilth.versioning.backend import open_backend
from tilth.versioning.catalogue import SqlCatalogue
from tilth.versioning.commits import read_head
from tilth.versioning.garbage import Kept
from tilth.versioning.history import log
from tilth.versioning.marking import CommitRoots
from tilth.versioning.repos import create_repo
from tilth.versioning.verify import verify

KEPT = Kept([CommitRoots()], [])


@pytest.fixture
def faults(postgres_url: str, s3_url: str, buckets: TestBuckets, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    """Workspaces that the test makes keep their data in a bucket behind a proxy that fails as this says."""
    quick = {"init_backoff": timedelta(milliseconds=5), "max_backoff": timedelta(milliseconds=100), "base": 2}
    monkeypatch.setattr(bucket_client, "_RETRIES", {**bucket_client._RETRIES, "backoff": quick})
    monkeypatch.setenv("TILTH_DATABASE_URL", postgres_url)
    told = Faults(seed=1, share=0.0)
    with faulty(buckets.endpoint, told) as endpoint:
        monkeypatch.setenv("TILTH_STORAGE_URL", replace(buckets, endpoint=endpoint).url(f"t{secrets.token_hex(6)}"))
        yield told


@pytest.mark.parametrize("rounds", [10, pytest.param(150, marks=pytest.mark.soak)])
def test_a_faulty_object_store_costs_time_and_nothing_else(faults: Faults, tmp_path: Path, rounds: int) -> None:
    draw = random.Random(rounds)
    made: dict[str, bytes] = {}
    with open_backend(tmp_path / "w") as backend:
        create_repo(backend, "digits")
        faults.share = 0.3
        for number in range(rounds):
            made[f"{number}"] = draw.randbytes(draw.choice((10, 5000, 300_000)) if number else 20 << 20)
            put(backend, "digits", {f"{number}": made[f"{number}"]})
            if number % 4 == 3:
                garbage.collect(backend, KEPT, share=0.0, wait_s=0.1)
        assert len(list(log(backend, "digits", "main", limit=rounds + 1))) == rounds
    for name in ("other", "third"):  # with caches of their own
        with open_backend(tmp_path / name) as backend:
            head = read_head(backend, "digits", "main").commit
            assert head is not None
            assert files_of(backend, head) == made
            assert verify(backend).problems == []
    faults.share = 0.0
    faults.wait()
    with open_backend(tmp_path / "w") as backend:
        garbage.collect(backend, KEPT, share=0.0, wait_s=10)
        assert garbage.collect(backend, KEPT, share=0.0, wait_s=10).records == 0
        assert set(backend.store.place.packs()) == {each.pack for each in SqlCatalogue(backend.database).packs()}
    if rounds > 100:
        assert set(WAYS) <= set(faults.done)


LARGE = random.Random(1).randbytes(20 << 20)


@pytest.mark.parametrize("way", [way for way in WAYS if way != "stale list"])
def test_every_request_is_asked_again(faults: Faults, way: str) -> None:
    bucket = bucket_client.Bucket(os.environ["TILTH_STORAGE_URL"])
    for number in range(3):
        bucket.put(f"kept/{number}", b"%d" % number * 1000)
    acts: dict[str, Callable[[], object]] = {
        "put": lambda: bucket.put("new/small", b"1" * 1000),
        "create": lambda: bucket.create("new/created", b"1" * 1000),
        "replace": lambda: bucket.replace("new/replaced", b"1" * 1000, {}),
        "get": lambda: bucket.get("kept/1") == b"1" * 1000,
        "get range": lambda: bucket.get_range("kept/1", 10, 20) == (b"1" * 10, 1000),
        "size": lambda: bucket.size("kept/1") == 1000,
        "list": lambda: list(bucket.list("kept")) == [f"kept/{number}" for number in range(3)],
        "delete": lambda: bucket.delete("kept/2"),
    }
    for act in acts.values():
        faults.script = [way]
        assert act() is not False or act is acts["create"]
    for number in range(5):  # of the requests of an upload in parts
        faults.script = [""] * number + [way]
        bucket.put(f"large/{number}", LARGE)
        assert bucket.get(f"large/{number}") == LARGE
    assert bucket.get("new/small") == bucket.get("new/created") == bucket.get("new/replaced") == b"1" * 1000
    assert list(bucket.list("kept")) == ["kept/0", "kept/1"]


def test_a_listing_that_is_cut_goes_on_behind_the_last_key_that_came(faults: Faults, buckets: TestBuckets) -> None:
    url = os.environ["TILTH_STORAGE_URL"]
    folder = buckets.folder / urlsplit(url).netloc / urlsplit(url).path.strip("/") / "many"
    folder.mkdir(parents=True)
    for number in range(1100):  # a server tells a thousand at once
        (folder / f"{number:04}").touch()
    keys = [f"many/{number:04}" for number in range(1100)]
    bucket = bucket_client.Bucket(url)
    deadline = time.monotonic() + 30
    while list(bucket.list("many")) != keys:  # the server keeps what it saw of folders for two seconds
        assert time.monotonic() < deadline, "the server does not see what was put into its folder"
        time.sleep(0.1)
    faults.script = ["", "half answer"]
    assert list(bucket.list("many")) == keys
    assert not faults.script


def test_an_object_store_that_stays_down_is_named_and_goes_on_when_it_is_back(faults: Faults, tmp_path: Path) -> None:
    made = {"before": b"1" * 1000}
    with open_backend(tmp_path / "w") as backend, open_backend(tmp_path / "other") as other:
        create_repo(backend, "digits")
        kept = put(backend, "digits", made)
        faults.down = True
        for number in range(3):
            with pytest.raises(Unavailable, match="Cannot use s3://"):
                put(backend, "digits", {"lost": b"%d" % number * 1000})
        with pytest.raises(Unavailable, match="Cannot use s3://"):
            files_of(other, kept)
        assert files_of(backend, kept) == made  # what is here needs nobody
        with open_backend(tmp_path / "third") as third, pytest.raises(Unavailable, match="Cannot use s3://"):
            files_of(third, kept)
        faults.down = False
        made["after"] = b"2" * 1000
        head = put(backend, "digits", {"after": made["after"]})
        assert files_of(other, head) == made
        assert verify(other).problems == []


class Writer(threading.Thread):
    """Commits two files at a time, until told to end; notes what it tried and what was acknowledged."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(name=name)
        self.folder = folder
        self.tried = 0
        self.acknowledged: dict[str, int] = {}
        self.failed: list[Unavailable] = []
        self.ended = threading.Event()
        self.wrong: BaseException | None = None

    def run(self) -> None:
        try:
            with open_backend(self.folder) as backend:
                while not self.ended.is_set():
                    self.tried += 1
                    try:
                        commit = put(backend, "digits", self.files(self.tried))
                        self.acknowledged[commit.id] = self.tried
                    except Unavailable as error:
                        self.failed.append(error)
                pool: Any = backend.database._engine.pool
                assert pool.checkedout() <= 1  # its session may be saying that it lives
        except BaseException as error:  # noqa: BLE001 (a door: the test tells what it was)
            self.wrong = error

    def files(self, number: int) -> dict[str, bytes]:
        return {f"{self.name}/{number}/{part}": f"{self.name} {number} {part}".encode() * 50 for part in "ab"}


@pytest.mark.parametrize("rounds", [4, pytest.param(60, marks=pytest.mark.soak)])
def test_a_database_that_goes_away_in_between_tears_nothing(
    s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    draw = random.Random(rounds)
    with postgres_server() as server:
        monkeypatch.setenv("TILTH_DATABASE_URL", server.url("tilth"))
        monkeypatch.setenv("TILTH_STORAGE_URL", s3_url)
        with open_backend(tmp_path / "w") as backend:
            create_repo(backend, "digits")
        writers = [Writer(tmp_path / name, name) for name in ("ada", "bob")]
        for writer in writers:
            writer.start()
        try:
            for number in range(rounds):
                seen = [len(writer.acknowledged) for writer in writers]
                while any(
                    len(each.acknowledged) == had and not each.wrong for each, had in zip(writers, seen, strict=True)
                ):
                    time.sleep(draw.random() * 0.02)
                if number % 3 == 1:
                    server.stop(draw.choice((signal.SIGQUIT, signal.SIGINT)))
                    server.start()
                else:
                    with server.connect() as admin:
                        admin.execute(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                        )
        finally:
            for writer in writers:
                writer.ended.set()
            for writer in writers:
                writer.join()
        for writer in writers:
            assert writer.wrong is None
            assert all("connection" in each.message.lower() for each in writer.failed), writer.failed
        with open_backend(tmp_path / "w") as backend:
            assert verify(backend).problems == []
            found = {commit.id: commit for commit in log(backend, "digits", "main", limit=100_000)}
            acknowledged = {id: writer.files(nth) for writer in writers for id, nth in writer.acknowledged.items()}
            for id, files in acknowledged.items():
                assert files.items() <= files_of(backend, found[CommitId(id)]).items()
            head = files_of(backend, next(iter(found.values())))
            whole = [writer.files(nth) for writer in writers for nth in range(1, writer.tried + 1)]
            kept = [files for files in whole if files.keys() & head.keys()]
            assert head == {path: data for files in kept for path, data in files.items()}  # each whole or not at all
            with backend.database.read() as conn:
                told = [event.position for event in feed.read(conn, 0, limit=100_000)]
            assert told == list(range(1, len(told) + 1))
        with server.connect() as admin:
            left = admin.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tilth'").fetchone()
            assert left == (0,)
