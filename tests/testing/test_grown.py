"""The suite on a workspace in PostgreSQL and an S3 bucket."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tilth.contract.workspace import Workspace
from tilth.testing import ExchangeSuite, HistorySuite, WorkspaceSuite
from tilth.testing.postgres import TestServer
from tilth.testing.s3 import TestBuckets
from tilth.testing.suite import AsUser
from tilth.versioning.backend import open_backend
from tilth.workspace import access_ledger
from tilth.workspace.local import open as open_local


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, postgres: TestServer, buckets: TestBuckets) -> Iterator[Path]:
    with postgres.schema() as url, pytest.MonkeyPatch.context() as patch:
        for name, value in buckets.environment.items():
            patch.setenv(name, value)
        patch.setenv("TILTH_DATABASE_URL", url)
        patch.setenv("TILTH_STORAGE_URL", buckets.url(f"suite-{secrets.token_hex(4)}"))
        yield tmp_path_factory.mktemp("grown") / "workspace"


@pytest.fixture(scope="module")
def workspace(folder: Path) -> Iterator[Workspace]:
    with open_local(folder) as workspace:
        yield workspace


@pytest.fixture
def as_user(folder: Path, workspace: Workspace) -> Iterator[AsUser]:
    with ExitStack() as stack:

        def opened(token: str) -> Workspace:
            with open_backend(folder) as backend:
                principal = access_ledger.authenticate(backend.database, token)
            return stack.enter_context(open_local(folder, principal=principal))

        yield opened


class TestGrownWorkspace(WorkspaceSuite):
    """A folder whose metadata and data lie elsewhere."""


class TestGrownHistory(HistorySuite):
    """A folder whose metadata and data lie elsewhere."""


class TestGrownExchange(ExchangeSuite):
    """A folder whose metadata and data lie elsewhere."""
