"""A server on a workspace that is moved away: it tells who writes where to, and goes on answering who reads."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

import tilth
from tilth.errors import Moving
from tilth.server.serving import serve
from tilth.testing import ServerProcess, owner_token
from tilth.versioning.backend import open_backend
from tilth.versioning.moving import move


def test_a_server_is_refused_by_name_once_its_workspace_was_moved_and_reads_on(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    token = owner_token(old)
    with ServerProcess(old) as process, tilth.connect(process.url, token=token) as workspace:
        workspace.repos.create("scans")
        first = workspace.files.put("scans:kept", b"kept")
        with open_backend(old) as backend:
            assert move(backend, new, database=None, storage=None).problems == ()
        with pytest.raises(Moving, match=f"moved to {new}") as refused:
            workspace.files.put("scans:late", b"late")
        assert "reopen" in refused.value.help
        with pytest.raises(Moving):
            workspace.repos.create("more")
        assert b"".join(workspace.files.read("scans:kept")) == b"kept"
        assert workspace.commits.get("scans").id == first.id
        assert "files.put" in {act.operation for act in workspace.audit.list(limit=20).items}
        with httpx.Client(
            base_url=process.url, headers={"X-Tilth-Console": "1"}
        ) as browser:  # who only reads can still log in
            assert browser.post("/api/v1/session", json={"token": token}).status_code == 204
            assert browser.get("/api/v1/repos/list").status_code == 200
            assert browser.post("/api/v1/repos/create", json={"name": "more"}).status_code == 503
    with pytest.raises(Moving, match="was moved"):
        serve(old, port=0)
    with ServerProcess(new) as process, tilth.connect(process.url, token=token) as workspace:
        assert workspace.commits.get("scans").id == first.id
        workspace.files.put("scans:late", b"late")
