"""Short ways to write commits in tests."""

from __future__ import annotations

from collections.abc import Mapping

from tilth.model.commit import Commit
from tilth.versioning.backend import Backend
from tilth.versioning.commits import commit_edits
from tilth.versioning.edits import Edits
from tilth.versioning.repos import RepoName
from tilth.versioning.trees import Tree, write_entry


def edits_of(backend: Backend, files: Mapping[str, bytes | None]) -> Edits:
    """Return edits that put each path's bytes, or delete it for None, in the mapping's order."""
    edits = Edits()
    for path, data in files.items():
        if data is None:
            edits.delete(path)
        else:
            edits.put(write_entry(backend.store, path, data))
    return edits


def put(
    backend: Backend, repo: RepoName, files: Mapping[str, bytes | None], *, branch: str = "main", message: str = ""
) -> Commit:
    """Commit files onto a branch."""
    return commit_edits(backend, repo, branch, edits_of(backend, files), author="mara", message=message)


def files_of(backend: Backend, commit: Commit) -> dict[str, bytes]:
    """Return all files of a commit."""
    tree = Tree(backend.store, commit.tree)
    return {entry.path: tree.read(entry.path) for entry in tree.walk()}
