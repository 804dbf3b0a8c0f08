"""The migrations, run one after the other, give the schema that the code works with."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, select, text

from tilth.metadata.database import SCHEMA_VERSION, Database
from tilth.metadata.migration import configuration
from tilth.metadata.postgres import PostgresServer
from tilth.metadata.schema.everything import metadata
from tilth.metadata.schema.repos import repos
from tilth.metadata.sqlite import SqliteServer
from tilth.testing.postgres import TestServer


def _schema(path: Path) -> dict[str, set[str]]:
    """Return each table's and index's definition as the set of its parts: their order does not matter."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: _parts(sql) for name, sql in rows if name != "alembic_version"}


def _parts(sql: str) -> set[str]:
    head, _, body = " ".join(sql.split()).partition("(")
    parts, depth, part = {head.strip()}, 0, ""
    for letter in body.removesuffix(")").strip():
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.add(part.strip())
            part = ""
        else:
            part += letter
    return parts | {part.strip()}


def test_migrated_and_declared_schema_are_the_same(tmp_path: Path) -> None:
    Database.open(tmp_path / "migrated.db").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    metadata.create_all(engine)
    engine.dispose()
    migrated, declared = _schema(tmp_path / "migrated.db"), _schema(tmp_path / "declared.db")
    assert migrated.keys() == declared.keys()
    for name in declared:
        assert migrated[name] == declared[name], f"{name}: write the change as a migration"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_of_the_first_schema_is_brought_to_the_newest_with_its_rows(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    place: Path | str = tmp_path / "tilth.db"
    server: SqliteServer | PostgresServer = SqliteServer(tmp_path / "tilth.db")
    if kind == "postgresql":
        running: TestServer = request.getfixturevalue("postgres")
        place = running.url("first")
        server = PostgresServer(place)
    with Database(server) as old:
        with old.transaction() as conn:
            server.prepare(conn)
            command.upgrade(configuration(conn), "0001")
            conn.execute(
                text(
                    "INSERT INTO repos (id, project, name, description, held_out, created_ms) "
                    "VALUES ('1', 'default', 'digits', '', :no, 1)"
                ),
                {"no": False},
            )
        with old.read() as conn:
            assert server.stored_version(conn) == "0001"
    with Database.open(place) as new, new.read() as conn:
        assert conn.execute(select(repos.c.name, repos.c.kind)).all() == [("digits", "data")]
        assert conn.execute(text("SELECT version_num FROM alembic_version")).scalar() == SCHEMA_VERSION
