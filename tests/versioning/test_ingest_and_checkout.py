"""Local folders in and out."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from writing import put

from tilth.errors import Conflict, Corrupt, Invalid, NotFound, Unavailable
from tilth.model.commit import Commit
from tilth.model.entry import Entry, FileKind
from tilth.storage import file_process
from tilth.storage.content import WHOLE_FILE, write_content
from tilth.storage.file_process import FileProcess
from tilth.storage.gathering import Gathered, Gatherer
from tilth.storage.records import RecordKind
from tilth.storage.spreading import SpreadFiles
from tilth.versioning import checkout as checkout_module
from tilth.versioning import ingest, stat_cache
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.checkout import checkout
from tilth.versioning.commits import commit_edits, read_head
from tilth.versioning.edits import Edits, Put
from tilth.versioning.ingest import ingest_file, ingest_folder
from tilth.versioning.repos import Repo, create_repo
from tilth.versioning.trees import Tree, entry_for, write_entry, write_link
from tilth.versioning.verify import verify


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    for path in ("a.txt", "sub/b.txt", "sub/deep/c.txt", "empty"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(path.encode() if path != "empty" else b"")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("sub/b.txt")
    (folder / "outside").symlink_to("/etc")
    for path in folder.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder


def commit_folder(backend: Backend, repo: Repo, folder: Path, *, into: str = "", mirror: bool = False) -> Commit:
    edits = ingest_folder(backend, folder, into=into, mirror=mirror)
    return commit_edits(backend, repo, "main", edits, author="mara")


def reads_of(backend: Backend, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the files that ingesting the folder opens."""
    opened: list[str] = []
    real = Gatherer.gather

    def note(self: Gatherer, paths: Sequence[str], sizes: Sequence[int]) -> Gathered:
        opened.extend(str(Path(path).relative_to(folder.resolve())) for path in paths)
        return real(self, paths, sizes)

    with monkeypatch.context() as patch:
        patch.setattr(Gatherer, "gather", note)
        ingest_folder(backend, folder)
    return opened


def test_a_folder_comes_back_with_modes_and_links(backend: Backend, repo: Repo, source: Path, tmp_path: Path) -> None:
    commit = commit_folder(backend, repo, source)
    tree = Tree(backend.store, commit.tree)
    assert tree.stat("link").kind is FileKind.LINK  # type: ignore[union-attr]
    assert tree.read("outside") == b"/etc"
    assert checkout(tree, tmp_path / "out") == 7
    out = tmp_path / "out"
    assert (out / "sub/deep/c.txt").read_bytes() == b"sub/deep/c.txt"
    assert (out / "empty").read_bytes() == b""
    assert os.access(out / "run.sh", os.X_OK)
    assert not os.access(out / "a.txt", os.X_OK)
    assert (out / "link").readlink() == Path("sub/b.txt")
    again = create_repo(backend, "again")
    assert commit_folder(backend, again, out).tree == commit.tree


def test_put_adds_and_replaces_and_only_mirror_deletes(backend: Backend, repo: Repo, source: Path) -> None:
    put(backend, repo, {"data/old": b"1", "data/a.txt": b"other", "beside": b"2"})
    added = Tree(backend.store, commit_folder(backend, repo, source, into="data/").tree)
    assert added.read("data/a.txt") == b"a.txt"
    assert added.stat("data/old") is not None
    mirrored = Tree(backend.store, commit_folder(backend, repo, source, into="data", mirror=True).tree)
    assert mirrored.stat("data/old") is None
    assert mirrored.stat("beside") is not None
    assert len(mirrored) == 8


def test_only_changed_files_are_read_again(
    backend: Backend, repo: Repo, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stat_cache, "RACY_NS", -(10**12))  # trust at once, also what was made a moment ago
    commit_folder(backend, repo, source)
    assert reads_of(backend, source, monkeypatch) == []
    (source / "sub/b.txt").write_bytes(b"changed")
    (source / "new").write_bytes(b"new")
    assert reads_of(backend, source, monkeypatch) == ["new", "sub/b.txt"]


