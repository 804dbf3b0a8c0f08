"""The suite on a workspace in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tilth.testing import WorkspaceSuite


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("local") / "workspace"


class TestLocalWorkspace(WorkspaceSuite):
    """A folder opened directly."""
