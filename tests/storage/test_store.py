"""The store: what is acknowledged is there, for everyone, whatever happens to the process or the disk."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from isal.isal_zlib import crc32

from tilth.errors import Corrupt, Invalid, NotFound, Unavailable
from tilth.model.digest import Digest, digest_of
from tilth.model.ids import new_id
from tilth.storage.catalogue import CatalogueState, MemoryCatalogue
from tilth.storage.checking import Problem
from tilth.storage.folder import FolderPlace
from tilth.storage.mending import rebuild_index
from tilth.storage.packs import PackFile, pack_path
from tilth.storage.records import RecordKind
from tilth.storage.store import Store

BLOB = RecordKind.BLOB


@pytest.fixture
def catalogue() -> MemoryCatalogue:
    return MemoryCatalogue()


@pytest.fixture
def store(tmp_path: Path, catalogue: MemoryCatalogue) -> Store:
    return Store.open(tmp_path, catalogue, pack_size=20_000)


def some_bytes(count: int, size: int = 1000, seed: int = 1) -> list[bytes]:
    source = random.Random(seed)
    return [source.randbytes(size) for _ in range(count)]


def abandon(store: Store) -> None:
    """Let the store's process die, as far as files can tell: locks go, nothing is written."""
    if store._own.writer is not None:
        store._own.writer.close()
    for full in store._own.full:
        full.writer.close()


def pack_files(folder: Path) -> list[Path]:
    return sorted((folder / "packs").iterdir())


def damage(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0xFF]))


def test_what_another_thread_took_in_first_is_found(tmp_path: Path) -> None:
    meanwhile: list[Callable[[], object]] = []

    class Interrupted(MemoryCatalogue):
        def live(self) -> CatalogueState:
            state = super().live()
            while meanwhile:
                meanwhile.pop()()
            return state

    catalogue = Interrupted()
    with Store.open(tmp_path, catalogue) as writer, Store.open(tmp_path, catalogue) as reader:
        for ask in (
            lambda digest: digest_of(reader.get(digest)) == digest,
            reader.has,
            lambda digest: reader.has_many([digest]) == [True],
            lambda digest: reader.present(digest).all(),
        ):
            digest = writer.put_bytes(BLOB, os.urandom(8))
            writer.flush()
            meanwhile.append(reader._index.refresh)  # as the thread does that says that the session lives
            assert ask(digest)
            assert not meanwhile


def test_a_record_reads_back_before_and_after_flush_and_after_close(
    tmp_path: Path, store: Store, catalogue: MemoryCatalogue
) -> None:
    data = [b"", b"x", b"text " * 5000, *some_bytes(3, 60_000)]
    digests = [store.put_bytes(BLOB, item) for item in data]
    assert [store.get(digest) for digest in digests] == data
    store.flush()
    assert [store.get(digest) for digest in digests] == data
    store.close()
    with Store.open(tmp_path, catalogue) as again:
        assert [again.get(digest) for digest in digests] == data
        assert again.has_many([*digests, digest_of(b"other")]) == [True] * len(data) + [False]


def test_text_is_compressed_and_noise_is_not(tmp_path: Path, catalogue: MemoryCatalogue) -> None:
    with Store.open(tmp_path, catalogue) as store:
        store.put_bytes(BLOB, b"all work and no play " * 50_000)
    assert pack_files(tmp_path)[0].stat().st_size < 20_000
    noise = random.Random(2).randbytes(200_000)
    with Store.open(tmp_path, catalogue) as store:
        store.put_bytes(BLOB, noise)
    assert noise in pack_files(tmp_path)[1].read_bytes()


def test_a_record_is_stored_once(tmp_path: Path, store: Store) -> None:
    data = some_bytes(1)[0]
    assert store.put(BLOB, digest_of(data), data)
    assert not store.put(BLOB, digest_of(data), data)
    store.flush()
    assert not store.put(BLOB, digest_of(data), data)
    assert store.put_many(BLOB, [(digest_of(b"n"), b"n"), (digest_of(data), data), (digest_of(b"n"), b"n")]) == [
        True,
        False,
        False,
    ]


