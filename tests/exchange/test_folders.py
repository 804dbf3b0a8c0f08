"""Folders that are put on a real server: what is there already is not sent again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tilth
from tilth.contract.workspace import Workspace
from tilth.exchange.folders import digest_of_file
from tilth.model.ids import new_id
from tilth.testing import ServerProcess, owner_token


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("folders") / "workspace"
    token = owner_token(folder)
    with ServerProcess(folder) as running, tilth.connect(running.url, token=token) as workspace:
        yield workspace


@pytest.fixture
def sent(server: Workspace, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What each commit carried over the wire, on its way to the real server."""
    seen: list[list[str]] = []
    files: Any = server.files
    put_many = files.put_many

    def noted(branch: str, sources: Any, **named: Any) -> Any:
        kept = list(sources)
        seen.append([path for path, _ in kept])
        return put_many(branch, kept, **named)

    monkeypatch.setattr(files, "put_many", noted)
    return seen


def test_only_what_changed_is_sent(server: Workspace, sent: list[list[str]], tmp_path: Path) -> None:
    name = f"f{new_id()[-12:]}x"
    server.repos.create(name)
    folder = tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    (folder / "big").write_bytes(os.urandom(9_000_000))
    (folder / "sub" / "a").write_text("a")
    (folder / "sub" / "run").write_text("#!/bin/sh")
    (folder / "link").symlink_to("sub/a")
    (folder / "gone").write_text("soon")
    first = server.files.put_folder(f"{name}:in", folder)
    assert (first.files, len(sent[-1])) == (5, 5)
    again = server.files.put_folder(f"{name}:in", folder)
    assert (again.id, again.changed, sent[-1]) == (first.id, False, [])
    (folder / "sub" / "a").write_text("b")
    (folder / "sub" / "run").chmod(0o755)
    (folder / "link").unlink()
    (folder / "link").symlink_to("sub/run")
    (folder / "gone").unlink()
    (folder / "new").write_text("new")
    done = server.files.put_folder(f"{name}:in", folder, mirror=True)
    assert sorted(sent[-1]) == ["in/link", "in/new", "in/sub/a", "in/sub/run"]
    assert done.files == 5
    server.files.get_folder(f"{name}:in", tmp_path / "out")
    assert (tmp_path / "out" / "sub" / "a").read_text() == "b"
    assert (tmp_path / "out" / "sub" / "run").stat().st_mode & 0o100
    assert (tmp_path / "out" / "link").readlink() == Path("sub/run")
    assert server.files.put_folder(name, folder).files == 10


def test_a_file_has_the_digest_that_the_store_gives_it(server: Workspace, tmp_path: Path) -> None:
    name = f"f{new_id()[-12:]}x"
    server.repos.create(name)
    for size in (0, 10, 4 << 20, (4 << 20) + 1, 20_000_000):
        file = tmp_path / "file"
        file.write_bytes(os.urandom(size))
        with file.open("rb") as stream:
            server.files.put(f"{name}:x", stream)
        assert server.files.stat(f"{name}:x").digest == digest_of_file(file).hex()
