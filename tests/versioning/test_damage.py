"""What a bad disk, a full one, a strange clock or a second writer may do to a workspace."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from writing import edits_of, files_of, put

from tilth.errors import BranchMoved, Corrupt, NotFound, Unavailable
from tilth.storage.packs import PackFile
from tilth.storage.records import HEADER_SIZE, RecordKind
from tilth.storage.shards import shard_path
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.branches import create_branch
from tilth.versioning.commits import commit_edits, read_head
from tilth.versioning.history import log
from tilth.versioning.repos import Repo, create_repo
from tilth.versioning.trees import Tree
from tilth.versioning.verify import verify

LARGE = random.Random(1).randbytes(14 << 20)  # more chunks than a row holds inline
MANY = {f"many/{number:05}": b"%d" % number for number in range(3000)}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with every kind of record in it: each test takes a copy."""
    folder = tmp_path_factory.mktemp("sound") / "w"
    with open_backend(folder) as backend:
        repo = create_repo(backend, "digits")
        put(backend, repo, {**MANY, "large": LARGE, "a": b"1" * 500})
        put(backend, repo, {"a": b"2" * 500, "b": b"3" * 500})
        backend.store.put_bytes(RecordKind.BLOB, b"a recipe" * 20)
    return folder


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound, tmp_path / "w")
    return tmp_path / "w"


def flip(file: Path, at: int, bit: int) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        (byte,) = opened.read(1)
        opened.seek(at)
        opened.write(bytes([byte ^ 1 << bit]))


def records(folder: Path) -> list[tuple[Path, int, RecordKind, bytes, int]]:
    """Return file, offset, kind, digest and length of every record."""
    return [
        (path, offset, header.kind, header.digest, header.length)
        for path in sorted((folder / "packs").glob("*.pack"))
        for offset, header in PackFile(path).headers(0, path.stat().st_size)
    ]


@pytest.mark.parametrize("place", ["header", "digest", "checksum", "payload"])
@pytest.mark.parametrize("kind", [kind for kind in RecordKind if kind is not RecordKind.DIRECTORY])
def test_one_flipped_bit_is_named_and_its_neighbours_are_unharmed(copy: Path, kind: RecordKind, place: str) -> None:
    every = records(copy)
    draw = random.Random(f"{kind}{place}")
    path, offset, _, digest, length = draw.choice([record for record in every if record[2] is kind])
    starts, ends = {"header": (0, 16), "digest": (16, 48), "checksum": (48, 52), "payload": (HEADER_SIZE, length)}[
        place
    ]
    flip(path, offset + draw.randrange(starts, ends), draw.randrange(8))
    with open_backend(copy) as backend:
        with pytest.raises(Corrupt):
            backend.store.get(digest)
        for other in {record[3] for record in every if record[2] is not RecordKind.DIRECTORY} - {digest}:
            backend.store.get(other)
        problems = [f"{each.where}: {each.what}" for each in verify(backend).problems]
        assert any(digest.hex() in each for each in problems), problems
        others = {record[3].hex() for record in every} - {digest.hex()}
        at_pack = [each for each in problems if each.startswith("pack ")]
        assert not any(other in each.partition(":")[0] for each in at_pack for other in others)


@pytest.mark.parametrize("seed", range(4))
def test_one_flipped_bit_in_a_directory_or_footer_is_named_and_harms_no_record(copy: Path, seed: int) -> None:
    every = records(copy)
    draw = random.Random(seed)
    path, offset, _, _, _ = draw.choice([record for record in every if record[2] is RecordKind.DIRECTORY])
    flip(path, draw.randrange(offset, path.stat().st_size), draw.randrange(8))
    with open_backend(copy) as backend:
        for record in every:
            if record[2] is not RecordKind.DIRECTORY:
                backend.store.get(record[3])
        assert any(path.stem in each.where for each in verify(backend).problems)


@pytest.mark.parametrize("column", ["prefixes", "digests", "pack_numbers", "offsets", "lengths"])
def test_one_flipped_bit_in_an_index_is_named_and_mended_by_making_it_anew(copy: Path, column: str) -> None:
    with open_backend(copy) as backend:
        place = backend.store.place
        shard = max((place.open_shard(name) for name in place.shards()), key=len)
        file = shard_path(copy / "index", shard.name)
        wanted = bytes(getattr(shard, column))[:640]
    at = file.read_bytes().find(wanted)
    flip(file, at + random.Random(column).randrange(len(wanted)), 3)
    with open_backend(copy) as backend:
        problems = [each for each in verify(backend).problems if "index" in each.what]
        assert problems
        for name in backend.store.place.shards():
            backend.store.place.delete_shard(name)
    with open_backend(copy) as backend:
        assert verify(backend).problems == []