def test_an_unknown_digest_is_not_found_and_named(store: Store) -> None:
    missing = digest_of(b"missing")
    with pytest.raises(NotFound, match=missing.hex()):
        store.get(missing)


def test_a_store_that_stored_nothing_leaves_nothing(tmp_path: Path, catalogue: MemoryCatalogue) -> None:
    with Store.open(tmp_path, catalogue) as store:
        assert not store.has(digest_of(b"x"))
    assert pack_files(tmp_path) == []
    assert list((tmp_path / "index").iterdir()) == []
    assert catalogue.packs() == []


def test_another_process_sees_records_when_they_are_flushed_and_not_before(
    tmp_path: Path, store: Store, catalogue: MemoryCatalogue
) -> None:
    other = Store.open(tmp_path, catalogue)
    data = some_bytes(50)  # more than two packs
    digests = [store.put_bytes(BLOB, item) for item in data]
    assert not any(other.has_many(digests))
    store.flush()
    assert [other.get(digest) for digest in digests] == data
    more = store.put_bytes(BLOB, b"one more in the same pack")
    store.flush()
    assert other.get(more) == b"one more in the same pack"
    store.close()
    assert [other.get(digest) for digest in digests] == data


def test_shards_are_merged_by_level_and_others_follow(tmp_path: Path, catalogue: MemoryCatalogue) -> None:
    other = Store.open(tmp_path, catalogue)
    data = some_bytes(70, 20)
    digests = []
    for item in data:
        with Store.open(tmp_path, catalogue) as store:
            digests.append(store.put_bytes(BLOB, item))
        assert other.has(digests[-1])
    assert sorted(shard.level for shard in catalogue.live().shards) == [0] * 6 + [2]
    assert len(list((tmp_path / "index").iterdir())) == 7
    assert [other.get(digest) for digest in digests] == data
    assert list(other.verify()) == []


def test_packs_end_near_their_size_and_are_readable_by_directory_and_without(tmp_path: Path, store: Store) -> None:
    digests = {store.put_bytes(BLOB, item) for item in some_bytes(60)}
    store.close()
    assert len(pack_files(tmp_path)) == 4
    listed, scanned = set(), set()
    for path in pack_files(tmp_path):
        entries = PackFile(path).directory()
        assert entries is not None
        listed |= {bytes(digest) for digest in entries["digest"].tolist()}
        scanned |= {bytes(digest) for digest in PackFile(path).readable_entries()["digest"].tolist()}
    assert listed == scanned == digests


def test_threads_put_flush_and_read_at_once(store: Store) -> None:
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            for item in some_bytes(60, 700, seed % 3):  # two threads each write the same
                digest = store.put_bytes(BLOB, item)
                if item[0] % 4 == 0:
                    store.flush()
                assert store.get(digest) == item
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    store.flush()
    assert list(store.verify()) == []


def test_a_dead_writers_pack_is_adopted_and_its_torn_tail_ignored(
    tmp_path: Path, store: Store, catalogue: MemoryCatalogue
) -> None:
    kept = [store.put_bytes(BLOB, item) for item in some_bytes(5)]
    store.flush()
    lost = store.put_bytes(BLOB, b"never acknowledged" * 50)
    assert store._own.writer is not None
    store._own.writer.write_out()
    abandon(store)
    with pack_files(tmp_path)[0].open("ab") as file:
        file.write(b"TREC torn")
    with Store.open(tmp_path, catalogue) as heir:
        assert all(heir.has_many(kept))
        assert not heir.has(lost)
        assert list(heir.verify()) == []
    assert all(state.sealed for state in catalogue.packs())


def test_a_living_writers_pack_is_left_alone(tmp_path: Path, store: Store, catalogue: MemoryCatalogue) -> None:
    store.put_bytes(BLOB, b"mine" * 100)
    store.flush()
    with Store.open(tmp_path, catalogue):
        pass
    assert [state.sealed for state in catalogue.packs()] == [False]
    store.put_bytes(BLOB, b"more of mine" * 100)
    store.close()


