"""Which commits touched a path."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, func, select
from writing import put

from tilth.errors import NothingToCommit
from tilth.metadata.migration import configuration
from tilth.metadata.schema.history import touches as table
from tilth.metadata.schema.history import wide_commits
from tilth.model.commit import Commit
from tilth.model.ids import CommitId
from tilth.versioning import touches
from tilth.versioning.backend import Backend, open_backend
from tilth.versioning.branches import create_branch
from tilth.versioning.commits import get_commit
from tilth.versioning.history import log
from tilth.versioning.rebuild import rebuild
from tilth.versioning.repos import Repo
from tilth.versioning.trees import Tree

PATHS = ["a", "b", "dir/x", "dir/y", "dir/deep/z", "other/x"]
ASKED = [*PATHS, "dir", "dir/deep", "other", "missing", ""]


def test_the_commits_that_put_changed_or_deleted_a_file_are_found(backend: Backend, repo: Repo) -> None:
    """Case 25: put in the first, changed in the third, deleted in the fourth."""
    first = put(backend, repo, {"file": b"1"})
    put(backend, repo, {"other": b"1"})
    third = put(backend, repo, {"file": b"2"})
    fourth = put(backend, repo, {"file": None})
    put(backend, repo, {"other": b"2"})
    assert ids(log(backend, repo, "main", path="file")) == [fourth.id, third.id, first.id]
    assert ids(log(backend, repo, "main", path="file", limit=1)) == [fourth.id]
    assert ids(log(backend, repo, "main", path="file", after=fourth.id, limit=1)) == [third.id]
    assert ids(log(backend, repo, third.id, path="file")) == [third.id, first.id]


def test_a_random_history_is_told_as_walking_it_would(
    backend: Backend, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(touches.measure, "__kwdefaults__", {"most": 3})  # some commits are wide then
    heads = grow(backend, repo, 60)
    assert count(backend, wide_commits) > 0
    check(backend, repo, heads)


def test_asking_costs_what_is_found_however_long_the_history(backend: Backend, repo: Repo) -> None:
    put(backend, repo, {"rare": b"1"})
    for number in range(40):
        put(backend, repo, {"often": b"%d" % number})
    asked: list[str] = []
    monkeypatched = touches.Tree

    class Watched(monkeypatched):  # type: ignore[misc, valid-type]
        def stat(self, path: str) -> object:
            asked.append(path)
            return super().stat(path)

    touches.Tree = Watched  # type: ignore[misc]
    try:
        assert len(log(backend, repo, "main", path="rare")) == 1
        assert len(log(backend, repo, "main", path="often", limit=5)) == 5
    finally:
        touches.Tree = monkeypatched  # type: ignore[misc]
    assert asked == []


def test_a_workspace_of_the_schema_before_is_asked_through_its_trees_until_it_is_filled(tmp_path: Path) -> None:
    with open_backend(tmp_path / "w") as backend:
        from tilth.versioning.repos import create_repo

        repo = create_repo(backend, "digits")
        heads = grow(backend, repo, 25)
    go_back_to("0006", tmp_path / "w" / "tilth.db")
    with open_backend(tmp_path / "w") as backend:
        assert count(backend, table) == 0
        check(backend, repo, heads)
        heads["main"] = put(backend, repo, {"a": b"after"}).id
        while touches.fill(backend, 10):
            pass
        assert count(backend, wide_commits) == 0
        check(backend, repo, heads)


def test_a_rebuilt_workspace_knows_them_too(tmp_path: Path) -> None:
    from tilth.versioning.repos import create_repo

    with open_backend(tmp_path / "w") as backend:
        repo = create_repo(backend, "digits")
        heads = grow(backend, repo, 25)
        rows = count(backend, table)
    for end in ("", "-wal", "-shm"):
        (tmp_path / "w" / f"tilth.db{end}").unlink(missing_ok=True)
    assert rebuild(tmp_path / "w").problems == ()
    with open_backend(tmp_path / "w") as backend:
        assert count(backend, table) == rows
        check(backend, repo, heads)


def go_back_to(revision: str, database: Path) -> None:
    """Make a database of an older schema with the rows of this one, as far as it had them."""
    older = database.with_name("older.db")
    engine = create_engine(f"sqlite:///{older}")
    with engine.begin() as conn:
        command.upgrade(configuration(conn), revision)
    engine.dispose()
    with closing(sqlite3.connect(older)) as old:
        old.execute("ATTACH ? AS newer", (str(database),))
        for (name,) in old.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            columns = ", ".join(f'"{row[1]}"' for row in old.execute(f"PRAGMA main.table_info({name})"))
            if name != "alembic_version":
                old.execute(f"INSERT INTO main.{name} ({columns}) SELECT {columns} FROM newer.{name}")
        old.execute("DELETE FROM counters WHERE name = 'lines'")
        old.commit()
    for end in ("-wal", "-shm"):
        database.with_name(f"{database.name}{end}").unlink(missing_ok=True)
    older.replace(database)


def grow(backend: Backend, repo: Repo, commits: int) -> dict[str, CommitId]:
    """Make a history of several branches and return their heads."""
    chance = random.Random(7)
    heads: dict[str, CommitId] = {}
    made: list[Commit] = []
    branches = ["main"]
    while len(made) < commits:
        if made and chance.random() < 0.15:
            name = f"b{len(branches)}"
            create_branch(backend, repo, name, head=chance.choice(made).id)
            branches.append(name)
        branch = chance.choice(branches)
        edits = {path: chance.choice([None, b"1", b"2", b"3"]) for path in chance.sample(PATHS, chance.randint(1, 4))}
        try:
            made.append(put(backend, repo, edits, branch=branch))
        except NothingToCommit:
            continue
        heads[branch] = made[-1].id
    return heads


def check(backend: Backend, repo: Repo, heads: dict[str, CommitId]) -> None:
    for branch, head in heads.items():
        assert ids(log(backend, repo, branch)) == list(walked(backend, head, None))
        for path in ASKED:
            found = ids(log(backend, repo, branch, path=path)) if path else []
            assert found == (list(walked(backend, head, path)) if path else []), (branch, path)
            if len(found) > 2:
                assert ids(log(backend, repo, branch, path=path, after=found[0], limit=1)) == found[1:2]


def walked(backend: Backend, start: CommitId | None, path: str | None) -> Iterator[CommitId]:
    while start is not None:
        commit = get_commit(backend, start)
        parent = commit.parents[0] if commit.parents else None
        before = get_commit(backend, parent).tree if parent is not None else None
        if path is None or below(backend, commit.tree, path) != below(backend, before, path):
            yield start
        start = parent


def below(backend: Backend, tree: object, path: str) -> list[object]:
    return list(Tree(backend.store, tree).walk(path))  # type: ignore[arg-type]


def ids(commits: list[Commit]) -> list[CommitId]:
    return [commit.id for commit in commits]


def count(backend: Backend, of: object) -> int:
    with backend.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(of)).scalar() or 0)  # type: ignore[arg-type]
