"""Project branches, and answers that they take along."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision: str | None = "0015"


def upgrade() -> None:
    """Add what is known of copies, and to the ledger where answers were bought."""
    op.create_table(
        "project_branches",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_project_branches"),
    )
    op.create_index("ix_project_branches_origin", "project_branches", ["origin"])
    op.create_table(
        "branch_bases",
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("origin_repo", sa.Text(), nullable=False),
        sa.Column("origin_branch", sa.Text(), nullable=False),
        sa.Column("ours", sa.Text()),
        sa.Column("theirs", sa.Text()),
        sa.PrimaryKeyConstraint("repo", "branch", name="pk_branch_bases"),
        sa.ForeignKeyConstraint(["origin_repo"], ["repos.id"], name="fk_branch_bases_origin_repo_repos"),
        sa.ForeignKeyConstraint(["ours"], ["commits.id"], name="fk_branch_bases_ours_commits"),
        sa.ForeignKeyConstraint(["theirs"], ["commits.id"], name="fk_branch_bases_theirs_commits"),
        sa.ForeignKeyConstraint(
            ["repo", "branch"],
            ["branches.repo", "branches.name"],
            name="fk_branch_bases_repo_branch_branches",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "pipeline_bases",
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pipeline", name="pk_pipeline_bases"),
        sa.ForeignKeyConstraint(["pipeline"], ["pipelines.id"], name="fk_pipeline_bases_pipeline_pipelines"),
        sa.ForeignKeyConstraint(["origin"], ["pipelines.id"], name="fk_pipeline_bases_origin_pipelines"),
    )
    op.add_column("labelings", sa.Column("identity", sa.Text(), server_default="", nullable=False))
    op.add_column("labelings", sa.Column("carry", sa.Text(), server_default="[]", nullable=False))
    op.add_column("answers", sa.Column("shared", sa.Text()))
    op.add_column("answers", sa.Column("carried_micros", sa.BigInteger()))
    op.create_index(
        "ix_answers_shared",
        "answers",
        ["pipeline", "shared"],
        sqlite_where=sa.text("shared IS NOT NULL"),
        postgresql_where=sa.text("shared IS NOT NULL"),
    )
