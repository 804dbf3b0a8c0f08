"""Versions to and from Google's and Azure's object stores; what S3 is tried for in full is tried here in short."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import tilth
from tilth.contract.entry import Executable
from tilth.errors import Unavailable
from tilth.storage.bucket_client import Bucket

pytest.importorskip("obstore")

BIG = os.urandom(9_500_000)
SMALL = {f"in/sub/{at:03}": b"%d" % at for at in range(60)}
FILES = {"in/big": BIG, "in/empty": b"", "in/odd ~#%41é.txt": b"odd", **SMALL}


@pytest.fixture(params=["gs", "az"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


def test_a_version_goes_out_and_comes_back_and_nothing_travels_twice(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with tilth.connect(str(tmp_path / "w")) as workspace:
        workspace.repos.create("scans")
        workspace.files.put_many("scans", [*FILES.items(), ("in/run", Executable(b"#!/bin/sh\n"))])
        done = workspace.files.get_bucket("scans:in", url)
        assert (done.files, done.sent) == (64, 64)
        # What stands in for Google keeps no digest, and lists another ETag of what went up in parts.
        twice = 1 if url.startswith("gs://") else 0
        assert workspace.files.get_bucket("scans:in", url).sent == twice
        bucket = Bucket(url)
        assert {each.key: each.size for each in bucket.entries()} == {
            **{path.removeprefix("in/"): len(data) for path, data in FILES.items()},
            "run": 10,
        }
        assert bucket.get_range("big", 100, 200)[0] == BIG[100:200]
        bucket.replace("sub/001", b"ANOTHER", {})
        assert workspace.files.get_bucket("scans:in", url).sent == 1 + twice
        workspace.branches.create("scans", "back")
        back = workspace.files.put_bucket("scans@back:again", url)
        assert back.files == 64
        assert b"".join(workspace.files.read("scans@back:again/big")) == BIG
        assert b"".join(workspace.files.read("scans@back:again/odd ~#%41é.txt")) == b"odd"
        assert not workspace.files.put_bucket("scans@back:again", url).changed


def test_objects_of_azure_carry_their_digest(az_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Azure refuses a dash in the name of what is kept with an object."""
    bucket = Bucket(az_url)
    bucket.replace("one", b"1", {"tilth-digest": "abc"})
    bucket.replace("many", iter([BIG, b"2"]), {"tilth-digest": "def"})
    assert [bucket.attributes(key)[0]["tilth-digest"] for key in ("one", "many")] == ["abc", "def"]
    assert (bucket.create("one", b"2"), bucket.create("two", b"2"), bucket.get("one")) == (False, True, b"1")


def test_a_container_that_is_not_there_is_said_plainly(az_url: str) -> None:
    with pytest.raises(Unavailable, match="no such bucket"):
        Bucket(az_url.replace("://tilth/", "://another/")).get("x")
