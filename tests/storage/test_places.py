"""A store keeps its promises wherever its packs lie: a folder, memory, a folder behind obstore, S3, Google, Azure."""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tilth.errors import Corrupt, Invalid, NotFound, Unavailable
from tilth.model.digest import Digest
from tilth.storage.block_cache import BLOCK, BlockCache
from tilth.storage.bucket import BucketPlace
from tilth.storage.bucket_client import Bucket, check_storage_url
from tilth.storage.catalogue import MemoryCatalogue
from tilth.storage.content import Content, read_content, write_content
from tilth.storage.folder import FolderPlace
from tilth.storage.mending import rebuild_index
from tilth.storage.places import Place
from tilth.storage.records import RecordKind
from tilth.storage.store import Store
from tilth.testing.s3 import TestBuckets

BLOB = RecordKind.BLOB
Process = Callable[[], Place]
"""Makes the place anew, as another process on another machine would: with a cache of its own."""


@pytest.fixture(params=["folder", "memory", "file", "s3", "gs", "az"])
def process(request: pytest.FixtureRequest, tmp_path: Path) -> Process:
    if request.param == "folder":
        return lambda: FolderPlace.open(tmp_path / "store")
    if request.param in ("s3", "gs", "az"):
        url: str = request.getfixturevalue(f"{request.param}_url")
    else:
        url = f"memory://{secrets.token_hex(6)}" if request.param == "memory" else f"file://{tmp_path}/bucket"
    count = iter(range(1000))
    return lambda: BucketPlace(url, tmp_path / f"cache{next(count)}")


@pytest.fixture
def catalogue() -> MemoryCatalogue:
    return MemoryCatalogue()


def noise(count: int, size: int = 1000, seed: int = 1) -> list[bytes]:
    source = random.Random(seed)
    return [source.randbytes(size) for _ in range(count)]


def put_all(store: Store, blobs: list[bytes]) -> list[Digest]:
    return [store.put_bytes(BLOB, blob) for blob in blobs]


def test_what_is_flushed_is_there_for_every_other_process_and_nothing_before(
    process: Process, catalogue: MemoryCatalogue
) -> None:
    blobs = noise(30)
    with Store.open(process(), catalogue) as writer, Store.open(process(), catalogue) as reader:
        digests = put_all(writer, blobs)
        assert [writer.get(digest) for digest in digests] == blobs
        assert not any(reader.has_many(digests))
        writer.flush()
        assert all(reader.has_many(digests))
        assert [reader.get(digest) for digest in digests] == blobs
        more = put_all(writer, noise(3, seed=2))
        writer.flush()
        assert [reader.get(digest) for digest in more] == noise(3, seed=2)
        with pytest.raises(NotFound):
            reader.get(Digest(bytes(32)))
    with Store.open(process(), catalogue) as again:
        assert [again.get(digest) for digest in digests + more] == blobs + noise(3, seed=2)
        assert list(again.verify()) == []


def test_many_packs_and_many_flushes_merge_their_shards_and_all_is_found(
    process: Process, catalogue: MemoryCatalogue
) -> None:
    blobs = noise(60)
    with Store.open(process(), catalogue, pack_size=8_000) as store:
        digests = []
        for start in range(0, len(blobs), 3):
            digests += put_all(store, blobs[start : start + 3])
            store.flush()
    assert len(catalogue.live().shards) < 16
    with Store.open(process(), catalogue) as again:
        assert [again.get(digest) for digest in digests] == blobs
        assert list(again.verify()) == []


def test_a_store_that_stored_nothing_leaves_nothing(process: Process, catalogue: MemoryCatalogue) -> None:
    with Store.open(process(), catalogue) as store:
        store.flush()
    place = process()
    assert list(place.packs()) == list(place.shards()) == []


def test_the_catalogue_is_recovered_from_packs_alone(process: Process, catalogue: MemoryCatalogue) -> None:
    blobs = noise(40)
    with Store.open(process(), catalogue, pack_size=9_000) as store:
        digests = put_all(store, blobs)
    with Store.open(process(), MemoryCatalogue()) as again:
        assert again.recover() == len(catalogue.packs())
        assert [again.get(digest) for digest in digests] == blobs
        assert sorted(found for found, _ in again.records(BLOB)) == sorted(digests)


def test_a_lost_index_is_made_anew(process: Process, catalogue: MemoryCatalogue) -> None:
    blobs = noise(20)
    with Store.open(process(), catalogue) as store:
        digests = put_all(store, blobs)
    place = process()
    for name in list(place.shards()):
        place.delete_shard(name)
    place.close()
    with Store.open(process(), catalogue) as again:
        assert [again.get(digest) for digest in digests] == blobs
    assert rebuild_index(process(), catalogue) == 1


