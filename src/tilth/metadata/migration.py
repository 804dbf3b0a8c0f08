"""Bring a database to the newest schema with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from tilth.errors import Invalid

MIGRATIONS = Path(__file__).parent / "migrations"


def configuration(conn: Connection | None = None) -> Config:
    """Return Alembic's configuration for the migrations in this package, run on `conn`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if conn is not None:
        config.attributes["connection"] = conn
    return config


def upgrade(conn: Connection, found: str | None, name: str) -> None:
    """Run every migration behind revision `found` in the caller's transaction. Raises Invalid if it is newer."""
    config = configuration(conn)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise Invalid(
            f"{name} has schema {found}, which this Tilth does not know.",
            help="A newer Tilth made it; upgrade with `pip install -U tilth`.",
            schema=found,
        )
    command.upgrade(config, "head")
