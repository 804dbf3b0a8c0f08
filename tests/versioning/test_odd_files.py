"""Files that change under a commit, very long and look-alike names, files larger than 4 GB."""

from __future__ import annotations

import os
import stat
import threading
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
from writing import files_of

from tilth.errors import Invalid, Unavailable
from tilth.versioning.backend import Backend
from tilth.versioning.checkout import checkout
from tilth.versioning.commits import commit_edits
from tilth.versioning.ingest import Places, ingest_folder, read_folder
from tilth.versioning.repos import Repo
from tilth.versioning.trees import Tree
from tilth.versioning.verify import verify


def test_names_that_differ_by_case_or_unicode_form_alone_stay_apart(
    backend: Backend, repo: Repo, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    names = ["a", "A", *(unicodedata.normalize(form, "é") for form in ("NFC", "NFD")), "x" * 255, "é" * 127]
    for number, name in enumerate(names):
        (source / name).write_bytes(b"%d" % number)
    if len(os.listdir(source)) < len(names):
        pytest.skip("this file system takes such names for one")
    with backend.act():
        commit = commit_edits(backend, repo, "main", ingest_folder(backend, source), author="m")
    assert files_of(backend, commit) == {name: b"%d" % number for number, name in enumerate(names)}
    checkout(Tree(backend.store, commit.tree), tmp_path / "out")
    assert sorted(os.listdir(tmp_path / "out")) == sorted(names)


def test_files_that_change_while_they_are_read_leave_a_sound_commit(
    backend: Backend, repo: Repo, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    secret = tmp_path / "secret"
    secret.write_bytes(b"not to be followed")
    file, ended = source / "file", threading.Event()
    file.write_bytes(b"start")

    def change() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            file.unlink(missing_ok=True)
            if number % 4 == 0:
                file.symlink_to(secret)
            elif number % 4 == 1:
                os.mkfifo(file)
            else:
                file.write_bytes(b"g" * (number % 7 * 1_000_000))
                os.truncate(file, number % 5 * 100_000)

    changing = threading.Thread(target=change)
    changing.start()
    done = 0
    try:
        for _ in range(60):
            try:
                with backend.act():
                    edits = ingest_folder(backend, source)
                    commit = commit_edits(backend, repo, "main", edits, author="m", allow_empty=True)
            except (Invalid, Unavailable):
                continue  # said by name: a pipe, or gone
            done += 1
            for data in files_of(backend, commit).values():
                assert data != b"not to be followed"
    finally:
        ended.set()
        changing.join()
    assert done
    assert verify(backend).problems == []


@pytest.mark.parametrize("size", [0, 5, 3_000_000])
@pytest.mark.parametrize("other", ["pipe", "device"])
def test_what_took_the_place_of_a_file_after_the_scan_is_refused_by_name(
    backend: Backend, tmp_path: Path, size: int, other: str
) -> None:
    file = tmp_path / "source/file"
    file.parent.mkdir()
    file.write_bytes(b"x" * size)

    def replaced(places: Places, _: pa.Table) -> Places:  # called between the scan and the reading
        file.unlink()
        if other == "pipe":
            os.mkfifo(file)
        else:
            try:
                os.mknod(file, 0o644 | stat.S_IFCHR, os.stat("/dev/zero").st_rdev)
                file.open("rb").close()
            except PermissionError:
                pytest.skip("devices cannot be made here")
        return places

    with pytest.raises(Invalid, match="source/file is no file any more"):
        read_folder(backend.store, file.parent, cache=tmp_path / "cache", still=replaced)


@pytest.mark.soak
def test_a_file_larger_than_4_gb_goes_in_and_comes_out(backend: Backend, repo: Repo, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    with (source / "sparse").open("wb") as file:
        file.truncate((4 << 30) + 12_345)
        file.seek(3 << 30)
        file.write(b"in the middle")
        file.seek((4 << 30) + 5)
        file.write(b"behind 4 GB")
    with backend.act():
        commit = commit_edits(backend, repo, "main", ingest_folder(backend, source), author="m")
    tree = Tree(backend.store, commit.tree)
    with tree.open("sparse") as opened:
        assert opened.seek(3 << 30) == 3 << 30
        assert opened.read(13) == b"in the middle"
        opened.seek((4 << 30) + 5)
        assert opened.read(11) == b"behind 4 GB"
    assert tree.need("sparse").size == (4 << 30) + 12_345
    assert verify(backend).problems == []
