"""Cached results that were made from content, or list it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import delete, select

from tilth.errors import NotFound
from tilth.metadata.schema.jobs import results
from tilth.model.commit import Commit
from tilth.model.digest import Digest
from tilth.pipelines.cache import load_manifest
from tilth.pipelines.plan import Plan
from tilth.versioning.backend import Backend
from tilth.versioning.marking import pages
from tilth.versioning.purging import Held

_IN_ONE_QUERY = 500


def evict_results(
    backend: Backend, derived: Sequence[Commit], places: Collection[Held], digests: Collection[Digest]
) -> int:
    """Forget results of datums that read one of the places for one of the derived commits, and those that list one
    of the contents; return how many. Cost: reads the datum tables of the derived commits and all manifests.
    """
    names = {(place.repo, place.path) for place in places if place.repo}
    gone: set[bytes] = set()
    for commit in derived:
        facts = commit.derivation.facts if commit.derivation is not None else {}
        if "plan" not in facts:
            continue
        plan = Plan.from_json(cast(Mapping[str, Any], facts["plan"]))
        for rows in plan.datum_table(backend.store).scan():
            columns = (rows.column(name).to_pylist() for name in ("identity", "members"))
            for identity, members in zip(*columns, strict=True):
                if any(_covers(member["repo"], member["path"], names) for member in json.loads(members)):
                    gone.add(identity)
    with backend.database.read() as conn:
        found = [
            (row.identity, row.manifest)
            for page in pages(conn, select(results.c.identity, results.c.manifest))
            for row in page
        ]
    for identity, manifest in found:
        try:
            if any(file.content.digest in digests for file in load_manifest(backend.store, Digest(manifest))):
                gone.add(identity)
        except NotFound:
            gone.add(identity)  # what it came to is not here any more
    known = [identity for identity, _ in found if identity in gone]
    for start in range(0, len(known), _IN_ONE_QUERY):
        with backend.database.transaction() as conn:
            conn.execute(delete(results).where(results.c.identity.in_(known[start : start + _IN_ONE_QUERY])))
    return len(known)


def _covers(repo: str, path: str, names: Collection[tuple[str, str]]) -> bool:
    """Tell whether a member, a file or a folder of a repo, holds one of the files."""
    folder = path.strip("/")
    return any(
        repo == other and (not folder or file == folder or file.startswith(f"{folder}/")) for other, file in names
    )
