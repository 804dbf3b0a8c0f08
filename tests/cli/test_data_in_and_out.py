"""Archives, URLs, standard input and byte ranges through the command line."""

from __future__ import annotations

import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from .conftest import Shell


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("site")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    thread.join()
    server.server_close()


def paths(shell: Shell, reference: str) -> list[str]:
    return [file["path"] for file in shell.json("ls", "-r", reference)["items"]]


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "/"), text)
    return out.getvalue()


@pytest.mark.parametrize("end", [".tar", ".tar.gz", ".tgz", ".tar.zst", ".zip"])
def test_a_commit_becomes_an_archive_and_comes_back(notes: Shell, end: str) -> None:
    assert "Wrote 1 file" in notes.run("get", "notes", f"out/notes{end}").stdout
    notes.run("get", "notes", f"out/notes{end}", code=4)
    notes.run("get", "--force", "notes", f"out/notes{end}")
    notes.run("put", "--unpack", "notes:back", f"out/notes{end}")
    assert paths(notes, "notes:back") == ["back/a.txt", "back/b.txt", "back/sub/c.txt"]
    notes.run("put", "notes:kept/", f"out/notes{end}")
    assert paths(notes, "notes:kept") == [f"kept/notes{end}"]


def test_standard_input_and_output_carry_archives(notes: Shell) -> None:
    packed = notes.run("get", "notes:sub", "-").stdout_bytes
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        assert tar.getnames() == [".", "c.txt"]
    notes.run("put", "--unpack", "notes:piped", "-", stdin=packed)
    assert notes.run("get", "notes:piped/c.txt", "-").stdout == "this is sub/c.txt\n"


def test_a_range_of_a_file_is_written(notes: Shell) -> None:
    notes.run("get", "--start", "5", "--stop", "7", "notes:a.txt", "part")
    assert (notes.folder / "part").read_text() == "is"
    assert notes.run("get", "--start", "8", "notes:a.txt", "-").stdout == "a.txt\n"
    notes.run("get", "--start", "1", "notes:sub", "x", code=2)


def test_a_refused_member_is_named_and_nothing_is_put(notes: Shell) -> None:
    before = notes.json("log", "notes")
    bad = notes.file("bad.zip", zipped(**{"fine": "1", "..": "2"}))
    assert "'..'" in notes.failure("put", "--unpack", "notes", str(bad), code=2)["message"]
    notes.run("put", "--unpack", "notes", "-", stdin="no archive", code=2)
    assert notes.json("log", "notes") == before


def test_several_sources_of_every_kind_are_one_commit(notes: Shell, site: tuple[str, Path]) -> None:
    url, folder = site
    (folder / "far.txt").write_text("far")
    (folder / "far.zip").write_bytes(zipped(z_1="one"))
    near = notes.file("near.zip", zipped(z_2="two"))
    put = ("put", "--allow-private", "--unpack", "notes:all", f"{url}/far.zip", str(near))
    notes.run(*put, str(notes.file("x", "x")), code=2)
    notes.run(*put, str(notes.folder / "notes"))
    inside = ("notes/a.txt", "notes/b.txt", "notes/sub/c.txt", "z/1", "z/2")
    assert paths(notes, "notes:all") == [f"all/{path}" for path in inside]
    notes.run("put", "--allow-private", "notes:urls", f"{url}/far.txt", f"{url}/far.zip")
    assert paths(notes, "notes:urls") == ["urls/far.txt", "urls/far.zip"]
    assert len(notes.json("log", "notes")["items"]) == 3


def test_a_url_is_put_under_its_name_or_the_path(notes: Shell, site: tuple[str, Path]) -> None:
    url, folder = site
    (folder / "far.txt").write_text("far")
    notes.run("put", "--allow-private", "notes:named.txt", f"{url}/far.txt")
    notes.run("put", "--allow-private", "notes:into/", f"{url}/far.txt?version=3")
    notes.run("put", "--allow-private", "--by-server", "notes:server/", f"{url}/far.txt")
    for path in ("named.txt", "into/far.txt", "server/far.txt"):
        assert notes.run("cat", f"notes:{path}").stdout == "far"
    refused = notes.failure("put", "notes:x", f"{url}/far.txt", code=5)
    assert "private" in refused["message"]
    assert "--allow-private" in refused["help"]
    assert notes.failure("put", "--allow-private", "notes:x", f"{url}/none", code=3)["message"].endswith("(404).")
    notes.run("put", "--allow-private", "notes", f"{url}/", code=2)
    notes.run("put", "--by-server", "notes", "x", code=2)


def test_a_version_goes_to_an_object_store_and_comes_back(notes: Shell, s3_url: str) -> None:
    (notes.folder / "notes" / "way").symlink_to("a.txt")
    notes.run("put", "notes", str(notes.folder / "notes"))
    done = notes.run("get", "notes", s3_url)
    assert "Sent 3 files (" in done.stdout
    assert "Left out 1 link" in done.stderr
    assert "Nothing was sent" in notes.run("get", "notes", s3_url).stdout
    assert notes.json("get", "notes", s3_url)["sent"] == 0
    notes.run("get", "--start", "1", "notes:a.txt", s3_url, code=2)
    notes.run("put", "notes:back/", s3_url)
    assert paths(notes, "notes:back") == ["back/a.txt", "back/b.txt", "back/sub/c.txt"]
    assert "Nothing changed" in notes.run("put", "notes:back/", s3_url).stdout
