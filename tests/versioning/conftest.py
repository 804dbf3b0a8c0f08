"""What the versioning tests share."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.repos import Repo, create_repo

# The short ways to write commits are a module beside the tests, which pytest's importlib mode does not put on the path.
sys.path.insert(0, str(Path(__file__).parent))


_SAMPLE = 4
"""One in so many tests runs on PostgreSQL and S3 in `make test`, always the same ones; all do in `make soak`."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        grown = item.path.is_relative_to(here) and item.name.endswith("]") and "grown" in item.name
        if grown and zlib.crc32(item.name.encode()) % _SAMPLE:
            item.add_marker("soak")


@pytest.fixture(params=["embedded", "grown"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """A workspace in a folder, and one in PostgreSQL and an S3 bucket: the same tests for both."""
    if request.param == "grown":
        request.getfixturevalue("grown")
    with open_backend(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def repo(backend: Backend) -> Repo:
    return create_repo(backend, "digits")
