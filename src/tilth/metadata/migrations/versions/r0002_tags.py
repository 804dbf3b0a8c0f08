"""Tags: names for commits that never move."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """Create the table of tags."""
    op.create_table(
        "tags",
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("commit", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["commit"], ["commits.id"], name=op.f("fk_tags_commit_commits")),
        sa.ForeignKeyConstraint(["repo"], ["repos.id"], name=op.f("fk_tags_repo_repos")),
        sa.PrimaryKeyConstraint("repo", "name", name=op.f("pk_tags")),
    )
    op.create_index("ix_tags_commit", "tags", ["commit"], unique=False)
