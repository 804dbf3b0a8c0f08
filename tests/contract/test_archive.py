"""Many files in one stream."""

from __future__ import annotations

import io
import os
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilth.contract import archive
from tilth.contract.entry import Executable, Link
from tilth.errors import Invalid

SEGMENT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=40).filter(
    lambda text: text not in (".", "..") and "/" not in text and len(text.encode()) <= 255
)
PATH = st.lists(SEGMENT, min_size=1, max_size=6).map("/".join)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(PATH, st.binary(max_size=2000), max_size=8), st.lists(PATH, max_size=3))
def test_what_is_packed_is_unpacked(files: dict[str, bytes], deletes: list[str]) -> None:
    stream = io.BytesIO(b"".join(archive.pack(files.items(), deletes=deletes)))
    found = archive.unpack(stream)
    assert list(found.deletes) == deletes
    assert {path: content.read() for path, content in found.files} == files  # type: ignore[union-attr]


def test_links_modes_local_files_and_streams_of_unknown_size_travel(tmp_path: Path) -> None:
    script = tmp_path / "run.sh"
    script.write_bytes(b"#!/bin/sh\n")
    script.chmod(0o755)
    (tmp_path / "link").symlink_to("run.sh")
    sources = [
        ("run.sh", script),
        ("link", tmp_path / "link"),
        ("other", Link("../else where")),
        ("tool", Executable(b"x")),
        ("pipe", _Pipe(b"y" * 100_000)),
    ]
    stream = io.BytesIO(b"".join(archive.pack(sources)))  # type: ignore[arg-type]
    found = {}
    for path, content in archive.unpack(stream).files:
        found[path] = Executable(content.content.read()) if isinstance(content, Executable) else content  # type: ignore[union-attr]
        if path == "pipe":
            found[path] = content.read()  # type: ignore[union-attr]
    assert found == {
        "run.sh": Executable(b"#!/bin/sh\n"),
        "link": Link("run.sh"),
        "other": Link("../else where"),
        "tool": Executable(b"x"),
        "pipe": b"y" * 100_000,
    }


@pytest.mark.parametrize("body", [b"", b"not a tar at all" * 100, b"\0" * 100])
def test_what_is_no_archive_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        list(archive.unpack(io.BytesIO(body)).files)


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.LNKTYPE])
def test_devices_and_hard_links_are_refused(kind: bytes) -> None:
    member = tarfile.TarInfo("x")
    member.type = kind
    member.linkname = "/etc/passwd"
    with pytest.raises(Invalid, match="neither a file nor a link"):
        list(archive.unpack(io.BytesIO(member.tobuf() + bytes(1024))).files)


def test_an_extended_header_that_would_fill_the_memory_is_refused() -> None:
    member = tarfile.TarInfo("x")
    member.type = tarfile.XHDTYPE
    member.size = 1 << 30
    with pytest.raises(Invalid, match="extended header"):
        list(archive.unpack(io.BytesIO(member.tobuf() + bytes(4096))).files)


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=64), st.integers(0, 3000))
def test_a_damaged_archive_gives_an_error_that_names_the_cause_or_another_content(noise: bytes, at: int) -> None:
    good = b"".join(archive.pack([("a", b"1" * 700), ("b/c", b"2")], deletes=["old"]))
    bad = bytearray(good)
    bad[at : at + len(noise)] = noise
    with suppress(Invalid), archive.reading():
        for _, content in archive.unpack(io.BytesIO(bytes(bad))).files:
            if not isinstance(content, Link):
                (content.content if isinstance(content, Executable) else content).read()  # type: ignore[union-attr]


class _Pipe(io.RawIOBase):
    def __init__(self, data: bytes) -> None:
        self._data = data

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        taken, self._data = self._data[:size], self._data[size:]
        return taken


def test_an_absolute_path_is_refused() -> None:
    for member in (tarfile.TarInfo("/etc/x"), tarfile.TarInfo.create_pax_global_header({archive.DELETES: '["/x"]'})):
        data = member if isinstance(member, bytes) else member.tobuf()
        with pytest.raises(Invalid, match="absolute path"):
            list(archive.unpack(io.BytesIO(data + tarfile.TarInfo("y").tobuf() + bytes(1024))).files)


def test_an_absolute_path_is_not_packed() -> None:
    with pytest.raises(Invalid, match="absolute"):
        b"".join(archive.pack([("/a/b", b"1")]))


def test_a_pipe_or_a_device_is_refused_by_its_path_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to-zero").symlink_to("/dev/zero")  # a link travels as one
    for place in (tmp_path / "pipe", Path("/dev/null"), tmp_path):
        with pytest.raises(Invalid, match="'in/there' is neither a file nor a link"):
            list(archive.pack([("in/there", place)]))
    packed = io.BytesIO(b"".join(archive.pack([("zero", tmp_path / "to-zero")])))
    assert dict(archive.unpack(packed).files) == {"zero": Link("/dev/zero")}