@pytest.mark.parametrize("left", [0.0, 0.3, 0.9])
def test_a_truncated_pack_is_named_and_other_packs_are_read(copy: Path, left: float) -> None:
    every = records(copy)
    path = max((copy / "packs").glob("*.pack"), key=lambda each: each.stat().st_size)
    os.truncate(path, int(path.stat().st_size * left))
    with open_backend(copy) as backend:
        lost = 0
        for record, offset, kind, digest, length in every:
            if kind is RecordKind.DIRECTORY:
                continue
            if record != path or offset + length <= path.stat().st_size:
                backend.store.get(digest)
            else:
                lost += 1
                with pytest.raises((Corrupt, NotFound)):
                    backend.store.get(digest)
        assert lost
        assert any(path.stem in each.where for each in verify(backend).problems)


@pytest.fixture
def small_disk(small_disk_of: Callable[[int], Path]) -> Path:
    """A file system of 8 MB."""
    return small_disk_of(8)


def free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def test_a_full_disk_refuses_and_everything_acknowledged_is_there_again_when_there_is_space(small_disk: Path) -> None:
    folder, ballast = small_disk / "w", small_disk / "ballast"
    acknowledged: dict[str, bytes] = {}
    with open_backend(folder) as backend:
        repo = create_repo(backend, "digits")
        ballast.write_bytes(bytes(2 << 20))
        while free(small_disk) > 500_000:
            name = f"{len(acknowledged)}"
            acknowledged[name] = random.Random(name).randbytes(200_000)
            put(backend, repo, {name: acknowledged[name]})
        for number in range(3):
            with pytest.raises(Unavailable, match="disk"):
                put(backend, repo, {"more": random.Random(f"more {number}").randbytes(600_000)})
        assert len(acknowledged) > 3
        head = read_head(backend, repo, "main").commit
        assert head is not None
        assert files_of(backend, head) == acknowledged
        ballast.unlink()
        put(backend, repo, {"late": b"1"})
    with open_backend(folder) as backend:
        head = read_head(backend, "digits", "main").commit
        assert head is not None
        assert files_of(backend, head) == {**acknowledged, "late": b"1"}
        assert verify(backend).problems == []


def test_a_disk_that_is_full_when_a_process_ends_loses_nothing(small_disk: Path) -> None:
    folder, ballast = small_disk / "w", small_disk / "ballast"
    backend = open_backend(folder)
    create_repo(backend, "digits")
    put(backend, "digits", {"a": b"1"})
    with pytest.raises(OSError, match="space"):
        ballast.write_bytes(bytes(9 << 20))
    assert free(small_disk) == 0
    with contextlib.suppress(Unavailable):
        backend.close()
    ballast.unlink()
    with open_backend(folder) as again:
        head = read_head(again, "digits", "main").commit
        assert head is not None
        assert files_of(again, head) == {"a": b"1"}
        assert verify(again).problems == []


@pytest.fixture
def read_only(copy: Path) -> Iterator[Path]:
    """A sound workspace that nobody can write to: for root a read-only mount, for others by its modes."""
    if os.getuid() == 0:
        for options in (["--bind", str(copy), str(copy)], ["-o", "remount,ro,bind", str(copy)]):
            if subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
                pytest.skip("needs the right to mount a folder read-only, because root may write everywhere else")
    else:
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield copy
    finally:
        if os.getuid() == 0:
            subprocess.run(["umount", "-l", str(copy)], check=False)
        else:
            for path in (copy, *copy.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_folder_that_cannot_be_written_says_so(read_only: Path) -> None:
    def write() -> None:
        with open_backend(read_only) as backend:
            put(backend, "digits", {"more": b"1"})

    with pytest.raises(Unavailable, match=r"Cannot|read-only"):
        write()


def test_a_clock_that_goes_back_mixes_up_nothing(backend: Backend, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time_ns
    made = []
    for number, hours in enumerate((0, -5, 3, -10_000, 0)):
        monkeypatch.setattr(time, "time_ns", lambda hours=hours: real() + hours * 3_600_000_000_000)
        made.append(put(backend, repo, {f"{number}": b"%d" % number}))
    create_branch(backend, repo, "old", head=made[1].id)
    assert [commit.id for commit in log(backend, repo, "main")] == [commit.id for commit in reversed(made)]
    assert len({commit.id for commit in made}) == 5
    assert len(files_of(backend, made[-1])) == 5
    assert verify(backend).problems == []


def test_of_two_writers_on_one_head_one_is_told_and_the_other_kept(backend: Backend, repo: Repo) -> None:
    base = put(backend, repo, {"a": b"0"})
    with open_backend(backend.folder) as other:
        start = threading.Barrier(2)
        told: list[object] = []

        def write(mine: Backend, name: str) -> None:
            start.wait()
            try:
                edits = edits_of(mine, {name: b"1"})
                told.append(commit_edits(mine, "digits", "main", edits, author="x", if_head=base.id).id)
            except BranchMoved as error:
                told.append(error)

        threads = [threading.Thread(target=write, args=each) for each in ((backend, "b"), (other, "c"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(isinstance(each, BranchMoved) for each in told) == [False, True]
    head = read_head(backend, repo, "main").commit
    assert head is not None
    assert head.id in told
    assert sorted(Tree(backend.store, head.tree).entries(["a", "b", "c"])) in (["a", "b"], ["a", "c"])
