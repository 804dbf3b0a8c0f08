"""A server of its own for each module of tests that send to one, and a repo for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import tilth
from tilth.contract.workspace import Workspace
from tilth.model.ids import new_id
from tilth.testing import ServerProcess, owner_token


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("exchange") / "workspace") as running:
        yield running


@pytest.fixture(scope="module")
def token(process: ServerProcess) -> str:
    return owner_token(process.folder)


@pytest.fixture
def server(process: ServerProcess, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with tilth.connect(process.url, token=token) as workspace:
        yield workspace


@pytest.fixture
def name(server: Workspace) -> str:
    name = f"r{new_id()[-12:]}x"
    server.repos.create(name)
    return name
