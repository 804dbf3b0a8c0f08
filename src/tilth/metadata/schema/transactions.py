"""Transactions: drafts on several branches that become commits together."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text

from tilth.metadata.schema.definition import metadata

transactions = Table(
    "transactions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("author", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
)
"""`id` is the change that its commits will be of."""

transaction_drafts = Table(
    "transaction_drafts",
    metadata,
    Column("draft", Text, ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True),
    Column("transaction", Text, ForeignKey("transactions.id", ondelete="CASCADE"), nullable=False, index=True),
)
