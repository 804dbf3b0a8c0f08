"""Writers of one branch take turns, so that each finds the head where it left it."""

from __future__ import annotations

import fcntl
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tilth.model.ids import RepoId
from tilth.storage.disk import writing
from tilth.versioning.backend import Backend

PATIENCE_S = 10.0
_LONGEST_SLEEP_S = 0.004


@contextmanager
def branch_turn(backend: Backend, repo: RepoId, branch: str) -> Iterator[None]:
    """Wait for this branch's other writers, of all processes on this machine, then be the only one.

    A courtesy, not a guard: whoever has waited for ten seconds (the holder may be suspended) goes on without, and the
    transaction's own check of the head decides. The lock ends with its process.
    """
    folder = backend.scratch / "turns"
    with writing(folder):
        folder.mkdir(exist_ok=True, parents=True)
        fd = os.open(folder / f"{repo}-{branch}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        deadline = time.monotonic() + PATIENCE_S
        sleep = 0.0002
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    break
                time.sleep(sleep * (0.5 + random.random()))
                sleep = min(sleep * 1.5, _LONGEST_SLEEP_S)
        yield
    finally:
        os.close(fd)
