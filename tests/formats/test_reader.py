"""The specification is enough: a reader written from it alone finds what Tilth finds."""

from __future__ import annotations

import ast
import os
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from tilth.errors import Purged
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.branches import list_branches
from tilth.versioning.history import log
from tilth.versioning.releasing import release_of
from tilth.versioning.repos import list_repos
from tilth.versioning.tags import list_tags
from tilth.versioning.trees import Tree

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import reader  # noqa: E402


@pytest.mark.parametrize("format", ["0", "1"])
def test_a_reader_made_from_the_specification_alone_reads_every_commit_and_file(format: str, tmp_path: Path) -> None:
    with tarfile.open(HERE / format / "workspace.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    folder = tmp_path / "workspace"
    for name in os.listdir(folder):
        if name not in ("format", "packs"):  # history is in the packs alone
            (folder / name).rename(tmp_path / name)
    alone = reader.read(folder)
    for name in ("tilth.db", "tilth.db-wal", "tilth.db-shm", "index"):
        if (tmp_path / name).exists():
            (tmp_path / name).rename(folder / name)
    with open_backend(folder) as backend:
        found = as_tilth_reads(backend)
    assert alone.keys() == found.keys()
    for name, repo in found.items():
        assert alone[name]["branches"] == repo["branches"]
        assert alone[name]["tags"] == repo["tags"]
        assert alone[name]["commits"] == repo["commits"]


def test_the_reader_uses_nothing_of_tilth() -> None:
    found = ast.walk(ast.parse((HERE / "reader.py").read_text()))
    names = {alias.name for node in found if isinstance(node, ast.Import) for alias in node.names}
    assert not any(name.startswith("tilth") for name in names)
    assert "tilth." not in (HERE / "reader.py").read_text().replace("tilth.table", "").replace("tilth.level", "")


def as_tilth_reads(backend: Backend) -> dict[str, Any]:
    found = {}
    hashes: dict[bytes, str] = {}
    for repo in list_repos(backend):
        branches = {branch.name: branch.head for branch in list_branches(backend, repo)}
        tags = {tag.name: tag.commit for tag in list_tags(backend, repo)}
        commits = {}
        for start in {*branches.values(), *tags.values()} - {None}:
            for commit in log(backend, repo, str(start), limit=1000):
                with backend.database.read() as conn:
                    gone = release_of(conn, commit.id) is not None
                files = None if gone else list_files(Tree(backend.store, commit.tree), hashes)
                commits[commit.id] = {"seal": commit.seal.hex(), "message": commit.message, "files": files}
        found[repo.full_name] = {"branches": branches, "tags": tags, "commits": commits}
    return found


def list_files(tree: Tree, hashes: dict[bytes, str]) -> list[Any]:
    files = []
    for entry in tree.walk():
        if entry.digest not in hashes:
            try:
                hashes[entry.digest] = blake3(tree.read(entry.path)).hexdigest()
            except Purged:
                hashes[entry.digest] = "purged"
        files.append([entry.path, entry.kind.value, entry.size, dict(entry.attributes), hashes[entry.digest]])
    return files
