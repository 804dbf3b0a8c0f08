"""Copies and moves of files and folders, within a repo and between repos: rows of trees, never bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from tilth.errors import NotFound
from tilth.model.canonical import Json
from tilth.model.commit import Commit, CommitInput, Derivation, InputKind
from tilth.model.names import check_path
from tilth.versioning.backend import Backend, in_act
from tilth.versioning.branches import find_branch
from tilth.versioning.commits import Head, Planned, commit_edits, commit_together
from tilth.versioning.edits import TREE, Edits
from tilth.versioning.provenance import check_reaches_training
from tilth.versioning.releasing import kept
from tilth.versioning.repos import RepoName, find_repo
from tilth.versioning.trees import Tree, folder_path

COPY = "copy"
MOVE = "move"


@in_act
def copy(
    backend: Backend,
    source: Commit,
    path: str,
    target: tuple[RepoName, str],
    to: str,
    *,
    into: bool = False,
    named: str = "",
    author: str,
    message: str = "",
) -> Commit:
    """Put the file or folder `path` of the commit `source` at `to` on the branch `target`, as one commit.

    A file becomes `to`, or lands in the folder `to` under its own name with `into`; a folder's content lands below
    `to`. What is there is replaced path by path. The derivation names `source` (and `named`, its branch). No data is
    read or written: costs O(files copied). Raises NotFound, Conflict when a path would be file and folder, HeldOut when
    held-out data would reach something trained, NothingToCommit when all of it is there already.
    """
    kept(backend, source)
    rows, landed = _moved_rows(Tree(backend.store, source.tree), folder_path(path), to, into=into)
    with backend.database.read() as conn:
        check_reaches_training(conn, find_branch(conn, *target), [source.id])
    edits = Edits()
    edits.put_rows(rows)
    return commit_edits(
        backend,
        *target,
        edits,
        author=author,
        message=message or f"Copy {_place(source, path)} to {landed or '/'}",
        derivation=_derivation(COPY, source, named, path, landed),
    )


@in_act
def move(
    backend: Backend,
    source: tuple[RepoName, str],
    path: str,
    target: tuple[RepoName, str],
    to: str,
    *,
    into: bool = False,
    author: str,
    message: str = "",
) -> list[Commit]:
    """Move the file or folder `path` on the branch `source` to `to` on the branch `target`, like `copy`.

    On one branch it is one commit; between two it is one on each, of one change, both or none. Returns them, the
    target's first. No data is read or written: costs O(files moved).
    """
    check_path(path)
    with backend.database.read() as conn:
        homes = [find_repo(conn, source[0]), find_repo(conn, target[0])]
        here, there = find_branch(conn, *source), find_branch(conn, *target)
        if homes[0].id != homes[1].id and here.head is not None:
            check_reaches_training(conn, there, [here.head])
    together = (homes[0].id, source[1]) == (homes[1].id, target[1])

    def plan(heads: Sequence[Head]) -> list[Planned]:
        old = heads[-1]
        if old.commit is None:
            raise NotFound(f"{old.repo.full_name}@{old.branch} has no commit yet.", help="There is nothing to move.")
        rows, landed = _moved_rows(old.tree(backend.store), path, to, into=into, act="move")
        edits = Edits()
        if together:
            edits.delete(path)
            edits.put_rows(rows)
            facts: dict[str, Json] = {"from": path, "to": landed}
            return [Planned(edits, Derivation(MOVE, facts=facts))]
        edits.put_rows(rows)
        gone = Edits()
        gone.delete(path)
        where = f"{heads[0].repo.full_name}@{heads[0].branch}:{landed}"
        return [
            Planned(edits, _derivation(MOVE, old.commit, source[1], path, landed)),
            Planned(gone, Derivation(MOVE, facts={"from": path, "to": where})),
        ]

    made = commit_together(
        backend,
        [target] if together else [target, source],
        plan,
        author=author,
        message=message or f"Move {path} to {'' if together else f'{homes[1].full_name}@{target[1]}:'}{to or '/'}",
    )
    return [commit for commit in made if commit is not None]


def _moved_rows(tree: Tree, path: str, to: str, *, into: bool, act: str = "copy") -> tuple[pa.Table, str]:
    """Return the rows at and below `path` as they are to stand at `to`, and where they land. Raises NotFound."""
    to = folder_path(to)
    if path and (entry := tree.stat(path)) is not None:
        name = path.rpartition("/")[2]
        landed = to if to and not into else f"{to}/{name}" if to else name
        batches = list(tree.batches(entry.path))
        cut = len(path)
    else:
        batches = list(tree.batches(path))
        if not sum(batch.num_rows for batch in batches):
            raise NotFound(f"There is no {path or 'file'} to {act}.", help="`tilth ls` shows what is there.", path=path)
        landed = to
        cut = len(path) + 1 if path and not to else len(path)
        if not path and to:
            landed, cut = f"{to}/", 0
    rows = pa.Table.from_batches(batches, schema=TREE.arrow)
    if not cut and not landed:
        return rows, to
    found: list[Any] = rows.column(0).to_pylist()
    paths = [f"{landed}{each[cut:]}" for each in found]
    check_path(max(paths, key=lambda each: len(each.encode())))
    return rows.set_column(0, "path", pa.array(paths, type=pa.string())), landed.rstrip("/")


def _derivation(stage: str, source: Commit, branch: str, path: str, landed: str) -> Derivation:
    used = CommitInput(source.repo, branch, source.id, source.seal, InputKind.COPY)
    return Derivation(stage, inputs=(used,), facts={"from": path, "to": landed})


def _place(commit: Commit, path: str) -> str:
    return f"{commit.repo}@{commit.id[:12]}:{path}" if path else f"{commit.repo}@{commit.id[:12]}"
