"""The reserve: kept while there is room, let go when there is none, made again; and what it refuses meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from tilth.config import reserve_size
from tilth.errors import Invalid, Unavailable
from tilth.storage.reserve import RESERVE_FILE, Reserve

SIZE = 1 << 20


class Disk:
    """A disk whose free space the test says; the reserve's own file counts."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.left = size
        self.reserve = Reserve(folder, SIZE, free=self.free)

    def free(self, folder: Path) -> int:
        path = folder / RESERVE_FILE
        return self.left - (path.stat().st_size if path.exists() else 0)

    @property
    def held(self) -> int | None:
        path = self.folder / RESERVE_FILE
        return path.stat().st_size if path.exists() else None


def test_it_is_made_where_there_is_room_and_takes_the_space(tmp_path: Path) -> None:
    disk = Disk(tmp_path, 10 * SIZE)
    assert disk.reserve.keep()
    assert disk.held == SIZE
    assert (tmp_path / RESERVE_FILE).stat().st_blocks * 512 >= SIZE
    assert disk.reserve.keep()


def test_a_disk_that_is_too_small_for_it_holds_nothing_up(tmp_path: Path) -> None:
    disk = Disk(tmp_path, SIZE)
    assert not disk.reserve.keep()
    assert disk.held is None
    disk.left = 10
    disk.reserve.check()


def test_files_are_refused_before_it_is_touched_and_taken_again_when_there_is_room(tmp_path: Path) -> None:
    disk = Disk(tmp_path, 10 * SIZE)
    disk.reserve.keep()
    disk.reserve.check()
    disk.left = SIZE + SIZE // 4 - 1
    with pytest.raises(Unavailable, match=r"full.*kept") as caught:
        disk.reserve.check()
    assert "tilth gc" in caught.value.help
    assert disk.held == SIZE
    disk.left = SIZE + SIZE // 16
    assert not disk.reserve.make_room()
    disk.left -= 1
    assert disk.reserve.make_room()
    assert disk.held == 0
    assert not disk.reserve.make_room()
    with pytest.raises(Unavailable):
        disk.reserve.check()  # what was let go is not for files
    disk.left = 3 * SIZE
    disk.reserve.check()
    assert disk.held == SIZE


def test_it_is_not_let_go_while_there_is_space(tmp_path: Path) -> None:
    disk = Disk(tmp_path, 10 * SIZE)
    disk.reserve.keep()
    assert not disk.reserve.make_room()
    assert disk.held == SIZE


def test_none_is_kept_where_none_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Disk(tmp_path, 10 * SIZE).reserve.keep()
    none = Reserve(tmp_path, 0)
    assert not none.keep()
    assert not (tmp_path / RESERVE_FILE).exists()
    none.check()
    monkeypatch.setenv("TILTH_RESERVE", "16M")
    assert reserve_size() == 16 << 20
    monkeypatch.delenv("TILTH_RESERVE")
    assert reserve_size() == 64 << 20
    monkeypatch.setenv("TILTH_RESERVE", "much")
    with pytest.raises(Invalid, match="TILTH_RESERVE"):
        reserve_size()
