"""The audit trail in SQL: rows that are only added, each with a hash over itself and the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select

from tilth.contract.audit import AuditEntry
from tilth.metadata import counters
from tilth.metadata.database import Database
from tilth.metadata.schema.audit import audit
from tilth.model.canonical import canonical
from tilth.model.digest import Digest, digest_of
from tilth.workspace.access_ledger import now_ms

COUNTER = "audit"
MAX_TEXT = 400
BATCH = 1000
_BEGINNING = b"tilth audit trail 1"


@dataclass(frozen=True, slots=True)
class Act:
    """One act, or one that was refused. Holds no secret: what was said is not kept, only what it was about."""

    user: str
    token: str
    operation: str
    object: str
    outcome: str
    detail: str
    origin: str


_HASH = select(audit.c.hash).where(audit.c.position == bindparam("at"))
_ADD = insert(audit)


def append(conn: Connection, act: Act) -> int:
    """Add an act in the caller's transaction and return its position. Cost: O(1), one row read and one written."""
    position = counters.step(conn, COUNTER)
    last = conn.execute(_HASH, {"at": position - 1}).scalar()
    values: dict[str, Any] = {
        "position": position,
        "at_ms": now_ms(),
        "user": act.user[:MAX_TEXT],
        "token": act.token,
        "operation": act.operation,
        "object": _plain(act.object),
        "outcome": act.outcome,
        "detail": _plain(act.detail),
        "origin": act.origin[:MAX_TEXT],
    }
    conn.execute(_ADD, values | {"hash": _chained(last, values)})
    return position


def record(database: Database, act: Act) -> None:
    """Add an act in a transaction of its own, which waits for no disk: the next durable one makes it durable too."""
    with database.transaction(durable=False, gated=False) as conn:
        append(conn, act)


def entries(
    conn: Connection,
    *,
    user: str = "",
    operation: str = "",
    object: str = "",
    outcome: str = "",
    since_ms: int = 0,
    until_ms: int | None = None,
    before: int | None = None,
    limit: int = 100,
) -> Sequence[AuditEntry]:
    """Return up to `limit` entries before a position, newest first."""
    query = _asked(user, operation, object, outcome, since_ms, until_ms)
    if before is not None:
        query = query.where(audit.c.position < before)
    return [_entry(row) for row in conn.execute(query.order_by(audit.c.position.desc()).limit(limit))]


def all_entries(
    database: Database,
    *,
    user: str = "",
    operation: str = "",
    object: str = "",
    outcome: str = "",
    since_ms: int = 0,
    until_ms: int | None = None,
) -> Iterator[AuditEntry]:
    """Yield entries, oldest first, a batch at a time."""
    query = _asked(user, operation, object, outcome, since_ms, until_ms).order_by(audit.c.position).limit(BATCH)
    after = 0
    while True:
        with database.read() as conn:
            rows = conn.execute(query.where(audit.c.position > after)).all()
        for row in rows:
            yield _entry(row)
        if len(rows) < BATCH:
            return
        after = rows[-1].position


def broken(database: Database) -> tuple[int, str] | None:
    """Return where the chain is broken, and how; None when it is whole. Reads every row once, in order."""
    with database.read() as conn:
        expected = counters.value(conn, COUNTER)
    last: bytes | None = None
    position = 0
    while True:
        with database.read() as conn:
            rows = conn.execute(
                select(audit).where(audit.c.position > position).order_by(audit.c.position).limit(BATCH)
            ).all()
        for row in rows:
            if row.position != position + 1:
                return position + 1, "is missing"
            values = {name: value for name, value in row._mapping.items() if name != "hash"}
            if _chained(last, values) != row.hash:
                return row.position, "was changed, or one before it"
            last, position = row.hash, row.position
        if len(rows) < BATCH:
            return (position + 1, "is missing") if position < expected else None


def _asked(user: str, operation: str, object: str, outcome: str, since_ms: int, until_ms: int | None) -> Select[Any]:
    query = select(audit)
    if user:
        query = query.where(audit.c.user == user)
    if operation.endswith("."):
        query = query.where(audit.c.operation.startswith(operation, autoescape=True))
    elif operation:
        query = query.where(audit.c.operation == operation)
    if object:
        query = query.where(audit.c.object >= object, audit.c.object < object + "\U0010ffff")
    if outcome:
        query = query.where(audit.c.outcome == outcome)
    if since_ms:
        query = query.where(audit.c.at_ms >= _bounded(since_ms))
    if until_ms is not None:
        query = query.where(audit.c.at_ms < _bounded(until_ms))
    return query


def _bounded(at_ms: int) -> int:
    """Return a time that a database can compare with."""
    return min(max(at_ms, 0), 1 << 62)


def _chained(last: bytes | None, values: dict[str, Any]) -> Digest:
    return digest_of((last or _BEGINNING) + canonical(values))


def _plain(text: str) -> str:
    return text.encode(errors="replace").decode()[:MAX_TEXT]


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        position=row.position,
        at_ms=row.at_ms,
        user=row.user,
        token=row.token,
        operation=row.operation,
        object=row.object,
        outcome=row.outcome,
        detail=row.detail,
        origin=row.origin,
        hash=row.hash.hex(),
    )