def test_a_full_disk_is_said_plainly_and_loses_nothing_acknowledged(
    tmp_path: Path, store: Store, catalogue: MemoryCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [store.put_bytes(BLOB, item) for item in some_bytes(5)]
    store.flush()
    real = os.pwrite

    def full(fd: int, data: memoryview, offset: int) -> int:
        if len(data) > 10:
            return real(fd, data[:10], offset)  # a short write first, as a filling disk gives
        raise OSError(errno.ENOSPC, "No space left on device")

    after = [store.put_bytes(BLOB, item) for item in some_bytes(5, seed=2)]
    monkeypatch.setattr(os, "pwrite", full)
    real_parts = os.pwritev
    monkeypatch.setattr(os, "pwritev", lambda fd, parts, offset: full(fd, memoryview(b"".join(parts)), offset))
    with pytest.raises(Unavailable, match=r"disk is full.*packs") as caught:
        store.flush()
    assert "Free some space" in caught.value.help
    other = Store.open(tmp_path, catalogue)
    assert all(other.has_many(before))
    other.put_bytes(BLOB, b"x" * 100)
    with pytest.raises(Unavailable):
        other.close()
    monkeypatch.setattr(os, "pwrite", real)
    monkeypatch.setattr(os, "pwritev", real_parts)
    store.flush()  # what was not acknowledged was kept for another try
    store.close()
    with Store.open(tmp_path, catalogue) as again:
        assert all(again.has_many(before + after))
        assert list(again.verify()) == []


def test_a_full_disk_while_a_pack_is_sealed_leaves_it_open(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = [store.put_bytes(BLOB, item) for item in some_bytes(5)]
    store.flush()
    size = pack_files(tmp_path)[0].stat().st_size
    real = os.pwrite

    def full(fd: int, data: memoryview, offset: int) -> int:
        real(fd, data[:10], offset)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    store.close()  # nothing was owed
    assert pack_files(tmp_path)[0].stat().st_size == size
    assert list((tmp_path / "index").iterdir()) == []
    with Store.open(tmp_path, store._catalogue) as reader:
        assert all(reader.has_many(digests))
    monkeypatch.undo()
    with Store.open(tmp_path, store._catalogue) as again:
        assert all(again.has_many(digests))
        assert list(again.verify()) == []


def test_after_a_failed_fsync_nothing_more_is_acknowledged(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    store.put_bytes(BLOB, b"a" * 100)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(Unavailable, match="Cannot write"):
        store.flush()
    monkeypatch.undo()
    with pytest.raises(Unavailable, match="could not make"):
        store.flush()
    with pytest.raises(Unavailable):
        store.close()


def test_a_forked_child_writes_its_own_pack(tmp_path: Path, store: Store, catalogue: MemoryCatalogue) -> None:
    mine = store.put_bytes(BLOB, b"parent" * 100)
    store.flush()
    unflushed = store.put_bytes(BLOB, b"parent, not flushed" * 100)
    child = os.fork()
    if child == 0:
        try:
            seen = store.has(mine) and not store.has(unflushed)
            written = store.put_bytes(BLOB, b"child" * 100)
            store.flush()
            os._exit(0 if seen and store.get(written) == b"child" * 100 else 1)
        except BaseException:  # noqa: BLE001
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    store.flush()
    store.close()
    with Store.open(tmp_path, catalogue) as again:
        assert again.get(unflushed) == b"parent, not flushed" * 100
        assert again.recover() == 1  # the child's catalogue was a copy that went with it
        assert again.get(digest_of(b"child" * 100)) == b"child" * 100


@pytest.mark.parametrize("where", ["payload", "header"])
def test_a_damaged_record_is_corrupt_for_get_and_named_by_verify(
    tmp_path: Path, store: Store, catalogue: MemoryCatalogue, where: str
) -> None:
    digests = [store.put_bytes(BLOB, item) for item in some_bytes(5)]
    place = store._index.own[digests[2]]
    store.close()
    damage(pack_path(tmp_path / "packs", place[0]), place[1] + (100 if where == "payload" else 3))
    with Store.open(tmp_path, catalogue) as again:
        with pytest.raises(Corrupt, match=f"{place[0]}.pack, byte {place[1]}"):
            again.get(digests[2])
        assert again.get(digests[3]) == some_bytes(5)[3]
        problems = list(again.verify())
    assert [(problem.offset, problem.digest) for problem in problems] == [(place[1], digests[2])]


def test_bytes_stored_under_a_wrong_digest_are_corrupt(store: Store) -> None:
    wrong = digest_of(b"something else")
    store.put(BLOB, wrong, b"these bytes")
    with pytest.raises(Corrupt, match="digest does not hold"):
        store.get(wrong)
    assert [problem.what for problem in store.verify()] == ["its digest does not hold"]


def test_verify_names_a_missing_pack(tmp_path: Path, store: Store, catalogue: MemoryCatalogue) -> None:
    digest = store.put_bytes(BLOB, b"x" * 100)
    store.close()
    path = pack_files(tmp_path)[0]
    path.unlink()
    with Store.open(tmp_path, catalogue) as again:
        assert list(again.verify()) == [Problem(path.stem, 0, None, f"{path.name} is missing", rest=True)]
        with pytest.raises(Corrupt, match="missing"):
            again.get(digest)


def test_the_catalogue_is_recovered_from_packs_alone(tmp_path: Path, store: Store) -> None:
    digests = [store.put_bytes(BLOB, item) for item in some_bytes(50)]
    commit = store.put_bytes(RecordKind.COMMIT, b"a commit record")
    store.flush()
    abandon(store)
    with pack_files(tmp_path)[-1].open("ab") as file:
        file.write(b"TREC torn")
    assert list(store.records(RecordKind.COMMIT)) == [(commit, b"a commit record")]
    with Store.open(tmp_path, MemoryCatalogue()) as again:
        assert again.recover() == 3
        assert all(again.has_many([*digests, commit]))
        assert again.recover() == 0
        assert list(again.verify()) == []
        assert list(again.records(RecordKind.COMMIT)) == [(commit, b"a commit record")]


@pytest.mark.parametrize("head", [b"", b"TILTHPC"])
def test_a_pack_whose_writer_died_before_its_header_stops_no_recovery(
    tmp_path: Path, store: Store, head: bytes
) -> None:
    commit = store.put_bytes(RecordKind.COMMIT, b"a commit record")
    store.flush()
    abandon(store)
    (tmp_path / "packs" / f"{new_id()}.pack").write_bytes(head)
    with Store.open(tmp_path, MemoryCatalogue()) as again:
        assert again.recover() == 1
        assert list(again.records(RecordKind.COMMIT)) == [(commit, b"a commit record")]


def test_a_damaged_record_hides_no_record_behind_it(tmp_path: Path, store: Store) -> None:
    store.put_bytes(BLOB, b"x" * 5_000)
    commit = store.put_bytes(RecordKind.COMMIT, b"a commit record")
    store.close()
    (pack,) = pack_files(tmp_path)
    data = bytearray(pack.read_bytes())
    data[2_000 if len(data) > 4_000 else 80] ^= 1
    pack.write_bytes(data)
    with Store.open(tmp_path, MemoryCatalogue()) as again:
        again.recover()
        assert list(again.records(RecordKind.COMMIT)) == [(commit, b"a commit record")]
        assert len(list(again.verify())) == 1


def test_lost_shards_are_named_and_made_anew(tmp_path: Path, store: Store, catalogue: MemoryCatalogue) -> None:
    digests = [store.put_bytes(BLOB, item) for item in some_bytes(50)]
    store.close()
    for path in (tmp_path / "index").iterdir():
        path.unlink()
    with pytest.raises(Corrupt, match="index shard is missing"):
        Store.open(tmp_path, catalogue, adopt=False)
    with Store.open(tmp_path, catalogue) as again:
        assert all(again.has_many(digests))
        assert list(again.verify()) == []
    assert len(list((tmp_path / "index").iterdir())) == 1


def test_a_damaged_shard_is_made_anew(tmp_path: Path, store: Store, catalogue: MemoryCatalogue) -> None:
    digest = store.put_bytes(BLOB, b"x" * 100)
    store.close()
    next((tmp_path / "index").iterdir()).write_bytes(b"not a shard")
    with pytest.raises(Corrupt, match="damaged"):
        Store.open(tmp_path, catalogue, adopt=False)
    with Store.open(tmp_path, catalogue) as again:
        assert again.get(digest) == b"x" * 100


def test_an_index_that_another_process_made_anew_meanwhile_is_left_alone(
    tmp_path: Path, store: Store, catalogue: MemoryCatalogue
) -> None:
    digest = store.put_bytes(BLOB, b"x" * 100)
    store.close()

    class Late(MemoryCatalogue):
        def live(self) -> CatalogueState:
            state = catalogue.live()
            rebuild_index(FolderPlace(tmp_path), catalogue)
            return state

        def __getattribute__(self, name: str) -> Any:
            return super().__getattribute__(name) if name == "live" else getattr(catalogue, name)

    assert rebuild_index(FolderPlace(tmp_path), Late()) == 0
    assert len(list((tmp_path / "index").iterdir())) == 1
    with Store.open(tmp_path, catalogue) as again:
        assert again.has(digest)


def test_a_pack_of_a_newer_format_is_refused(tmp_path: Path, store: Store) -> None:
    store.put_bytes(BLOB, b"x" * 100)
    store.close()
    path = pack_files(tmp_path)[0]
    with path.open("r+b") as file:
        head = b"TILTHPCK\x07\x00\x00\x00"
        file.write(head + crc32(head).to_bytes(4, "little"))
    with pytest.raises(Invalid, match="format 7"):
        list(store.records(BLOB))


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(Unavailable, match="closed"):
        store.put_bytes(BLOB, b"x")


WRITER = """
import sys
from pathlib import Path
from random import Random
from tilth.storage.catalogue import CatalogueState, MemoryCatalogue
from tilth.storage.checking import Problem
from tilth.storage.folder import FolderPlace
from tilth.storage.mending import rebuild_index
from tilth.storage.records import RecordKind
from tilth.storage.store import Store

class Printing(MemoryCatalogue):
    def opened(self, pack): print("opened", pack, flush=True)
    def acknowledge(self, pack, length): print("acknowledge", pack, length, flush=True)
    def sealed(self, pack, length, shard): print("sealed", pack, length, shard, flush=True)

store = Store.open(Path(sys.argv[1]), Printing(), pack_size=30_000)
source = Random(int(sys.argv[2]))
while True:
    names = [store.put_bytes(RecordKind.BLOB, source.randbytes(source.randrange(3000))).hex() for _ in range(5)]
    store.flush()
    print("stored", *names, flush=True)
"""


def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    catalogue = MemoryCatalogue()
    acknowledged: list[Digest] = []
    for round in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(round)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        wanted = random.Random(round).randrange(3, 60)
        lines = []
        for line in process.stdout:
            lines.append(line)
            if len(lines) == wanted:
                process.send_signal(signal.SIGKILL)
        process.wait()
        for line in lines:
            verb, *words = line.split()
            if verb == "opened":
                catalogue.opened(words[0])
            elif verb == "acknowledge":
                catalogue.acknowledge(words[0], int(words[1]))
            elif verb == "sealed":
                catalogue.sealed(words[0], int(words[1]), words[2])
            else:
                acknowledged += [Digest(bytes.fromhex(word)) for word in words]
        with Store.open(tmp_path, catalogue) as store:
            assert all(store.has_many(acknowledged))
            assert list(store.verify()) == []
    assert acknowledged


def test_files_can_be_kept_as_they_are_and_rows_are_compressed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILTH_COMPRESSION", "none")
    text = b"over and over " * 1000
    with Store.open(tmp_path, MemoryCatalogue()) as store:
        chunk = store.put_bytes(RecordKind.CHUNK, text)
        store.flush()
        raw = sum(path.stat().st_size for path in (tmp_path / "packs").iterdir())
        other = store.put_bytes(RecordKind.BLOB, text + b"!")
        store.flush()
        assert store.get(chunk) == text
        assert store.get(other) == text + b"!"
    both = sum(path.stat().st_size for path in (tmp_path / "packs").iterdir())
    assert raw > len(text)
    assert both - raw < 1000