def test_a_file_that_may_still_change_within_the_clocks_tick_is_read_again(
    backend: Backend, repo: Repo, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_folder(backend, repo, source)
    # Their ctime is now: the kernel does not let it be set back.
    assert sorted(reads_of(backend, source, monkeypatch)) == [
        "a.txt", "empty", "run.sh", "sub/b.txt", "sub/deep/c.txt",
    ]  # fmt: skip


@pytest.mark.parametrize("backend", ["embedded"], indirect=True)  # it takes packs out of the folder
def test_the_cache_is_not_believed_when_the_store_lacks_the_content(
    backend: Backend, repo: Repo, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stat_cache, "RACY_NS", -(10**12))
    commit_folder(backend, repo, source)
    with open_backend(tmp_path / "other") as other:
        cache = other.scratch / ingest.CACHE_FOLDER
        cache.mkdir(parents=True)
        for file in (backend.scratch / ingest.CACHE_FOLDER).iterdir():
            (cache / file.name).write_bytes(file.read_bytes())
        there = create_repo(other, "digits")
        tree = Tree(other.store, commit_folder(other, there, source).tree)
        assert tree.read("sub/b.txt") == b"sub/b.txt"
        for file in cache.iterdir():
            file.write_bytes(file.read_bytes()[:40])
        assert len(ingest_folder(other, source)) == 7


def test_large_files_and_single_files(backend: Backend, repo: Repo, tmp_path: Path) -> None:
    large = os.urandom(WHOLE_FILE + 100_000)
    (tmp_path / "large.bin").write_bytes(large)
    commit = commit_edits(backend, repo, "main", ingest_file(backend, tmp_path / "large.bin", "x/l"), author="mara")
    assert Tree(backend.store, commit.tree).read("x/l") == large
    assert commit.size == len(large)
    with pytest.raises(NotFound, match="gone"):
        ingest_file(backend, tmp_path / "gone", "x")


def test_sockets_and_pipes_are_refused_by_name(backend: Backend, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    with pytest.raises(Invalid, match="pipe"):
        ingest_folder(backend, folder)
    (folder / "pipe").unlink()
    here = os.getcwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("sock")
    finally:
        os.chdir(here)
    with pytest.raises(Invalid, match="sock"):
        ingest_folder(backend, folder)


def test_names_that_cannot_be_paths_are_refused(backend: Backend, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "new\nline").write_bytes(b"")
    with pytest.raises(Invalid, match="control character"):
        ingest_folder(backend, folder)
    (folder / "new\nline").unlink()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff")).write_bytes(b"")
    with pytest.raises(Invalid, match="not valid UTF-8"):
        ingest_folder(backend, folder)
    with pytest.raises(NotFound):
        ingest_folder(backend, folder / "nowhere")


def test_the_workspace_inside_the_folder_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    with open_backend(tmp_path / ".tilth") as backend:
        assert len(ingest_folder(backend, tmp_path)) == 1


def test_part_of_a_tree_is_written_relative_to_its_folder(backend: Backend, repo: Repo, tmp_path: Path) -> None:
    tree = Tree(backend.store, put(backend, repo, {"a/b/c": b"1", "a/b/d": b"2", "a/x": b"3"}).tree)
    assert checkout(tree, tmp_path / "folder", prefix="a/b") == 2
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == ["c", "d"]
    assert checkout(tree, tmp_path / "file", prefix="a/x") == 1
    assert (tmp_path / "file/x").read_bytes() == b"3"


def test_checkout_replaces_files_and_leaves_others(backend: Backend, repo: Repo, tmp_path: Path) -> None:
    tree = Tree(backend.store, put(backend, repo, {"a": b"1"}).tree)
    (tmp_path / "a").write_bytes(b"longer than before")
    (tmp_path / "mine").write_bytes(b"kept")
    checkout(tree, tmp_path)
    assert (tmp_path / "a").read_bytes() == b"1"
    assert (tmp_path / "mine").read_bytes() == b"kept"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".tilth-")]


def test_checkout_never_writes_through_a_link(backend: Backend, repo: Repo, tmp_path: Path) -> None:
    tree = Tree(backend.store, put(backend, repo, {"way/out": b"1", "file": b"2"}).tree)
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "precious").write_bytes(b"precious")
    destination = tmp_path / "destination"
    destination.mkdir()
    (destination / "way").symlink_to(victim)
    (destination / "file").symlink_to(victim / "precious")
    with pytest.raises(Conflict, match="in the way"):
        checkout(tree, destination)
    (destination / "way").unlink()
    checkout(tree, destination)
    assert (victim / "precious").read_bytes() == b"precious"
    assert [path.name for path in victim.iterdir()] == ["precious"]
    assert (destination / "file").read_bytes() == b"2"


def test_links_of_a_tree_are_made_after_its_files(backend: Backend, repo: Repo, tmp_path: Path) -> None:
    link = write_link(backend.store, "a", str(tmp_path))
    edits = Edits([Put(link), Put(write_entry(backend.store, "b/c", b"1"))])
    tree = Tree(backend.store, commit_edits(backend, repo, "main", edits, author="mara").tree)
    checkout(tree, tmp_path / "out")
    assert (tmp_path / "out/a").is_symlink()


