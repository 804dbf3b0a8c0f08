"""Code snapshots."""

from __future__ import annotations

import errno
import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tilth.errors import Corrupt, Invalid, NotFound, Unavailable
from tilth.execution.code import archive_code, check_code, unpack_code


def fill(folder: Path) -> None:
    (folder / "pkg").mkdir(parents=True)
    (folder / "pkg" / "b.py").write_text("b = 1\n")
    (folder / "a.py").write_text("a = 1\n")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)


def test_equal_files_give_equal_bytes_whatever_their_times_and_caches(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    fill(two)
    fill(one)
    os.utime(one / "a.py", (0, 0))
    for skipped in (".git", "__pycache__", ".venv", "pkg/__pycache__"):
        (two / skipped).mkdir(parents=True)
        (two / skipped / "file").write_text("no matter")
    (two / "pkg" / "old.pyc").write_bytes(b"")
    assert archive_code(one) == archive_code(two)
    (two / "a.py").write_text("a = 2\n")
    assert archive_code(one) != archive_code(two)


def test_an_archive_unpacks_to_the_same_files_read_only(tmp_path: Path) -> None:
    fill(tmp_path / "code")
    data = archive_code(tmp_path / "code")
    unpack_code(data, tmp_path / "back")
    found = {
        path.relative_to(tmp_path / "back").as_posix() for path in (tmp_path / "back").rglob("*") if path.is_file()
    }
    assert found == {"a.py", "pkg/b.py", "run.sh"}
    assert (tmp_path / "back" / "pkg" / "b.py").read_text() == "b = 1\n"
    assert (tmp_path / "back" / "run.sh").stat().st_mode & 0o777 == 0o555
    assert (tmp_path / "back" / "a.py").stat().st_mode & 0o777 == 0o444


def test_one_file_is_code_too(tmp_path: Path) -> None:
    (tmp_path / "only.py").write_text("x = 1\n")
    unpack_code(archive_code(tmp_path / "only.py"), tmp_path / "back")
    assert [path.name for path in (tmp_path / "back").iterdir()] == ["only.py"]


def test_links_inside_count_as_files_and_links_outside_are_refused(tmp_path: Path) -> None:
    fill(tmp_path / "code")
    (tmp_path / "code" / "link.py").symlink_to("a.py")
    unpack_code(archive_code(tmp_path / "code"), tmp_path / "back")
    assert (tmp_path / "back" / "link.py").read_text() == "a = 1\n"
    (tmp_path / "code" / "out.py").symlink_to(tmp_path / "secret")
    (tmp_path / "secret").write_text("key")
    with pytest.raises(Invalid, match=r"out\.py is a link that leaves"):
        archive_code(tmp_path / "code")
    (tmp_path / "code" / "out.py").unlink()
    (tmp_path / "code" / "pkg" / "up").symlink_to("..")
    with pytest.raises(Invalid, match="link to a folder above"):
        archive_code(tmp_path / "code")


def test_too_much_code_is_refused_with_the_size(tmp_path: Path) -> None:
    fill(tmp_path / "code")
    (tmp_path / "code" / "big.bin").write_bytes(bytes(3 << 20))
    with pytest.raises(Invalid, match=r"larger than 2 MB \(reached at big\.bin\)"):
        archive_code(tmp_path / "code", limit=2 << 20)


def test_missing_code_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        archive_code(tmp_path / "none")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_anything_but_files_is_refused(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("evil")
    member.type = kind
    member.linkname = "/etc/passwd"
    with pytest.raises(Corrupt):
        unpack_code(tar_of(member), tmp_path / "back")


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "//evil", "a\nb"])
def test_paths_that_leave_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Corrupt):
        unpack_code(tar_of(tarfile.TarInfo(name)), tmp_path / "in" / "back")
    assert not list(tmp_path.rglob("evil"))


def test_garbage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Corrupt):
        unpack_code(b"not an archive" * 100, tmp_path / "back")


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Corrupt):
        unpack_code(tar_of(tarfile.TarInfo("a"), tarfile.TarInfo("a")), tmp_path / "back")
    with pytest.raises(Corrupt):
        unpack_code(tar_of(tarfile.TarInfo("a"), tarfile.TarInfo("a/b")), tmp_path / "back")


def test_a_disk_that_fills_up_is_told_and_leaves_nothing_half_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "code")
    archive = archive_code(tmp_path / "code")
    real = os.open

    def full(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        if str(path).endswith("pkg/b.py"):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return real(path, flags, mode, **more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", full)
        with pytest.raises(Unavailable, match="disk is full"):
            unpack_code(archive, tmp_path / "back")
    assert not (tmp_path / "back").exists()
    unpack_code(archive, tmp_path / "back")


def test_an_archive_that_cannot_be_unpacked_is_refused_before_it_is_kept(tmp_path: Path) -> None:
    fill(tmp_path / "code")
    check_code(archive_code(tmp_path / "code"))
    link = tarfile.TarInfo("l")
    link.type = tarfile.SYMTYPE
    hostile = [tar_of(tarfile.TarInfo("../x")), tar_of(tarfile.TarInfo("/x")), tar_of(link), b"", b"no tar" * 200]
    for archive in hostile:
        with pytest.raises(Invalid, match="not an archive of plain files"):
            check_code(archive)


def tar_of(*members: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b""))
    return buffer.getvalue()
