"""What all tests share."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tilth.errors import Unavailable
from tilth.testing.azure import TestContainers, azure_server
from tilth.testing.google import TestGoogleBuckets, google_server
from tilth.testing.postgres import TestServer, postgres_server
from tilth.testing.s3 import TestBuckets, s3_server

os.environ.setdefault("TILTH_RESERVE", "0")  # a file of 64 MB in each of some thousand workspaces is no test

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; tests that need it skip where it is missing."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs the real data sets in {folder.relative_to(ROOT.parent)} beside the checkout")
    return folder


def missing_backend(error: Unavailable) -> None:
    """Skip where a server is not installed, but never in CI, where its tests must run."""
    (pytest.fail if os.environ.get("TILTH_CI") else pytest.skip)(f"{error.message} {error.help}")


@pytest.fixture
def small_disk_of(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Mounts a file system of so many MB of this test alone; skips where that is not allowed."""
    with ExitStack() as stack:

        def mounted(megabytes: int) -> Path:
            folder = tmp_path / "small"
            folder.mkdir()
            asked = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
            done = subprocess.run(asked, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"needs the right to mount a small file system: {done.stderr.strip()}")
            stack.callback(subprocess.run, ["umount", "-l", str(folder)], check=False)
            return folder

        yield mounted


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestServer]:
    """A real PostgreSQL server, started once for all tests of this process."""
    try:
        server = postgres_server()
        with server as running:
            yield running
    except Unavailable as error:
        missing_backend(error)


@pytest.fixture
def postgres_url(postgres: TestServer) -> Iterator[str]:
    """The URL of an empty schema of this test alone."""
    with postgres.schema() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where an empty database is, on each of the databases that a workspace may have."""
    if request.param == "sqlite":
        return tmp_path / "tilth.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def buckets() -> Iterator[TestBuckets]:
    """A real S3 server, started once for all tests of this process."""
    try:
        with s3_server() as running:
            yield running
    except Unavailable as error:
        missing_backend(error)


@pytest.fixture
def s3_url(buckets: TestBuckets, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty prefix of this test alone, with the credentials in the environment."""
    for name, value in buckets.environment.items():
        monkeypatch.setenv(name, value)
    return buckets.url(f"t{secrets.token_hex(6)}")


@pytest.fixture(scope="session")
def google_buckets() -> Iterator[TestGoogleBuckets]:
    """A server for gs:// URLs, started once for all tests of this process."""
    try:
        with google_server() as running:
            yield running
    except Unavailable as error:
        missing_backend(error)


@pytest.fixture
def gs_url(google_buckets: TestGoogleBuckets, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty prefix of this test alone, with the credentials in the environment."""
    for name, value in google_buckets.environment.items():
        monkeypatch.setenv(name, value)
    return google_buckets.url(f"t{secrets.token_hex(6)}")


@pytest.fixture(scope="session")
def containers() -> Iterator[TestContainers]:
    """A real Azure Blob server, started once for all tests of this process; they skip where it is not installed."""
    try:
        with azure_server() as running:
            yield running
    except Unavailable as error:
        pytest.skip(f"{error.message} {error.help}")


@pytest.fixture
def az_url(containers: TestContainers, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty prefix of this test alone, with the credentials in the environment."""
    for name, value in containers.environment.items():
        monkeypatch.setenv(name, value)
    return containers.url(f"t{secrets.token_hex(6)}")


@pytest.fixture
def grown(postgres_url: str, s3_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workspaces that the test makes keep their metadata in PostgreSQL and their data in a bucket."""
    monkeypatch.setenv("TILTH_DATABASE_URL", postgres_url)
    monkeypatch.setenv("TILTH_STORAGE_URL", s3_url)
