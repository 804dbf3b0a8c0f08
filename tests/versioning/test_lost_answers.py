"""Commits of the database whose answer never comes: done or not, the next try finds out and nothing is lost."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from writing import files_of, put

from tilth.errors import Unavailable
from tilth.storage.sweep import delete_unregistered
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.catalogue import SqlCatalogue
from tilth.versioning.commits import read_head
from tilth.versioning.repos import create_repo
from tilth.versioning.verify import verify

COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"


class _Proxy(socketserver.ThreadingTCPServer):
    """Stands before PostgreSQL and lets a connection go at a COMMIT: before it is sent on, or before its answer."""

    daemon_threads = True
    block_on_close = False
    behind: str
    script: list[str]


class _Client(socketserver.BaseRequestHandler):
    server: _Proxy

    def handle(self) -> None:
        client: socket.socket = self.request
        with socket.socket(socket.AF_UNIX) as server, suppress(OSError):
            server.connect(self.server.behind)
            silent = threading.Event()
            answers = threading.Thread(target=self._pass_on, args=(server, client, silent), daemon=True)
            answers.start()
            while data := client.recv(1 << 16):
                way = self.server.script.pop(0) if data == COMMIT and self.server.script else ""
                if way == "request":
                    break
                if way == "answer":
                    silent.set()
                server.sendall(data)
            with suppress(OSError):
                server.shutdown(socket.SHUT_WR)
            answers.join()

    @staticmethod
    def _pass_on(server: socket.socket, client: socket.socket, silent: threading.Event) -> None:
        with suppress(OSError):
            while (data := server.recv(1 << 16)) and not silent.is_set():
                client.sendall(data)
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def _forgetful(url: str) -> Iterator[tuple[str, list[str]]]:
    """Run a proxy before the server of `url`; return the URL to use instead, and what goes wrong at next COMMITs."""
    told = parse_qs(urlsplit(url).query)
    server = _Proxy(("127.0.0.1", 0), _Client)
    server.behind, server.script = f"{told['host'][0]}/.s.PGSQL.5432", []
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    place = f"tilth@127.0.0.1:{server.server_address[1]}/postgres?schema={told['schema'][0]}"
    try:
        yield f"postgresql://{place}&sslmode=disable&gssencmode=disable", server.script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("lost", ["request", "answer"])
@pytest.mark.parametrize("kept_in", ["bucket", "folder"])
def test_a_commit_of_the_database_that_nobody_hears_of_tears_nothing(
    postgres_url: str, s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str, kept_in: str
) -> None:
    if kept_in == "bucket":
        monkeypatch.setenv("TILTH_STORAGE_URL", s3_url)
    made: dict[str, bytes] = {}
    failed: list[str] = []

    def write(backend: Backend, name: str) -> None:
        files = {f"{name}/{part}": f"{name} {part}".encode() * 50 for part in "ab"}
        made.update(files)
        put(backend, "digits", files)
        backend.store.rotate()  # so that each write begins a pack and seals it

    with _forgetful(postgres_url) as (url, script):
        monkeypatch.setenv("TILTH_DATABASE_URL", url)
        with open_backend(tmp_path / "w") as backend, open_backend(tmp_path / "w") as second:
            catalogue: Any = SqlCatalogue(second.database)
            create_repo(backend, "digits")
            write(second, "first")
            write(backend, "second")
            for number in range(40):
                script[:] = [""] * number + [lost]
                name = f"{number}"
                try:
                    write(backend, name)
                except Unavailable as error:
                    failed.append(error.message)
                    place = second.store.place  # maintenance takes away what it is not told of
                    names = place.leftovers({each.pack for each in catalogue.packs()})
                    delete_unregistered(place, catalogue, list(names))
                if script:
                    script.clear()
                    break
                write(second, f"{number} of another")
                write(backend, f"{number} again")
        assert 3 < number < 39
        assert failed
        assert all("connection to postgresql:" in each for each in failed), failed
        with open_backend(tmp_path / ("other" if kept_in == "bucket" else "w")) as backend:  # whose cache is empty
            head = read_head(backend, "digits", "main").commit
            assert head is not None
            found = files_of(backend, head)
            assert found.items() <= made.items()
            assert {path for path in made if "again" in path or "another" in path} <= found.keys()
            assert verify(backend).problems == []
            assert set(backend.store.place.packs()) >= {each.pack for each in SqlCatalogue(backend.database).packs()}
