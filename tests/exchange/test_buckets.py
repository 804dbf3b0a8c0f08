"""Prefixes of a real S3 server as files to put."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import tilth
from tilth.cli.main import program
from tilth.errors import Invalid, NotFound, Unavailable
from tilth.exchange.buckets import objects
from tilth.testing.s3 import BUCKET, TestBuckets, s3_server

pytest.importorskip("obstore")

BIG = os.urandom(9_500_000)


@pytest.fixture(scope="module")
def buckets() -> Iterator[TestBuckets]:
    with s3_server() as running:
        yield running


@pytest.fixture
def prefix(buckets: TestBuckets, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in buckets.environment.items():
        monkeypatch.setenv(name, value)
    top = buckets.folder / BUCKET / "raw"
    (top / "sub").mkdir(parents=True, exist_ok=True)
    (top / "big").write_bytes(BIG)
    (top / "empty").write_bytes(b"")
    for index in range(60):
        (top / "sub" / f"f{index:02}").write_text(f"file {index}")
    return buckets.url("raw")


def test_a_prefix_is_put_recursively_as_one_commit(prefix: str, tmp_path: Path) -> None:
    place = str(tmp_path / "workspace")
    with tilth.connect(place) as workspace:
        workspace.repos.create("images")
    done = CliRunner().invoke(program, ["-w", place, "put", "images:in", prefix])
    assert done.exit_code == 0, done.output
    with tilth.connect(place) as workspace:
        assert workspace.commits.get("images").files == 62
        assert len(workspace.commits.log("images").items) == 1
        assert b"".join(workspace.files.read("images:in/big")) == BIG
        assert b"".join(workspace.files.read("images:in/sub/f07")) == b"file 7"
        assert workspace.files.stat("images:in/empty").size == 0


def test_what_cannot_be_read_is_said(prefix: str, buckets: TestBuckets, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound, match="nothing below"):
        list(objects(buckets.url("nowhere"), ""))
    with pytest.raises(Unavailable, match="bucket"):
        list(objects(buckets.url("raw", bucket="other"), ""))
    with pytest.raises(Invalid):
        list(objects("s3://", ""))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(Unavailable):
        list(objects(prefix, ""))
