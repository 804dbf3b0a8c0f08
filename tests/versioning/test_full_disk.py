"""A disk that is full to the last byte: reads go on, data can be let go and collected, and then writing goes on."""

from __future__ import annotations

import contextlib
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from writing import files_of, put

from tilth.errors import Unavailable
from tilth.storage.reserve import RESERVE_FILE
from tilth.versioning import garbage
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.commits import commit_edits, get_commit, read_head
from tilth.versioning.edits import Edits
from tilth.versioning.garbage import Kept
from tilth.versioning.marking import CommitRoots
from tilth.versioning.releasing import forget
from tilth.versioning.repos import create_repo
from tilth.versioning.verify import verify

RESERVE = 4 << 20


@pytest.fixture
def small_disk(small_disk_of: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file system of 24 MB, on which workspaces hold 4 MB back."""
    monkeypatch.setenv("TILTH_RESERVE", "4M")
    return small_disk_of(24)


def fill(folder: Path) -> None:
    """Take every byte that is left, as another program would."""
    with contextlib.suppress(OSError), (folder / "ballast").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def collect(backend: Backend) -> int:
    assert backend.store.sessions is not None
    backend.store.sessions.let_go()
    return garbage.collect(backend, Kept([CommitRoots()], []), share=0.0, wait_s=5.0).records


def test_on_a_full_disk_data_is_read_let_go_and_collected_and_then_taken_again(small_disk: Path) -> None:
    folder = small_disk / "w"
    held: dict[str, bytes] = {}
    with open_backend(folder) as backend:
        repo = create_repo(backend, "digits")
        assert backend.reserve.keep()
        refused = None
        while refused is None:
            data = random.Random(len(held)).randbytes(1_000_000)
            try:
                put(backend, repo, {f"{len(held)}": data})
                held[f"{len(held)}"] = data
            except Unavailable as error:
                refused = error
        assert "kept" in refused.message
        assert len(held) > 5
    fill(small_disk)
    assert shutil.disk_usage(small_disk).free < 4096
    with open_backend(folder) as backend:
        head = read_head(backend, "digits", "main").commit
        assert head is not None
        assert files_of(backend, head) == held
        with pytest.raises(Unavailable, match="kept"):
            put(backend, repo, {"more": random.Random("more").randbytes(1_000_000)})
        edits = Edits()
        for name in list(held)[:-1]:
            edits.delete(name)
        left = commit_edits(backend, "digits", "main", edits, author="mara")
        assert (folder / RESERVE_FILE).stat().st_size == 0
        before = left.parents
        while before:
            forget(backend, before[0], author="mara", reason="the disk is full")
            before = get_commit(backend, before[0]).parents
    with open_backend(folder) as backend:
        assert collect(backend) >= len(held) - 1
        put(backend, "digits", {"late": b"1"})
        assert (folder / RESERVE_FILE).stat().st_size == RESERVE
        head = read_head(backend, "digits", "main").commit
        assert head is not None
        last = list(held)[-1]
        assert files_of(backend, head) == {last: held[last], "late": b"1"}
        assert verify(backend).problems == []
