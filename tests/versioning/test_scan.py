"""What a scan of a local folder finds, and in which order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tilth.errors import Invalid
from tilth.model.names import check_path, check_paths
from tilth.versioning.scan import STAMP, scan_folder


def test_paths_come_in_the_order_of_their_bytes(tmp_path: Path) -> None:
    names = ["a/b", "a.b", "a-b", "a/c/d", "a/c.e", "b", "é/x", "ä", "Z", "a b/c", "a0"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    scan = scan_folder(str(tmp_path), leave_out="")
    assert scan.paths == sorted(names, key=lambda name: name.encode())
    assert scan.stamps.shape == (len(names), len(STAMP))
    assert [int(scan.stamps[at, 1]) for at in range(len(scan))] == [len(name.encode()) for name in scan.paths]


def test_a_folder_left_out_is_not_entered_and_an_empty_one_gives_nothing(tmp_path: Path) -> None:
    (tmp_path / "in/.tilth").mkdir(parents=True)
    (tmp_path / "in/.tilth/x").write_text("")
    assert len(scan_folder(str(tmp_path), leave_out=str(tmp_path / "in/.tilth"))) == 0


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff", "wb"):
        pass
    with pytest.raises(Invalid, match="UTF-8"):
        scan_folder(str(tmp_path), leave_out="")


@pytest.mark.parametrize(
    "path", ["", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", "a\nb", "a\x7f", "a" * 256, "a/" * 2049 + "a"]
)
def test_many_paths_are_refused_for_what_one_alone_is_refused_for(path: str) -> None:
    with pytest.raises(Invalid) as alone:
        check_path(path)
    with pytest.raises(Invalid) as among:
        check_paths(["a", path, "b/c"])
    assert among.value.message == alone.value.message


def test_many_good_paths_pass(tmp_path: Path) -> None:
    check_paths([])
    check_paths(["a", "a b", " ", "...", ".a", "a..b", "한국/파일", "\ufeff", "a" * 255, "x/" * 2000 + "x"])