NO_TARGETS = [("", "is empty"), ("a\0b", "NUL"), ("x" * 4096, "4,096 bytes"), ("\ud800", "half a character")]


@pytest.mark.parametrize(("target", "message"), NO_TARGETS)
def test_a_link_that_no_file_system_can_hold_is_not_stored(backend: Backend, target: str, message: str) -> None:
    with pytest.raises(Invalid, match=message) as caught:
        write_link(backend.store, "way", target)
    assert caught.value.facts["path"] == "way"
    assert write_link(backend.store, "way", "x" * 4095).size == 4095


@pytest.mark.parametrize(("target", "message"), NO_TARGETS[:3])
def test_such_a_link_that_is_stored_all_the_same_is_named_and_everything_else_comes_out(
    backend: Backend, repo: Repo, tmp_path: Path, target: str, message: str
) -> None:
    edits = Edits()
    edits.put(entry_for("a/bad", write_content(backend.store, target.encode()), kind=FileKind.LINK))
    edits.put(write_entry(backend.store, "b", b"1"))
    edits.put(write_link(backend.store, "c", "b"))
    tree = Tree(backend.store, commit_edits(backend, repo, "main", edits, author="mara").tree)
    with pytest.raises(Invalid, match=f"out/a/bad' .*{message}.*all else was written"):
        checkout(tree, tmp_path / "out")
    assert (tmp_path / "out/c").read_bytes() == b"1"
    assert os.listdir(tmp_path / "out/a") == []


def test_a_forged_tree_cannot_leave_the_destination(backend: Backend, tmp_path: Path) -> None:
    digest = backend.store.put_bytes(RecordKind.CHUNK, b"evil")
    edits = Edits()
    edits.put(Entry("xx/evil", FileKind.FILE, 4, digest))
    rows, _ = edits.settled()
    forged = rows.set_column(0, "path", [["../evil"]])
    tree = Tree(backend.store, Tree(backend.store).table.update(forged).root)
    with pytest.raises(Invalid):
        checkout(tree, tmp_path / "in")
    assert not (tmp_path / "evil").exists()


