"""The archive: independent readers read it, and its memory does not grow."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from tilth.datasets.exports.zips import READ_ONCE, Zip
from tilth.errors import Corrupt


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    large = bytes(range(256)) * (READ_ONCE // 256 + 9)
    archive = Zip()
    data = b"".join(
        [
            *archive.whole("a/ünï.txt", b"text " * 100),
            *archive.whole("empty", b""),
            *archive.stored("image.png", 3, lambda: iter([b"p", b"ng"])),
            *archive.stored("large.bin", len(large), lambda: iter([large])),
            *archive.written("table.csv", lambda out: [out.write(b"1,2\n") for _ in range(1000)], compress=True),  # type: ignore[arg-type,return-value,func-returns-value]
            *archive.finish(),
        ]
    )
    with zipfile.ZipFile(io.BytesIO(data)) as read:
        assert read.testzip() is None
        assert read.read("a/ünï.txt") == b"text " * 100
        assert read.read("empty") == b""
        assert read.read("image.png") == b"png"
        assert read.read("large.bin") == large
        assert read.read("table.csv") == b"1,2\n" * 1000
        kinds = {info.filename: info.compress_type for info in read.infolist()}
    assert kinds["image.png"] == kinds["large.bin"] == zipfile.ZIP_STORED
    assert kinds["table.csv"] == zipfile.ZIP_DEFLATED


def test_equal_files_give_equal_bytes() -> None:
    def made() -> bytes:
        archive = Zip()
        return b"".join([*archive.whole("a", b"a"), *archive.finish()])

    assert made() == made()


@pytest.mark.parametrize("limit", [4, 100, 1000])
def test_archives_beyond_thirty_two_bits_are_read(limit: int, tmp_path: Path) -> None:
    archive = Zip(limit=limit)
    pieces = [piece for number in range(30) for piece in archive.stored(f"f{number}", 50, lambda: iter([b"x" * 50]))]
    place = tmp_path / "a.zip"
    place.write_bytes(b"".join([*pieces, *archive.finish()]))
    with zipfile.ZipFile(place) as read:
        assert read.testzip() is None
        assert len(read.namelist()) == 30
        assert read.read("f29") == b"x" * 50
    unzip = Path("/usr/bin/unzip")
    if unzip.exists():
        assert subprocess.run([unzip, "-tq", place], capture_output=True).returncode == 0


def test_more_than_sixty_five_thousand_files_are_read() -> None:
    archive = Zip()
    data = bytearray()
    for number in range(70_000):
        for piece in archive.stored(str(number), 0, lambda: iter(())):
            data += piece
    for piece in archive.finish():
        data += piece
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as read:
        assert len(read.namelist()) == 70_000


def test_a_file_that_is_not_as_long_as_was_said_is_named() -> None:
    for size in (2, READ_ONCE + 1):
        with pytest.raises(Corrupt) as caught:
            list(Zip().stored("short.png", size, lambda: iter([b"abc"])))
        assert "short.png" in caught.value.message
