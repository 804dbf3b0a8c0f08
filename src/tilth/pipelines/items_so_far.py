"""The items of a job while it runs: what has failed, what is being worked on, what was done last.

They are kept in groups, one row each time the job tells how far it is, and go when it ends or begins anew: then its
datum table says more. What is kept is bounded, however many items a job has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from tilth.metadata.schema.jobs import job_items
from tilth.model.canonical import Json, canonical
from tilth.model.digest import Digest, digest_from_hex
from tilth.model.ids import JobId

FAILED, RUNNING, DONE = "failed", "running", "done"
KEPT_DONE = 20_000
"""Of what is done the newest so many are kept, and a group more."""
KEPT_RUNNING = 1_000
"""Of what is being worked on so many are named."""


@dataclass(frozen=True, slots=True)
class ItemSoFar:
    """One datum of a running job. `tries` counts those that ended."""

    key: str
    state: str
    reason: str = ""
    tries: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    manifest: Digest | None = None
    log: Digest | None = None

    def to_json(self) -> Json:
        """Return the item as JSON."""
        digests: list[Json] = [each.hex() if each is not None else None for each in (self.manifest, self.log)]
        return [self.key, self.state, self.reason, self.tries, self.wall_s, self.cpu_s, *digests]


def note_items(
    conn: Connection,
    job: JobId,
    *,
    running: Sequence[ItemSoFar],
    failed: Sequence[ItemSoFar],
    done: Sequence[ItemSoFar],
) -> None:
    """Write what became of items since the last time, and which are worked on now. Cost: O(items given)."""
    newest = conn.execute(select(func.max(job_items.c.number)).where(job_items.c.job == job)).scalar() or 0
    conn.execute(delete(job_items).where(job_items.c.job == job, job_items.c.kind == RUNNING))
    groups = [(FAILED, failed), (RUNNING, running[:KEPT_RUNNING]), (DONE, done)]
    rows = [
        {
            "job": job,
            "number": newest + place,
            "kind": kind,
            "count": len(items),
            "items": canonical([item.to_json() for item in items]).decode(),
        }
        for place, (kind, items) in enumerate(groups, start=1)
        if items
    ]
    if rows:
        conn.execute(insert(job_items), rows)
    if done:
        _trim(conn, job)


def drop_items(conn: Connection, job: JobId) -> None:
    """Forget what note_items wrote: the job ended, or begins anew."""
    conn.execute(delete(job_items).where(job_items.c.job == job))


def failed_items(conn: Connection, job: JobId) -> list[ItemSoFar]:
    """Return what has failed for good, by key."""
    return sorted((item for _, items in _groups(conn, job, FAILED) for item in items), key=_key)


def running_items(conn: Connection, job: JobId) -> list[ItemSoFar]:
    """Return what is being worked on, by key."""
    return sorted((item for _, items in _groups(conn, job, RUNNING) for item in items), key=_key)


def done_groups(
    conn: Connection, job: JobId, *, upto: int | None = None, limit: int = 8
) -> list[tuple[int, list[ItemSoFar]]]:
    """Return groups of what is done with their numbers, the newest first, as are the items in each; from `upto` on
    backwards."""
    return [(number, items[::-1]) for number, items in _groups(conn, job, DONE, upto, limit)]


def _groups(
    conn: Connection, job: JobId, kind: str, upto: int | None = None, limit: int | None = None
) -> Iterator[tuple[int, list[ItemSoFar]]]:
    here = select(job_items.c.number, job_items.c["items"]).where(job_items.c.job == job, job_items.c.kind == kind)
    if upto is not None:
        here = here.where(job_items.c.number <= upto)
    for row in conn.execute(here.order_by(job_items.c.number.desc()).limit(limit)):
        yield row.number, [_item(each) for each in json.loads(row._mapping["items"])]


def _item(value: Sequence[object]) -> ItemSoFar:
    key, state, reason, tries, wall_s, cpu_s, manifest, log = value
    return ItemSoFar(
        str(key),
        str(state),
        str(reason),
        int(str(tries)),
        float(str(wall_s)),
        float(str(cpu_s)),
        digest_from_hex(str(manifest)) if manifest is not None else None,
        digest_from_hex(str(log)) if log is not None else None,
    )


def _trim(conn: Connection, job: JobId) -> None:
    """Forget the oldest groups of what is done, as far as the newer ones hold enough."""
    mine = (job_items.c.job == job, job_items.c.kind == DONE)
    kept = 0
    groups = conn.execute(
        select(job_items.c.number, job_items.c["count"]).where(*mine).order_by(job_items.c.number.desc())
    )
    for row in groups:
        if kept >= KEPT_DONE:
            conn.execute(delete(job_items).where(*mine, job_items.c.number <= row.number))
            return
        kept += row._mapping["count"]


def _key(item: ItemSoFar) -> str:
    return item.key
