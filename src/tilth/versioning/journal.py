"""What happened to repos, branches and heads, on its way from the database into the store.

A transaction that changes one of them notes the whole new row here. Before the next flush the notes become HEADS
records, and are forgotten once those are durable. So the store alone is enough to rebuild the database, and a
transaction that failed leaves no trace in it. Writing the same note twice is harmless: records are named by content.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select

from tilth.errors import Corrupt
from tilth.metadata import counters
from tilth.metadata.database import Database
from tilth.metadata.schema.branches import journal
from tilth.model.canonical import Json, canonical
from tilth.model.digest import digest_of
from tilth.model.ids import new_id
from tilth.storage.records import RecordKind

if TYPE_CHECKING:
    from tilth.storage.store import Store  # heavy, and not needed to note or to read

COUNTER = "journal"


def note(conn: Connection, event: str, facts: Mapping[str, Json]) -> None:
    """Note in the caller's transaction that `event` ("repo", "branch", "move", ...) made `facts` true."""
    sequence = counters.step(conn, COUNTER)
    # Bytes already in the store as a user's file would not be stored again as a HEADS record; an id that nobody can
    # know beforehand rules that out.
    text = canonical({"sequence": sequence, "note": new_id(), "event": event, "facts": facts}).decode()
    conn.execute(insert(journal).values(sequence=sequence, facts=text))


def spill(database: Database, store: Store) -> int:
    """Put all pending notes into the store; return the last one's sequence. They are durable after its `flush`."""
    with database.read() as conn:
        rows = conn.execute(select(journal).order_by(journal.c.sequence)).all()
    for row in rows:
        store.put_bytes(RecordKind.HEADS, row.facts.encode())
    return rows[-1].sequence if rows else 0


def forget(conn: Connection, through: int) -> None:
    """Drop the notes up to `through`, which a flush has made durable."""
    if through:
        conn.execute(delete(journal).where(journal.c.sequence <= through))


def settle(database: Database, store: Store) -> None:
    """Make all notes durable in the store now."""
    through = spill(database, store)
    if through:
        store.flush()
        with database.transaction() as conn:
            forget(conn, through)


@dataclass(frozen=True, slots=True)
class Note:
    """What one HEADS record says: number `sequence` in the history of the workspace made `facts` true."""

    sequence: int
    event: str
    facts: Mapping[str, Any]


def read_note(record: bytes) -> Note:
    """Read a HEADS record. Raises Corrupt when it is not one."""
    try:
        value = json.loads(record)
        note = Note(value["sequence"], value["event"], value["facts"])
        if not (isinstance(note.sequence, int) and isinstance(note.event, str) and isinstance(note.facts, dict)):
            raise ValueError("its fields are of other types")
        return note
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Corrupt(f"Record {digest_of(record).hex()} is not a note of the journal: {error}.") from error
