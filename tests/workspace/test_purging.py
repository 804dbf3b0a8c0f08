"""Purging: the bytes are gone from disk, readers are told why, and the same bytes do not come back by themselves."""

from __future__ import annotations

import io
import random
import time
from pathlib import Path

import pytest
from PIL import Image

from tilth.config import BACKUP_VARIABLE
from tilth.contract.principal import Principal, Role
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Denied, Invalid, NotFound, Purged
from tilth.versioning.backend import DATABASE_FILE
from tilth.versioning.rebuild import rebuild
from tilth.workspace.local import open as open_folder

SECRET = random.Random(1).randbytes(200_000)
BIG = random.Random(2).randbytes(9 << 20)


def on_disk(folder: Path, needle: bytes) -> list[str]:
    """Return every file below a folder that holds some bytes."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "ws"


def filled(place: Path) -> Workspace:
    workspace = open_folder(place)
    workspace.repos.create("faces")
    workspace.files.put_many("faces", [("a.bin", SECRET), ("kept.bin", b"kept" * 1000), ("big.bin", BIG)])
    return workspace


def test_purged_bytes_are_gone_from_disk_and_readers_are_told_why(place: Path) -> None:
    with filled(place) as workspace:
        first = workspace.files.put("faces:other", b"x")
        assert on_disk(place, SECRET[1000:1100])
        report = workspace.maintenance.purge("faces:a.bin", reason="the person asked", wait_s=10)
        assert (len(report.files), list(report.places), report.left, list(report.waiting)) == (1, [], 0, [])
        assert report.freed > 150_000
        assert on_disk(place, SECRET[1000:1100]) == []
        with pytest.raises(Purged, match=r"a.bin was purged by .* on .*: the person asked"):
            b"".join(workspace.files.read(f"faces@{first.id}:a.bin"))
        assert b"".join(workspace.files.read("faces:kept.bin")) == b"kept" * 1000
        verified = workspace.maintenance.verify()
        assert list(verified.problems) == []
        assert ["purged by" in gone.what and gone.where.endswith(":a.bin") for gone in verified.gone] == [True]
        assert not workspace.maintenance.gc(wait_s=10).damaged


def test_another_process_shows_no_small_picture_of_a_purged_one(place: Path) -> None:
    picture = io.BytesIO()
    Image.new("L", (40, 40), 200).save(picture, "PNG")
    with filled(place) as workspace, open_folder(place) as other:
        first = workspace.files.put("faces:face.png", picture.getvalue())
        assert other.files.thumbnail("faces:face.png", size=32).startswith(b"\x89PNG")
        workspace.maintenance.purge("faces:face.png", reason="the person asked", wait_s=10)
        time.sleep(1.1)  # a process looks for what others purged once a second
        with pytest.raises(Purged, match="the person asked"):
            other.files.thumbnail(f"faces@{first.id}:face.png", size=32)


def test_a_file_of_many_chunks_goes_whole(place: Path) -> None:
    with filled(place) as workspace:
        workspace.maintenance.purge("faces:big.bin", reason="too big", wait_s=10)
        for at in range(0, len(BIG), 1 << 20):
            assert on_disk(place, BIG[at : at + 64]) == []
        with pytest.raises(Purged):
            b"".join(workspace.files.read("faces:big.bin", start=5, stop=10))
        assert b"".join(workspace.files.read("faces:a.bin")) == SECRET


def test_the_same_bytes_are_refused_until_they_are_allowed(place: Path, tmp_path: Path) -> None:
    with filled(place) as workspace:
        report = workspace.maintenance.purge("faces:a.bin", reason="the person asked", wait_s=10)
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "again").write_bytes(SECRET)
        with pytest.raises(Purged, match="the person asked"):
            workspace.files.put("faces:again", SECRET)
        with pytest.raises(Purged, match="the person asked"):
            workspace.files.put_folder("faces:in", tmp_path / "in")
        with open_folder(place) as other, pytest.raises(Purged):
            other.files.put("faces:again", SECRET)
        workspace.maintenance.allow(report.digests[0])
        workspace.files.put("faces:again", SECRET)
        assert b"".join(workspace.files.read("faces:a.bin")) == SECRET, "it is what history says was there"
        with pytest.raises(NotFound):
            workspace.maintenance.allow(report.digests[0])


def test_the_same_bytes_elsewhere_are_named_first_and_need_a_word(place: Path) -> None:
    with filled(place) as workspace:
        workspace.repos.create("copies")
        workspace.files.put("copies:one/b.bin", SECRET)
        with pytest.raises(Conflict, match=r"copies:one/b\.bin") as raised:
            workspace.maintenance.purge("faces:a.bin", reason="asked", wait_s=10)
        assert raised.value.facts["places"] == ["copies:one/b.bin"]
        assert b"".join(workspace.files.read("faces:a.bin")) == SECRET
        report = workspace.maintenance.purge("faces:a.bin", reason="asked", everywhere=True, wait_s=10)
        assert list(report.places) == ["copies:one/b.bin"]
        with pytest.raises(Purged):
            b"".join(workspace.files.read("copies:one/b.bin"))
        assert on_disk(place, SECRET[:100]) == []


def test_a_folder_is_purged_whole_and_a_reason_is_needed(place: Path) -> None:
    with filled(place) as workspace:
        workspace.files.put_many("faces", [("f/1", b"1" * 100), ("f/2", b"2" * 100)])
        with pytest.raises(Invalid, match="reason"):
            workspace.maintenance.purge("faces:f", reason=" ")
        with pytest.raises(NotFound):
            workspace.maintenance.purge("faces:nothing", reason="r")
        assert len(workspace.maintenance.purge("faces:f", reason="r", wait_s=10).files) == 2
        with pytest.raises(Purged):
            b"".join(workspace.files.read("faces:f/2"))


def test_tombstones_survive_a_rebuild(place: Path) -> None:
    with filled(place) as workspace:
        workspace.maintenance.purge("faces:a.bin", reason="the person asked", wait_s=10)
        allowed = workspace.maintenance.purge("faces:kept.bin", reason="a mistake", wait_s=10)
        workspace.maintenance.allow(allowed.digests[0])
    for end in ("", "-wal", "-shm"):
        (place / f"{DATABASE_FILE}{end}").unlink(missing_ok=True)
    rebuilt = rebuild(place)
    assert {problem.where.partition(":")[2] for problem in rebuilt.problems} == {"kept.bin"}, "allowed, and not put yet"
    with open_folder(place) as workspace:
        with pytest.raises(Purged, match="the person asked"):
            b"".join(workspace.files.read("faces:a.bin"))
        with pytest.raises(Purged):
            workspace.files.put("faces:again", SECRET)
        workspace.files.put("faces:kept.bin.again", b"kept" * 1000)


def test_a_server_backs_up_only_where_who_runs_it_says(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(BACKUP_VARIABLE, raising=False)
    guest = Principal("mara", Role.OWNER, "w", origin="10.0.0.7")
    with filled(place) as workspace:
        with pytest.raises(Invalid, match="no folder"):
            workspace.maintenance.backup()
        with open_folder(place, principal=guest) as served:
            with pytest.raises(Denied):
                served.maintenance.backup(str(tmp_path / "anywhere"))
            monkeypatch.setenv(BACKUP_VARIABLE, str(tmp_path / "backups"))
            assert served.maintenance.backup().packs >= 1
        assert workspace.maintenance.backup(str(tmp_path / "mine")).size > len(SECRET)


def test_what_was_purged_goes_from_the_next_backup_too(place: Path, tmp_path: Path) -> None:
    with filled(place) as workspace:
        workspace.maintenance.backup(str(tmp_path / "backup"))
        assert on_disk(tmp_path / "backup", SECRET[:100])
        workspace.maintenance.purge("faces:a.bin", reason="asked", wait_s=10)
        workspace.maintenance.backup(str(tmp_path / "backup"))
        assert on_disk(tmp_path / "backup", SECRET[:100]) == []


def test_every_version_of_a_path_goes_with_its_history(place: Path) -> None:
    versions = [random.Random(seed).randbytes(50_000) for seed in range(10, 14)]
    with open_folder(place) as workspace:
        workspace.repos.create("faces")
        made = [workspace.files.put("faces:people/a.bin", data) for data in versions[:3]]
        workspace.files.put("faces:people/b.bin", versions[3])
        workspace.files.put("faces:kept.bin", b"kept" * 5000)
        workspace.files.delete("faces:people/a.bin")
        with pytest.raises(NotFound):
            workspace.maintenance.purge("faces:people/a.bin", reason="they asked")
        report = workspace.maintenance.purge("faces:people/a.bin", reason="they asked", history=True, wait_s=10)
        assert list(report.files) == ["faces:people/a.bin"] * 3
        assert [on_disk(place, data[100:200]) for data in versions[:3]] == [[], [], []]
        assert on_disk(place, versions[3][100:200])
        for commit in made:
            with pytest.raises(Purged, match="they asked"):
                b"".join(workspace.files.read(f"faces@{commit.id}:people/a.bin"))
        report = workspace.maintenance.purge("faces:people", reason="all of them", history=True, wait_s=10)
        assert list(report.files) == ["faces:people/b.bin"]  # what went before is no news
        with pytest.raises(NotFound):
            workspace.maintenance.purge("faces:people", reason="again", history=True)
        assert b"".join(workspace.files.read("faces:kept.bin")) == b"kept" * 5000
        assert list(workspace.maintenance.verify().problems) == []