def test_a_missing_pack_is_named(process: Process, catalogue: MemoryCatalogue) -> None:
    with Store.open(process(), catalogue) as store:
        (digest,) = put_all(store, noise(1))
    place = process()
    (name,) = place.packs()
    place.delete_pack(name)
    place.delete_pack(name)
    with Store.open(process(), catalogue) as again:
        assert [problem.what for problem in again.verify()] == [f"{name}.pack is missing"]
        with pytest.raises(Corrupt, match=f"{name}.pack is missing"):
            again.get(digest)


def test_threads_put_flush_and_read_at_once(process: Process, catalogue: MemoryCatalogue) -> None:
    store = Store.open(process(), catalogue, pack_size=20_000)
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            for round in range(3):
                blobs = noise(8, seed=seed * 10 + round)
                digests = put_all(store, blobs)
                store.flush()
                assert [store.get(digest) for digest in digests] == blobs
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    store.close()
    with Store.open(process(), catalogue) as again:
        assert list(again.verify()) == []


def test_a_large_file_goes_and_comes_in_pieces(process: Process, catalogue: MemoryCatalogue) -> None:
    data = random.Random(5).randbytes(20_000_000)
    with Store.open(process(), catalogue, pack_size=9 << 20) as store:
        content: Content = write_content(store, data)
    with Store.open(process(), catalogue) as again:
        assert b"".join(read_content(again, content)) == data


