"""Killing a collection at each of its steps, and collecting while many processes write and read."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from writing import files_of, put

from tilth.errors import Purged
from tilth.metadata.schema.garbage import condemned, gone_packs
from tilth.model.digest import Digest
from tilth.model.ids import CommitId
from tilth.storage.content import Content, chunk_list
from tilth.storage.records import RecordKind
from tilth.versioning import garbage
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.catalogue import SqlCatalogue
from tilth.versioning.commits import get_commit
from tilth.versioning.garbage import Kept
from tilth.versioning.marking import CommitRoots
from tilth.versioning.purging import contents_at
from tilth.versioning.repos import create_repo
from tilth.versioning.trees import Tree
from tilth.versioning.verify import verify

KEPT = Kept([CommitRoots()], [])
STEPS = ("mark", "condemn", "condemned", "mark again", "copy", "replace", "unlink", "acquit")
MERGING = ("copy", "replace", "unlink")
PURGING = ("purged", *STEPS)


def sampled(names: Sequence[str], sample: str) -> list[Any]:
    """Return parameters of which `make test` tries one."""
    return [name if name == sample else pytest.param(name, marks=pytest.mark.soak) for name in names]


COLLECTOR = """
import os, pathlib, signal, sys
from tilth.versioning import garbage
from tilth.versioning.backend import open_backend
from tilth.versioning.commits import read_head
from tilth.versioning.marking import CommitRoots
from tilth.versioning.purging import contents_at, purge
left = int(sys.argv[3])
def step(name):
    global left
    if name == sys.argv[2]:
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
with open_backend(pathlib.Path(sys.argv[1])) as backend:
    if secret := sys.argv[4:]:
        head = read_head(backend, "digits", "main").commit
        purge(backend, contents_at(backend, head, secret[0]), repo="digits", author="mara", reason="secret")
        backend.store.rotate()
        step("purged")
    while True:
        garbage.collect(backend, garbage.Kept([CommitRoots()], []), share=0.0, wait_s=30, step=step)
        if sys.argv[2] != "never":
            break
        (backend.folder.parent / "collected").write_text("once")
"""

WRITER = """
import json, pathlib, random, sys
from tilth.storage.records import RecordKind
from tilth.versioning.backend import open_backend
from tilth.versioning.commits import commit_edits
from tilth.versioning.edits import Edits
from tilth.versioning.trees import write_entry
seed, folder = int(sys.argv[2]), pathlib.Path(sys.argv[1])
draw = random.Random(seed)
while True:
    with open_backend(folder) as backend:
        for _ in range(draw.randrange(1, 12)):
            with backend.act():
                # Few different bytes, most of them garbage at any moment: so writers find what is being condemned.
                name = f"{seed}/{draw.randrange(6)}"
                data = random.Random(draw.randrange(12)).randbytes(3000)
                if draw.random() < 0.3:
                    backend.store.put_bytes(RecordKind.CHUNK, data)
                    backend.store.flush()
                    continue
                edits = Edits()
                edits.put(write_entry(backend.store, name, data))
                edits.put(write_entry(backend.store, f"{seed}/last", draw.randbytes(16)))
                commit = commit_edits(backend, f"repo{seed}", "main", edits, author="writer")
            print(json.dumps([commit.id, name, data.hex()[:64]]), flush=True)
"""


def noise(seed: int) -> bytes:
    return random.Random(seed).randbytes(20_000)


def kill(folder: Path, step: str, nth: int, *secret: str) -> None:
    command = [sys.executable, "-c", COLLECTOR, str(folder), step, str(nth), *secret]
    assert subprocess.run(command, check=False, timeout=120).returncode == -signal.SIGKILL


@pytest.fixture(params=["embedded", "grown"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where a workspace will be, in itself or on PostgreSQL and S3."""
    if request.param == "grown":
        request.getfixturevalue("grown")
    return tmp_path / "w"


@pytest.mark.parametrize("name", STEPS)
def test_a_collection_killed_at_a_step_loses_nothing_and_the_next_one_ends_it(folder: Path, name: str) -> None:
    with open_backend(folder) as backend:
        repo = create_repo(backend, "digits")
        kept = put(backend, repo, {f"{number}": noise(number) for number in range(5)})
        for number in range(100, 105):
            backend.store.put_bytes(RecordKind.CHUNK, noise(number))
    with open_backend(folder) as backend:  # a second pack to write anew
        more = put(backend, repo, {"more": noise(50)})
        backend.store.put_bytes(RecordKind.CHUNK, noise(200))
    kill(folder, name, 2 if name == "copy" else 1)
    with open_backend(folder) as backend:
        assert files_of(backend, kept) == {f"{number}": noise(number) for number in range(5)}
        assert verify(backend).problems == []
        garbage.collect(backend, KEPT, share=0.0, wait_s=10)
        _check_clean(backend)
        assert files_of(backend, more)["more"] == noise(50)
        assert verify(backend).problems == []


