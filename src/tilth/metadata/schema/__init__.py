"""All tables of the workspace database, one file per noun.

Ids are text of 32 hex digits, digests are 32 raw bytes, times are Unix milliseconds, JSON is canonical text.
Only SQL that SQLite and PostgreSQL both understand is used on them.
"""

from tilth.metadata.schema import (
    access,
    audit,
    branches,
    commits,
    counters,
    drafts,
    feed,
    feedback,
    garbage,
    history,
    jobs,
    labeling,
    leases,
    packs,
    repos,
    reviewing,
    rules,
    tags,
    transactions,
)
from tilth.metadata.schema.definition import metadata

__all__ = [
    "access",
    "audit",
    "branches",
    "commits",
    "counters",
    "drafts",
    "feed",
    "feedback",
    "garbage",
    "history",
    "jobs",
    "labeling",
    "leases",
    "metadata",
    "packs",
    "repos",
    "reviewing",
    "rules",
    "tags",
    "transactions",
]
