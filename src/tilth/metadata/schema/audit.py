"""The audit trail: what was done through the doors, and what was refused there."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from tilth.metadata.schema.definition import metadata

audit = Table(
    "audit",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("user", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Rows are only ever added. `position` is gapless; `hash` is the BLAKE3 of the row and of the hash before it."""

Index("ix_audit_user", audit.c.user, audit.c.position)
Index("ix_audit_operation", audit.c.operation, audit.c.position)
Index("ix_audit_object", audit.c.object, audit.c.position)
Index("ix_audit_at_ms", audit.c.at_ms)
