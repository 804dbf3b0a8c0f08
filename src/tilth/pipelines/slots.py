"""Local slots over a workspace folder: the executor that needs nothing but this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tilth.execution.local import LocalExecutor
from tilth.metadata.database import Database
from tilth.storage.store import Store
from tilth.versioning.backend import DATABASE_FILE, Backend
from tilth.versioning.catalogue import SqlCatalogue


@contextmanager
def open_store(folder: Path) -> Iterator[Store]:
    """Open the store of the workspace in `folder`, for a process that runs datums. Named so that it can be pickled."""
    with Database.open(folder / DATABASE_FILE) as database:
        store = Store.open(folder, SqlCatalogue(database))
        try:
            yield store
        finally:
            store.close()


def local_executor(backend: Backend, *, slots: int | None = None) -> LocalExecutor:
    """Return an executor of `slots` processes (default: one per core) on this machine. Close it."""
    return LocalExecutor(
        partial(open_store, backend.folder), slots=slots or os.cpu_count() or 1, scratch=backend.scratch
    )
