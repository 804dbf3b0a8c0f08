"""What holds for branches and commits outside their records: protection, following, released data, annotations."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Table, Text

from tilth.metadata.schema.definition import metadata

protections = Table(
    "protections",
    metadata,
    Column("repo", Text, primary_key=True),
    Column("branch", Text, primary_key=True),
    Column("roles", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["repo", "branch"], ["branches.repo", "branches.name"], ondelete="CASCADE"),
)
"""`roles` is a JSON list of those that may write to the branch."""

triggers = Table(
    "triggers",
    metadata,
    Column("repo", Text, primary_key=True),
    Column("branch", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("commits", BigInteger),
    Column("size", BigInteger),
    Column("rate", Text),
    Column("cron", Text),
    Column("every", Boolean, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("fired_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["repo", "branch"], ["branches.repo", "branches.name"], ondelete="CASCADE"),
    ForeignKeyConstraint(
        ["repo", "source"],
        ["branches.repo", "branches.name"],
        name="fk_triggers_source_branches",
        ondelete="CASCADE",
    ),
)
"""Branch `branch` follows `source` when a condition holds, or every one. `fired_ms` is when it last did, 0 before."""

Index("ix_triggers_source", triggers.c.repo, triggers.c.source)

released = Table(
    "released",
    metadata,
    Column("commit", Text, ForeignKey("commits.id"), primary_key=True),
    Column("how", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)
"""Commits whose record and seal stay and whose data does not: "forgotten" or "dropped"."""

annotation_rows = Table(
    "annotations",
    metadata,
    Column("repo", Text, ForeignKey("repos.id"), primary_key=True),
    Column("place", LargeBinary, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("digest", LargeBinary),
    Column("value", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""Words about a repo, a branch (its name), a commit (its id), or a file (its path, at one content). `place` is 16 bytes
of the BLAKE3 of kind, subject and digest, which may be too long for an index."""

Index("ix_annotations_key", annotation_rows.c.key, annotation_rows.c.repo, annotation_rows.c.place)
