"""Small files read in one go, here and in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tilth.errors import Unavailable
from tilth.model.digest import Digest, digest_of
from tilth.storage.catalogue import MemoryCatalogue
from tilth.storage.file_process import FileProcess
from tilth.storage.gathering import Gathered, Gatherer, room_for
from tilth.storage.store import Store

CONTENTS = [b"", b"x", b"text " * 1000, os.urandom(5000), b"text " * 1000, b"long text " * 9000, os.urandom(50_000)]
SIZES = [len(data) for data in CONTENTS]
ROOM = room_for(len(SIZES), sum(SIZES))


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    folder = tmp_path / "files"
    folder.mkdir()
    for number, data in enumerate(CONTENTS):
        (folder / str(number)).write_bytes(data)
    return [str(folder / str(number)) for number in range(len(CONTENTS))]


@pytest.fixture(params=["here-none", "here-zstd", "process-none", "process-zstd"])
def gatherer(request: pytest.FixtureRequest) -> Iterator[Gatherer | FileProcess]:
    place, codec = request.param.split("-")
    if place == "here":
        yield Gatherer(memoryview(bytearray(ROOM)), compressed=codec == "zstd")
        return
    process = FileProcess(room=ROOM, compressed=codec == "zstd")
    yield process
    process.close()


def stored(store: Store, gatherer: Gatherer | FileProcess, gathered: Gathered) -> None:
    digests = [Digest(digest) for digest in gathered.digests if digest is not None]
    store.put_packed(gatherer.area, digests, [length for length in gathered.lengths if length])


def test_what_is_gathered_is_stored_as_if_put_one_by_one(
    gatherer: Gatherer | FileProcess, files: list[str], tmp_path: Path
) -> None:
    with Store.open(tmp_path / "store", MemoryCatalogue(), pack_size=20_000) as store:
        for _ in range(2):  # the second time everything is there
            gathered = gatherer.gather(files, SIZES)
            assert gathered.sizes == SIZES
            assert gathered.digests == [digest_of(data) for data in CONTENTS]
            stored(store, gatherer, gathered)
            store.flush()
        assert [store.get(digest_of(data)) for data in CONTENTS] == CONTENTS
        assert list(store.verify()) == []
        assert sum(len(part) for part in store.look()[1]) == 32 * len(set(CONTENTS))


def test_files_that_have_grown_are_left_and_those_that_have_shrunk_are_read(
    gatherer: Gatherer | FileProcess, files: list[str], tmp_path: Path
) -> None:
    Path(files[1]).write_bytes(b"more than there was")
    Path(files[3]).write_bytes(b"less")
    with Store.open(tmp_path / "store", MemoryCatalogue()) as store:
        gathered = gatherer.gather(files, SIZES)
        stored(store, gatherer, gathered)
        assert gathered.digests[1] is None
        assert gathered.digests[3] == digest_of(b"less")
        assert store.get(digest_of(b"less")) == b"less"
        assert store.get(digest_of(CONTENTS[4])) == CONTENTS[4]
        assert not store.has(digest_of(b"more than there was"))


def test_a_link_that_has_taken_a_files_place_is_not_followed(
    gatherer: Gatherer | FileProcess, files: list[str]
) -> None:
    os.unlink(files[2])
    os.symlink(files[3], files[2])
    with pytest.raises(OSError) as caught:
        gatherer.gather(files, SIZES)
    assert caught.value.filename == files[2]
    assert len(gatherer.gather(files[3:], SIZES[3:]).digests) == len(files) - 3  # and it goes on


def test_a_killed_process_is_told_and_closed(files: list[str]) -> None:
    process = FileProcess(room=ROOM, compressed=True)
    process.gather(files, SIZES)
    os.kill(process._process.pid, signal.SIGKILL)
    with pytest.raises(Unavailable, match="ended before its time"):
        process.gather(files, SIZES)
    process.close()


def test_a_process_ends_with_its_parent_however_that_ends() -> None:
    # Both inherit standard error and nothing else of the parent's: it ends when the last of them has.
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from tilth.storage.file_process import FileProcess as P\n"
            "both = [P(room=1000, compressed=False), P(room=1000, compressed=False)]\n"
            "for each in both: each.gather([], [])\n"
            "print('ready', flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        assert parent.stdout.readline() == b"ready\n"
        parent.kill()
        assert parent.stderr.read() == b""
