"""Workspaces that earlier formats wrote, and which every later version reads: one folder here for each."""

from __future__ import annotations

import json
import shutil
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tilth.model.digest import digest_from_hex
from tilth.storage.records import RecordKind
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.commits import commit_edits
from tilth.versioning.edits import Edits
from tilth.versioning.rebuild import rebuild
from tilth.versioning.trees import write_entry
from tilth.versioning.verify import verify, verify_against

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the module that wrote them also says what is in one

from make import describe  # noqa: E402


@pytest.fixture(params=sorted(path.name for path in HERE.iterdir() if (path / "expected.json").is_file()))
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the workspace of one format."""
    with tarfile.open(HERE / request.param / "workspace.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    shutil.copy(HERE / request.param / "expected.json", tmp_path)
    return tmp_path / "workspace"


def expected(golden: Path, *, drafts: bool = True) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((golden.parent / "expected.json").read_text())
    if not drafts:
        for repo in found.values():
            del repo["drafts"]
    return found


def seals(golden: Path) -> list[str]:
    repos = expected(golden).values()
    return [commit["seal"] for repo in repos for branch in repo["branches"].values() for commit in branch]


def check_all(backend: Backend, golden: Path) -> None:
    assert describe(backend) == expected(golden)
    assert verify(backend).problems == []


def test_a_workspace_of_an_earlier_format_is_read_whole_and_written_on(golden: Path) -> None:
    with open_backend(golden) as backend:
        check_all(backend, golden)
        for seal in seals(golden):
            assert verify_against(backend, digest_from_hex(seal)) >= 1
        edits = Edits()
        edits.put(write_entry(backend.store, "new", b"1"))
        commit_edits(backend, "raw", "main", edits, author="mara")
    with open_backend(golden) as backend:
        assert verify(backend).problems == []
        edits = Edits()
        edits.delete("new")
        again = commit_edits(backend, "raw", "main", edits, author="mara")
        # Cut and named as before: the same rows give the same tree.
        newest = expected(golden)["default/raw"]["branches"]["main"][0]
        assert again.tree is not None
        assert again.tree.hex() == newest["tree"]


def test_it_is_read_without_its_index(golden: Path) -> None:
    for shard in (golden / "index").iterdir():
        shard.unlink()
    with open_backend(golden) as backend:
        check_all(backend, golden)


def test_its_packs_are_read_without_catalogue_index_and_directory(golden: Path) -> None:
    with open_backend(golden) as backend:
        found = {digest.hex() for digest, _ in backend.store.records(RecordKind.COMMIT)}
        assert set(seals(golden)) <= found
        entries = 0
        for name in backend.store.place.packs():
            pack = backend.store.place.open_pack(name)
            directory = pack.directory()
            assert directory is not None
            assert pack.readable_entries().tolist() == directory.tolist()
            entries += len(directory)
        assert entries > len(found)


def test_it_is_rebuilt_from_packs_alone(golden: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copytree(golden / "packs", alone / "packs")
    shutil.copy(golden / "format", alone)
    done = rebuild(alone)
    assert (done.missing, done.problems) == ((), ())
    with open_backend(alone) as backend:
        assert describe(backend, drafts=False) == expected(golden, drafts=False)
