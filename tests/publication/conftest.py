"""What the publication tests share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tilth.versioning.backend import Backend, open_backend

sys.path.insert(0, str(Path(__file__).parent.parent / "versioning"))


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    with open_backend(tmp_path / "workspace") as opened:
        yield opened