def test_folders_nested_deeper_than_calls_go_in_and_come_out(backend: Backend, repo: Repo, tmp_path: Path) -> None:
    depth = 1300
    place = tmp_path / "in"
    place.mkdir()
    here = os.open(place, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("leaf", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    out = tmp_path / "out"
    try:
        commit = commit_folder(backend, repo, place)
        assert checkout(Tree(backend.store, commit.tree), out) == 1
        assert (out / ("d/" * depth + "leaf")).exists()
    finally:
        subprocess.run(["rm", "-rf", place, out], check=True)  # pytest's own cleaning recurses


@pytest.mark.parametrize("name", ["missing", "a.txt/below"])
def test_a_file_that_is_not_there_is_not_found(backend: Backend, source: Path, name: str) -> None:
    with pytest.raises(NotFound, match="no file"):
        ingest_file(backend, source / name, "x")


def test_a_link_replaced_while_it_is_read_is_told(
    backend: Backend, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replaced(path: str) -> str:
        raise OSError(errno.EINVAL, "Invalid argument", path)

    monkeypatch.setattr(os, "readlink", replaced)
    with pytest.raises(Unavailable, match="link"):
        ingest_folder(backend, source)


def many_files(folder: Path) -> None:
    for number in range(40):
        (folder / f"many/{number:02}").parent.mkdir(parents=True, exist_ok=True)
        (folder / f"many/{number:02}").write_bytes(b"%d " % number * (number * 300))


def test_many_files_are_read_by_processes_into_the_same_tree(
    backend: Backend, repo: Repo, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_files(source)
    alone = commit_folder(backend, repo, source)
    real, asked = FileProcess.gather, []

    def note(self: FileProcess, paths: Sequence[str], sizes: Sequence[int]) -> Gathered:
        asked.extend(paths)
        return real(self, paths, sizes)

    monkeypatch.setattr(FileProcess, "gather", note)
    monkeypatch.setattr(file_process, "CORES", 3)
    for name, value in (("MANY_FILES", 10), ("_BATCH_FILES", 7), ("CORES", 3)):
        monkeypatch.setattr(ingest, name, value)
    (backend.scratch / ingest.CACHE_FOLDER).rename(backend.scratch / "aside")
    (source / "new").write_bytes(b"new")
    tree = Tree(backend.store, commit_folder(backend, repo, source).tree)
    assert len(asked) == len(set(asked)) == 40 + 6
    assert tree.read("new") == b"new"
    assert {entry.path: entry.digest for entry in tree.walk() if entry.path != "new"} == {
        entry.path: entry.digest for entry in Tree(backend.store, alone.tree).walk()
    }
    assert verify(backend).problems == []


def test_a_killed_reading_process_fails_the_put_and_leaves_nothing_behind(
    backend: Backend, repo: Repo, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_files(source)
    monkeypatch.setattr(file_process, "CORES", 2)
    for name, value in (("MANY_FILES", 10), ("_BATCH_FILES", 7), ("CORES", 2)):
        monkeypatch.setattr(ingest, name, value)
    real, asked = FileProcess.gather, []

    def killed(self: FileProcess, paths: Sequence[str], sizes: Sequence[int]) -> Gathered:
        asked.append(self._process)
        if len(asked) == 4:
            self._process.kill()
        return real(self, paths, sizes)

    with monkeypatch.context() as patch:
        patch.setattr(FileProcess, "gather", killed)
        with pytest.raises(Unavailable, match="ended before its time"):
            commit_folder(backend, repo, source)
    assert all(process.returncode is not None for process in asked)
    assert read_head(backend, repo, "main").commit is None
    commit = commit_folder(backend, repo, source)
    assert Tree(backend.store, commit.tree).read("many/39") == b"39 " * 11_700
    assert verify(backend).problems == []


@pytest.fixture(params=["here", "processes"])
def helped(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process write files itself, or others for it."""
    monkeypatch.setattr(checkout_module, "MANY_FILES", 1 if request.param == "processes" else 10**9)
    monkeypatch.setattr(file_process, "CORES", 2)


@pytest.mark.usefixtures("helped")
def test_files_come_from_open_full_and_moved_packs(backend: Backend, repo: Repo, source: Path, tmp_path: Path) -> None:
    many_files(source)
    (source / "large").write_bytes(os.urandom(5_000_000))
    commit = commit_folder(backend, repo, source)
    tree = Tree(backend.store, commit.tree)
    for step in ("open", "full", "again"):
        if step == "full":
            backend.store.rotate()
        assert checkout(tree, tmp_path / step) == 48
        subprocess.run(["diff", "-r", "--no-dereference", source, tmp_path / step], check=True)
    (tmp_path / "again/many/30").write_bytes(b"changed here")
    assert checkout(tree, tmp_path / "again") == 48  # over the same files
    subprocess.run(["diff", "-r", "--no-dereference", source, tmp_path / "again"], check=True)


@pytest.mark.usefixtures("helped")
def test_what_stands_in_the_way_of_a_file_is_told(backend: Backend, repo: Repo, source: Path, tmp_path: Path) -> None:
    tree = Tree(backend.store, commit_folder(backend, repo, source).tree)
    (tmp_path / "out/a.txt").mkdir(parents=True)
    with pytest.raises(Conflict, match=r"a\.txt is in the way"):
        checkout(tree, tmp_path / "out")
    assert not [name for name in os.listdir(tmp_path / "out") if name.startswith(".tilth")]


@pytest.mark.usefixtures("helped")
def test_a_damaged_chunk_is_never_written(tmp_path: Path, source: Path) -> None:
    with open_backend(tmp_path / "workspace") as backend:
        tree = Tree(backend.store, commit_folder(backend, create_repo(backend, "digits"), source).tree)
        backend.store.rotate()
        for pack in (tmp_path / "workspace/packs").iterdir():
            data = pack.read_bytes()
            pack.write_bytes(data.replace(b"sub/deep/c.txt", b"sub/deep/C.txt"))
        backend.store.forget_decoded()
        with pytest.raises(Corrupt, match="damaged"):
            checkout(tree, tmp_path / "out")
        assert not (tmp_path / "out/sub/deep/c.txt").exists()


def test_a_killed_writing_process_is_told(
    backend: Backend, repo: Repo, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not backend.store.place.appends:
        pytest.skip("packs in a bucket are read by this process")
    tree = Tree(backend.store, commit_folder(backend, repo, source).tree)
    backend.store.rotate()
    real = FileProcess.spread

    def killed(self: FileProcess, pack: str, files: SpreadFiles) -> list[int]:
        self._process.kill()
        return real(self, pack, files)

    monkeypatch.setattr(checkout_module, "MANY_FILES", 1)
    monkeypatch.setattr(file_process, "CORES", 2)
    with monkeypatch.context() as patch:
        patch.setattr(FileProcess, "spread", killed)
        with pytest.raises(Unavailable, match="ended before its time"):
            checkout(tree, tmp_path / "out")
    assert checkout(tree, tmp_path / "out") == 7
