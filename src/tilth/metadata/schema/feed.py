"""The feed: news that travels upward as data, and how far each reader has read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from tilth.metadata.schema.definition import metadata

feed = Table(
    "feed",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("facts", Text, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)
