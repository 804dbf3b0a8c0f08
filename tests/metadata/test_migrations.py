"""The migrations, run one after the other, give the schema that the code works with."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import create_engine

from tilth.metadata.database import Database
from tilth.metadata.schema import metadata


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
