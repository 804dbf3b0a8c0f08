"""What is sent to a real server and breaks off: nothing of it is committed, and the same again goes through."""

from __future__ import annotations

import io
import os
import socket
import tarfile
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tilth.contract import archive
from tilth.contract.workspace import Workspace
from tilth.errors import Unavailable
from tilth.testing import ServerProcess

BIG = os.urandom(24_000_000)


def packed(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        header = tarfile.TarInfo("in/log")
        header.size = len(data)
        tar.addfile(header, io.BytesIO(data))
    return out.getvalue()


def break_off(process: ServerProcess, token: str, path: str, body: bytes, *, chunked: bool) -> None:
    """Send the head of a request and half of its body, then go away without a word."""
    at = urlsplit(process.url)
    with socket.create_connection((at.hostname, at.port), 30) as wire:
        how = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
        wire.sendall(
            f"POST /api/v1/{path} HTTP/1.1\r\nHost: {at.netloc}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/octet-stream\r\n{how}\r\n\r\n".encode()
        )
        half = body[: len(body) // 2]
        wire.sendall(b"%x\r\n%b\r\n" % (len(half), half) if chunked else half)


@pytest.mark.parametrize("chunked", [False, True], ids=["told length", "in chunks"])
def test_a_body_that_breaks_off_changes_nothing_and_the_next_one_goes_through(
    process: ServerProcess, token: str, server: Workspace, name: str, chunked: bool
) -> None:
    head = server.files.put(f"{name}:log", b"first\n")
    more = os.urandom(200_000)
    where = quote(f"{name}:log")
    for path, body in (
        (f"files/put?reference={where}", more),
        (f"files/append?reference={where}", more),
        (f"files/put-archive?reference={name}", packed(more)),
        (f"files/put-many?branch={name}", b"".join(archive.pack([("log", more)]))),
    ):
        break_off(process, token, path, body, chunked=chunked)
        assert server.commits.get(name).id == head.id
        assert b"".join(server.files.read(f"{name}:log")) == b"first\n"
    server.files.append(f"{name}:log", more)
    assert b"".join(server.files.read(f"{name}:log")) == b"first\n" + more
    assert [commit.id for commit in server.commits.log(name).items][1:] == [head.id]
    assert server.maintenance.verify().problems == []


def test_an_archive_or_a_pipe_that_broke_off_sends_only_the_rest_when_it_is_put_again(
    server: Workspace, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    facet = type(server.uploads)
    put = facet.put
    sent: list[int] = []

    def breaks(self: Any, branch: str, source: Any) -> int:
        if len(sent) == 1:
            raise Unavailable("The network is gone.")
        sent.append(len(source))
        return put(self, branch, source)

    def counts(self: Any, branch: str, source: Any) -> int:
        sent.append(len(source))
        return put(self, branch, source)

    def archived() -> None:
        server.files.put_archive(f"{name}:a", io.BytesIO(packed(BIG)))

    def piped() -> None:
        server.files.put(f"{name}:p", io.BufferedReader(_Pipe(BIG[::-1])))

    for act, path, expected in ((archived, "a/in/log", BIG), (piped, "p", BIG[::-1])):
        sent.clear()
        with monkeypatch.context() as patched:
            patched.setattr(facet, "put", breaks)
            with pytest.raises(Unavailable, match="gone"):
                act()
        first = sum(sent)
        assert first
        sent.clear()
        with monkeypatch.context() as patched:
            patched.setattr(facet, "put", counts)
            act()
        assert first + sum(sent) < len(expected) + 50_000
        assert b"".join(server.files.read(f"{name}:{path}")) == expected


class _Pipe(io.RawIOBase):
    """Bytes that come once and tell no size."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, target: Any) -> int:
        """Fill `target`."""
        return self._data.readinto(target)
