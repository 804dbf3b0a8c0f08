"""An Azure Blob server of one's own for tests: Microsoft's Azurite, in memory, thrown away afterwards."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

from tilth.errors import Unavailable
from tilth.testing.postgres import die_with_parent
from tilth.testing.s3 import wait_for

ACCOUNT = "devstoreaccount1"
CONTAINER = "tilth"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The key that every Azurite has; Microsoft's documentation tells it."""
_VERSION = "2021-08-06"


@dataclass(frozen=True)
class TestContainers:
    """A running server."""

    __test__ = False

    endpoint: str

    def url(self, prefix: str, container: str = CONTAINER) -> str:
        """Return the URL of a prefix in a container."""
        return f"az://{container}/{prefix}?endpoint={self.endpoint}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which clients learn the credentials."""
        return {"AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT, "AZURE_STORAGE_ACCOUNT_KEY": _KEY}


@contextmanager
def azure_server() -> Iterator[TestContainers]:
    """Run a server with one container until the end of the block. Raises Unavailable where there is no Azurite."""
    program = _program()
    folder = Path(tempfile.mkdtemp(prefix="tilth-az-"))
    try:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [
                    *(program, "--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck"),
                    *("--blobHost", "127.0.0.1", "--blobPort", str(port)),
                ],
                stdout=log,
                stderr=log,
                cwd=folder,
                preexec_fn=die_with_parent,
            )
        try:
            wait_for(process, port, folder / "log", 60)
            running = TestContainers(f"http://127.0.0.1:{port}/{ACCOUNT}")
            _make_container(running.endpoint)
            yield running
        finally:
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program() -> str:
    """Return the command; `make emulators` installs it beside the checkout's sources."""
    beside = Path(__file__).resolve().parents[3] / ".emulators" / "node_modules" / ".bin" / "azurite-blob"
    found = os.environ.get("TILTH_AZURITE") or shutil.which("azurite-blob") or (str(beside) if beside.exists() else "")
    if not found:
        raise Unavailable("Azurite is not installed here.", help="make emulators (needs Node 20 or newer).")
    return found


def _make_container(endpoint: str) -> None:
    """Make the container, by a request signed as Azure wants it; clients of blobs have no word for it."""
    date = formatdate(time.time(), usegmt=True)
    signed = "\n".join(
        [
            "PUT",
            *[""] * 11,
            f"x-ms-date:{date}",
            f"x-ms-version:{_VERSION}",
            f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}",
            "restype:container",
        ]
    )
    signature = base64.b64encode(hmac.new(base64.b64decode(_KEY), signed.encode(), hashlib.sha256).digest()).decode()
    headers = {
        "x-ms-date": date,
        "x-ms-version": _VERSION,
        "Authorization": f"SharedKey {ACCOUNT}:{signature}",
    }
    request = urllib.request.Request(f"{endpoint}/{CONTAINER}?restype=container", method="PUT", headers=headers)
    with urllib.request.urlopen(request, timeout=30):
        pass
