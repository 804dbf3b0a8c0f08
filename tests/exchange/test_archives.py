"""Archives that others made: every form is read, every trick is refused by the member's name."""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import random
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.contract.entry import Executable, Link
from tilth.errors import Conflict, Invalid, TilthError
from tilth.exchange.archives import unpack
from tilth.exchange.limits import Limits

FILES = {"a.txt": b"alpha", "sub/b.bin": random.Random(5).randbytes(50_000), "empty": b""}


def tar_of(*members: tuple[str, bytes] | tarfile.TarInfo, mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as tar:  # type: ignore[call-overload]
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
                continue
            info = tarfile.TarInfo(member[0])
            info.size = len(member[1])
            tar.addfile(info, io.BytesIO(member[1]))
    return out.getvalue()


def zip_of(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def special(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = link
    return info


def linked(name: str, target: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target.encode()


def read(data: bytes, **limits: Any) -> dict[str, bytes | Link]:
    """Read a whole archive as a put would: each member before the next."""
    found: dict[str, bytes | Link] = {}
    for path, source in unpack(Unseekable(data), limits=Limits(**limits)):  # type: ignore[arg-type]
        if isinstance(source, Link):
            found[path] = source
            continue
        content = source.content if isinstance(source, Executable) else source
        parts = []
        while piece := content.read(1 << 16):  # type: ignore[union-attr]
            parts.append(piece)
        found[path] = b"".join(parts)
    return found


class Unseekable:
    """A pipe."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(min(size, 1000) if size >= 0 else -1)


FORMS: dict[str, Callable[[], bytes]] = {
    "tar": lambda: tar_of(*FILES.items()),
    "gzip": lambda: gzip.compress(tar_of(*FILES.items())),
    "bzip2": lambda: tar_of(*FILES.items(), mode="w:bz2"),
    "xz": lambda: lzma.compress(tar_of(*FILES.items())),
    "two xz streams": lambda: (
        lzma.compress(tar_of(*FILES.items())[:5000]) + lzma.compress(tar_of(*FILES.items())[5000:])
    ),
    "zstd": lambda: zstandard.compress(tar_of(*FILES.items())),
    "zip": lambda: zip_of(*FILES.items()),
    "stored zip": lambda: zip_of(*FILES.items(), method=zipfile.ZIP_STORED),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_from_a_pipe(form: str) -> None:
    assert read(FORMS[form]()) == FILES


@pytest.mark.parametrize("form", FORMS)
def test_an_archive_that_ends_too_early_is_refused(form: str) -> None:
    data = FORMS[form]()
    end = data.rstrip(b"\0") if form == "tar" else data
    for length in (len(data) // 2, len(end) - 700, 600, 512):
        with pytest.raises(Invalid):
            read(data[:length])


def test_what_is_no_archive_is_refused() -> None:
    for data in (b"", b"hello" * 1000, b"\x1f\x8b garbage", b"PK\x03\x04 garbage" * 100):
        with pytest.raises(Invalid):
            read(data)


@pytest.mark.parametrize(
    "name", ["../out", "a/../../out", "/etc/passwd", "a/./b", "a//b", "a\nb", "x" * 300, "..", "\\..\\x\x7f"]
)
def test_a_member_that_leaves_the_archive_is_refused_by_name(name: str) -> None:
    for data in (tar_of(("fine", b"1"), (name, b"2")), zip_of(("fine", b"1"), (name, b"2"))):
        with pytest.raises(Invalid) as refused:
            read(data)
        assert repr(name)[1:20] in refused.value.message


@pytest.mark.parametrize("target", ["/etc/passwd", "../../out", "../b/../../../x", ""])
def test_a_link_out_of_the_archive_is_refused_by_name(target: str) -> None:
    archives = [zip_of(linked("sub/link", target))]
    if target:
        archives.append(tar_of(special("sub/link", tarfile.SYMTYPE, target)))
    for data in archives:
        with pytest.raises(Invalid, match="sub/link"):
            read(data)


def test_a_link_within_the_archive_and_an_executable_are_kept() -> None:
    script = tarfile.TarInfo("run")
    script.mode = 0o755
    found = dict(unpack(io.BytesIO(tar_of(script, special("sub/link", tarfile.SYMTYPE, "../a.txt")))))
    assert isinstance(found["run"], Executable)
    assert found["sub/link"] == Link("../a.txt")
    assert read(zip_of(linked("sub/link", "../a.txt")))["sub/link"] == Link("../a.txt")


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.LNKTYPE])
def test_devices_pipes_and_hard_links_are_refused_by_name(kind: bytes) -> None:
    with pytest.raises(Invalid, match="'odd'"):
        read(tar_of(special("odd", kind, "a.txt")))


def test_a_path_that_comes_twice_is_refused_by_name() -> None:
    for data in (tar_of(("a", b"1"), ("./a", b"2")), zip_of(("a", b"1"), ("./a", b"2"))):
        with pytest.raises(Conflict, match="twice"):
            read(data)


def test_an_encrypted_member_is_refused_by_name() -> None:
    data = bytearray(zip_of(("secret", b"1")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Invalid, match=r"secret.*encrypted"):
        read(bytes(data))


def test_a_name_hidden_behind_a_nul_is_refused() -> None:
    with pytest.raises(Invalid):
        read(zip_of(("fine.txtX../evil", b"1")).replace(b"fine.txtX", b"fine.txt\0"))


def test_bombs_are_refused_by_the_member_that_goes_too_far() -> None:
    zeros = bytes(30 << 20)
    for data in (gzip.compress(tar_of(("zeros", zeros))), zip_of(("zeros", zeros))):
        assert len(data) < 100_000
        with pytest.raises(Invalid, match=r"zeros.*bomb"):
            read(data, free=1 << 20, ratio=100)
        with pytest.raises(Invalid, match=r"zeros.*20,000,000"):
            read(data, member_size=20_000_000)
        with pytest.raises(Invalid, match=r"zeros.*20,000,000"):
            read(data, size=20_000_000)
    many = [(f"f{index}", b"") for index in range(101)]
    for data in (tar_of(*many), zip_of(*many)):
        with pytest.raises(Invalid, match="100 members"):
            read(data, members=100)
    for data in (tar_of(("a/" * 40 + "b", b"")), zip_of(("a/" * 40 + "b", b""))):
        with pytest.raises(Invalid, match="deeper"):
            read(data, depth=40)


def test_members_that_share_their_bytes_are_a_bomb() -> None:
    """The zip of Fifield: many list entries for one packed kernel."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel = packed.compress(bytes(1000)) + packed.flush()
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, zlib.crc32(bytes(1000)), len(kernel), 1000, 1, 0)
    data = local + b"a" + kernel
    entries = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, zlib.crc32(bytes(1000)), len(kernel), 1000,
                    1, 0, 0, 0, 0, 0, 0) + name
        for name in (b"a", b"b")
    )  # fmt: skip
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(entries), len(data), 0)
    with pytest.raises(Invalid, match=r"'b'.*shares its bytes"):
        read(data + entries + end)


def test_a_header_that_would_fill_the_memory_is_refused() -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 8 << 30
    with pytest.raises(Invalid):
        read(info.tobuf() + bytes(1 << 16))


def test_a_zip_in_a_file_is_read_in_place(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(zip_of(*FILES.items()))
    assert [path for path, _ in unpack(file, into="top/")] == [f"top/{name}" for name in FILES]


SMALL = [
    zip_of(("a", b"1" * 300), ("b", b"2")),
    *(
        pack(tar_of(("a", b"1" * 300), ("b", b"2")))
        for pack in (bytes, gzip.compress, lzma.compress, zstandard.compress)
    ),
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SMALL), st.data())
def test_a_damaged_archive_is_refused_or_read_and_never_worse(small: bytes, data: st.DataObject) -> None:
    damaged = bytearray(small)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(TilthError):
        read(bytes(damaged), size=1 << 26)
