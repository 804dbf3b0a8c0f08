"""Numbers about the whole workspace, by queries that do not grow with its files."""

from __future__ import annotations

from sqlalchemy import func, select

from tilth.contract.maintenance import UsageInfo
from tilth.metadata.schema.branches import branches
from tilth.metadata.schema.commits import commits
from tilth.metadata.schema.repos import repos
from tilth.versioning.backend import Backend
from tilth.versioning.catalogue import SqlCatalogue


def usage(backend: Backend) -> UsageInfo:
    """Sum up: `logical` is what the heads hold, `stored` what lies in packs."""
    with backend.database.read() as conn:
        logical = conn.execute(
            select(func.coalesce(func.sum(commits.c.size), 0)).join(branches, branches.c.head == commits.c.id)
        ).scalar()
        commit_count = conn.execute(select(func.count()).select_from(commits)).scalar()
        repo_count = conn.execute(select(func.count()).where(repos.c.deleted_ms.is_(None))).scalar()
    packs = SqlCatalogue(backend.database).packs()
    return UsageInfo(
        logical=int(logical or 0),
        stored=sum(pack.length for pack in packs),
        packs=len(packs),
        commits=int(commit_count or 0),
        repos=int(repo_count or 0),
    )
