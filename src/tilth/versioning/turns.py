"""Writers of one branch take turns, so that each finds the head where it left it."""

from __future__ import annotations

import fcntl
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tilth.model.ids import RepoId
from tilth.storage.disk import writing
from tilth.versioning.backend import Backend

PATIENCE_S = 10.0
_LONGEST_SLEEP_S = 0.004


class _Mine(threading.local):
    """The turns that this thread has."""

    def __init__(self) -> None:
        self.held: set[str] = set()


_mine = _Mine()


@contextmanager
def branch_turn(backend: Backend, repo: RepoId, branch: str) -> Iterator[None]:
    """Wait for this branch's other writers, then be the only one; within a turn of the same thread do nothing.

    The writers of one machine queue at a file; on a database server one of each machine then queues there, first come,
    first served. A courtesy, not a guard: whoever has waited for ten seconds (the holder may be suspended) goes on
    without, and the transaction's own check of the head decides. The turn ends with its process. Never begin one inside
    a database transaction.
    """
    folder = backend.scratch / "turns"
    name = f"{repo}-{branch}"
    path = str(folder / name)
    if path in _mine.held:
        yield
        return
    with writing(folder):
        folder.mkdir(exist_ok=True, parents=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        _wait(fd)
        with backend.database.queue(f"branch {name}", PATIENCE_S):
            _mine.held.add(path)
            yield
    finally:
        _mine.held.discard(path)
        os.close(fd)


def _wait(fd: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    sleep = 0.0002
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                return
            time.sleep(sleep * (0.5 + random.random()))
            sleep = min(sleep * 1.5, _LONGEST_SLEEP_S)
