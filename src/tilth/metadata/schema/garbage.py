"""Collecting garbage: who writes, what is condemned, which packs are to be unlinked, what was purged or is pinned."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text

from tilth.metadata.schema.definition import metadata

sessions = Table(
    "sessions",
    metadata,
    Column("session", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("beat", BigInteger, nullable=False),
    Column("place", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
)
"""One row per process that writes. It holds nothing found before epoch `since`; `beat` grows while it is alive."""

condemned = Table(
    "condemned",
    metadata,
    Column("shard", Text, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""Index shards of records that nothing reached: not to be found by writers, deleted when no session is older."""

gone_packs = Table(
    "gone_packs",
    metadata,
    Column("pack", Text, primary_key=True),
)
"""Packs that are no longer part of the store and whose files are still to be deleted."""

pins = Table(
    "pins",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("why", Text, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)
"""Records that are kept until a time though no other row names them: what was uploaded and is to be used soon."""

purged = Table(
    "purged",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("path", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("parts", LargeBinary, nullable=False, server_default=""),
)
"""Content that was taken away for good, and where, by whom, when and why; `parts` are the digests of its chunks."""
