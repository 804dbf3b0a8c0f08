"""What jobs, pipelines and the cache of results name in the store."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, delete, select

from tilth.datums.marking import mark_input
from tilth.metadata.database import Database
from tilth.metadata.schema.commits import commits
from tilth.metadata.schema.jobs import job_tries, jobs, pipeline_versions, pipelines, results
from tilth.metadata.schema.repos import repos
from tilth.metadata.schema.rules import released
from tilth.model.commit import commit_from_record
from tilth.pipelines.cache import decode_manifest
from tilth.pipelines.plan import DATUMS
from tilth.storage.marking import Marker, RowReader, fixed_bytes
from tilth.versioning.marking import pages

_IN_ONE_QUERY = 500


@dataclass(frozen=True, slots=True)
class CacheBounds:
    """How long results stay that no job names any more, and how many bytes their files may have in all."""

    days: float = 30.0
    size: int = 20 << 30


class JobRoots:
    """The tables of jobs, their partial outputs, the logs of their tries, the code of pipelines.

    Of a job whose pipeline is deleted, or whose output is no longer kept, the tables stay (they say what ran), and the
    files and logs that they name go.
    """

    def __init__(self) -> None:
        self.rows: Mapping[str, RowReader] = {DATUMS.name: mark_datum_rows}

    def mark(self, conn: Connection, marker: Marker) -> None:
        """Name the roots."""
        code = select(pipeline_versions.c.code).where(pipeline_versions.c.code.is_not(None))
        for page in pages(conn, code):
            marker.records(row.code for row in page)
        kept = (
            select(
                jobs.c.plan,
                jobs.c.partial,
                pipelines.c.deleted_ms,
                repos.c.deleted_ms.label("home_deleted_ms"),
                released.c.commit.label("released"),
            )
            .join(pipelines, pipelines.c.id == jobs.c.pipeline)
            .outerjoin(commits, commits.c.id == jobs.c.output)
            .outerjoin(repos, repos.c.id == commits.c.repo)
            .outerjoin(released, released.c.commit == jobs.c.output)
        )
        for page in pages(conn, kept):
            for row in page:
                whole = row.deleted_ms is None and row.home_deleted_ms is None and row.released is None
                if row.plan is not None:
                    mark_plan(marker, json.loads(row.plan), whole=whole)
                if whole:
                    marker.table(row.partial)
        tries = (
            select(job_tries.c.log)
            .join(jobs, jobs.c.id == job_tries.c.job)
            .join(pipelines, pipelines.c.id == jobs.c.pipeline)
            .where(job_tries.c.log.is_not(None), pipelines.c.deleted_ms.is_(None))
        )
        for page in pages(conn, tries):
            marker.records(row.log for row in page)
        # A published job's plan is in its commit too, which is all that is left of it after a rebuild.
        published = (
            select(commits.c.record, released.c.commit.label("released"))
            .join(repos, repos.c.id == commits.c.repo)
            .outerjoin(released, released.c.commit == commits.c.id)
            .where(commits.c.stage == "pipeline", repos.c.deleted_ms.is_(None))
        )
        for page in pages(conn, published):
            for row in page:
                derivation = commit_from_record(row.record).derivation
                plan: Any = derivation.facts.get("plan") if derivation is not None else None
                if isinstance(plan, Mapping):
                    mark_plan(marker, plan, whole=row.released is None)


class ResultRoots:
    """The cache of results: manifests, the files that they list, logs. Weak: what no job names has bounds."""

    def __init__(self, bounds: CacheBounds = CacheBounds()) -> None:
        self.rows: Mapping[str, RowReader] = {}
        self._bounds = bounds

    def mark(self, conn: Connection, marker: Marker) -> None:
        """Name the roots."""
        for page in pages(conn, select(results.c.manifest, results.c.log)):
            _mark_results(marker, [(row.manifest, row.log) for row in page])

    def trim(self, database: Database, marker: Marker) -> int:
        """Forget results that no job names, the oldest first; return how many."""
        now = time.time_ns() // 1_000_000
        oldest = now - int(self._bounds.days * 86_400_000)
        held = 0
        gone: list[bytes] = []
        newest_first = select(results).order_by(results.c.at_ms.desc())
        with database.read() as conn:
            for page in pages(conn, newest_first):
                named = marker.marks.live(b"".join(row.manifest for row in page)).tolist()
                kept = []
                for row, strong in zip(page, named, strict=True):
                    if not strong:
                        if row.at_ms < oldest or held + row.size > self._bounds.size:
                            gone.append(row.identity)
                            continue
                        held += row.size
                    kept.append((row.manifest, row.log))
                _mark_results(marker, kept)
        for start in range(0, len(gone), _IN_ONE_QUERY):
            some = gone[start : start + _IN_ONE_QUERY]
            with database.transaction() as conn:
                # One that was made again since is a new one.
                conn.execute(delete(results).where(results.c.identity.in_(some), results.c.at_ms <= now))
        return len(gone)


def mark_plan(marker: Marker, plan: Mapping[str, Any], *, whole: bool) -> None:
    """Mark the tables of a job, and with `whole` all files and logs that they name."""
    mark_input(marker, plan["input"])
    for name in ("tree", "datums", "owners", "pending"):
        if plan[name] is not None:
            marker.table(bytes.fromhex(plan[name]), shape=not whole)


def mark_datum_rows(marker: Marker, rows: pa.RecordBatch) -> None:
    """Mark the logs and the manifests of datums, with the files that they list."""
    marker.blob(fixed_bytes(rows.column(4)), mark_manifest)
    marker.records(fixed_bytes(rows.column(5)))


def mark_manifest(marker: Marker, data: bytes) -> None:
    """Mark the files that a manifest lists."""
    files = decode_manifest(data)
    marker.contents(
        pa.array([file.content.digest for file in files], pa.binary(32)),
        pa.array([file.content.layout for file in files], pa.uint8()),
        pa.array([file.content.chunks for file in files], pa.binary()),
    )


def _mark_results(marker: Marker, found: list[tuple[bytes, bytes | None]]) -> None:
    marker.blob((manifest for manifest, _ in found), mark_manifest)
    marker.records(log for _, log in found if log)
