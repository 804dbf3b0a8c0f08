"""Pipelines can be paused: no new jobs, no new tasks lent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    """Add who paused a pipeline and when, and why a labeling pipeline lends nothing."""
    op.add_column("pipelines", sa.Column("paused_ms", sa.BigInteger(), nullable=True))
    op.add_column("pipelines", sa.Column("paused_by", sa.Text(), nullable=True))
    op.add_column("labelings", sa.Column("paused", sa.Text(), nullable=False, server_default=""))
