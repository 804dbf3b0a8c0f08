"""Files in parts, into a local workspace: what may be sent, how much, and what a purge leaves of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tilth.contract.principal import Principal, Role
from tilth.contract.uploads import UploadFile
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Invalid, Purged
from tilth.metadata.database import Database
from tilth.metadata.schema.uploads import uploads as table
from tilth.model.digest import digest_of
from tilth.storage.records import Codec, RecordKind, pack_header
from tilth.testing.exchange import entry_of, record_of
from tilth.versioning import uploads as noted
from tilth.workspace.local import open as open_folder

ONE, TWO, THREE = (random.Random(seed).randbytes(3 << 20) for seed in (1, 2, 3))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "ws"


@pytest.fixture
def workspace(place: Path) -> Iterator[Workspace]:
    with open_folder(place) as workspace:
        for name in ("faces", "copies"):
            workspace.repos.create(name)
        yield workspace


def rows_of(workspace: Workspace) -> list[Any]:
    database: Database = vars(workspace)["_opened"].backend.database
    with database.read() as conn:
        return list(conn.execute(select(table)).all())


def on_disk(folder: Path, *needles: bytes) -> list[bool]:
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return [any(needle[1000:1100] in data for data in files) for needle in needles]


def file_of(path: str, *pieces: bytes) -> UploadFile:
    return UploadFile(path, b"".join(map(entry_of, pieces)))


def test_a_purge_takes_the_bytes_of_a_file_that_went_up_in_parts(workspace: Workspace, place: Path) -> None:
    up, both = workspace.uploads, file_of("big", ONE, TWO)
    for repo in ("faces", "copies"):
        up.put(repo, b"".join(map(record_of, (ONE, TWO, THREE))))
    up.commit("faces", [both])
    report = workspace.maintenance.purge("faces:big", reason="asked", wait_s=10)
    assert (report.left, list(report.waiting)) == (0, [])
    assert report.freed > 5 << 20
    assert on_disk(place, ONE, TWO, THREE) == [False, False, True]
    assert up.lacking("faces", [both]) == up.lacking("copies", [both]) == b"\1\1"
    assert up.lacking("copies", [file_of("other", THREE)]) == b"\0", "what was not purged waits on"
    for repo in ("faces", "copies"):
        with pytest.raises(Conflict):
            up.commit(repo, [both])


def test_chunks_of_a_purged_file_that_are_sent_again_are_kept_by_nothing_but_another_file(
    workspace: Workspace, place: Path
) -> None:
    up = workspace.uploads
    up.put("faces", record_of(ONE) + record_of(TWO) + record_of(THREE))
    up.commit("faces", [file_of("big", ONE, TWO), file_of("shares", TWO, THREE)])
    assert workspace.maintenance.purge("faces:big", reason="asked", wait_s=10).left == 1
    assert on_disk(place, ONE, TWO) == [False, True]
    assert b"".join(workspace.files.read("faces:shares")) == TWO + THREE
    up.put("copies", record_of(ONE) + record_of(TWO))
    with pytest.raises(Purged, match="asked"):
        up.commit("copies", [file_of("big", ONE, TWO)])
    workspace.maintenance.gc(wait_s=10)
    assert on_disk(place, ONE, TWO) == [False, True]
    assert up.lacking("copies", [file_of("big", ONE, TWO)]) == b"\1\0"


def test_chunks_sent_many_times_are_noted_once_and_in_rows_of_bounded_size(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workspace.uploads.put("faces", record_of(b"") * 30_000) == 30_000
    assert [(len(row.chunks), row.size) for row in rows_of(workspace)] == [(36, 0)]
    workspace.uploads.put("faces", b"".join(record_of(b"%d" % at) for at in range(10_500)))
    assert sorted(len(row.chunks) // 36 for row in rows_of(workspace)) == [1, 500, 10_000]
    assert workspace.uploads.lacking("faces", [file_of("x", b"10499")]) == b"\0"


@pytest.mark.parametrize(("limit", "most"), [("MOST_CHUNKS", 3), ("MOST_BYTES", 30)])
def test_one_user_may_have_so_much_waiting_and_no_more(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    monkeypatch.setattr(noted, limit, most)
    up = workspace.uploads
    up.put("faces", b"".join(record_of(bytes([at]) * 10) for at in range(2)))
    with pytest.raises(Conflict, match=r"2 chunks \(20 bytes\) of owner wait"):
        up.put("copies", b"".join(record_of(bytes([at]) * 10) for at in range(2, 4)))
    assert up.put("copies", record_of(b"3" * 10)) == 1


def test_a_damaged_record_is_told_as_such(workspace: Workspace) -> None:
    data = b"0123456789" * 20

    def record(payload: bytes, *, codec: Codec = Codec.RAW, raw: int = len(data), of: bytes = data) -> bytes:
        return pack_header(RecordKind.CHUNK, codec, raw, digest_of(of), payload) + payload

    for sent in (
        record(data, of=b"something else"),
        record(data, raw=5),
        record(data, raw=500),
        record(data, codec=Codec.ZSTD),
        record(b"", codec=Codec.ZSTD),
        record(data)[:-1] + b"?",
    ):
        with pytest.raises(Invalid, match="damaged before it arrived") as raised:
            workspace.uploads.put("faces", sent)
        assert "backup" not in raised.value.help
    assert rows_of(workspace) == []


@pytest.mark.parametrize("path", ["../x", "/etc/x", "", "a//b", "\ud800", "a\0b", "a" * 300])
def test_a_question_refuses_the_paths_that_a_commit_refuses(workspace: Workspace, path: str) -> None:
    workspace.uploads.put("faces", record_of(ONE))
    for asked in (file_of(path, ONE), UploadFile(path, link="target")):
        for call in (workspace.uploads.lacking, workspace.uploads.commit):
            with pytest.raises(Invalid):
                call("faces", [asked])


def test_a_bad_path_is_not_told_whole(workspace: Workspace) -> None:
    asked = UploadFile("x", entry_of(ONE), like="a/" * 50_000)
    with pytest.raises(Invalid, match="99,999 characters") as raised:
        workspace.uploads.lacking("faces", [asked])
    assert len(raised.value.message) < 300
    assert len(str(raised.value.facts)) < 5000


def test_what_was_sent_for_a_repo_goes_with_it(workspace: Workspace) -> None:
    workspace.uploads.put("faces", record_of(ONE))
    workspace.uploads.put("copies", record_of(ONE))
    workspace.repos.delete("faces")
    assert len(rows_of(workspace)) == 1
    assert workspace.uploads.lacking("copies", [file_of("x", ONE)]) == b"\0"


def test_a_new_user_may_not_name_what_a_removed_one_of_that_name_sent(workspace: Workspace, place: Path) -> None:
    will = Principal("will", Role.WRITER, "w")
    workspace.access.create_user("will", role="writer")
    with open_folder(place, principal=will) as theirs:
        theirs.uploads.put("faces", record_of(ONE))
        assert theirs.uploads.lacking("faces", [file_of("x", ONE)]) == b"\0"
        workspace.access.remove_user("will")
        assert rows_of(workspace) == []
        theirs.uploads.put("faces", record_of(ONE))  # it was under way
        workspace.access.create_user("will", role="writer")
        assert theirs.uploads.lacking("faces", [file_of("x", ONE)]) == b"\1"
