"""A server whose disk is full: what it says to those who ask over the network, and that it goes on afterwards."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import tilth
from tilth.errors import Unavailable
from tilth.testing import ServerProcess, owner_token


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file system of 48 MB, on which workspaces hold 4 MB back."""
    monkeypatch.setenv("TILTH_RESERVE", "4M")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a small file system: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


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
