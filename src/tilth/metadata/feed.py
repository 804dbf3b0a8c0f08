"""The feed: what happened, in commit order and without gaps, for whoever reads at their own pace."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from tilth.metadata import counters
from tilth.metadata.schema.feed import cursors, feed
from tilth.model.canonical import Json, canonical
from tilth.model.ids import ChangeId

COUNTER = "feed"


@dataclass(frozen=True, slots=True)
class Event:
    """One piece of news: `kind` is "head.moved", "job.ended", "answer.settled", ...; `facts` are its fields."""

    position: int
    kind: str
    change: ChangeId
    at_ms: int
    facts: Mapping[str, Any]


_ADD = insert(feed)


def append(conn: Connection, kind: str, change: ChangeId, facts: Json) -> int:
    """Add an event in the caller's transaction and return its position (1, 2, 3, ... in commit order)."""
    position = counters.step(conn, COUNTER)
    conn.execute(
        _ADD,
        {
            "position": position,
            "kind": kind,
            "change": change,
            "at_ms": time.time_ns() // 1_000_000,
            "facts": canonical(facts).decode(),
        },
    )
    return position


def read(conn: Connection, after: int, limit: int = 1000) -> list[Event]:
    """Return up to `limit` events behind position `after`, in order."""
    rows = conn.execute(select(feed).where(feed.c.position > after).order_by(feed.c.position).limit(limit))
    return [Event(row.position, row.kind, ChangeId(row.change), row.at_ms, json.loads(row.facts)) for row in rows]


def last(conn: Connection) -> int:
    """Return the position of the newest event, 0 before the first."""
    return counters.value(conn, COUNTER)


def cursor(conn: Connection, name: str) -> int:
    """Return how far the reader `name` has read, 0 before its first `advance`."""
    return int(conn.execute(select(cursors.c.position).where(cursors.c.name == name)).scalar() or 0)


def advance(conn: Connection, name: str, position: int) -> None:
    """Note that the reader `name` has read up to `position`; it never goes back."""
    known = conn.execute(select(cursors.c.position).where(cursors.c.name == name)).scalar()
    if known is None:
        conn.execute(insert(cursors).values(name=name, position=position))
    elif position > known:
        conn.execute(update(cursors).where(cursors.c.name == name).values(position=position))


def trim(conn: Connection, before_ms: int) -> int:
    """Delete events that are older than `before_ms` and that every cursor has passed; return how many."""
    passed = conn.execute(select(func.min(cursors.c.position))).scalar()
    if passed is None:
        return 0
    return conn.execute(delete(feed).where(feed.c.position <= passed, feed.c.at_ms < before_ms)).rowcount
