"""Whole repos from one workspace to another, through files and through a real server."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tilth
from tilth.contract.transfers import Transfers
from tilth.contract.workspace import Workspace
from tilth.errors import Conflict, Corrupt, Denied, Invalid, NotFound, TilthError, Unavailable
from tilth.exchange import mirroring
from tilth.exchange.bundles import export_repo, import_repo
from tilth.exchange.mirroring import mirror
from tilth.model.ids import new_id
from tilth.testing import ServerProcess, owner_token

BIG = os.urandom(9_000_000)


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Workspace]:
    with tilth.connect(tmp_path / "source") as opened:
        yield opened


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Workspace]:
    with tilth.connect(tmp_path / "target") as opened:
        yield opened


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    folder = tmp_path_factory.mktemp("mirror") / "workspace"
    token = owner_token(folder)
    with ServerProcess(folder) as running:
        yield running.url, token


def fill(workspace: Workspace, name: str) -> str:
    """Make a repo with a branch, a tag, a large file, and a file that went again."""
    workspace.repos.create(name, description="for tests", held_out=True)
    workspace.files.put_many(name, [("big", BIG), *((f"d{i % 30}/f{i}", f"text {i}".encode()) for i in range(3000))])
    workspace.tags.create(name, "v1", message="the first")
    workspace.files.put(f"{name}:gone", b"here and gone")
    workspace.files.delete(f"{name}:gone")
    workspace.branches.create(name, "side", head="main")
    workspace.files.put(f"{name}@side:d1/f1", b"another text")
    return name


def history(workspace: Workspace, branch: str) -> list[tuple[object, ...]]:
    log = workspace.commits.log(branch).items
    said = [(c.id, c.seal, c.files, c.size, c.message, c.author, c.at_ms) for c in log]
    return [*said, *((f.path, f.digest, f.size) for f in workspace.files.walk(branch).items)]


def same(one: Workspace, other: Workspace, name: str, there: str = "") -> None:
    """Check that a repo is in both: branches, tags, seals of all history, bytes; and that the other verifies."""
    there = there or name
    for branch in one.repos.get(name).branches:
        assert history(one, f"{name}@{branch}") == history(other, f"{there}@{branch}")
    assert [(t.name, t.commit, t.message, t.at_ms) for t in one.tags.list(name).items] == [
        (t.name, t.commit, t.message, t.at_ms) for t in other.tags.list(there).items
    ]
    assert b"".join(other.files.read(f"{there}@v1:big")) == BIG
    assert other.repos.get(there).held_out
    assert other.maintenance.verify().problems == []  # nothing missing, nothing damaged


class Tapped:
    """A real facet, with what is sent through it counted, and a wire that may break after so many bytes."""

    def __init__(self, inner: Transfers, breaks_after: int = 1 << 60) -> None:
        self._inner = inner
        self._left = breaks_after
        self.sent = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def put_records(self, source: bytes) -> int:
        self._left -= len(source)
        if self._left < 0:
            raise Unavailable("The wire broke.")
        self.sent += len(source)
        return self._inner.put_records(source)


def tapped(workspace: Workspace, tap: Tapped) -> Workspace:
    facets = {name: getattr(workspace, name) for name in ("repos", "files", "commits", "branches", "tags")}
    return type("Seen", (), {**facets, "transfers": tap})()  # type: ignore[return-value]


def test_a_repo_is_exported_to_a_file_and_imported_with_equal_seals(source: Workspace, target: Workspace) -> None:
    name = fill(source, "images")
    data = b"".join(export_repo(source.transfers, name))
    assert len(data) < len(BIG) + 1_500_000
    done = import_repo(target.transfers, io.BytesIO(data))
    assert (done.repo, done.commits, sorted(done.moved), done.tags) == ("images", 4, ["main", "side"], 1)
    same(source, target, name)
    again = import_repo(target.transfers, io.BytesIO(data))
    assert (again.commits, tuple(again.moved), again.tags) == (0, (), 0)


def test_only_what_history_reaches_is_exported(source: Workspace, target: Workspace) -> None:
    name = fill(source, "images")
    before = len(b"".join(export_repo(source.transfers, name)))
    draft = source.drafts.open(name)
    source.drafts.put(draft.id, "secret", os.urandom(2_000_000))
    source.repos.create("other")
    source.files.put("other:x", os.urandom(2_000_000))
    assert len(b"".join(export_repo(source.transfers, name))) == before


def test_an_archive_is_taken_under_another_name_where_its_own_is_taken(source: Workspace, target: Workspace) -> None:
    name = fill(source, "images")
    data = b"".join(export_repo(source.transfers, name))
    target.repos.create("images")
    with pytest.raises(Conflict, match="another repo"):
        import_repo(target.transfers, io.BytesIO(data))
    assert import_repo(target.transfers, io.BytesIO(data), name="copies/pictures").repo == "copies/pictures"
    same(source, target, name, "copies/pictures")


def test_a_damaged_or_short_archive_is_refused_and_nothing_is_taken_over(source: Workspace, target: Workspace) -> None:
    source.repos.create("small")
    source.files.put_many("small", [("a", b"one" * 100), ("b", os.urandom(300))])
    data = b"".join(export_repo(source.transfers, "small"))
    for end in (0, 5, 20, 300, len(data) // 2, len(data) - 40, len(data) - 1):
        with pytest.raises((Invalid, Corrupt)):
            import_repo(target.transfers, io.BytesIO(data[:end]))
    with pytest.raises((Invalid, Corrupt)):
        import_repo(target.transfers, io.BytesIO(data + b"more"))
    for at in range(0, len(data), 7):
        damaged = bytearray(data)
        damaged[at] ^= 0x10
        with pytest.raises(TilthError):
            import_repo(target.transfers, io.BytesIO(damaged))
        assert target.repos.list().items == []
    import_repo(target.transfers, io.BytesIO(data))


def test_what_was_tampered_with_is_refused(source: Workspace, target: Workspace) -> None:
    source.repos.create("small")
    source.files.put("small:a", b"one")
    refs = source.transfers.refs("small")
    with pytest.raises(Invalid, match="missing"):
        target.transfers.take_over(refs)
    entries = b"".join(source.transfers.outline("small", refs.commits, ()))
    records = b"".join(source.transfers.records("small", refs.commits, (), b"\xff"))
    chunk = next(source.transfers.records("small", refs.commits, (), bytes([1 << (len(entries) // 33 - 2)])))
    target.transfers.put_records(records.replace(chunk, b""))
    with pytest.raises(Invalid, match="not complete"):
        target.transfers.take_over(refs)
    with pytest.raises(Invalid):
        target.transfers.put_records(records[:-10])
    target.transfers.put_records(chunk)
    for wrong in (replace(refs, name="../x"), replace(refs, id="x"),
                  replace(refs, branches=[replace(refs.branches[0], name="a/b")])):  # fmt: skip
        with pytest.raises(Invalid):
            target.transfers.take_over(wrong)
    target.transfers.take_over(refs)
    assert b"".join(target.files.read("small:a")) == b"one"


def test_a_mirror_sends_what_is_new_and_heads_move_forward_only(source: Workspace, target: Workspace) -> None:
    name = fill(source, "images")
    tap = Tapped(target.transfers)
    mirror(source, tapped(target, tap), name)
    same(source, target, name)
    tap.sent = 0
    assert not mirror(source, tapped(target, tap), name).commits
    assert tap.sent == 0
    changed = BIG[:4_000_000] + b"inserted" + BIG[4_000_000:]
    source.files.put(f"{name}:big", changed)
    source.files.copy(f"{name}:d2", f"{name}:d2copy")
    assert mirror(source, tapped(target, tap), name).commits == 2
    assert tap.sent < 3_500_000, "the chunks around the insertion"
    assert b"".join(target.files.read(f"{name}:big")) == changed
    source.files.put(f"{name}:x", b"there")
    target.files.put(f"{name}:y", b"here")
    with pytest.raises(Conflict, match="has commits here"):
        mirror(source, target, name)
    mirror(source, target, name, force=True)
    assert target.commits.get(name).id == source.commits.get(name).id
    assert target.maintenance.verify().problems == []


def test_data_that_is_there_in_another_repo_is_not_sent(source: Workspace, target: Workspace) -> None:
    name = fill(source, "images")
    target.repos.create("mine")
    target.files.put("mine:same", BIG)
    tap = Tapped(target.transfers)
    mirror(source, tapped(target, tap), name)
    assert tap.sent < 1_500_000
    same(source, target, name)


def test_an_interrupted_mirror_goes_on_where_it_was(
    source: Workspace, target: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirroring, "_BATCH", 1 << 20)
    name = fill(source, "images")
    with pytest.raises(Unavailable):
        mirror(source, tapped(target, Tapped(target.transfers, 6_000_000)), name)
    with pytest.raises(NotFound):
        target.repos.get(name)
    tap = Tapped(target.transfers)
    mirror(source, tapped(target, tap), name)
    assert tap.sent < len(BIG) - 3_000_000
    same(source, target, name)


def test_lineage_comes_along_as_records_and_the_repo_it_names_may_follow(source: Workspace, target: Workspace) -> None:
    fill(source, "images")
    source.repos.create("derived")
    source.files.put("derived:own", b"1")
    source.files.copy("images:d1", "derived:d1")
    mirror(source, target, "derived")
    assert [repo.name for repo in target.repos.list().items] == ["derived"]
    commit = target.commits.get("derived")
    assert commit.seal == source.commits.get("derived").seal
    assert commit.derivation is not None
    assert commit.derivation.inputs[0].repo == "default/images"
    assert target.maintenance.verify(against=commit.seal).problems == []
    mirror(source, target, "images")
    same(source, target, "images")


def test_a_rebuilt_database_knows_what_was_taken_over(source: Workspace, tmp_path: Path) -> None:
    name = fill(source, "images")
    with tilth.connect(tmp_path / "copy") as copy:
        mirror(source, copy, name)
    for file in (tmp_path / "copy").glob("tilth.db*"):
        file.unlink()
    from tilth.versioning.rebuild import rebuild

    assert rebuild(tmp_path / "copy").problems == ()
    with tilth.connect(tmp_path / "copy") as copy:
        same(source, copy, name)


def test_a_mirror_goes_to_a_server_and_comes_back(
    source: Workspace, target: Workspace, server: tuple[str, str]
) -> None:
    name = fill(source, f"m{new_id()[-12:]}x")
    with tilth.connect(server[0], token=server[1]) as remote:
        assert mirror(source, remote, name).commits == 4
        same(source, remote, name)
        assert not mirror(source, remote, name).commits
        mirror(remote, target, name)
        same(source, target, name)
        source.files.put(f"{name}:more", b"more")
        assert mirror(source, remote, name).commits == 1
        data = b"".join(export_repo(remote.transfers, name))
        assert data == b"".join(export_repo(source.transfers, name))
        reader = remote.access.create_user("rita", role="writer")
        token = remote.access.create_token(reader.name).token
    with tilth.connect(server[0], token=token) as remote:
        mirror(remote, target, name)
        for act in (lambda: remote.transfers.put_records(b""), lambda: remote.transfers.missing(bytes(33)),
                    lambda: remote.transfers.take_over(source.transfers.refs(name))):  # fmt: skip
            with pytest.raises(Denied):
                act()
