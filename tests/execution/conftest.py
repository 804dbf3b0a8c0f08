"""A store that tests, slots and workers share, and executors on it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

# Slots import the store by the name of its module, and get this path from the process that starts them.
sys.path.insert(0, str(Path(__file__).parent))

from folder_store import open_folder_store

from tilth.execution.local import LocalExecutor
from tilth.storage.store import Store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("execution")


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    with open_folder_store(folder / "store") as opened:
        yield opened


@pytest.fixture(scope="module")
def executor(folder: Path, store: Store) -> Iterator[LocalExecutor]:
    """One slot for all tests of a module: whatever a datum does, the next one must not notice."""
    with LocalExecutor(partial(open_folder_store, folder / "store"), slots=1, scratch=folder / "scratch") as opened:
        yield opened


@pytest.fixture
def start(folder: Path, store: Store) -> Iterator[Callable[..., LocalExecutor]]:
    """Start further executors, which end with the test."""
    with ExitStack() as stack:

        def begin(**settings: object) -> LocalExecutor:
            opening = partial(open_folder_store, folder / "store")
            return stack.enter_context(LocalExecutor(opening, scratch=folder / "more", **settings))

        yield begin
