"""Fetching from a real HTTP server on loopback, which misbehaves as asked."""

from __future__ import annotations

import io
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner

import tilth
from tilth.cli.main import program
from tilth.errors import Denied, Invalid, NotFound, TilthError, Unavailable
from tilth.exchange import urls
from tilth.exchange.urls import Fetching, fetch, is_public
from tilth.model.urls import told_without_secrets, without_secrets

DATA = bytes(range(256)) * 4000
LOCAL = Fetching(private=True)


class Site(BaseHTTPRequestHandler):
    """Answers by the path."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[tuple[str, str | None]]] = []
    etag: ClassVar[str] = '"one"'

    def do_GET(self) -> None:
        """Answer."""
        wanted = self.headers.get("Range")
        self.asked.append((self.path, wanted))
        where = self.path.partition("?")[0]
        if where == "/missing":
            self.answer(404, b"")
        elif where == "/secret":
            self.answer(403, b"")
        elif where.startswith("/to/"):
            self.answer(302, b"", Location=where[4:])
        elif where == "/round":
            self.answer(302, b"", Location="/round")
        elif where == "/packed":
            self.answer(200, b"xx", **{"Content-Encoding": "gzip"})
        elif where == "/busy" and len(self.asked) < 3:
            self.answer(503, b"")
        elif where in ("/broken", "/changing", "/nameless"):
            start = int(re.findall(r"\d+", wanted)[0]) if wanted else 0
            tag = {} if where == "/nameless" else {"ETag": self.etag}
            if where == "/changing":
                Site.etag = '"two"'
            if wanted and self.headers.get("If-Range") == self.etag:
                tag["Content-Range"] = f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"
                self.answer(206, DATA[start:], cut=200_000, **tag)
            else:
                self.answer(200, DATA, cut=200_000, **tag)
        else:
            self.answer(200, DATA, ETag=self.etag)

    def answer(self, status: int, body: bytes, *, cut: int | None = None, **headers: str) -> None:
        """Send an answer, of its body only `cut` bytes."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut])
        if cut is not None and cut < len(body):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Says nothing of clients that leave."""

    def handle_error(self, *args: Any) -> None:
        """Do nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(urls, "FIRST_PAUSE_S", 0.01)
    Site.asked.clear()
    Site.etag = '"one"'
    server = Server(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def read(url: str, how: Fetching = LOCAL) -> bytes:
    with fetch(url, how) as stream:
        return io.BufferedReader(stream, 1 << 16).read()


def test_a_file_is_read_with_its_name_size_and_etag(site: str) -> None:
    with fetch(f"{site}/some/a%20file.bin?x=1", LOCAL) as stream:
        assert (stream.name, stream.size, stream.etag) == ("a file.bin", len(DATA), '"one"')
        assert io.BufferedReader(stream).read() == DATA


def test_a_broken_transfer_goes_on_where_it_was(site: str) -> None:
    assert read(f"{site}/broken") == DATA
    assert [wanted for _, wanted in Site.asked] == [None] + [f"bytes={n}-" for n in range(200_000, len(DATA), 200_000)]


def test_a_broken_transfer_of_what_changed_meanwhile_is_refused(site: str) -> None:
    with pytest.raises(Unavailable, match="changed"):
        read(f"{site}/changing")
    with pytest.raises(Unavailable, match="does not say how to go on"):
        read(f"{site}/nameless")


def test_a_busy_server_is_asked_again(site: str) -> None:
    assert read(f"{site}/busy") == DATA


def test_what_cannot_be_read_is_named(site: str) -> None:
    for path, kind in (("missing", NotFound), ("secret", Denied), ("round", Invalid), ("packed", Unavailable)):
        with pytest.raises(kind, match=path):
            read(f"{site}/{path}")
    with pytest.raises(Invalid, match="larger"):
        read(f"{site}/x", Fetching(private=True, max_bytes=1000))


def test_private_addresses_are_not_asked(site: str) -> None:
    port = site.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0.0.0.0", "[::ffff:127.0.0.1]"):
        with pytest.raises((Denied, Unavailable)) as refused:
            read(f"http://{host}:{port}/x", Fetching())
        assert "private" in refused.value.message or "resolved" in refused.value.message
    assert Site.asked == []


def test_each_redirect_is_checked_anew(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(f"{site}/to//x") == DATA
    monkeypatch.setattr(urls, "is_public", lambda address: address == "127.0.0.1")
    inner = site.replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(Denied, match=r"127\.0\.0\.2"):
        read(f"{site}/to/{inner}/x", Fetching())
    with pytest.raises(Invalid):
        read(f"{site}/to/file:///etc/passwd", Fetching())


def test_the_address_that_was_checked_is_the_one_connected_to(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers a public address first and a private one later (DNS rebinding) gains nothing."""
    port = int(site.rpartition(":")[2])
    answers = iter(["127.0.0.1", "127.0.0.9"])
    seen: list[str] = []

    def resolve(host: str, *args: Any, **named: Any) -> list[Any]:
        seen.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(urls, "is_public", lambda address: address == "127.0.0.1")
    with monkeypatch.context() as patched:
        real = socket.getaddrinfo
        patched.setattr(
            socket, "getaddrinfo", lambda host, *a, **k: resolve(host) if host == "rebind.test" else real(host, *a, **k)
        )
        assert read(f"http://rebind.test:{port}/x", Fetching()) == DATA
    assert seen == ["rebind.test"]


@pytest.mark.parametrize("url", ["ftp://x/y", "http://", "http:///x", "file:///etc/passwd", "http://a b/", "http://u:p@h/x",
                                 "gopher://h/", "http://h:99999/", "http://h/\r\nX: y"])  # fmt: skip
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        read(url)


def test_no_error_repeats_the_credentials_in_a_url(site: str) -> None:
    for path in ("/missing", "/secret", "/round", "/packed", "/nameless", "/x y", f"/to/{site}/missing?sig=SECRET"):
        with pytest.raises(TilthError) as caught:
            read(f"{site}{path}?sig=SECRET#SECRET")
        assert "SECRET" not in f"{caught.value.message} {caught.value.help} {caught.value.facts}"
    with pytest.raises(Invalid, match="larger") as too_large:
        read(f"{site}/x?sig=SECRET", Fetching(private=True, max_bytes=10))
    assert f"{site}/x is larger" in too_large.value.message
    with pytest.raises(Invalid) as caught:
        read("ftp://me:SECRET@host/x")
    assert "SECRET" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:pw@host:1/a@b?sig=x#y", "https://host:1/a@b"),
        ("abfss://container@account/p?sig=x", "abfss://container@account/p"),
        ("abfss://container:pw@account/p", "abfss://account/p"),
        ("me:pw@host", "host"),
        ("no url", "no url"),
    ],
)
def test_a_url_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert without_secrets(url) == shown
    assert told_without_secrets(f"GET ({url}) failed") == f"GET ({shown if '//' in url else url}) failed"


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("10.0.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("224.0.0.1", False),
     ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False),
     ("2002:a00:1::", False), ("2606:4700::1111", True), ("0.0.0.0", False), ("255.255.255.255", False),
     ("192.0.0.192", False), ("fec0::1", False)],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_put_goes_on_behind_a_connection_that_breaks(site: str, tmp_path: Path) -> None:
    place = str(tmp_path / "w")
    with tilth.connect(place) as workspace:
        workspace.repos.create("raw")
    words = ["-w", place, "put", "--allow-private", "raw:in/", f"{site}/broken"]
    done = CliRunner().invoke(program, words)
    assert done.exit_code == 0, done.output
    assert len(Site.asked) == 1 + (len(DATA) - 1) // 200_000
    with tilth.connect(place) as workspace:
        assert b"".join(workspace.files.read("raw:in/broken")) == DATA
    Site.asked.clear()
    refused = CliRunner().invoke(program, [*words[:-1], f"{site}/changing"])
    assert refused.exit_code != 0
    assert "changed" in refused.output
    with tilth.connect(place) as workspace:
        assert workspace.commits.get("raw").files == 1
