"""Uploads to a real server that breaks off, and who may name what others sent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

import tilth
from tilth.contract.entry import Link
from tilth.contract.uploads import UploadFile
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Denied, Invalid, Unavailable
from tilth.metadata.schema.uploads import uploads
from tilth.model.ids import new_id
from tilth.testing import ServerProcess
from tilth.testing.exchange import cut, entry_of, record_of
from tilth.workspace.local import open as open_local

BIG = os.urandom(24_000_000)


class Wire:
    """Notes what goes to the server."""

    def __init__(self, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.bytes = 0
        transport: Any = workspace.files._call  # type: ignore[attr-defined]
        http = transport._http
        for method in ("request", "send"):
            real = getattr(http, method)

            def noted(*words: Any, real: Any = real, method: str = method, **named: Any) -> Any:
                if method == "request":
                    self.calls.append(words[1])
                    content = named.get("content")
                    if isinstance(content, bytes):
                        self.bytes += len(content)
                    elif content is not None:
                        named["content"] = self.counted(content)
                return real(*words, **named)

            monkeypatch.setattr(http, method, noted)

    def counted(self, content: Any) -> Iterator[bytes]:
        """Pass a body on."""
        for piece in content:
            self.bytes += len(piece)
            yield piece

    def forget(self) -> None:
        """Count from the start."""
        self.calls.clear()
        self.bytes = 0


@pytest.fixture
def wire(server: Workspace, monkeypatch: pytest.MonkeyPatch) -> Wire:
    return Wire(server, monkeypatch)


def test_of_a_large_file_that_changed_in_its_middle_little_is_sent(
    server: Workspace, name: str, wire: Wire, tmp_path: Path
) -> None:
    file = tmp_path / "big"
    file.write_bytes(BIG)
    with file.open("rb") as stream:
        server.files.put(f"{name}:big", stream)
    assert wire.bytes > len(BIG)
    file.write_bytes(BIG[: len(BIG) // 2] + b"something new" * 1000 + BIG[len(BIG) // 2 :])
    wire.forget()
    done = server.files.put_many(name, [("big", file)])
    assert wire.bytes < 9_000_000
    assert b"".join(server.files.read(f"{name}:big")) == file.read_bytes()
    wire.forget()
    assert server.files.put_many(name, [("big", file)]).id == done.id
    assert wire.bytes < 20_000


def test_an_unchanged_folder_costs_a_look_at_the_head_and_a_changed_one_what_changed(
    server: Workspace, name: str, wire: Wire, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    (folder / "big").write_bytes(BIG)
    for index in range(1200):
        (folder / "sub" / f"{index:04}").write_text(f"file {index}")
    first = server.files.put_folder(f"{name}:in", folder)
    assert first.files == 1201
    wire.forget()
    again = server.files.put_folder(f"{name}:in", folder)
    assert (again.id, again.changed) == (first.id, False)
    assert len(wire.calls) <= 2
    assert wire.bytes < 10_000

    (folder / "sub" / "0007").write_text("changed")
    (folder / "big").rename(folder / "large")
    wire.forget()
    done = server.files.put_folder(f"{name}:in", folder, mirror=True)
    assert wire.bytes < 20_000, "what was moved is known by its bytes"
    assert done.files == 1201
    assert b"".join(server.files.read(f"{name}:in/large")) == BIG

    # Somebody else writes: what is remembered of the branch holds no more, and is asked for.
    server.files.delete(f"{name}:in/sub/0003")
    server.files.put(f"{name}:in/sub/0004", b"by somebody else")
    mended = server.files.put_folder(f"{name}:in", folder, mirror=True)
    assert mended.files == 1201
    assert b"".join(server.files.read(f"{name}:in/sub/0004")) == b"file 4"


def test_a_file_in_place_of_a_folder_and_back_is_not_forgotten(server: Workspace, name: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a").write_text("a file")
    (folder / "b").write_text("stays")
    server.files.put_folder(name, folder)
    for content in ("folder", "a file", "folder", "a file"):
        server.files.delete(f"{name}:a")
        if content == "folder":
            (folder / "a").unlink()
            (folder / "a").mkdir()
            (folder / "a" / "x").write_text(content)
        else:
            (folder / "a" / "x").unlink()
            (folder / "a").rmdir()
            (folder / "a").write_text(content)
        server.files.put_folder(name, folder)
        path = "a/x" if content == "folder" else "a"
        assert b"".join(server.files.read(f"{name}:{path}")).decode() == content


def test_an_interrupted_upload_goes_on_with_what_is_missing_after_client_and_server_restarted(
    process: ServerProcess, server: Workspace, name: str, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "big").write_bytes(BIG)
    facet = type(server.uploads)
    put = facet.put
    sent: list[int] = []

    def breaks(self: Any, branch: str, source: Any) -> int:
        if len(sent) == 1:
            raise Unavailable("This process was killed.")
        sent.append(len(source))
        return put(self, branch, source)

    with monkeypatch.context() as patched:
        patched.setattr(facet, "put", breaks)
        with pytest.raises(Unavailable, match="killed"):
            server.files.put_folder(name, folder)
    process.kill()
    process.start()
    wire.forget()
    done = server.files.put_folder(name, folder)
    assert done.files == 1
    assert wire.bytes < len(BIG) - sent[0] + 50_000
    assert b"".join(server.files.read(f"{name}:big")) == BIG
    assert not server.maintenance.verify().problems


def test_a_server_that_goes_away_in_the_middle_is_waited_for(
    process: ServerProcess, server: Workspace, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    facet = type(server.uploads)
    put = facet.put
    restarts: list[int] = []

    def restarted(self: Any, branch: str, source: Any) -> int:
        if not restarts:
            restarts.append(1)
            process.kill()
            try:
                return put(self, branch, source)
            finally:
                process.start()
        return put(self, branch, source)

    monkeypatch.setattr(facet, "put", restarted)
    server.files.put_many(name, [("big", BIG)])
    assert restarts
    assert b"".join(server.files.read(f"{name}:big")) == BIG


def test_a_digest_gives_nobody_the_bytes_behind_it(
    process: ServerProcess, server: Workspace, name: str, tmp_path: Path
) -> None:
    secret = b"what only one repo has" * 100
    file = UploadFile("taken", entry_of(secret))
    other = f"o{new_id()[-12:]}x"
    server.repos.create(other)
    server.files.put(f"{other}:secret", secret)
    # Not for naming its digest, nor for naming a path of another repo or branch.
    with pytest.raises(Invalid):
        server.uploads.lacking(name, [UploadFile("taken", file.chunks, like=f"../{other}/secret")])
    for like in ("", "secret", f"{other}/secret", f"{other}:secret"):
        asked = UploadFile("taken", file.chunks, like=like)
        assert server.uploads.lacking(name, [asked]) == b"\1"
        with pytest.raises(Conflict):
            server.uploads.commit(name, [asked])
    # Not what another user sent and did not commit, even for the same repo.
    server.access.create_user("mallory", role="writer")
    theirs = server.access.create_token("mallory").token
    with tilth.connect(process.url, token=theirs) as mallory:
        server.uploads.put(name, record_of(secret))
        assert server.uploads.lacking(name, [file]) == b"\0"
        assert mallory.uploads.lacking(name, [file]) == b"\1"
        with pytest.raises(Conflict):
            mallory.uploads.commit(name, [file])
        assert server.uploads.lacking(other, [file]) == b"\1", "it was sent for another repo"
        server.uploads.commit(name, [file])
        assert mallory.uploads.lacking(name, [file]) == b"\0", "now it is in a repo that they may read"
        server.access.change_user("mallory", role="reader")
        for call in (mallory.uploads.lacking, mallory.uploads.commit):
            with pytest.raises(Denied):
                call(name, [file])
        with pytest.raises(Denied):
            mallory.uploads.put(name, record_of(b"x"))


def test_what_was_sent_outlives_a_collection_until_its_time(tmp_path: Path) -> None:
    data = os.urandom(6_000_000)
    chunks = cut(data)
    file = UploadFile("big", b"".join(entry for entry, _ in chunks))
    with open_local(tmp_path / "w") as workspace:
        workspace.repos.create("r")
        workspace.uploads.put("r", b"".join(record_of(piece) for _, piece in chunks))
    with open_local(tmp_path / "w") as workspace:
        workspace.maintenance.gc(wait_s=0)
        workspace.maintenance.gc(wait_s=0)
        assert not any(workspace.uploads.lacking("r", [file]))
        database: Any = vars(workspace)["_opened"].backend.database
        with database.transaction() as conn:
            conn.execute(update(uploads).values(until_ms=1))
    with open_local(tmp_path / "w") as workspace:
        assert all(workspace.uploads.lacking("r", [file]))
        for _ in range(3):
            workspace.maintenance.gc(wait_s=0)
        assert workspace.maintenance.usage().stored < len(data)


@pytest.mark.parametrize("target", ["", "a\0b", "x" * 4096])
def test_a_link_that_no_file_system_can_hold_is_refused_at_every_door(
    server: Workspace, name: str, tmp_path: Path, target: str
) -> None:
    with pytest.raises(Invalid):
        server.uploads.commit(name, [UploadFile("way", link=target)])
    with pytest.raises(Invalid):
        server.files.put_many(name, [("way", Link(target))])
    with open_local(tmp_path / "local") as local:
        local.repos.create("r")
        with pytest.raises(Invalid, match="the link 'way'"):
            local.files.put_many("r", [("way", Link(target))])
        with pytest.raises(Invalid, match="the link 'way'"):
            local.uploads.commit("r", [UploadFile("way", link=target)])
