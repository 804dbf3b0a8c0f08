"""A workspace opened directly, for the modules that say in which folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tilth.contract.workspace import Workspace
from tilth.testing.material import AsUser
from tilth.versioning.backend import open_backend
from tilth.workspace import access_ledger
from tilth.workspace.local import open as open_local


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
