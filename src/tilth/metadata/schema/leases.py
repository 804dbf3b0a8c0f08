"""Leases: who may act alone for now. The epoch grows with each new holder and fences the old one off."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from tilth.metadata.schema.definition import metadata

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text),
    Column("epoch", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)
