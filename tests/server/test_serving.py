"""The server process: start, second start, crash, stop."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tilth.client import open as open_remote
from tilth.connection import connect
from tilth.errors import Invalid, Unauthenticated, Unavailable
from tilth.server.addresses import listen, url_of
from tilth.testing import ServerProcess, owner_token

SLEEPER = {
    "pipeline": {"name": "slow"},
    "input": {"pfs": {"repo": "in", "glob": "/*", "name": "in"}},
    "transform": {"cmd": ["sh"], "stdin": ["sleep 1", "cp /pfs/in/* /pfs/out/"]},
}


def _start(folder: Path, port: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tilth.server", str(folder), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_first_start_prints_the_owners_link_once_and_keeps_its_token_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    first = _start(folder)
    assert first.stdout is not None
    url = first.stdout.readline().split()[0]
    link = first.stdout.readline().split()[-1]
    token = link.partition("token=")[2]
    assert link.startswith(f"{url}/?token=")
    with open_remote(url, token) as workspace:
        assert workspace.access.me().role == "owner"
    first.terminate()
    assert first.wait(timeout=30) == 0
    assert first.stdout.read() == ""
    stored = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert token.encode() not in stored
    second = _start(folder)
    assert second.stdout is not None
    assert second.stdout.readline().startswith("http")
    second.terminate()
    assert second.wait(timeout=30) == 0
    said = second.stdout.read()
    assert "tilth user token owner" in said, "whoever lost the link is told how to make another"
    assert "tilth_" not in said, "no token is printed again"


def test_a_later_start_on_a_terminal_prints_a_link_that_logs_in_for_minutes(tmp_path: Path) -> None:
    owner_token(tmp_path / "workspace")  # As after `tilth demo`, whose own server spent the first start.
    master, slave = os.openpty()
    server = subprocess.Popen(
        [sys.executable, "-m", "tilth.cli.main", "-w", str(tmp_path / "workspace"), "up", "--port", "0"],
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    with open(master, encoding="utf-8") as terminal:
        url = terminal.readline().split()[0]
        link = terminal.readline().split()[-1]
        token = link.partition("token=")[2]
        assert link.startswith(f"{url}/?token=")
        with open_remote(url, token) as workspace:
            assert workspace.access.me().role == "owner"
        server.terminate()
        assert server.wait(timeout=30) == 0
    with closing(sqlite3.connect(tmp_path / "workspace" / "tilth.db")) as database:
        ((left,),) = database.execute(
            "SELECT expires_ms - created_ms FROM tokens WHERE expires_ms IS NOT NULL"
        ).fetchall()
    assert 0 < left <= 600_000 + 1_000


def test_a_second_server_on_one_folder_names_the_first(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "workspace") as first:
        second = _start(tmp_path / "workspace")
        assert second.wait(timeout=60) == 4
        assert second.stderr is not None
        assert f"server {first.url}" in second.stderr.read()


def test_a_taken_port_is_said_clearly(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=str(port)):
            listen("127.0.0.1", port)
    with pytest.raises(Invalid):
        listen("no such host.invalid", 0)


def test_the_url_is_one_that_a_browser_here_can_open() -> None:
    with listen("0.0.0.0", 0) as opened:
        assert url_of(opened, "0.0.0.0") == f"http://127.0.0.1:{opened.getsockname()[1]}"
    if socket.has_ipv6:
        with listen("::1", 0) as opened:
            assert url_of(opened, "::1") == f"http://[::1]:{opened.getsockname()[1]}"


def test_health_and_description_need_no_secret_and_everything_else_does(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "workspace") as server:
        assert httpx.get(f"{server.url}/api/v1/health", timeout=60).status_code == 200
        assert "/api/v1/tasks/next" in httpx.get(f"{server.url}/openapi.json", timeout=60).json()["paths"]
        for token in (None, "", "wrong", "tilth_x"):
            with open_remote(server.url, token) as stranger, pytest.raises(Unauthenticated):
                stranger.repos.list()


def test_a_killed_server_is_succeeded_at_once_and_its_job_is_finished(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    token = owner_token(folder)
    server = ServerProcess(folder)
    server.start()
    with open_remote(server.url, token) as workspace:
        workspace.repos.create("in")
        workspace.pipelines.create(SLEEPER)
        change = workspace.files.put("in:a", b"1").change
        _until(lambda: workspace.maintenance.status().running == 1)
        server.kill()
        server.start()
        (job,) = workspace.jobs.wait(change, timeout_s=60)
        assert job.state == "success"
        assert b"".join(workspace.files.read("slow:a")) == b"1"
        assert workspace.maintenance.verify().problems == []
    assert server.stop() == 0


def test_a_stopping_server_lets_its_job_wait_for_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    token = owner_token(folder)
    server = ServerProcess(folder)
    server.start()
    with open_remote(server.url, token) as workspace:
        workspace.repos.create("in")
        workspace.pipelines.create({**SLEEPER, "transform": {"cmd": ["sh"], "stdin": ["sleep 60"]}})
        workspace.files.put("in:a", b"1")
        _until(lambda: workspace.maintenance.status().running == 1)
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 30
    with connect(folder) as local:
        assert local.maintenance.status().coordinator is None


def test_a_command_waits_while_a_server_does_the_work(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    with ServerProcess(folder), connect(folder) as local:
        local.repos.create("in")
        local.pipelines.create(SLEEPER)
        local.files.put("in:a", b"1")
        report = local.maintenance.run(timeout_s=60)
        assert [job.state for job in report.jobs if job.run] == ["success"]
        assert "server" in (local.maintenance.status().coordinator or "")


def test_tokens_are_hashed_in_the_database(tmp_path: Path) -> None:
    token = owner_token(tmp_path / "workspace")
    with sqlite3.connect(tmp_path / "workspace" / "tilth.db") as database:
        ((stored,),) = database.execute("SELECT hash FROM tokens").fetchall()
    assert len(stored) == 32
    assert token.encode() not in stored


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_the_server_does_not_load_pandas_because_arrow_would(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "w") as server, connect(server.url, token=owner_token(tmp_path / "w")) as workspace:
        workspace.repos.create("notes")
        workspace.files.put("notes:a.txt", b"a")
        assert [entry.path for entry in workspace.files.list("notes").items] == ["a.txt"]
        loaded = Path(f"/proc/{server.pid}/maps").read_text()
    assert "/pyarrow/" in loaded
    assert "/pandas/" not in loaded
