"""Counters: numbers that only grow."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from tilth.metadata.schema.definition import metadata

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
