"""The suite on a workspace in PostgreSQL and an S3 bucket."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tilth.testing import WorkspaceSuite
from tilth.testing.postgres import TestServer
from tilth.testing.s3 import TestBuckets


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, postgres: TestServer, buckets: TestBuckets) -> Iterator[Path]:
    with postgres.schema() as url, pytest.MonkeyPatch.context() as patch:
        for name, value in buckets.environment.items():
            patch.setenv(name, value)
        patch.setenv("TILTH_DATABASE_URL", url)
        patch.setenv("TILTH_STORAGE_URL", buckets.url(f"suite-{secrets.token_hex(4)}"))
        yield tmp_path_factory.mktemp("grown") / "workspace"


class TestGrownWorkspace(WorkspaceSuite):
    """A folder whose metadata and data lie elsewhere."""
