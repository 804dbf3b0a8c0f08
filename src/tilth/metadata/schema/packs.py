"""Packs and index shards: which bytes of the store are acknowledged."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text

from tilth.metadata.schema.definition import metadata

packs = Table(
    "packs",
    metadata,
    Column("pack", Text, primary_key=True),
    Column("length", BigInteger, nullable=False),
    Column("sealed", Boolean, nullable=False),
)

shards = Table(
    "shards",
    metadata,
    Column("shard", Text, primary_key=True),
    Column("level", Integer, nullable=False),
)
"""Live shards only."""
