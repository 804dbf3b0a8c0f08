"""Versions to and from a real S3 server: what is there is not sent, what was fetched is not fetched again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tilth
from tilth.contract.entry import Executable, Link
from tilth.contract.workspace import Workspace
from tilth.errors import Unavailable
from tilth.model.ids import new_id
from tilth.progress import Silent
from tilth.storage.bucket_client import Bucket
from tilth.testing.s3 import BUCKET, TestBuckets
from tilth.testing.serving import ServerProcess, owner_token

pytest.importorskip("obstore")

BIG = os.urandom(9_500_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("served")
    with tilth.connect(str(folder)):
        pass
    with ServerProcess(folder) as running, tilth.connect(running.url, token=owner_token(folder)) as workspace:
        yield workspace


@pytest.fixture(params=["local", "remote"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if request.param == "remote":
        yield request.getfixturevalue("server")
        return
    with tilth.connect(str(tmp_path / "w")) as workspace:
        yield workspace


@pytest.fixture
def name(workspace: Workspace) -> str:
    """A repo with files of all kinds."""
    name = f"x{new_id()[-12:]}x"
    workspace.repos.create(name)
    files = [(f"in/sub/f{index:02}", b"file %d" % index) for index in range(40)]
    workspace.files.put_many(
        name,
        [
            ("other", b"not this"),
            ("in/big", BIG),
            ("in/empty", b""),
            ("in/run", Executable(b"#!/bin/sh\n")),
            ("in/odd ~#%41é.txt", b"odd"),
            ("in/link", Link("big")),
            *files,
        ],
    )
    return name


class Puts:
    """Counts what a bucket is asked for, and fails where it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.put: list[str] = []
        self.got: list[str] = []
        self.heads: list[str] = []
        self.left = 10**9
        real_put, real_get, real_head = Bucket.replace, Bucket.get_part, Bucket.attributes

        def replace(bucket: Bucket, key: str, *rest: Any) -> str:
            if len(self.put) >= self.left:
                raise Unavailable("The network is gone.", help="Mend it.")
            etag = real_put(bucket, key, *rest)
            self.put.append(key)
            return etag

        def get_part(bucket: Bucket, key: str, *rest: int) -> Any:
            if len(self.got) >= self.left:
                raise Unavailable("The network is gone.", help="Mend it.")
            self.got.append(key)
            return real_get(bucket, key, *rest)

        def attributes(bucket: Bucket, key: str) -> Any:
            self.heads.append(key)
            return real_head(bucket, key)

        monkeypatch.setattr(Bucket, "replace", replace)
        monkeypatch.setattr(Bucket, "get_part", get_part)
        monkeypatch.setattr(Bucket, "attributes", attributes)

    def forget(self) -> None:
        """Count from the start, and fail no more."""
        self.put.clear()
        self.got.clear()
        self.heads.clear()
        self.left = 10**9


@pytest.fixture
def puts(monkeypatch: pytest.MonkeyPatch) -> Puts:
    return Puts(monkeypatch)


def there(buckets: TestBuckets, url: str) -> dict[str, bytes]:
    top = buckets.folder / BUCKET / url.partition("?")[0].removeprefix(f"s3://{BUCKET}/")
    return {file.relative_to(top).as_posix(): file.read_bytes() for file in sorted(top.rglob("*")) if file.is_file()}


def test_a_version_goes_out_whole_and_again_only_what_differs(
    workspace: Workspace, name: str, s3_url: str, buckets: TestBuckets, puts: Puts
) -> None:
    done = workspace.files.get_bucket(f"{name}:in", s3_url)
    assert (done.files, done.sent, list(done.links)) == (44, 44, ["link"])
    found = there(buckets, s3_url)
    assert len(found) == 44
    assert found["big"] == BIG
    assert (found["odd ~#%41é.txt"], found["sub/f07"], found["empty"]) == (b"odd", b"file 7", b"")

    puts.forget()
    again = workspace.files.get_bucket(f"{name}:in", s3_url)
    assert (again.files, again.sent, again.size, puts.put) == (44, 0, 0, [])

    other = Bucket(s3_url)
    other.delete("sub/f01")
    other.replace("sub/f02", b"FILE 2", {})  # as long as it was, and by somebody else
    workspace.files.put(f"{name}:in/sub/f03", b"file X")
    puts.forget()
    mended = workspace.files.get_bucket(f"{name}:in", s3_url)
    assert sorted(puts.put) == ["sub/f01", "sub/f02", "sub/f03"]
    assert mended.sent == 3
    assert there(buckets, s3_url) == found | {"sub/f03": b"file X"}


