"""Pins: records that garbage collection leaves alone for a while, because what names them is still to come."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update

from tilth.metadata.database import Database
from tilth.metadata.schema.garbage import pins
from tilth.model.digest import Digest

DAY_MS = 24 * 3600 * 1000
_AT_ONCE = 500


def pin(database: Database, digests: Sequence[Digest], why: str, *, for_ms: int = DAY_MS) -> None:
    """Keep records for some time from now. What was pinned and has run out is forgotten on the way."""
    now = time.time_ns() // 1_000_000
    with database.transaction() as conn:
        conn.execute(delete(pins).where(pins.c.until_ms < now))
        for start in range(0, len(digests), _AT_ONCE):
            some = set(digests[start : start + _AT_ONCE])
            known = set(conn.execute(select(pins.c.digest).where(pins.c.digest.in_(some))).scalars())
            if known:
                conn.execute(update(pins).where(pins.c.digest.in_(known)).values(until_ms=now + for_ms))
            fresh = [{"digest": digest, "why": why, "until_ms": now + for_ms} for digest in some - known]
            if fresh:
                conn.execute(insert(pins), fresh)
