"""Killing a writer at any moment."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from writing import files_of

from tilth.versioning.backend import open_backend
from tilth.versioning.commits import get_commit
from tilth.versioning.history import log
from tilth.versioning.repos import create_repo
from tilth.versioning.verify import verify

WRITER = """
import sys, pathlib
from tilth.versioning.backend import open_backend
from tilth.versioning.commits import commit_edits
from tilth.versioning.edits import Edits
from tilth.versioning.trees import write_entry
backend = open_backend(pathlib.Path(sys.argv[1]))
for number in range(10_000):
    edits = Edits()
    edits.put(write_entry(backend.store, f"{sys.argv[2]}/{number}", f"{sys.argv[2]} {number}".encode() * 40))
    print(commit_edits(backend, "raw", "main", edits, author="writer").id, flush=True)
"""


def test_no_acknowledged_commit_is_lost_when_writers_are_killed(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    with open_backend(folder) as backend:
        create_repo(backend, "raw")
    acknowledged: list[str] = []
    for turn in range(3):
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(folder), f"{turn}-{number}"], stdout=subprocess.PIPE, text=True
            )
            for number in range(2)
        ]
        for writer in writers:
            assert writer.stdout is not None
            acknowledged.append(writer.stdout.readline().strip())
        time.sleep(random.Random(turn).random() * 0.1)
        for writer in writers:
            writer.kill()
            acknowledged += (writer.communicate()[0] or "").split()
    with open_backend(folder) as backend:
        assert verify(backend).problems == []
        history = {commit.id for commit in log(backend, "raw", "main", limit=100_000)}
        assert len(acknowledged) >= 6
        assert set(acknowledged) <= history
        files = files_of(backend, get_commit(backend, log(backend, "raw", "main", limit=1)[0].id))
        assert len(files) == len(history)
        assert all(data == path.replace("/", " ").encode() * 40 for path, data in files.items())
