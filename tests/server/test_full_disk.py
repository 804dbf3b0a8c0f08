"""A server whose disk is full: what it says to those who ask over the network, and that it goes on afterwards."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import tilth
from tilth.errors import Unavailable
from tilth.testing import ServerProcess, owner_token


@pytest.fixture
def small_disk(small_disk_of: Callable[[int], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file system of 48 MB, on which workspaces hold 4 MB back."""
    monkeypatch.setenv("TILTH_RESERVE", "4M")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return small_disk_of(48)


def test_on_a_full_disk_verify_and_uploads_over_the_network_end_cleanly(small_disk: Path, tmp_path: Path) -> None:
    place = small_disk / "w"
    token = owner_token(place)
    big = os.urandom(24_000_000)
    with ServerProcess(place) as process, tilth.connect(process.url, token=token) as workspace:
        workspace.repos.create("scans")
        first = workspace.files.put("scans:kept", os.urandom(6_000_000))
        ballast = small_disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        # Verifying needs no space of its own.
        report = workspace.maintenance.verify(again=True)
        assert (report.commits, report.problems) == (1, [])
        with pytest.raises(Unavailable, match=r"full|space|kept|left"):
            workspace.files.put("scans:big", big)
        assert workspace.commits.get("scans").id == first.id
        ballast.unlink()
        workspace.files.put("scans:big", big)
        assert b"".join(workspace.files.read("scans:big")) == big
        assert workspace.maintenance.verify(again=True).problems == []