@pytest.mark.parametrize("name", sampled(MERGING, "replace"))
def test_a_merge_of_packs_killed_at_a_step_loses_nothing_and_the_next_one_ends_it(folder: Path, name: str) -> None:
    made = {f"{number}": noise(number) for number in range(10)}
    with open_backend(folder) as backend:
        repo = create_repo(backend, "digits")
    for path, data in made.items():
        with open_backend(folder) as backend:
            head = put(backend, repo, {path: data})
    kill(folder, name, 3 if name == "copy" else 1)
    with open_backend(folder) as backend:
        assert files_of(backend, head) == made
        assert verify(backend).problems == []
        garbage.tidy(backend)
        assert len(SqlCatalogue(backend.database).packs()) < 8
        garbage.collect(backend, KEPT, share=0.0, wait_s=10)
        _check_clean(backend)
        assert files_of(backend, head) == made
        assert verify(backend).problems == []


@pytest.mark.parametrize("name", sampled(PURGING, "purged"))
def test_a_purge_killed_at_a_step_shows_nothing_and_the_next_collection_ends_it(folder: Path, name: str) -> None:
    large = noise(9) * 300  # of several chunks
    with open_backend(folder) as backend:
        repo = create_repo(backend, "digits")
        head = put(backend, repo, {"a": noise(1), "secret/small": noise(2), "secret/large": large})
        secret = [each for _, content in contents_at(backend, head, "secret") for each in records(backend, content)]
    kill(folder, name, 1, "secret")
    with open_backend(folder) as backend:
        tree = Tree(backend.store, head.tree)
        for path in ("secret/small", "secret/large"):
            with pytest.raises(Purged, match="purged by mara"):
                tree.read(path)
        assert tree.read("a") == noise(1)
        with pytest.raises(Purged):
            put(backend, repo, {"again": noise(2)})
        assert verify(backend).problems == []
        garbage.collect(backend, KEPT, share=0.0, wait_s=10)
        assert not any(backend.store.has_many(secret))
        _check_clean(backend)
        assert tree.read("a") == noise(1)
        assert verify(backend).problems == []


def records(backend: Backend, content: Content) -> list[Digest]:
    """Return the digests of what a file is made of."""
    return [content.digest, *(digest for digest, _ in chunk_list(backend.store, content))]


@pytest.mark.parametrize("seconds", [2.0, pytest.param(60.0, marks=pytest.mark.soak)])
def test_writers_readers_and_collections_at_once_lose_nothing(tmp_path: Path, seconds: float) -> None:
    folder, seeds = tmp_path / "w", (1, 2)
    with open_backend(folder) as backend:
        for seed in seeds:
            create_repo(backend, f"repo{seed}")
    said = [tmp_path / f"said{seed}" for seed in seeds]
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(folder), str(seed)], stdout=file.open("w"))
        for seed, file in zip(seeds, said, strict=True)
    ]
    collector = subprocess.Popen([sys.executable, "-c", COLLECTOR, str(folder), "never", "1"])
    signs = [*said, tmp_path / "collected"]
    began: float | None = None
    try:
        while began is None or time.monotonic() < began + seconds:
            assert all(each.poll() is None for each in running), "a writer failed"
            assert collector.poll() is None, "the collector failed"
            if began is None and all(sign.exists() and sign.stat().st_size for sign in signs):
                began = time.monotonic()
            time.sleep(0.02)
    finally:
        for each in running:
            each.kill()
            each.wait()
        time.sleep(0.3)
        collector.kill()
        collector.wait()
    told = [line for each in said for line in each.read_text().splitlines()]
    acknowledged = [json.loads(line) for line in told if line.endswith("]")]
    assert len(acknowledged) >= 2
    with open_backend(folder) as backend:
        assert verify(backend).problems == []
        for id, name, start in acknowledged:
            assert files_of(backend, get_commit(backend, CommitId(id)))[name].hex()[:64] == start
        garbage.collect(backend, KEPT, share=0.0, wait_s=10)
        _check_clean(backend)
        assert verify(backend).problems == []


def _check_clean(backend: Backend) -> None:
    """Check that nothing condemned and no file of a deleted pack or shard is left, and nothing is left to collect."""
    with backend.database.read() as conn:
        assert conn.execute(condemned.select()).all() == []
        assert conn.execute(gone_packs.select()).all() == []
    catalogue = SqlCatalogue(backend.database)
    known = {state.pack for state in catalogue.packs()}
    assert set(backend.store.place.packs()) <= known
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(garbage, "LOST_S", -1.0)  # what a dead process wrote and never named is old enough now
        assert garbage.collect(backend, KEPT, share=0.0).records == 0
    deadline = time.monotonic() + 30
    while set(backend.store.place.shards()) != (live := {each.shard for each in catalogue.live().shards}):
        assert time.monotonic() < deadline, live  # a bucket's are deleted in the background
        time.sleep(0.05)
