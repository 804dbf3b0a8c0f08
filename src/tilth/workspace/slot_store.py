"""The store as worker processes open it. They import this module, so it imports little."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tilth.storage.store import Store
from tilth.versioning.backend import open_backend


@contextmanager
def opened_store(folder: Path) -> Iterator[Store]:
    """Open the store of a workspace folder for as long as a worker lives."""
    with open_backend(folder, create=False) as backend:
        yield backend.store