class TestBucketsOnly:
    """What only buckets do."""

    def test_each_acknowledgement_closes_one_pack_and_flushes_at_once_share_it(
        self, s3_url: str, tmp_path: Path, catalogue: MemoryCatalogue
    ) -> None:
        with Store.open(BucketPlace(s3_url, tmp_path / "a"), catalogue) as store:
            for number in range(3):
                store.put_bytes(BLOB, bytes([number]) * 100)
                store.flush()
                store.flush()
            assert [state.sealed for state in catalogue.packs()] == [True] * 3

    def test_damage_to_the_local_copy_alone_is_mended(self, s3_url: str, tmp_path: Path) -> None:
        catalogue = MemoryCatalogue()
        place = BucketPlace(s3_url, tmp_path / "a")
        with Store.open(place, catalogue) as store:
            (digest,) = put_all(store, noise(1))
        with Store.open(BucketPlace(s3_url, tmp_path / "b"), catalogue) as reader:
            assert reader.get(digest) == noise(1)[0]
        for path in [*(tmp_path / "a" / "read").glob("*.pack"), *(tmp_path / "b" / "read").glob("*.pack.*")]:
            path.write_bytes(bytes(path.stat().st_size))
        for folder in ("a", "b"):
            with Store.open(BucketPlace(s3_url, tmp_path / folder), catalogue) as again:
                assert again.get(digest) == noise(1)[0]

    def test_damage_in_the_bucket_is_corrupt_and_named(self, s3_url: str, buckets: TestBuckets, tmp_path: Path) -> None:
        catalogue = MemoryCatalogue()
        with Store.open(BucketPlace(s3_url, tmp_path / "a"), catalogue) as store:
            (digest,) = put_all(store, noise(1))
        (pack,) = next(path for path in (buckets.folder / "tilth").iterdir() if path.name in s3_url).glob("packs/*")
        data = bytearray(pack.read_bytes())
        data[200] ^= 1
        pack.write_bytes(data)
        with Store.open(BucketPlace(s3_url, tmp_path / "b"), catalogue) as again:
            with pytest.raises(Corrupt, match=pack.stem):
                again.get(digest)
            assert digest in {problem.digest for problem in again.verify()}

    def test_the_cache_stays_within_its_bound_and_reads_go_on(self, s3_url: str, tmp_path: Path) -> None:
        catalogue = MemoryCatalogue()
        blobs = noise(24, size=1_000_000)
        with Store.open(BucketPlace(s3_url, tmp_path / "a"), catalogue, pack_size=4 << 20) as store:
            digests = put_all(store, blobs)
        bound = 6 << 20
        with Store.open(BucketPlace(s3_url, tmp_path / "b", cache_size=bound), catalogue) as reader:
            for digest, blob in zip(digests, blobs, strict=True):
                assert reader.get(digest) == blob
            for digest, blob in zip(reversed(digests), reversed(blobs), strict=True):
                assert reader.get(digest) == blob
        held = sum(path.stat().st_size for path in (tmp_path / "b" / "read").iterdir())
        assert held <= bound + (16 << 20)
        BlockCache(tmp_path / "b" / "read", bound)  # whoever opens it next sweeps
        assert sum(path.stat().st_size for path in (tmp_path / "b" / "read").iterdir()) <= bound

    def test_reading_on_takes_few_requests(self, s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        catalogue = MemoryCatalogue()
        blobs = noise(200, size=100_000)
        with Store.open(BucketPlace(s3_url, tmp_path / "a"), catalogue) as store:
            digests = put_all(store, blobs)
        asked: list[tuple[int, int]] = []
        honest = Bucket.get_range

        def counted(self: Bucket, key: str, start: int, stop: int) -> tuple[bytes, int]:
            asked.append((start, stop))
            return honest(self, key, start, stop)

        monkeypatch.setattr(Bucket, "get_range", counted)
        with Store.open(BucketPlace(s3_url, tmp_path / "b"), catalogue) as reader:
            assert [reader.get(digest) for digest in digests] == blobs
            assert len(asked) < 12  # 20 MB in ever longer ranges
            asked.clear()
            assert [reader.get(digest) for digest in digests] == blobs
            assert asked == []
        assert all(start % BLOCK == 0 for start, _ in asked)

    def test_a_failed_upload_acknowledges_nothing_and_is_made_up_for_later(
        self, s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        catalogue = MemoryCatalogue()
        honest = Bucket.put

        def refused(self: Bucket, key: str, data: bytes | Path) -> None:
            raise Unavailable("The network is down.", help="Wait.")

        store = Store.open(BucketPlace(s3_url, tmp_path / "a"), catalogue)
        (digest,) = put_all(store, noise(1))
        monkeypatch.setattr(Bucket, "put", refused)
        with pytest.raises(Unavailable, match="network"):
            store.flush()
        assert catalogue.packs() == []
        assert store.get(digest) == noise(1)[0]
        monkeypatch.setattr(Bucket, "put", honest)
        store.close()
        with Store.open(BucketPlace(s3_url, tmp_path / "b"), catalogue) as again:
            assert again.get(digest) == noise(1)[0]

    def test_an_upload_whose_answer_was_lost_is_not_taken_for_another_ones(self, tmp_path: Path) -> None:
        bucket = Bucket(f"file://{tmp_path}/bucket")
        bucket.put("packs/x", b"123")
        bucket.put("packs/x", b"123")
        with pytest.raises(Unavailable, match="exists"):
            bucket.put("packs/x", b"1234")
        assert bucket.create("marker", b"first")
        assert not bucket.create("marker", b"second")
        assert bucket.get("marker") == b"first"

    def test_a_bucket_that_is_not_there_and_wrong_credentials_are_said_plainly(
        self, s3_url: str, buckets: TestBuckets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(Unavailable, match="no such bucket"):
            Bucket(buckets.url("x", bucket="nowhere")).put("key", b"x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
        with pytest.raises(Unavailable, match="access is denied") as caught:
            Bucket(s3_url).get("key")
        assert "credentials" in (caught.value.help or "")
        assert "wrong" not in caught.value.message

    def test_keys_come_from_an_aws_profile_too(
        self, s3_url: str, buckets: TestBuckets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keys = buckets.environment
        for name in keys:
            monkeypatch.delenv(name)
        file = tmp_path / "credentials"
        file.write_text("[work]\n" + "".join(f"{name.lower()} = {value}\n" for name, value in keys.items()))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
        monkeypatch.setenv("AWS_PROFILE", "work")
        bucket = Bucket(s3_url)
        bucket.put("key", b"x")
        assert bucket.get("key") == b"x"

    @pytest.mark.parametrize(
        "url", ["ftp://x/y", "s3://", "/folder", "s3://key:secret@bucket/x", "s3://bucket/x?endpont=http://h"]
    )
    def test_a_url_that_cannot_be_is_refused_and_says_how(self, url: str) -> None:
        with pytest.raises(Invalid) as caught:
            check_storage_url(url)
        assert caught.value.help

    @pytest.mark.parametrize(
        "url",
        [
            "s3://bucket/p?access_key_id=SECRET&secret_access_key=SECRET",
            "s3://bucket/p?SECRET",
            "s3:///p?secret=SECRET",
            "az://container/p?sig=SECRET",
            "gs://bucket/?access_token=SECRET",
            "https://me:SECRET@host/p?sig=SECRET#SECRET",
            "s3://[SECRET@bucket/p",
            "s3://bucket/p?endpoint=http://me:SECRET@host/",
            "s3://bucket/p?endpoint=http%3A%2F%2Fme%3ASECRET%40host",
            "s3://bucket/p?endpoint=http://host/?token=SECRET",
            "az://container/p?endpoint=me:SECRET@host",
        ],
    )
    def test_a_url_with_credentials_is_refused_and_they_are_not_repeated(self, url: str) -> None:
        for refuse in (check_storage_url, Bucket):
            with pytest.raises(Invalid) as caught:
                refuse(url)
            assert "SECRET" not in f"{caught.value.message} {caught.value.help} {caught.value.facts}"
