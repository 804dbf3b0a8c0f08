"""What every Workspace does with archives, URLs and parts of files, as tests; a part of `WorkspaceSuite`."""

from __future__ import annotations

import io
import os
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tilth.contract.entry import Executable, Link
from tilth.contract.uploads import UploadFile
from tilth.contract.workspace import Workspace
from tilth.errors import BranchMoved, Conflict, Denied, Invalid, NotFound
from tilth.model.digest import Digest, digest_of
from tilth.storage.content import write_content
from tilth.storage.records import Codec, RecordKind, pack_header


class ExchangeSuite:
    """The behaviours. `workspace` has an owner's rights; a server of it was started to fetch nothing."""

    @pytest.fixture
    def site(self, tmp_path: Path) -> Iterator[str]:
        """A real HTTP server on loopback with the files of `tmp_path`."""
        handler = partial(_Quiet, directory=str(tmp_path))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()

    @pytest.mark.parametrize("form", ["tar", "tgz", "tzst", "zip"])
    def test_a_folder_goes_out_as_an_archive_and_comes_back_the_same(
        self, workspace: Workspace, name: str, form: str, tmp_path: Path
    ) -> None:
        big = os.urandom(9_000_000)
        workspace.repos.create(name)
        workspace.files.put_many(
            name,
            [
                ("out/other", b"not this"),
                ("in/a.txt", b"alpha" * 1000),
                ("in/sub/big", big),
                ("in/sub/run", Executable(b"#!/bin/sh\n")),
                ("in/sub/link", Link("../a.txt")),
            ],
        )
        packed = b"".join(workspace.files.archive(f"{name}:in", format=form))
        if form == "zip":
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                assert archive.testzip() is None
                assert archive.read("a.txt") == b"alpha" * 1000
        elif form != "tzst":
            with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
                assert tar.getnames() == [".", "a.txt", "sub/big", "sub/link", "sub/run"]
        file = tmp_path / "packed"
        file.write_bytes(packed)
        workspace.files.put_archive(f"{name}:again", file, message="back")
        workspace.files.put_archive(f"{name}:bytes", packed)
        before, one, two = (_inside(workspace, f"{name}:{top}") for top in ("in", "again", "bytes"))
        assert before == one == two
        with pytest.raises(Invalid):
            workspace.files.archive(f"{name}:in", format="rar").__next__()

    def test_a_refused_archive_leaves_nothing(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        head = workspace.files.put(f"{name}:kept", b"1").id
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("fine.txt", "1")
            archive.writestr("../evil.txt", "2")
        with pytest.raises(Invalid, match=r"\.\./evil\.txt"):
            workspace.files.put_archive(name, out.getvalue())
        assert workspace.commits.get(name).id == head

    def test_a_server_fetches_urls_only_where_that_is_allowed(
        self, workspace: Workspace, name: str, site: str, tmp_path: Path
    ) -> None:
        (tmp_path / "some file.txt").write_bytes(b"from afar")
        workspace.repos.create(name)
        url = f"{site}/some%20file.txt"
        with pytest.raises(Denied):
            workspace.files.put_url(f"{name}:raw/", url)
        if workspace.place.startswith("http"):
            with pytest.raises(Denied, match="fetches no URLs"):
                workspace.files.put_url(f"{name}:raw/", url, private=True)
            return
        workspace.files.put_url(f"{name}:raw/", url, private=True)
        assert b"".join(workspace.files.read(f"{name}:raw/some file.txt")) == b"from afar"
        with pytest.raises(NotFound):
            workspace.files.put_url(f"{name}:raw/", f"{site}/none", private=True)

    def test_files_in_parts_become_the_same_commit_as_whole_ones(self, workspace: Workspace, name: str) -> None:
        data = os.urandom(11_000_000)
        workspace.repos.create(name)
        other = workspace.files.put(f"{name}:other", b"another head")
        workspace.branches.create(name, "other")
        chunks: list[tuple[bytes, bytes]] = cut(data)
        big = UploadFile("big", b"".join(entry for entry, _ in chunks), executable=True)
        empty = UploadFile("empty", entry_of(b""))
        files = [big, UploadFile("way", link="big"), empty]
        there = f"{name}@other"
        assert workspace.uploads.lacking(there, files) == bytes([1]) * (len(chunks) + 1)
        with pytest.raises(Conflict, match="not there"):
            workspace.uploads.commit(there, files)
        body = b"".join(record_of(piece) for _, piece in chunks[:2])
        assert workspace.uploads.put(there, body) == 2
        assert workspace.uploads.lacking(there, files) == bytes([0, 0]) + bytes([1]) * (len(chunks) - 1)
        with pytest.raises(Conflict, match=f"{len(chunks) - 1} chunks"):
            workspace.uploads.commit(there, files)
        rest = b"".join(record_of(piece) for _, piece in [*chunks[2:], (b"", b"")])
        workspace.uploads.put(there, rest)
        assert not any(workspace.uploads.lacking(there, files))
        with pytest.raises(BranchMoved):
            workspace.uploads.commit(there, files, if_head=other.id)
        done = workspace.uploads.commit(there, files, message="in parts")
        assert (done.files, done.message) == (3, "in parts")
        found = {file.path: file for file in workspace.files.walk(there).items}
        workspace.files.put(f"{name}:whole", data)
        assert found["big"].digest == workspace.files.stat(f"{name}:whole").digest
        assert found["big"].attributes["mode"] == "755"
        assert found["way"].kind == "link"
        assert b"".join(workspace.files.read(f"{there}:big")) == data
        # What the head has at a path, or at the path that is said to be like it, need not be sent again.
        moved = [UploadFile("moved", big.chunks, like="big"), UploadFile("big", big.chunks)]
        assert not any(workspace.uploads.lacking(there, moved))
        again = workspace.uploads.commit(there, moved[:1], deletes=["big", "way"])
        assert [file.path for file in workspace.files.walk(there).items] == ["empty", "moved"]
        assert workspace.uploads.commit(there, moved[:1]).id == again.id

    def test_what_is_no_upload_is_refused(self, workspace: Workspace, name: str) -> None:
        workspace.repos.create(name)
        small, large = entry_of(b"a"), entry_of(bytes(300_000))
        workspace.uploads.put(name, record_of(b"a") + record_of(bytes(300_000)))
        for chunks in (b"", small[:-1], small + large, large + large, small[:32] + b"\xff\xff\xff\x7f"):
            with pytest.raises(Invalid):
                workspace.uploads.commit(name, [UploadFile("x", chunks)])
        with pytest.raises(Invalid):
            workspace.uploads.put(name, b"no record")
        with pytest.raises(Invalid, match="damaged before it arrived"):
            workspace.uploads.put(name, record_of(b"abc" * 100)[:-1] + b"?")
        with pytest.raises(Invalid):
            workspace.uploads.commit(name, [UploadFile("../x", small)])
        for place in (f"{name}:path", "nowhere-at-all", f"{name}@none"):
            with pytest.raises((Invalid, NotFound)):
                workspace.uploads.lacking(place, [])
        with pytest.raises(NotFound):
            workspace.commits.get(name)


def cut(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return entry and bytes of each chunk that the store cuts these bytes into."""
    found: list[tuple[bytes, bytes]] = []

    class Sink:
        def put(self, kind: RecordKind, digest: Digest, data: bytes | memoryview) -> bool:
            if kind is RecordKind.CHUNK:
                found.append((entry_of(bytes(data)), bytes(data)))
            return True

    write_content(Sink(), data)
    return found


def entry_of(data: bytes) -> bytes:
    """Return the entry of a chunk."""
    return digest_of(data) + len(data).to_bytes(4, "little")


def record_of(data: bytes) -> bytes:
    """Return a chunk as the record that goes over the wire."""
    return pack_header(RecordKind.CHUNK, Codec.RAW, len(data), digest_of(data), data) + data


def _inside(workspace: Workspace, folder: str) -> list[tuple[object, ...]]:
    return [
        (file.path.partition("/")[2], file.digest, file.kind, dict(file.attributes))
        for file in workspace.files.walk(folder).items
    ]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""
