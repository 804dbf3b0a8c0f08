"""What the versioning tests share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.repos import Repo, create_repo

# The short ways to write commits are a module beside the tests, which pytest's importlib mode does not put on the path.
sys.path.insert(0, str(Path(__file__).parent))


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
