"""A store that test, slots and workers share, and an executor on it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

# Slots import the store by the name of this module, and get the path from the process that starts them.
sys.path.insert(0, str(Path(__file__).parent))

from folder_store import open_folder_store

from tilth.execution.local import LocalExecutor
from tilth.storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_folder_store(tmp_path / "store") as opened:
        yield opened


@pytest.fixture
def start(tmp_path: Path, store: Store) -> Iterator[Callable[..., LocalExecutor]]:
    """Start executors that end with the test."""
    with ExitStack() as stack:

        def begin(**settings: object) -> LocalExecutor:
            opening = partial(open_folder_store, tmp_path / "store")
            settings.setdefault("slots", 1)
            return stack.enter_context(LocalExecutor(opening, scratch=tmp_path / "scratch", **settings))

        yield begin
