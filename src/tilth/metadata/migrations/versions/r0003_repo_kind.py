"""A repo says what it is: data, a dataset or a model."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    """Add the column; what is there already is data."""
    op.add_column("repos", sa.Column("kind", sa.Text(), nullable=False, server_default="data"))
