"""Commits: an index over the commit records in the store, which are the truth."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from tilth.metadata.schema.definition import metadata

commits = Table(
    "commits",
    metadata,
    Column("id", Text, primary_key=True),
    Column("change", Text, nullable=False),
    Column("repo", Text, ForeignKey("repos.id"), nullable=False),
    Column("tree", LargeBinary),
    Column("author", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("message", Text, nullable=False),
    Column("files", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("stage", Text),
    Column("job", Text),
    Column("seal", LargeBinary, nullable=False, unique=True),
    Column("record", LargeBinary, nullable=False),
    Column("line", BigInteger),
    Column("generation", BigInteger),
    Column("added", BigInteger),
    Column("changed", BigInteger),
    Column("removed", BigInteger),
    Column("put", BigInteger),
    Column("stored", BigInteger),
)
"""`line` and `generation` say where the commit stands among its repo's (see `tilth.metadata.schema.history`).

`added` and what follows it count what the commit changed (see `tilth.versioning.counts`); null where nobody did.
"""

Index("ix_commits_change", commits.c.change)
Index("ix_commits_job", commits.c.job)
Index("ix_commits_repo_id", commits.c.repo, commits.c.id)
Index("ix_commits_line", commits.c.line, commits.c.generation, unique=True)

commit_parents = Table(
    "commit_parents",
    metadata,
    Column("commit", Text, ForeignKey("commits.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("parent", Text, ForeignKey("commits.id"), nullable=False, index=True),
)

commit_inputs = Table(
    "commit_inputs",
    metadata,
    Column("commit", Text, ForeignKey("commits.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("input", Text, ForeignKey("commits.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
)

commit_upstream = Table(
    "commit_upstream",
    metadata,
    Column("commit", Text, ForeignKey("commits.id"), primary_key=True),
    Column("repo", Text, ForeignKey("repos.id"), primary_key=True, index=True),
)
"""Every repo whose data went into a commit, however far up, so that the held-out check is O(inputs)."""
