"""Counters whose steps are gapless in commit order.

The step takes the row's (in SQLite the database's) write lock until the transaction ends, so a number that a
reader sees has no smaller one still on its way, and a rollback leaves no hole.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select, update

from tilth.metadata.schema.counters import counters

_STEP = (
    update(counters)
    .where(counters.c.name == bindparam("of_name"))
    .values(value=counters.c.value + bindparam("more"))
    .returning(counters.c.value)
)


def step(conn: Connection, name: str, by: int = 1) -> int:
    """Add `by` to the counter and return its new value; a new counter starts at 0."""
    value = conn.execute(_STEP, {"of_name": name, "more": by}).scalar()
    if value is None:
        conn.execute(insert(counters).values(name=name, value=by))
        return by
    return int(value)


def value(conn: Connection, name: str) -> int:
    """Return the counter's value, 0 before its first step."""
    return int(conn.execute(select(counters.c.value).where(counters.c.name == name)).scalar() or 0)


def raise_to(conn: Connection, name: str, least: int) -> None:
    """Make the counter at least `least`."""
    now = value(conn, name)
    if now < least:
        step(conn, name, least - now)
