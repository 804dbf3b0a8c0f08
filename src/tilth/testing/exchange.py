"""What every Workspace does with archives, URLs and parts of files, as tests; used like `WorkspaceSuite`."""

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

from tilth.contract.values import Executable, Link
from tilth.contract.workspace import Workspace
from tilth.errors import Denied, Invalid, NotFound
from tilth.model.ids import new_id


class ExchangeSuite:
    """The behaviours. `workspace` has an owner's rights; a server of it was started to fetch nothing."""

    @pytest.fixture
    def name(self) -> str:
        """A name that no other test uses."""
        return f"x{new_id()[-12:]}x"

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


def _inside(workspace: Workspace, folder: str) -> list[tuple[object, ...]]:
    return [
        (file.path.partition("/")[2], file.digest, file.kind, dict(file.attributes))
        for file in workspace.files.walk(folder).items
    ]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""