def test_without_what_was_remembered_objects_are_known_by_the_digest_they_carry(
    workspace: Workspace, name: str, s3_url: str, tmp_path: Path, puts: Puts, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.files.get_bucket(f"{name}:in", s3_url)
    puts.forget()
    workspace.files.get_bucket(f"{name}:in", s3_url)
    assert len(puts.heads) <= 1, "only of what went up in parts the listing tells another ETag"
    for file in tmp_path.rglob("sent/*"):
        file.unlink()
    puts.forget()
    assert workspace.files.get_bucket(f"{name}:in", s3_url).sent == 0
    assert (len(puts.heads), puts.put) == (44, [])


def test_an_interrupted_run_goes_on_and_leaves_no_half_object(
    workspace: Workspace, name: str, s3_url: str, buckets: TestBuckets, puts: Puts, monkeypatch: pytest.MonkeyPatch
) -> None:
    puts.left = 20
    with pytest.raises(Unavailable):
        workspace.files.get_bucket(f"{name}:in", s3_url)
    sent = set(puts.put)
    assert len(sent) >= 20
    puts.forget()
    done = workspace.files.get_bucket(f"{name}:in", s3_url)
    assert not sent & set(puts.put)
    assert done.sent == 44 - len(sent)
    assert len(there(buckets, s3_url)) == 44


def test_a_file_that_breaks_off_becomes_no_object(s3_url: str, buckets: TestBuckets) -> None:
    def pieces() -> Iterator[bytes]:
        yield BIG
        raise Unavailable("The rest is gone.", help="Mend it.")

    bucket = Bucket(s3_url)
    bucket.replace("big", b"as it was", {})
    with pytest.raises(Unavailable, match="rest is gone"):
        bucket.replace("big", pieces(), {})
    assert there(buckets, s3_url) == {"big": b"as it was"}


def test_a_file_becomes_an_object_or_lands_below(
    workspace: Workspace, name: str, s3_url: str, buckets: TestBuckets
) -> None:
    place, _, options = s3_url.partition("?")
    workspace.files.get_bucket(f"{name}:in/sub/f05", f"{place}/named.txt?{options}")
    workspace.files.get_bucket(f"{name}:in/sub/f06", f"{place}/below/?{options}")
    assert there(buckets, s3_url) == {"named.txt": b"file 5", "below/f06": b"file 6"}


def test_a_prefix_comes_in_and_an_unchanged_one_reads_no_object(
    workspace: Workspace, name: str, s3_url: str, puts: Puts
) -> None:
    workspace.files.get_bucket(f"{name}:in", s3_url)
    workspace.branches.create(name, "back")
    puts.forget()
    first = workspace.files.put_bucket(f"{name}@back:again", s3_url)
    assert first.files == 44
    assert b"".join(workspace.files.read(f"{name}@back:again/big")) == BIG
    assert len(puts.got) >= 43
    puts.forget()
    again = workspace.files.put_bucket(f"{name}@back:again", s3_url)
    assert (again.id, again.changed, puts.got) == (first.id, False, [])

    Bucket(s3_url).replace("sub/f02", b"FILE 2", {})
    puts.forget()
    workspace.files.put_bucket(f"{name}@back:again", s3_url)
    assert puts.got == ["sub/f02"]
    assert b"".join(workspace.files.read(f"{name}@back:again/sub/f02")) == b"FILE 2"


def test_an_interrupted_put_does_not_fetch_again_what_is_stored(
    workspace: Workspace, name: str, s3_url: str, puts: Puts
) -> None:
    workspace.files.get_bucket(f"{name}:in", s3_url)
    workspace.branches.create(name, "back")
    puts.forget()
    puts.left = 40
    with pytest.raises(Unavailable):
        workspace.files.put_bucket(f"{name}@back", s3_url)
    puts.forget()
    assert workspace.files.put_bucket(f"{name}@back", s3_url).files == 44
    assert len(puts.got) < 20


def test_what_is_remembered_of_objects_that_were_never_committed_is_not_trusted(
    tmp_path: Path, s3_url: str, puts: Puts
) -> None:
    Bucket(s3_url).replace("a", b"some bytes", {})
    with tilth.connect(str(tmp_path / "w")) as workspace:
        workspace.repos.create("one")
        workspace.files.put_bucket("one", s3_url)
        workspace.repos.delete("one", force=True)
        workspace.maintenance.gc(wait_s=0)
        workspace.repos.create("two")
        puts.forget()
        workspace.files.put_bucket("two", s3_url)
        assert b"".join(workspace.files.read("two:a")) == b"some bytes"
        assert not workspace.maintenance.verify().problems


class Bytes(Silent):
    """Notes how much of how much was done."""

    def __init__(self) -> None:
        self.total: int | None = None
        self.done = 0

    def begin(self, what: str, total: int | None = None, unit: str = "items") -> None:
        """Note the whole."""
        assert unit == "bytes"
        self.total = total

    def advance(self, amount: int = 1) -> None:
        """Note the part."""
        self.done += amount


def test_progress_knows_how_much_there_is(workspace: Workspace, name: str, s3_url: str) -> None:
    out = Bytes()
    workspace.files.get_bucket(f"{name}:in", s3_url, progress=out)
    assert out.done == out.total
    assert out.total > len(BIG)
