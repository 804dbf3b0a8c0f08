"""Transactions, protected branches, triggers, released commits, annotations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "transactions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transactions")),
    )
    op.create_table(
        "transaction_drafts",
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("transaction", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft"], ["drafts.id"], name=op.f("fk_transaction_drafts_draft_drafts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["transaction"],
            ["transactions.id"],
            name=op.f("fk_transaction_drafts_transaction_transactions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("draft", name=op.f("pk_transaction_drafts")),
    )
    op.create_index("ix_transaction_drafts_transaction", "transaction_drafts", ["transaction"], unique=False)
    op.create_table(
        "protections",
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repo", "branch"],
            ["branches.repo", "branches.name"],
            name=op.f("fk_protections_repo_branch_branches"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("repo", "branch", name=op.f("pk_protections")),
    )
    op.create_table(
        "triggers",
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("commits", sa.BigInteger(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("rate", sa.Text(), nullable=True),
        sa.Column("cron", sa.Text(), nullable=True),
        sa.Column("every", sa.Boolean(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("fired_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repo", "branch"],
            ["branches.repo", "branches.name"],
            name=op.f("fk_triggers_repo_branch_branches"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["repo", "source"],
            ["branches.repo", "branches.name"],
            name=op.f("fk_triggers_source_branches"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("repo", "branch", name=op.f("pk_triggers")),
    )
    op.create_index("ix_triggers_source", "triggers", ["repo", "source"], unique=False)
    op.create_table(
        "released",
        sa.Column("commit", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["commit"], ["commits.id"], name=op.f("fk_released_commit_commits")),
        sa.PrimaryKeyConstraint("commit", name=op.f("pk_released")),
    )
    op.create_table(
        "annotations",
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["repo"], ["repos.id"], name=op.f("fk_annotations_repo_repos")),
        sa.PrimaryKeyConstraint("repo", "place", "key", name=op.f("pk_annotations")),
    )
    op.create_index("ix_annotations_key", "annotations", ["key", "repo", "place"], unique=False)
