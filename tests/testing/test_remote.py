"""The suite on a real server over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tilth.client import open as open_remote
from tilth.contract.workspace import Workspace
from tilth.testing import ServerProcess, WorkspaceSuite, owner_token
from tilth.testing.material import AsUser


@pytest.fixture(scope="module")
def url_and_token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    folder: Path = tmp_path_factory.mktemp("remote") / "workspace"
    token = owner_token(folder)
    with ServerProcess(folder) as server:
        yield server.url, token


@pytest.fixture(scope="module")
def workspace(url_and_token: tuple[str, str]) -> Iterator[Workspace]:
    with open_remote(*url_and_token) as workspace:
        yield workspace


@pytest.fixture
def as_user(url_and_token: tuple[str, str]) -> Iterator[AsUser]:
    with ExitStack() as stack:
        yield lambda token: stack.enter_context(open_remote(url_and_token[0], token))


class TestRemoteWorkspace(WorkspaceSuite):
    """A server process on loopback."""
