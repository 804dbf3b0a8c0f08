"""A proxy before an S3 server that does to requests and answers what networks and busy servers do."""

from __future__ import annotations

import random
import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO
from urllib.parse import urlsplit

WAYS = (
    "busy",  # 503 SlowDown
    "error",  # 500 InternalError
    "slow",
    "drop",  # the connection ends before the request arrives
    "half request",  # it ends within the request, of which the server sees a half
    "half answer",  # it ends within the answer
    "lost answer",  # the request is done, the answer never comes
    "late request",  # the client gave up, and then the request is done all the same
    "stale list",  # a listing as it was the last time
)


class Faults:
    """Which requests go wrong: a share of them, drawn from a seed. `down` lets nothing through."""

    def __init__(self, seed: int, share: float) -> None:
        self.share = share
        self.down = False
        self.script: list[str] = []
        """What happens to the next requests, before it is drawn."""
        self.done: Counter[str] = Counter()
        self.late: list[threading.Timer] = []
        self._draw = random.Random(seed)
        self._lock = threading.Lock()

    def next(self) -> str:
        """Say what happens to the next request; "" where it goes well."""
        with self._lock:
            way = self._draw.choice(WAYS) if self._draw.random() < self.share else ""
            way = self.script.pop(0) if self.script else way
            way = "drop" if self.down else way
            self.done[way] += 1
            return way

    def wait(self) -> None:
        """Wait until late requests have arrived."""
        for each in self.late:
            each.join()


@contextmanager
def faulty(endpoint: str, faults: Faults) -> Iterator[str]:
    """Run the proxy before the server at `endpoint`; return the endpoint to use instead."""
    place = urlsplit(endpoint)
    assert place.port is not None
    server = _Proxy(("127.0.0.1", 0), _Client)
    server.faults, server.behind, server.lists = faults, (str(place.hostname), place.port), {}
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    faults: Faults
    behind: tuple[str, int]
    lists: dict[bytes, bytes]


class _Client(socketserver.StreamRequestHandler):
    server: _Proxy
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with suppress(OSError):
            while request := _message(self.rfile):
                if not self._answer(*request):
                    return

    def _answer(self, head: bytes, body: bytes) -> bool:
        """Answer one request; False where the connection ends."""
        way = self.server.faults.next()
        what = head.split(b"\r\n", 1)[0]
        if way == "drop":
            return False
        if way in ("busy", "error"):
            self._refuse(*((503, "SlowDown") if way == "busy" else (500, "InternalError")))
            return True
        if way == "half request":
            self._ask(head + body[: len(body) // 2], answered=False)
            return False
        if way == "late request":
            late = threading.Timer(0.2, self._ask, (head + body,))
            late.start()
            self.server.faults.late.append(late)
            return False
        if way == "slow":
            threading.Event().wait(0.1)
        listing = what.startswith(b"GET") and b"list-type=2" in what
        if way == "stale list" and listing and what in self.server.lists:
            self.wfile.write(self.server.lists[what])
            return True
        answer = self._ask(head + body, bodiless=what.startswith(b"HEAD"))
        if not answer or way == "lost answer":
            return False
        if listing:
            self.server.lists[what] = answer
        if way == "half answer":
            self.wfile.write(answer[: len(answer) // 2])
            return False
        self.wfile.write(answer)
        return b"\r\nconnection: close" not in answer.partition(b"\r\n\r\n")[0].lower()

    def _refuse(self, status: int, code: str) -> None:
        body = f"<Error><Code>{code}</Code><Message>Again later.</Message></Error>".encode()
        head = f"HTTP/1.1 {status} {code}\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def _ask(self, request: bytes, *, answered: bool = True, bodiless: bool = False) -> bytes:
        with suppress(OSError), socket.create_connection(self.server.behind) as behind:
            behind.sendall(request)
            if answered:
                return b"".join(_message(behind.makefile("rb"), bodiless=bodiless) or ())
        return b""


def _message(file: BinaryIO, *, bodiless: bool = False) -> tuple[bytes, bytes] | None:
    """Read one message of HTTP, head and body as they came; None at the end of the connection."""
    lines = [line := file.readline()]
    while line.strip():
        line = file.readline()
        lines.append(line)
    head = b"".join(lines)
    if not head.endswith(b"\r\n\r\n"):
        return None
    told = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines[1:-1])}
    if bodiless or lines[0].split()[1] in (b"204", b"304"):
        return head, b""
    if told.get(b"transfer-encoding") == b"chunked":
        return head, b"".join(_chunks(file))
    return head, file.read(int(told.get(b"content-length", 0)))


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    size = -1
    while size:
        line = file.readline()
        size = int(line, 16)
        yield line + file.read(size + 2)
